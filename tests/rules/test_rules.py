"""Every content rule: silent on a sound curriculum, heard on the one fault that it is about."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from atlas_decks.compiled.survey import judge_whole
from atlas_decks.diagrams import make_renderer
from atlas_decks.problems import Problem
from atlas_decks.project import Project
from atlas_decks.rules import all_rules, explain
from support.sample import ACME, QUEUES, Sample, make_sample, subject

Break = Callable[[Sample], int]


def check(sample: Sample) -> list[Problem]:
    return judge_whole(Project(sample.root), make_renderer("embedded"))


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    return make_sample(tmp_path)


def edit(old: str, new: str, below: int = 0, path: str = QUEUES) -> Break:
    """The first `old` becomes `new`; the fault is expected `below` lines further down."""
    return lambda sample: sample.edit(old, new, path) + below


def at(text: str, *faults: Break) -> Break:
    """Several edits; the fault is expected where `text` then stands first."""

    def apply(sample: Sample) -> int:
        for fault in faults:
            fault(sample)
        return sample.line(text)

    return apply


def waived(rule: str) -> Break:
    """The first diagram waives a rule."""
    return lambda sample: waive(sample, rule)


def redraw(mermaid: str, below: int = 1) -> Break:
    """Another picture, with the nodes that the components need; the fault is expected in its first line."""

    def apply(sample: Sample) -> int:
        text = sample.read()
        start, end = text.index("    mermaid: |"), text.index("    components:")
        old = text[start:end]
        indented = "".join(f"      {line}\n" for line in mermaid.splitlines())
        return sample.edit(old, f"    mermaid: |\n{indented}") + below

    return apply


def one_metric(sample: Sample) -> int:
    text = sample.read()
    start = text.index("      - id: delay")
    end = text.index("    trade_offs:")
    sample.write(text[:start] + text[end:])
    return sample.line("    metrics:")


def full_group(sample: Sample) -> int:
    sample.write(subject("patterns", {"delta": "queues", "gamma": "caches", "omega": "caches"}))
    text = sample.read()
    return text[: text.rindex("group: caches")].count("\n") + 1


def facet_twice(sample: Sample) -> int:
    sample.write(subject("architecture", {"acme": "request-flow", "bravo": "request-flow"}, "acme"), ACME)
    text = sample.read(ACME)
    return text[: text.rindex("group: request-flow")].count("\n") + 1


def misplaced(sample: Sample) -> int:
    sample.write(sample.read(), "curriculum/2-companies/patterns/queues.yaml")
    (sample.root / QUEUES).unlink()
    return 1


def one_component(sample: Sample) -> int:
    text = sample.read()
    start = text.index("      - node: line")
    sample.edit(text[start : text.index("    metrics:", start)], "")
    return sample.line("flowchart TB")


CHAIN = """\
flowchart TB
  web["Browser"] -->|"order"| api["Gateway"]
  api -->|"task"| line["Job queue"]
  line -->|"one at a time"| work["Worker"]
  work -->|"row"| store["Ledger"]
"""
LONG = "x" * 45
WIDE = CHAIN + "".join(f'  store -->|"{LONG}"| n{i}["{LONG} {i}"]\n' for i in range(4))
TALL = CHAIN.replace("store", "n0") + "".join(f'  n{i} -->|"a<br/>b<br/>c<br/>d"| n{i + 1}["N{i}"]\n' for i in range(9))
SMALL = 'erDiagram\n  api["Gateway"]\n  line["Job queue"]\n  work["Worker"]\n' + "".join(
    f"  hub ||--o{{ {name} : reads\n" for name in ("api", "line", "work", "shelf_of_archives")
)
DEEP = (
    CHAIN.replace('-->|"one at a time"| work["Worker"]', '-->|"one"| n0["N"]').replace("work -->", "n4 -->")
    + "".join(f'  n{i} -->|"a<br/>b<br/>c"| n{i + 1}["N{i}"]\n' for i in range(4))
    + '  store -->|"one at a time"| work["Worker"]\n'
)
TRACE = """\
    traces:
      - id: way
        prompt: Which parts does an order of Delta pass, in order?
        detail: Straight through.
        path: [web, line, work]
