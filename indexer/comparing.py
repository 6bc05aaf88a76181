"""One kind of section of two medicines, side by side: quotations, and no verdict.

What is told of each is all its sections of that kind over all articles about it, as they stand.
Sentences that both have are found, so that a reader sees what differs; which is better or safer is
never said (safety rule M8).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from indexer.analysis.sentences import sentences
from indexer.analysis.tokens import terms as analysed
from indexer.comparisons import Comparison, Told, ToldOf
from indexer.engine.base import Snapshot
from indexer.knowledge.sections import KINDS
from indexer.model import DrugEntry, Section
from indexer.query.plan import Concept, MatchPlan, Subject

MOST_TOLD = 12
"""Sections that are shown of a medicine; the others are counted."""

_MARKER = re.compile(r"\s*(?:•|\d{1,9}\.)\s*")
"""What stands before an item and is no part of its sentence."""

FEWEST_SHARED = 4
"""Words of a sentence that is told to stand on both sides: fewer are a heading or a phrase."""


def told_of(entry: DrugEntry, key: str, kind: str, snapshot: Snapshot) -> ToldOf:
    """Return the sections of a kind, and of its parts, about a medicine; newest articles first."""
    about = Concept(label=entry.name, kind="drug", node=Subject(drug=key), required=True)
    parts = tuple(part.name for part in KINDS if part.parent == kind)
    plan = MatchPlan(
        concepts=(about,), kinds=(kind, *parts), group="section", sort="newest", limit=MOST_TOLD
    )
    matches = snapshot.match(plan)
    sections = tuple(
        Told(article=snapshot.summary(match.article_id), section=section)
        for match in matches.top
        for section in snapshot.sections(
            match.article_id, [found.section_id for found in match.sections]
        )
    )
    return ToldOf(drug=entry, total=matches.sections, sections=sections)


def compare(kind: str, first: ToldOf, second: ToldOf) -> Comparison:
    """Return what is told of two medicines, with the sentences that both have."""
    shared = _said(first) & _said(second)
    return Comparison(
        kind=kind, first=_with_shared(first, shared), second=_with_shared(second, shared)
    )


def _said(told: ToldOf) -> set[tuple[str, ...]]:
    return {words for of in told.sections for _, words in _sentences(of.section)}


def _with_shared(told: ToldOf, shared: set[tuple[str, ...]]) -> ToldOf:
    sections = tuple(
        replace(
            of,
            shared=tuple(place for place, words in _sentences(of.section) if words in shared),
        )
        for of in told.sections
    )
    return replace(told, sections=sections)


def _sentences(section: Section) -> Iterator[tuple[tuple[int, int], tuple[str, ...]]]:
    """Yield the sentences of a section with their words, which tell whether two are the same."""
    for block in section.blocks:
        begin = _MARKER.match(section.text, block.start, block.end)
        start_of_text = begin.end() if begin else block.start
        for start, end in sentences(section.text, start_of_text, block.end):
            words = tuple(term for term in analysed(section.text[start:end]) if term)
            if len(words) >= FEWEST_SHARED:
                yield (start, end), words
