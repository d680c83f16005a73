"""Runs the templates of a project, which may be a stranger's: no code, no endless loops, no swollen text.

A template gets texts, numbers, lists and mappings, and may look into them; it can call nothing, reach no attribute that
is not one of a value's own, and multiply nothing. A counter of executed lines and a clock end what would not end by
itself, or not soon.
"""

from __future__ import annotations

import functools
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import FrameType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateSyntaxError, Undefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from atlas_decks.cards.templates import MOST_BYTES
from atlas_decks.files.places import lies_within, read_regular

LINES = 200_000  # a template of ours executes some hundreds
_MOST_ARGUMENTS = 2  # of a filter or a test
SIZE = 1_000_000  # characters of one text
# processor seconds of all templates of a project: some at once, and more for each text; one of ours takes 0.0002
SECONDS, SECONDS_A_TEXT = 10.0, 0.02
_LOOP = frozenset({"index", "index0", "first", "last", "length", "revindex", "revindex0"})
_FILTERS = frozenset({"default", "e", "escape", "first", "last", "length", "lower", "title", "trim", "upper"})
_GROWING = (
    *(nodes.Assign, nodes.AssignBlock, nodes.With, nodes.Concat, nodes.Import, nodes.FromImport, nodes.Extends),
    *(nodes.Slice, nodes.Call),
    *(nodes.Macro, nodes.CallBlock, nodes.FilterBlock, nodes.Block),
)
_TESTS = frozenset({"defined", "undefined", "none", "in", "eq", "ne", "lt", "gt", "le", "ge", "odd", "even"})


class Loader(FileSystemLoader):
    """Reads templates that are regular files and lie in one of the folders."""

    def get_source(self, environment: Any, template: str) -> tuple[str, str, Callable[[], bool]]:
        """The text of a template, its path, and whether it is still up to date, as Jinja2 wants it."""
        for folder in map(Path, self.searchpath):
            file = folder / template
            if file.is_symlink() or file.exists():
                if ".." in Path(template).parts or not lies_within(folder, file):
                    raise OSError(22, "a link that leads out of the templates' folder", str(file))
                return read_regular(file, MOST_BYTES).decode("utf-8"), str(file), lambda: True
        return super().get_source(environment, template)


_DELIMITERS: dict[str, Any] = {  # not Jinja's own, so that Anki's {{ }} pass through
    "variable_start_string": "[[",
    "variable_end_string": "]]",
    "block_start_string": "[%",
    "block_end_string": "%]",
    "comment_start_string": "[#",
    "comment_end_string": "#]",
}


class Plain(Environment):
    """Jinja2 for the tool's own pages."""

    def __init__(self, folders: list[str]) -> None:
        loader = FileSystemLoader(folders)
        shared: dict[str, Any] = {"undefined": StrictUndefined, "autoescape": True, "trim_blocks": True}
        super().__init__(loader=loader, auto_reload=False, **shared, **_DELIMITERS)

    def text_of(self, template: str, values: Mapping[str, object], *, counted: bool = False) -> str:  # noqa: ARG002 - as Sandbox has it
        """The text of a template."""
        return self.get_template(template).render(values)


def _only_text(value: object) -> object:
    """What a template shows: a text or a number. A list of lists, written out, grows with the power of its depth."""
    if value is None or isinstance(value, (str, int, float, Undefined)):
        return value
    raise SecurityError(f"a {type(value).__name__} is not shown; go through it with a loop")


def _growing(source: nodes.Template) -> Iterator[tuple[nodes.Node, str]]:
    """What lets a text grow by itself, with what is said of it."""
    for listed in source.find_all((nodes.List, nodes.Tuple, nodes.Dict)):
        if any(not isinstance(part, nodes.Const) for part in listed.iter_child_nodes() if not _is_target(part)):
            yield listed, "a list holds fixed texts and numbers only"
    for used in source.find_all((nodes.Filter, nodes.Test)):
        if len(used.args) > _MOST_ARGUMENTS or used.kwargs or used.dyn_args or used.dyn_kwargs:
            yield used, f"`{used.name}` gets at most {_MOST_ARGUMENTS} values"  # all are worked out at once
    for node in source.find_all(_GROWING):
        yield node, f"{type(node).__name__.lower()} is not for templates"


