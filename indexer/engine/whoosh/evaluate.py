"""How a plan is evaluated: for each node, which rows match.

Everything is a list of rows, rising: a drug is named in a few hundred rows of many thousands, and
work should be as small as that. So this happens in two steps. First, which rows match each
concept; the lists are kept, because the same medicines, kinds and words are asked for again and
again. Then, for the rows that match all of them, what they are worth (see `scoring`), and which
bonuses they have: what only orders the rows that are listed (`holds`) looks at no other.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from indexer.engine.base import DeadlineError, OwnNames
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
    common,
    contains,
    distinct,
    union,
)
from indexer.engine.whoosh.stems import stemmer
from indexer.engine.whoosh.table import SectionTable
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

PREFIX_TERMS = 64
"""Terms a prefix stands for at most, the commonest first: bounds the work of `a*`."""

KEPT_BYTES = 32 << 20
"""Memory for what nodes match."""

FEW = 8
"""A phrase is looked for in some rows alone while they are less than one in so many of all."""

KEPT_FORMS = 16_384
"""Words whose forms are remembered."""

WordLeaf: TypeAlias = Word | Phrase | Prefix


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
    matching: Rows

    @property
    def nbytes(self) -> int:
        """Return the memory it takes."""
        return self.rows.nbytes + (0 if self.matching is self.rows else self.matching.nbytes)


NOTHING = Found(NO_ROWS, NO_ROWS)


class Evaluator:
    """Evaluates nodes over one open index. Safe to share between threads."""

    def __init__(self, table: SectionTable, postings: PostingsReader, names: OwnNames) -> None:
        """Take what is open of the index, and the names that its stems keep apart."""
        self._table = table
        self._postings = postings
        self._stemmer = stemmer(names)
        self._kept: Memory[Node, Found] = Memory(KEPT_BYTES, entry_cost=ENTRY_BYTES)
        self._stem_forms: Memory[tuple[str, Field], Forms] = Memory(KEPT_FORMS)

    def find(self, node: Node, deadline: float | None = None) -> Found:
        """Find what matches a node; raise DeadlineError once the deadline has passed."""
        found = self._kept.get(node)
        if found is None:
            found = self._find(node, deadline)
            # That a word stands nowhere is soon found again, and there is no end of such words.
            if found is not NOTHING or not isinstance(node, Word):
                self._kept.put(node, found, found.nbytes)
        return found

    def holds(self, node: Node, rows: Rows, deadline: float | None = None) -> Flags:
        """Return which of some rows match a node; raise DeadlineError."""
        check_time(deadline)
        match node:
            case All(nodes):
                held = np.ones(len(rows), dtype=np.bool_)
                for child in dict.fromkeys(nodes):
                    held[held] = self.holds(child, rows[held], deadline)
                return held
            case AnyOf(nodes):
                held = np.zeros(len(rows), dtype=np.bool_)
                for child in dict.fromkeys(nodes):
                    held[~held] = self.holds(child, rows[~held], deadline)
                return held
            case Not(child):
                return ~self.holds(child, rows, deadline)
            case Phrase() if len(rows) * FEW < self._table.rows:
                found = [self._phrase_rows(node, field, rows) for field in node.fields]
                return contains(union(found, self._table.rows), rows)
            case HeadingIs(terms=terms):
                return contains(self._heading_is(terms, rows), rows)
            case Near():
                return contains(self._near(node, deadline, rows), rows)
            case _:
                return contains(self.find(node, deadline).matching, rows)

    def _find(self, node: Node, deadline: float | None) -> Found:
        check_time(deadline)
        match node:
            case All(nodes):
                return self._all([self.find(child, deadline) for child in dict.fromkeys(nodes)])
            case AnyOf(nodes):
                return self._any([self.find(child, deadline) for child in dict.fromkeys(nodes)])
            case Not(child):
                flags = self._table.live.copy()
                flags[self.find(child, deadline).matching] = False
                rows = flags.nonzero()[0]
            case Word() | Phrase() | Prefix():
                return self._words(node, deadline)
            case Near():
                rows = self._near(node, deadline)
            case _:
                rows = self._facts(node)
        return Found(rows, rows)

    def _facts(self, node: Subject | AnySubject | Publisher | Kind | HeadingIs | Contents) -> Rows:
        """Return the rows of which a fact is true."""
        table = self._table
        match node:
            case Subject(drug=drug):
                return table.rows_of_articles(table.members["subject"].articles(drug))
            case AnySubject():
                return table.rows_of_articles(table.about_something)
            case Publisher(type=of):
                return table.rows_of_articles(table.members["publisher"].articles(of))
            case Kind(kind=kind):
                return table.rows_of_kind(kind)
            case HeadingIs(terms=terms):
                return self._heading_is(terms)
            case _:
                return table.contents

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

    def postings(self, leaf: WordLeaf, field: Field) -> Postings:
        """Return which rows hold a leaf in a field, and how often."""
        groups = self.forms(leaf, field)
        if len(groups) == 1:
            return self._postings.group(field, groups[0])
        return self._postings.phrase(field, groups) if groups else EMPTY

    def term(self, field: Field, term: str) -> Postings:
        """Return the postings of one term."""
        return self._postings.term(field, term)

    def _words(self, leaf: WordLeaf, deadline: float | None) -> Found:
        everywhere: list[Rows] = []
        matching: list[Rows] = []
        for field in leaf.fields:
            check_time(deadline)
            rows = self.postings(leaf, field).rows
            if not len(rows):
                continue
            everywhere.append(rows)
            # A title counts as a match for an article's first section alone.
            by_title = field == "title" and len(leaf.fields) > 1
            matching.append(rows[self._table.order[rows] == 0] if by_title else rows)
        if not everywhere:
            return NOTHING
        found = union(everywhere, self._table.rows)
        if all(one is other for one, other in zip(everywhere, matching, strict=True)):
            return Found(found, found)
        return Found(found, union(matching, self._table.rows))

    def _phrase_rows(self, phrase: Phrase, field: Field, among: Rows) -> Rows:
        """Return which of some rows hold a phrase in a field, a title's only where it counts."""
        groups = self.forms(phrase, field)
        rows, places = self._postings.phrase_places(field, groups, among)
        rows = rows[distinct(places >> PLACE_BITS)]
        by_title = field == "title" and len(phrase.fields) > 1
        return rows[self._table.order[rows] == 0] if by_title else rows

    def _heading_is(self, terms: tuple[str, ...], among: Rows | None = None) -> Rows:
        groups = tuple(self.word_forms(term, "heading") for term in terms)
        rows, places = self._postings.phrase_places("heading", groups, among)
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
            held = (form for form in sorted(others) if self._postings.has(field, form))
            found = (term, *held)
            self._stem_forms.put(key, found, 1)
        return tuple(found)

    def _near(self, near: Near, deadline: float | None, among: Rows | None = None) -> Rows:
        """Return the rows where the groups stand together; positions are read of few rows only."""
        # A group that is asked for twice stands where it stands once.
        groups = [
            [self.forms(leaf, "text") for leaf in group] for group in dict.fromkeys(near.groups)
        ]
        first, *others = groups
        rows = self._holding_any(first, among)
        for group in others:
            rows = self._holding_any(group, rows)
        found: list[Places] = []
        for group in groups:
            check_time(deadline)
            places = np.concatenate([NO_ROWS, *(self._phrase_in(forms, rows) for forms in group)])
            places.sort()
            found.append(distinct(places))
        return rows[stand_together(found, near.span)]

    def _holding_any(
        self, group: Sequence[tuple[tuple[str, ...], ...]], among: Rows | None
    ) -> Rows:
        """Return the rows, all or of some, whose texts hold the words of any leaf of a group."""
        holding = [self._postings.holding("text", forms, among) for forms in group]
        return union([NO_ROWS, *holding], self._table.rows)

    def _phrase_in(self, forms: tuple[tuple[str, ...], ...], rows: Rows) -> Places:
        """Return where a phrase begins in some rows, by their number among those."""
        if len(forms) == 1:
            return self._postings.places("text", forms[0], rows)
        holding, places = self._postings.phrase_places("text", forms, among=rows)
        moved: Places = rows.searchsorted(holding)[places >> PLACE_BITS] << PLACE_BITS
        return moved | (places & PLACE_MASK)

    def _all(self, children: Sequence[Found]) -> Found:
        if not children:
            live = self._table.live.nonzero()[0]
            return Found(live, live)
        rows = union([child.rows for child in children], self._table.rows)
        return Found(rows, common([child.matching for child in children]))

    def _any(self, children: Sequence[Found]) -> Found:
        rows = union([NO_ROWS, *(child.rows for child in children)], self._table.rows)
        if all(child.matching is child.rows for child in children):
            return Found(rows, rows)
        matching = union([child.matching for child in children], self._table.rows)
        return Found(rows, matching)


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
