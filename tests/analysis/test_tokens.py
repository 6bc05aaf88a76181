"""What a word is, and that its offsets point at it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import tokens
from indexer.analysis.folding import LONGEST_TERM, fold
from indexer.analysis.tokens import terms, tokenize

# Characters that the rules treat specially, beside any others.
TEXTS = st.text() | st.text(
    alphabet="aB0129.,'’-–/%^µαβ²⁶⁻₂½① \n\N{SOFT HYPHEN}\N{COMBINING ACUTE ACCENT}\ud800\0😀)(",
    max_size=60,
)


def words(text: str) -> list[str]:
    return list(terms(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 mg", ["5", "mg"]),
        ("0.5 mg", ["0.5", "mg"]),
        (".5 mg", ["0.5", "mg"]),
        ("(.5 mg)", ["0.5", "mg"]),
        ("0,5 mg", ["0.5", "mg"]),
        ("2,500 mg", ["2500", "mg"]),
        ("5mg", ["5", "mg"]),
        ("10mg/ml", ["10", "mg", "ml"]),
        ("mg/kg", ["mg", "kg"]),
        ("1.5–2.5 mg/kg/day", ["1.5", "2.5", "mg", "kg", "day"]),
        ("1.5-2.5", ["1.5", "2.5"]),
        ("5,000-10,000", ["5000", "10000"]),
        ("up to...5 mg", ["up", "to", "5", "mg"]),
        ("at night.5 mg", ["at", "night", "5", "mg"]),
        ("as in (a).5 mg", ["as", "in", "a", "5", "mg"]),
        ("<5%", ["5", "%"]),
        ("15 percent", ["15", "%"]),
        ("7.2.1", ["7.2.1"]),
        ("see 7.", ["see", "7"]),
        ("1,2,3", ["1", "2", "3"]),
        ("1.5,2.5", ["1.5", "2.5"]),
        ("1½ tablets", ["1", "1/2", "tablets"]),
        ("1/2 tablet", ["1/2", "tablet"]),
        ("⅐ or ⅞", ["1/7", "or", "7/8"]),
        ("① take ⑴", ["1", "take"]),
        ("120/80", ["120", "80"]),
        ("1/2/2024", ["1", "2", "2024"]),
        ("10⁶", ["10^6"]),
        ("10^6/µL", ["10^6", "ul"]),
        ("73m²", ["73", "m2"]),
        ("daily² and 5", ["daily", "2", "and", "5"]),
        ("5 µg", ["5", "mcg"]),
        ("5㎍", ["5", "mcg"]),
    ],
)
def test_m4_numbers_and_units_are_kept(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize("other", ["0.5 mg", "50 mg", ".5 mg", "5.5 mg", "1/5 mg", "5⁶ mg", "-.5"])
def test_m4_five_milligrams_are_no_other_dose(other: str) -> None:
    assert "5" not in words(other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("B12", ["b12"]),
        ("B₁₂", ["b12"]),
        ("CYP3A4", ["cyp3a4"]),
        ("H2", ["h2"]),
        ("6-MP", ["6", "mp"]),
        ("TNF-α", ["tnf", "alpha"]),
        ("TNFα", ["tnf", "alpha"]),
        ("β2-agonist", ["beta2", "agonist"]),
        ("co-trimoxazole", ["co", "trimoxazole"]),
        ("foo_bar", ["foo", "bar"]),
        ("don’t 'quote' patients'", ["don't", "quote", "patients"]),
        ("do not take with", ["do", "not", "take", "with"]),
        ("a", ["a"]),
        ("so\N{SOFT HYPHEN}dium", ["sodium"]),
        ("一〇 ㊀", ["一〇", "一"]),
        ("፩ \N{HALFWIDTH KATAKANA LETTER KA}\N{HALFWIDTH KATAKANA VOICED SOUND MARK}", ["፩", "カ"]),
        ("cafe\N{COMBINING ACUTE ACCENT} noir", ["cafe", "noir"]),
        ("καρδιά", ["καρδια"]),
        ("😀 \0 — …", []),
        ("x\ud800y", ["x", "y"]),
        ("", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_a_line_break_is_one_gap_between_words() -> None:
    assert words("\n\na b\n\n—\nc\n") == ["a", "b", "", "c"]
    assert [token and token.term for token in tokenize("a\nb")] == ["a", None, "b"]


def test_offsets_take_in_what_belongs_to_the_word() -> None:
    text = "Take cafe\N{COMBINING ACUTE ACCENT}, then\n2,500 µg."
    surfaces = [text[token.start : token.end] for token in tokenize(text) if token]
    assert surfaces == ["Take", "cafe\N{COMBINING ACUTE ACCENT}", "then", "2,500", "µg"]


def test_a_long_word_is_cut_for_the_term_alone() -> None:
    (token,) = tokenize("a" * 1_000)
    assert token is not None
    assert (len(token.term), token.end) == (LONGEST_TERM, 1_000)


def test_a_full_memory_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_REMEMBERED", len(tokens._TERMS) + 10)
    words = tuple(f"w{number}x" for number in range(50))
    assert terms(" ".join(words)) == words
    assert len(tokens._TERMS) <= tokens._REMEMBERED


@given(TEXTS)
def test_terms_and_tokens_agree(text: str) -> None:
    assert terms(text) == tuple(token.term if token else "" for token in tokenize(text))


@given(TEXTS)
def test_offsets_are_ordered_and_surfaces_fold_to_terms(text: str) -> None:
    end = 0
    for token in tokenize(text):
        if token is None:
            continue
        assert end <= token.start < token.end <= len(text)
        assert fold(text[token.start : token.end]) == token.term
        end = token.end


@given(TEXTS)
def test_terms_are_neither_empty_nor_contain_white_space(text: str) -> None:
    for token in tokenize(text):
        assert token is None or (token.term.split() == [token.term])


@given(TEXTS)
def test_gaps_stand_alone_between_words(text: str) -> None:
    found = terms(text)
    assert not found or (found[0] and found[-1])
    assert all(one or other for one, other in pairwise(found))
