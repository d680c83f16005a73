"""The command line."""
import click, sys
from pathlib import Path
from atlas_decks.project import find_project
from atlas_decks.pipeline import check as run_check
from atlas_decks.diagrams import make_renderer
from atlas_decks.problems import ProblemsFoundError, format_problems

@click.group()
def main(): ...

@main.command()
@click.argument("paths", nargs=-1)
@click.option("--strict", is_flag=True)
def check(paths, strict):
    try:
        p = find_project(Path.cwd() if not paths else Path(paths[0]).parent)
        r = run_check(p, make_renderer("embedded"))
        names = {p.name(Path(x)) for x in paths}
        probs = [q for q in r.problems if not names or q.path in names]
    except ProblemsFoundError as e:
        probs = e.problems
    if probs: click.echo(format_problems(probs)); sys.exit(1)
    click.echo("clean")
