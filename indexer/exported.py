"""A section as it is exported: a row with everything that tells where it is from."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.model import ArticleSummary, Section, Snippet


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedSection:
    """A section that a search lists, whole, with its place in the list."""

    rank: int
    """1 for the first of all that was found."""
    score: float
    article: ArticleSummary
    section: Section
    snippets: tuple[Snippet, ...]
