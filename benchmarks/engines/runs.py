"""A run: every engine built, then all asked side by side, and what came of it."""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.documents import Queries
from benchmarks.engines.peers import Kind
from benchmarks.engines.rounds import Schedule, interleaved
from benchmarks.engines.worker import Built, Chunk, Opened, build, opened
from benchmarks.process import Memory, folder_bytes
from benchmarks.timings import Series

KINDS: tuple[Kind, ...] = ("or", "and", "phrase", "prefix", "fields", "snippets")
DEFAULT_MEMORY_MB = 8_192
INDEX = "index"
COST = "built.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a run measures, and how."""

    documents: Path
    queries: Queries
    engines: tuple[str, ...]
    kinds: tuple[Kind, ...] = KINDS
    schedule: Schedule = field(default_factory=Schedule)
    builds: int = 1
    """Of each index; the one whose processor time is the median counts."""
    memory_mb: int = DEFAULT_MEMORY_MB
    work: Path
    """Folder of the indexes, one for each engine."""
    reuse: bool = False
    """Whether to ask the indexes that an earlier run left there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """An index and what it cost."""

    built: Built
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """All that a run tells of an engine."""

    engine: str
    opened: Opened
    indexed: Indexed
    serving: Memory
    """After all queries."""
    series: Mapping[Kind, Series]
    load: float
    """Of the machine, over the minute before the end: above the number of its cores, times tell
    little."""


def measure(options: Options) -> tuple[Measured, ...]:
    """Build every engine, then ask them side by side; raise WorkerError."""
    indexes = _indexes(options)
    kind = options.kinds[0]
    first = Chunk(kind, _texts(kind, options.queries)[:1])
    with ExitStack() as stack:
        workers = [
            stack.enter_context(
                opened(name, index_folder(options, name), first, memory_mb=options.memory_mb)
            )
            for name in options.engines
        ]
        series = {
            kind: interleaved(workers, kind, _texts(kind, options.queries), options.schedule)
            for kind in options.kinds
        }
        return tuple(
            Measured(
                engine=worker.name,
                opened=worker.opened,
                indexed=indexes[worker.name],
                serving=worker.memory(),
                series={kind: found[worker.name] for kind, found in series.items()},
                load=round(os.getloadavg()[0], 2),
            )
            for worker in workers
        )


def index_folder(options: Options, name: str) -> Path:
    """Return the folder of an engine's index."""
    return options.work / name / INDEX


def _indexes(options: Options) -> Mapping[str, Indexed]:
    """Build every engine's index so many times in turn, or take those of an earlier run."""
    costs = {name: options.work / name / COST for name in options.engines}
    missing = [name for name in options.engines if not (options.reuse and costs[name].exists())]
    spent: Mapping[str, list[Built]] = {name: [] for name in missing}
    for _ in range(options.builds):
        for name in missing:
            folder = index_folder(options, name)
            shutil.rmtree(folder.parent, ignore_errors=True)
            folder.mkdir(parents=True)
            spent[name].append(build(name, options.documents, folder, memory_mb=options.memory_mb))
    for name, builds in spent.items():
        usual = sorted(builds, key=lambda one: one.cpu_s)[len(builds) // 2]
        costs[name].write_text(json.dumps(asdict(usual)), encoding="utf-8")
    return {name: _indexed(cost, index_folder(options, name)) for name, cost in costs.items()}


def _indexed(cost: Path, folder: Path) -> Indexed:
    told = json.loads(cost.read_text(encoding="utf-8"))
    built = Built(**{**told, "memory": Memory(**told["memory"])})
    return Indexed(built=built, bytes=folder_bytes(folder))


def _texts(kind: Kind, queries: Queries) -> Sequence[str]:
    named: Mapping[Kind, Sequence[str]] = {"phrase": queries.phrases, "prefix": queries.prefixes}
    return named.get(kind, queries.words)


# --- raw results ------------------------------------------------------------------------------


def keep_raw(measured: Sequence[Measured], folder: Path, run: str) -> None:
    """Write every single time into a folder: one file for each engine, number of sections, run."""
    folder.mkdir(parents=True, exist_ok=True)
    machine = {
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
    }
    for one in measured:
        path = folder / f"{run}-{one.engine}-{one.indexed.built.docs}.json"
        path.write_text(json.dumps({"machine": machine, **asdict(one)}) + "\n", encoding="utf-8")
