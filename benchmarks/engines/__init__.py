"""Engines side by side: built one after another, asked in turn, each in a process of its own.

An engine is a module here with a class that keeps `benchmarks.engines.peers.Peer`. It is imported
when it is asked for, in the process that works with it, so that a peer which is not installed
disturbs nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import cast

from benchmarks.engines.peers import Peer


@dataclass(frozen=True, slots=True)
class Entry:
    """Where an engine's adapter is, and the library it needs."""

    module: str
    name: str
    needs: str

    @property
    def is_installed(self) -> bool:
        """Whether the library can be imported."""
        return find_spec(self.needs) is not None


ENGINES = {
    "drugsearch": Entry("benchmarks.engines.drugsearch", "Drugsearch", "indexer"),
    "tantivy": Entry("benchmarks.engines.tantivy", "Tantivy", "tantivy"),
    "fts5": Entry("benchmarks.engines.fts5", "Fts5", "sqlite3"),
    "whoosh": Entry("benchmarks.engines.whoosh", "StockWhoosh", "whoosh"),
}
"""Name -> adapter. A new peer is one line here."""


def load(name: str) -> Peer:
    """Return an engine's adapter; raise ImportError when its library is not installed."""
    entry = ENGINES[name]
    return cast("Peer", getattr(import_module(entry.module), entry.name)())
