"""Builds packages and moves the ledger on."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from atlas_decks import pipeline
from atlas_decks.cli import context as options
from atlas_decks.cli.context import Context, pass_context
from atlas_decks.files.places import read_regular
from atlas_decks.files.replace import write_file
from atlas_decks.pipeline import BuildRequest, Target


@click.command("build")
@options.selection
@click.option("--only-changed", is_flag=True, help="One package with just the notes that changed since the ledger.")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), help="Folder for the packages, or an .apkg file for a selection."
)
@click.option("--frozen", is_flag=True, help="Fail where the ledger is stale (for CI).")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Write figures of the build as JSON.")
@options.agreed
@options.weeks
@options.renderer
@options.jobs
@pass_context
def command(context: Context, /, output: Path | None, report: Path | None, agreed: bool, **wanted: Any) -> None:
    """Build the packages: one a tier, one with all, one with the weekday decks; or one with a selection.

    \b
    Examples:
      atlas-decks build
      atlas-decks build --weeks 32
      atlas-decks build --tier 5 --company discord -o discord.apkg
      atlas-decks build --tag focus::startup
      atlas-decks build --frozen
    """
    started = time.monotonic()
    drawing = {name: wanted.pop(name) for name in ("renderer", "jobs")}
    request = BuildRequest(now=options.now(), **wanted)
    single = output if output and output.suffix == ".apkg" else None
    if report:
        _require_report(report)
    if single and request.whole:
        raise click.UsageError("a single file holds a selection; name a folder for all packages")
    with context.session(**drawing) as session:
        session = replace(session, withdraw=options.ask_to_withdraw(context, agreed))
        target = Target(single.parent, single) if single else Target(output or session.project.decks)
        built = pipeline.build(session, request, target)
    seconds = round(time.monotonic() - started, 2)
    if report:
        figures = {**asdict(built), "seconds": seconds}
        write_file(report, (json.dumps(figures, indent=2) + "\n").encode())
    for name, size in built.packages.items():
        context.say(f"{single or target.folder / name}  {size / 1000:,.0f} kB")
    context.say(
        f"{built.notes:,} notes on {built.diagrams} diagrams: {built.added:,} added, "
        f"{built.altered:,} changed, {len(built.withdrawn):,} withdrawn; {seconds} s"
    )


def _require_report(file: Path) -> None:
    """Raise FileExistsError where the file of a report is something else than an older report."""
    if not os.path.lexists(file):
        return
    try:
        found = json.loads(read_regular(file))
        ours = isinstance(found, dict) and {"diagrams", "notes", "packages"} <= found.keys()
    except (OSError, ValueError, RecursionError):
        ours = False
    if not ours:
        raise FileExistsError(17, "is no report of a build: name another file", str(file))
