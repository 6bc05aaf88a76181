"""The text of a section back into paragraphs, lists, tables and quotations.

A section is stored as one block a line. Its blocks say what each line was on the page, so that
the article can be read as it was written, in our own markup alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from operator import itemgetter
from typing import ClassVar, Literal, TypeAlias

from markupsafe import Markup

from indexer.model import Block, BlockKind, Mark, Section
from webapp.inlines import Inline, InlineText

DEEPEST_LIST = 8
"""Levels of nested lists that are shown; deeper items stand on the last level."""
SEPARATOR = " — "
"""What stands between the cells of a row in a section's text."""

_MARKER = re.compile(r"\s*(?:• ?|(?P<number>\d{1,9})\. )")
_LABEL = re.compile(r"[^:\n]{1,80}: ")


@dataclass(frozen=True, slots=True)
class Passage:
    """Running text: a paragraph, a caption, or preformatted lines."""

    kind: Literal["paragraph", "caption", "pre"]
    html: Markup


@dataclass(frozen=True, slots=True)
class Quotation:
    """Paragraphs quoted from elsewhere."""

    kind: ClassVar[str] = "quote"
    paragraphs: tuple[Markup, ...]


ListStyle: TypeAlias = Literal["bullets", "numbers", "own"]
"""`own`: the markers are letters or the like and stand in the text of the items."""


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list, with the lists inside it, and its number if it has one."""

    html: Markup
    number: int | None
    lists: tuple[ItemList, ...]


@dataclass(frozen=True, slots=True)
class ItemList:
    """A list whose items are marked in one style."""

    kind: ClassVar[str] = "list"
    style: ListStyle
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; `header` is empty when the rows do not share the labels of their cells."""

    kind: ClassVar[str] = "table"
    header: tuple[Markup, ...]
    rows: tuple[tuple[Markup, ...], ...]


@dataclass(frozen=True, slots=True)
class Definitions:
    """Terms, each with its definitions."""

    kind: ClassVar[str] = "definitions"
    entries: tuple[tuple[Literal["term", "definition"], Markup], ...]


Node: TypeAlias = Passage | Quotation | ItemList | Table | Definitions


@dataclass(frozen=True, slots=True)
class Body:
    """A section's text for display, and how many marks it shows."""

    nodes: tuple[Node, ...]
    marks: int


def body_of(
    section: Section,
    marks: Sequence[Mark],
    inlines: Iterable[Inline] = (),
    *,
    first: int | None = None,
) -> Body:
    """Rebuild a section's text for display, with the marks and what stands around words in it."""
    text = InlineText(section.text, marks, inlines, first=first)
    found: list[Node] = []
    for kind, group in groupby(section.blocks, key=_group):
        found.extend(_build(kind, tuple(group), text))
    return Body(tuple(found), text.shown)


def _group(block: Block) -> BlockKind:
    """Return the kind under which neighbouring blocks stand together."""
    return "definition" if block.kind == "term" else block.kind


def _build(kind: BlockKind, blocks: tuple[Block, ...], text: InlineText) -> Iterator[Node]:
    match kind:
        case "item":
            yield from _lists([_bullet(block, text) for block in blocks])
        case "row":
            yield from _tables(blocks, text)
        case "quote":
            yield Quotation(tuple(text.html(block.start, block.end) for block in blocks))
        case "pre":
            yield Passage("pre", Markup("\n").join(text.html(b.start, b.end) for b in blocks))
        case "paragraph" | "caption":
            yield from (Passage(kind, text.html(block.start, block.end)) for block in blocks)
        case _:
            yield Definitions(tuple(_entries(blocks, text)))


# --- lists ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Bullet:
    """An item before it has found its place in a list."""

    depth: int
    style: ListStyle
    number: int | None
    html: Markup


def _bullet(block: Block, text: InlineText) -> _Bullet:
    """Take a marker that the list draws itself off an item."""
    depth = min(block.depth, DEEPEST_LIST)
    marker = _MARKER.match(text.plain, block.start, block.end)
    if marker is None:
        return _Bullet(depth, "own", None, text.html(block.start, block.end))
    html = text.html(marker.end(), block.end)
    if marker["number"] is None:
        return _Bullet(depth, "bullets", None, html)
    return _Bullet(depth, "numbers", int(marker["number"]), html)


def _lists(bullets: Sequence[_Bullet]) -> tuple[ItemList, ...]:
    """Nest items by their depth; a list ends where its items change their style."""
    gathered: list[tuple[ListStyle, Item]] = []
    place = 0
    while place < len(bullets):
        head = bullets[place]
        after = place + 1
        while after < len(bullets) and bullets[after].depth > head.depth:
            after += 1
        inner = _lists(bullets[place + 1 : after])
        gathered.append((head.style, Item(head.html, head.number, inner)))
        place = after
    return tuple(
        ItemList(style, tuple(item for _, item in group))
        for style, group in groupby(gathered, key=itemgetter(0))
    )


# --- tables -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Cell:
    """The range of a cell in the text; its label, if it has one, ends at `value`."""

    start: int
    value: int
    end: int

    def label(self, text: InlineText) -> str:
        return text.plain[self.start : self.value]


def _tables(blocks: Sequence[Block], text: InlineText) -> Iterator[Table]:
    """Put rows of one shape into one table: as many cells, and the same labels.

    The first cell is what a row is about. Its text may hold a colon that makes no label.
    """
    rows = [tuple(_cells(block, text)) for block in blocks]
    shapes = [(len(row), *(cell.label(text) for cell in row[1:])) for row in rows]
    for _, same in groupby(zip(shapes, rows, strict=True), key=itemgetter(0)):
        yield _table([row for _, row in same], text)


def _cells(block: Block, text: InlineText) -> Iterator[_Cell]:
    """Find the cells of a row again."""
    line = text.plain[block.start : block.end]
    ends = [found.start() for found in re.finditer(re.escape(SEPARATOR), line)]
    edges = [-len(SEPARATOR), *ends, len(line)]
    for before, end in pairwise(edges):
        start = before + len(SEPARATOR)
        label = _LABEL.match(line, start, end)
        value = label.end() if label else start
        yield _Cell(block.start + start, block.start + value, block.start + end)


def _table(rows: Sequence[tuple[_Cell, ...]], text: InlineText) -> Table:
    if len({row[0].label(text) for row in rows}) > 1:
        rows = [(replace(row[0], value=row[0].start), *row[1:]) for row in rows]
    first = rows[0]
    has_header = any(cell.value > cell.start for cell in first)
    header = [text.html(cell.start, max(cell.value - 2, cell.start)) for cell in first]
    return Table(
        tuple(header) if has_header else (),
        tuple(tuple(text.html(cell.value, cell.end) for cell in row) for row in rows),
    )


# --- definitions ------------------------------------------------------------------------------


def _entries(
    blocks: Sequence[Block], text: InlineText
) -> Iterator[tuple[Literal["term", "definition"], Markup]]:
    """Tell terms from definitions; a line that holds both is taken apart at its colon."""
    for block in blocks:
        label = _LABEL.match(text.plain, block.start, block.end)
        if block.kind == "term":
            yield "term", text.html(block.start, block.end)
        elif block.lead is None and label:
            yield "term", text.html(block.start, label.end() - 2)
            yield "definition", text.html(label.end(), block.end)
        else:
            yield "definition", text.html(block.start, block.end)
