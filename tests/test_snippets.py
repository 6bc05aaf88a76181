"""What is quoted of a section: verbatim, whole sentences, with what they need to be understood."""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis.sentences import CUT_TO, LONGEST_SENTENCE, NEGATION, sentences
from indexer.highlights import Highlight, mark_text
from indexer.model import Block, BlockKind, Mark, MarkKind, Section, Snippet
from indexer.snippets import LONGEST_TOTAL, LONGEST_WITH_LEAD, best_snippets

Line = tuple[BlockKind, str, int | None]


def section(*lines: Line) -> Section:
    """Build a section of lines: kind, text, index of the line that leads to it."""
    blocks = []
    start = 0
    for kind, text, lead in lines:
        blocks.append(Block(kind=kind, start=start, end=start + len(text), lead=lead))
        start += len(text) + 1
    text = "\n".join(text for _, text, _ in lines)
    return Section(id="s", heading="H", level=2, text=text, blocks=tuple(blocks))


def prose(text: str) -> Section:
    return section(("paragraph", text, None))


def highlight(words: str, concept: int = 0, kind: MarkKind = "direct") -> Highlight:
    return Highlight(terms=tuple(words.split()), kind=kind, concept=concept)


def texts(found: Sequence[Snippet]) -> list[str]:
    return [snippet.text for snippet in found]


def marked(snippet: Snippet) -> list[str]:
    return [snippet.text[mark.start : mark.end] for mark in snippet.marks]


FILLER = "Many people take this medicine for years. Most of them feel well with it. "


# --- sentences ----------------------------------------------------------------------------------


def test_m5_the_sentence_that_matches_is_quoted_whole() -> None:
    text = f"{FILLER}Do not exceed 3 mg/kg of body weight per day. {FILLER}"
    (snippet,) = best_snippets(prose(text), [highlight("3 mg")])
    assert snippet.text == "Do not exceed 3 mg/kg of body weight per day."
    assert marked(snippet) == ["3 mg"]


def test_a_sentence_that_points_back_brings_the_one_before() -> None:
    text = f"{FILLER}Nausea is frequent. Other effects are headaches. {FILLER}"
    (snippet,) = best_snippets(prose(text), [highlight("effects")])
    assert snippet.text == "Nausea is frequent. Other effects are headaches."
    parts = section(
        ("paragraph", f"{FILLER}Nausea is frequent.", None),
        ("paragraph", "Other effects are headaches.", None),
    )
    (snippet,) = best_snippets(parts, [highlight("effects")])
    assert snippet.text == "Nausea is frequent.\nOther effects are headaches."


def test_m4_a_snippet_is_a_verbatim_piece_of_the_text() -> None:
    text = f"{FILLER}Take 1.5–2.5 mg/kg; 2,500 mg (5 %) is <too> much & “bad”. {FILLER}"
    (snippet,) = best_snippets(prose(text), [highlight("2500 mg")])
    assert snippet.text == "Take 1.5–2.5 mg/kg; 2,500 mg (5 %) is <too> much & “bad”."
    assert text[snippet.start : snippet.start + len(snippet.text)] == snippet.text
    assert marked(snippet) == ["2,500 mg"]


def test_m4_a_dose_marks_no_other_dose() -> None:
    section = prose("Take 0.5 mg or 50 mg, not 5 mg.")
    assert [marked(one) for one in best_snippets(section, [highlight("5 mg")])] == [["5 mg"]]


def test_the_sentence_that_covers_most_concepts_comes_first() -> None:
    text = (
        "The liver is an organ. Azathioprine is a medicine. "
        f"{FILLER}Azathioprine can harm the liver. {FILLER}The liver heals."
    )
    asked = [highlight("azathioprine", 0), highlight("liver", 1)]
    (snippet,) = best_snippets(prose(text), asked, limit=1)
    assert snippet.text == "Azathioprine can harm the liver."


