"""Where a line that is broken inside a block ends for good.

`<br>` and the line breaks of preformatted text stand between sentences as often as inside one.
A break inside a sentence must not tear it (*Do not take* / *more than 3 tablets*), so a break
counts only where something says that a line is complete.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from indexer.parsing.cleaning import one_line

_COMPLETE: Final = (".", ":", ";", "!", "?")
_BEGINS_ITEM: Final = re.compile(r"(?:[•·▪◦‣●○■*–-]\s|\(?(?:\d{1,2}|[a-z])[.)]\s)")
_COLUMNS: Final = re.compile(r"\S(?:\s{2,}|\t|\s*\|\s*)\S")
# A line that ends well before the others was ended on purpose.
_SHORT: Final = 0.6
# Lines as short as this, and more than two of them, are a list, not a sentence.
_LIST_WORDS: Final = 4
_LIST_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Fragment:
    """What stands between two line breaks of a block; `bold` if all of its text is."""

    text: str
    bold: bool = False


def lines_of(fragments: Iterable[Fragment]) -> list[Fragment]:
    """Join the fragments of a block that belong together; an empty one parts its neighbours."""
    parts = [Fragment(one_line(part.text), part.bold) for part in fragments]
    listed = _is_list(parts)
    lines: list[list[Fragment]] = []
    apart = True
    for part in parts:
        if not part.text:
            apart = True
            continue
        if apart or listed or _is_complete(lines[-1][-1], part):
            lines.append([part])
        else:
            lines[-1].append(part)
        apart = False
    return [
        Fragment(" ".join(part.text for part in line), all(part.bold for part in line))
        for line in lines
    ]


def preformatted_lines(text: str) -> list[str]:
    """Return the lines of preformatted text; wrapped prose is put together again."""
    raw = text.expandtabs().splitlines()
    width = max((len(line.rstrip()) for line in raw), default=0)
    lines: list[str] = []
    joins = False
    for line in raw:
        plain = one_line(line)
        if not plain:
            joins = False
            continue
        if joins and not _BEGINS_ITEM.match(plain) and not _COLUMNS.search(line.strip()):
            lines[-1] = f"{lines[-1]} {plain}"
        else:
            lines.append(plain)
        joins = not (
            plain.endswith(_COMPLETE)
            or len(line.rstrip()) < width * _SHORT
            or _COLUMNS.search(line.strip())
        )
    return lines


def _is_complete(before: Fragment, after: Fragment) -> bool:
    """Say whether the line before is over, and not continued by the one after."""
    return (
        before.text.endswith(_COMPLETE)
        or (before.bold and not after.bold)
        or _BEGINS_ITEM.match(after.text) is not None
    )


def _is_list(parts: list[Fragment]) -> bool:
    """Say whether the lines are an enumeration: several, all of a few words, none a sentence."""
    filled = [part.text for part in parts if part.text]
    return len(filled) >= _LIST_LINES and all(
        len(text.split()) <= _LIST_WORDS and not text.endswith(".") for text in filled
    )
