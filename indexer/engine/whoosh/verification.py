"""Every posting and stored record of a generation, read once to see that it can be."""

from __future__ import annotations

import json
import pickle
import struct
import zlib

from whoosh import index as whoosh_index
from whoosh.reading import IndexReader

from indexer.engine.base import OwnNames
from indexer.engine.whoosh import records
from indexer.engine.whoosh.generations import Generation
from indexer.engine.whoosh.snapshot import WhooshSnapshot
from indexer.engine.whoosh.table import TERM_FIELDS, SectionTable, read_table
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
    struct.error,
    zlib.error,
)


def verify_generation(
    generation: Generation, *, checked_files: int, problems: tuple[str, ...]
) -> Verification:
    """Read every posting and record of a generation whose digests were found right."""
    postings, found = 0, list(problems)
    try:
        opened = whoosh_index.open_dir(str(generation.folder))
        with opened.reader() as reader:
            table = read_table(reader)
            postings = _walk_postings(reader, table, found)
            _walk_records(reader, table, found)
        WhooshSnapshot(generation, "verify", OwnNames()).close()
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


def _walk_postings(reader: IndexReader, table: SectionTable, problems: list[str]) -> int:
    """Count the postings; a term's positions must be as many as its frequency says."""
    count = 0
    for field in TERM_FIELDS:
        held = 0
        for term in reader.lexicon(field):
            for leaf, offset in reader.leaf_readers():
                if (field, term) not in leaf:
                    continue
                matcher = leaf.postings(field, term)
                while matcher.is_active():
                    count += 1
                    if table.live[matcher.id() + offset]:
                        held += int(matcher.weight())
                    if len(matcher.value_as("positions")) != int(matcher.weight()):
                        problems.append(f"{field}:{term!r} has other positions than it says")
                    matcher.next()
        expected = int(table.length[field][table.live].sum())
        if held != expected:
            problems.append(f"the field {field} holds {held} terms where {expected} were written")
    return count


def _walk_records(reader: IndexReader, table: SectionTable, problems: list[str]) -> None:
    """Decode every stored record and compare it with the facts of its row."""
    for row in range(len(table.live)):
        if not table.live[row]:
            continue
        try:
            section = records.read_section(reader.stored_fields(row)["record"])
        except (json.JSONDecodeError, *UNREADABLE) as error:
            problems.append(f"the stored section in row {row} cannot be read: {error!r}")
            continue
        if (section.id, section.kind) != (table.section_id[row], table.kind[row]):
            problems.append(f"the stored section in row {row} is not {table.section_id[row]!r}")
