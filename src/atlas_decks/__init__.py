"""Anki decks that teach how large distributed systems are built, run and broken."""


def __getattr__(name: str) -> str:
    """`__version__`, looked up when it is asked for: reading the metadata takes longer than the whole of `--help`."""
    if name == "__version__":
        from importlib.metadata import version

        return version("atlas-decks")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
