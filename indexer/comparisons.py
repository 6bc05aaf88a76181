"""The values of a comparison: what articles tell of two medicines, frozen like those of `model`."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.model import ArticleSummary, DrugEntry, Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A section about a medicine, and the article that it is from."""

    article: ArticleSummary
    section: Section
    shared: tuple[tuple[int, int], ...] = ()
    """Ranges of the sentences in it that the other medicine's sections have too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldOf:
    """What articles tell of a medicine under one kind of section."""

    drug: DrugEntry
    total: int
    """Sections there are; the first of them are listed."""
    sections: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One kind of section of two medicines."""

    kind: str
    first: ToldOf
    second: ToldOf
