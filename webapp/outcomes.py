"""What the views note of a request while they answer it, which nobody else could know."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from flask import g

from indexer.errors import IndexerError
from indexer.model import Results

UNFORESEEN = "unforeseen"
"""The class of an error that is none of the family."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to."""

    is_empty: bool = False
    is_partial_answer: bool = False
    """Whether no section had all that was asked for, and those with most of it are listed."""
    is_cut: bool = False
    """Whether the deadline stopped it."""
    is_unanswered: bool = False
    """Whether the whole index has nothing on it, and nobody is in danger."""


NOTHING_NOTED = Found()


@dataclass(slots=True)
class Noted:
    """What the views note while a request is answered."""

    began: float = field(default_factory=time.perf_counter)
    phases: dict[str, float] = field(default_factory=dict)
    """Seconds by phase."""
    found: Found | None = None
    is_from_memory: bool = False
    suggestions: int | None = None
    error: str | None = None


def found_by(results: Results) -> Found:
    """Return what a search came to."""
    return Found(
        is_empty=not results.total.sections,
        is_partial_answer=results.query.mode == "partial" and bool(results.hits),
        is_cut=results.partial,
        is_unanswered=_is_unanswered(results),
    )


def _is_unanswered(results: Results) -> bool:
    asked = results.request
    filters = (asked.drugs, asked.sections, asked.classes, asked.categories, asked.years)
    is_narrowed = asked.exact or any((*filters, asked.articles, asked.without))
    is_empty = not results.total.sections and not results.partial
    return is_empty and not is_narrowed and results.emergency is None


def note_search(found: Found, phases: Mapping[str, float] = MappingProxyType({})) -> None:
    """Note what a search came to, and how many seconds its phases took; none from memory."""
    kept = noted()
    kept.found, kept.is_from_memory = found, not phases
    kept.phases.update(phases)


def note_suggestions(number: int) -> None:
    """Note that so many completions were offered."""
    noted().suggestions = number


def note_error(error: Exception) -> None:
    """Note the class of the error that a request ended with."""
    noted().error = type(error).__name__ if isinstance(error, IndexerError) else UNFORESEEN


def noted() -> Noted:
    """Return what is noted of the current request."""
    kept: Noted = g.noted
    return kept
