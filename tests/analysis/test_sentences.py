"""Where a sentence ends, and where it must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis.sentences import (
    CUT_TO,
    LONGEST_SENTENCE,
    NEGATION,
    sentences,
    shortened,
)

TEXTS = st.text() | st.text(alphabet='aB5 .!?…)”"\n', max_size=60)


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text, 0, len(text))]


@pytest.mark.parametrize(
    "sentence",
    [
        "Take 0.5 mg of it.",
        "Some medicines, e.g. Allopurinol, i.e. Zyloric, interact.",
        "Ask Dr. Smith first.",
        "It takes approx. 5 days.",
        "Placebo vs. Drug was compared.",
        "See no. 5 of the list.",
        "Take max. 4 tablets.",
        "J. R. Smith found it.",
        "It was found by J. Smith.",
        "1. Wash your hands.",
        "2.1. Wash your hands.",
        "a. Wash your hands.",
        "Do so: 1. Wash your hands.",
        "It was approved in the U.S. Food laws apply.",
        "This is approx. right.",
        "It is etc. and so on.",
        "Wait... Then go.",
        "Wait… Then go.",
        "Read www.example.org now.",
        '"Why?" she asked.',
        "Smith et al. 2005 say so.",
        "No end",
    ],
)
def test_m5_a_sentence_stays_whole(sentence: str) -> None:
    assert split(sentence) == [sentence]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Do not take it.", "Ask first."),
        ("Take 5 mg.", "Take it daily."),
        ("Take it daily.", "5 mg is enough."),
        ("It has vitamin C.", "Take it."),
        ("You have hepatitis B.", "Tell your doctor."),
        ("Is it safe?", "yes, mostly."),
        ("Stop!", "Call now."),
        ("(Take it.)", "Then wait."),
        ("He said “stop.”", "Then he left."),
        ("Take it.", "“Later,” he said."),
        ("Take it at 8 a.m.", "Then eat."),
        ("Take 5.", "Then wait."),
        ("Take it.", "(Not now.)"),
        ("1. Wash.", "2. Dry."),
        ("服用。", "停止。"),
    ],
)
def test_a_sentence_ends(one: str, other: str) -> None:
    assert split(f"{one} {other}") == [one, other]


def test_a_line_break_always_ends_a_sentence() -> None:
    assert split("one\ntwo\n\n three") == ["one", "two", "three"]


def test_only_the_given_range_is_read() -> None:
    assert sentences("One. Two. Three.", 5, 9) == [(5, 9)]


def test_chinese_stops_need_no_blank_after_them() -> None:
    assert split("服用。停止。") == ["服用。", "停止。"]


@given(TEXTS)
def test_sentences_hold_everything_visible_in_order(text: str) -> None:
    end = 0
    for start, next_end in sentences(text, 0, len(text)):
        assert not text[end:start].strip()
        assert start < next_end
        assert text[start:next_end].strip() == text[start:next_end]
        assert "\n" not in text[start:next_end]
        end = next_end
    assert not text[end:].strip()


@given(st.text(alphabet="aB.!?。”) \n"), st.integers(0, 30))
def test_sentences_up_to_a_place_are_the_first_of_all(text: str, until: int) -> None:
    everything = sentences(text, 0, len(text))
    first = sentences(text, 0, len(text), until=until)
    assert first == everything[: len(first)]
    assert len(first) == len(everything) or first[-1][1] > until


def test_a_sentence_of_a_usual_length_is_not_shortened() -> None:
    text = "word " * (LONGEST_SENTENCE // 5)
    assert shortened(text, 0, len(text), match=(900, 904)) == (0, len(text))


@pytest.mark.parametrize("match", [None, (0, 4), (500, 504)])
def test_a_long_sentence_keeps_its_beginning_if_the_match_is_near(
    match: tuple[int, int] | None,
) -> None:
    text = "word " * 1_000
    start, end = shortened(text, 0, len(text), match=match)
    assert (start, text[end]) == (0, " ")
    assert CUT_TO - 5 < end <= CUT_TO


def test_a_long_word_is_cut_from_its_match_on() -> None:
    text = "x" * 5_000 + "-liver-" + "x" * 5_000
    assert shortened(text, 0, len(text), match=(5_001, 5_006)) == (5_001, 5_001 + CUT_TO)


def test_the_end_of_a_long_sentence_is_kept_whole() -> None:
    text = "word " * 1_000 + "end."
    start, end = shortened(text, 0, len(text), match=(5_000, 5_003))
    assert end == len(text)
    assert text[start - 1] == " "


def test_m4_a_long_sentence_is_never_cut_between_a_number_and_its_unit() -> None:
    for shift in range(10):
        text = "x" * shift + " 5 mg and 1 2 3 g" * 500
        at = text.index("mg", 3_000)
        start, end = shortened(text, 0, len(text), match=(at, at + 2))
        assert not text[start - 2].isdigit()
        assert not text[end - 1].isdigit()


@given(
    st.lists(st.sampled_from(("not ", "5 mg ", "x" * 99, "and " * 60)), min_size=1, max_size=40),
    st.floats(0, 1),
)
def test_m5_what_is_kept_is_inside_bounded_and_never_after_a_negation(
    words: list[str], place: float
) -> None:
    text = "".join(words)
    at = int(place * (len(text) - 1))
    start, end = shortened(text, 0, len(text), match=(at, at + 1))
    assert 0 <= start < end <= len(text)
    assert end - start <= LONGEST_SENTENCE
    assert end - start == len(text) or len(text) > LONGEST_SENTENCE
    assert not NEGATION.search(text, 0, start)
