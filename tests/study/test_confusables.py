"""Which diagram a decision's wrong answer belongs to."""

from __future__ import annotations

import pytest

from atlas_decks.curriculum import load
from atlas_decks.project import Project
from atlas_decks.study.confusables import Confusion, confusions
from support.sample import QUEUES, Sample

DECISION = """    decisions:
      - id: NAME
        prompt: More orders come in a minute than are done in an hour.
        answer: ANSWER
        not: WRONG
        tell: Only one of them is right.
"""


def decide(sample: Sample, diagram: str, answer: str, wrong: str) -> None:
    """Give a diagram of the queues a decision."""
    text = DECISION.replace("NAME", diagram).replace("ANSWER", answer).replace("WRONG", wrong)
    file = sample.root / QUEUES
    before, at, after = file.read_text("utf-8").partition(f"  - id: {diagram}-flow\n")
    assert at
    file.write_text(before + at + after.replace("    metrics:\n", f"{text}    metrics:\n", 1), "utf-8")


def found(sample: Sample) -> dict[str, list[tuple[str, bool]]]:
    """The other sides by diagram, and whether the diagram has the right answer."""

    def told(confusion: Confusion) -> tuple[str, bool]:
        return confusion.other.id if confusion.other else "", confusion.rightly

    curriculum, problems = load.load(Project(sample.root))
    assert problems == []
    return {name: [told(one) for one in several] for name, several in confusions(curriculum.diagrams).items()}


def test_the_wrong_answer_belongs_to_the_diagram_whose_decision_it_answers(sample: Sample) -> None:
    ids = [diagram.id for diagram in load.load(Project(sample.root))[0].diagrams]
    mine = [name.removesuffix("-flow") for name in ids if name in (sample.root / QUEUES).read_text("utf-8")]
    one, other = mine[0], mine[-1]
    assert one != other
    decide(sample, one, "Job queue", "Load shedding")
    decide(sample, other, "Load shedding", "Nothing of the kind")
    assert found(sample) == {
        f"{one}-flow": [(f"{other}-flow", True)],
        f"{other}-flow": [("", True), (f"{one}-flow", False)],
    }


@pytest.mark.parametrize(
    ("wrong", "belongs"),
    [("Caches", True), ("Cache", True), ("A cache beside it", True), ("Cached", False), ("Queues", False)],
)
def test_else_to_the_first_of_the_group_of_that_name(sample: Sample, wrong: str, belongs: bool) -> None:
    """The group of the decision's own diagram is no other side."""
    curriculum = load.load(Project(sample.root))[0]
    queue = next(d.id.removesuffix("-flow") for d in curriculum.diagrams if d.spec.group == "queues")
    cached = [d.id for d in curriculum.diagrams if d.spec.group == "caches"]
    decide(sample, queue, "Job queue", wrong)
    sides = found(sample)
    assert sides[f"{queue}-flow"][0] == (cached[0] if belongs else "", True)
    assert (cached[0] in sides) == belongs
