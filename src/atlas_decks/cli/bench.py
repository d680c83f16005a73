"""Measures how fast the tool is."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from atlas_decks.bench import report, results
from atlas_decks.bench.peers import Peers
from atlas_decks.bench.runs import Bench, measure, start_up
from atlas_decks.bench.stages import stages
from atlas_decks.cli.context import Context, pass_context
from atlas_decks.curriculum import load

_MAIN = 1060  # at this size the stages are taken apart and the peers are measured
_ROUNDS = 3


@click.command("bench")
@click.option(
    "--scale", "-n", "scales", multiple=True, type=click.IntRange(1, 300_000), help="Diagrams; several times."
)
@click.option(
    "--peers",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A program that measures other ways to do the same; tests/bench_peers.py in the repository.",
)
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, file_okay=False), help="Folder for the report; default: print it."
)
@pass_context
def command(context: Context, scales: tuple[int, ...], peers: Path | None, output: Path | None) -> None:
    """Measure builds of curricula of any size, made by recombining the diagrams of this one.

    Sizes that were measured earlier stay in the report of the output folder. Nothing in the project changes.

    \b
    Examples:
      atlas-decks bench --scale 72 --scale 1060
      atlas-decks bench -n 72 -n 1060 -n 10000 --peers tests/bench_peers.py -o docs
    """
    curriculum, _ = load.load(context.open_project())
    found = results.read(output) if output else results.Results()
    found.start_up = start_up()
    with tempfile.TemporaryDirectory(prefix="atlas-bench-") as name:
        folder = Path(name)
        for number in sorted(set(scales or (72, _MAIN, 10_000))):
            bench = Bench(curriculum, number, folder)
            others = Peers(peers, folder / "peers") if peers and number == _MAIN else None
            if others:
                others.prepare(bench.project)
            rounds = _ROUNDS if number <= _MAIN else 1
            found.add(measure(bench, rounds, others.round if others else lambda: None, context.say))
            if others:
                found.peers = others.seconds
            if number == _MAIN:
                context.say("the stages, one by one")
                found.stages = list(stages(bench.project))
            bench.remove()
    if output is None:
        click.echo(report.text(found))
        return
    output.mkdir(parents=True, exist_ok=True)
    results.write(output, found)
    for file in report.write(output, found):
        context.say(str(file))
