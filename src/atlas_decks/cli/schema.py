"""Prints or writes the JSON schemas of the file formats."""

from __future__ import annotations

import json
from pathlib import Path

import click

from atlas_decks.cli.context import Context, pass_context
from atlas_decks.curriculum.schema import schemas
from atlas_decks.files.replace import write_file


@click.command("schema")
@click.argument("name", metavar="[atlas|subject]", type=click.Choice(["atlas", "subject"]), default="subject")
@click.option(
    "--all", "-a", "folder", type=click.Path(path_type=Path, file_okay=False), help="Write both into a folder."
)
@pass_context
def command(context: Context, name: str, folder: Path | None) -> None:
    """Print the JSON schema of atlas.yaml or of a subject file, for editors.

    \b
    Examples:
      atlas-decks schema subject > subject.schema.json
      atlas-decks schema --all schema
    """
    if folder is None:
        click.echo(text_of(name), nl=False)
        return
    write_schemas(folder)
    context.say(f"{folder}: atlas.schema.json, subject.schema.json")


def text_of(name: str) -> str:
    """A schema as the text of a file."""
    return json.dumps(schemas()[name], indent=1, ensure_ascii=False) + "\n"


def write_schemas(folder: Path) -> None:
    """Write the schema of each kind of file into a folder, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in schemas():
        write_file(folder / f"{name}.schema.json", text_of(name).encode())
