"""A segment: three files that hold some articles for good, and how they are made.

    SEGMENT.postings   which rows hold a term, how often and where (see `postings`), and the forms
                       of every stem (see `stems`)
    SEGMENT.facts      what lists, filters and facets need (see `facts`)
    SEGMENT.records    what is shown of a section, each compressed by itself

Building keeps a bounded number of tokens in memory: when there are more, they become a run, a
segment of its own, and the runs are merged in the end. That is also how segments of earlier
generations are merged, so there is one way to write postings and one to join them.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.engine.base import AnalysedArticle
from indexer.engine.whoosh.arrays import Arrays, ArrayWriter, Strings
from indexer.engine.whoosh.facts import FactsBuilder, FactsPart, merge_facts
from indexer.engine.whoosh.packing import RecordReader, RecordWriter, dictionary_of
from indexer.engine.whoosh.postings import (
    FieldPostings,
    MergePart,
    invert_field,
    merge_fields,
    open_field,
)
from indexer.engine.whoosh.stems import StemOf, Stems, merge_stems, write_stems
from indexer.query.plan import WORD_FIELDS, Field

POSTINGS_SUFFIX = ".postings"
FACTS_SUFFIX = ".facts"
RECORDS_SUFFIX = ".records"
SUFFIXES = (POSTINGS_SUFFIX, FACTS_SUFFIX, RECORDS_SUFFIX)

TOKENS_IN_MEMORY = 1 << 20
"""Tokens that become one run: about 80 MB while it is sorted."""


class Segment:
    """The files of a segment, open. Immutable, and safe to share between threads."""

    def __init__(self, folder: Path, name: str) -> None:
        """Map the files into memory; raise OSError or ValueError when they are not there."""
        self.name = name
        self.postings = Arrays(folder / f"{name}{POSTINGS_SUFFIX}")
        self.facts = Arrays(folder / f"{name}{FACTS_SUFFIX}")
        self.records = Arrays(folder / f"{name}{RECORDS_SUFFIX}")
        self.rows = len(self.facts["article"])
        self.fields: dict[Field, FieldPostings] = {
            field: open_field(self.postings, field) for field in WORD_FIELDS
        }

    @cached_property
    def stems(self) -> Stems:
        """The forms of every stem."""
        return Stems(self.postings)

    @cached_property
    def section_ids(self) -> Strings:
        """The ids of the sections, by row."""
        return self.facts.strings("section_ids")

    def forget(self) -> None:
        """Let the system take back the memory of what was read."""
        for arrays in (self.postings, self.facts, self.records):
            arrays.forget()


class SegmentBuilder:
    """Makes one segment of articles, in the order they are added."""

    def __init__(self, folder: Path, name: str, stem_of: StemOf) -> None:
        self.name = name
        self._folder = folder
        self._stem_of = stem_of
        self._runs: list[str] = []
        self._run = self._begin()
        self.rows = 0
        """Sections that were added."""

    def add(self, article: AnalysedArticle, records: Sequence[bytes]) -> None:
        """Add an article, which must have a section, and what is stored of each section."""
        if self._run.tokens > TOKENS_IN_MEMORY:
            self._run.finish(self._stem_of)
            self._run = self._begin(self._run.records.dictionary)
        self._run.add(article, records)
        self.rows += len(article.sections)

    def finish(self) -> None:
        """Write the segment's files."""
        self._run.finish(self._stem_of)
        if len(self._runs) == 1:
            for suffix in SUFFIXES:
                run = self._folder / f"{self._runs[0]}{suffix}"
                run.replace(self._folder / f"{self.name}{suffix}")
            return
        runs = [Segment(self._folder, name) for name in self._runs]
        merge_segments(self._folder, self.name, [Kept(run, None) for run in runs])
        for name in self._runs:
            remove_segment(self._folder, name)

    def abandon(self) -> None:
        """Close all files."""
        self._run.abandon()

    def _begin(self, dictionary: bytes | None = None) -> _Run:
        """Begin a run; those after the first pack their records as that did."""
        self._runs.append(f"{self.name}-run{len(self._runs)}")
        return _Run(self._folder, self._runs[-1], dictionary)


