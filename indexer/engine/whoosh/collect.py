"""From matching rows to an answer: roll-up to articles, the true top, exact totals, facets.

The rows of an article are adjacent, so what is listed falls into runs, one an article; a run's
best score, its size and its kinds are one pass over arrays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.engine.base import FacetName
from indexer.engine.whoosh.rows import Flags, Rows, Scores
from indexer.engine.whoosh.table import SectionTable
from indexer.knowledge.drugs import CLASS_PREFIX
from indexer.query.plan import MatchPlan

SECTIONS_OF_AN_ARTICLE = 3
"""Sections shown of an article; the others are counted."""

Facets = Mapping[FacetName, tuple[tuple[str, int], ...]]

NO_FACETS: Facets = {"section": (), "drug": (), "class": (), "category": (), "year": ()}

# Which facet of the articles each facet of an answer counts.
_ARTICLE_FACETS: Mapping[FacetName, str] = {
    "drug": "subject",
    "class": "class",
    "category": "category",
    "year": "year",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A result: the rows of one article that are shown, best first, and how many there are."""

    article: int
    rows: tuple[int, ...]
    scores: tuple[float, ...]
    section_total: int


class Collector:
    """Lists what matches a plan, over the rows that match its concepts."""

    def __init__(self, table: SectionTable, plan: MatchPlan, rows: Rows, score: Scores) -> None:
        """Take the rows that match the plan with its filters aside, rising, and their scores."""
        self._table = table
        self._plan = plan
        self._matching = rows
        self._filters = _filters(table, plan, rows)
        passing = self._passing()
        self.rows = rows if passing is None else rows[passing]
        """The rows that are listed."""
        self._score = score if passing is None else score[passing]
        self._starts = _run_starts(table.article[self.rows])
        self._counts = np.diff(self._starts, append=len(self.rows))
        self._numbers = table.article[self.rows[self._starts]].astype(np.int64)
        self.articles = len(self._starts)
        """How many articles are listed."""

    def top(self) -> tuple[Listed, ...]:
        """Return the results of the window that the plan asks for."""
        return next(self.windows(self._plan.limit), ())

    def windows(self, size: int) -> Iterator[tuple[Listed, ...]]:
        """Yield the results of the window that the plan asks for, `size` at a time."""
        if not len(self.rows):
            return
        by_section = self._plan.group == "section"
        order = self._order_of_sections() if by_section else self._order_of_articles()
        for start in range(0, len(order), max(size, 1)):
            part = order[start : start + size]
            yield self._sections(part) if by_section else tuple(map(self._article, part.tolist()))

    def facets(self) -> Facets:
        """Return each facet's values with their numbers of articles, its own filter aside."""
        counted: dict[FacetName, tuple[tuple[str, int], ...]] = {"section": self._section_facet()}
        for name, of_article in _ARTICLE_FACETS.items():
            counts = self._table.members[of_article].counts(self._articles_without(name))
            if name == "drug":
                counts = {
                    key: count for key, count in counts.items() if not key.startswith(CLASS_PREFIX)
                }
            counted[name] = _most_first(counts)
        return counted

    def _passing(self, without: FacetName | None = None) -> Flags | None:
        """Return which matching rows pass the filters; None when all do."""
        flags = [flags for name, flags in self._filters.items() if name != without]
        return np.logical_and.reduce(flags) if flags else None

    def _order_of_sections(self) -> Rows:
        """Return the places, among the listed rows, of the results in the window, in order."""
        number = self._table.article[self.rows].astype(np.int64)
        ranks = self._ranks()
        end = self._plan.offset + self._plan.limit
        among = _best(self._score, end) if ranks is None else np.arange(len(self.rows))
        keys = (self._table.order[self.rows[among]], number[among], -self._score[among])
        by_rank = () if ranks is None else (ranks[number[among]],)
        return among[np.lexsort((*keys, *by_rank))][self._plan.offset : end]

    def _sections(self, places: Rows) -> tuple[Listed, ...]:
        """Return one result for each of some places."""
        numbers = self._table.article[self.rows[places]]
        runs = np.searchsorted(self._starts, places, side="right") - 1
        return tuple(
            Listed(number, (int(self.rows[at]),), (float(self._score[at]),), total)
            for at, number, total in zip(
                places.tolist(), numbers.tolist(), self._counts[runs].tolist(), strict=True
            )
        )

    def _order_of_articles(self) -> Rows:
        """Return the runs of the articles in the window, in order."""
        best = np.maximum.reduceat(self._score, self._starts)
        ranks = self._ranks()
        end = self._plan.offset + self._plan.limit
        if ranks is not None:
            return np.argsort(ranks[self._numbers])[self._plan.offset : end]
        among = _best(best, end)
        order = np.lexsort((self._numbers[among], -best[among]))
        return among[order][self._plan.offset : end]

    def _article(self, run: int) -> Listed:
        """Return what is shown of one article."""
        start, count = int(self._starts[run]), int(self._counts[run])
        rows, score = self.rows[start : start + count], self._score[start : start + count]
        shown = np.lexsort((self._table.order[rows], -score))[:SECTIONS_OF_AN_ARTICLE]
        return Listed(
            article=int(self._numbers[run]),
            rows=tuple(rows[shown].tolist()),
            scores=tuple(score[shown].tolist()),
            section_total=count,
        )

    def _ranks(self) -> NDArray[np.int64] | None:
        """Return each article's place in an order other than by relevance."""
        match self._plan.sort:
            case "relevance":
                return None
            case "newest":
                return self._table.newest_first
            case _:
                return self._table.by_title

    def _articles_without(self, name: FacetName) -> Rows:
        """Return the articles that are listed when one filter is left aside."""
        if name not in self._filters:
            return self._numbers
        passing = self._passing(without=name)
        rows = self._matching if passing is None else self._matching[passing]
        numbers = self._table.article[rows]
        return numbers[_run_starts(numbers)].astype(np.int64)

    def _section_facet(self) -> tuple[tuple[str, int], ...]:
        passing = self._passing(without="section")
        rows = self._matching if passing is None else self._matching[passing]
        starts = _run_starts(self._table.article[rows])
        run = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(rows)))
        kinds = self._table.kinds
        held = np.zeros((len(kinds), len(starts)), dtype=np.bool_)
        held[self._table.kind[rows], run] = True
        counts = np.count_nonzero(held, axis=1).tolist()
        return _most_first({kind: n for kind, n in zip(kinds, counts, strict=True) if n})


