"""The bench: its curricula are real work that passes every rule, and its report says what its results say."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from atlas_decks.project import Project
from bench import report, results
from bench.generate import generate, word
from bench.runs import Bench, Scale
from support.builds import Checked, check

ROOT = Path(__file__).resolve().parents[2]


def test_made_up_words_differ() -> None:
    words = [word(index) for index in range(100_000)]
    assert len(set(words)) == len(words)
    assert all(len(one) == 6 and one.isalpha() for one in words)


@pytest.mark.parametrize("number", [1, 90])
def test_a_generated_curriculum_is_new_work_and_passes_every_rule(
    checked: Checked, tmp_path: Path, number: int
) -> None:
    generate(checked.curriculum, tmp_path / "a", number)
    generate(checked.curriculum, tmp_path / "b", number)
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*.yaml"))
    assert files == sorted(path.relative_to(tmp_path / "b") for path in (tmp_path / "b").rglob("*.yaml"))
    assert all((tmp_path / "a" / f).read_bytes() == (tmp_path / "b" / f).read_bytes() for f in files)
    made = check(Project(tmp_path / "a"))
    assert [problem for problem in made.problems if problem.severity == "error"] == []
    assert len(made.curriculum.diagrams) == number
    assert len({drawing.svg for drawing in made.drawings.values()}) == number
    assert (
        len({d.spec.mermaid for d in made.curriculum.diagrams} & {d.spec.mermaid for d in checked.curriculum.diagrams})
        == 0
    )


@pytest.mark.parametrize("number", [1_060, 10_000, 100_000])
def test_a_grown_plan_has_room_and_stays_within_ankis_positions(checked: Checked, number: int) -> None:
    from atlas_decks.curriculum.models import Plan
    from bench.generate import _grown, _subjects

    data, places = _grown(checked.curriculum.plan, number)
    plan = Plan.model_validate(data)
    dealt = [group for _, groups in _subjects(places, number) for group in groups]
    assert len(dealt) == number <= plan.planned
    for tier in plan.tiers:
        assert sum(category.planned for category in plan.categories if category.tier == tier.number) <= 9_998


def test_a_bench_measures_real_runs(checked: Checked, tmp_path: Path) -> None:
    bench = Bench(checked.curriculum, 3, tmp_path)
    bench.cold()
    bench.unchanged()
    bench.edit()
    bench.edit()
    bench.check()
    bench.pictures()
    scale = bench.scale
    assert [len(values) for values in (scale.cold, scale.unchanged, scale.edit, scale.check)] == [1, 1, 2, 1]
    assert scale.peak > 10_000_000
    assert scale.notes >= 3 * 6
    assert scale.svg > scale.svg_deflated > 1000
    assert set(scale.stages) == {"start", "subjects", "packages", "publish"}
    bench.remove()
    assert not bench.project.root.exists()


def _results(slow: float = 1.0) -> results.Results:
    found = results.Results(
        start_up=[0.1], peers={"mermaid-cli": [2.0], "chromium": [0.2], "mermaid-py": [0.2], "genanki": [0.01]}
    )
    for number in (1060, 10_000, 100_000):
        scale = Scale(
            number, [number / 100 * (1 if number < 10_000 else slow)], [0.3], [0.4], [0.3], peak=10_000 * number
        )
        found.add(
            replace(
                scale,
                packages={"atlas-all.apkg": 8_000_000},
                edit_stages={"start": 0.2, "subjects": 0.1, "packages": 0.1, "publish": 0.0},
            )
        )
    return found


def test_the_report_says_what_was_met_and_what_was_missed() -> None:
    good = report.text(_results())
    assert good.count("| met |") == 11
    assert "slope" in good
    assert "time 1.00, memory 1.00" in good
    bad = _results(slow=3.0)
    bad.scales["1060"]["edit"] = [0.9]
    assert report.text(bad).count("| **missed** |") == 2
    assert "**One edit** takes 0.90 s" in report.text(bad)


def test_results_are_kept_size_by_size(tmp_path: Path) -> None:
    results.write(tmp_path, _results())
    found = results.read(tmp_path)
    found.add(Scale(72, [1.0], [0.2], [0.2], [0.2]))
    assert list(found.scales) == ["72", "1060", "10000", "100000"]
    (tmp_path / results.FILE).write_text("{damaged", "utf-8")
    assert results.read(tmp_path).scales == {}


def test_the_plot_is_the_same_for_the_same_results(tmp_path: Path) -> None:
    first = [file.read_bytes() for file in report.write(tmp_path, _results())]
    assert first == [file.read_bytes() for file in report.write(tmp_path, _results())]
    assert b"<svg" in first[1]


def test_the_committed_report_is_what_its_results_say() -> None:
    found = results.read(ROOT / "docs")
    assert json.loads((ROOT / "docs/performance.json").read_bytes())["scales"].keys() >= {"72", "1060", "10000"}
    assert report.text(found) == (ROOT / "docs/performance.md").read_text("utf-8")