class _Run:
    """As many articles as fit into memory."""

    def __init__(self, folder: Path, name: str, dictionary: bytes | None) -> None:
        self._folder = folder
        self._name = name
        self._facts = FactsBuilder()
        self._vocabulary = {field: _Numbering() for field in WORD_FIELDS}
        self._tokens = {field: array("I") for field in WORD_FIELDS}
        self._lengths = {field: array("I") for field in WORD_FIELDS}
        self._writer = ArrayWriter(folder / f"{name}{RECORDS_SUFFIX}")
        try:
            self.records = RecordWriter(self._writer, dictionary)
        except OSError:
            self._writer.abandon()
            raise
        self.tokens = 0

    def add(self, article: AnalysedArticle, records: Sequence[bytes]) -> None:
        self._facts.add(article)
        sections = article.sections
        self._add_terms("text", [section.text for section in sections])
        self._add_terms("heading", [section.heading for section in sections])
        self._add_terms("path", [section.path for section in sections])
        self._add_terms("title", [article.title] * len(sections))
        for record in records:
            self.records.add(record)

    def _add_terms(self, field: Field, of_rows: Sequence[Sequence[str]]) -> None:
        """Add the terms of one field of some rows."""
        lengths = list(map(len, of_rows))
        number_of = self._vocabulary[field].__getitem__
        self._tokens[field].extend(map(number_of, chain.from_iterable(of_rows)))
        self._lengths[field].extend(lengths)
        self.tokens += sum(lengths)

    def finish(self, stem_of: StemOf) -> None:
        self.records.finish()
        self._writer.close()
        with ArrayWriter(self._folder / f"{self._name}{FACTS_SUFFIX}") as facts:
            self._facts.write(facts)
        with ArrayWriter(self._folder / f"{self._name}{POSTINGS_SUFFIX}") as postings:
            for field in WORD_FIELDS:
                invert_field(
                    postings,
                    field,
                    self._vocabulary[field].terms(),
                    np.frombuffer(self._tokens[field], dtype=np.uint32),
                    np.array(self._lengths[field], dtype=np.int64),
                )
            terms = {term for field in WORD_FIELDS for term in self._vocabulary[field].terms()}
            write_stems(postings, terms, stem_of)

    def abandon(self) -> None:
        self._writer.abandon()


class _Numbering(dict[str, int]):
    """The number of each term, in the order they came; the gap between positions is 0."""

    def __init__(self) -> None:
        super().__init__({"": 0})

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self)
        return number

    def terms(self) -> list[str]:
        return list(self)[1:]


@dataclass(frozen=True, slots=True)
class Kept:
    """A segment that is to be merged, and which of its rows are kept; None for all."""

    segment: Segment
    rows: NDArray[np.bool_] | None

    def flags(self) -> NDArray[np.bool_]:
        """Return which rows are kept."""
        return np.ones(self.segment.rows, dtype=np.bool_) if self.rows is None else self.rows


def merge_segments(folder: Path, name: str, parts: Sequence[Kept]) -> None:
    """Write a segment that holds the rows of others, in their order."""
    flags = [part.flags() for part in parts]
    new_rows, before = [], 0
    for kept in flags:
        new_rows.append(np.where(kept, np.cumsum(kept) - 1 + before, -1))
        before += int(kept.sum())
    with ArrayWriter(folder / f"{name}{POSTINGS_SUFFIX}") as postings:
        for field in WORD_FIELDS:
            merging = [
                MergePart(part.segment.fields[field], rows, part.segment.forget)
                for part, rows in zip(parts, new_rows, strict=True)
            ]
            merge_fields(postings, field, merging, before)
        merge_stems(postings, [part.segment.stems for part in parts])
    with ArrayWriter(folder / f"{name}{FACTS_SUFFIX}") as facts:
        merge_facts(
            facts,
            [FactsPart(part.segment.facts, kept) for part, kept in zip(parts, flags, strict=True)],
        )
    _merge_records(folder / f"{name}{RECORDS_SUFFIX}", parts, flags)


def remove_segment(folder: Path, name: str) -> None:
    """Remove the files of a segment."""
    for suffix in SUFFIXES:
        (folder / f"{name}{suffix}").unlink()


def _merge_records(path: Path, parts: Sequence[Kept], flags: Sequence[NDArray[np.bool_]]) -> None:
    """Copy the records that are kept; those packed by another dictionary are packed anew."""
    largest = max(parts, key=lambda part: part.segment.rows).segment
    with ArrayWriter(path) as writer:
        records = RecordWriter(writer, dictionary_of(largest.records) or None)
        for part, kept in zip(parts, flags, strict=True):
            reader = RecordReader(part.segment.records)
            is_alike = dictionary_of(part.segment.records) == records.dictionary != b""
            for row in np.flatnonzero(kept).tolist():
                if is_alike:
                    records.add_packed(bytes(reader.packed(row)))
                else:
                    records.add(reader.record(row))
            part.segment.forget()
        records.finish()
