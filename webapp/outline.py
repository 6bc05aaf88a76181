"""An article as a page shows it: its sections with the levels and marks they are shown with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indexer.knowledge.sections import KINDS, OTHER
from indexer.model import Article, Mark, Section
from webapp.blocks import Node, body_of

DEEPEST_HEADING = 6

NO_SECTION_WORTH_SAYING = frozenset(
    {
        "indications",
        "dosage",
        "contraindications",
        "adverse-reactions",
        "interactions",
        "pregnancy",
        "lactation",
        "overdose",
        "storage",
    }
)
"""Kinds that readers look for: their absence from an article is said (rule M7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A section of an article, ready to be shown."""

    section: Section
    level: int
    """Of its HTML heading: no level is skipped, and 1 is the article's own."""
    nodes: tuple[Node, ...]
    matches: int
    """Marks that it shows."""
    is_opening: bool
    """Its heading only repeats the article's title."""


@dataclass(frozen=True, slots=True)
class Glance:
    """A kind of section that an article has, and where."""

    label: str
    sections: tuple[Section, ...]


def parts_of(article: Article, marks: Mapping[str, Sequence[Mark]]) -> tuple[Part, ...]:
    """Return the sections of an article in reading order, marks in place."""
    parts = []
    above: list[int] = []
    for place, section in enumerate(article.sections):
        is_opening = place == 0 and section.heading.strip() == article.title.strip()
        while above and above[-1] >= section.level:
            above.pop()
        # The opening section is no heading, so nothing stands below it.
        level = min(2 + len(above), DEEPEST_HEADING)
        if not is_opening:
            above.append(section.level)
        body = body_of(section, marks.get(section.id, ()))
        parts.append(
            Part(
                section=section,
                level=level,
                nodes=body.nodes,
                matches=body.marks,
                is_opening=is_opening,
            )
        )
    return tuple(parts)


def at_a_glance(article: Article) -> tuple[Glance, ...]:
    """Return the kinds of sections that an article has, in their fixed order."""
    found = []
    for kind in KINDS:
        sections = tuple(part for part in article.sections if part.kind == kind.name and part.text)
        if sections and kind.name != OTHER:
            found.append(Glance(kind.label, sections))
    return tuple(found)


def absent_kinds(article: Article) -> tuple[str, ...]:
    """Return the labels of kinds that readers look for and the article has no section of."""
    present = {part.kind for part in article.sections}
    return tuple(
        kind.label
        for kind in KINDS
        if kind.name in NO_SECTION_WORTH_SAYING and kind.name not in present
    )
