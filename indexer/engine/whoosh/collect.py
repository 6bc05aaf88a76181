"""From matching rows to an answer: roll-up to articles, the true top, exact totals, facets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.engine.base import FacetName
from indexer.engine.whoosh.evaluate import Scores
from indexer.engine.whoosh.table import ArticleFacts, Flags, Rows, SectionTable
from indexer.query.plan import MatchPlan

SECTIONS_OF_AN_ARTICLE = 3
"""Sections shown of an article; the others are counted."""

Facets = Mapping[FacetName, tuple[tuple[str, int], ...]]


@dataclass(frozen=True, slots=True)
class Listed:
    """A result: the rows of one article that are shown, best first, and how many there are."""

    article: ArticleFacts
    rows: tuple[int, ...]
    section_total: int


class Collector:
    """Lists what matches a plan, over the rows that match its concepts."""

    def __init__(self, table: SectionTable, plan: MatchPlan, matches: Flags) -> None:
        """Take the rows that match the plan with its filters aside."""
        self._table = table
        self._plan = plan
        self._matches = matches
        self._filters = _filters(table, plan)
        self.listed_rows = self._filtered()

    def totals(self) -> tuple[int, int]:
        """Return how many articles and how many sections are listed."""
        numbers = self._table.article[self.listed_rows]
        return len(np.unique(numbers)), len(numbers)

    def top(self, score: Scores) -> tuple[Listed, ...]:
        """Return the results of the window that the plan asks for."""
        rows = np.flatnonzero(self.listed_rows)
        rows = rows[np.lexsort((self._table.order[rows], self._table.article[rows], -score[rows]))]
        if self._plan.group == "section":
            return self._sections(rows)
        return self._articles(rows)

    def facets(self) -> Facets:
        """Return each facet's values with their numbers of articles, its own filter aside."""
        return {
            "section": self._section_facet(),
            "drug": self._article_facet("drug", self._table.drug_articles),
            "class": self._article_facet("class", self._table.class_articles),
            "category": self._article_facet("category", self._table.category_articles),
            "year": self._article_facet("year", self._table.year_articles),
        }

    def _filtered(self, without: FacetName | None = None) -> Flags:
        rows = self._matches
        for name, flags in self._filters.items():
            if name != without:
                rows = rows & flags
        return rows

    def _sections(self, rows: Rows) -> tuple[Listed, ...]:
        """Return one result for each row of the window."""
        ranks = self._ranks()
        if ranks is not None:
            rows = rows[np.argsort(ranks[self._table.article[rows]], kind="stable")]
        window = rows[self._plan.offset : self._plan.offset + self._plan.limit]
        counts = np.bincount(self._table.article[rows], minlength=len(self._table.articles))
        return tuple(
            Listed(self._table.articles[number], (row,), int(counts[number]))
            for row, number in zip(
                window.tolist(), self._table.article[window].tolist(), strict=True
            )
        )

    def _articles(self, rows: Rows) -> tuple[Listed, ...]:
        """Return one result for each article of the window; `rows` come best first."""
        numbers, best, counts = np.unique(
            self._table.article[rows], return_index=True, return_counts=True
        )
        ranks = self._ranks()
        # The rows are in order of score and article, so the best row's place ranks its article.
        by = best if ranks is None else ranks[numbers]
        window = np.argsort(by, kind="stable")[self._plan.offset :][: self._plan.limit]
        return tuple(
            Listed(
                self._table.articles[number],
                tuple(rows[self._table.article[rows] == number][:SECTIONS_OF_AN_ARTICLE].tolist()),
                count,
            )
            for number, count in zip(numbers[window].tolist(), counts[window].tolist(), strict=True)
        )

    def _ranks(self) -> NDArray[np.int64] | None:
        """Return each article's place in an order other than by relevance."""
        articles = self._table.articles
        match self._plan.sort:
            case "relevance":
                return None
            case "newest":
                # Stable, so that equal dates stay in the order of the ids; no date comes last.
                order = sorted(range(len(articles)), key=lambda at: articles[at].date, reverse=True)
            case "title":
                order = sorted(range(len(articles)), key=lambda at: articles[at].title.casefold())
        ranks = np.empty(len(articles), dtype=np.int64)
        ranks[order] = np.arange(len(articles))
        return ranks

    def _section_facet(self) -> tuple[tuple[str, int], ...]:
        rows = np.flatnonzero(self._filtered(without="section")).tolist()
        pairs = {(self._table.kind[row], int(self._table.article[row])) for row in rows}
        counts: dict[str, int] = {}
        for kind, _ in pairs:
            counts[kind] = counts.get(kind, 0) + 1
        return _most_first(counts)

    def _article_facet(
        self, name: FacetName, members: Mapping[str, frozenset[int]]
    ) -> tuple[tuple[str, int], ...]:
        found = frozenset(np.unique(self._table.article[self._filtered(without=name)]).tolist())
        counts = {value: len(found & numbers) for value, numbers in members.items()}
        return _most_first({value: count for value, count in counts.items() if count})


def _filters(table: SectionTable, plan: MatchPlan) -> dict[FacetName, Flags]:
    filters: dict[FacetName, Flags] = {}
    if plan.kinds:
        filters["section"] = table.rows_of_kinds(plan.kinds)
    asked: tuple[tuple[FacetName, Sequence[str], Mapping[str, frozenset[int]]], ...] = (
        ("drug", plan.drugs, table.subject_articles),
        ("class", plan.classes, table.class_articles),
        ("category", plan.categories, table.category_articles),
        ("year", plan.years, table.year_articles),
    )
    for name, values, members in asked:
        if values:
            filters[name] = table.rows_of_articles(_union(members, values))
    return filters


def _union(members: Mapping[str, frozenset[int]], values: Sequence[str]) -> frozenset[int]:
    return frozenset().union(*(members.get(value, frozenset()) for value in values))


def _most_first(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
