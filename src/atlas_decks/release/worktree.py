"""Asks git what is not committed, where a project is under git at all."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path


def uncommitted(root: Path, paths: Sequence[str]) -> list[str]:
    """Files among `paths` (relative to `root`) that differ from the last commit or are new; [] without git."""
    git = shutil.which("git")
    if git is None:
        return []
    command = [git, "-C", str(root), "status", "--porcelain", "--untracked-files=all", "-z", "--", *paths]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - a fixed command, no shell
    if done.returncode != 0:  # not a repository
        return []
    entries = [entry for entry in done.stdout.decode("utf-8", "replace").split("\0") if entry[2:3] == " "]
    return sorted(entry[3:] for entry in entries)
