"""Where in a text the terms of a query stand: what a snippet chooses by, and what is marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from indexer.analysis.tokens import spans
from indexer.analysis.tokens import terms as analysed
from indexer.model import Mark, MarkKind

Asked: TypeAlias = tuple[int, str]
"""A concept, and a part of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Highlight:
    """Folded terms that stand at consecutive positions, and the concept they are found for."""

    terms: tuple[str, ...]
    kind: MarkKind
    concept: int
    part: str = ""
    """Which of the words that the concept asks for together; of other names always the same."""
    is_known: bool = False
    """Whether the whole section is about it, so that a sentence naming it tells nothing by that."""

    @property
    def asked(self) -> Asked:
        """What it is found for."""
        return self.concept, self.part


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A highlight where it stands in a text."""

    start: int
    end: int
    highlight: Highlight


def mark_text(text: str, highlights: Sequence[Highlight]) -> tuple[Mark, ...]:
    """Return everything in a text that a highlight stands for: sorted, disjoint ranges."""
    return tuple(marks_of(text, find_highlights(text, highlights)))


def find_highlights(text: str, highlights: Iterable[Highlight]) -> list[Found]:
    """Find the highlights in a text, line by line."""
    by_first: dict[str, list[Highlight]] = {}
    for highlight in highlights:
        if highlight.terms:
            by_first.setdefault(highlight.terms[0], []).append(highlight)
    found: list[Found] = []
    start = 0
    for line in text.split("\n"):
        # Terms are several times cheaper than tokens, and most lines hold none that is searched.
        if not by_first.keys().isdisjoint(analysed(line)):
            found += _find_in_line(line, start, by_first)
        start += len(line) + 1
    return found


def _find_in_line(line: str, offset: int, by_first: dict[str, list[Highlight]]) -> list[Found]:
    tokens = spans(line)
    terms = tuple(term for term, _, _ in tokens)
    return [
        Found(
            start=offset + tokens[at][1],
            end=offset + tokens[at + len(highlight.terms) - 1][2],
            highlight=highlight,
        )
        for at, term in enumerate(terms)
        if term in by_first
        for highlight in by_first[term]
        if terms[at : at + len(highlight.terms)] == highlight.terms
    ]


def marks_of(text: str, found: Iterable[Found]) -> list[Mark]:
    """Return what to mark; neighbouring words that ask for one thing are one range."""
    marks: list[Mark] = []
    asked_for = -1
    for one in _without_overlaps(found):
        kind, concept = one.highlight.kind, one.highlight.concept
        before = marks[-1] if marks and (marks[-1].kind, asked_for) == (kind, concept) else None
        if before is not None and text[before.end : one.start] == " ":
            marks[-1] = Mark(before.start, one.end, kind)
        else:
            marks.append(Mark(one.start, one.end, kind))
        asked_for = concept
    return marks


def _without_overlaps(found: Iterable[Found]) -> list[Found]:
    """Resolve overlaps: the longer range wins, then the direct one, then the earlier one."""
    ranked = sorted(
        found, key=lambda one: (one.start - one.end, one.highlight.kind != "direct", one.start)
    )
    taken: set[int] = set()
    kept = []
    for one in ranked:
        # A longer range came first: one that overlaps a shorter has one of its ends inside.
        if one.start not in taken and one.end - 1 not in taken:
            taken.update(range(one.start, one.end))
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)
