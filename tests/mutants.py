"""Do the tests bite? Draws a seeded sample of small faults, puts each into a copy of the code, and runs tests (make mutants).

A mutant is killed where a test fails or hangs. First the tests of its room run, then all but the slowest. Survivors are
printed with their change: each needs a test, or stands in EQUIVALENT with the reason why nobody can notice it.
The faults are those of cosmic-ray (https://cosmic-ray.readthedocs.io): flipped comparisons, shifted numbers, negated
conditions, swapped operators, loops that are left early or never begun.
"""

from __future__ import annotations

import argparse
import difflib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray import plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

ROOT = Path(__file__).resolve().parents[1]
SOURCE = Path("src/atlas_decks")
PARTS = ("src", "templates", "docs", "tests", "bench", "curriculum", "decks", ".ci", ".github", ".atlas")
OPERATORS = (
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt")),
    *(
        f"ReplaceBinaryOperator_{pair}"
        for pair in ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Mul", "Mod_Add")
    ),
    *("AddNot", "ReplaceUnaryOperator_Delete_Not", "ReplaceUnaryOperator_USub_UAdd", "NumberReplacer"),
    *("ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd"),
    *("ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ZeroIterationForLoop"),
)
SLOW = ("tests/learner/test_update_sequences.py", "tests/files/test_crash_safety.py", "tests/test_recipes.py")
NEAR = ("packages", "compiled", "cli", "curriculum")  # rooms whose tests go all the way through the code
WORKERS = os.environ.get("ATLAS_WORKERS", "auto")
SECONDS = 900  # after which tests hang
# (file, the line as it stands, operator) -> why no test can notice
EQUIVALENT: dict[tuple[str, str, str], str] = {
    (
        "problems.py",
        "text = json.dumps([asdict(p) for p in ordered], indent=2, ensure_ascii=False)",
        "NumberReplacer",
    ): "how far JSON is indented means nothing",
    (
        "cards/selection.py",
        'return Problem(command, 0, 0, "nothing-selected", "no note matches the selection", hint)',
        "NumberReplacer",
    ): "a column is printed only behind a line",
}


@dataclass(frozen=True)
class Mutant:
    """A fault: the `occurrence`-th place in a file at which an operator of cosmic-ray can act.

    `root` is the copy of the repository, `file` relative to it.
    """

    root: Path
    file: Path
    operator: str
    occurrence: int

    def sound(self) -> str:
        """The file's text without the fault."""
        return (self.root / self.file).read_text("utf-8")

    def code(self) -> str:
        """The file's text with the fault."""
        operator = plugins.get_operator(f"core/{self.operator}")()
        mutated = mutate_code(self.sound(), operator, self.occurrence)
        assert mutated is not None
        return str(mutated)

    def change(self) -> list[str]:
        """The lines that differ, the old ones first."""
        old, new = self.sound().splitlines(), self.code().splitlines()
        return [line for line in difflib.unified_diff(old, new, n=0, lineterm="") if line[:3] not in ("---", "+++")]

    @property
    def name(self) -> str:
        return f"{self.file} {self.operator} {self.occurrence}"

    @property
    def known(self) -> str:
        """Why nobody can notice the fault, where that is known."""
        line = next((line[1:].strip() for line in self.change() if line.startswith("-")), "")
        if line.startswith("@dataclass(") and self.operator == "ReplaceTrueWithFalse":
            return "that data cannot be changed is for mypy, and for hashing where it is hashed"
        return EQUIVALENT.get((str(self.file.relative_to(SOURCE)), line, self.operator), "")


def all_mutants(root: Path) -> Iterator[Mutant]:
    """Every fault that can be made in the tool's code, in a copy of the repository."""
    for file in sorted((root / SOURCE).rglob("*.py")):
        nodes = list(ast_nodes(get_ast(file.read_text("utf-8"))))
        for name in OPERATORS:
            operator = plugins.get_operator(f"core/{name}")()
            places = sum(1 for node in nodes for _ in operator.mutation_positions(node))
            yield from (Mutant(root, file.relative_to(root), name, number) for number in range(places))


def killed(mutant: Mutant, own_only: bool) -> bool:
    """Whether some test notices the fault; with `own_only`, one of its room's or of the commands'."""
    copy, file, sound = mutant.root, mutant.root / mutant.file, mutant.sound()
    room = mutant.file.relative_to(SOURCE).parts[0]
    file.write_text(mutant.code(), "utf-8")
    try:
        own = [f"tests/{room}"] if (ROOT / "tests" / room).is_dir() else []
        others = [f"tests/{name}" for name in NEAR if name != room]
        return any(_fails(copy, tests) for tests in (own, others if own_only else ["tests"]) if tests)
    finally:
        file.write_text(sound, "utf-8")


def _fails(copy: Path, tests: list[str]) -> bool:
    spared = [option for slow in SLOW for option in ("--ignore", slow)]
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", WORKERS, "--dist", "loadfile", *spared, *tests]
    environment = {**os.environ, "PYTHONPATH": str(copy / "src")}
    try:
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def main() -> None:
    """Draw, run, and say what survived; exits with 1 where fewer are killed than wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--wanted", type=float, default=0.85, help="share that must be killed")
    parser.add_argument("--quick", action="store_true", help="run only the tests near the fault: some survive wrongly")
    options = parser.parse_args()
    survivors: list[Mutant] = []
    with tempfile.TemporaryDirectory(prefix="atlas-mutants-") as name:
        copy = Path(name)
        for part in PARTS:
            if (ROOT / part).is_dir():
                shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__", "peers"))
        for file in ROOT.iterdir():
            if file.is_file():
                shutil.copy(file, copy)
        if not options.quick and _fails(copy, ["tests"]):
            raise SystemExit("the tests fail without any fault: mend that first")
        mutants = random.Random(options.seed).sample(list(all_mutants(copy)), options.count)
        for number, mutant in enumerate(mutants, 1):
            started = time.monotonic()
            why = mutant.known
            dead = not why and killed(mutant, options.quick)
            word = "killed" if dead else "equivalent" if why else "SURVIVED"
            print(f"{number:3} {word:10} {time.monotonic() - started:5.0f} s  {mutant.name}", flush=True)
            if not dead and not why:
                survivors.append(mutant)
                print("\n".join(f"      {line}" for line in mutant.change()), flush=True)
    share = 1 - len(survivors) / len(mutants)
    print(f"{share:.0%} of {len(mutants)} killed or equivalent")
    sys.exit(share < options.wanted)


if __name__ == "__main__":
    main()
