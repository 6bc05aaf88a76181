"""How postings lie on disk: one field of one segment, as arrays.

A *row* is a section of the segment; a *posting* says that a row holds a term. The terms are
sorted, and everything else follows their order:

    terms             the terms, sorted by code point
    starts            for term t, its postings are starts[t] to starts[t + 1]
    rows              of each posting, its row; rising within a term
    frequency         of each posting, how often the term stands in the row
    position_starts   for term t, its positions are position_starts[t] to position_starts[t + 1]
    positions         posting after posting, where the term stands in the row, from 0, rising

    "not" stands in row 2 at 5 and at 9, and in row 7 at 0:
    rows [.. 2, 7 ..]   frequency [.. 2, 1 ..]   positions [.. 5, 9, 0 ..]

Each array has the smallest unsigned type that holds its numbers. `invert_field` makes the arrays
of tokens in reading order by one sort; `merge_fields` makes those of several segments, a bounded
number of postings at a time, by copying slices. Neither handles a single posting in Python: that
is what makes an index library in Python slow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.engine.whoosh.arrays import Array, Arrays, ArrayWriter, Strings, ranges, smallest_type
from indexer.engine.whoosh.rows import Rows

MERGED_AT_ONCE = 1 << 19
"""Postings that a merge holds in memory; a term that has more is merged whole."""

_TOKEN_BITS = np.uint64(32)
_TOKEN_MASK = np.uint64(2**32 - 1)


@dataclass(frozen=True, slots=True)
class FieldPostings:
    """The postings of one field of one segment. Immutable."""

    terms: Strings
    starts: NDArray[np.int64]
    rows: Array
    frequency: Array
    position_starts: NDArray[np.int64]
    positions: Array

    def find(self, term: str) -> int | None:
        """Return a term's number, None when the field does not hold it."""
        return self.terms.find(term.encode("utf-8"))

    def span(self, term: int) -> slice:
        """Return where the postings of a term are."""
        return slice(int(self.starts[term]), int(self.starts[term + 1]))

    def beginning_with(self, prefix: str) -> range:
        """Return the numbers of the terms that begin so."""
        key = prefix.encode("utf-8")
        # 0xFF is in no UTF-8 text, so it stands behind everything that begins so.
        return range(self.terms.first_from(key), self.terms.first_from(key + b"\xff"))

    def position_bounds(self, term: int) -> NDArray[np.int64]:
        """Return where the positions of each posting of a term begin, and the end of the last."""
        frequency = self.frequency[self.span(term)]
        bounds = np.empty(len(frequency) + 1, dtype=np.int64)
        bounds[0] = self.position_starts[term]
        np.cumsum(frequency, out=bounds[1:])
        bounds[1:] += bounds[0]
        return bounds


@dataclass(frozen=True, slots=True)
class MergePart:
    """A segment that is to be merged: its postings, and what becomes of its rows."""

    postings: FieldPostings
    new_rows: Rows
    """Of each row its number in the merged segment, -1 for one that is left out; rising, and
    above those of the part before."""
    forget: Callable[[], None]
    """Lets the system take back the memory of what was read of the segment."""


def open_field(arrays: Arrays, field: str) -> FieldPostings:
    """Return the postings of a field in an open file of arrays."""
    return FieldPostings(
        terms=arrays.strings(f"{field}.terms"),
        starts=arrays[f"{field}.starts"],
        rows=arrays[f"{field}.rows"],
        frequency=arrays[f"{field}.frequency"],
        position_starts=arrays[f"{field}.position_starts"],
        positions=arrays[f"{field}.positions"],
    )


def invert_field(
    writer: ArrayWriter,
    field: str,
    vocabulary: Sequence[str],
    tokens: NDArray[np.uint32],
    lengths: NDArray[np.int64],
) -> None:
    """Write the postings of a field whose rows were analysed.

    `tokens` holds all rows, one after the other, `lengths` how many tokens each has. A token is 0
    for a gap, else one more than the term's place in the vocabulary.
    """
    order = sorted(range(len(vocabulary)), key=vocabulary.__getitem__)
    rank = np.zeros(len(vocabulary) + 1, dtype=np.uint64)
    rank[np.array(order, dtype=np.int64) + 1] = np.arange(len(order), dtype=np.uint64)
    held = np.flatnonzero(tokens)
    # Sorted by term and, within it, by place in the text: one sort of plain numbers.
    keys = (rank[tokens[held]] << _TOKEN_BITS) | held.astype(np.uint64)
    keys.sort()
    term, token = (keys >> _TOKEN_BITS).astype(np.int64), (keys & _TOKEN_MASK).astype(np.int64)
    row = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)[token]
    position = token - (np.cumsum(lengths) - lengths)[row]
    first = np.ones(len(token), dtype=np.bool_)
    first[1:] = (row[1:] != row[:-1]) | (term[1:] != term[:-1])
    begins = np.flatnonzero(first)
    frequency = np.diff(np.append(begins, len(token)))
    writer.write_strings(f"{field}.terms", (vocabulary[at] for at in order))
    writer.write(f"{field}.starts", _bounds(np.bincount(term[begins], minlength=len(order))))
    writer.write(f"{field}.position_starts", _bounds(np.bincount(term, minlength=len(order))))
    writer.write(f"{field}.rows", row[begins].astype(smallest_type(len(lengths))))
    writer.write(f"{field}.frequency", _compact(frequency))
    writer.write(f"{field}.positions", _compact(position))


