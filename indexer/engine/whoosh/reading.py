"""Postings of what is served, over all segments: which live rows hold a term, and where.

What was read is kept while memory allows: the same words are asked for again and again. Postings
of deleted rows are left out here, so that document frequencies are those of what is served,
whatever the index went through. Everything is arrays; nothing costs a Python call for a posting.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from indexer.engine.whoosh.arrays import Array, ranges
from indexer.engine.whoosh.memory import ENTRY_BYTES, Memory
from indexer.engine.whoosh.postings import FieldPostings
from indexer.engine.whoosh.rows import NO_ROWS, Rows, common, contains, union
from indexer.engine.whoosh.table import SectionTable
from indexer.query.plan import Field

KEPT_BYTES = 32 << 20
"""Memory for postings that were read, for each thread that searches."""

KEPT_PREFIXES = 256
"""Prefixes whose terms are remembered: one query asks for the same ones again and again."""

PLACE_BITS = np.int64(32)
PLACE_MASK = np.int64(2**32 - 1)

Forms: TypeAlias = Sequence[str]
Places: TypeAlias = NDArray[np.int64]
"""Where words stand: the number of a row among some rows, times 2^32, plus a position; rising."""


@dataclass(frozen=True, slots=True)
class Postings:
    """The rows that hold something, rising, and how often each holds it."""

    rows: Rows
    frequency: Array

    @property
    def nbytes(self) -> int:
        """Return the memory it takes."""
        return self.rows.nbytes + self.frequency.nbytes


EMPTY = Postings(NO_ROWS, np.empty(0, dtype=np.uint8))


class PostingsReader:
    """Reads postings of one open index. For one thread."""

    def __init__(self, table: SectionTable) -> None:
        """Read what a table describes."""
        self._table = table
        self._is_whole = table.sections == table.rows
        self._kept: Memory[tuple[object, ...], Postings] = Memory(
            KEPT_BYTES, entry_cost=ENTRY_BYTES
        )
        self._prefixes: Memory[tuple[Field, str, int], tuple[str, ...]] = Memory(KEPT_PREFIXES)

    def term(self, field: Field, term: str) -> Postings:
        """Return the postings of a term; empty when the field does not hold it."""
        key = (field, term)
        found = self._kept.get(key)
        if found is None:
            found = self._read(field, term)
            self._kept.put(key, found, found.nbytes)
        return found

    def group(self, field: Field, forms: Forms) -> Postings:
        """Return the postings of several forms of a word as if they were one term."""
        if len(forms) == 1:
            return self.term(field, forms[0])
        key = (field, tuple(forms), "any")
        found = self._kept.get(key)
        if found is None:
            parts = [part for form in forms if len((part := self.term(field, form)).rows)]
            found = self._join(parts)
            self._kept.put(key, found, found.nbytes)
        return found

    def phrase(self, field: Field, groups: Sequence[Forms]) -> Postings:
        """Return the rows where the words of the groups stand side by side, in order."""
        key = (field, tuple(map(tuple, groups)))
        found = self._kept.get(key)
        if found is None:
            rows, places = self.phrase_places(field, groups)
            at, frequency = np.unique(places >> PLACE_BITS, return_counts=True)
            found = Postings(rows[at], frequency)
            self._kept.put(key, found, found.nbytes)
        return found

    def holding(self, field: Field, groups: Sequence[Forms]) -> Rows:
        """Return the rows that hold a word of every group, wherever it stands."""
        if not groups:
            return NO_ROWS
        return common([self.group(field, group).rows for group in groups])

    def phrase_places(
        self, field: Field, groups: Sequence[Forms], among: Rows | None = None
    ) -> tuple[Rows, Places]:
        """Return rows, and the places in them where a phrase begins.

        With `among`, only of these rows.
        """
        rows = self.holding(field, groups)
        if among is not None:
            rows = rows[contains(among, rows)]
        places: Places | None = None
        for offset, group in enumerate(groups):
            words = self.places(field, group, rows)
            begins = words[(words & PLACE_MASK) >= offset] - offset
            places = begins if places is None else places[contains(begins, places)]
        return rows, NO_ROWS if places is None else places

    def places(self, field: Field, forms: Forms, rows: Rows) -> Places:
        """Return where any of some forms stands in some rows."""
        found = [places for form in forms for places in self._places_of(field, form, rows)]
        if not found:
            return NO_ROWS
        if len(found) == 1:
            return found[0]
        joined = np.concatenate(found)
        joined.sort()
        return joined

    def prefix(self, field: Field, prefix: str, *, most: int) -> tuple[str, ...]:
        """Return the terms of a field that begin so, the commonest `most` of them, in order."""
        key = (field, prefix, most)
        found = self._prefixes.get(key)
        if found is None:
            found = self._commonest(field, prefix, most)
            self._prefixes.put(key, found, 1)
        return found

    def terms(self, field: Field, prefix: str) -> Iterable[tuple[str, int]]:
        """Yield the terms of a field that begin with a prefix, and their live section counts."""
        for term, bound in sorted(self._bounds(field, prefix).items()):
            count = bound if self._is_whole else len(self.term(field, term).rows)
            if count:
                yield term, count

    def _commonest(self, field: Field, prefix: str, most: int) -> tuple[str, ...]:
        """Find the terms of a prefix.

        Counts of postings include deleted rows, so they are bounds: terms are counted anew, those
        with the highest bounds first, until no bound reaches the commonest found.
        """
        bounds = sorted((-bound, term) for term, bound in self._bounds(field, prefix).items())
        if self._is_whole:
            return tuple(sorted(term for _, term in bounds[:most]))
        commonest: list[tuple[int, str]] = []
        for bound in bounds:
            if len(commonest) == most and commonest[-1] < bound:
                break
            count = len(self.term(field, bound[1]).rows)
            if count:
                insort(commonest, (-count, bound[1]))
                del commonest[most:]
        return tuple(sorted(term for _, term in commonest))

    def _bounds(self, field: Field, prefix: str) -> dict[str, int]:
        """Return the terms that begin so, with their numbers of postings, deleted rows included."""
        bounds: dict[str, int] = {}
        for segment in self._table.segments:
            postings = segment.fields[field]
            numbers = postings.beginning_with(prefix)
            counts = np.diff(postings.starts[numbers.start : numbers.stop + 1]).tolist()
            for number, count in zip(numbers, counts, strict=True):
                term = postings.terms[number]
                bounds[term] = bounds.get(term, 0) + count
        return bounds

    def _segments(self, field: Field, term: str) -> Iterator[tuple[int, FieldPostings, int]]:
        """Yield the first row of each segment that holds a term, its postings, the term there."""
        key = term.encode("utf-8")
        for segment, base in zip(self._table.segments, self._table.bases, strict=True):
            number = segment.fields[field].terms.find(key)
            if number is not None:
                yield base, segment.fields[field], number

    def _read(self, field: Field, term: str) -> Postings:
        rows: list[Rows] = []
        frequency: list[Array] = []
        for base, postings, number in self._segments(field, term):
            span = postings.span(number)
            rows.append(postings.rows[span].astype(np.int64) + base)
            frequency.append(postings.frequency[span])
        if not rows:
            return EMPTY
        found = Postings(_one(rows), _one(frequency))
        if self._is_whole:
            return found
        live = self._table.live[found.rows]
        return Postings(found.rows[live], found.frequency[live])

    def _places_of(self, field: Field, form: str, rows: Rows) -> Iterator[Places]:
        """Yield, segment by segment, where one form stands in some rows."""
        for base, postings, number in self._segments(field, form):
            holding = postings.rows[postings.span(number)].astype(np.int64) + base
            if len(holding) <= len(rows):
                mine = np.flatnonzero(contains(rows, holding))
                at = np.searchsorted(rows, holding[mine])
            else:
                at = np.flatnonzero(contains(holding, rows))
                mine = np.searchsorted(holding, rows[at])
            bounds = postings.position_bounds(number)
            counts = bounds[mine + 1] - bounds[mine]
            positions = postings.positions[ranges(bounds[mine], counts)]
            yield (np.repeat(at, counts) << PLACE_BITS) + positions

    def _join(self, parts: Sequence[Postings]) -> Postings:
        if len(parts) <= 1:
            return parts[0] if parts else EMPTY
        rows = union([part.rows for part in parts], self._table.rows)
        frequency = np.zeros(len(rows), dtype=np.uint32)
        for part in parts:
            frequency[np.searchsorted(rows, part.rows)] += part.frequency
        return Postings(rows, frequency)


def _one(pieces: Sequence[Array]) -> Array:
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
