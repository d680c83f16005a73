"""Results -> a report in Markdown with a plot. The prose stands in `performance.md` beside this file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from string import Template
from typing import Any

from atlas_decks.files import replace
from bench.peers import SAMPLES
from bench.results import Results, middle

_TEMPLATE = Path(__file__).with_name("performance.md")
_MAIN = "1060"
_SUBJECTS, _PACKAGES, _PUBLISH = "read, draw, judge", "ledger and packages", "put into place"


def write(folder: Path, results: Results) -> list[Path]:
    """Write `performance.md` and, where matplotlib is installed, `performance.svg`. Returns the files."""
    files = [folder / "performance.md"]
    replace.write_file(files[0], text(results).encode())
    if (plot := _plot(results)) is not None:
        files.append(folder / "performance.svg")
        replace.write_file(files[1], plot)
    return files


def text(results: Results) -> str:
    """The report."""
    goals = _goals(results)
    return Template(_TEMPLATE.read_text("utf-8")).substitute(
        machine=results.machine,
        when=results.when,
        sizes=_sizes(results),
        slopes=", ".join(f"{name} {_number(value)}" for name, value in _slopes(results).items()) or "not measured",
        shares=_shares(results),
        targets=_table(["target", "measured", ""], [[goal.text, goal.found, goal.verdict] for goal in goals]),
        misses=_misses(results, goals),
        stages=_stages(results),
        floor=_floor(results),
        peers=_peers(results),
        cli_sample=SAMPLES["mermaid-cli"],
        page_sample=SAMPLES["chromium"],
    )


# --- words and numbers ------------------------------------------------------------------------------------------------


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return "(not measured)"
    lines = [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
    return "\n".join(lines)


def _number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _spread(values: Sequence[float], unit: str = "s") -> str:
    if not values:
        return "-"
    both = f" ({_number(min(values))} to {_number(max(values))})" if len(values) > 1 else ""
    return f"{_number(middle(values))} {unit}{both}"


def _megabytes(count: float) -> str:
    return f"{count / 1e6:,.0f} MB"


# --- tables -----------------------------------------------------------------------------------------------------------


def _sizes(results: Results) -> str:
    head = [
        "diagrams",
        "notes",
        "cold",
        "unchanged",
        "one edit",
        "check",
        "memory",
        "package",
        "median SVG",
        "measured",
    ]
    rows = []
    for scale in results.scales.values():
        package = scale["packages"].get("atlas-all.apkg", 0)
        other = "" if scale["machine"] == results.machine else f", {scale['machine']}"
        rows.append(
            [
                f"{scale['diagrams']:,}",
                f"{scale['notes']:,}",
                *(_spread(scale[name]) for name in ("cold", "unchanged", "edit", "check")),
                _megabytes(max(scale["peak"], scale["peak_edit"])),
                f"{package / 1e6:,.1f} MB",
                f"{scale['svg'] / 1000:.1f} kB, deflated {scale['svg_deflated'] / 1000:.1f}",
                f"{scale['when']}{other}",
            ]
        )
    return _table(head, rows)


def _shares(results: Results) -> str:
    head = ["diagrams", "build", "start of Python, imports", _SUBJECTS, _PACKAGES, _PUBLISH]
    rows = []
    for scale in results.scales.values():
        for name, key in (("cold", "stages"), ("one edit", "edit_stages")):
            parts = [_number(scale[key].get(part, 0.0)) for part in ("start", "subjects", "packages", "publish")]
            rows.append([f"{scale['diagrams']:,}", name, *parts])
    return _table(head, rows)


def _stages(results: Results) -> str:
    whole = sum(seconds for _, seconds, _ in results.stages)
    rows = [
        [name, f"{seconds:.2f} s", f"{seconds / whole:.0%}", f"{limit:.2f} s" if limit else "-"]
        for name, seconds, limit in results.stages
    ]
    return _table(["stage", "alone", "share", "limit"], rows)


def _floor(results: Results) -> str:
    scale = results.scales.get(_MAIN)
    if scale is None or not results.stages:
        return ""
    whole = sum(seconds for _, seconds, _ in results.stages)
    limit = sum(limit for _, _, limit in results.stages)
    cold = middle(scale["cold"])
    return (
        f"All stages alone take {whole:.1f} s, their limits {limit:.1f} s: {limit / whole:.0%} of the work is spent in "
        f"what cannot be avoided. Two processes share most of it, and the cold build takes {cold:.1f} s, "
        f"{cold / (limit / 2):.1f} times what the limits alone would take on two cores that share them evenly."
    )


def _peers(results: Results) -> str:
    scale, found = results.scales.get(_MAIN), results.peers
    if scale is None or not found:
        return "(not measured)"
    cold, count = scale["cold"], scale["diagrams"]
    rows = [["**atlas-decks, cold**", f"{_number(middle(cold) / count * 1000)} ms", _spread(cold), "1"]]
    for name, title in (
        ("mermaid-cli", "mermaid-cli + genanki"),
        ("chromium", "Chromium page + genanki"),
        ("mermaid-py", "mermaid-py + genanki"),
        ("genanki", "genanki alone"),
    ):
        whole = _whole(results, name)
        ratios = [a / b for a, b in zip(whole, cold, strict=False)]
        each = f"{_number(middle(found[name]) * 1000)} ms"
        rows.append([title, each, _spread(whole), _spread(ratios, "times")])
    return _table(["way", "a diagram", "1,060 diagrams", "against ours"], rows)


def _whole(results: Results, name: str) -> list[float]:
    """Seconds for 1,060 diagrams of each round: the drawing scaled up, and genanki's packing."""
    packing = results.peers["genanki"]
    if name == "genanki":
        return [each * 1060 for each in packing]
    return [(each + pack) * 1060 for each, pack in zip(results.peers[name], packing, strict=True)]


