"""An article as a page shows it: its sections with the levels and marks they are shown with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from indexer.analysis.sentences import sentences
from indexer.knowledge.sections import KINDS, LOOKED_FOR, OTHER, SectionKind, kinds_told
from indexer.model import Article, Mark, Mention, Section
from webapp.blocks import Node, body_of
from webapp.inlines import links

DEEPEST_HEADING = 6

NO_MENTIONS: Mapping[str, Sequence[Mention]] = MappingProxyType({})

_ENDS = tuple(".!?")

GLANCE_ORDER = (
    "boxed-warning",
    "contraindications",
    "warnings-precautions",
    "interactions",
    "pregnancy",
    "lactation",
    "adverse-reactions",
    "overdose",
    "dosage",
)
"""What of an article is shown at a glance first: what harms whoever misses it, then the dose; the
other kinds follow in their usual order. As on labels, where warnings precede everything."""

LONGEST_GLANCE = 220
"""Code points of the first sentence of a section that a glance shows; a longer one is left out,
because a part of it could lack its *not*."""

LONGEST_LIST = 320
"""Code points of a section that is a list and is shown whole; of a longer one nothing is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A section of an article, ready to be shown."""

    section: Section
    level: int
    """Of its HTML heading: no level is skipped, and 1 is the article's own."""
    nodes: tuple[Node, ...]
    matches: int
    """Marks that it shows."""
    first_match: int
    """Number of the first of them in the article."""
    is_opening: bool
    """Its heading only repeats the article's title."""


@dataclass(frozen=True, slots=True)
class Place:
    """A section that a glance leads to, and how it begins, if that is short enough."""

    section: Section
    beginning: str
    is_list: bool = False
    """What is shown is a list that only the section's heading introduces."""


@dataclass(frozen=True, slots=True)
class Glance:
    """A kind of section that an article has, and where."""

    kind: str
    label: str
    places: tuple[Place, ...]
    is_first: bool
    """It is of those that must not be missed; the others are only named."""


def parts_of(
    article: Article,
    marks: Mapping[str, Sequence[Mark]],
    mentions: Mapping[str, Sequence[Mention]] = NO_MENTIONS,
) -> tuple[Part, ...]:
    """Return the sections of an article in reading order, marks and links in place."""
    parts = []
    above: list[int] = []
    next_match = 1
    for place, section in enumerate(article.sections):
        is_opening = place == 0 and section.heading.strip() == article.title.strip()
        while above and above[-1] >= section.level:
            above.pop()
        # The opening section is no heading, so nothing stands below it.
        level = min(2 + len(above), DEEPEST_HEADING)
        if not is_opening:
            above.append(section.level)
        body = body_of(
            section,
            marks.get(section.id, ()),
            links(mentions.get(section.id, ())),
            first=next_match,
        )
        parts.append(
            Part(
                section=section,
                level=level,
                nodes=body.nodes,
                matches=body.marks,
                first_match=next_match,
                is_opening=is_opening,
            )
        )
        next_match += body.marks
    return tuple(parts)


def at_a_glance(article: Article) -> tuple[Glance, ...]:
    """Return the kinds of sections that an article has, what must not be missed first.

    Of an article that contradicts itself no figure is told here, where it would stand alone.
    """
    found = []
    is_disputed = any(notice.code == "conflicting-figures" for notice in article.notices)
    for kind in sorted(KINDS, key=glance_place):
        places = tuple(
            place_of(part, is_disputed=is_disputed)
            for part in article.sections
            if part.kind == kind.name and part.text
        )
        if places and kind.name != OTHER:
            found.append(Glance(kind.name, kind.label, places, kind.name in GLANCE_ORDER))
    return tuple(found)


def place_of(section: Section, *, is_disputed: bool = False) -> Place:
    """Return what a glance shows of a section: its first sentence, or a short list whole."""
    shown = beginning_of(section) or short_list_of(section)
    if is_disputed and any(character.isdigit() for character in shown):
        return Place(section, "")
    return Place(section, shown, bool(shown) and section.blocks[0].kind == "item")


def glance_place(kind: SectionKind) -> int:
    """Return the place of a kind of section among those that are shown at a glance."""
    if kind.name in GLANCE_ORDER:
        return GLANCE_ORDER.index(kind.name)
    return len(GLANCE_ORDER) + KINDS.index(kind)


def beginning_of(section: Section) -> str:
    """Return a section's first sentence, word for word.

    Empty where it begins with something else, such as an item, which says little without the line
    that introduces it (safety rule M5), and where the sentence is long or leads on.
    """
    if not section.blocks or section.blocks[0].kind != "paragraph":
        return ""
    block = section.blocks[0]
    first = next(iter(sentences(section.text, block.start, block.end, until=0)), (0, 0))
    sentence = section.text[slice(*first)]
    return sentence if len(sentence) <= LONGEST_GLANCE and sentence[-1:] in _ENDS else ""


def short_list_of(section: Section) -> str:
    """Return the text of a section that is a list, with the lines that introduce it.

    All of it, because an item that is left out is taken for one that is not there; empty where it
    is long, or more than a list.
    """
    kinds = {block.kind for block in section.blocks}
    is_list = "item" in kinds and kinds <= {"item", "paragraph"}
    return section.text if is_list and len(section.text) <= LONGEST_LIST else ""


def absent_kinds(article: Article) -> tuple[str, ...]:
    """Return the labels of kinds that readers look for and the article has no section of."""
    told = kinds_told(article.sections)
    return tuple(kind.label for kind in KINDS if kind.name in LOOKED_FOR - told)
