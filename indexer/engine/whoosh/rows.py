"""Sets of rows as rising arrays.

A set is small or large beside all rows: a drug is named in a few hundred sections, a common word
in half of them. Small sets are joined by sorting, large ones by marking them in an array of all
rows, and so they are looked up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Rows: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Scores: TypeAlias = NDArray[np.float64]

NO_ROWS: Rows = np.empty(0, dtype=np.int64)

SPARSE = 16
"""A set is small while it has less than one in so many of all rows."""

SEARCH_COST = 32
"""What searching for a row among others costs, where marking one costs 1: about 50 ns, 1.5 ns."""

CLEAN_COST = 1 / 16
"""What making room for a mark costs, for each of all rows."""

FEW = 512
"""Numbers below which searching a list for each is faster than sorting both lists together."""


def union(lists: Sequence[Rows], size: int) -> Rows:
    """Return the rows that are in any of some lists, rising; `size` is the number of all rows."""
    if len(lists) == 1:
        return lists[0]
    if sum(map(len, lists)) * SPARSE < size:
        joined = np.concatenate([NO_ROWS, *lists])
        joined.sort()
        return distinct(joined)
    marked = np.zeros(size, dtype=np.bool_)
    for rows in lists:
        marked[rows] = True
    return marked.nonzero()[0]


def contains(rows: Rows, wanted: Rows) -> Flags:
    """Return for each of the wanted rows, rising too, whether it is in a set."""
    if not len(rows) or not len(wanted):
        return np.zeros(len(wanted), dtype=np.bool_)
    size = int(max(rows[-1], wanted[-1])) + 1
    if len(wanted) * SEARCH_COST > len(rows) + size * CLEAN_COST:
        marked = np.zeros(size, dtype=np.bool_)
        marked[rows] = True
        return np.asarray(marked[wanted])
    return _searched(rows, wanted)


class NumberedRows:
    """A rising set of rows, each known by its place in it; for looking many lists up."""

    __slots__ = ("_numbers", "_size", "rows")

    def __init__(self, rows: Rows, size: int) -> None:
        """Take the set, and the number of all rows."""
        self.rows = rows
        self._size = size
        self._numbers: NDArray[np.int32] | None = None

    def meet(self, others: Rows) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return of the rows that another rising list has too the places here, and there."""
        if len(self.rows) * SEARCH_COST < len(others) + self._size * CLEAN_COST:
            here = contains(others, self.rows).nonzero()[0]
            return here, others.searchsorted(self.rows[here])
        if self._numbers is None:
            self._numbers = np.full(self._size, -1, dtype=np.int32)
            self._numbers[self.rows] = np.arange(len(self.rows), dtype=np.int32)
        found = self._numbers[others]
        there = (found >= 0).nonzero()[0]
        return found[there].astype(np.int64), there


def in_both(one: Rows, other: Rows) -> Rows:
    """Return the numbers that are in both of two rising lists, however large they are."""
    if min(len(one), len(other)) < FEW:
        shorter, longer = (one, other) if len(one) < len(other) else (other, one)
        return shorter[_searched(longer, shorter)] if len(shorter) else shorter
    joined = np.concatenate((one, other))
    joined.sort()
    return np.asarray(joined[:-1][joined[1:] == joined[:-1]])


def distinct(numbers: Rows) -> Rows:
    """Return the numbers of a rising list, each once."""
    is_first = np.ones(len(numbers), dtype=np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=is_first[1:])
    return numbers[is_first]


def common(lists: Sequence[Rows]) -> Rows:
    """Return the rows that are in each of some lists, of which there must be one."""
    shortest, *others = sorted(lists, key=len)
    for rows in others:
        shortest = shortest[contains(rows, shortest)]
    return shortest


def _searched(rows: Rows, wanted: Rows) -> Flags:
    """Return for each of the wanted numbers whether it is among some, of which there is one."""
    at = rows.searchsorted(wanted)
    at[at == len(rows)] = 0
    return np.asarray(rows[at] == wanted)
