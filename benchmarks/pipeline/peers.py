"""The two that make an index of pages, each as its users start it: from a shell."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

PAGEFIND = Path(__file__).parents[1] / "pagefind" / "node_modules" / ".bin" / "pagefind"
SOME_SET_ASIDE = 4
"""Exit code of a `reindex` that published all pages but some."""


class Indexer(Protocol):
    """A program that makes an index of a folder of pages."""

    @property
    def name(self) -> str:
        """What the figures call it."""

    def command(self, pages: Path, index: Path) -> list[str]:
        """Return what to start for an index in a folder that is not there yet."""


@dataclass(frozen=True, slots=True)
class Drugsearch:
    """`drugsearch reindex`, with a worker for each processor."""

    name: str = "drugsearch"

    def command(self, pages: Path, index: Path) -> list[str]:
        """Return the command of a fresh build."""
        return reindex(pages, index, "--fresh")


@dataclass(frozen=True, slots=True)
class Pagefind:
    """Pagefind's program, which uses every processor; it writes files for a static site."""

    name: str = "pagefind"

    def command(self, pages: Path, index: Path) -> list[str]:
        """Return the command; Pagefind has none but fresh builds."""
        return [str(PAGEFIND), "--silent", "--site", str(pages), "--output-path", str(index)]


def indexers() -> tuple[Indexer, ...]:
    """Return those that are installed, drugsearch first."""
    return (Drugsearch(), Pagefind()) if PAGEFIND.exists() else (Drugsearch(),)


def reindex(pages: Path, index: Path, *options: str) -> list[str]:
    """Return the command that brings an index of drugsearch up to date."""
    return [
        sys.executable,
        *DRUGSEARCH,
        "reindex",
        *options,
        "--json",
        "--index",
        str(index),
        str(pages),
    ]


DRUGSEARCH = ("-m", "indexer")
