"""The process that builds or asks one engine: what it costs is the engine's own.

Parent and worker speak over a pipe. A worker is a fresh interpreter (`spawn`), because one that
is forked begins with its parent's memory.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TypeVar

from benchmarks.documents import Reading
from benchmarks.engines import load
from benchmarks.engines.peers import Kind, Searcher
from benchmarks.process import Memory, cap_memory, cpu_seconds, memory

Answer = TypeVar("Answer")
SPAWN = get_context("spawn")
PATIENCE_S = 10.0
"""How long a worker may take to end once its pipe is closed."""


class WorkerError(Exception):
    """A worker ended before it answered; its traceback stands above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What building cost."""

    docs: int
    wall_s: float
    cpu_s: float
    """Without reading the documents, which every engine has done for it."""
    read_cpu_s: float
    memory: Memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An engine is ready to be asked."""

    version: str
    open_ms: float
    """From nothing to the answer of the first query."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Queries of one kind to ask one after another."""

    kind: Kind
    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Timed:
    """What the queries of a chunk took, in milliseconds, and how much each found."""

    ms: tuple[float, ...]
    totals: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MemoryNow:
    """Asks a worker what memory it takes."""


def build(name: str, documents: Path, folder: Path, *, memory_mb: int) -> Built:
    """Have an engine index documents into an empty folder; raise WorkerError."""
    ours, theirs = SPAWN.Pipe()
    with _started(SPAWN.Process(target=_build, args=(theirs, name, documents, folder, memory_mb))):
        theirs.close()
        return _received(ours, name, Built)


@dataclass(slots=True)
class Worker:
    """An engine in a process of its own, open to be asked."""

    name: str
    opened: Opened
    _pipe: Connection = field(repr=False)

    def ask(self, kind: Kind, texts: Sequence[str]) -> Timed:
        """Have queries answered one after another; raise WorkerError."""
        self._pipe.send(Chunk(kind, texts))
        return _received(self._pipe, self.name, Timed)

    def memory(self) -> Memory:
        """Return what the process takes now; raise WorkerError."""
        self._pipe.send(MemoryNow())
        return _received(self._pipe, self.name, Memory)


@contextmanager
def opened(name: str, folder: Path, first: Chunk, *, memory_mb: int) -> Iterator[Worker]:
    """Open an engine in a process of its own, and ask it a first query; raise WorkerError."""
    ours, theirs = SPAWN.Pipe()
    with _started(SPAWN.Process(target=_serve, args=(theirs, name, folder, first, memory_mb))):
        theirs.close()
        try:
            yield Worker(name, _received(ours, name, Opened), ours)
        finally:
            ours.close()


@contextmanager
def _started(process: BaseProcess) -> Iterator[None]:
    """Run a process; end it when the block is left."""
    process.start()
    try:
        yield
    finally:
        process.join(PATIENCE_S)
        if process.is_alive():
            process.terminate()
            process.join()


def _received(pipe: Connection, name: str, answer: type[Answer]) -> Answer:
    try:
        received = pipe.recv()
    except EOFError as error:
        message = f"{name}: the worker ended before it answered"
        raise WorkerError(message) from error
    if not isinstance(received, answer):
        message = f"{name}: the worker answered {received!r}, not a {answer.__name__}"
        raise WorkerError(message)
    return received


# --- in the worker's process ------------------------------------------------------------------


def _build(pipe: Connection, name: str, documents: Path, folder: Path, memory_mb: int) -> None:
    cap_memory(memory_mb)
    peer = load(name)
    reading = Reading(documents)
    wall, cpu = time.perf_counter(), cpu_seconds()
    peer.build(folder, reading)
    spent = cpu_seconds() - cpu
    pipe.send(
        Built(
            docs=reading.count,
            wall_s=round(time.perf_counter() - wall, 3),
            cpu_s=round(spent - reading.cpu_s, 3),
            read_cpu_s=round(reading.cpu_s, 3),
            memory=memory(),
        )
    )


def _serve(pipe: Connection, name: str, folder: Path, first: Chunk, memory_mb: int) -> None:
    """Open an engine and answer what is asked until the pipe is closed."""
    cap_memory(memory_mb)
    peer = load(name)
    started = time.perf_counter()
    searcher = peer.open(folder)
    _timed(searcher, first)
    open_ms = (time.perf_counter() - started) * 1e3
    pipe.send(Opened(version=peer.version, open_ms=round(open_ms, 1)))
    with closing(searcher), suppress(EOFError):
        while True:
            asked: Chunk | MemoryNow = pipe.recv()
            pipe.send(_timed(searcher, asked) if isinstance(asked, Chunk) else memory())


def _timed(searcher: Searcher, chunk: Chunk) -> Timed:
    timed = [_once(searcher, chunk.kind, text) for text in chunk.texts]
    return Timed(tuple(ms for ms, _ in timed), tuple(total for _, total in timed))


def _once(searcher: Searcher, kind: Kind, text: str) -> tuple[float, int]:
    """Return what a query took in milliseconds, and how much it found."""
    clock = time.perf_counter_ns
    if kind == "snippets":
        make = searcher.snippets(text)
        started = clock()
        total = len(make())
    elif kind == "whole":
        started = clock()
        total = searcher.whole(text)
    else:
        started = clock()
        total = searcher.search(kind, text).total
    return (clock() - started) / 1e6, total
