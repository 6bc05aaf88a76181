"""What is asked of every engine: the protocol that an adapter keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from benchmarks.documents import Document

Search: TypeAlias = Literal["or", "and", "phrase", "prefix", "fields"]
Kind: TypeAlias = Literal[Search, "snippets", "whole"]
Stored: TypeAlias = tuple[str, str]
"""Heading and text of a section, as Python strings."""

HITS = 10
"""Best sections to list of each search, and to make snippets for."""

WEIGHTS = {"title": 3.0, "heading": 2.0, "body": 1.0}
"""Of a match in each text field, where all are searched."""

SNIPPET_CHARACTERS = 200
"""Longest snippet of a peer, where it lets one say: about two sentences."""


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a search: the exact total, and the best sections with what is stored."""

    total: int
    sections: Sequence[Stored]


class Searcher(Protocol):
    """An index, open for reading; nothing that it answers is remembered for the next time."""

    def search(self, kind: Search, text: str) -> Found:
        """Answer a query, from its text to the stored sections of the HITS best by BM25.

        `or`, `and`: sections whose body has any, all of the words. `phrase`: the words in that
        order. `prefix`: a word that begins so. `fields`: any of the words in any text field, by
        WEIGHTS.
        """

    def snippets(self, text: str) -> Callable[[], Sequence[str]]:
        """Answer an `or` query, and return what makes the snippets of its hits' bodies."""

    def whole(self, text: str) -> int:
        """Answer a query as a page of results needs it, and return how much was found.

        For a peer that is `fields` and a snippet for each hit; for drugsearch its whole search.
        """

    def close(self) -> None:
        """Release its files."""


class Peer(Protocol):
    """An engine that can be built and opened."""

    @property
    def version(self) -> str:
        """Version of the library."""

    def build(self, folder: Path, documents: Iterable[Document]) -> None:
        """Index documents into an empty folder: three text fields with positions, all stored."""

    def open(self, folder: Path) -> Searcher:
        """Open what was built, ready to be asked."""
