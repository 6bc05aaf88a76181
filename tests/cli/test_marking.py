"""Lines of quoted text: broken between words, marked, and never changed."""

import re

from hypothesis import given
from hypothesis import strategies as st

from indexer.cli.marking import line_ranges, marked_lines
from indexer.model import Mark

BOLD, UNDERLINED, PLAIN = "\x1b[1m", "\x1b[4m", "\x1b[0m"


@given(st.text("ab \n", max_size=80), st.integers(1, 20))
def test_lines_hold_every_word_once_and_in_order(text: str, width: int) -> None:
    lines = [text[start:end] for start, end in line_ranges(text, width)]
    assert " ".join(lines).split() == text.split()


@given(st.text("ab \n", max_size=80), st.integers(1, 20))
def test_a_line_is_too_long_only_when_a_word_is(text: str, width: int) -> None:
    for start, end in line_ranges(text, width):
        assert end - start <= width or len(text[start:end].split()) <= 1


def test_without_a_terminal_a_block_is_one_line() -> None:
    text = "word " * 100 + "\n• item"
    assert list(marked_lines(text, (), None)) == ["word " * 100, "• item"]


def test_what_was_asked_for_is_bold_and_what_is_related_is_underlined() -> None:
    text = "Imuran is azathioprine."
    marks = (Mark(0, 6, "direct"), Mark(10, 22, "related"))
    expected = f"{BOLD}Imuran{PLAIN} is {UNDERLINED}azathioprine{PLAIN}."
    assert list(marked_lines(text, marks, 80)) == [expected]


def test_a_mark_goes_on_in_the_next_line() -> None:
    lines = list(marked_lines("stop taking it", (Mark(0, 11, "direct"),), 6))
    assert lines == [f"{BOLD}stop{PLAIN}", f"{BOLD}taking{PLAIN}", "it"]


@given(st.text("ab \n", max_size=60), st.lists(st.integers(0, 60), max_size=6), st.integers(1, 9))
def test_marking_changes_no_character(text: str, places: list[int], width: int) -> None:
    bounds = sorted({place for place in places if place <= len(text)})
    marks = [Mark(a, b, "direct") for a, b in zip(bounds[::2], bounds[1::2], strict=False)]
    lines = [re.sub(r"\x1b\[[014]m", "", line) for line in marked_lines(text, marks, width)]
    assert lines == [text[start:end] for start, end in line_ranges(text, width)]
