"""Tables of data as one line per row, each line readable by itself.

`Nausea — Imuran: 12 % — Placebo: 3 %`: the headers of a column go in front of its values, a
cell that spans several rows is repeated in each of them. Tables that only place text on the page
are not tables of data, and are read like any other container.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from bs4 import Tag

from indexer.parsing.markup import is_text

# Bounds of what is laid out as a grid; a larger one is read cell by cell.
_MAX_CELLS: Final = 50_000
_MAX_COLUMNS: Final = 100
# A cell with more words than this in a table without any header holds text, not a value.
_TEXT_WORDS: Final = 100
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CELL_BLOCKS: Final = frozenset({"p", "ul", "ol", "dl", "blockquote", "div", "center", "hr"})
_PARTS: Final = frozenset({"thead", "tbody", "tfoot"})
_UNTEXTED: Final = frozenset({"col", "colgroup", "script", "style", "template", "caption"})
_DASH: Final = " — "


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row as a line of text; `group` if it titles the rows below it."""

    text: str
    group: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Cell:
    text: str
    header: bool
    bold: bool
    columns: int
    rows: int


# Column -> a cell that spans into the next row, and into how many more rows it does.
_Hanging: TypeAlias = dict[int, tuple[_Cell, int]]


@dataclass(slots=True)
class _Grid:
    """The rows of a table, each cell once for every column it covers."""

    rows: list[list[_Cell]] = field(default_factory=list)
    head: list[bool] = field(default_factory=list)


def data_rows(
    table: Tag, dropped: AbstractSet[int], read_cell: Callable[[Tag], str]
) -> tuple[TableRow, ...] | None:
    """Return the rows of a table of data; None for a table that only places text.

    `read_cell` turns a cell into one line; elements whose `id()` is in `dropped` are left out.
    """
    if str(table.attrs.get("role", "")).lower() in {"presentation", "none"}:
        return None
    rows = _rows(table, dropped)
    if rows is None or not _is_data(table, rows):
        return None
    grid = _lay_out(rows, read_cell)
    return tuple(_written(grid)) if grid else None


def _rows(table: Tag, dropped: AbstractSet[int]) -> list[tuple[Tag, list[Tag], bool]] | None:
    """List row, cells and whether it is in the head; None if text stands outside all cells."""
    found = []
    for part, in_head in _row_parents(table):
        for row in part.contents:
            if isinstance(row, Tag) and row.name == "tr" and id(row) not in dropped:
                cells = _cells(row, dropped)
                if cells is None:
                    return None
                found.append((row, cells, in_head))
            elif _is_stray(row, dropped):
                return None
    return found


def _row_parents(table: Tag) -> Iterable[tuple[Tag, bool]]:
    yield table, False
    parts = [part for part in table.contents if isinstance(part, Tag) and part.name in _PARTS]
    for part in sorted(parts, key=lambda part: ("thead", "tbody", "tfoot").index(part.name)):
        yield part, part.name == "thead"


def _cells(row: Tag, dropped: AbstractSet[int]) -> list[Tag] | None:
    cells = []
    for cell in row.contents:
        if isinstance(cell, Tag) and cell.name in {"td", "th"}:
            # One that is dropped reads as empty: without it the others would change columns.
            cells.append(cell)
        elif _is_stray(cell, dropped):
            return None
    return cells


def _is_stray(node: object, dropped: AbstractSet[int]) -> bool:
    """Say whether a node that is no row or cell, where only these belong, has text."""
    if not isinstance(node, Tag):
        return is_text(node) and bool(str(node).strip())
    if node.name in _UNTEXTED or node.name in _PARTS or id(node) in dropped or node.name == "tr":
        return False
    return any(is_text(part) and str(part).strip() for part in node.descendants)


def _is_data(table: Tag, rows: list[tuple[Tag, list[Tag], bool]]) -> bool:
    """Tell a table of data from one that only places text.

    Data has several rows and columns (or headers), and neither headings nor tables in its cells.
    """
    widest = max((len(cells) for _, cells, _ in rows), default=0)
    headers = any(cell.name == "th" for _, cells, _ in rows for cell in cells)
    headers = headers or any(in_head for _, _, in_head in rows)
    headers = headers or table.find("caption", recursive=False) is not None
    if not widest or (not headers and (len(rows) == 1 or widest == 1)):
        return False
    longest = 0
    for _, cells, _ in rows:
        for cell in cells:
            words, blocks = _volume(cell)
            if blocks < 0 or (blocks > 1 and not headers):
                return False
            longest = max(longest, words)
    return headers or longest <= _TEXT_WORDS


def _volume(cell: Tag) -> tuple[int, int]:
    """Count the words and the block elements of a cell; -1 blocks if it cannot be data."""
    words = blocks = 0
    for part in cell.descendants:
        if isinstance(part, Tag):
            if part.name == "table" or part.name in _HEADINGS:
                return words, -1
            blocks += part.name in _CELL_BLOCKS
        elif is_text(part):
            words += len(str(part).split())
    return words, blocks


