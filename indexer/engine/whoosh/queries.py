"""Whoosh's query tree evaluated over arrays: exact totals, the true top, ties by article.

    Term, Forms        impacts of a word (see `impacts`)
    Phrase             impacts of its words, in the rows where they follow one another within slop
    Prefix             1 in each row that holds a term that begins so
    And, Or, Not       sums over the rows of all, of any, and without those of a Not
    AndNot, AndMaybe, Require, Every, ConstantScoreQuery, and filters as Whoosh has them

Whatever else a tree holds is answered by Whoosh's matchers, with the same scores. Whoosh's own
collectors are not used at all: they lose true top documents and count wrongly (measured).

An Or of words alone takes a shorter road (see `any_word`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from whoosh import query as whoosh_query
from whoosh.query import Query

from indexer.engine.whoosh.any_word import Part, any_word, boosted
from indexer.engine.whoosh.best import Answer, Impacts, best_rows
from indexer.engine.whoosh.evaluate import Evaluator, check_time
from indexer.engine.whoosh.forms import Forms, FormsPhrase
from indexer.engine.whoosh.impacts import ImpactReader, WordImpacts
from indexer.engine.whoosh.matchers import WhooshMatchers
from indexer.engine.whoosh.reading import PLACE_BITS, Places, PostingsReader
from indexer.engine.whoosh.rows import NO_ROWS, Rows, contains, distinct, union
from indexer.engine.whoosh.table import SectionTable
from indexer.query.plan import WORD_FIELDS, Field

Scored: TypeAlias = tuple[Rows, Impacts]
AnyQuery: TypeAlias = Any
"""A query of any class; Whoosh does not declare what attributes they have."""

_ROUNDING = 1e-5
"""More than sums of a few single-precision numbers can be off."""

_ORDER_BITS = 32
"""An article has fewer than 2^32 sections."""


class QueryEvaluator:
    """Evaluates Whoosh's queries over one open index. For one thread."""

    def __init__(self, table: SectionTable, postings: PostingsReader, evaluator: Evaluator) -> None:
        """Take what is open of the index."""
        self._table = table
        self._evaluator = evaluator
        self._postings = postings
        self._impacts = ImpactReader(table, postings)
        self._matchers = WhooshMatchers(table, postings)
        self._kinds: dict[type[Query], Callable[[Any, float | None], Scored]] = {
            whoosh_query.Phrase: self._phrase,
            FormsPhrase: self._phrase,
            whoosh_query.Prefix: self._prefix,
            whoosh_query.Every: self._every,
            whoosh_query.Or: self._or,
            whoosh_query.And: self._and,
            whoosh_query.Not: self._not,
            whoosh_query.AndNot: self._and_not,
            whoosh_query.AndMaybe: self._and_maybe,
            whoosh_query.Require: self._require,
            whoosh_query.ConstantScoreQuery: self._constant,
        }

    def word(self, field: Field, term: str, boost: float = 1.0) -> Forms:
        """Return the query for a word of a field in any of its forms."""
        return Forms(field, self._evaluator.word_forms(term, field), boost)

    def phrase(self, field: Field, terms: Sequence[str], slop: int = 1) -> FormsPhrase:
        """Return the query for words of a field in a row, each in any of its forms."""
        groups = [self._evaluator.word_forms(term, field) for term in terms]
        return FormsPhrase(field, groups, slop)

    def search(
        self,
        query: Query,
        *,
        limit: int = 10,
        within: Query | None = None,
        deadline: float | None = None,
    ) -> Answer:
        """Return the best rows that match a query, and `within` too, which adds no score.

        Raise DeadlineError once `time.monotonic()` passes the deadline.
        """
        parts = self._flat(query)
        if parts is not None and within is None:
            return any_word(self._table, parts, limit)
        rows, score = self._evaluate(query, deadline)
        if within is not None:
            held = contains(self._evaluate(within, deadline)[0], rows)
            rows, score = rows[held], score[held]
        return best_rows(self._table, rows, score, limit, len(rows))

    # --- any of some words ---------------------------------------------------------------------

    def _flat(self, query: AnyQuery, boost: float = 1.0) -> list[Part] | None:
        """Return the words of an Or that has nothing but words, None for any other query."""
        boost *= query.boost if hasattr(query, "boost") else 1
        if boost <= 0:
            return None
        if _is_word(query):
            return [Part(self._word(query), boost)]
        if type(query) is not whoosh_query.Or or query.minmatch:
            return None
        found: list[Part] = []
        for child in query.subqueries:
            parts = self._flat(child, boost)
            if parts is None:
                return None
            found += parts
        return found

    # --- any other query -----------------------------------------------------------------------

    def _evaluate(self, query: AnyQuery, deadline: float | None) -> Scored:
        """Return the rows that match a query, rising, and their scores."""
        check_time(deadline)
        if _is_word(query):
            word = self._word(query)
            return word.rows, boosted(word.impact, query.boost)
        known = self._kinds.get(type(query))
        if known is None or getattr(query, "minmatch", False):
            return self._matchers.evaluate(query, deadline)
        return known(query, deadline)

    def _phrase(self, query: whoosh_query.Phrase, deadline: float | None) -> Scored:
        field = _known_field(query.fieldname)
        if field is None or not query.words:
            return self._matchers.evaluate(query, deadline)
        groups: Sequence[Sequence[str]]
        groups = (
            query.groups
            if isinstance(query, FormsPhrase)
            else [(_text(word),) for word in query.words]
        )
        if query.slop == 1:
            rows, reached = self._postings.phrase_places(field, groups)
        else:
            rows, reached = self._sloppy_places(field, groups, query.slop)
        rows = rows[distinct(reached >> PLACE_BITS)]
        score = np.zeros(len(rows), dtype=np.float32)
        for group in groups:
            score += self._impacts.word(field, group).of(rows)
        return rows, boosted(score, query.boost)

    def _sloppy_places(
        self, field: Field, groups: Sequence[Sequence[str]], slop: int
    ) -> tuple[Rows, Places]:
        """Return rows, and the places where a phrase with gaps ends in them."""
        rows = self._postings.holding(field, groups)
        reached = self._postings.places(field, groups[0], rows)
        for group in groups[1:]:
            reached = _within(reached, self._postings.places(field, group, rows), slop)
        return rows, reached

    def _prefix(self, query: whoosh_query.Prefix, deadline: float | None) -> Scored:
        field = _known_field(query.fieldname)
        if field is None:
            return self._matchers.evaluate(query, deadline)
        marked = np.zeros(self._table.rows, dtype=np.bool_)
        for segment, base in zip(self._table.segments, self._table.bases, strict=True):
            postings = segment.fields[field]
            terms = postings.beginning_with(_text(query.text))
            # The terms are sorted, so the postings of all of them are one slice.
            span = slice(int(postings.starts[terms.start]), int(postings.starts[terms.stop]))
            marked[base : base + segment.rows][postings.rows[span]] = True
        marked &= self._table.live
        rows = marked.nonzero()[0]
        return rows, np.full(len(rows), query.boost, dtype=np.float32)

    def _every(self, query: whoosh_query.Every, deadline: float | None) -> Scored:
        if query.fieldname is not None:
            return self._matchers.evaluate(query, deadline)
        rows = np.flatnonzero(self._table.live)
        return rows, np.full(len(rows), query.boost, dtype=np.float32)

    def _or(self, query: whoosh_query.Or, deadline: float | None) -> Scored:
        parts = [self._evaluate(child, deadline) for child in query.subqueries]
        rows = union([NO_ROWS, *(rows for rows, _ in parts)], self._table.rows)
        score = np.zeros(len(rows), dtype=np.float32)
        for own, given in parts:
            score[np.searchsorted(rows, own)] += given
        return rows, boosted(score, query.boost)

    def _and(self, query: AnyQuery, deadline: float | None) -> Scored:
        words: list[tuple[WordImpacts, float]] = []
        lists: list[Scored] = []
        refused: list[Query] = []
        for child in query.subqueries:
            if _is_word(child):
                words.append((self._word(child), child.boost))
            elif type(child) is whoosh_query.Not:
                refused.append(child.query)
            else:
                lists.append(self._evaluate(child, deadline))
        if not words and not lists:
            return self._matchers.evaluate(query, deadline)
        rows, score = self._common(words, lists)
        for child in refused:
            kept = ~contains(self._evaluate(child, deadline)[0], rows)
            rows, score = rows[kept], score[kept]
        return rows, boosted(score, query.boost)

    def _common(
        self, words: Sequence[tuple[WordImpacts, float]], lists: Sequence[Scored]
    ) -> Scored:
        """Return the rows of all words and lists, and the sum of their scores."""
        ordered = sorted(words, key=lambda pair: len(pair[0]))
        if lists:
            shortest, *others = sorted(lists, key=lambda pair: len(pair[0]))
            rows, score = shortest
        else:
            (word, boost), *ordered = ordered
            others = []
            rows, score = word.rows, boosted(word.impact, boost)
        for word, boost in ordered:
            if not len(rows):
                break
            impact = word.of(rows)
            held = impact > 0
            rows, score = rows[held], score[held] + boosted(impact[held], boost)
        for own, given in others:
            held = contains(own, rows)
            rows = rows[held]
            score = score[held] + given[np.searchsorted(own, rows)]
        return rows, score

    def _not(self, query: whoosh_query.Not, deadline: float | None) -> Scored:
        flags = self._table.live.copy()
        flags[self._evaluate(query.query, deadline)[0]] = False
        rows = np.flatnonzero(flags)
        return rows, np.full(len(rows), query.boost, dtype=np.float32)

    def _and_not(self, query: whoosh_query.AndNot, deadline: float | None) -> Scored:
        rows, score = self._evaluate(query.a, deadline)
        kept = ~contains(self._evaluate(query.b, deadline)[0], rows)
        return rows[kept], score[kept]

    def _and_maybe(self, query: whoosh_query.AndMaybe, deadline: float | None) -> Scored:
        rows, score = self._evaluate(query.a, deadline)
        own, given = self._evaluate(query.b, deadline)
        held = contains(own, rows)
        added = score.copy()
        added[held] += given[np.searchsorted(own, rows[held])]
        return rows, added

    def _require(self, query: whoosh_query.Require, deadline: float | None) -> Scored:
        rows, score = self._evaluate(query.a, deadline)
        held = contains(self._evaluate(query.b, deadline)[0], rows)
        return rows[held], score[held]

    def _constant(self, query: whoosh_query.ConstantScoreQuery, deadline: float | None) -> Scored:
        rows, _ = self._evaluate(query.child, deadline)
        return rows, np.full(len(rows), query.score, dtype=np.float32)

    # --- words, and the best of what was found -------------------------------------------------

    def _word(self, query: AnyQuery) -> WordImpacts:
        """Return the impacts of a term of a known field, or of the forms of a word."""
        if isinstance(query, Forms):
            return self._impacts.word(query.of_field, query.forms)
        return self._impacts.word(query.fieldname, (_text(query.text),))


def _is_word(query: AnyQuery) -> bool:
    """Say whether a query is a word of a field that has postings."""
    if type(query) is whoosh_query.Term:
        return query.fieldname in WORD_FIELDS
    return type(query) is Forms


def _known_field(name: str) -> Field | None:
    return next((field for field in WORD_FIELDS if field == name), None)


def _text(term: str | bytes) -> str:
    return term.decode("utf-8") if isinstance(term, bytes) else term


def _within(reached: Places, places: Places, slop: int) -> Places:
    """Return the places that stand at most `slop` behind the nearest place reached before them."""
    if not len(reached):
        return NO_ROWS
    at = np.searchsorted(reached, places) - 1
    behind = places - reached[at]
    return places[(at >= 0) & (behind <= slop)]
