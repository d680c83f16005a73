"""`rules:` in atlas.yaml, and content in other languages than English."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas_decks.compiled.survey import judge_whole
from atlas_decks.diagrams import make_renderer
from atlas_decks.problems import Problem
from atlas_decks.project import Project
from atlas_decks.rules import explain
from atlas_decks.rules.words import contains, content_words, is_question, said_twice
from support.sample import ATLAS, QUEUES, Sample, make_sample


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    return make_sample(tmp_path)


def check(sample: Sample) -> list[Problem]:
    return judge_whole(Project(sample.root), make_renderer("embedded"))


def settings(sample: Sample, text: str) -> int:
    """Give the project `rules:`; returns the line of the first of them."""
    return sample.edit("self_assessment:", f"rules:\n{text}self_assessment:", ATLAS) + 1


def test_a_rule_that_does_not_fit_is_switched_off_with_a_reason(sample: Sample) -> None:
    sample.edit("absorbs a burst?", "absorbs a burst.")
    assert [problem.rule for problem in check(sample)] == ["prompt-question"]
    settings(sample, "  off: [{rule: prompt-question, reason: These cards are sentences with a gap.}]\n")
    assert check(sample) == []


@pytest.mark.parametrize(
    "text",
    [
        "  off: [{rule: no-such-rule, reason: It does not fit at all.}]\n",
        "  off: [{rule: node-exists, reason: It does not fit at all.}]\n",
        "  limits: {answers: 20}\n",
        "  counts: {metrix: [0, 2]}\n",
        "  counts: {metrics: [3, 2]}\n",
        "  kinds: [component, quiz]\n",
    ],
)
def test_settings_that_mean_nothing_are_faults_at_their_line(text: str, sample: Sample) -> None:
    line = settings(sample, text)
    found = {(problem.path, problem.line, problem.rule) for problem in check(sample) if problem.rule != "counts"}
    assert found == {(ATLAS, line, "plan-rules")}


def test_limits_are_the_projects_own(sample: Sample) -> None:
    sample.edit("detail: It checks the token.", f"detail: {'word ' * 41}")
    assert [problem.rule for problem in check(sample)] == ["length"]
    settings(sample, "  limits: {detail: 60}\n")
    assert check(sample) == []


def test_what_is_compulsory_is_the_projects_own(sample: Sample) -> None:
    text = sample.read()
    start, end = text.index("    metrics:"), text.index("    trade_offs:")
    line = text[:start].count("\n")
    sample.write(text[:start] + text[end:])
    problems = check(sample)
    assert [problem.rule for problem in problems] == ["counts"]
    assert "`metrics`: 0 entries; at least 2" in problems[0].message
    assert problems[0].line <= line
    settings(sample, "  counts: {metrics: [0, 4]}\n")
    assert check(sample) == []


def test_kinds_that_are_not_in_use_are_neither_wanted_nor_taken(sample: Sample) -> None:
    settings(sample, "  kinds: [component, metric, failure]\n")
    assert {problem.rule for problem in check(sample)} == {"counts"}
    assert all("`trade_offs`: 1 entries; none are in use here" in problem.message for problem in check(sample))


@pytest.mark.parametrize(
    ("language", "prompt", "found"),
    [
        ("de", "Was faengt bei Delta einen Ansturm auf?", []),
        ("en", "Was bursts are absorbed by the part?", ["prompt-yes-no"]),
        ("zh", "哪个部分吸收突发流量？", []),
        ("ar", "أي جزء يمتص الاندفاع؟", []),
        ("el", "Ποιο τμήμα απορροφά την αιχμή;", []),
        ("fa", "کدام بخش می‌تواند هجوم را بگیرد؟", []),
    ],
)
def test_questions_of_any_language(language: str, prompt: str, found: list[str], sample: Sample) -> None:
    settings(sample, f"  language: {language}\n")
    sample.edit("Which part of Delta absorbs a burst?", prompt)
    assert [problem.rule for problem in check(sample)] == found


def test_a_language_is_a_code(sample: Sample) -> None:
    line = settings(sample, "  language: German\n")
    with pytest.raises(Exception, match=f"{ATLAS}:{line}:13: wrong-value: `language`: not a language code"):
        check(sample)


@pytest.mark.parametrize("text", ["a?", "a？", "a؟", "τι;", 'He asked "why?"', "（なぜ？）"])
def test_marks_of_questions(text: str) -> None:
    assert is_question(text) or text.endswith("）")
    assert not is_question(text.strip('?？؟;"（）') + ".")


def test_leaks_without_borders_between_words() -> None:
    assert contains("任务队列在哪里", "队列")
    assert contains("คิวงานอยู่ที่ไหน", "คิวงาน")
    assert not contains("任务在哪里", "队列")
    assert not contains("a queueing system", "queue")


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("می‌شود", False),
        ("👩‍💻 writes", False),
        ("Donau­dampf", False),
        ("a‌ b", True),
        ("a\u200bb", True),
        ("שלום‎ abc", False),
    ],
)
def test_invisible_characters_only_where_a_script_wants_them(text: str, odd: bool, sample: Sample) -> None:
    sample.edit("It checks the token.", f'"{text}"')
    assert [problem.rule for problem in check(sample)] == (["characters"] if odd else [])


def test_one_spelling_of_a_letter(sample: Sample) -> None:
    """An answer as it is copied from macOS or a PDF, in two code points a letter."""
    sample.edit('"Job queue"', '"Sp\u00fclk\u00e4sten"')
    sample.edit("answer: Job queue", "answer: Spu\u0308lka\u0308sten")
    assert check(sample) == []


@pytest.mark.parametrize("rule", [rule.name for rule in explain() if rule.fixed])
def test_what_no_card_can_be_made_of_has_no_exception(rule: str, sample: Sample) -> None:
    line = sample.edit("    mermaid: |", f"    exceptions: [{{rule: {rule}, reason: It is meant so.}}]\n    mermaid: |")
    assert [(problem.rule, problem.line) for problem in check(sample)] == [("exception-unknown", line)]


def test_one_fault_in_a_list_is_one_message(sample: Sample) -> None:
    line = sample.edit("prompt: Which part of Delta terminates", "promt: Which part of Delta terminates")
    problems = check(sample)
    assert {problem.rule for problem in problems} == {"missing-key", "unknown-key"}
    assert {problem.line for problem in problems if problem.rule == "unknown-key"} == {line}
    assert QUEUES in {problem.path for problem in problems}


def test_two_texts_in_chinese_share_what_stands_in_both() -> None:
    assert content_words("任务队列") & content_words("写入队列 7") == {"队列"}
    assert not content_words("任务") & content_words("写入队列")
    assert content_words("Kafka 队列") == {"kafka", "队列"}
    assert said_twice("根文件系统", "挂载根文件系统") == "根文件系统"
    assert said_twice("Job queue", "into the queue") == "queue"
    assert said_twice("Job", "queue") == ""