"""
DECISION = """\
    decisions:
      - id: burst
        prompt: Bursts overrun a slow consumer. Which pattern absorbs them?
        answer: A queue
        not: Polyrhythm
        tell: Only the buffer keeps what came too early.
"""
PIE = 'pie\n  "One" : 60\n  "Two" : 40'

# rule -> (file at fault, the edit; it returns the line at fault)
FAULTS: dict[str, tuple[str, Break]] = {
    "prompt-question": (QUEUES, edit("absorbs a burst?", "absorbs a burst.")),
    "prompt-unique": (QUEUES, edit("Which part of Delta drains the backlog?", "Which part of Delta absorbs a burst?")),
    "prompt-yes-no": (QUEUES, edit("What does Delta gain and pay", "Does Delta gain anything")),
    "answer-in-prompt": (QUEUES, edit("drains the backlog?", "holds the worker?")),
    "metric-number": (QUEUES, edit("answer: 40 ms", "answer: forty")),
    "trigger-leak": (QUEUES, edit("crashes every consumer.", "crashes them. Jobs pile up.")),
    "mathematics": (QUEUES, edit("answer: 40 ms", r"answer: $`\def\x{1}`$ 40 ms")),
    "mermaid-plain": (QUEUES, edit("flowchart TB\n", "flowchart TB\n        style web fill:red\n", 1)),
    "mermaid-class": (QUEUES, edit('"]:::service', '"]:::fancy')),
    "diagram-kind": (QUEUES, at("- node: api", redraw(PIE))),
    "component-count": (QUEUES, one_component),
    "node-exists": (
        QUEUES,
        at("node: ghost", edit("answer: Worker", "answer: Ghost"), edit("node: work", "node: ghost")),
    ),
    "mask-leak": (QUEUES, at("answer: Worker", edit('"Ledger"', '"Worker log"'))),
    "mask-answer": (QUEUES, edit("answer: Worker", "answer: Consumer")),
    "metric-in-picture": (QUEUES, at("answer: 40 ms", edit('"task"', '"task, 40 ms"'))),
    "node-count": (QUEUES, redraw(CHAIN.replace('  work -->|"row"| store["Ledger"]\n', ""))),
    "edge-labels": (QUEUES, redraw(CHAIN.replace('|"order"|', "").replace('|"task"|', "").replace('|"row"|', ""))),
    "width": (QUEUES, redraw(WIDE)),
    "phone": (QUEUES, redraw(SMALL)),
    "node-id": (QUEUES, redraw(CHAIN.replace("web", "call"), 2)),
    "label-lost": (QUEUES, redraw(CHAIN.replace('"Browser"', '"fa:fa-user Browser"'), 2)),
    "height": (QUEUES, redraw(TALL)),
    "glyphs": (QUEUES, at("flowchart TB", edit('"Ledger"', '"Ledger \U00013080"'))),
    "id-unique": (ACME, edit("id: acme-flow", "id: delta-flow", path=ACME)),
    "fact-id-unique": (QUEUES, edit("id: delay", "id: peak")),
    "planned-count": (QUEUES, full_group),
    "company-facet": (ACME, facet_twice),
    "known-group": (QUEUES, edit("group: queues", "group: piles")),
    "file-place": ("curriculum/2-companies/patterns/queues.yaml", misplaced),
    "source-known": (QUEUES, edit("source: blog", "source: book")),
    "source-used": (
        QUEUES,
        edit(
            "sources:\n", 'sources:\n  book: {title: A book, publisher: A, year: 2020, url: "https://example.com"}\n', 1
        ),
    ),
    "derived-formula": (QUEUES, at("id: peak", edit("basis: reported", "basis: derived"))),
    "as-of-source": (QUEUES, edit("as_of: 2022", "as_of: 2024")),
    "length": (QUEUES, edit("detail: It checks the token.", f"detail: {'word ' * 41}")),
    "plain-text": (QUEUES, edit("It checks the token.", "It checks the <b>token</b>.")),
    "edge-leak": (QUEUES, at("answer: Job queue", edit('"task"', '"into the queue"'))),
    "breadcrumb-leak": (QUEUES, edit("answer: Job queue", "answer: Queues")),
    "placeholder-answer": (QUEUES, edit("answer: Worker", "answer: Worker 2")),
    "picture-word": (QUEUES, edit("absorbs a burst?", "absorbs a burst, drawn in blue?")),
    "asked-once": (QUEUES, edit("absorbs a burst?", "absorbs a burst, and how does it?")),
    "fact-unique": (ACME, edit("does Acme take at peak?", "does Delta take during its peak?", path=ACME)),
    "trace-path": (QUEUES, edit("    failures:", f"{TRACE}    failures:", 4)),
    "decision-not": (QUEUES, edit("    failures:", f"{DECISION}    failures:", 4)),
    "one-exit": (QUEUES, redraw(CHAIN.replace('web["Browser"]', 'web{"Browser"}'), 0)),
    "first-screen": (QUEUES, at("Which part of Delta drains", redraw(DEEP))),
    "where": (QUEUES, at("id: peak", edit("        where: second paragraph\n", ""))),
    "version-drift": (
        QUEUES,
        at(
            "take by default?",
            edit("basis: reported", "basis: documented"),
            edit("take at peak?", "take by default?"),
        ),
    ),
    "core-first": (
        QUEUES,
        at("node: api", edit("answer: Gateway", "answer: Entrance"), waived("mask-answer")),
    ),
    "counts": (QUEUES, one_metric),
    "characters": (QUEUES, edit("It checks the token.", '"It checks the\\u200b token."')),
}


def test_the_sample_breaks_no_rule(sample: Sample) -> None:
    assert check(sample) == []


def test_every_registered_rule_has_a_fault_here() -> None:
    assert {rule.name for rule in all_rules()} == set(FAULTS)


@pytest.mark.parametrize("rule", FAULTS)
def test_a_rule_finds_its_fault_and_nothing_else(rule: str, sample: Sample) -> None:
    path, apply = FAULTS[rule]
    line = apply(sample)
    problems = [problem for problem in check(sample) if problem.rule == rule or problem.severity == "error"]
    assert {p.rule for p in problems} == {rule}, problems
    assert (problems[0].path, problems[0].line) == (path, line)
    assert problems[0].message
    assert problems[0].hint


def test_every_rule_says_in_a_sentence_what_it_wants() -> None:
    names = [rule.name for rule in explain()]
    assert names == sorted(set(names))
    assert all(rule.about.endswith(".") for rule in explain())


@pytest.mark.parametrize(
    "url", ["http://example.com/queue", "ftp://example.com", "javascript:alert(1)", "https://a b", 'https://x/"onload']
)
def test_a_source_has_an_https_address(url: str, sample: Sample) -> None:
    line = sample.edit("https://example.com/queue", f"'{url}'")
    assert [(p.rule, p.line) for p in check(sample)] == [("wrong-value", line)]


def test_a_source_without_address_says_why(sample: Sample) -> None:
    line = sample.edit("url: https://example.com/queue", "url: null")
    assert [(p.rule, p.line) for p in check(sample)] == [("wrong-value", line)]
    sample.edit("url: null", "url: null, no_url: An internal talk")
    assert check(sample) == []


@pytest.mark.parametrize(
    "hidden",
    [
        'click web "https://example.com"',
        "classDef big font-size:40px",
        "linkStyle 0 stroke:red",
        "%%{init: {'theme': 'dark'}}%%",
        "web --> x[\"<img src=x onerror='alert(1)'>\"]",
    ],
)
def test_no_directive_style_link_or_html_gets_into_a_picture(hidden: str, sample: Sample) -> None:
    line = sample.edit("flowchart TB\n", f"flowchart TB\n        {hidden}\n") + 1
    assert ("mermaid-plain", line) in [(p.rule, p.line) for p in check(sample)]


@pytest.mark.parametrize(
    "text",
    [
        *("5 < 6 & 7 > 3", "a -> b", "p99 <= 10 ms", "C++, C#, R&D", "snake_case * 2", "a Map<String, List<String>>"),
        *("True where a<b && c>d holds", "{{ .Name }}", "{{c1::x}}", "[sound:x.mp3]", "press <ESC>", "`<b>` in code"),
    ],
)
def test_plain_text_may_hold_signs(text: str, sample: Sample) -> None:
    sample.edit("It checks the token.", f'"{text}"')
    assert check(sample) == []


@pytest.mark.parametrize(
    "text", ["**bold**", "a ` alone", "[a](https://b)", "&lt;", "# x", "<script>x</script>", "a <b>b</b>", "x<br/>y"]
)
def test_markup_in_a_text_is_found(text: str, sample: Sample) -> None:
    line = sample.edit("It checks the token.", f'"{text}"')
    assert [(p.rule, p.line) for p in check(sample)] == [("plain-text", line)]


# --- exceptions -------------------------------------------------------------------------------------------------------


def waive(sample: Sample, rule: str) -> int:
    """Let the first diagram waive a rule; returns the line of the exception."""
    return sample.edit(
        "    mermaid: |", f"    exceptions: [{{rule: {rule}, reason: The word is the name.}}]\n    mermaid: |"
    )


def test_an_exception_silences_its_rule(sample: Sample) -> None:
    sample.edit("answer: Worker", "answer: Consumer")
    waive(sample, "mask-answer")
    assert check(sample) == []


def test_an_exception_silences_no_other_rule_and_no_other_diagram(sample: Sample) -> None:
    lines = {sample.edit("answer: 40 ms", "answer: forty") + 1}
    waive(sample, "mask-answer")
    sample.edit("answer: Worker", "answer: Consumer")
    text = sample.read()
    at = text.rindex("answer: Worker")
    sample.write(text[:at] + "answer: Consumer" + text[at + len("answer: Worker") :])
    lines.add(text[:at].count("\n") + 1)
    problems = check(sample)
    assert {(p.rule, p.line) for p in problems} == set(
        zip(["metric-number", "mask-answer"], sorted(lines), strict=True)
    )


@pytest.mark.parametrize("rule", ["mask-answer", "length"])
def test_a_stale_exception_fails(rule: str, sample: Sample) -> None:
    line = waive(sample, rule)
    assert [(p.rule, p.line) for p in check(sample)] == [("exception-stale", line)]


@pytest.mark.parametrize("rule", ["no-such-rule", "id-unique", "mermaid-syntax"])
def test_an_exception_from_an_unknown_or_a_fundamental_rule_fails(rule: str, sample: Sample) -> None:
    line = waive(sample, rule)
    assert [(p.rule, p.line) for p in check(sample)] == [("exception-unknown", line)]


def test_an_exception_needs_a_reason(sample: Sample) -> None:
    line = sample.edit("    mermaid: |", "    exceptions: [{rule: width, reason: short}]\n    mermaid: |")
    assert [(p.rule, p.line) for p in check(sample)] == [("wrong-value", line)]


def test_an_exception_from_a_picture_rule_is_not_called_stale_while_there_is_no_picture(sample: Sample) -> None:
    sample.edit("answer: Worker", "answer: Consumer")
    waive(sample, "mask-answer")
    sample.edit('api -->|"task"| line', 'api -->|"task" line')
    assert {p.rule for p in check(sample)} == {"mermaid-syntax"}


def test_two_diagrams_of_one_id_are_each_judged_by_their_own_picture(sample: Sample) -> None:
    sample.edit("id: acme-flow", "id: delta-flow", ACME)
    text = sample.read(ACME)
    sample.write(text.replace(" api", " gate").replace("node: api", "node: gate"), ACME)
    assert {p.rule for p in check(sample)} == {"id-unique"}
