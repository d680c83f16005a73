"""Measures how fast the tool is: `python -m bench`, from the root of the repository."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from atlas_decks.curriculum import load
from atlas_decks.project import find_project
from bench import report, results
from bench.peers import Peers
from bench.runs import Bench, measure, start_up
from bench.stages import stages

_MAIN = 1060  # at this size the stages are taken apart and the peers are measured
_ROUNDS = 3


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--project",
    "project_dir",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path(),
    help="Folder of the project whose diagrams are recombined; default: the nearest one upwards.",
)
@click.option(
    "--scale", "-n", "scales", multiple=True, type=click.IntRange(1, 300_000), help="Diagrams; several times."
)
@click.option(
    "--peers",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A program that measures other ways to do the same; bench/peer_programs.py.",
)
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, file_okay=False), help="Folder for the report; default: print it."
)
def main(project_dir: Path, scales: tuple[int, ...], peers: Path | None, output: Path | None) -> None:
    """Measure builds of curricula of any size, made by recombining the diagrams of this one.

    Sizes that were measured earlier stay in the report of the output folder. Nothing in the project changes.

    \b
    Examples:
      python -m bench --scale 72 --scale 1060
      python -m bench -n 72 -n 1060 -n 10000 --peers bench/peer_programs.py -o docs
    """
    curriculum, _ = load.load(find_project(project_dir))
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
            found.add(measure(bench, rounds, others.round if others else lambda: None, _say))
            if others:
                found.peers = others.seconds
            if number == _MAIN:
                _say("the stages, one by one")
                found.stages = list(stages(bench.project))
            bench.remove()
    if output is None:
        click.echo(report.text(found))
        return
    output.mkdir(parents=True, exist_ok=True)
    results.write(output, found)
    for file in report.write(output, found):
        _say(str(file))


def _say(text: str) -> None:
    click.echo(text, err=True)


if __name__ == "__main__":
    main()
