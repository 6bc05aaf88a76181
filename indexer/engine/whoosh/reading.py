"""Postings of what is served, over all segments: which live rows hold a term, and where.

What was read is kept while memory allows: the same words are asked for again and again. Postings
of deleted rows are left out here, so that document frequencies are those of what is served,
whatever the index went through. Everything is arrays; nothing costs a Python call for a posting.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from indexer.engine.whoosh.arrays import Array, ranges, smallest_type
from indexer.engine.whoosh.memory import ENTRY_BYTES, Memory
from indexer.engine.whoosh.postings import FieldPostings
from indexer.engine.whoosh.rows import NO_ROWS, NumberedRows, Rows, common, in_both, union
from indexer.engine.whoosh.table import SectionTable
from indexer.query.plan import Field

KEPT_BYTES = 32 << 20
"""Memory for postings of terms, and as much for those of words with several forms."""

KEPT_PHRASE_BYTES = 8 << 20
"""Memory for the rows that hold phrases."""

MAPPED_BYTES = 48 << 20
"""Bytes of mapped files that are read before the system may take their memory back."""

BYTES_OF_POSTING = 8
"""Of a posting on the disk, about: its row and its frequency, and what is read around them."""

KEPT_PREFIXES = 256
"""Prefixes whose terms are remembered: one query asks for the same ones again and again."""

PLACE_BITS = np.int64(32)
PLACE_MASK = np.int64(2**32 - 1)

Forms: TypeAlias = Sequence[str]
Places: TypeAlias = NDArray[np.int64]
"""Where words stand: the number of a row among some rows, times 2^32, plus a position; rising."""


class Postings:
    """The rows that hold something, rising, and how often each holds it."""

    __slots__ = ("frequency", "rows")

    def __init__(self, rows: Rows, frequency: Array) -> None:
        self.rows = rows
        self.frequency = frequency

    @property
    def nbytes(self) -> int:
        """Return the memory it takes; what is mapped from a file takes none."""
        return self.rows.nbytes + (self.frequency.nbytes if self.frequency.flags.owndata else 0)


class TermPostings(Postings):
    """The rows that hold a term, and where it stands in each."""

    __slots__ = ("_bounds", "_positions")

    def __init__(self, rows: Rows, frequency: Array, positions: Array) -> None:
        """Take the positions, row after row."""
        super().__init__(rows, frequency)
        self._positions = positions
        self._bounds: NDArray[np.uint32] | None = None

    @property
    def nbytes(self) -> int:
        """Return the memory it takes, once its positions were asked for."""
        own = self._positions.nbytes if self._positions.flags.owndata else 0
        return super().nbytes + own + 4 * len(self.rows)

    def places(self, among: NumberedRows) -> Places | None:
        """Return where the term stands in some rows; None when none of them holds it."""
        at, mine = among.meet(self.rows)
        if not len(mine):
            return None
        bounds = self._bounds
        if bounds is None:
            bounds = np.zeros(len(self.rows) + 1, dtype=np.uint32)
            np.cumsum(self.frequency, out=bounds[1:])
            self._bounds = bounds  # whole: other threads may use it at once
        starts = bounds[mine].astype(np.int64)
        counts = self.frequency[mine]
        found: Places = (at << PLACE_BITS).repeat(counts)
        found += self._positions[ranges(starts, counts)]
        return found


_NOTHING: Array = np.empty(0, dtype=np.uint8)
EMPTY = TermPostings(NO_ROWS, _NOTHING, _NOTHING)


class PostingsReader:
    """Reads postings of one open index. Safe to share between threads."""

    def __init__(self, table: SectionTable) -> None:
        """Read what a table describes."""
        self._table = table
        self._is_whole = table.sections == table.rows
        self._mapped = 0
        """Bytes of postings that were read since the system could take them back."""
        self._terms: Memory[tuple[Field, str], TermPostings]
        self._terms = Memory(KEPT_BYTES, entry_cost=ENTRY_BYTES)
        self._groups: Memory[tuple[Field, tuple[str, ...]], Postings]
        self._groups = Memory(KEPT_BYTES, entry_cost=ENTRY_BYTES)
        self._phrases: Memory[tuple[Field, tuple[tuple[str, ...], ...]], Postings]
        self._phrases = Memory(KEPT_PHRASE_BYTES, entry_cost=ENTRY_BYTES)
        self._prefixes: Memory[tuple[Field, str, int], tuple[str, ...]] = Memory(KEPT_PREFIXES)

    def term(self, field: Field, term: str, *, keep: bool = True) -> TermPostings:
        """Return the postings of a term; empty when the field does not hold it.

        `keep` says whether they are likely to be asked for again.
        """
        key = (field, term)
        found = self._terms.get(key)
        if found is None:
            found = self._read(field, term)
            # That a term stands nowhere is soon found again, and there is no end of such terms.
            if keep and found is not EMPTY:
                self._terms.put(key, found, found.nbytes)
        return found

    def has(self, field: Field, term: str) -> bool:
        """Return whether a live row holds a term."""
        if self._is_whole:
            key = term.encode("utf-8")
            return any(
                segment.fields[field].terms.find(key) is not None
                for segment in self._table.segments
            )
        return len(self.term(field, term).rows) > 0

    def group(self, field: Field, forms: Forms, *, keep: bool = True) -> Postings:
        """Return the postings of several forms of a word as if they were one term."""
        if len(forms) == 1:
            return self.term(field, forms[0], keep=keep)
        key = (field, tuple(forms))
        found = self._groups.get(key)
        if found is None:
            found = self._join([self.term(field, form, keep=keep) for form in forms])
            if keep:
                self._groups.put(key, found, found.nbytes)
        return found

    def phrase(self, field: Field, groups: Sequence[Forms]) -> Postings:
        """Return the rows where the words of the groups stand side by side, in order."""
        key = (field, tuple(map(tuple, groups)))
        found = self._phrases.get(key)
        if found is None:
            rows, places = self.phrase_places(field, groups)
            frequency = np.bincount(places >> PLACE_BITS, minlength=len(rows))
            held = frequency.nonzero()[0]
            found = Postings(rows[held], frequency[held]) if len(held) else EMPTY
            if len(rows):  # else some word stands nowhere, or no row has them all: soon found again
                self._phrases.put(key, found, found.nbytes)
        return found

    def holding(self, field: Field, groups: Sequence[Forms], among: Rows | None = None) -> Rows:
        """Return the rows that hold a word of every group, wherever it stands.

        With `among`, only of these rows.
        """
        if not groups:
            return NO_ROWS
        lists = [self.group(field, group).rows for group in groups]
        return common(lists if among is None else [among, *lists])

    def phrase_places(
        self, field: Field, groups: Sequence[Forms], among: Rows | None = None
    ) -> tuple[Rows, Places]:
        """Return rows, and the places in them where a phrase begins.

        With `among`, only of these rows.
        """
        rows = self.holding(field, groups, among)
        among_rows = NumberedRows(rows, self._table.rows)
        places: Places | None = None
        standing: dict[tuple[str, ...], Places] = {}  # a phrase may say one word many times
        for offset, group in enumerate(groups):
            word = tuple(group)
            if word not in standing:
                standing[word] = self._places(field, word, among_rows)
            # A word that stands before its place in a phrase seems to stand at the end of the
            # row before, behind every position: nothing begins there.
            begins = standing[word] - offset
            places = begins if places is None else in_both(places, begins)
        return rows, NO_ROWS if places is None else places

    def places(self, field: Field, forms: Forms, rows: Rows) -> Places:
        """Return where a word stands in some rows."""
        return self._places(field, forms, NumberedRows(rows, self._table.rows))

    def _places(self, field: Field, forms: Forms, rows: NumberedRows) -> Places:
        found = [
            places for form in forms if (places := self.term(field, form).places(rows)) is not None
        ]
        if len(found) == 1:
            return found[0]
        joined = np.concatenate([NO_ROWS, *found])
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

    def _read(self, field: Field, term: str) -> TermPostings:
        key = term.encode("utf-8")
        found = [
            (postings, number, base)
            for segment, base in zip(self._table.segments, self._table.bases, strict=True)
            if (number := (postings := segment.fields[field]).terms.find(key)) is not None
        ]
        if not found:
            return EMPTY
        rows, frequency, positions = (
            _one(pieces) for pieces in zip(*(_pieces(*each) for each in found), strict=True)
        )
        self._forget(positions.nbytes + len(rows) * BYTES_OF_POSTING)
        if self._is_whole:
            return TermPostings(rows, frequency, positions)
        live = self._table.live[rows]
        return TermPostings(rows[live], frequency[live], positions[live.repeat(frequency)])

    def _forget(self, read: int) -> None:
        """Let the system take back what was mapped, once much of it was read.

        What is needed again is still in its cache, and costs less than a system's memory does.
        """
        self._mapped += read
        if self._mapped > MAPPED_BYTES:
            self._mapped = 0
            for segment in self._table.segments:
                segment.postings.forget()

    def _join(self, parts: Sequence[Postings]) -> Postings:
        parts = [part for part in parts if len(part.rows)]
        if len(parts) <= 1:
            return parts[0] if parts else EMPTY
        rows = union([part.rows for part in parts], self._table.rows)
        frequency = np.zeros(len(rows), dtype=np.uint32)
        for part in parts:
            frequency[rows.searchsorted(part.rows)] += part.frequency
        return Postings(rows, frequency.astype(smallest_type(int(frequency.max()))))


def _pieces(postings: FieldPostings, number: int, base: int) -> tuple[Rows, Array, Array]:
    """Return the rows of a term of a segment among all rows, its frequencies and positions."""
    span = postings.span(number)
    places = slice(*postings.position_starts[number : number + 2].tolist())
    rows = postings.rows[span].astype(np.int64)
    rows += base
    return rows, postings.frequency[span], postings.positions[places]


def _one(pieces: Sequence[Array]) -> Array:
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
