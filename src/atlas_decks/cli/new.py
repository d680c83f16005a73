"""Starts a project."""

from __future__ import annotations

from pathlib import Path

import click

from atlas_decks.cli.context import Context, pass_context
from atlas_decks.cli.schema import write_schemas
from atlas_decks.problems import Problem, ProblemsFoundError
from atlas_decks.project import default_guide, fresh_id

_STARTER = Path(__file__).parents[1] / "starter"


@click.command("new")
@click.argument("directory", type=click.Path(path_type=Path))
@pass_context
def command(context: Context, directory: Path) -> None:
    """Start a curriculum of your own in DIRECTORY, with one small example.

    The guide to the format comes along in docs/, and in schema/ what editors need to complete keys and mark slips.

    \b
    Example:
      atlas-decks new my-decks && cd my-decks && atlas-decks build
    """
    if directory.exists() and any(directory.iterdir() if directory.is_dir() else [directory]):
        problem = Problem(str(directory), 0, 0, "not-empty", "the folder is not empty", "name a new or an empty folder")
        raise ProblemsFoundError([problem])
    write_starter(directory, fresh_id())
    context.say(f"{directory}: edit curriculum/, then run `atlas-decks build` there")


def write_starter(directory: Path, project_id: str) -> None:
    """Write the files of a new curriculum with that id into a folder, which need not exist."""
    write_schemas(directory / "schema")
    (directory / "docs").mkdir()
    for page in default_guide():
        (directory / "docs" / page.name).write_bytes(page.read_bytes())
    for source in sorted(_STARTER.rglob("*")):
        if source.is_file() and "__pycache__" not in source.parts:
            target = directory / source.relative_to(_STARTER)
            if target.name in ("gitignore", "gitattributes"):  # dot files would act within our own repository
                target = target.with_name(f".{target.name}")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes().replace(b"{project_id}", project_id.encode()))
