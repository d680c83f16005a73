"""What is installed is pinned: the tool's own dependencies with hashes, and what builds it, all as the constraints say."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def pins(text: str) -> dict[str, str]:
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


CONSTRAINTS = pins((ROOT / "constraints.txt").read_text("utf-8"))
LOCKED = (ROOT / "locked.txt").read_text("utf-8")


def test_all_that_the_tool_needs_is_locked_with_hashes() -> None:
    wanted = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
    needed: set[str] = set()
    while wanted:
        requirement = wanted.pop()
        name = canonicalize_name(requirement.name)
        applies = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if applies and name not in needed:
            needed.add(name)
            wanted += [Requirement(text) for text in requires(name) or ()]
    locked = pins(LOCKED)
    assert needed <= locked.keys()
    assert locked == {name: CONSTRAINTS[name] for name in locked}
    for block in re.split(r"\n(?=\S)", LOCKED):
        if not block.startswith("#"):
            assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block


def test_what_builds_the_tool_is_pinned() -> None:
    wanted = PROJECT["build-system"]["requires"]
    found = pins("\n".join(wanted))
    assert len(found) == len(wanted), "each with its exact version"
    assert found == {name: CONSTRAINTS[name] for name in found}
    assert {canonicalize_name(Requirement(text).name) for text in requires("hatchling") or ()} - {
        "tomli"
    } <= found.keys()
