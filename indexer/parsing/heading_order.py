"""What is wrong with the headings of a page, as whoever wrote them can mend it.

The outline of an article forgives: a level that is skipped, or an empty heading, changes nothing
for the reader here. In the page it does: who hears it read aloud moves by headings. So the levels
are those of the page, and not those that the outline made of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from bs4 import Tag

from indexer.faults import HeadingFault, HeadingFaultCode
from indexer.parsing.cleaning import one_line
from indexer.parsing.content import Content
from indexer.parsing.headings import HEADINGS, heading_level
from indexer.parsing.markup import Page

_SAYS: Final = ("alt", "aria-label")
"""Attributes that stand for text: of a picture, and of what has no text of its own."""


def heading_faults(page: Page, content: Content) -> tuple[HeadingFault, ...]:
    """Return what is wrong with the headings of an article, in their order.

    Nothing is said of the level of the first one: one above it may stand outside the article.
    """
    faults: list[HeadingFault] = []
    seen: Counter[str] = Counter()
    level, before, titles = 0, "", 0
    for tag, own in _headings(page, content):
        text = one_line(tag.get_text(" "))
        if not text:
            if not _has_words(tag):
                faults.append(_fault("empty-heading", before, seen, f"h{own}"))
            continue
        seen[text] += 1
        titles += own == 1
        if own == 1 and titles > 1:
            faults.append(_fault("several-titles", text, seen, text))
        elif level and own > level + 1:
            faults.append(_fault("skipped-level", text, seen, f"h{level} “{before}”, then h{own}"))
        level, before = own, text
    return tuple(faults)


def _fault(code: HeadingFaultCode, heading: str, seen: Counter[str], detail: str) -> HeadingFault:
    return HeadingFault(code=code, heading=heading, number=seen[heading] or 1, detail=detail)


def _headings(page: Page, content: Content) -> Iterator[tuple[Tag, int]]:
    """Yield the headings of the article with their levels, in document order."""
    roots = set(map(id, content.roots))
    for tag in page.elements:
        is_candidate = tag.name in HEADINGS or tag.attrs.get("role") == "heading"
        if is_candidate and (level := heading_level(tag)) and _is_inside(tag, roots, content):
            yield tag, level


def _is_inside(tag: Tag, roots: set[int], content: Content) -> bool:
    for around in (tag, *tag.parents):
        if id(around) in content.dropped:
            return False
        if id(around) in roots:
            return True
    return False


def _has_words(heading: Tag) -> bool:
    """Say whether a heading without text has something that is read in its place."""
    inside = (heading, *heading.find_all())
    return any(str(tag.attrs.get(name, "")).strip() for tag in inside for name in _SAYS)
