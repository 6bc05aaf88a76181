"""Rows of a table: as CSV that a spreadsheet opens without running anything, or line by line.

CSV is that of RFC 4180: a header, lines that end with CR LF, texts in double quotes. A spreadsheet
takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and a formula may call programs
and send what it reads elsewhere. So a text that begins so gets an apostrophe in front, which
spreadsheets take for "this is text" (OWASP, "CSV injection"). JSON has the text as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a formula begins with; the last four are what Japanese spreadsheets take for the first."""


def csv_line(cells: Iterable[object]) -> str:
    """Return a line of CSV with its end; numbers stand bare, what is unknown is empty."""
    return ",".join(map(_cell, cells)) + "\r\n"


def csv_row(row: Mapping[str, object], columns: Sequence[str], joints: Mapping[str, str]) -> str:
    """Return a row as a line of CSV; a list is joined by what its column has in `joints`."""
    return csv_line(_joined(row[name], joints.get(name, "; ")) for name in columns)


def ndjson_line(row: Mapping[str, object]) -> str:
    """Return a row as a line of JSON with its end."""
    return json.dumps(row, ensure_ascii=False) + "\n"


def _joined(value: object, joint: str) -> object:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return joint.join(map(str, value))
    return value


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    if text.lstrip(" ").startswith(_FORMULA):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"'
