"""Queries answered by Whoosh's own matchers, for those that are not evaluated over arrays.

A Python call for every posting, so it is slow; the deadline bounds it. Scores are those of
`impacts`, so that it makes no difference to an answer which road it came by.
"""

from __future__ import annotations

from typing import TypeAlias, cast

import numpy as np
from numpy.typing import NDArray
from whoosh.matching import Matcher
from whoosh.query import Query
from whoosh.scoring import BaseScorer, WeightingModel
from whoosh.searching import Searcher

from indexer.engine.whoosh.contents import open_reader
from indexer.engine.whoosh.evaluate import check_time
from indexer.engine.whoosh.impacts import idf
from indexer.engine.whoosh.reading import PostingsReader
from indexer.engine.whoosh.rows import Rows
from indexer.engine.whoosh.table import SectionTable
from indexer.query import weights
from indexer.query.plan import Field

CHECKED_EVERY = 1_024
"""Rows between two looks at the clock."""

Scored: TypeAlias = tuple[Rows, NDArray[np.float32]]


class WhooshMatchers:
    """Answers queries one posting at a time. For one thread."""

    def __init__(self, table: SectionTable, postings: PostingsReader) -> None:
        """Take what is open of a generation."""
        self._table = table
        self._weighting = _Weighting(table, postings)
        self._searcher: Searcher | None = None

    def evaluate(self, query: Query, deadline: float | None) -> Scored:
        """Return the rows that match a query, rising, and their scores; raise DeadlineError."""
        if self._searcher is None:
            self._searcher = Searcher(open_reader(self._table), weighting=self._weighting)
        rows: list[int] = []
        scores: list[float] = []
        for searcher, base in self._searcher.leaf_searchers():
            matcher = query.matcher(searcher)
            while matcher.is_active():
                if len(rows) % CHECKED_EVERY == 0:
                    check_time(deadline)
                rows.append(matcher.id() + base)
                scores.append(matcher.score())
                matcher.next()
        return np.array(rows, dtype=np.int64), np.array(scores, dtype=np.float32)


class _Weighting(WeightingModel):
    """Impacts, computed for one posting at a time."""

    def __init__(self, table: SectionTable, postings: PostingsReader) -> None:
        self._table = table
        self._postings = postings

    def scorer(
        self, searcher: Searcher, fieldname: str, text: str | bytes, qf: int = 1
    ) -> BaseScorer:
        """Return what scores the postings of a term."""
        del qf
        field = cast("Field", fieldname)  # no other field has terms
        count = len(self._postings.term(field, _decoded(text)).rows)
        rarity = idf(self._table.sections, count)
        return _Scorer(searcher, field, rarity, weights.B[field], self._table.average[field])


class _Scorer(BaseScorer):
    def __init__(
        self, searcher: Searcher, field: str, rarity: float, b: float, average: float
    ) -> None:
        self._reader = searcher.reader()
        self._field = field
        self._rarity = rarity
        self._b = b
        self._average = average

    def score(self, matcher: Matcher) -> float:
        """Return the impact of the posting that a matcher stands on."""
        frequency = float(matcher.weight())
        length = self._reader.doc_field_length(matcher.id(), self._field)
        norm = 1.0 - self._b + self._b * length / self._average
        return self._rarity * frequency / (frequency + weights.K1 * norm)


def _decoded(text: str | bytes) -> str:
    return text.decode("utf-8") if isinstance(text, bytes) else text
