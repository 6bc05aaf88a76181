"""SQLite's FTS5, as the standard library of Python has it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks.documents import Document
from benchmarks.engines.peers import HITS, WEIGHTS, Found, Search

FILE = "fts5.db"
BODY = 2
"""Number of the column."""
SNIPPET_TOKENS = 32
"""About as long as the snippets of the others, in words."""
PREFIX_LETTERS = 3
"""Beginnings of words of this length have an index of their own."""
MAPPED_BYTES = 4_000_000_000
"""All of the file is read through a memory map."""

TABLE = (
    "CREATE VIRTUAL TABLE sections USING fts5("
    "title, heading, body, url UNINDEXED, drug UNINDEXED, category UNINDEXED, "
    f"tokenize='porter unicode61', prefix='{PREFIX_LETTERS}')"
)
INSERT = "INSERT INTO sections VALUES (?, ?, ?, ?, ?, ?)"
COUNT = "SELECT count(*) FROM sections WHERE sections MATCH ?"
BEST = f"SELECT rowid FROM sections WHERE sections MATCH ? ORDER BY rank LIMIT {HITS}"  # noqa: S608 (a number)
BEST_WEIGHTED = (
    "SELECT rowid FROM sections WHERE sections MATCH ? "  # noqa: S608 (numbers)
    f"ORDER BY bm25(sections, {', '.join(map(str, WEIGHTS.values()))}) LIMIT {HITS}"
)
STORED = "SELECT heading, body FROM sections WHERE rowid = ?"
SNIPPET = (
    f"SELECT snippet(sections, {BODY}, '<b>', '</b>', '…', {SNIPPET_TOKENS}) "  # noqa: S608 (numbers)
    "FROM sections WHERE sections MATCH ? AND rowid = ?"
)


class Fts5:
    """The peer."""

    version = sqlite3.sqlite_version

    def build(self, folder: Path, documents: Iterable[Document]) -> None:
        """Index documents in one transaction, and merge the index into one segment."""
        connection = sqlite3.connect(folder / FILE)
        connection.execute("PRAGMA journal_mode = wal")
        connection.execute("PRAGMA synchronous = normal")
        connection.execute(TABLE)
        connection.executemany(
            INSERT,
            (
                (one.title, one.heading, one.body, one.url, one.drug, one.category)
                for one in documents
            ),
        )
        connection.commit()
        connection.execute("INSERT INTO sections(sections) VALUES ('optimize')")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(truncate)")
        connection.close()

    def open(self, folder: Path) -> Fts5Searcher:
        """Open what was built."""
        return Fts5Searcher(folder)


class Fts5Searcher:
    """A table of FTS5, open for reading."""

    def __init__(self, folder: Path) -> None:
        """Open the database of a folder."""
        self._connection = sqlite3.connect(folder / FILE)
        self._connection.execute(f"PRAGMA mmap_size = {MAPPED_BYTES}")

    def search(self, kind: Search, text: str) -> Found:
        """Answer a query: the best and the total are two statements, as FTS5 has no other way."""
        match = _match(kind, text)
        rows = self._rows(match, BEST_WEIGHTED if kind == "fields" else BEST)
        execute = self._connection.execute
        sections = [execute(STORED, (row,)).fetchone() for row in rows]
        return Found(execute(COUNT, (match,)).fetchone()[0], sections)

    def snippets(self, text: str) -> Callable[[], Sequence[str]]:
        """Answer a query, and return what makes the snippets of its hits."""
        match = _match("or", text)
        rows = self._rows(match, BEST)
        return lambda: self._snippets(match, rows)

    def whole(self, text: str) -> int:
        """Search all fields, and make the snippets."""
        match = _match("fields", text)
        found = self.search("fields", text)
        self._snippets(match, self._rows(match, BEST_WEIGHTED))
        return found.total

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def _rows(self, match: str, statement: str) -> list[int]:
        return [row for (row,) in self._connection.execute(statement, (match,))]

    def _snippets(self, match: str, rows: Iterable[int]) -> list[str]:
        execute = self._connection.execute
        return [execute(SNIPPET, (match, row)).fetchone()[0] for row in rows]


def _match(kind: Search, text: str) -> str:
    """Return a query in the language of FTS5."""
    words = [f'"{word}"' for word in text.split()]
    match kind:
        case "or":
            return f"body: ({' OR '.join(words)})"
        case "and":
            return f"body: ({' AND '.join(words)})"
        case "phrase":
            return f'body: "{text}"'
        case "prefix":
            return f'body: "{text}"*'
        case "fields":
            return " OR ".join(words)
