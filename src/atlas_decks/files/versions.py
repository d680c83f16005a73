"""Names and versions of the installed packages, for the keys of caches.

Read from the names of folders: asking importlib.metadata would take longer than a rebuild that finds nothing to do.
"""

from __future__ import annotations

import os
import sys
from functools import lru_cache


@lru_cache(maxsize=1)
def packages() -> tuple[str, ...]:
    """`name-version` of every installed package, in lower case, sorted."""
    found: set[str] = set()
    for folder in filter(os.path.isdir, sys.path):
        for name in os.listdir(folder):  # noqa: PTH208 - names are all that is wanted
            if name.endswith(".dist-info"):
                found.add(name.removesuffix(".dist-info").lower())
    return tuple(sorted(found))


def versions(*names: str) -> tuple[str, ...]:
    """`name-version` of some packages, by their names in lower case with underscores."""
    return tuple(package for package in packages() if package.rpartition("-")[0].replace("-", "_") in names)