def test_a_word_that_stands_everywhere_says_less_than_a_rare_one() -> None:
    text = "A dose is a dose. A dose is due. A double dose is wrong. It was missed."
    highlights = [
        Highlight(terms=("dose",), kind="direct", concept=0, part="dose"),
        Highlight(terms=("missed",), kind="direct", concept=0, part="missed"),
    ]
    (snippet,) = best_snippets(prose(text), highlights, limit=1)
    assert snippet.text == "It was missed."


def test_a_concept_that_is_not_shown_yet_comes_before_more_of_the_same() -> None:
    text = f"Fever and rash. {FILLER}Fever and rash again. {FILLER}" + "Imuran is one. " * 9
    highlights = [
        highlight("fever", concept=0),
        highlight("rash", concept=1),
        highlight("imuran", concept=2, kind="related"),
    ]
    shown = texts(best_snippets(prose(text), highlights, limit=2))
    assert shown == ["Fever and rash.", "Imuran is one."]


def test_a_sentence_that_only_names_what_the_section_is_about_is_not_chosen() -> None:
    text = f"Imuran is a tablet. {FILLER}Imuran harms the liver. {FILLER}Imuran is yellow."
    name = Highlight(terms=("imuran",), kind="direct", concept=0, is_known=True)
    (snippet,) = best_snippets(prose(text), [name, highlight("liver", concept=1)])
    assert snippet.text == "Imuran harms the liver."
    assert marked(snippet) == ["Imuran", "liver"]
    (beginning,) = best_snippets(prose(text), [name])
    assert beginning.start == 0


def test_close_words_beat_distant_ones() -> None:
    far = "The liver is mentioned here and, after many more words of no use, so is harm."
    near = "It can harm the liver."
    asked = [highlight("harm", 0), highlight("liver", 1)]
    (snippet,) = best_snippets(prose(f"{far} {FILLER}{near}"), asked, limit=1)
    assert snippet.text == near


def test_direct_matches_beat_related_ones() -> None:
    text = f"Azathioprine is a medicine. {FILLER}Imuran is a brand."
    asked = [highlight("azathioprine", 0, "related"), highlight("imuran", 0)]
    (snippet,) = best_snippets(prose(text), asked, limit=1)
    assert snippet.text == "Imuran is a brand."
    assert snippet.marks == (Mark(0, 6, "direct"),)


def test_of_equal_sentences_the_earlier_is_chosen() -> None:
    text = f"Nausea is common. {FILLER}Nausea is frequent."
    (snippet,) = best_snippets(prose(text), [highlight("nausea")], limit=1)
    assert snippet.text == "Nausea is common."


def test_sentences_side_by_side_are_one_snippet() -> None:
    text = f"{FILLER}Nausea is common. Vomiting is rare. {FILLER}"
    asked = [highlight("nausea", 0), highlight("vomiting", 1)]
    assert texts(best_snippets(prose(text), asked)) == ["Nausea is common. Vomiting is rare."]


def test_snippets_are_few_short_and_in_reading_order() -> None:
    text = f"Nausea is one effect of many, and nothing to be afraid of. {FILLER}" * 30
    found = best_snippets(prose(text), [highlight("nausea")])
    assert 1 < len(found) <= 3
    assert sum(len(one.text) for one in found) <= LONGEST_TOTAL
    assert [one.start for one in found] == sorted(one.start for one in found)


# --- items and rows -----------------------------------------------------------------------------


LEAD = "If you have any of these, seek immediate medical attention:"


def test_m5_an_item_brings_its_lead_in() -> None:
    listed = section(
        ("paragraph", f"{FILLER}{LEAD}", None),
        ("item", "• fever", 0),
        ("item", "• dark urine", 0),
        ("item", "• pale stools", 0),
    )
    (snippet,) = best_snippets(listed, [highlight("dark urine")])
    assert snippet.text == f"{LEAD}\n• fever\n• dark urine"


