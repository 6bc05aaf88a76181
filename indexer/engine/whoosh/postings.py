"""Postings as arrays: which sections hold a term, how often, and where.

They are read through Whoosh's own matchers, once for each term, and kept while memory allows.
Postings of deleted sections are left out here, so that document frequencies are those of what is
served, whatever the index went through.
"""

from __future__ import annotations

from bisect import insort
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from whoosh.reading import IndexReader, TermNotFound

from indexer.engine.whoosh.table import Flags, Rows
from indexer.query.plan import Field

KEPT_BYTES = 64 << 20
"""Memory for postings that were read, over all terms, for each thread that searches."""
POSTING_BYTES = 16
ENTRY_BYTES = 512
"""What keeping the postings of a term costs beside them, the term included."""

KEPT_PHRASES = 512
"""Phrases that are remembered: those by which kinds of sections are told are asked for again and
again, and their positions are slow to read."""

KEPT_PREFIXES = 256
"""Prefixes whose terms are remembered: one query asks for the same ones again and again."""


@dataclass(frozen=True, slots=True)
class Postings:
    """The sections that hold a term, in row order, and how often each holds it."""

    rows: Rows
    frequency: NDArray[np.float64]

    def holds(self, row: int) -> bool:
        """Return whether a section holds the term."""
        at = int(np.searchsorted(self.rows, row))
        return at < len(self.rows) and int(self.rows[at]) == row


def _bytes_of(term: str, postings: Postings) -> int:
    return ENTRY_BYTES + len(term) + POSTING_BYTES * len(postings.rows)


EMPTY = Postings(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float64))


