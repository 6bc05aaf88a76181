"""A plan evaluated over arrays: for each node, which rows match and what that is worth.

A word scores BM25F (Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and
Beyond", section 3.6): its frequencies in all fields, weighted and normalised field by field, are
added up before they saturate, `idf * f / (f + k1)`, with Lucene's idf, `ln(1 + (N - n + 0.5) /
(n + 0.5))`, and without the constant factor k1 + 1. N, n and the mean lengths count live sections
only, so a score does not depend on how an index came to be.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.engine.whoosh.lexicon import Lexicon
from indexer.engine.whoosh.postings import EMPTY, Postings, PostingsReader
from indexer.engine.whoosh.table import Flags, SectionTable
from indexer.query import weights
from indexer.query.plan import (
    All,
    AnyOf,
    AnySubject,
    Contents,
    Field,
    HeadingIs,
    Kind,
    Leaf,
    Near,
    Node,
    Not,
    Phrase,
    Prefix,
    Publisher,
    Subject,
    Word,
)

OWN_FIELDS: frozenset[Field] = frozenset({"text", "heading"})
"""Fields whose words are the section's own."""

PREFIX_TERMS = 64
"""Terms a prefix stands for at most, the commonest first: bounds the work of `a*`."""

Scores = NDArray[np.float64]


class DeadlineError(Exception):
    """The time for a search is over; never leaves the engine."""


def check_time(deadline: float | None) -> None:
    """Raise DeadlineError when `time.monotonic()` has passed the deadline."""
    if deadline is not None and time.monotonic() > deadline:
        raise DeadlineError