def _lay_out(
    rows: list[tuple[Tag, list[Tag], bool]], read_cell: Callable[[Tag], str]
) -> _Grid | None:
    """Place the cells in a grid by the HTML rules for spans; None when it gets too large."""
    grid = _Grid()
    hanging: _Hanging = {}
    placed = 0
    for index, (_, tags, in_head) in enumerate(rows):
        cells = [_cell(tag, len(rows) - index, read_cell) for tag in tags]
        line, hanging = _place(cells, hanging)
        placed += len(line)
        if placed > _MAX_CELLS or len(line) > _MAX_COLUMNS:
            return None
        grid.rows.append(line)
        grid.head.append(in_head)
    return grid


def _place(cells: list[_Cell], hanging: _Hanging) -> tuple[list[_Cell], _Hanging]:
    """Fill a row around the cells that hang into it; return it and what hangs into the next."""
    line: list[_Cell] = []
    below: _Hanging = {}
    last = max(hanging, default=-1)
    waiting = iter(cells)
    cell = next(waiting, None)
    while (cell or last >= len(line)) and len(line) <= _MAX_COLUMNS:
        column = len(line)
        if column in hanging:
            above, left = hanging[column]
            line.append(above)
            if left > 1:
                below[column] = (above, left - 1)
        elif cell:
            line.extend([cell] * cell.columns)
            if cell.rows > 1:
                below.update(dict.fromkeys(range(column, len(line)), (cell, cell.rows - 1)))
            cell = next(waiting, None)
        else:
            line.append(_EMPTY)
    return line, below


def _cell(tag: Tag, rows_left: int, read_cell: Callable[[Tag], str]) -> _Cell:
    return _Cell(
        text=read_cell(tag),
        header=tag.name == "th",
        bold=_all_bold(tag),
        columns=min(_span(tag, "colspan"), _MAX_COLUMNS),
        rows=min(_span(tag, "rowspan") or rows_left, rows_left),
    )


_EMPTY: Final = _Cell(text="", header=False, bold=False, columns=1, rows=1)


def _span(tag: Tag, name: str) -> int:
    value = str(tag.attrs.get(name, "1")).strip()
    if not value.isdecimal() or len(value) > 5:  # noqa: PLR2004 - 65,534 is the standard's limit
        return 1
    return int(value) if name == "rowspan" else max(int(value), 1)


def _all_bold(tag: Tag) -> bool:
    filled = [part for part in tag.contents if isinstance(part, Tag) or str(part).strip()]
    return (
        len(filled) == 1 and isinstance(filled[0], Tag) and filled[0].name in {"b", "strong", "p"}
    ) and (filled[0].name != "p" or _all_bold(filled[0]))


def _written(grid: _Grid) -> Iterable[TableRow]:
    """Write the rows; rows of headers go into the rows below them."""
    headers: list[list[str]] = []
    pending: list[list[_Cell]] = []
    for index, line in enumerate(grid.rows):
        cells = _distinct(line)
        if not any(cell.text for cell in cells):
            continue
        if _is_group(cells, line, grid):
            yield TableRow(next(cell.text for cell in cells if cell.text), group=True)
        elif _is_header(cells, index, grid):
            pending.append(line)
        else:
            if pending:
                headers, pending = _headers(pending), []
            yield TableRow(_row_text(line, headers))
    for line in pending:
        yield TableRow(_DASH.join(cell.text for cell in _distinct(line) if cell.text))


def _distinct(line: list[_Cell]) -> list[_Cell]:
    return list(dict.fromkeys(line))


def _is_group(cells: list[_Cell], line: list[_Cell], grid: _Grid) -> bool:
    """Say whether a row is one cell across the whole table."""
    filled = [cell for cell in cells if cell.text]
    if len(cells) == 1:
        return len(line) > 1 and len(line) == max(len(row) for row in grid.rows)
    return len(filled) == 1 and filled[0] is cells[0] and filled[0].header


def _is_header(cells: list[_Cell], index: int, grid: _Grid) -> bool:
    if grid.head[index]:
        return True
    filled = [cell for cell in cells if cell.text]
    if len(cells) == 1:
        return cells[0].header and index == 0 and len(grid.rows) > 1
    if all(cell.header for cell in filled):
        return len(filled) > 1 or index == 0
    return index == 0 and len(filled) > 1 and len(grid.rows) > 1 and all(c.bold for c in filled)


def _headers(lines: list[list[_Cell]]) -> list[list[str]]:
    width = max(len(line) for line in lines)
    return [
        list(dict.fromkeys(line[column].text for line in lines if column < len(line)))
        for column in range(width)
    ]


def _row_text(line: list[_Cell], headers: list[list[str]]) -> str:
    parts = []
    column = 0
    for cell in _distinct(line):
        first = line.index(cell, column)
        above = headers[first : first + line.count(cell)]
        title = " / ".join(dict.fromkeys(text for texts in above for text in texts if text))
        column = first
        if cell.text:
            parts.append(_titled(title, cell.text))
    return _DASH.join(parts)


def _titled(title: str, text: str) -> str:
    if not title or title == text:
        return text
    return f"{title} {text}" if title.endswith((":", "?")) else f"{title}: {text}"
