"""Whoosh's codec interface over our segments: with it Whoosh opens the index and reads it.

Whoosh's readers, queries and matchers work on what stands here, one posting at a time: that is
the road for queries that `queries` does not know, and for tests, which compare both. Searches go
through arrays instead. Whoosh's `SegmentWriter` must never write to such an index: it would open
its own codec and rewrite our segments in it, one Python call for each posting. Nothing here
writes: segments are built by `segment`, and listed for Whoosh by `contents`.

The table of contents pickles the path of `ArraySegment`; LAYOUT_VERSION must rise if it moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn, Protocol, cast

import numpy as np
from whoosh.codec import base
from whoosh.codec.whoosh3 import W3Segment
from whoosh.matching import LeafMatcher, ReadTooFar
from whoosh.reading import TermInfo

from indexer.engine.whoosh.packing import RecordReader
from indexer.engine.whoosh.postings import FieldPostings
from indexer.engine.whoosh.segment import Segment
from indexer.engine.whoosh.segments import SegmentEntry
from indexer.query.plan import Field

INDEX_NAME = "MAIN"


class ArraySegment(W3Segment):
    """A segment as Whoosh's table of contents knows it."""

    def __init__(self, entry: SegmentEntry) -> None:
        """Take the number of rows and what is deleted."""
        prefix = f"{INDEX_NAME}_"
        deleted = {row for first, count in entry.deleted for row in range(first, first + count)}
        super().__init__(  # type: ignore[no-untyped-call]
            None, INDEX_NAME, entry.rows, entry.name.removeprefix(prefix), deleted or None
        )

    def codec(self, **_options: object) -> ArrayCodec:
        """Return the codec that reads it."""
        return ArrayCodec()


class _Storage(Protocol):
    folder: str


class ArrayCodec(base.Codec):
    """Opens segments for reading; writing is `segment`'s."""

    length_stats = False

    def __init__(self, opened: Segment | None = None) -> None:
        """Take the segment when it is open already."""
        self._opened = opened

    def terms_reader(self, storage: _Storage, segment: ArraySegment) -> ArrayTermsReader:
        """Return the terms of a segment."""
        return ArrayTermsReader(self._opened or _open(storage, segment))

    def per_document_reader(self, storage: _Storage, segment: ArraySegment) -> ArrayRows:
        """Return the rows of a segment."""
        return ArrayRows(self._opened or _open(storage, segment), segment)

    def _refuse(self, *_arguments: object, **_options: object) -> NoReturn:
        """Refuse to write: segments are built elsewhere."""
        raise NotImplementedError("segments are built by indexer.engine.whoosh.segment")

    new_segment = per_document_writer = field_writer = _refuse
    postings_writer = postings_reader = _refuse


def _open(storage: _Storage, segment: ArraySegment) -> Segment:
    name: str = segment.segment_id()  # type: ignore[no-untyped-call]
    return Segment(Path(storage.folder), name)