def _filters(table: SectionTable, plan: MatchPlan, rows: Rows) -> dict[str, Flags]:
    """Return, for each filter that is set, which of some rows pass it."""
    filters: dict[str, Flags] = {}
    if plan.kinds:
        wanted = np.array([kind in plan.kinds for kind in table.kinds], dtype=np.bool_)
        filters["section"] = wanted[table.kind[rows]]
    asked: Mapping[FacetName, Sequence[str]] = {
        "drug": plan.drugs,
        "class": plan.classes,
        "category": plan.categories,
        "year": plan.years,
    }
    for name, values in asked.items():
        if values:
            passing = np.zeros(len(table.ids) + 1, dtype=np.bool_)
            for value in values:
                passing[table.members[_ARTICLE_FACETS[name]].articles(value)] = True
            filters[name] = passing[table.article[rows]]
    if plan.articles:
        passing = np.zeros(len(table.ids) + 1, dtype=np.bool_)
        passing[[table.number_of[id_] for id_ in plan.articles if id_ in table.number_of]] = True
        filters["article"] = passing[table.article[rows]]
    return filters


def _run_starts(numbers: NDArray[np.int32]) -> Rows:
    """Return where each run of equal numbers begins."""
    is_first = np.ones(len(numbers), dtype=np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=is_first[1:])
    return np.flatnonzero(is_first)


def _best(score: Scores, count: int) -> Rows:
    """Return the places of the best scores: so many, and all that tie with the last of them."""
    if count >= len(score):
        return np.arange(len(score))
    threshold = np.partition(score, len(score) - count)[len(score) - count]
    return np.flatnonzero(score >= threshold)


def _most_first(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
