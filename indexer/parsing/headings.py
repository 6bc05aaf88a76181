"""What is a heading: by its element, by its role, or by its looks."""

from __future__ import annotations

import re
from typing import Final

from bs4 import Tag

from indexer.parsing.markup import is_text

MAX_LEVEL: Final = 6
# An element that was never closed swallows the article; no heading is as long as this.
MAX_HEADING: Final = 300
_MAX_PARTS: Final = 200

_LEVELS: Final = {f"h{level}": level for level in range(1, MAX_LEVEL + 1)}
HEADINGS: Final = frozenset(_LEVELS)
_ROLE_LEVEL: Final = 2  # what ARIA says a heading without `aria-level` has

# A paragraph that is all bold is a heading if it is as short as one and is no sentence.
_BOLD_LENGTH: Final = 80
_BOLD_WORDS: Final = 12
_ITEM_WORDS: Final = 3
_TOGGLE_LENGTH: Final = 150
_SENTENCE_END: Final = (".", ",", ";", "…")
_BOLD_STYLE: Final = re.compile(r"font-weight\s*:\s*(?:bold|bolder|[6-9]00)", re.IGNORECASE)
_BIG_FONT: Final = re.compile(r"\s*(?:\+[1-9]|[4-7])\s*")
_HEADING_CLASSES: Final = frozenset(
    {"heading", "subheading", "section-heading", "section-title", "sub-heading", "subtitle"}
)


def heading_level(tag: Tag) -> int:
    """Return 1 to 6 for a heading element or role, 0 for anything else.

    What is too long to be a heading is none.
    """
    role = tag.attrs.get("role")
    level = _LEVELS.get(tag.name, 0)
    if role == "heading":
        said = str(tag.attrs.get("aria-level", "")).strip()
        fallback = level or _ROLE_LEVEL
        level = min(int(said), MAX_LEVEL) if said.isdecimal() and len(said) < 3 else fallback  # noqa: PLR2004 - two digits
        level = level or fallback
    elif role in {"presentation", "none"}:
        return 0
    return level if level and _is_short(tag) else 0


def is_bold(tag: Tag) -> bool:
    """Say whether an element makes its text look like a heading: bold, or in a big font."""
    name, attributes = tag.name, tag.attrs
    if name in {"b", "strong", "big"}:
        return True
    if name == "font":
        return _BIG_FONT.fullmatch(str(attributes.get("size", ""))) is not None
    if not attributes:
        return False
    if "style" in attributes and _BOLD_STYLE.search(str(attributes["style"])):
        return True
    return "class" in attributes and not _HEADING_CLASSES.isdisjoint(
        str(attributes["class"]).lower().split()
    )


def looks_like_heading(text: str, *, toggle: bool = False) -> bool:
    """Say whether a bold line, or the label of something that opens, can be a heading."""
    if toggle:
        return len(text) <= _TOGGLE_LENGTH
    return (
        len(text) <= _BOLD_LENGTH
        and len(text.split()) <= _BOLD_WORDS
        and not text.endswith(_SENTENCE_END)
        and any(character.isalpha() for character in text)
    )


def reads_as_text(text: str, *, is_empty: bool) -> bool:
    """Say whether what is marked up as a heading is a sentence or a list item.

    Converters make headings of whole paragraphs and lists; below such a heading stands nothing
    (`is_empty`) or the next sentence. Questions are headings however long they are.
    """
    words = len(text.split())
    lower = text[:1].islower()
    if words > _BOLD_WORDS:
        return lower or text.endswith((*_SENTENCE_END, ":"))
    return is_empty and lower and words >= _ITEM_WORDS


def _is_short(tag: Tag) -> bool:
    length = 0
    for number, part in enumerate(tag.descendants):
        if is_text(part):
            length += len(str(part).strip())
        if length > MAX_HEADING or number > _MAX_PARTS:
            return False
    return True
