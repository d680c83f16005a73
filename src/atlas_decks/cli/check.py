"""Reports what is wrong with the curriculum."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from atlas_decks import pipeline, rules
from atlas_decks.cli import PROBLEMS
from atlas_decks.cli import context as options
from atlas_decks.cli.context import Context, pass_context, print_problems
from atlas_decks.problems import Format, Problem, ProblemsFoundError
from atlas_decks.project import Project


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.option("--format", "style", type=click.Choice(["text", "json", "github"]), default="text", show_default=True)
@click.option("--rules", "list_rules", is_flag=True, help="List the content rules and exit.")
@options.renderer
@options.jobs
@pass_context
def command(
    context: Context, /, paths: tuple[Path, ...], strict: bool, style: Format, list_rules: bool, **drawing: Any
) -> None:
    """Check the curriculum; with PATHs, report only what concerns those files and folders.

    The whole curriculum is read either way, as ids and prompts are unique over all of it.

    \b
    Examples:
      atlas-decks check --strict
      atlas-decks check curriculum/5-companies/architecture/discord.yaml
      atlas-decks check --format github
    """
    if list_rules:
        for rule in rules.explain():
            click.echo(f"{rule.name}: {rule.about}")
        return
    beside = None  # the project is that of the paths, where none is named
    if paths and context.project_dir == Path():
        first = paths[0].absolute()
        beside = Path(os.path.normpath(first if first.is_dir() else first.parent))
    project = context.open_project(beside)
    try:
        with context.session(**drawing, project=project) as session:
            found = context.survey(session)
    except ProblemsFoundError as error:  # the plan itself
        print_problems(error.problems, style)
        sys.exit(PROBLEMS)
    books = pipeline.judge_books(project, found.plan)
    problems = [p for p in (*found.problems, *found.unfilled, *books) if _concerns(p, paths, project)]
    print_problems(problems, style)
    wrong = [p for p in problems if strict or p.severity == "error"]
    if wrong:
        context.say(f"{len(problems)} problems in {len({p.path for p in problems})} files")
        sys.exit(PROBLEMS)
    context.say(f"clean: {found.count} diagrams")


def _concerns(problem: Problem, paths: tuple[Path, ...], project: Project) -> bool:
    names = [project.name(Path(os.path.normpath(path.absolute()))) for path in paths]
    return (
        not names or "." in names or any(problem.path == name or problem.path.startswith(f"{name}/") for name in names)
    )
