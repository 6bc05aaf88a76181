"""Engines asked in turn: a chunk of queries of one, the same chunk of the next, round by round.

Whatever else the machine does meanwhile meets all of them alike, which is what makes their ratios
worth more than their times. Who is first changes with every chunk.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.engines.peers import Kind
from benchmarks.engines.worker import Worker
from benchmarks.timings import Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How much is asked."""

    rounds: int = 5
    """After the first time that each query is asked."""
    chunk: int = 25
    """Queries in a row: enough that caches belong to one engine for most of them."""
    budget_s: float = 30.0
    """Of an engine for a kind of query, about; a slow one is asked the first queries alone."""


@dataclass(slots=True)
class _Lane:
    """One engine's progress."""

    worker: Worker
    chunks: int
    """How many of the chunks it is asked."""
    spent_s: float = 0.0
    first: list[float] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    rounds: list[list[float]] = field(default_factory=list)

    def series(self) -> Series:
        """Return what was measured."""
        return Series(tuple(self.first), tuple(map(tuple, self.rounds)), tuple(self.totals))


def interleaved(
    workers: Sequence[Worker], kind: Kind, texts: Sequence[str], schedule: Schedule
) -> Mapping[str, Series]:
    """Ask all engines the queries of a kind; return the series of each by its name."""
    size = schedule.chunk
    chunks = [texts[start : start + size] for start in range(0, len(texts), size)]
    lanes = [_Lane(worker, len(chunks)) for worker in workers]
    _first_time(lanes, kind, chunks, schedule.budget_s / (schedule.rounds + 1))
    for _ in range(schedule.rounds):
        for lane in lanes:
            lane.rounds.append([])
        for number, chunk in enumerate(chunks):
            for lane in _in_turn(lanes, number):
                lane.rounds[-1] += lane.worker.ask(kind, chunk).ms
    return {lane.worker.name: lane.series() for lane in lanes}


def _first_time(
    lanes: Sequence[_Lane], kind: Kind, chunks: Sequence[Sequence[str]], budget_s: float
) -> None:
    """Ask every query once; engines that use up their time are asked no further chunk."""
    for number, chunk in enumerate(chunks):
        for lane in _in_turn(lanes, number):
            started = time.perf_counter()
            timed = lane.worker.ask(kind, chunk)
            lane.spent_s += time.perf_counter() - started
            lane.first += timed.ms
            lane.totals += timed.totals
            if lane.spent_s > budget_s:
                lane.chunks = number + 1


def _in_turn(lanes: Sequence[_Lane], number: int) -> list[_Lane]:
    """Return the engines that are asked a chunk, each time another one first."""
    asked = [lane for lane in lanes if number < lane.chunks]
    start = number % len(asked) if asked else 0
    return asked[start:] + asked[:start]
