"""An Or of words: what people type, and the most expensive thing to answer.

A common word stands in half of all rows. Two observations make it cheap. The exact total needs no
scores: it is the number of bits set in any word's bit map. And rows that hold none of the rarer
words mostly cannot be among the best: once the best of the others reach more than the common
words can give together, nobody else needs to be scored (Turtle & Flood 1995, "Query evaluation:
strategies and optimizations", MaxScore). Where that does not hold, everything is added up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexer.engine.whoosh.best import (
    BLOCK,
    Answer,
    Impacts,
    best_of_all,
    best_rows,
    worst_of_best,
)
from indexer.engine.whoosh.impacts import WordImpacts, count_union
from indexer.engine.whoosh.rows import Rows, union
from indexer.engine.whoosh.table import SectionTable

ROUNDING = 1e-5
"""More than sums of a few single-precision numbers can be off."""

MOST_SCORED = 4
"""While the rarer words stand in less than one in so many rows, their rows are scored alone."""


@dataclass(frozen=True, slots=True)
class Part:
    """A word of a flat Or, and what its impacts are multiplied by."""

    word: WordImpacts
    boost: float

    @property
    def highest(self) -> float:
        """The most that it gives to a row."""
        return self.word.highest * self.boost


def any_word(table: SectionTable, parts: Sequence[Part], limit: int) -> Answer:
    """Return the best rows that hold any of some words."""
    parts = sorted((part for part in parts if len(part.word)), key=_highest, reverse=True)
    if not parts:
        return Answer(0, (), ())
    # What all words from each place on can give together.
    rest = np.cumsum([part.highest for part in reversed(parts)])[::-1].tolist()
    held = count = 0
    while (held := held + len(parts[count].word)) * MOST_SCORED <= table.rows:
        count += 1
        if count < len(parts) and held < limit:
            continue
        rows, score, others = _scored(table, parts, count)
        score += others
        if count == len(parts):
            return best_rows(table, rows, score, limit, len(rows))
        # More, not as much: a row that ties may have the smaller article id.
        if len(rows) >= limit and worst_of_best(score, limit) > rest[count] * (1 + ROUNDING):
            total = count_union(part.word for part in parts[count:])
            total += len(rows) - int(np.count_nonzero(others))
            return best_rows(table, rows, score, limit, total)
    total = count_union(part.word for part in parts)
    return best_of_all(table, _added_up(parts, table.rows), limit, total)


def boosted(score: Impacts, boost: float) -> Impacts:
    """Return scores multiplied by a boost; the same array when that changes nothing."""
    return score if boost == 1 else score * np.float32(boost)


def _highest(part: Part) -> float:
    return part.highest


def _scored(
    table: SectionTable, parts: Sequence[Part], count: int
) -> tuple[Rows, Impacts, Impacts]:
    """Return the rows that hold any of the first words, what these give, what the others give."""
    if count == 1:
        word = parts[0].word
        rows, score = word.rows, word.impact * np.float32(parts[0].boost)
    else:
        rows = union([part.word.rows for part in parts[:count]], table.rows)
        score = _given(parts[:count], rows)
    return rows, score, _given(parts[count:], rows)


def _given(parts: Sequence[Part], rows: Rows) -> Impacts:
    """Return what some words give to some rows together."""
    score = np.zeros(len(rows), dtype=np.float32)
    for part in parts:
        score += boosted(part.word.of(rows), part.boost)
    return score


def _added_up(parts: Sequence[Part], size: int) -> Impacts:
    """Return the sum of the impacts of some words for every row, in whole blocks."""
    score = np.zeros(-(-size // BLOCK) * BLOCK, dtype=np.float32)
    for part in parts:
        if part.word.is_common:
            score[:size] += boosted(part.word.dense, part.boost)
        else:
            score[part.word.rows] += boosted(part.word.impact, part.boost)
    return score
