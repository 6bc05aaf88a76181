"""The sections and queries that engines are measured over, as `benchmarks.generate` writes them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

LINES_AT_ONCE = 1_000
"""Lines to parse between two readings of the clock: a reading for each would cost as much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A section as a line of JSON has it; those of one article stand together."""

    title: str
    heading: str
    body: str
    url: str
    """Of the section: that of its article, `#` and a name."""
    drug: str
    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Queries:
    """Distinct queries: words, phrases, and beginnings of words."""

    words: tuple[str, ...]
    phrases: tuple[str, ...]
    prefixes: tuple[str, ...]


@dataclass(slots=True)
class Reading:
    """The documents of a file, and what reading them has cost.

    Every engine is fed by the same JSON parser, which must not count as its work.
    """

    path: Path
    count: int = 0
    cpu_s: float = field(default=0.0)

    def __iter__(self) -> Iterator[Document]:
        """Yield the documents in order."""
        with self.path.open(encoding="utf-8") as lines:
            while True:
                started = time.thread_time()
                found = [Document(**json.loads(line)) for line in islice(lines, LINES_AT_ONCE)]
                self.cpu_s += time.thread_time() - started
                self.count += len(found)
                if not found:
                    return
                yield from found


def read_queries(path: Path) -> Queries:
    """Return the queries of a file, each once."""
    named = json.loads(path.read_text(encoding="utf-8"))
    words, phrases, prefixes = (tuple(dict.fromkeys(named[key])) for key in KEYS)
    return Queries(words=words, phrases=phrases, prefixes=prefixes)


KEYS = ("q", "phrase", "prefix")
"""Of the file: words, phrases, prefixes."""
