"""The values of what is offered beside an answer: completions, names that may be meant, help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Something that may be meant: a medicine, a section of one, an article."""

    label: str
    """What to show: `Imuran`, `Imuran › Side effects`."""
    detail: str
    """What tells it from others: `brand of azathioprine · Purine Antimetabolite`."""
    query: str
    """What to search for."""
    url: str | None
    """Address of what is suggested; None where there is none but the search itself."""
    lookalikes: tuple[str, ...] = ()
    """Names that it is easily taken for, in tall-man letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionGroup:
    """Suggestions of one type, best first."""

    type: Literal["drug", "section", "article"]
    items: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestions:
    """What the beginning of a query may become."""

    text: str
    groups: tuple[SuggestionGroup, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WaysOn:
    """What to search for instead of a query, or after it."""

    did_you_mean: tuple[Suggestion, ...] = ()
    """Names that a word nobody knows may be a slip of; the likeliest first."""
    related: tuple[Suggestion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to call."""

    label: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """What to do first when somebody is in danger."""

    text: str
    contacts: tuple[Contact, ...] = ()
