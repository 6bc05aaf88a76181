"""Rows of a table as CSV and JSON: read back as they were, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.serialization.rows import csv_line, csv_row, ndjson_line

# A lone CR or LF in a cell is RFC 4180's, but Python's reader wants `newline=""` for it.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


def read(line: str) -> list[str]:
    (row,) = csv.reader(io.StringIO(line, newline=""))
    return row


@given(st.lists(TEXTS, min_size=1))
def test_csv_reads_back_as_it_was_but_for_what_a_spreadsheet_would_run(cells: list[str]) -> None:
    for was, is_now in zip(cells, read(csv_line(cells)), strict=True):
        assert is_now in {was, f"'{was}"}
        assert not is_now.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "\uff1d1",
        "=cmd|' /C calc'!A0",
    ],
)
def test_a_formula_is_text(text: str) -> None:
    assert read(csv_line([text])) == [f"'{text}"]


@pytest.mark.parametrize("text", ["5 mg", "a=b", "1-2", "", "“=1”"])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert read(csv_line([text])) == [text]


def test_numbers_stand_bare_and_texts_in_quotes() -> None:
    line = csv_line([1, -0.5, None, True, False, 'say "5"', "a,b"])
    assert line == '1,-0.5,,true,false,"say ""5""","a,b"\r\n'


def test_a_list_is_joined_as_its_column_says() -> None:
    row = {"path": ["a", "b"], "drugs": ["x", "y"], "none": []}
    assert csv_row(row, ("path", "drugs", "none"), {"path": " > "}) == '"a > b","x; y",""\r\n'


@given(st.dictionaries(TEXTS, TEXTS | st.integers() | st.none()))
def test_a_line_of_json_is_one_line_and_reads_back(row: dict[str, object]) -> None:
    line = ndjson_line(row)
    assert line.count("\n") == 1
    assert json.loads(line) == row