# --- targets ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Goal:
    text: str
    found: str
    met: bool | None  # None: not measured

    @property
    def verdict(self) -> str:
        return {True: "met", False: "**missed**", None: "not measured"}[self.met]


def _goal(text: str, value: float | None, unit: str, bound: float, least: bool = False) -> _Goal:
    if value is None:
        return _Goal(text, "-", None)
    return _Goal(text, f"{_number(value)} {unit}".strip(), value >= bound if least else value <= bound)


def _goals(results: Results) -> list[_Goal]:
    main: dict[str, Any] = results.scales.get(_MAIN, {})
    largest = results.scales.get("100000", {})
    cold, unchanged, edit = (middle(main[key]) if main else None for key in ("cold", "unchanged", "edit"))
    slopes = _slopes(results)

    def against(name: str) -> float | None:
        if not main or not results.peers:
            return None
        return middle([a / b for a, b in zip(_whole(results, name), main["cold"], strict=False)])

    def ratio(a: float | None, b: float | None) -> float | None:
        return a / b if a is not None and b else None

    package = main["packages"]["atlas-all.apkg"] / 1e6 if main else None
    return [
        _goal(
            "cold, 1,060: at least 150 times faster than mermaid-cli + genanki",
            against("mermaid-cli"),
            "times",
            150,
            True,
        ),
        _goal("cold, 1,060: at least 10 times faster than the Chromium page", against("chromium"), "times", 10, True),
        _goal("unchanged, 1,060: under 1/20 of the cold build", ratio(cold, unchanged), "times faster", 20, True),
        _goal("unchanged, 1,060: under a second", unchanged, "s", 1),
        _goal("one edit, 1,060: under 1.5 times the unchanged build", ratio(edit, unchanged), "times", 1.5),
        _goal("time against size: slope at most 1.1", slopes.get("time"), "", 1.1),
        _goal("memory against size: slope at most 1.1", slopes.get("memory"), "", 1.1),
        _goal(
            "memory at 100,000: under 2 GB",
            max(largest["peak"], largest["peak_edit"]) / 1e9 if largest else None,
            "GB",
            2,
        ),
        _goal("start of `atlas-decks --help`: under 0.2 s", middle(results.start_up) or None, "s", 0.2),
        _goal("median SVG: at most 12 kB", main["svg"] / 1000 if main else None, "kB", 12),
        _goal("package with all 1,060: at most 20 MB", package, "MB", 20),
    ]


