"""Writes a checkpoint of the plan as an exam on paper."""

from __future__ import annotations

from pathlib import Path

import click

from atlas_decks.cli import context as options
from atlas_decks.cli.context import Context, pass_context
from atlas_decks.curriculum import load
from atlas_decks.curriculum.models import Checkpoint, Plan
from atlas_decks.learner.collection.model import LearnerCollection
from atlas_decks.learner.collection.read import read_collection
from atlas_decks.problems import Problem, ProblemsFoundError, WrongRequestError
from atlas_decks.study.exam import draw_exam
from atlas_decks.study.exam_pages import exam_pages
from atlas_decks.study.standing import standing_of


@click.command("exam")
@click.argument("checkpoint")
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Another number draws other questions."
)
@click.option(
    "--only-studied",
    metavar="COLLECTION",
    type=click.Path(path_type=Path),
    help="Ask only what was begun in a collection: an exported .colpkg, or the profile's collection.anki2.",
)
@click.option(
    "--weak",
    metavar="COLLECTION",
    type=click.Path(path_type=Path),
    help="Ask first what was missed most in a collection; every group still has its share.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the sheets; default: exam-CHECKPOINT.",
)
@options.renderer
@pass_context
def command(context: Context, /, checkpoint: str, seed: int, renderer: str, **paths: Path | None) -> None:
    """Write a CHECKPOINT of the plan as pages to print: questions, answers, and the score.

    Questions are drawn by the seed, spread over the groups; the same seed draws the same.

    \b
    Examples:
      atlas-decks exam week-04 --seed 7 -o exam
      atlas-decks exam week-08 --only-studied mine.colpkg --weak mine.colpkg
    """
    with context.session(renderer) as session:
        curriculum, _ = load.load(session.project)
        point = _find(curriculum.plan, checkpoint)
        studied, weak = _held(context, curriculum.plan, paths["only_studied"], paths["weak"])
        exam = draw_exam(curriculum, point, seed, standing_of(studied, weak))
        if not any(section.questions or section.names for section in exam.sections):
            raise _nothing(checkpoint, paths["only_studied"])
        pictures = options.draw(session, exam.diagrams)
    sheets = exam_pages(exam, curriculum.plan, pictures)
    options.write_pages(context, sheets, paths["output"], f"exam-{checkpoint}")


def _held(context: Context, plan: Plan, *files: Path | None) -> list[LearnerCollection | None]:
    """The collections, each read once; says what is odd about them."""
    read = {file: read_collection(file, plan.id) for file in dict.fromkeys(filter(None, files))}
    for file, held in read.items():
        for notice in held.notices:
            context.say(f"{file}: {notice}")
    return [read[file] if file else None for file in files]


def _nothing(checkpoint: str, studied: Path | None) -> ProblemsFoundError:
    """What is raised where there is nothing to ask."""
    message, hint = f"nothing that {checkpoint} asks for is written yet", "see `atlas-decks stats`"
    if studied:
        message, hint = (
            f"nothing that {checkpoint} asks for was begun in it",
            "leave --only-studied out, or study first",
        )
    return ProblemsFoundError([Problem(str(studied or checkpoint), 0, 0, "nothing-to-ask", message, hint)])


def _find(plan: Plan, slug: str) -> Checkpoint:
    found = next((point for point in plan.checkpoints if point.slug == slug), None)
    if found is None:
        known = ", ".join(point.slug for point in plan.checkpoints)
        hint = f"there are {known}" if known else "atlas.yaml lists them under `checkpoints`"
        raise WrongRequestError([Problem(slug, 0, 0, "no-checkpoint", "no checkpoint of that name in the plan", hint)])
    return found
