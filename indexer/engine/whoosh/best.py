"""The best of many rows by their scores, found without sorting all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from indexer.engine.whoosh.rows import Rows
from indexer.engine.whoosh.table import SectionTable

Impacts: TypeAlias = NDArray[np.float32]

BLOCK = 64
"""Rows of a block, of which the highest score is found before any single row is looked at."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The best rows of a query, best first, and how many rows match it."""

    total: int
    rows: tuple[int, ...]
    scores: tuple[float, ...]


def best_rows(table: SectionTable, rows: Rows, score: Impacts, limit: int, total: int) -> Answer:
    """Return the best of some rows; ties go by article id and place in the article."""
    if not len(rows):
        return Answer(total, (), ())
    if len(rows) > limit:
        worst = worst_of_best(score, limit)
        better, ties = (score > worst).nonzero()[0], (score == worst).nonzero()[0]
        wanted = limit - len(better)
        if len(ties) > wanted:
            ties = ties[table.places[rows[ties]].argpartition(wanted - 1)[:wanted]]
        among = np.concatenate((better, ties))
        rows, score = rows[among], score[among]
    best = np.lexsort((table.places[rows], -score))
    return Answer(total, tuple(rows[best].tolist()), tuple(score[best].tolist()))


def best_of_all(table: SectionTable, score: Impacts, limit: int, total: int) -> Answer:
    """Return the best of all rows, whose scores are 0 where nothing matches.

    The scores come in whole blocks. Only blocks that reach as much as the best blocks do are
    looked into.
    """
    highest = score.reshape(-1, BLOCK).max(axis=1)
    floor = np.partition(highest, -limit)[-limit] if len(highest) > limit else 0.0
    blocks = ((highest >= floor) & (highest > 0)).nonzero()[0]
    rows = (blocks[:, np.newaxis] * BLOCK + np.arange(BLOCK)).ravel()
    found = score[rows]
    held = (found >= floor) & (found > 0)
    return best_rows(table, rows[held], found[held], limit, total)


def worst_of_best(score: Impacts, limit: int) -> float:
    """Return the score of the last of the best, of which there are more than `limit`."""
    ordered = score.copy()
    ordered.partition(len(score) - limit)
    return float(ordered[len(score) - limit])
