"""Draws many diagrams: through the cache, and where it pays, in several processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

from atlas_decks import processes
from atlas_decks.diagrams.cache import Cache
from atlas_decks.diagrams.embedded import EmbeddedRenderer
from atlas_decks.diagrams.picture import Picture
from atlas_decks.diagrams.renderer import Renderer, RenderError

_POOL_FROM = 80  # below this many diagrams, starting processes costs more than it saves


def make_renderer(name: str) -> Renderer:
    """The renderer called `embedded` or `mermaid-ink`."""
    if name == "mermaid-ink":
        from atlas_decks.diagrams.mermaid_ink.client import InkRenderer

        return InkRenderer()
    return EmbeddedRenderer()


class _Missing(NamedTuple):
    """A source that is not in the cache, with its name and its key there."""

    name: str
    source: str
    key: str


def render_all(
    sources: Mapping[str, str],
    renderer: Renderer,
    cache: Cache,
    jobs: int = 1,
    progress: Callable[[int], None] = lambda _: None,
) -> tuple[dict[str, Picture], dict[str, RenderError]]:
    """Draw Mermaid sources by name, `jobs` processes wide. Returns the pictures and the errors, each by name.

    `progress` is called with the number of diagrams that have just been finished.
    """
    pictures: dict[str, Picture] = {}
    errors: dict[str, RenderError] = {}
    missing: list[_Missing] = []
    for name, source in sources.items():
        key = cache.key(source, renderer.version)
        if (picture := cache.get(key)) is not None:
            pictures[name] = picture
        else:
            missing.append(_Missing(name, source, key))
    progress(len(pictures))
    for one, result in zip(missing, _render(missing, renderer, jobs), strict=True):
        if isinstance(result, RenderError):
            errors[one.name] = result
        else:
            pictures[one.name] = result
            cache.put(one.key, result)
        progress(1)
    return {name: pictures[name] for name in sources if name in pictures}, errors


def _render(missing: list[_Missing], renderer: Renderer, jobs: int) -> Iterable[Picture | RenderError]:
    if jobs > 1 and len(missing) >= _POOL_FROM:
        # the engine does not scale with threads
        with ProcessPoolExecutor(jobs, initializer=processes.start) as pool:
            yield from pool.map(_render_one, [(renderer, one.source) for one in missing], chunksize=8)
    else:
        for one in missing:
            yield _render_one((renderer, one.source))


def _render_one(task: tuple[Renderer, str]) -> Picture | RenderError:
    renderer, source = task
    try:
        return renderer.render(source)
    except RenderError as error:
        return RenderError(error.message, error.line, error.hint)
