"""Writes a checkpoint of the plan as an exam on paper."""

from __future__ import annotations

from pathlib import Path

import click

from atlas_decks.cli import context as options
from atlas_decks.cli.context import Context, pass_context
from atlas_decks.curriculum import load
from atlas_decks.curriculum.models import Checkpoint, Plan
from atlas_decks.files import replace
from atlas_decks.problems import Problem, ProblemsFoundError, WrongRequestError
from atlas_decks.study.exam import draw_exam
from atlas_decks.study.exam_pages import exam_pages


@click.command("exam")
@click.argument("checkpoint")
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Another number draws other questions."
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the sheets; default: exam-CHECKPOINT.",
)
@options.renderer
@pass_context
def command(context: Context, checkpoint: str, seed: int, output: Path | None, renderer: str) -> None:
    """Write a CHECKPOINT of the plan as pages to print: questions, answers, and the score.

    Questions are drawn by the seed, spread over the groups; the same seed draws the same.

    \b
    Example:
      atlas-decks exam week-04 --seed 7 -o exam
    """
    with context.session(renderer) as session:
        curriculum, _ = load.load(session.project)
        exam = draw_exam(curriculum, _find(curriculum.plan, checkpoint), seed)
        if not any(section.questions or section.names for section in exam.sections):
            message, hint = f"nothing that {checkpoint} asks for is written yet", "see `atlas-decks stats`"
            raise ProblemsFoundError([Problem(checkpoint, 0, 0, "nothing-written", message, hint)])
        pictures = options.draw(session, exam.diagrams)
    sheets = exam_pages(exam, curriculum.plan, pictures)
    folder = output or options.own_folder(f"exam-{checkpoint}")
    folder.mkdir(parents=True, exist_ok=True)
    for name, sheet in sheets.items():
        replace.write_file(folder / name, sheet)
        context.say(str(folder / name))


def _find(plan: Plan, slug: str) -> Checkpoint:
    found = next((point for point in plan.checkpoints if point.slug == slug), None)
    if found is None:
        known = ", ".join(point.slug for point in plan.checkpoints)
        hint = f"there are {known}" if known else "atlas.yaml lists them under `checkpoints`"
        raise WrongRequestError([Problem(slug, 0, 0, "no-checkpoint", "no checkpoint of that name in the plan", hint)])
    return found