def test_m5_a_distant_lead_in_is_a_snippet_of_its_own() -> None:
    items: list[Line] = [("item", f"• effect number {n} of this long list", 0) for n in range(20)]
    listed = section(("paragraph", f"{FILLER}{LEAD}", None), *items, ("item", "• dark urine", 0))
    assert texts(best_snippets(listed, [highlight("dark urine")])) == [LEAD, "• dark urine"]


def test_m5_a_nested_item_brings_its_parent_and_the_lead_in() -> None:
    nested = section(
        ("paragraph", "Do not take it if you have:", None),
        ("item", "• disease of:", 0),
        ("item", "• the liver", 1),
    )
    (snippet,) = best_snippets(nested, [highlight("liver")])
    assert snippet.text == nested.text


def test_m5_a_deeply_nested_item_brings_the_outermost_lead_in() -> None:
    deep = section(
        ("paragraph", "Never take it with:", None),
        *(("item", f"• level {depth}", depth) for depth in range(60)),
    )
    found = best_snippets(deep, [highlight("level 59")])
    assert found[0].text.startswith("Never take it with:")
    assert found[-1].text.endswith("• level 56\n• level 57\n• level 58\n• level 59")


def test_a_lead_in_does_not_bring_an_item_beyond_all_measure() -> None:
    listed = section(("paragraph", LEAD, None), ("item", "• " + "word " * 200, 0))
    assert texts(best_snippets(listed, [highlight("medical")])) == [LEAD]


def test_a_row_brings_its_caption() -> None:
    table = section(
        ("paragraph", FILLER.strip(), None),
        ("caption", "Mild Side Effects", None),
        ("row", "Effect: nausea — Patients: 15%", 1),
        ("row", "Effect: fever — Patients: 5%", 1),
    )
    (snippet,) = best_snippets(table, [highlight("15 %")])
    assert snippet.text == "Mild Side Effects\nEffect: nausea — Patients: 15%"
    assert marked(snippet) == ["15%"]


def test_a_definition_brings_its_term_and_a_term_its_definition() -> None:
    listed = section(("term", "Storage", None), ("definition", "Keep it below 25 °C.", 0))
    whole = [listed.text]
    assert texts(best_snippets(listed, [highlight("25")])) == whole
    assert texts(best_snippets(listed, [highlight("storage")])) == whole


def test_a_lead_in_that_matches_brings_its_first_items() -> None:
    listed = section(("paragraph", LEAD, None), ("item", "• fever", 0), ("item", "• dark urine", 0))
    assert texts(best_snippets(listed, [highlight("medical attention")])) == [listed.text]


@pytest.mark.parametrize("lead", [0, 1, 2, 99, -5])
def test_a_lead_that_does_not_stand_before_is_passed_over(lead: int) -> None:
    odd = section(("item", "• fever", lead), ("item", "• dark urine", lead))
    assert best_snippets(odd, [highlight("fever")])


# --- what matches nowhere -----------------------------------------------------------------------


def test_without_a_match_the_beginning_is_quoted() -> None:
    (snippet,) = best_snippets(prose(FILLER * 9), [highlight("absent")])
    assert snippet.text == (FILLER * 3).strip()
    assert (snippet.start, snippet.marks) == (0, ())


def test_without_a_match_an_introduction_brings_its_first_items() -> None:
    items: list[Line] = [("item", f"• effect number {n} of a long list", 0) for n in range(20)]
    (snippet,) = best_snippets(section(("paragraph", LEAD, None), *items), [])
    assert snippet.text.startswith(f"{LEAD}\n• effect number 0")
    assert len(snippet.text) <= LONGEST_WITH_LEAD
    assert snippet.text.endswith("of a long list")


def test_an_introduction_says_more_than_a_few_words() -> None:
    long = "It contains " + "one thing and " * 20 + "another."
    opening = section(("paragraph", "What it contains", None), ("paragraph", long, None))
    assert texts(best_snippets(opening, [])) == [opening.text]


def test_a_lead_in_without_a_colon_brings_its_first_items_too() -> None:
    listed = section(("paragraph", "You take it because", None), ("item", "• it helps " * 25, 0))
    assert texts(best_snippets(listed, [])) == [listed.text]
    assert texts(best_snippets(listed, [highlight("because")])) == [listed.text]


