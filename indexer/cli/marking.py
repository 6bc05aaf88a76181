"""Quoted text with its matches marked, broken into lines that fit, not a character changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import click

from indexer.model import Mark

_LINE = re.compile(r"[^\n]+")
_WORD = re.compile(r"\S+")


def marked_lines(text: str, marks: Sequence[Mark], width: int | None) -> Iterator[str]:
    """Yield the lines of a text, broken between words where they are wider than `width`.

    What was asked for is bold, what is related to it underlined. Without a terminal (`width`
    None) a block of the page stays one line, which other programs can filter.
    """
    for start, end in line_ranges(text, width):
        yield "".join(_styled(text, marks, start, end))


def line_ranges(text: str, width: int | None) -> Iterator[tuple[int, int]]:
    """Yield the range of each line; a word wider than `width` has a line of its own."""
    for line in _LINE.finditer(text):
        start = end = line.start()
        if width is None:
            yield line.span()
            continue
        for word in _WORD.finditer(text, line.start(), line.end()):
            if start < end and word.end() - start > width:
                yield start, end
                start = word.start()
            end = word.end()
        yield start, end


def _styled(text: str, marks: Sequence[Mark], start: int, end: int) -> Iterator[str]:
    place = start
    for mark in marks:
        first, last = max(mark.start, start), min(mark.end, end)
        if first >= last:
            continue
        yield text[place:first]
        direct = mark.kind == "direct"
        yield click.style(text[first:last], bold=direct or None, underline=not direct or None)
        place = last
    yield text[place:end]
