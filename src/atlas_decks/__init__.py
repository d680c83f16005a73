"""Anki decks that teach how large distributed systems are built, run and broken."""

from importlib.metadata import version

__version__ = version("atlas-decks")
