"""The fields of the index, and the fingerprint that tells whether an index was built by them.

One Whoosh document is one section. Its terms come from our own analysis, position by position,
so Whoosh never tokenises anything, and what is stored of it stands in our own files; the schema
tells Whoosh's readers and queries which fields there are.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib import metadata
from importlib.resources import files
from typing import TYPE_CHECKING

from indexer.query.plan import WORD_FIELDS

if TYPE_CHECKING:
    from whoosh import fields

LAYOUT_VERSION = 19
"""Raise it when what a segment's files hold, or how text is parsed or analysed, changes."""

KNOWLEDGE_TABLES = (".tsv", ".gz", ".txt")


@cache
def schema() -> fields.Schema:
    """Return the schema of the index."""
    # A search needs the fingerprint alone, and importing Whoosh takes longer than a search.
    from whoosh import fields  # noqa: PLC0415
    from whoosh.analysis.analyzers import CompositeAnalyzer  # noqa: PLC0415
    from whoosh.analysis.tokenizers import IDTokenizer  # noqa: PLC0415
    from whoosh.formats import Positions  # noqa: PLC0415

    def terms() -> fields.FieldType:
        return fields.FieldType(Positions(), CompositeAnalyzer(IDTokenizer()), scorable=True)

    return fields.Schema(
        article=fields.STORED(),
        section=fields.STORED(),
        record=fields.STORED(),
        **{name: terms() for name in WORD_FIELDS},
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
