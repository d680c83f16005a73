"""What the entries of the store are keyed by: everything that shapes a subject besides its own file."""

from __future__ import annotations

import hashlib
import sys
from functools import lru_cache
from pathlib import Path

from atlas_decks.files.places import read_regular
from atlas_decks.files.versions import packages
from atlas_decks.project import Project


def shared_key(project: Project, renderer_version: str) -> bytes:
    """A digest of all that shapes every subject: plan, templates, renderer, this tool and what it is built on."""
    digest = hashlib.sha256(f"{renderer_version}\0{_tool()}\0".encode())
    digest.update(read_regular(project.plan_file))
    for folder in project.templates:
        for file in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if file.is_file():
                digest.update(f"\0{file.relative_to(folder).as_posix()}\0".encode("utf-8", "surrogatepass"))
                digest.update(read_regular(file))
    return digest.digest()


def subject_key(shared: bytes, name: str, raw: bytes) -> str:
    """The key of a subject file of that name and content."""
    return hashlib.sha256(b"\0".join((shared, name.encode("utf-8", "surrogatepass"), raw))).hexdigest()


def tool_files() -> list[Path]:
    """The tool's own code, and its font."""
    package = Path(__file__).parents[1]
    return sorted([*package.rglob("*.py"), *package.rglob("*.ttf")])


@lru_cache(maxsize=1)
def _tool() -> str:
    """A digest of the tool's own code and of the names and versions of all installed packages."""
    digest = hashlib.sha256(sys.version.encode())
    for file in tool_files():
        digest.update(file.read_bytes())
    digest.update("\0".join(packages()).encode())
    return digest.hexdigest()
