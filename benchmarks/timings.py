"""What repeated timings come to: medians over rounds, so that one noisy moment counts once."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

TAIL = 0.99


@dataclass(frozen=True, slots=True)
class Series:
    """Milliseconds of the same queries in the same order: a first time, and in each round."""

    first: tuple[float, ...]
    rounds: tuple[tuple[float, ...], ...]
    totals: tuple[int, ...]
    """How much each query found."""

    def cut(self, count: int) -> Series:
        """Return the series of the first queries alone."""
        rounds = tuple(one[:count] for one in self.rounds)
        return Series(self.first[:count], rounds, self.totals[:count])


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A series in a few numbers; times in milliseconds, each the median over the rounds."""

    n: int
    p50: float
    p99: float
    qps: float
    """Queries a second, one after another."""
    hits: int
    """Found by all queries together; snippets made, for snippets."""
    first_p50: float
    first_p99: float


def figures_of(series: Series) -> Figures:
    """Return the figures of a series that has at least one query and one round."""
    count = len(series.first)
    return Figures(
        n=count,
        p50=round(statistics.median(map(statistics.median, series.rounds)), 4),
        p99=round(statistics.median(tail(one) for one in series.rounds), 4),
        qps=round(statistics.median(1e3 * count / sum(one) for one in series.rounds), 1),
        hits=sum(series.totals),
        first_p50=round(statistics.median(series.first), 4),
        first_p99=round(tail(series.first), 4),
    )


def tail(times: Sequence[float]) -> float:
    """Return the 99th percentile: for fewer than a hundred values, the greatest."""
    return sorted(times)[min(len(times) - 1, int(len(times) * TAIL))]


def ratio(series: Series, other: Series) -> float:
    """Return the median of a series as a multiple of another's, over the queries both have."""
    count = min(len(series.first), len(other.first))
    return round(figures_of(series.cut(count)).p50 / figures_of(other.cut(count)).p50, 3)