def merge_fields(
    writer: ArrayWriter, field: str, parts: Sequence[MergePart], row_count: int
) -> None:
    """Write the postings of a field of a segment of so many rows that others are merged into."""
    vocabulary, numbers = _union(parts)
    rows = writer.spool(f"{field}.rows", smallest_type(row_count))
    frequency = writer.spool(
        f"{field}.frequency", np.result_type(*(part.postings.frequency for part in parts))
    )
    positions = writer.spool(
        f"{field}.positions", np.result_type(*(part.postings.positions for part in parts))
    )
    held = np.zeros(len(vocabulary), dtype=np.int64)
    standing = np.zeros(len(vocabulary), dtype=np.int64)
    for terms in _chunks(parts, numbers, len(vocabulary)):
        merged = _merge_terms(parts, numbers, terms)
        rows.append(merged.rows)
        frequency.append(merged.frequency)
        positions.append(merged.positions)
        chunk = slice(terms.start, terms.stop)
        held[chunk] = np.bincount(merged.term - terms.start, minlength=len(terms))
        standing[chunk] = np.bincount(
            merged.term - terms.start, weights=merged.frequency, minlength=len(terms)
        )
        for part in parts:
            part.forget()
    kept = np.flatnonzero(held)  # a term may have stood in rows alone that were left out
    writer.write_strings(f"{field}.terms", (vocabulary[at] for at in kept.tolist()))
    writer.write(f"{field}.starts", _bounds(held[kept]))
    writer.write(f"{field}.position_starts", _bounds(standing[kept]))


@dataclass(frozen=True, slots=True)
class _Merged:
    """The postings of some terms, in order, of all parts of a merge."""

    term: Rows
    rows: Rows
    frequency: Array
    positions: Array


def _union(parts: Sequence[MergePart]) -> tuple[list[str], list[Rows]]:
    """Return the terms of all parts, sorted, and for each part its terms' numbers in that list."""
    terms = [list(part.postings.terms) for part in parts]
    vocabulary = sorted(set().union(*terms))
    number = {term: at for at, term in enumerate(vocabulary)}
    return vocabulary, [
        np.fromiter(map(number.__getitem__, own), np.int64, len(own)) for own in terms
    ]


def _chunks(parts: Sequence[MergePart], numbers: Sequence[Rows], terms: int) -> Iterator[range]:
    """Cut the terms into ranges that have about MERGED_AT_ONCE postings each."""
    counts = np.zeros(terms, dtype=np.int64)
    for part, number in zip(parts, numbers, strict=True):
        counts[number] += np.diff(part.postings.starts)
    before = _bounds(counts)
    start = 0
    while start < terms:
        limit = before[start] + MERGED_AT_ONCE
        stop = max(int(np.searchsorted(before, limit, side="right")) - 1, start + 1)
        yield range(start, stop)
        start = stop


def _merge_terms(parts: Sequence[MergePart], numbers: Sequence[Rows], terms: range) -> _Merged:
    """Return the postings that the parts have of a range of terms."""
    merged = _concatenated(
        [_part_of(part, number, terms) for part, number in zip(parts, numbers, strict=True)]
    )
    if len(parts) == 1:
        return merged
    # Rows rise from part to part, so a stable sort by term keeps them in order. Small numbers are
    # sorted by radix, several times faster.
    term = (merged.term - terms.start).astype(smallest_type(len(terms)))
    order = np.argsort(term, kind="stable")
    frequency = merged.frequency[order]
    starts = (np.cumsum(merged.frequency, dtype=np.int64) - merged.frequency)[order]
    return _Merged(
        term=merged.term[order],
        rows=merged.rows[order],
        frequency=frequency,
        positions=merged.positions[ranges(starts, frequency)],
    )


def _part_of(part: MergePart, numbers: Rows, terms: range) -> _Merged:
    """Return the postings that one part has of a range of terms, without rows left out."""
    postings = part.postings
    first, stop = np.searchsorted(numbers, (terms.start, terms.stop)).tolist()
    span = slice(int(postings.starts[first]), int(postings.starts[stop]))
    places = slice(int(postings.position_starts[first]), int(postings.position_starts[stop]))
    rows = part.new_rows[postings.rows[span]]
    frequency, positions = postings.frequency[span], postings.positions[places]
    term = np.repeat(numbers[first:stop], np.diff(postings.starts[first : stop + 1]))
    kept = rows >= 0
    if kept.all():
        return _Merged(term, rows, frequency, positions)
    positions = positions[np.repeat(kept, frequency)]
    return _Merged(term[kept], rows[kept], frequency[kept], positions)


def _concatenated(pieces: Sequence[_Merged]) -> _Merged:
    return _Merged(
        term=np.concatenate([piece.term for piece in pieces]),
        rows=np.concatenate([piece.rows for piece in pieces]),
        frequency=np.concatenate([piece.frequency for piece in pieces]),
        positions=np.concatenate([piece.positions for piece in pieces]),
    )


def _bounds(counts: Rows) -> Rows:
    """Return where each of some groups begins that follow one another, and where the last ends."""
    bounds = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=bounds[1:])
    return bounds


def _compact(numbers: Rows) -> Array:
    return numbers.astype(smallest_type(int(numbers.max(initial=0))))