class ArrayTermsReader(base.TermsReader):
    """The terms of all fields of a segment, sorted by field and term; terms are bytes."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment
        self._names = sorted(segment.fields)

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        """Return whether a field holds a term."""
        field, text = term
        return field in self._segment.fields and self._number(field, text) is not None

    def cursor(self, field: str, _field_object: object) -> ArrayCursor:
        """Return a cursor over the terms of a field."""
        return ArrayCursor(self, field, self._field(field))

    def terms(self) -> Iterator[tuple[str, bytes]]:
        """Yield every term of every field."""
        for field in self._names:
            yield from self._terms_of(field, 0)

    def terms_from(self, field: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        """Yield the terms from a prefix on, and those of the fields that follow."""
        yield from self._terms_of(field, self._field(field).terms.first_from(prefix))
        for later in self._names:
            if later > field:
                yield from self._terms_of(later, 0)

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        """Yield every term with its statistics."""
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(self, field: str, prefix: bytes) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        """Yield the terms from a prefix on with their statistics."""
        return ((term, self.term_info(*term)) for term in self.terms_from(field, prefix))

    def term_info(self, field: str, text: bytes) -> TermInfo:
        """Return a term's statistics, deleted rows included; raise KeyError."""
        postings, number = self._find(field, text)
        span = postings.span(number)
        rows, frequency = postings.rows[span], postings.frequency[span]
        lengths = self._segment.facts[f"{field}.length"][rows]
        return TermInfo(
            weight=float(frequency.sum(dtype=np.int64)),
            df=len(rows),
            minlength=int(lengths.min()),
            maxlength=int(lengths.max()),
            maxweight=float(frequency.max()),
            minid=int(rows[0]),
            maxid=int(rows[-1]),
        )

    def frequency(self, field: str, text: bytes) -> float:
        """Return how often a term stands in the field; raise KeyError."""
        postings, number = self._find(field, text)
        return float(postings.position_starts[number + 1] - postings.position_starts[number])

    def doc_frequency(self, field: str, text: bytes) -> int:
        """Return how many rows hold a term; raise KeyError."""
        postings, number = self._find(field, text)
        return int(postings.starts[number + 1] - postings.starts[number])

    def matcher(
        self, field: str, text: bytes, format_: object, scorer: object = None
    ) -> ArrayMatcher:
        """Return a matcher over the postings of a term; raise KeyError."""
        postings, number = self._find(field, text)
        return ArrayMatcher(
            postings, number, format_, scorer, (field, text), self.term_info(field, text)
        )

    def indexed_field_names(self) -> Sequence[str]:
        """Return the names of the fields."""
        return self._names

    def _field(self, field: str) -> FieldPostings:
        return self._segment.fields[cast("Field", field)]

    def _number(self, field: str, text: bytes) -> int | None:
        return self._field(field).terms.find(text)

    def _find(self, field: str, text: bytes) -> tuple[FieldPostings, int]:
        number = self._number(field, text)
        if number is None:
            raise KeyError((field, text))
        return self._field(field), number

    def _terms_of(self, field: str, first: int) -> Iterator[tuple[str, bytes]]:
        terms = self._field(field).terms
        return ((field, terms.encoded(number)) for number in range(first, len(terms)))


class ArrayCursor(base.FieldCursor):
    """Walks the terms of a field."""

    def __init__(self, reader: ArrayTermsReader, field: str, postings: FieldPostings) -> None:
        self._reader = reader
        self._field = field
        self._terms = postings.terms
        self._at = 0

    def is_valid(self) -> bool:
        """Return whether it stands on a term."""
        return self._at < len(self._terms)

    def first(self) -> str | None:
        """Go to the first term and return it."""
        self._at = 0
        return self.text()

    def find(self, text: str | bytes) -> str | None:
        """Go to the first term that is not below this one and return it."""
        key = text.encode("utf-8") if isinstance(text, str) else text
        self._at = self._terms.first_from(key)
        return self.text()

    def next(self) -> str | None:
        """Go to the next term and return it."""
        self._at += 1
        return self.text()

    def text(self) -> str | None:
        """Return the term it stands on, None behind the last."""
        return self._terms[self._at] if self.is_valid() else None

    def term_info(self) -> TermInfo:
        """Return the statistics of the term it stands on."""
        return self._reader.term_info(self._field, self._terms.encoded(self._at))


