"""Lines to sections: headings make the tree, the lines between them the text.

Headings are those of the page (`h1` to `h6`, `role=heading`) and, below them, lines that look
like one: a short paragraph that is all bold, the label of a part that opens. Sentences and list
items that a converter marked up as headings are text. A level that is skipped changes nothing:
the parent is the nearest heading above with a smaller level.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from indexer.model import Block, Section
from indexer.parsing.cleaning import slug
from indexer.parsing.headings import MAX_LEVEL, reads_as_text
from indexer.parsing.text import Line

_INDENT: Final = "  "
# "4. Possible side effects"; not "5 mg tablets", which counts nothing.
_NUMBER: Final = re.compile(r"(\d{1,2})[.)]\s")
_FEWEST_NUMBERS: Final = 3
_SHORTEST_LIST: Final = 3


@dataclass(slots=True)
class _Part:
    """A section while its lines are collected."""

    heading: str
    level: int
    lines: list[int] = field(default_factory=list)
    """Indexes of its lines."""
    is_title: bool = False


class _Names:
    """Section ids that are already taken."""

    def __init__(self) -> None:
        self._next: dict[str, int] = {}

    def unique(self, name: str) -> str:
        """Return the name, or the first of `name-2`, `name-3` ... that is free."""
        if name not in self._next:
            self._next[name] = 2
            return name
        number = self._next[name]
        while f"{name}-{number}" in self._next:
            number += 1
        self._next[name] = number + 1
        self._next[f"{name}-{number}"] = 2
        return f"{name}-{number}"


def build_sections(lines: Sequence[Line], title: str) -> tuple[Section, ...]:
    """Build the sections of an article, in reading order.

    Text before the first heading stands under the title, level 1; a first heading that is the
    title is that section, and stands in no path.
    """
    names = _Names()
    sections = []
    above: list[_Part] = []
    for part in _cut(lines, title):
        while above and above[-1].level >= part.level:
            above.pop()
        path = tuple(parent.heading for parent in above if not parent.is_title)
        above.append(part)
        text, blocks = _text_of(part, lines)
        sections.append(
            Section(
                id=names.unique(slug(part.heading)),
                heading=part.heading,
                level=part.level,
                path=path,
                text=text,
                blocks=blocks,
            )
        )
    return tuple(sections)


def parent_indexes(sections: Sequence[Section]) -> tuple[int | None, ...]:
    """Return, for each section, the index of the one it stands below; None at the top.

    The article's title is nobody's parent here, as it stands in no path.
    """
    parents: list[int | None] = []
    above: list[int] = []
    for index, section in enumerate(sections):
        while above and sections[above[-1]].level >= section.level:
            above.pop()
        parents.append(above[-1] if above and section.path else None)
        above.append(index)
    return tuple(parents)


def _cut(lines: Sequence[Line], title: str) -> list[_Part]:
    """Cut the lines at the headings."""
    parts = [_Part(title, 1, is_title=True)]
    level = 1
    headed = False
    listed = _listed(lines)
    for index, line in enumerate(lines):
        if line.level and index not in listed and not _reads_as_text(lines, index):
            level = line.level
            if len(parts) == 1 and not headed and _same(line.text, title):
                headed = True
            elif not _is_doubled(parts[-1], line, headed=headed or len(parts) > 1):
                parts.append(_Part(line.text, level))
        elif not headed and len(parts) == 1 and _is_title(lines, index, title):
            headed = True
        elif line.heading_like and _has_text_below(lines, index):
            parts.append(_Part(line.text, min(level + 1, MAX_LEVEL)))
        else:
            parts[-1].lines.append(index)
    _sink_between_numbers(parts)
    return parts if headed or parts[0].lines or len(parts) == 1 else parts[1:]


def _sink_between_numbers(parts: Sequence[_Part]) -> None:
    """Put unnumbered headings between numbered ones of their level below the number before.

    Converters give the parts of "2. ..." the level of "2. ..." itself; where the numbers go on
    without a gap, what stands between two of them belongs to the first.
    """
    for level in range(1, MAX_LEVEL):
        numbered = [
            (int(number[1]), index)
            for index, part in enumerate(parts)
            if part.level == level and (number := _NUMBER.match(part.heading))
        ]
        if [number for number, _ in numbered] != list(range(1, len(numbered) + 1)):
            continue
        if len(numbered) < _FEWEST_NUMBERS:
            continue
        for (_, first), (_, second) in pairwise(numbered):
            between = parts[first + 1 : second]
            if any(part.level == level for part in between):
                for part in between:
                    part.level = min(part.level + 1, MAX_LEVEL)


def _listed(lines: Sequence[Line]) -> frozenset[int]:
    """Return the headings that are items of a list, by their indexes.

    Where headings of one level follow one another with nothing between, a list was marked up so.
    Taken for headings, its items would stand above no text and could not be found. The last one
    may be the heading of what follows, and stays.
    """
    found: set[int] = set()
    run: list[int] = []
    for index, line in enumerate([*lines, Line(text="")]):
        if run and (line.level != lines[run[-1]].level or _NUMBER.match(line.text)):
            found.update(run[:-1] if len(run) >= _SHORTEST_LIST else ())
            run = []
        if line.level > 1 and not _NUMBER.match(line.text):
            run.append(index)
    return frozenset(found)


def _reads_as_text(lines: Sequence[Line], index: int) -> bool:
    """Say whether a heading of the page is a piece of its text; its title never is."""
    line = lines[index]
    following = lines[index + 1].level if index + 1 < len(lines) else 1
    is_empty = 0 < following <= line.level
    return line.level > 1 and reads_as_text(line.text, is_empty=is_empty)


def _is_doubled(last: _Part, line: Line, *, headed: bool) -> bool:
    """Say whether a heading only repeats the one directly before it, as some themes do."""
    return headed and not last.lines and last.level == line.level and _same(last.heading, line.text)


def _is_title(lines: Sequence[Line], index: int, title: str) -> bool:
    """Say whether a line is the title of a page that does not mark it up.

    It looks like a heading, or it is the line that a text begins with: shops have it in
    `<div class="product-name">`.
    """
    line = lines[index]
    begins = index == 0 and line.kind == "paragraph" and len(lines) > 1
    return (line.heading_like or begins) and _same(line.text, title)


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _has_text_below(lines: Sequence[Line], index: int) -> bool:
    """Say whether a block follows that is no heading itself."""
    if index + 1 == len(lines):
        return False
    following = lines[index + 1]
    return not following.level and not following.heading_like


def _text_of(part: _Part, lines: Sequence[Line]) -> tuple[str, tuple[Block, ...]]:
    """Join the lines of a section, one block a line, and say where each block stands."""
    position = {line: number for number, line in enumerate(part.lines)}
    texts: list[str] = []
    blocks: list[Block] = []
    offset = 0
    for index in part.lines:
        line = lines[index]
        indent = _INDENT * line.depth
        start = offset + len(indent)
        end = start + len(line.text)
        lead = None if line.lead is None else position.get(line.lead)
        blocks.append(Block(kind=line.kind, start=start, end=end, depth=line.depth, lead=lead))
        texts.append(indent + line.text)
        offset = end + 1
    return "\n".join(texts), tuple(blocks)
