"""Gathers what a release publishes: `gather.py TAG DIR`. Fails where a package is not the one of the release log."""

from __future__ import annotations

import hashlib
import shutil
import sys
from pathlib import Path

from atlas_decks.packages import release_log
from atlas_decks.project import find_project
from atlas_decks.release.changelog import section


def gather(root: Path, tag: str, to: Path) -> None:
    """Copy packages, SHA256SUMS and the section of the changelog (NOTE.md) of the version `tag` names into a folder.

    Raises SystemExit, which says what is wrong.
    """
    project = find_project(root)
    log = release_log.read(project.releases, project.name(project.releases))
    version = tag.removeprefix("v")
    if not log or log[-1].version != version:
        last = log[-1].version if log else "none"
        raise SystemExit(f"{tag} is not the last release of {project.name(project.releases)}, which is {last}")
    sums = log[-1].sha256
    wrong = [
        name
        for name, digest in sums.items()
        if hashlib.sha256((project.decks / name).read_bytes()).hexdigest() != digest
    ]
    if wrong:
        raise SystemExit(f"not as released, by their checksums: {', '.join(sorted(wrong))}")
    to.mkdir(parents=True, exist_ok=True)
    for name in sums:
        shutil.copy(project.decks / name, to)
    (to / "SHA256SUMS").write_text("".join(f"{sums[name]}  {name}\n" for name in sorted(sums)), "utf-8")
    (to / "NOTE.md").write_text(section(project.changelog.read_text("utf-8"), version), "utf-8")


if __name__ == "__main__":
    gather(Path(), sys.argv[1], Path(sys.argv[2]))
