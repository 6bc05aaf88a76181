"""Passages in one line."""

from __future__ import annotations

import re

import pytest

from indexer.quotations import LONGEST_QUOTE, line_with, shortened

LONG = "word " * 100


def test_a_short_passage_is_quoted_whole_in_one_line() -> None:
    assert shortened("Take  it\nwith food.") == "Take it with food."


def test_a_long_passage_is_cut_and_says_so() -> None:
    assert shortened(LONG).endswith("word…")
    assert len(shortened(LONG)) <= LONGEST_QUOTE


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("first\na sign here\nlast", "a sign", "here"),
        (f"sign {LONG}", "sign", "…"),
        (f"{LONG}sign", "…", "sign"),
        (f"{LONG}sign {LONG}", "…", "…"),
    ],
)
def test_the_line_with_some_words_is_cut_around_them(text: str, begins: str, ends: str) -> None:
    line = line_with(re.compile("sign"), text)
    assert "sign" in line
    assert (line.startswith(begins), line.endswith(ends)) == (True, True)
    assert len(line) <= LONGEST_QUOTE + 2


def test_where_no_line_has_the_words_nothing_is_quoted() -> None:
    assert line_with(re.compile("sign"), "nothing\nhere") == ""
