"""The marker in front of a list item: a bullet, a number, a letter."""

from __future__ import annotations

import re
from typing import Final

from bs4 import Tag

BULLET: Final = "•"
# A dash is a bullet before a word; before a figure it may be a minus sign.
_TYPED_BULLET: Final = re.compile(r"[•·▪◦‣●○■]\s*(?=\S)|[-–]\s+(?=[^\W\d])")
_INTEGER: Final = re.compile(r"\s*(-?[0-9]{1,6})\s*")
_ROMAN: Final = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_ROMAN_LIMIT: Final = 4_000
_LETTERS: Final = 26


def first_number(tag: Tag) -> int:
    """Return the number of the first item of an ordered list."""
    return _integer(tag.attrs.get("start"), 1)


def own_number(item: Tag, otherwise: int) -> int:
    """Return the number that an item gives itself, or else the one that is its turn."""
    return _integer(item.attrs.get("value"), otherwise)


def item_marker(number: int, style: str) -> str:
    """Return the marker of an item of an ordered list of a `type`: `1`, `a`, `A`, `i` or `I`."""
    if style in {"a", "A"} and 0 < number <= _LETTERS:
        return f"{chr(ord(style) + number - 1)}."
    if style in {"i", "I"} and 0 < number < _ROMAN_LIMIT:
        return f"{_roman(number) if style == 'i' else _roman(number).upper()}."
    return f"{number}."


def strip_bullet(text: str) -> str | None:
    """Return the text behind a bullet that was typed by hand; None where there is none."""
    found = _TYPED_BULLET.match(text)
    return text[found.end() :] if found else None


def _integer(value: object, otherwise: int) -> int:
    found = _INTEGER.fullmatch(value) if isinstance(value, str) else None
    return int(found.group(1)) if found else otherwise


def _roman(number: int) -> str:
    digits = []
    for value, letters in _ROMAN:
        digits.append(letters * (number // value))
        number %= value
    return "".join(digits)
