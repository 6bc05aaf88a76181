"""What stands around words inside a text: marks of what was asked, links on, doses kept together.

A text is put out range by range, and so are the marks in it: one that reaches over the end of a
range is cut there. A link or dose that would cut a mark gives way to it. Whatever is put around
it, the text stays the same to the character.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import NamedTuple
from urllib.parse import quote

from markupsafe import Markup

from indexer.model import Mark, Mention
from webapp.rendering import marked_pieces, opening_of

_DOSE = re.compile(
    r"\b\d[\d.,]{0,15}(?:\s?[-–]\s?\d[\d.,]{0,15})?[ \u00a0]?"
    r"(?:(?:mg|mcg|µg|μg|ng|g|kg|ml|mL|l|L|IU|units?|mmol|mEq|micrograms?)"
    r"(?:/(?:kg|m2|m²|ml|mL|l|L|day|hour|h|dose))*\b|%)"
)
"""A number and its unit, which are not to be torn apart (ISMP, List of Error-Prone
Abbreviations: a number at the end of a line is read without its unit)."""


class Inline(NamedTuple):
    """A range of a text with what is put around it."""

    start: int
    end: int
    opening: str
    closing: str


def links(mentions: Iterable[Mention]) -> Iterator[Inline]:
    """Return the links to the medicines that a text mentions."""
    for mention in mentions:
        address = escape(f"/drugs/{quote(mention.name, safe='')}")
        yield Inline(mention.start, mention.end, f'<a class="medicine" href="{address}">', "</a>")


def doses(text: str) -> Iterator[Inline]:
    """Return the doses in a text."""
    for found in _DOSE.finditer(text):
        if " " in found[0] or "/" in found[0] or "-" in found[0]:
            yield Inline(found.start(), found.end(), '<span class="dose">', "</span>")


def shared(ranges: Iterable[tuple[int, int]]) -> Iterator[Inline]:
    """Return the sentences that stand on both sides of a comparison."""
    for start, end in ranges:
        yield Inline(start, end, '<span class="shared">', "</span>")


class InlineText:
    """A text with what stands around its words; its marks have numbers where a first is given."""

    def __init__(
        self,
        plain: str,
        marks: Sequence[Mark],
        inlines: Iterable[Inline] = (),
        *,
        first: int | None = None,
    ) -> None:
        """Take the text, the sorted, disjoint marks in it, and what stands around words."""
        self.plain = plain
        self._marks = marks
        self._inlines = _disjoint((*inlines, *doses(plain)), marks)
        self._starts = [inline.start for inline in self._inlines]
        self._first = first
        self.shown = 0
        """Marks in what was put out so far."""

    def html(self, start: int, end: int) -> Markup:
        """Return a range of the text as markup."""
        return Markup("".join(self._pieces(start, end)))  # noqa: S704 - each is escaped or ours

    def _pieces(self, start: int, end: int) -> Iterator[str]:
        place = start
        for inline in self._inlines[bisect_left(self._starts, start) :]:
            if inline.end > end:
                break
            yield from self._marked(place, inline.start)
            yield inline.opening
            yield from self._marked(inline.start, inline.end)
            yield inline.closing
            place = inline.end
        yield from self._marked(place, end)

    def _marked(self, start: int, end: int) -> Iterator[str]:
        return marked_pieces(self.plain, self._marks, start, end, self._opening)

    def _opening(self, mark: Mark) -> str:
        opening = opening_of(mark)
        self.shown += 1
        if self._first is None:
            return opening
        return opening.replace("<mark", f'<mark id="hit_{self._first + self.shown - 1}"', 1)


def _disjoint(inlines: Iterable[Inline], marks: Sequence[Mark]) -> list[Inline]:
    """Return inlines in order: none overlaps one before it or cuts a mark."""
    kept: list[Inline] = []
    for inline in sorted(inlines, key=lambda inline: (inline.start, -inline.end)):
        if kept and inline.start < kept[-1].end:
            continue
        if not _cuts(inline, marks):
            kept.append(inline)
    return kept


def _cuts(inline: Inline, marks: Sequence[Mark]) -> bool:
    """Say whether a mark lies partly inside an inline."""
    at = bisect_left(marks, inline.start, key=lambda mark: mark.end)
    for mark in marks[at:]:
        if mark.start >= inline.end:
            break
        is_inside = inline.start <= mark.start and mark.end <= inline.end
        if not is_inside and mark.end > inline.start:
            return True
    return False
