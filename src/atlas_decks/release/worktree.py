"""Asks git what is not committed, where a project is under git at all.

A folder may bring its own `.git/config`, which can name programs that git runs when it looks at files
(https://git-scm.com/docs/git-config: core.fsmonitor, core.hooksPath, filter.<driver>.clean and .process) or fetches
what is missing. None of them is run here: what is not the user's own configuration is overruled.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from atlas_decks.problems import Problem, ProblemsFoundError

_OWN = frozenset({"system", "global", "command"})  # scopes that no folder can bring along
_MOST_FILTERS = 100  # that a folder sets up: each is overruled by name, in the environment
_SECONDS = 30  # after which git waits for something that will not come
_FILTER = re.compile(r"filter\.(.*)\.(?:clean|smudge|process|required)", re.DOTALL)
# a folder laid out as a repository itself would be taken for one
_NO_PROGRAMS = {"core.fsmonitor": "false", "core.hooksPath": os.devnull, "safe.bareRepository": "explicit"}
_SAFE = {
    "GIT_ALLOW_PROTOCOL": "none",  # nothing is fetched,
    "GIT_NO_LAZY_FETCH": "1",  # not even what a partial clone lacks
    "GIT_OPTIONAL_LOCKS": "0",  # the index is not written, which would run a hook
    "GIT_TERMINAL_PROMPT": "0",
}


def uncommitted(root: Path, paths: Sequence[str]) -> list[str]:
    """Files among `paths` (relative to `root`) that differ from the last commit or are new; [] without git.

    Raises ProblemsFoundError where git does not end.
    """
    git = shutil.which("git")
    if git is None:
        return []
    settings = _run([git, "-C", str(root), "config", "--list", "--show-scope", "-z"], _NO_PROGRAMS)
    if settings is None:
        return []
    overruled = {**_NO_PROGRAMS}
    strange = dict.fromkeys(_strange_filters(settings))
    if len(strange) > _MOST_FILTERS:
        message, hint = f"{len(strange):,} filters in the folder's configuration", "take them out of .git/config"
        raise ProblemsFoundError([Problem(".git/config", 0, 0, "git", message, hint)])
    for name in strange:
        overruled |= {f"filter.{name}.{key}": "" for key in ("clean", "smudge", "process")}
        overruled[f"filter.{name}.required"] = "false"
    status = ["status", "--porcelain", "--untracked-files=all", "--ignore-submodules=all", "-z", "--", *paths]
    found = _run([git, "--no-pager", "-C", str(root), *status], overruled)
    if found is None:  # not a repository
        return []
    entries = [entry for entry in found.split("\0") if entry[2:3] == " "]
    return sorted(entry[3:] for entry in entries)


def _strange_filters(settings: str) -> Iterable[str]:
    """The names of filters that the folder itself sets up; `settings` are pairs of a scope and a key with its value."""
    parts = settings.split("\0")
    for scope, setting in zip(parts[::2], parts[1::2], strict=False):
        if scope not in _OWN and (match := _FILTER.fullmatch(setting.partition("\n")[0])):
            yield match.group(1)


def _run(command: Sequence[str], settings: Mapping[str, str]) -> str | None:
    """What git prints, with these settings above all others; None where it fails."""
    overruling = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings.items()):
        overruling |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    environment = {**os.environ, **_SAFE, **overruling}
    try:
        done = subprocess.run(  # noqa: S603 - no shell
            command, capture_output=True, check=False, env=environment, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        hint = "is there a pipe in place of a file of git's? With --allow-dirty git is not asked"
        message = f"does not answer within {_SECONDS} seconds"
        raise ProblemsFoundError([Problem("git", 0, 0, "git", message, hint)]) from error
    return done.stdout.decode("utf-8", "surrogateescape") if done.returncode == 0 else None
