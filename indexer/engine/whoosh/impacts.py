"""What a word adds to the score of each row that holds it, worked out once and kept.

An *impact* is BM25 of one word in one field: `idf * f / (f + k1 * (1 - b + b * length / average))`
(Robertson & Zaragoza 2009, section 3.5), without the factor k1 + 1, with Lucene's idf. Queries add
impacts up, so that a word costs its arithmetic once, not for each query ("eager scoring": Lù 2024,
"BM25S"). N, the word's number of rows and the mean length count live rows only.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from indexer.engine.whoosh.best import Impacts
from indexer.engine.whoosh.memory import ENTRY_BYTES, Memory
from indexer.engine.whoosh.reading import Forms, Postings, PostingsReader
from indexer.engine.whoosh.rows import Rows
from indexer.engine.whoosh.table import SectionTable
from indexer.query import weights
from indexer.query.plan import Field

KEPT_BYTES = 96 << 20
"""Memory for impacts."""

DENSE_SHARE = 8
"""A word that stands in more than one in so many rows also gets an array of all rows."""

WITH_BITS = 64
"""A word that stands in more than one in so many rows is likely to be asked for its bits."""


class WordImpacts:
    """The rows that hold a word, rising, and its impact in each. Immutable."""

    __slots__ = ("_bits", "_dense", "_ended_impact", "_ended_rows", "highest", "is_common", "size")

    def __init__(self, rows: Rows, impact: Impacts, size: int) -> None:
        """Take the rows, the impacts, and the number of all rows."""
        # A row behind all others ends the arrays: looking a row up never leaves them.
        self._ended_rows = np.append(rows, size)
        self._ended_impact = np.append(impact, np.float32(0))
        self._dense: Impacts | None = None
        self._bits: NDArray[np.uint64] | None = None
        self.size = size
        self.highest = float(self._ended_impact.max())
        """The highest impact of any row."""
        self.is_common = len(rows) * DENSE_SHARE > size
        """Whether `dense` is worth its memory."""

    def __len__(self) -> int:
        """Count the rows."""
        return len(self._ended_rows) - 1

    @property
    def rows(self) -> Rows:
        """The rows that hold the word."""
        return self._ended_rows[:-1]

    @property
    def impact(self) -> Impacts:
        """The impact in each of them."""
        return self._ended_impact[:-1]

    @property
    def nbytes(self) -> int:
        """Return the memory it takes once everything is worked out."""
        held = self._ended_rows.nbytes + self._ended_impact.nbytes
        # Bits are asked for of words that stand in many rows.
        bits = self.size // 8 if len(self) * WITH_BITS > self.size else 0
        return held + bits + (4 * self.size if self.is_common else 0)

    @property
    def dense(self) -> Impacts:
        """The impact of every row, 0 where the word does not stand."""
        dense = self._dense
        if dense is None:
            dense = np.zeros(self.size + 1, dtype=np.float32)
            dense[self._ended_rows] = self._ended_impact
            self._dense = dense  # whole: other threads may use it at once
        return dense[:-1]

    @property
    def bits(self) -> NDArray[np.uint64]:
        """A bit for every row, set where the word stands."""
        if self._bits is None:
            marked = np.zeros(-(-self.size // 64) * 64, dtype=np.bool_)
            marked[self.rows] = True
            self._bits = np.packbits(marked).view(np.uint64)
        return self._bits

    def of(self, rows: Rows) -> Impacts:
        """Return the impact in some rows, 0 where the word does not stand."""
        if self.is_common:
            return self.dense[rows]
        at = self._ended_rows.searchsorted(rows)
        held = self._ended_rows[at] == rows
        return np.asarray(self._ended_impact[at] * held)


class ImpactReader:
    """Works impacts out and keeps them. Safe to share between threads."""

    def __init__(self, table: SectionTable, postings: PostingsReader) -> None:
        """Read postings of what a table describes."""
        self._table = table
        self._postings = postings
        self._kept: Memory[tuple[Field, tuple[str, ...]], WordImpacts]
        self._kept = Memory(KEPT_BYTES, entry_cost=ENTRY_BYTES)

    def word(self, field: Field, forms: Forms) -> WordImpacts:
        """Return the impacts of a word that has these forms in a field."""
        key = (field, tuple(forms))
        found = self._kept.get(key)
        if found is None:
            postings = self._postings.group(field, key[1], keep=False)
            impact = idf(self._table.sections, len(postings.rows)) * self._saturated(
                field, postings
            )
            found = WordImpacts(postings.rows, impact.astype(np.float32), self._table.rows)
            self._kept.put(key, found, found.nbytes)
        return found

    def _saturated(self, field: Field, postings: Postings) -> NDArray[np.float64]:
        b = weights.B[field]
        length = self._table.length[field][postings.rows]
        norm = weights.K1 * (1.0 - b + (b / self._table.average[field]) * length)
        return np.asarray(postings.frequency / (postings.frequency + norm))


def idf(sections: int, holding: int) -> float:
    """Return how rare a word is that stands in some of all sections (Lucene's formula)."""
    return math.log1p((sections - holding + 0.5) / (holding + 0.5))


def count_union(words: Iterable[WordImpacts]) -> int:
    """Return how many rows hold any of some words, of which there must be one."""
    first, *others = (word.bits for word in words)
    bits = first.copy() if others else first
    for other in others:
        np.bitwise_or(bits, other, out=bits)
    return int(np.bitwise_count(bits).sum(dtype=np.int64))