class PostingsReader:
    """Reads postings of one open index. For one thread."""

    def __init__(self, reader: IndexReader, live: Flags) -> None:
        """Read through an open Whoosh reader; `live` flags the rows that are not deleted."""
        self._reader = reader
        self._live = live
        self._kept: OrderedDict[tuple[Field, str], Postings] = OrderedDict()
        self._bytes = 0
        self._phrases: OrderedDict[tuple[Field, tuple[tuple[str, ...], ...]], Postings]
        self._phrases = OrderedDict()
        self._prefixes: OrderedDict[tuple[Field, str, int], tuple[str, ...]] = OrderedDict()

    def term(self, field: Field, term: str) -> Postings:
        """Return the postings of a term; empty when the field does not hold it."""
        key = (field, term)
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        postings = self._read(field, term)
        self._kept[key] = postings
        self._bytes += _bytes_of(term, postings)
        while self._bytes > KEPT_BYTES and len(self._kept) > 1:
            (_, old), dropped = self._kept.popitem(last=False)
            self._bytes -= _bytes_of(old, dropped)
        return postings

    def group(self, field: Field, forms: Iterable[str]) -> Postings:
        """Return the postings of several forms of a word as if they were one term."""
        parts = [found for form in forms if len((found := self.term(field, form)).rows)]
        if not parts:
            return EMPTY
        if len(parts) == 1:
            return parts[0]
        rows, inverse = np.unique(
            np.concatenate([part.rows for part in parts]), return_inverse=True
        )
        frequency = np.zeros(len(rows), dtype=np.float64)
        np.add.at(frequency, inverse, np.concatenate([part.frequency for part in parts]))
        return Postings(rows, frequency)

    def phrase(self, field: Field, groups: Sequence[Sequence[str]]) -> Postings:
        """Return the sections where the words of the groups stand side by side, in order."""
        key = (field, tuple(map(tuple, groups)))
        postings = self._phrases.get(key)
        if postings is None:
            postings = self._phrases[key] = self._read_phrase(field, groups)
            if len(self._phrases) > KEPT_PHRASES:
                self._phrases.popitem(last=False)
        else:
            self._phrases.move_to_end(key)
        return postings

    def _read_phrase(self, field: Field, groups: Sequence[Sequence[str]]) -> Postings:
        found = list(self.places(field, groups))
        if not found:
            return EMPTY
        rows = np.array([row for row, _ in found], dtype=np.int64)
        return Postings(rows, np.array([len(at) for _, at in found], dtype=np.float64))

    def holding(self, field: Field, groups: Sequence[Sequence[str]]) -> Rows:
        """Return the sections that hold a word of every group, wherever it stands."""
        if not groups:
            return EMPTY.rows
        common = self.group(field, groups[0]).rows
        for group in groups[1:]:
            if not len(common):
                break
            common = np.intersect1d(common, self.group(field, group).rows, assume_unique=True)
        return common

    def places(
        self, field: Field, groups: Sequence[Sequence[str]], *, among: Rows | None = None
    ) -> Iterator[tuple[int, frozenset[int]]]:
        """Yield the sections that a phrase stands in, and the positions where it begins.

        With `among`, only of these sections.
        """
        common = self.holding(field, groups)
        if among is not None:
            common = np.intersect1d(common, among, assume_unique=True)
        rows = common.tolist()
        wanted = frozenset(rows)
        positions = [self._positions(field, group, wanted) for group in groups] if rows else []
        for row in rows:
            begins = frozenset(
                place
                for place in positions[0][row]
                if all(place + step in at.get(row, ()) for step, at in enumerate(positions))
            )
            if begins:
                yield row, begins

    def prefix(self, field: Field, prefix: str, *, most: int) -> tuple[str, ...]:
        """Return the terms that begin so, the commonest `most` of them, in order."""
        key = (field, prefix, most)
        found = self._prefixes.get(key)
        if found is None:
            found = self._prefixes[key] = self._commonest(field, prefix, most)
            if len(self._prefixes) > KEPT_PREFIXES:
                self._prefixes.popitem(last=False)
        return found

    def terms(self, field: Field, prefix: str) -> Iterable[tuple[str, int]]:
        """Yield the terms of a field that begin with a prefix, and their live section counts."""
        for term in self._terms_from(field, prefix):
            count = len(self.term(field, term).rows)
            if count:
                yield term, count

    def _commonest(self, field: Field, prefix: str, most: int) -> tuple[str, ...]:
        """Find the terms of a prefix.

        Whoosh counts deleted sections too. Its counts are bounds: terms are counted anew, those
        with the highest bounds first, until no bound reaches the commonest found.
        """
        bounds = sorted(
            (-self._reader.doc_frequency(field, term), term)
            for term in self._terms_from(field, prefix)
        )
        commonest: list[tuple[int, str]] = []
        for bound in bounds:
            if len(commonest) == most and commonest[-1] < bound:
                break
            count = len(self.term(field, bound[1]).rows)
            if count:
                insort(commonest, (-count, bound[1]))
                del commonest[most:]
        return tuple(sorted(term for _, term in commonest))

    def _terms_from(self, field: Field, prefix: str) -> Iterable[str]:
        for term in self._reader.expand_prefix(field, prefix):
            yield term.decode("utf-8")

    def _read(self, field: Field, term: str) -> Postings:
        rows: list[int] = []
        frequency: list[float] = []
        for leaf, offset in self._reader.leaf_readers():
            try:
                matcher = leaf.postings(field, term)
            except TermNotFound:
                continue
            while matcher.is_active():
                rows.append(matcher.id() + offset)
                frequency.append(matcher.weight())
                matcher.next()
        if not rows:
            return EMPTY
        found = np.array(rows, dtype=np.int64)
        live = self._live[found]
        return Postings(found[live], np.array(frequency, dtype=np.float64)[live])

    def _positions(
        self, field: Field, forms: Sequence[str], wanted: frozenset[int]
    ) -> dict[int, set[int]]:
        places: dict[int, set[int]] = {}
        for form in forms:
            for leaf, offset in self._reader.leaf_readers():
                try:
                    matcher = leaf.postings(field, form)
                except TermNotFound:
                    continue
                while matcher.is_active():
                    row = matcher.id() + offset
                    if row in wanted:
                        places.setdefault(row, set()).update(matcher.value_as("positions"))
                    matcher.next()
        return places