def _misses(results: Results, goals: Sequence[_Goal]) -> str:
    """Why a target was missed, with the profile."""
    main = results.scales.get(_MAIN)
    missed = [goal.text for goal in goals if goal.met is False]
    words = []
    if main and any(text.startswith("one edit") for text in missed):
        part = main["edit_stages"]
        words.append(
            f"**One edit** takes {_number(middle(main['edit']))} s, the unchanged build "
            f"{_number(middle(main['unchanged']))} s, which only proves that nothing changed. After an edit "
            f"{_number(part['packages'])} s go into the ledger and into the two packages that hold the note, of which "
            f"the one with everything is written anew: {main['notes']:,} rows into SQLite, and the collection "
            f"deflated, as a changed row moves all that follow it. Reading all files and making the edited one anew "
            f"takes {_number(part['subjects'])} s, the start of Python and the imports {_number(part['start'])} s."
        )
    page = next((text for text in missed if "Chromium page" in text), None)
    if main and page and results.stages:
        alone = {name: seconds for name, seconds, _ in results.stages}
        engine, tidy = alone["Mermaid engine"], alone["picture clean-up"]
        rest = sum(alone.values()) - engine - tidy
        wanted = middle(_whole(results, "chromium")) / 10
        words.append(
            f"**The Chromium page** takes {middle(results.peers['chromium']) * 1000:.0f} ms a diagram on this machine, "
            f"so a tenth of it is {wanted:.1f} s for a whole build. One core works {engine:.1f} s in the engine, "
            f"{tidy:.1f} s on making its pictures safe and small, and {rest:.1f} s on all else; two cores cannot do "
            f"that in less than {(engine + tidy + rest) / 2:.1f} s. The page's time holds none of the clean-up, the "
            f"rules, the masks and the ledger. What is left to gain is in the clean-up, which is Python, and in the "
            f"engine, which is not ours."
        )
    others = [text for text in missed if not text.startswith("one edit") and text != page]
    if others:
        words.append(
            "Missed besides: " + "; ".join(others) + ". The tables below say which stage has the largest share; "
            "a machine that is busy with other things shows up as a wide spread."
        )
    return "\n\n".join(words)


def _slopes(results: Results) -> dict[str, float]:
    """Slope of time and memory on the log-log plot, by least squares over the sizes from 1,060 up."""
    scales = [scale for scale in results.scales.values() if scale["diagrams"] >= int(_MAIN)]
    if len(scales) < 2:
        return {}
    xs = [math.log(scale["diagrams"]) for scale in scales]
    values = {"time": [middle(s["cold"]) for s in scales], "memory": [s["peak"] for s in scales]}
    return {name: _slope(xs, [math.log(y) for y in ys]) for name, ys in values.items() if all(ys)}


def _slope(xs: Sequence[float], ys: Sequence[float]) -> float:
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / sum((a - x) ** 2 for a in xs)


# --- plot -------------------------------------------------------------------------------------------------------------


def _plot(results: Results) -> bytes | None:
    """The plot as SVG, the same bytes for the same results; None where matplotlib is missing."""
    try:
        import io

        import matplotlib as mpl

        mpl.use("svg")
        from matplotlib import pyplot
    except ImportError:
        return None
    scales = list(results.scales.values())
    sizes = [scale["diagrams"] for scale in scales]
    mpl.rcParams.update({"svg.hashsalt": "atlas-decks", "svg.fonttype": "none", "font.family": "sans-serif"})
    figure, (time, memory) = pyplot.subplots(1, 2, figsize=(9, 3.6), layout="constrained", facecolor="white")
    for key, label, colour in (
        ("cold", "cold", "#1565c0"),
        ("edit", "one edit", "#b85600"),
        ("check", "check", "#7b1fa2"),
        ("unchanged", "unchanged", "#2e7d32"),
    ):
        time.plot(sizes, [middle(scale[key]) for scale in scales], "o-", color=colour, label=label)
    memory.plot(sizes, [scale["peak"] / 1e6 for scale in scales], "o-", color="#1565c0", label="cold")
    memory.plot(sizes, [scale["peak_edit"] / 1e6 for scale in scales], "o-", color="#b85600", label="one edit")
    for axes, title in ((time, "seconds"), (memory, "memory, MB")):
        axes.set(xscale="log", yscale="log", xlabel="diagrams", title=title)
        axes.grid(True, which="major", color="#d5dce3")
        axes.legend(frameon=False)
    if len(sizes) > 1:  # a line of slope 1 to compare with
        for axes, start in ((time, middle(scales[-1]["cold"])), (memory, scales[-1]["peak"] / 1e6)):
            ends = [a for a, _ in pairwise([sizes[0], sizes[-1], 0])]
            axes.plot(ends, [start * size / sizes[-1] for size in ends], ":", color="#8a9aa8", label="linear")
    out = io.BytesIO()
    figure.savefig(out, format="svg", metadata={"Date": None})
    pyplot.close(figure)
    return out.getvalue()