def _is_target(node: nodes.Node) -> bool:
    """Whether a node is a name that a loop gives a value, as in `for a, b in pairs`."""
    return isinstance(node, nodes.Name) and node.ctx == "store"


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2 without calls and without attributes but those of values."""

    intercepted_binops = frozenset({"*", "**", "%", "+"})

    def __init__(self, folders: list[str]) -> None:
        super().__init__(
            loader=Loader(folders),
            undefined=StrictUndefined,
            autoescape=True,
            auto_reload=False,  # a set of templates is read once; who wants newer ones makes a new set
            trim_blocks=True,
            finalize=_only_text,
            optimized=False,  # nothing is worked out while a template is compiled, where no limit holds
            **_DELIMITERS,
        )
        self._seconds = SECONDS  # that are left
        self._clock = threading.local()  # `ends`: when a thread's time is over, while it fills a counted template
        self.globals.clear()
        self.filters = {name: self._bounded(found) for name, found in self.filters.items() if name in _FILTERS}
        self.tests = {name: found for name, found in self.tests.items() if name in _TESTS}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ARG002 - Jinja2's signature
        """Only what a loop knows of itself, and the named parts of a value."""
        if isinstance(obj, LoopContext):
            return attr in _LOOP
        parts = getattr(type(obj), "_fields", ()) if isinstance(obj, tuple) else ()
        fields = (getattr(type(obj), name, ()) for name in ("__dataclass_fields__", "model_fields"))
        return attr in parts or any(attr in names for names in fields)

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ARG002 - Jinja2's signature
        """Nothing: macros, the only calls a template could own, are refused in `_generate`."""
        return False

    def _generate(self, source: nodes.Template, *rest: Any, **more: Any) -> str:
        """Refuse what lets a text grow by itself before it is compiled."""
        for node, message in _growing(source):
            raise TemplateSyntaxError(message, node.lineno, rest[0] if rest else None)
        code: str = super()._generate(source, *rest, **more)
        return code

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002 - Jinja2's signature
        """Nothing can be added or multiplied: `"x" * 10**9` would fill the memory."""
        raise SecurityError(f"`{operator}` is not for templates")

    def text_of(self, template: str, values: Mapping[str, object], *, counted: bool) -> str:
        """The text of a template. `counted` is for those that are not the tool's own.

        Raises SecurityError where it does what it must not, or takes too many lines, seconds or characters.
        """
        with self._counter(LINES) if counted else nullcontext():
            parts, size = [], 0
            for part in self.get_template(template).generate(values):
                size += len(part)
                if size > SIZE:
                    raise SecurityError(f"the text grows beyond {SIZE:,} characters")
                parts.append(part)
        return "".join(parts)

    @contextmanager
    def _counter(self, lines: int) -> Iterator[None]:
        """End what executes more lines, or takes longer than is left, by an exception in it.

        Only code of templates is counted; what it calls are filters, whose input is bounded.
        """
        left = lines

        def trace(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal left
            if event == "call" and frame.f_globals.get("__name__") not in (None, "__main__"):
                return None
            if event == "line":
                left -= 1
                if left < 0:
                    raise SecurityError(f"does not end within {lines:,} lines")
                self._require_time()
            return trace

        began, around = time.thread_time(), getattr(self._clock, "ends", None)
        self._seconds += SECONDS_A_TEXT
        self._clock.ends = began + self._seconds
        before = sys.gettrace()
        sys.settrace(trace)
        try:
            self._require_time()
            yield
        finally:
            sys.settrace(before)
            self._clock.ends = around
            self._seconds -= time.thread_time() - began

    def _require_time(self) -> None:
        ends = getattr(self._clock, "ends", None)
        if ends is not None and time.thread_time() > ends:
            raise SecurityError(f"the templates take longer than {SECONDS:.0f} seconds")

    def _bounded(self, filter_: Callable[..., Any]) -> Callable[..., Any]:
        """A filter that refuses texts beyond the size of a text, and stops where the time is over."""

        @functools.wraps(filter_)  # with the mark of what Jinja2 hands it beside the value
        def bounded(*values: Any) -> Any:
            self._require_time()
            if any(isinstance(value, str) and len(value) > SIZE for value in values):
                raise SecurityError(f"a text grows beyond {SIZE:,} characters")
            return filter_(*values)

        return bounded
