"""Terms are found where the analysis of the whole text would find them, and nowhere else."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis.folding import traces
from indexer.analysis.tokens import spans, terms, word_spans
from indexer.highlights import Highlight, find_highlights, mark_text
from indexer.model import Mark

# What folds in some way beside letters and blanks: numbers, units, quotes, marks, other scripts.
CHARACTERS = "ab5.0,2/^-%'µμgml ‰½²⁶’éßİΑα–•®\u00a0\u00ad\u0301\u2009\t\n?"

written = st.one_of(
    st.text(alphabet=CHARACTERS, max_size=40),
    st.lists(
        st.sampled_from(
            "2,500 2500 .5 0.50 5.0 5mg 5 mg µg ug mcg percent % B12 TNF-α don't don’t 10⁶ 10^6 "
            "1/2 ½ side effects side-effects effects. take".split(" ")
        ),
        max_size=12,
    ).map(" ".join),
)


def highlight(*words: str, concept: int = 0) -> Highlight:
    return Highlight(terms=words, kind="direct", concept=concept)


def found_by_analysis(text: str, asked: Sequence[Highlight]) -> list[tuple[int, int, Highlight]]:
    """Find highlights the long way: analyse everything, then compare at each token."""
    found = []
    start = 0
    for line in text.split("\n"):
        tokens = spans(line)
        for at in range(len(tokens)):
            for one in asked:
                part = tokens[at : at + len(one.terms)]
                if part and tuple(term for term, _, _ in part) == one.terms:
                    found.append((start + part[0][1], start + part[-1][2], one))
        start += len(line) + 1
    return found


@given(written, written, st.data())
def test_highlights_are_found_where_analysis_finds_them(
    text: str, query: str, data: st.DataObject
) -> None:
    known = [term for term in terms(f"{text}\n{query}") if term]
    phrases = st.lists(st.sampled_from(known), min_size=1, max_size=3) if known else st.just(["a"])
    asked = [highlight(*data.draw(phrases), concept=number) for number in range(3)]
    found = [(start, end, one) for start, end, one, _ in find_highlights(text, asked)]
    assert found == found_by_analysis(text, asked)


@given(written)
def test_a_trace_of_its_term_stands_in_every_word_of_ascii(text: str) -> None:
    for word in text.split():
        for term, _, _ in spans(word) if word.isascii() else ():
            assert any(trace in word.lower().encode() for trace in traces(term))


@given(written)
def test_what_stands_between_two_blanks_is_analysed_alone(text: str) -> None:
    for line in text.split("\n"):
        start = 0
        found = []
        for word in line.split(" "):
            found += [(term, start + at, start + end) for term, at, end in word_spans(word)]
            start += len(word) + 1
        assert found == spans(line)


@pytest.mark.parametrize("number", ["2,500", "2500", "2.500,0", "2500.00"])
def test_m4_a_number_is_marked_in_every_spelling(number: str) -> None:
    text = f"Take {number} mg, not 250 mg."
    assert mark_text(text, [highlight("2500")]) == (Mark(5, 5 + len(number), "direct"),)


def test_a_term_without_letters_is_found_nowhere() -> None:
    assert find_highlights("a b", [highlight(""), highlight(), highlight("a", "")]) == []


def test_a_phrase_is_found_over_any_number_of_blanks_but_not_of_lines() -> None:
    asked = [highlight("side", "effects")]
    assert [found[:2] for found in find_highlights("side   effects", asked)] == [(0, 14)]
    assert find_highlights("side \n effects", asked) == []
    assert find_highlights("their side", asked) == []


def test_of_ranges_that_overlap_the_longest_is_marked() -> None:
    text = "side effects of it, side effects"
    asked = [highlight("side"), highlight("effects", "of"), highlight("side", "effects")]
    assert mark_text(text, asked) == (Mark(0, 12, "direct"), Mark(20, 32, "direct"))
