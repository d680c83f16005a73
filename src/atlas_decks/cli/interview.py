"""Writes a mock interview from the curriculum."""

from __future__ import annotations

import json
from pathlib import Path

import click

from atlas_decks.cli import completion
from atlas_decks.cli import context as options
from atlas_decks.cli.context import Context, pass_context
from atlas_decks.curriculum import load
from atlas_decks.curriculum.models import Focus, Plan
from atlas_decks.files import replace
from atlas_decks.problems import Problem, ProblemsFoundError, WrongRequestError
from atlas_decks.study.interview import draw_interview
from atlas_decks.study.interview_pages import interview_pages
from atlas_decks.study.interview_script import script as words_of
from atlas_decks.study.phases import LEVELS


@click.command("interview")
@click.option(
    "--level",
    type=click.Choice(list(LEVELS)),
    default=next(iter(LEVELS)),
    show_default=True,
    help="guided: 45 minutes, with references; realistic: 60, without; ready: 45 or 60, of varied difficulty.",
)
@click.option(
    "--track", metavar="SLUG", shell_complete=completion.tracks, help="A focus track of the plan, such as startup."
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Another number draws another interview."
)
@click.option("--format", "style", type=click.Choice(["html", "text", "json"]), default="html", show_default=True)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help="Folder for the pages, default: interview-LEVEL; or file for text and JSON, default: standard output.",
)
@options.renderer
@pass_context
def command(
    context: Context, /, level: str, style: str, output: Path | None, renderer: str, **drawn: str | int
) -> None:
    """Write a mock interview: the candidate's page, the interviewer's with all answers, and the score.

    The subject and the questions are drawn by the seed; the same seed draws the same.

    \b
    Examples:
      atlas-decks interview --level guided --seed 3 -o interview
      atlas-decks interview --level ready --track startup --format text
    """
    with context.session(renderer) as session:
        curriculum, _ = load.load(session.project)
        plan = curriculum.plan
        track = _track(plan, str(drawn["track"])) if drawn["track"] is not None else None
        interview = draw_interview(curriculum, LEVELS[level], track, int(drawn["seed"]))
        if interview is None:
            what = f"--track {track.slug}" if track else plan.name
            message = "nothing is written yet that an interview could be about"
            hint = "it wants a diagram with a metric, a trade-off and a failure; see `atlas-decks stats`"
            raise ProblemsFoundError([Problem(what, 0, 0, "nothing-written", message, hint)])
        pictures = options.draw(session, interview.diagrams)
    script = words_of(interview, plan, pictures)
    if style == "html":
        options.write_pages(context, interview_pages(script, plan, pictures), output, f"interview-{level}")
        return
    text = script.text() if style == "text" else json.dumps(script.data(), indent=2, ensure_ascii=False)
    if output is None:
        click.echo(text)
    else:
        replace.write_file(output, f"{text}\n".encode())
        context.say(str(output))


def _track(plan: Plan, slug: str) -> Focus:
    found = next((track for track in plan.focus if track.slug == slug), None)
    if found is None:
        known = ", ".join(track.slug for track in plan.focus)
        hint = f"there are {known}" if known else "atlas.yaml lists them under `focus`"
        raise WrongRequestError([Problem("--track", 0, 0, "no-track", f"no track {slug} in the plan", hint)])
    return found
