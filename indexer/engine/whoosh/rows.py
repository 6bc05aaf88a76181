"""Sets of rows as rising arrays, and numbers for each of their rows.

A set is small or large beside all rows: a drug is named in a few hundred sections, a common word
in half of them. Small sets are joined by sorting, large ones by marking them in an array of all
rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Rows: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Scores: TypeAlias = NDArray[np.float64]
Scored: TypeAlias = tuple[Rows, Scores]

NO_ROWS: Rows = np.empty(0, dtype=np.int64)

SPARSE = 16
"""A set is small while it has less than one in so many of all rows."""


def union(lists: Sequence[Rows], size: int) -> Rows:
    """Return the rows that are in any of some lists, rising; `size` is the number of all rows."""
    if len(lists) == 1:
        return lists[0]
    if sum(map(len, lists)) * SPARSE < size:
        joined = np.concatenate([NO_ROWS, *lists])
        joined.sort()
        is_first = np.ones(len(joined), dtype=np.bool_)
        np.not_equal(joined[1:], joined[:-1], out=is_first[1:])
        return joined[is_first]
    marked = np.zeros(size, dtype=np.bool_)
    for rows in lists:
        marked[rows] = True
    return marked.nonzero()[0]


def contains(rows: Rows, wanted: Rows) -> NDArray[np.bool_]:
    """Return for each of the wanted rows whether it is in a rising list of rows."""
    if not len(rows):
        return np.zeros(len(wanted), dtype=np.bool_)
    at = rows.searchsorted(wanted)
    at[at == len(rows)] = 0
    return np.asarray(rows[at] == wanted)


def common(lists: Sequence[Rows]) -> Rows:
    """Return the rows that are in each of some lists, of which there must be one."""
    shortest, *others = sorted(lists, key=len)
    for rows in others:
        shortest = shortest[contains(rows, shortest)]
    return shortest


def summed(parts: Sequence[Scored], size: int) -> Scored:
    """Return the rows of all parts, and for each the sum of what the parts give it."""
    return _joined(parts, size, np.add)


def best(parts: Sequence[Scored], size: int) -> Scored:
    """Return the rows of all parts, and for each the most that a part gives it; at least 0."""
    return _joined(parts, size, np.maximum)


def _joined(parts: Sequence[Scored], size: int, join: np.ufunc) -> Scored:
    if len(parts) == 1:
        return parts[0]
    rows = union([part[0] for part in parts], size)
    if len(rows) * SPARSE < size:
        score = np.zeros(len(rows), dtype=np.float64)
        for own, given in parts:
            at = np.searchsorted(rows, own)
            score[at] = join(score[at], given)
        return rows, score
    everywhere = np.zeros(size, dtype=np.float64)
    for own, given in parts:
        everywhere[own] = join(everywhere[own], given)
    return rows, everywhere[rows]
