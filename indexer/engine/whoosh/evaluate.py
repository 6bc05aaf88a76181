"""How a plan is evaluated: for each node, which rows match and what that is worth.

A word scores BM25F (Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and
Beyond", section 3.6): its frequencies in all fields, weighted and normalised field by field, are
added up before they saturate, `idf * f / (f + k1)`, with Lucene's idf, `ln(1 + (N - n + 0.5) /
(n + 0.5))`, and without the constant factor k1 + 1. N, n and the mean lengths count live sections
only, so a score does not depend on how an index came to be.

Everything is a list of rows, rising, and a number for each: a drug is named in a few hundred rows
of many thousands, and work should be as small as that. What a node finds is kept: the same
medicines, kinds and words are asked for again and again.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np

from indexer.engine.base import OwnNames
from indexer.engine.whoosh.arrays import Array
from indexer.engine.whoosh.memory import ENTRY_BYTES, Memory
from indexer.engine.whoosh.reading import (
    EMPTY,
    PLACE_BITS,
    PLACE_MASK,
    Forms,
    Places,
    Postings,
    PostingsReader,
)
from indexer.engine.whoosh.rows import (
    NO_ROWS,
    Flags,
    Rows,
    Scored,
    Scores,
    best,
    common,
    contains,
    distinct,
    summed,
    union,
)
from indexer.engine.whoosh.stems import stemmer
from indexer.engine.whoosh.table import SectionTable
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

KEPT_BYTES = 32 << 20
"""Memory for what nodes match, for each thread that searches."""

KEPT_FORMS = 16_384
"""Words whose forms are remembered."""

T = TypeVar("T")
WordLeaf: TypeAlias = Word | Phrase | Prefix


class DeadlineError(Exception):
    """The time for a search is over; never leaves the engine."""


def check_time(deadline: float | None) -> None:
    """Raise DeadlineError when `time.monotonic()` has passed the deadline."""
    if deadline is not None and time.monotonic() > deadline:
        raise DeadlineError


@dataclass(frozen=True, slots=True)
class Found:
    """What a node finds: rows that it scores, rising, and those among them that match it.

    A row may have a score and not match: a title's words rank all sections of its article, and
    match the first alone.
    """

    rows: Rows
    score: Scores
    matching: Rows

    @property
    def nbytes(self) -> int:
        """Return the memory it takes."""
        shared = 0 if self.matching is self.rows else self.matching.nbytes
        return self.rows.nbytes + self.score.nbytes + shared

    def weighted(self, weight: float) -> Found:
        """Return the same with other scores."""
        return self if weight == 1 else Found(self.rows, self.score * weight, self.matching)

    def score_of(self, rows: Rows) -> Scores:
        """Return the scores of some rows, 0 for those that have none."""
        scores = np.zeros(len(rows), dtype=np.float64)
        if len(self.rows) and len(rows):
            at = np.searchsorted(self.rows, rows)
            at[at == len(self.rows)] = 0
            held = self.rows[at] == rows
            scores[held] = self.score[at[held]]
        return scores


NOTHING = Found(NO_ROWS, np.empty(0, dtype=np.float64), NO_ROWS)


class Evaluator:
    """Evaluates nodes over one open index. For one thread."""

    def __init__(self, table: SectionTable, postings: PostingsReader, names: OwnNames) -> None:
        """Take what is open of the index, and the names that its stems keep apart."""
        self._table = table
        self._postings = postings
        self._stemmer = stemmer(names)
        self._kept: Memory[Node, Found] = Memory(KEPT_BYTES, entry_cost=ENTRY_BYTES)
        self._stem_forms: Memory[tuple[str, Field], Forms] = Memory(KEPT_FORMS)

    def evaluate(self, node: Node, deadline: float | None = None) -> Found:
        """Evaluate a node; raise DeadlineError once `time.monotonic()` passes the deadline."""
        found = self._kept.get(node)
        if found is None:
            found = self._evaluate(node, deadline)
            self._kept.put(node, found, found.nbytes)
        return found

    def _evaluate(self, node: Node, deadline: float | None) -> Found:
        check_time(deadline)
        match node:
            case All(nodes):
                return self._all([self.evaluate(child, deadline) for child in nodes])
            case AnyOf(nodes):
                return self._any(node, [self.evaluate(child, deadline) for child in nodes])
            case Not(child):
                return self._not(self.evaluate(child, deadline))
            case Word() | Phrase() | Prefix():
                return self._words(node, deadline).weighted(node.weight)
            case Near(weight=weight):
                return _fact(self._near(node, deadline), weight)
            case _:
                rows, worth = self._facts(node)
                return _fact(rows, worth)

    def _facts(
        self, node: Subject | AnySubject | Publisher | Kind | HeadingIs | Contents
    ) -> tuple[Rows, float]:
        """Return the rows of which a fact is true, and what that is worth."""
        table = self._table
        match node:
            case Subject(drug=drug, weight=weight):
                articles = table.members["subject"].articles(drug)
                return table.rows_of_articles(articles), weight * weights.SUBJECT
            case AnySubject():
                return table.rows_of_articles(table.about_something), 0.0
            case Publisher(type=of):
                return table.rows_of_articles(table.members["publisher"].articles(of)), 0.0
            case Kind(kind=kind, weight=weight):
                return table.rows_of_kind(kind), weight * weights.INTENT
            case HeadingIs(terms=terms, weight=weight):
                return self._heading_is(terms), weight
            case Contents():
                return table.contents, 0.0

    def forms(self, leaf: Leaf, field: Field) -> tuple[tuple[str, ...], ...]:
        """Return, for each position of a leaf, the terms that may stand there in a field."""
        match leaf:
            case Word(term=term, stem=stem):
                return (self.word_forms(term, field) if stem else (term,),)
            case Phrase(terms=terms, stem=stem):
                return tuple(self.word_forms(term, field) if stem else (term,) for term in terms)
            case Prefix(prefix=prefix):
                return (self._postings.prefix(field, prefix, most=PREFIX_TERMS),)
            case _:
                return ()

    def term(self, field: Field, term: str) -> Postings:
        """Return the postings of one term."""
        return self._postings.term(field, term)

    def field_scores(self, leaf: WordLeaf, rows: Rows) -> Iterator[tuple[Field, Flags, Scores]]:
        """Yield, for each field that holds a leaf, which of some rows do and its score in them."""
        held = []
        frequency = np.zeros(len(rows), dtype=np.float64)
        for field in leaf.fields:
            postings = self._found(field, self.forms(leaf, field))
            holds = contains(postings.rows, rows)
            if holds.any():
                weighted = np.zeros(len(rows), dtype=np.float64)
                at = np.searchsorted(postings.rows, rows[holds])
                weighted[holds] = self._weighted(field, rows[holds], postings.frequency[at])
                frequency += weighted
                held.append((field, holds, weighted))
        if held:
            share = leaf.weight * self._idf(leaf) / (frequency + weights.K1)
            for field, holds, weighted in held:
                yield field, holds, share * weighted

    def _words(self, leaf: WordLeaf, deadline: float | None) -> Found:
        scored: list[Scored] = []
        matching: list[Rows] = []
        for field in leaf.fields:
            check_time(deadline)
            postings = self._found(field, self.forms(leaf, field))
            rows = postings.rows
            if len(rows):
                scored.append((rows, self._weighted(field, rows, postings.frequency)))
                # A title counts as a match for an article's first section alone.
                by_title = field == "title" and len(leaf.fields) > 1
                matching.append(rows[self._table.order[rows] == 0] if by_title else rows)
        if not scored:
            return NOTHING
        rows, frequency = summed(scored, len(self))
        score = self._idf(leaf) * frequency / (frequency + weights.K1)
        return Found(rows, score, union(matching, len(self)))

    def __len__(self) -> int:
        """Return the number of all rows, deleted ones too."""
        return self._table.rows

    def _found(self, field: Field, groups: tuple[tuple[str, ...], ...]) -> Postings:
        if not groups:
            return EMPTY
        if len(groups) == 1:
            return self._postings.group(field, groups[0])
        return self._postings.phrase(field, groups)

    def _idf(self, leaf: WordLeaf) -> float:
        """Return how rare a leaf is: a phrase is as rare as its words are together.

        Counted where a section speaks for itself; the headings above it and its title are those
        of others too.
        """
        fields = [field for field in leaf.fields if field in OWN_FIELDS] or leaf.fields
        groups = {field: self.forms(leaf, field) for field in fields}
        idf = 0.0
        for at in range(len(groups[fields[0]])):
            holding = [self._postings.group(field, groups[field][at]).rows for field in fields]
            count = len(union(holding, len(self)))
            idf += float(np.log1p((self._table.sections - count + 0.5) / (count + 0.5)))
        return idf

    def _weighted(self, field: Field, rows: Rows, frequency: Array) -> Scores:
        """Return how often a leaf stands in a field, weighted and for a field of mean length."""
        b = weights.B[field]
        norm = 1.0 - b + (b / self._table.average[field]) * self._table.length[field][rows]
        return np.asarray(weights.FIELD_WEIGHT[field] * frequency / norm)

    def _heading_is(self, terms: tuple[str, ...]) -> Rows:
        groups = tuple(self.word_forms(term, "heading") for term in terms)
        rows, places = self._postings.phrase_places("heading", groups)
        holding, begins = rows[places >> PLACE_BITS], places & PLACE_MASK
        # Nothing stands behind the phrase, and before it nothing or the heading's numbering.
        length = self._table.length["heading"][holding].astype(np.int64)
        numbering = length - self._table.heading_words[holding]
        fits = (begins == length - len(terms)) & ((begins == 0) | (begins == numbering))
        return distinct(holding[fits])

    def word_forms(self, term: str, field: Field) -> tuple[str, ...]:
        """Return a term and its other forms that stand in a field of what is served."""
        key = (term, field)
        found = self._stem_forms.get(key)
        if found is None:
            stem = self._stemmer.stem(term)
            others = {
                form for segment in self._table.segments for form in segment.stems.forms(stem)
            }
            if self._stemmer.stem(stem) == stem:
                others.add(stem)
            others.discard(term)
            held = (form for form in sorted(others) if len(self._postings.term(field, form).rows))
            found = (term, *held)
            self._stem_forms.put(key, found, 1)
        return tuple(found)

    def _near(self, near: Near, deadline: float | None) -> Rows:
        """Return the rows where the groups stand together; positions are read of few rows only."""
        # A group that is asked for twice stands where it stands once.
        groups = [
            [self.forms(leaf, "text") for leaf in group] for group in dict.fromkeys(near.groups)
        ]
        rows: Rows | None = None
        for group in groups:
            holding = [self._postings.holding("text", forms) for forms in group]
            together = union(holding, len(self)) if holding else NO_ROWS
            rows = together if rows is None else rows[contains(together, rows)]
        if rows is None:
            return NO_ROWS
        found: list[Places] = []
        for group in groups:
            check_time(deadline)
            places = [self._phrase_in(forms, rows) for forms in group]
            found.append(np.unique(np.concatenate([NO_ROWS, *places])))
        return rows[stand_together(found, near.span)]

    def _phrase_in(self, forms: tuple[tuple[str, ...], ...], rows: Rows) -> Places:
        """Return where a phrase begins in some rows, by their number among those."""
        if len(forms) == 1:
            return self._postings.places("text", forms[0], rows)
        holding, places = self._postings.phrase_places("text", forms, among=rows)
        moved: Places = rows.searchsorted(holding)[places >> PLACE_BITS] << PLACE_BITS
        return moved | (places & PLACE_MASK)

    def _all(self, children: Sequence[Found]) -> Found:
        if not children:
            live = np.flatnonzero(self._table.live)
            return Found(live, np.zeros(len(live), dtype=np.float64), live)
        rows, score = summed([(child.rows, child.score) for child in children], len(self))
        return Found(rows, score, common([child.matching for child in children]))

    def _any(self, node: AnyOf, children: Sequence[Found]) -> Found:
        if not children:
            return NOTHING
        groups = [
            best([(child.rows, child.score) for child in group], len(self))
            for group in alternatives(node, children)
            if group
        ]
        rows, score = summed(groups, len(self))
        matching = union([child.matching for child in children], len(self))
        return Found(rows, score, matching)

    def _not(self, child: Found) -> Found:
        flags = self._table.live.copy()
        flags[child.matching] = False
        rows = np.flatnonzero(flags)
        return Found(rows, np.zeros(len(rows), dtype=np.float64), rows)


def alternatives(node: AnyOf, children: Iterable[T]) -> list[list[T]]:
    """Return the groups of children of which the best counts; the groups add up (see AnyOf)."""
    if node.adds:
        return [[child] for child in children]
    kinds: list[T] = []
    others: list[T] = []
    for child, of in zip(children, node.nodes, strict=True):
        (kinds if isinstance(of, Kind) else others).append(child)
    return [others, kinds]


def stand_together(places: Sequence[Places], span: int) -> Rows:
    """Return the rows in which some window of `span` positions holds a place of each group."""
    if not all(map(len, places)):
        return NO_ROWS
    everywhere = np.unique(np.concatenate(places))
    # For each place as the end of a window: how far back is the nearest place of each group?
    reach = np.zeros(len(everywhere), dtype=np.int64)
    for group in places:
        at = np.searchsorted(group, everywhere, side="right") - 1
        before = np.where(at >= 0, group[at], -1 << 40)
        np.maximum(reach, everywhere - before, out=reach)
    return distinct(everywhere[reach < span] >> PLACE_BITS)


def _fact(rows: Rows, worth: float) -> Found:
    return Found(rows, np.full(len(rows), worth, dtype=np.float64), rows)
