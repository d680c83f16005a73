"""A project is a folder with `curriculum/atlas.yaml`; this module finds it and knows its layout."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from atlas_decks.files.places import odd_places
from atlas_decks.problems import Problem, ProblemsFoundError

_PACKAGE = Path(__file__).resolve().parent
_LETTERS, _DIGITS = "abcdefghijklmnopqrstuvwxyz", "234567"  # base32, RFC 4648: nothing that YAML takes for a number
PROJECT_ID = r"^[a-z][a-z2-7]{15}$"


def fresh_id() -> str:
    """A random id for a project: 80 bits in 16 letters and digits, so that no two curricula share one."""
    return secrets.choice(_LETTERS) + "".join(secrets.choice(_LETTERS + _DIGITS) for _ in range(15))


@dataclass(frozen=True)
class Project:
    """The places of a project."""

    root: Path

    @cached_property
    def curriculum(self) -> Path:
        """Folder of the content."""
        return self.root / "curriculum"

    @cached_property
    def plan_file(self) -> Path:
        """The file with everything structural."""
        return self.curriculum / "atlas.yaml"

    @cached_property
    def decks(self) -> Path:
        """Folder of the ledger and of the built packages."""
        return self.root / "decks"

    @cached_property
    def ledger_file(self) -> Path:
        """The committed ledger."""
        return self.decks / "ledger.jsonl"

    @cached_property
    def releases(self) -> Path:
        """The committed log of releases; a folder of the same stem beside it holds what each of them published."""
        return self.decks / "releases.jsonl"

    @cached_property
    def release_ledger(self) -> Path:
        """The committed copy of the ledger as it was at the last release."""
        return self.decks / "release-ledger.jsonl"

    @cached_property
    def changelog(self) -> Path:
        """What changed from release to release."""
        return self.root / "CHANGELOG.md"

    @cached_property
    def picture_cache(self) -> Path:
        """Folder of rendered diagrams; may be deleted at any time."""
        return self.root / ".atlas" / "cache"

    @cached_property
    def compiled_folder(self) -> Path:
        """Folder of what was made of each subject file; may be deleted at any time."""
        return self.root / ".atlas" / "compiled"

    @cached_property
    def last_build_file(self) -> Path:
        """What the last build was made of; may be deleted at any time."""
        return self.root / ".atlas" / "last-build.json"

    @cached_property
    def templates(self) -> tuple[Path, ...]:
        """Folders searched for templates: the project's own first, then the ones that come with the tool."""
        return (self.root / "templates", default_templates())

    def odd_places(self) -> list[Problem]:
        """What keeps a command from working here: links that lead out of the project, pipes in place of files."""
        folders = [self.curriculum, self.decks, self.root / "templates", self.root / ".atlas"]
        folders += [self.picture_cache, self.compiled_folder, self.decks / self.releases.stem]
        files = [self.plan_file, self.ledger_file, self.releases, self.release_ledger, self.changelog]
        return list(odd_places(self.root, folders, [*files, self.last_build_file]))

    def name(self, path: Path) -> str:
        """The path as problems show it: relative to the project where it lies inside, with forward slashes."""
        try:
            return path.absolute().relative_to(self.root).as_posix()
        except ValueError:
            return path.as_posix()


def default_templates() -> Path:
    """The templates in the wheel, or those of the repository in an editable installation."""
    packaged = _PACKAGE / "templates"
    return packaged if packaged.is_dir() else _PACKAGE.parents[1] / "templates"


def default_guide() -> list[Path]:
    """The pages that say how subject files are written: those in the wheel, or those of the repository."""
    packaged = _PACKAGE / "guide"
    folder = packaged if packaged.is_dir() else _PACKAGE.parents[1] / "docs"
    return [folder / name for name in ("authors.md", "format.md", "rules.md")]


def find_project(start: Path) -> Project:
    """The project in `start` or in the nearest folder above it.

    Raises ProblemsFoundError where there is none.
    """
    start = start.absolute()
    if any("\udc80" <= char <= "\udcff" for char in str(start)):  # what Python makes of bytes that are not UTF-8
        name, hint = str(start).encode("utf-8", "replace").decode(), "rename the folder: SQLite opens no other names"
        raise ProblemsFoundError([Problem(name, 0, 0, "no-project", "the folder's name is not UTF-8", hint)])
    for folder in (start, *start.parents):
        if (folder / "curriculum" / "atlas.yaml").is_file():
            return Project(folder)
    raise ProblemsFoundError(
        [
            Problem(
                start.as_posix(),
                0,
                0,
                "no-project",
                "no curriculum/atlas.yaml here or in a folder above",
                "go to a project, name one with --project DIR, or start one with `atlas-decks new DIR`",
            )
        ]
    )
