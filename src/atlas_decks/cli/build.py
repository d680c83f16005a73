"""Builds packages and moves the ledger on."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from atlas_decks import ledger, pipeline, publish
from atlas_decks.cli import context as options
from atlas_decks.cli.context import Context, pass_context
from atlas_decks.problems import Problem, ProblemsFoundError


@click.command("build")
@options.selection
@click.option("--only-changed", is_flag=True, help="One package with just the notes that changed since the ledger.")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), help="Folder for the packages, or an .apkg file for a selection."
)
@click.option("--frozen", is_flag=True, help="Fail where the ledger is stale (for CI).")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Write figures of the build as JSON.")
@options.weeks
@options.renderer
@options.jobs
@pass_context
def command(
    context: Context,
    selection: pipeline.Selection,
    only_changed: bool,
    output: Path | None,
    frozen: bool,
    report: Path | None,
    weeks: int | None,
    renderer: str,
    jobs: int,
) -> None:
    """Build the packages: one a tier, atlas-all.apkg and plan.apkg; or one with a selection.

    \b
    Examples:
      atlas-decks build
      atlas-decks build --weeks 32
      atlas-decks build --tier 5 --company discord -o discord.apkg
      atlas-decks build --tag focus::startup
      atlas-decks build --frozen
    """
    project = context.project
    started = time.monotonic()
    with context.alone(project.decks):  # before anything is read: a build that waited must see the newest content
        checked = context.sound(renderer, jobs)
        pace = options.find_pace(checked.curriculum.plan, weeks)
        built = pipeline.build(project, checked, options.now(), pace.weeks, selection, frozen, only_changed)
        if not built.packages:
            problem = Problem(
                "build",
                0,
                0,
                "nothing-selected",
                "no note matches the selection",
                "see `atlas-decks list` and `atlas-decks stats`",
            )
            raise ProblemsFoundError([problem])
        files = dict(built.packages)
        folder = output if output and output.suffix != ".apkg" else project.decks
        text = {project.ledger.name: ledger.write(built.ledger).encode()}
        if output and output.suffix == ".apkg":
            if len(files) != 1:
                raise click.UsageError("a single file holds a selection; name a folder for all packages")
            output.parent.mkdir(parents=True, exist_ok=True)
            publish.publish(project.decks, text)
            publish.write_file(output, next(iter(files.values())))
        elif folder.resolve() == project.decks.resolve():
            publish.publish(folder, {**files, **text}, built.leftovers(folder))
        else:
            with context.alone(folder):
                # the ledger first: a crash in between costs nothing, as the next build gives the packages its mods
                publish.publish(project.decks, text)
                publish.publish(folder, files)
    figures = {
        "diagrams": len(checked.curriculum.diagrams),
        "notes": sum(not p.note.retired for p in built.placed),
        "retired": sum(p.note.retired for p in built.placed),
        "changed": len(built.changed),
        "seconds": round(time.monotonic() - started, 2),
        "packages": {name: len(data) for name, data in files.items()},
    }
    if report:
        publish.write_file(report, (json.dumps(figures, indent=2) + "\n").encode())
    for name, data in files.items():
        context.say(f"{(output if output and output.suffix == '.apkg' else folder / name)}  {len(data) / 1000:,.0f} kB")
    what = f"{figures['notes']:,} notes on {figures['diagrams']} diagrams, {figures['changed']} changed"
    context.say(f"{what}, {figures['seconds']} s")