@dataclass(frozen=True, slots=True)
class FieldScore:
    """What a leaf is worth in one field: postings and the score of each of their rows."""

    field: Field
    postings: Postings
    value: Scores


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A node over all rows: where it matches, and its score (also where only a title does)."""

    node: Node
    matches: Flags
    score: Scores
    fields: tuple[FieldScore, ...] = ()
    children: tuple[Evaluated, ...] = ()


class Evaluator:
    """Evaluates nodes over one open index. For one thread."""

    def __init__(self, table: SectionTable, postings: PostingsReader, lexicon: Lexicon) -> None:
        """Take what is open of the index."""
        self._table = table
        self._postings = postings
        self._lexicon = lexicon
        self._first = (table.order == 0) & table.live

    def evaluate(
        self,
        node: Node,
        deadline: float | None = None,
        known: dict[Node, Evaluated] | None = None,
    ) -> Evaluated:
        """Evaluate a node; raise DeadlineError once `time.monotonic()` passes the deadline.

        `known` is what was evaluated before: the same words asked for again cost nothing.
        """
        known = {} if known is None else known
        if node not in known:
            known[node] = self._evaluate(node, deadline, known)
        return known[node]

    def _evaluate(
        self, node: Node, deadline: float | None, known: dict[Node, Evaluated]
    ) -> Evaluated:
        check_time(deadline)
        match node:
            case All(nodes):
                return self._all(node, [self.evaluate(child, deadline, known) for child in nodes])
            case AnyOf(nodes):
                return self._any(node, [self.evaluate(child, deadline, known) for child in nodes])
            case Not(child):
                inner = self.evaluate(child, deadline, known)
                return Evaluated(node, self._table.live & ~inner.matches, self._zeros())
            case Word() | Phrase() | Prefix():
                return self._words(node, deadline)
            case Near(weight=weight):
                return self._fact(node, self._near(node, deadline), weight)
            case _:
                flags, worth = self._facts(node)
                return self._fact(node, flags, worth)

    def _facts(
        self, node: Subject | AnySubject | Publisher | Kind | HeadingIs | Contents
    ) -> tuple[Flags, float]:
        """Return the rows of which a fact is true, and what that is worth."""
        table = self._table
        match node:
            case Subject(drug=drug, weight=weight):
                articles = table.subject_articles.get(drug, frozenset())
                return table.rows_of_articles(articles), weight * weights.SUBJECT
            case AnySubject():
                return table.rows_of_articles(table.about_something), 0.0
            case Publisher(type=of):
                articles = table.publisher_articles.get(of, frozenset())
                return table.rows_of_articles(articles), 0.0
            case Kind(kind=kind, weight=weight):
                return table.rows_of_kinds((kind,)), weight * weights.INTENT
            case HeadingIs(terms=terms, weight=weight):
                return self._heading_is(terms), weight
            case Contents():
                return table.contents & table.live, 0.0

    def forms(self, leaf: Leaf, field: Field) -> tuple[tuple[str, ...], ...]:
        """Return, for each position of a leaf, the terms that may stand there in a field."""
        match leaf:
            case Word(term=term, stem=stem):
                return (self._forms(term, field) if stem else (term,),)
            case Phrase(terms=terms, stem=stem):
                return tuple(self._forms(term, field) if stem else (term,) for term in terms)
            case Prefix(prefix=prefix):
                return (self._postings.prefix(field, prefix, most=PREFIX_TERMS),)
            case _:
                return ()

    def term(self, field: Field, term: str) -> Postings:
        """Return the postings of one term."""
        return self._postings.term(field, term)

    def _fact(self, node: Node, flags: Flags, value: float) -> Evaluated:
        score = self._zeros()
        score[flags] = value
        return Evaluated(node, flags, score)

    def _words(self, leaf: Word | Phrase | Prefix, deadline: float | None) -> Evaluated:
        matches, frequency = np.zeros_like(self._table.live), self._zeros()
        found: list[tuple[Field, Postings, Scores]] = []
        for field in leaf.fields:
            check_time(deadline)
            postings = self._found(field, self.forms(leaf, field))
            if not len(postings.rows):
                continue
            weighted = self._weighted(field, postings)
            frequency[postings.rows] += weighted
            found.append((field, postings, weighted))
            if field == "title" and len(leaf.fields) > 1:
                matches[postings.rows] |= self._first[postings.rows]
            else:
                matches[postings.rows] = True
        if not found:
            return Evaluated(leaf, matches, frequency)
        share = leaf.weight * self._idf(leaf) / (frequency + weights.K1)
        fields = tuple(
            FieldScore(field, postings, share[postings.rows] * weighted)
            for field, postings, weighted in found
        )
        return Evaluated(leaf, matches, share * frequency, fields)

    def _found(self, field: Field, groups: tuple[tuple[str, ...], ...]) -> Postings:
        if not groups:
            return EMPTY
        if len(groups) == 1:
            return self._postings.group(field, groups[0])
        return self._postings.phrase(field, groups)

    def _idf(self, leaf: Word | Phrase | Prefix) -> float:
        """Return how rare a leaf is: a phrase is as rare as its words are together.

        Counted where a section speaks for itself; the headings above it and its title are those
        of others too.
        """
        fields = [field for field in leaf.fields if field in OWN_FIELDS] or leaf.fields
        groups = {field: self.forms(leaf, field) for field in fields}
        idf = 0.0
        for at in range(len(groups[fields[0]])):
            holding = np.zeros_like(self._table.live)
            for field in fields:
                holding[self._postings.group(field, groups[field][at]).rows] = True
            count = int(holding.sum())
            idf += float(np.log1p((self._table.sections - count + 0.5) / (count + 0.5)))
        return idf

    def _weighted(self, field: Field, postings: Postings) -> Scores:
        """Return how often a leaf stands in a field, weighted and for a field of mean length."""
        length = self._table.length[field][postings.rows] / self._table.average[field]
        b = weights.B[field]
        norm = 1.0 - b + b * length
        return np.asarray(weights.FIELD_WEIGHT[field] * postings.frequency / norm)

    def _heading_is(self, terms: tuple[str, ...]) -> Flags:
        flags = np.zeros_like(self._table.live)
        groups = tuple(self._forms(term, "heading") for term in terms)
        long_enough = self._table.length["heading"] >= len(groups)
        short_enough = self._table.heading_words <= len(groups)
        among = np.flatnonzero(long_enough & short_enough)
        for row, places in self._postings.places("heading", groups, among=among):
            length = self._table.length["heading"][row]
            before = length - len(groups)
            numbering = length - self._table.heading_words[row]
            flags[row] = before in places and before in (0, numbering)
        return flags

    def _forms(self, term: str, field: Field) -> tuple[str, ...]:
        """Return a term and its other forms that stand in a field of what is served.

        The lexicon also knows forms of deleted sections, until Whoosh rewrites their segment.
        """
        first, *others = self._lexicon.forms(term)
        return (first, *(form for form in others if len(self._postings.term(field, form).rows)))

    def _near(self, near: Near, deadline: float | None) -> Flags:
        """Flag the rows where the groups stand together; positions are read of few rows only."""
        flags = np.zeros_like(self._table.live)
        # A group that is asked for twice stands where it stands once.
        asked = dict.fromkeys(near.groups)
        groups = [[self.forms(leaf, "text") for leaf in group] for group in asked]
        rows = self._table.live.copy()
        for group in groups:
            holding = np.zeros_like(rows)
            for forms in group:
                holding[self._postings.holding("text", forms)] = True
            rows &= holding
        wanted = np.flatnonzero(rows)
        if not len(wanted):
            return flags
        places: list[dict[int, set[int]]] = []
        for group in groups:
            found: dict[int, set[int]] = {}
            for forms in group:
                check_time(deadline)
                for row, at in self._postings.places("text", forms, among=wanted):
                    found.setdefault(row, set()).update(at)
            places.append(found)
        for row in wanted.tolist():
            flags[row] = stand_together([found.get(row, ()) for found in places], near.span)
        return flags

    def _all(self, node: Node, children: list[Evaluated]) -> Evaluated:
        matches, score = self._table.live.copy(), self._zeros()
        for child in children:
            matches &= child.matches
            score += child.score
        return Evaluated(node, matches, score, children=tuple(children))

    def _any(self, node: AnyOf, children: list[Evaluated]) -> Evaluated:
        matches = np.zeros_like(self._table.live)
        for child in children:
            matches |= child.matches
        score = self._zeros()
        for group in alternatives(node, children):
            best = self._zeros()
            for child in group:
                np.maximum(best, child.score, out=best)
            score += best
        return Evaluated(node, matches, score, children=tuple(children))

    def _zeros(self) -> Scores:
        return np.zeros(len(self._table.live), dtype=np.float64)


def alternatives(node: AnyOf, children: Iterable[Evaluated]) -> list[list[Evaluated]]:
    """Return the groups of children of which the best counts; the groups add up (see AnyOf)."""
    if node.adds:
        return [[child] for child in children]
    kinds: list[Evaluated] = []
    others: list[Evaluated] = []
    for child in children:
        (kinds if isinstance(child.node, Kind) else others).append(child)
    return [others, kinds]


def stand_together(places: Sequence[Iterable[int]], span: int) -> bool:
    """Return whether some window of `span` positions holds a place of each group."""
    ordered = sorted((at, group) for group, found in enumerate(places) for at in found)
    last = [-1] * len(places)
    for at, group in ordered:
        last[group] = at
        if min(last) >= 0 and at - min(last) < span:
            return True
    return False
