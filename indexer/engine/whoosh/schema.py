"""The fields of the index, and the fingerprint that tells whether an index was built by them.

One Whoosh document is one section. Its terms come from our own analysis, position by position,
so Whoosh never tokenises anything; what lists, filters and facets need of every section stands
in one column (`facts`), and what a hit shows stands in one stored field (`record`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Sequence
from functools import cache
from importlib import metadata
from importlib.resources import files

from whoosh import columns, fields, formats
from whoosh.analysis.analyzers import CompositeAnalyzer
from whoosh.analysis.tokenizers import IDTokenizer

from indexer.query.plan import WORD_FIELDS

LAYOUT_VERSION = 13
"""Raise it when what `facts` or `record` hold, or how text is parsed or analysed, changes."""

POSITIONS = formats.Positions()

KNOWLEDGE_TABLES = (".tsv", ".gz", ".txt")


class Terms(fields.FieldType):
    """A field whose value is a sequence of terms; an empty string is a gap between positions."""

    def __init__(self) -> None:
        """Keep positions, for phrases, and no stored value."""
        super().__init__(POSITIONS, CompositeAnalyzer(IDTokenizer()), scorable=True)

    def index(
        self, value: Sequence[str], **_options: object
    ) -> Generator[tuple[bytes, int, float, bytes], None, None]:
        """Yield each term with its frequency, weight and encoded positions."""
        positions: dict[str, list[int]] = {}
        for position, term in enumerate(value):
            if term:
                positions.setdefault(term, []).append(position)
        for term, at in positions.items():
            yield term.encode("utf-8"), len(at), float(len(at)), POSITIONS.encode(at)


@cache
def schema() -> fields.Schema:
    """Return the schema of the index."""
    return fields.Schema(
        article=fields.ID(),
        facts=fields.COLUMN(columns.VarBytesColumn()),
        record=fields.STORED(),
        **{name: Terms() for name in WORD_FIELDS},
    )


def fingerprint(own_names: str) -> str:
    """Return what an index must have been built with to be read by this code.

    It covers the layout, the stemmer's release and the drug names, those of the user too: with
    other names articles have other subjects and other words are kept from stemming.
    """
    return f"{_version()}-{own_names}" if own_names else _version()


def is_same_version(one: str, other: str) -> bool:
    """Say whether two fingerprints differ in a user's own names alone."""
    return one.partition("-")[0] == other.partition("-")[0]


@cache
def _version() -> str:
    """Return the part of the fingerprint that is the same for all users, in 16 hex digits."""
    built_with = [LAYOUT_VERSION, *WORD_FIELDS, metadata.version("snowballstemmer")]
    digest = hashlib.blake2b(json.dumps(built_with).encode(), digest_size=8)
    for table in sorted(files("indexer.knowledge").iterdir(), key=lambda entry: entry.name):
        if table.name.endswith(KNOWLEDGE_TABLES):
            digest.update(table.read_bytes())
    return digest.hexdigest()
