"""The rows of an index, as arrays over all its segments: what is known of sections and articles.

A row is a section; rows of deleted sections are there but not live. Articles are numbered in the
order of their ids, so that comparing numbers breaks ties by id, in a fresh index and in one that
grew by small runs alike. The rows of an article are adjacent. Everything here is immutable and
shared by all threads; of one segment the arrays are those of the file, read when they are needed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.engine.whoosh.arrays import Array, ranges
from indexer.engine.whoosh.facts import FACETS, ROW_FACTS, open_coded
from indexer.engine.whoosh.rows import NO_ROWS, Flags, Rows
from indexer.engine.whoosh.segment import Segment
from indexer.engine.whoosh.segments import SegmentEntry
from indexer.query.plan import LEAST_TOLD, MEDICINE_KINDS, WORD_FIELDS, Field


@dataclass(frozen=True, slots=True)
class Members:
    """Which articles have which values of a facet."""

    values: tuple[str, ...]
    number: Mapping[str, int]
    """Of each value."""
    codes: Rows
    """Numbers of values, article after article."""
    starts: Rows
    """Where the codes of each article begin."""
    sizes: Rows
    """How many values each article has."""
    by_value: Rows
    """Numbers of articles, value after value, rising within one."""
    value_ends: Rows

    def articles(self, value: str) -> Rows:
        """Return the articles that have a value, rising; none for one that is not known."""
        at = self.number.get(value)
        if at is None:
            return NO_ROWS
        return self.by_value[int(self.value_ends[at - 1]) if at else 0 : int(self.value_ends[at])]

    @property
    def in_order(self) -> list[str]:
        """Return the values that articles have, in the order in which these, by id, have them."""
        first = np.full(len(self.values), -1, dtype=np.int64)
        first[self.codes[::-1]] = np.arange(len(self.codes))[::-1]
        held = (first >= 0).nonzero()[0]
        return [self.values[at] for at in held[first[held].argsort()].tolist()]

    def counts(self, articles: Rows) -> dict[str, int]:
        """Return how many of some articles have each value, for the values that any has."""
        held = self.codes[ranges(self.starts[articles], self.sizes[articles])]
        counts = np.bincount(held, minlength=len(self.values))
        found = np.flatnonzero(counts)
        return {
            self.values[at]: count
            for at, count in zip(found.tolist(), counts[found].tolist(), strict=True)
        }


class SectionTable:
    """What is known of every section and article of one generation. Immutable."""

    def __init__(self, folder: Path, entries: Sequence[SegmentEntry]) -> None:
        """Open the segments of a generation."""
        self.entries = tuple(entries)
        self.segments = tuple(Segment(folder, entry.name) for entry in entries)
        sizes = [segment.rows for segment in self.segments]
        self.bases: tuple[int, ...] = tuple(int(sum(sizes[:at])) for at in range(len(sizes)))
        """The first row of each segment."""
        self.rows = sum(sizes)
        self.live: Flags = _joined([entry.live() for entry in entries], np.bool_)
        self.sections = sum(entry.live_rows for entry in entries)
        """Number of live rows."""
        self._facts = {
            name: _joined([segment.facts[name] for segment in self.segments], np.uint8)
            for name in ROW_FACTS
            if name not in {"article", "kind"}
        }
        self.order = self._facts["order"]
        """Place of the section among those of its article that have text, from 0."""
        self.heading_words = self._facts["heading_words"]
        """Number of terms of the heading without its numbering (`4. Possible side effects`: 3)."""
        self.length: Mapping[Field, Array] = {
            field: self._facts[f"{field}.length"] for field in WORD_FIELDS
        }
        """Number of terms."""
        self._number_articles()
        self._number_kinds()

    def _number_articles(self) -> None:
        """Give the live articles numbers in the order of their ids."""
        firsts: list[int] = []
        counts: list[int] = []
        ids: list[str] = []
        for segment, base in zip(self.segments, self.bases, strict=True):
            own = segment.facts["first_row"].astype(np.int64)
            lengths = np.diff(own, append=segment.rows)
            is_live = self.live[own + base]
            firsts += (own + base)[is_live].tolist()
            counts += lengths[is_live].tolist()
            flags = is_live.tolist()
            strings = segment.facts.strings("ids")
            ids += [name for name, there in zip(strings, flags, strict=True) if there]
        order = sorted(range(len(ids)), key=ids.__getitem__)
        self.ids = tuple(ids[at] for at in order)
        """Of the articles, by number."""
        self.first_row: Rows = np.array(firsts, dtype=np.int64)[order]
        self.row_count: Rows = np.array(counts, dtype=np.int64)[order]
        self.article: NDArray[np.int32] = np.full(self.rows, len(ids), dtype=np.int32)
        """Number of the row's article; that after the last for a row that is deleted."""
        held = ranges(self.first_row, self.row_count)
        self.article[held] = np.repeat(np.arange(len(ids), dtype=np.int32), self.row_count)
        self.article.flags.writeable = False

    def _number_kinds(self) -> None:
        numbers: dict[str, int] = {}
        pieces = []
        for segment in self.segments:
            own = [
                numbers.setdefault(kind, len(numbers)) for kind in segment.facts.strings("kinds")
            ]
            pieces.append(np.array(own, dtype=np.uint8)[segment.facts["kind"]])
        self.kinds = tuple(numbers)
        self.kind: NDArray[np.uint8] = _joined(pieces, np.uint8)
        """Number of the row's kind among the kinds."""

    @cached_property
    def average(self) -> Mapping[Field, float]:
        """Mean length of each field over the live rows."""
        return {
            field: float(lengths.sum(where=self.live, dtype=np.int64)) / max(self.sections, 1)
            or 1.0
            for field, lengths in self.length.items()
        }

    @cached_property
    def number_of(self) -> Mapping[str, int]:
        """The number of each article, by id."""
        return {article_id: number for number, article_id in enumerate(self.ids)}

    @cached_property
    def members(self) -> Mapping[str, Members]:
        """For each facet, which articles have which of its values."""
        return {name: self._members(name) for name in FACETS}

    @cached_property
    def about_something(self) -> Rows:
        """The articles about a medicine, known or not (see AnySubject)."""
        told = np.zeros(len(self.ids) + 1, dtype=np.uint8)
        for number, kind in enumerate(self.kinds):
            if kind in MEDICINE_KINDS:
                tells = np.zeros(len(told), dtype=np.bool_)
                tells[self.article[self.kind == number]] = True
                told += tells
        flags = told[:-1] >= LEAST_TOLD
        flags |= self.members["subject"].sizes > 0
        return np.flatnonzero(flags)

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """Titles of the articles, by number."""
        return self._article_strings("titles")

    @cached_property
    def dates(self) -> tuple[str, ...]:
        """Latest dates of the articles, by number; empty for an article without one."""
        return self._article_strings("dates")

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """Of each live row its place when all are ordered by article id and reading order."""
        places = np.zeros(self.rows, dtype=np.int64)
        held = ranges(self.first_row, self.row_count)
        places[held] = np.arange(len(held))
        return places

    @cached_property
    def newest_first(self) -> Rows:
        """Of each article its place by date, the newest first, those without a date last."""
        # Stable, so that equal dates stay in the order of the ids.
        dates = self.dates
        return _places(sorted(range(len(dates)), key=dates.__getitem__, reverse=True))

    @cached_property
    def by_title(self) -> Rows:
        """Of each article its place by title."""
        folded = [title.casefold() for title in self.titles]
        return _places(sorted(range(len(folded)), key=folded.__getitem__))

    @cached_property
    def contents(self) -> Rows:
        """The live rows that are tables of contents."""
        return np.flatnonzero(self._facts["contents"].astype(np.bool_) & self.live)

    def section_id(self, row: int) -> str:
        """Return the id of a row's section."""
        segment, own = self.locate(row)
        return self.segments[segment].section_ids[own]

    def locate(self, row: int) -> tuple[int, int]:
        """Return which segment holds a row, and the row's number there."""
        at = bisect_right(self.bases, row) - 1
        return at, row - self.bases[at]

    def rows_of_articles(self, articles: Iterable[int] | Rows) -> Rows:
        """Return the live rows of some articles, rising."""
        numbers = np.fromiter(articles, np.int64)
        firsts = self.first_row[numbers]
        order = np.argsort(firsts)
        return ranges(firsts[order], self.row_count[numbers[order]])

    def rows_of_kind(self, kind: str) -> Rows:
        """Return the live rows of a kind, rising."""
        if kind not in self.kinds:
            return NO_ROWS
        return np.flatnonzero((self.kind == self.kinds.index(kind)) & self.live)

    def _members(self, name: str) -> Members:
        numbers: dict[str, int] = {}
        codes: list[Array] = [NO_ROWS]
        counts: list[Array] = [NO_ROWS]
        for segment in self.segments:
            coded = open_coded(segment.facts, name)
            own = [numbers.setdefault(value, len(numbers)) for value in coded.values]
            codes.append(np.array(own, dtype=np.int64)[coded.codes])
            counts.append(coded.counts)
        all_codes, all_counts = np.concatenate(codes), np.concatenate(counts)
        order = self._in_segments
        starts, sizes = (np.cumsum(all_counts) - all_counts)[order], all_counts[order]
        held = all_codes[ranges(starts, sizes)]
        articles = np.repeat(np.arange(len(self.ids), dtype=np.int64), sizes)
        by_value = articles[np.argsort(held, kind="stable")]
        return Members(
            values=tuple(numbers),
            number=numbers,
            codes=held,
            starts=np.cumsum(sizes) - sizes,
            sizes=sizes,
            by_value=by_value,
            value_ends=np.cumsum(np.bincount(held, minlength=len(numbers))),
        )

    @cached_property
    def _in_segments(self) -> Rows:
        """For each article its place among all articles of all segments, deleted ones too."""
        firsts = [
            segment.facts["first_row"].astype(np.int64) + base
            for segment, base in zip(self.segments, self.bases, strict=True)
        ]
        return np.searchsorted(_joined(firsts, np.int64), self.first_row)

    def _article_strings(self, name: str) -> tuple[str, ...]:
        strings = [string for segment in self.segments for string in segment.facts.strings(name)]
        return tuple(strings[at] for at in self._in_segments.tolist())


def _places(order: Sequence[int]) -> Rows:
    """Return of each thing its place in an order."""
    places = np.empty(len(order), dtype=np.int64)
    places[np.array(order, dtype=np.int64)] = np.arange(len(order))
    return places


def _joined(pieces: Sequence[Array], empty: type[np.generic]) -> Array:
    """Return arrays as one; a single one as it is, so that a mapped file is not copied."""
    if len(pieces) == 1:
        return pieces[0]
    return np.concatenate(pieces) if pieces else np.empty(0, dtype=empty)
