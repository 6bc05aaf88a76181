"""Every posting and stored record of a generation, read once to see that it can be.

It is read as Whoosh reads it, through the codec, and compared with what searches read.
"""

from __future__ import annotations

import json
import pickle
from itertools import pairwise

import numpy as np
import zstandard

from indexer.engine.whoosh import records
from indexer.engine.whoosh.contents import read_contents
from indexer.engine.whoosh.generations import Generation
from indexer.engine.whoosh.packing import RecordReader
from indexer.engine.whoosh.postings import FieldPostings
from indexer.engine.whoosh.segments import read_segments
from indexer.engine.whoosh.table import SectionTable
from indexer.query.plan import WORD_FIELDS, Field
from indexer.runs import Verification

# What Whoosh and the decoders below it raise on bytes that make no sense; which of them says
# nothing about what is wrong, so all become a problem in words.
UNREADABLE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    TypeError,
    ValueError,
    EOFError,
    pickle.UnpicklingError,
    zstandard.ZstdError,
)


def verify_generation(
    generation: Generation, *, checked_files: int, problems: tuple[str, ...]
) -> Verification:
    """Read every posting and record of a generation whose digests were found right."""
    postings, found = 0, list(problems)
    try:
        table = SectionTable(generation.folder, read_segments(generation.folder))
        for field in WORD_FIELDS:
            postings += _walk_postings(table, field, found)
        _walk_records(table, found)
        _compare_contents(generation, table, found)
    except UNREADABLE as error:
        found.append(f"generation {generation.manifest.generation} cannot be read: {error!r}")
    return Verification(
        generation=generation.manifest.generation,
        checked_files=checked_files,
        checked_articles=generation.manifest.articles,
        checked_sections=generation.manifest.sections,
        checked_postings=postings,
        problems=tuple(found),
    )


def _walk_postings(table: SectionTable, field: Field, problems: list[str]) -> int:
    """Count the postings of a field, and check that they are what the layout says."""
    count = 0
    for segment in table.segments:
        postings = segment.fields[field]
        held = np.bincount(
            postings.rows, weights=postings.frequency, minlength=segment.rows
        ).astype(np.int64)
        if not np.array_equal(held, segment.facts[f"{field}.length"]):
            problems.append(f"{segment.name}: the field {field} has other lengths than were noted")
        problems += [
            f"{segment.name}: the field {field} {problem}" for problem in disorder(postings)
        ]
        count += len(postings.rows)
    return count


def disorder(postings: FieldPostings) -> list[str]:
    """Say what is not in the order that searches rely on."""
    problems = []
    terms = list(postings.terms)
    if any(one >= other for one, other in pairwise(terms)):
        problems.append("has terms out of order")
    rises = postings.rows[1:] > postings.rows[:-1]
    rises[postings.starts[1:-1] - 1] = True  # where the next term begins
    if not rises.all():
        problems.append("has rows out of order")
    bounds = np.concatenate(([0], np.cumsum(postings.frequency, dtype=np.int64)))
    if bounds[-1] != len(postings.positions) or not np.array_equal(
        bounds[postings.starts], postings.position_starts
    ):
        problems.append("has other positions than its frequencies say")
        return problems
    further = postings.positions[1:] > postings.positions[:-1]
    further[bounds[1:-1] - 1] = True  # where the next posting begins
    if not further.all():
        problems.append("has positions out of order")
    return problems


def _walk_records(table: SectionTable, problems: list[str]) -> None:
    """Decode every stored record and compare it with the facts of its row."""
    readers = [RecordReader(segment.records) for segment in table.segments]
    for row in np.flatnonzero(table.live).tolist():
        segment, own = table.locate(row)
        try:
            section = records.read_section(readers[segment].record(own))
        except (json.JSONDecodeError, *UNREADABLE) as error:
            problems.append(f"the stored section in row {row} cannot be read: {error!r}")
            continue
        if (section.id, section.kind) != (table.section_id(row), table.kinds[table.kind[row]]):
            problems.append(f"the stored section in row {row} is not {table.section_id(row)!r}")


def _compare_contents(generation: Generation, table: SectionTable, problems: list[str]) -> None:
    """Compare what Whoosh's table of contents says with what is ours."""
    listed = read_contents(generation.folder, generation.manifest.generation)
    ours = [
        (entry.name, entry.rows, np.flatnonzero(~entry.live()).tolist()) for entry in table.entries
    ]
    if listed != ours:
        problems.append("Whoosh's table of contents lists other sections")
