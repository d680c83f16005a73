"""Compiles many subject files: a few in this process, many in several."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor

from atlas_decks import processes
from atlas_decks.compiled.subject import Outcome, Setting, SubjectCompiler, Task

_POOL_FROM = 150_000  # bytes of files to compile: below, starting processes costs more than it saves
_CHUNK = 40_000  # bytes of files that a process takes at once
_worker: SubjectCompiler | None = None


def compile_all(tasks: Iterable[Task], setting: Setting, jobs: int) -> Iterator[Outcome]:
    """Compile and store every task's file, `jobs` processes wide; only so many tasks are under way at a time."""
    chunks = _chunks(tasks)
    first: list[list[Task]] = []
    size = 0
    for chunk in chunks:
        first.append(chunk)
        size += sum(len(task.raw) for task in chunk)
        if jobs > 1 and size >= _POOL_FROM:
            break
    else:
        if first:
            compiler = SubjectCompiler(setting)
            yield from (compiler.compile(task) for chunk in first for task in chunk)
        return
    with ProcessPoolExecutor(jobs, initializer=_start, initargs=(setting,)) as pool:
        pending: deque[Future[Outcome]] = deque(pool.submit(_work, chunk) for chunk in first)
        try:
            for chunk in chunks:
                pending.append(pool.submit(_work, chunk))
                if len(pending) > 3 * jobs + len(first):
                    yield pending.popleft().result()
            for future in pending:
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _start(setting: Setting) -> None:
    global _worker
    processes.start()
    _worker = SubjectCompiler(setting)


def _work(tasks: list[Task]) -> Outcome:
    assert _worker is not None, "the pool starts its processes with _start"  # noqa: S101
    made = [_worker.compile(task) for task in tasks]
    return Outcome([problem for outcome in made for problem in outcome.unfilled], sum(o.diagrams for o in made))


def _chunks(tasks: Iterable[Task]) -> Iterator[list[Task]]:
    chunk: list[Task] = []
    size = 0
    for task in tasks:
        chunk.append(task)
        size += len(task.raw)
        if size >= _CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