def test_an_empty_section_has_no_snippet() -> None:
    assert best_snippets(Section(id="s", heading="H", level=2), [highlight("a")]) == ()


def test_a_text_without_blocks_is_read_line_by_line() -> None:
    bare = Section(id="s", heading="H", level=2, text="One line.\n\nA second line.")
    assert texts(best_snippets(bare, [highlight("second")])) == ["A second line."]


# --- sentences beyond all measure ---------------------------------------------------------------


def test_a_very_long_sentence_is_cut_at_words_around_the_match() -> None:
    text = "word " * 500 + "azathioprine " + "word " * 500
    (snippet,) = best_snippets(prose(text.strip()), [highlight("azathioprine")])
    assert len(snippet.text) <= CUT_TO
    assert marked(snippet) == ["azathioprine"]
    assert set(snippet.text.split()) == {"word", "azathioprine"}


def test_a_very_long_sentence_is_quoted_from_its_start_if_the_match_is_near_it() -> None:
    text = "It " + "word " * 50 + "azathioprine " + "word " * 500
    (snippet,) = best_snippets(prose(text.strip()), [highlight("azathioprine")])
    assert snippet.start == 0


@pytest.mark.parametrize("cue", ["not", "never", "Avoid", "do not", "unless", "without", "don’t"])
@pytest.mark.parametrize("distance", [20, 120, 190, 500])
def test_m5_no_part_of_a_sentence_begins_after_its_negation(cue: str, distance: int) -> None:
    text = "word " * 150 + f"{cue} " + "more " * distance + "azathioprine " + "word " * 300
    (snippet,) = best_snippets(prose(text.strip()), [highlight("azathioprine")])
    assert not NEGATION.search(text, 0, snippet.start)
    assert len(snippet.text) <= LONGEST_SENTENCE


def test_m4_no_part_of_a_sentence_parts_a_number_from_its_unit() -> None:
    text = "5 mg " * 900
    for at in range(620, 640):
        cut = f"{'x' * at} {text} azathioprine {text}".strip()
        (snippet,) = best_snippets(prose(cut), [highlight("azathioprine")])
        assert snippet.text.startswith("5 mg")
        assert snippet.text.endswith("mg")


# --- marks --------------------------------------------------------------------------------------


def test_of_overlapping_marks_the_longer_wins_then_the_direct() -> None:
    asked = [
        highlight("side effects", 0, "related"),
        highlight("side", 1),
        highlight("effects", 2),
        highlight("fever", 3, "related"),
        highlight("fever", 4),
    ]
    assert mark_text("Side effects: fever, side", asked) == (
        Mark(0, 12, "related"),
        Mark(14, 19, "direct"),
        Mark(21, 25, "direct"),
    )


def test_marks_never_cross_a_line() -> None:
    assert mark_text("side\neffects", [highlight("side effects")]) == ()


def test_other_spellings_of_a_term_are_marked() -> None:
    text = "µg, TNF-α, 2,500 and ½"
    asked = [highlight(words) for words in ("mcg", "tnf alpha", "2500", "1/2")]
    assert [text[mark.start : mark.end] for mark in mark_text(text, asked)] == [
        "µg",
        "TNF-α",
        "2,500",
        "½",
    ]


# --- for any section ----------------------------------------------------------------------------

WORDS = ("take", "not", "5", "mg", "0.5", "liver", "fever.", "If:", "Then", "e.g.", "😀", "x" * 70)
KINDS: tuple[BlockKind, ...] = ("paragraph", "item", "row", "caption", "term", "definition", "pre")
HIGHLIGHTS = st.lists(
    st.builds(
        Highlight,
        terms=st.lists(
            st.sampled_from(("take", "5", "mg", "liver", "fever", "not")), max_size=3
        ).map(tuple),
        kind=st.sampled_from(("direct", "related")),
        concept=st.integers(0, 4),
    ),
    max_size=6,
)