class ArrayMatcher(LeafMatcher):
    """Walks the postings of a term, one at a time."""

    def __init__(  # noqa: PLR0913, PLR0917 - a term, and what Whoosh hands over with it
        self,
        postings: FieldPostings,
        number: int,
        format_: object,
        scorer: Any,  # noqa: ANN401 - whichever scorer a query brings
        term: tuple[str, bytes],
        info: TermInfo,
    ) -> None:
        self.format = format_
        self.scorer = scorer
        self._postings = postings
        self._number = number
        self._term = term
        self._info = info
        span = postings.span(number)
        self._rows = postings.rows[span]
        self._frequency = postings.frequency[span]
        self._at = 0

    @cached_property
    def _bounds(self) -> Any:  # noqa: ANN401 - an array, read element by element
        return self._postings.position_bounds(self._number)

    def is_active(self) -> bool:
        """Return whether it stands on a posting."""
        return self._at < len(self._rows)

    def reset(self) -> None:
        """Go back to the first posting."""
        self._at = 0

    def copy(self) -> ArrayMatcher:
        """Return a matcher that stands where this one does."""
        twin = ArrayMatcher(
            self._postings, self._number, self.format, self.scorer, self._term, self._info
        )
        twin._at = self._at
        return twin

    def id(self) -> int:
        """Return the row of the posting; raise ReadTooFar behind the last."""
        self._check()
        return int(self._rows[self._at])

    def next(self) -> None:
        """Go to the next posting; raise ReadTooFar behind the last."""
        self._check()
        self._at += 1

    def skip_to(self, row: int) -> None:
        """Go to the first posting whose row is not below this one."""
        self._check()
        if row > self._rows[self._at]:
            self._at += int(np.searchsorted(self._rows[self._at :], row))

    def all_ids(self) -> Iterator[int]:
        """Return all rows."""
        return iter(self._rows.tolist())

    def weight(self) -> float:
        """Return the frequency of the posting."""
        return float(self._frequency[self._at])

    def value(self) -> bytes:
        """Return the positions as the field's format encodes them."""
        encoded: bytes = cast("Any", self.format).encode(self._positions())
        return encoded

    def value_as(self, astype: str) -> float | list[int]:
        """Return what the posting holds: `positions`, or `frequency` or `weight`."""
        if astype == "positions":
            return self._positions()
        if astype in {"frequency", "weight"}:
            return self.weight()
        message = f"no {astype} is kept of a posting"
        raise NotImplementedError(message)

    def block_max_weight(self) -> float:
        """Return the highest frequency: all postings of a term are one block."""
        return float(self._info.max_weight())

    def block_min_length(self) -> int:
        """Return the shortest length of a row that holds the term."""
        return int(self._info.min_length() or 0)

    def block_max_length(self) -> int:
        """Return the longest length of a row that holds the term."""
        return int(self._info.max_length())

    def skip_to_quality(self, minimum: float) -> int:
        """Skip blocks whose best score is not above this one; return how many."""
        if cast("float", self.block_quality()) > minimum:  # type: ignore[no-untyped-call]
            return 0
        self._at = len(self._rows)
        return 1

    def _check(self) -> None:
        if not self.is_active():
            raise ReadTooFar

    def _positions(self) -> list[int]:
        start, end = self._bounds[self._at : self._at + 2].tolist()
        positions: list[int] = self._postings.positions[start:end].tolist()
        return positions


class ArrayRows(base.PerDocumentReader):
    """The rows of a segment: their lengths, what is stored of them, which are deleted."""

    def __init__(self, segment: Segment, state: ArraySegment) -> None:
        self._segment = segment
        self._records = RecordReader(segment.records)
        self._deleted: frozenset[int] = frozenset(
            state.deleted_docs()  # type: ignore[no-untyped-call]
        )

    def doc_count(self) -> int:
        """Return how many rows are not deleted."""
        return self._segment.rows - len(self._deleted)

    def doc_count_all(self) -> int:
        """Return how many rows there are."""
        return self._segment.rows

    def has_deletions(self) -> bool:
        """Return whether any row is deleted."""
        return bool(self._deleted)

    def is_deleted(self, row: int) -> bool:
        """Return whether a row is deleted."""
        return row in self._deleted

    def deleted_docs(self) -> Iterable[int]:
        """Return the deleted rows."""
        return self._deleted

    def doc_field_length(self, row: int, field: str, default: int = 0) -> int:
        """Return how many terms a field of a row has."""
        lengths = self._segment.facts.get(f"{field}.length")
        return default if lengths is None else int(lengths[row])

    def field_length(self, field: str) -> int:
        """Return how many terms a field of all rows has."""
        return int(self._segment.facts[f"{field}.length"].sum(dtype=np.int64))

    def min_field_length(self, field: str) -> int:
        """Return the shortest length of a field."""
        lengths = self._segment.facts[f"{field}.length"]
        return int(lengths.min()) if len(lengths) else 0

    def max_field_length(self, field: str) -> int:
        """Return the longest length of a field."""
        return int(self._segment.facts[f"{field}.length"].max(initial=0))

    def stored_fields(self, row: int) -> dict[str, str]:
        """Return what is stored of a row: its article's id, its own, and its record."""
        facts = self._segment.facts
        return {
            "article": facts.strings("ids")[int(facts["article"][row])],
            "section": facts.strings("section_ids")[row],
            "record": self._records.record(row).decode("utf-8"),
        }
