"""Where a sentence ends, and where it must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis.sentences import sentences

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