@st.composite
def sections(draw: st.DrawFn) -> Section:
    lines: list[Line] = []
    for index in range(draw(st.integers(0, 8))):
        words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8))
        words *= draw(st.integers(1, 6))
        lead = draw(st.none() | st.integers(0, index - 1)) if index else None
        lines.append((draw(st.sampled_from(KINDS)), " ".join(words), lead))
    return section(*lines)


@given(sections(), HIGHLIGHTS, st.integers(1, 4))
def test_m4_any_snippet_is_verbatim_with_marks_sorted_disjoint_and_inside(
    any_section: Section, highlights: list[Highlight], limit: int
) -> None:
    end_before = 0
    for snippet in best_snippets(any_section, highlights, limit=limit):
        end = snippet.start + len(snippet.text)
        assert any_section.text[snippet.start : end] == snippet.text
        assert end_before <= snippet.start < end
        end_before = end
        place = 0
        for mark in snippet.marks:
            assert place <= mark.start < mark.end <= len(snippet.text)
            place = mark.end


@given(sections(), HIGHLIGHTS)
def test_m5_any_snippet_begins_and_ends_with_a_sentence_or_block(
    any_section: Section, highlights: list[Highlight]
) -> None:
    edges = {edge for block in any_section.blocks for edge in (block.start, block.end)}
    for block in any_section.blocks:
        for start, end in sentences(any_section.text, block.start, block.end):
            edges |= {start, end}
            if end - start > LONGEST_SENTENCE:
                return
    for snippet in best_snippets(any_section, highlights):
        assert {snippet.start, snippet.start + len(snippet.text)} <= edges


@given(sections(), HIGHLIGHTS)
def test_m5_no_item_is_quoted_without_its_lead(
    any_section: Section, highlights: list[Highlight]
) -> None:
    found = best_snippets(any_section, highlights)
    shown = [(one.start, one.start + len(one.text)) for one in found]
    for block in any_section.blocks:
        if block.lead is not None and any(one.start == block.start for one in found):
            lead_end = any_section.blocks[block.lead].end
            assert any(start < lead_end <= end for start, end in shown) or (
                lead_end - any_section.blocks[block.lead].start > LONGEST_SENTENCE
            )


@given(sections(), HIGHLIGHTS)
def test_something_is_quoted_of_every_text_and_always_the_same(
    any_section: Section, highlights: list[Highlight]
) -> None:
    found = best_snippets(any_section, highlights)
    assert bool(found) == bool(any_section.text)
    assert found == best_snippets(any_section, highlights)


@given(sections(), HIGHLIGHTS)
def test_whatever_matches_is_marked_in_a_snippet(
    any_section: Section, highlights: list[Highlight]
) -> None:
    marks = mark_text(any_section.text, highlights)
    found = best_snippets(any_section, highlights)
    assert bool(marks) == any(snippet.marks for snippet in found)


@given(st.text(), HIGHLIGHTS)
def test_marks_of_any_text_are_sorted_disjoint_and_inside(
    text: str, highlights: list[Highlight]
) -> None:
    place = 0
    for mark in mark_text(text, highlights):
        assert place <= mark.start < mark.end <= len(text)
        place = mark.end


@pytest.mark.parametrize(
    "unit", ["Take 5 mg of it. ", "take ", "• 5 mg\n", "x\n", "5", ". ", "not take 5 mg, "]
)
def test_quoting_takes_steps_in_proportion_to_length(unit: str) -> None:
    asked = [highlight("take", 0), highlight("5 mg", 1)]
    short, long = (
        _steps(partial(best_snippets, prose(unit * count), asked)) for count in (200, 600)
    )
    assert long <= 3.2 * short + 200


def _steps(action: Callable[[], object]) -> int:
    """Count the calls that an action makes, of Python and of built-in functions."""
    action()  # fills the memories that later runs find
    count = 0

    def profile(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(profile)
    try:
        action()
    finally:
        sys.setprofile(None)
    return count
