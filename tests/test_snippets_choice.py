"""Which passage of a section is chosen: each thing that counts, with all others alike."""

from indexer.analysis.sentences import CUT_TO
from indexer.highlights import Highlight
from indexer.model import Block, BlockKind, MarkKind, Section, Snippet
from indexer.snippets import LONGEST_WITH_LEAD, best_snippets

FILLER = "Many people take this medicine for years. Most of them feel well with it. "


def prose(*paragraphs: str) -> Section:
    return section(*(("paragraph", text, None) for text in paragraphs))


def section(*lines: tuple[BlockKind, str, int | None]) -> Section:
    blocks = []
    start = 0
    for kind, text, lead in lines:
        blocks.append(Block(kind=kind, start=start, end=start + len(text), lead=lead))
        start += len(text) + 1
    text = "\n".join(text for _, text, _ in lines)
    return Section(id="s", heading="H", level=2, text=text, blocks=tuple(blocks))


def asked(
    words: str,
    concept: int = 0,
    kind: MarkKind = "direct",
    *,
    part: str = "",
    is_known: bool = False,
) -> Highlight:
    return Highlight(
        terms=tuple(words.split()), kind=kind, concept=concept, part=part, is_known=is_known
    )


def texts(found: tuple[Snippet, ...]) -> list[str]:
    return [snippet.text for snippet in found]


def first(text: str, *highlights: Highlight) -> str:
    (snippet,) = best_snippets(prose(text), highlights, limit=1)
    return snippet.text


# --- what a passage is worth --------------------------------------------------------------------


def test_each_thing_that_a_sentence_holds_counts() -> None:
    both = f"Fever was seen {'now and then ' * 40}with a rash."
    text = f"Rash is known. {FILLER * 2}{both}"
    assert first(text, asked("rash", 0), asked("fever", 1)) == both


def test_more_of_the_same_counts_less_than_another_part_of_what_was_asked() -> None:
    text = (
        f"A rash is seen. {FILLER}The rash is red. {FILLER}A fever is seen. {FILLER}Fever it was."
    )
    words = [asked("rash", part="a"), asked("fever", kind="related", part="b")]
    found = best_snippets(prose(text), words, limit=2)
    assert texts(found) == ["A rash is seen.", "A fever is seen."]


def test_of_sentences_with_one_thing_that_is_chosen_which_has_it_most_often() -> None:
    text = f"{FILLER * 10}There was a rash. After the rash came more rash."
    assert first(text, asked("rash")) == "After the rash came more rash."


def test_the_closer_two_things_stand_the_more_a_sentence_counts() -> None:
    text = f"{FILLER * 10}Fever for several days before the rash. Fever and rash are seen."
    assert first(text, asked("rash", 0), asked("fever", 1)) == "Fever and rash are seen."


def test_a_word_that_stands_once_counts_more_than_one_that_stands_twice() -> None:
    text = f"{FILLER * 40}A fever is seen. A rash is red. A rash it is."
    words = [asked("fever", 0, "related"), asked("rash", 1)]
    assert first(text, *words) == "A fever is seen."


def test_a_phrase_counts_more_than_a_word_and_a_longer_one_more_than_a_shorter() -> None:
    text = f"{FILLER * 10}The skin is red. A severe rash is red. A very severe fever is red."
    skin, rash, fever = asked("skin"), asked("severe rash"), asked("very severe fever")
    assert first(text, skin, rash) == "A severe rash is red."
    assert first(text, skin, rash, fever) == "A very severe fever is red."


def test_what_the_section_is_about_counts_less_than_anything_else() -> None:
    text = f"{FILLER}Imuran tablets. {FILLER}A rash."
    words = [asked("imuran", is_known=True), asked("tablets", kind="related"), asked("rash")]
    assert first(text, *words) == "A rash."


def test_an_early_sentence_counts_more_than_a_late_one() -> None:
    text = f"A rash is seen. {FILLER * 3}The rash is red. {FILLER}"
    assert first(text, asked("rash")) == "A rash is seen."


# --- where a sentence beyond all measure is cut -------------------------------------------------


def long_sentence(early: str, late: str) -> str:
    return f"It {'word ' * 150}{early} {'word ' * 300}{late} {'word ' * 300}end."


def test_a_very_long_sentence_is_cut_around_what_was_typed() -> None:
    text = long_sentence("rash", "fever")
    shown = first(text, asked("rash", 0, "related"), asked("fever", 1))
    assert "fever" in shown
    assert "rash" not in shown


def test_a_very_long_sentence_is_not_cut_around_what_the_section_is_about() -> None:
    text = long_sentence("imuran", "fever")
    shown = first(text, asked("imuran", 0, is_known=True), asked("fever", 1, "related"))
    assert "fever" in shown
    assert "imuran" not in shown


def test_a_very_long_sentence_is_cut_around_what_stands_in_few_others() -> None:
    text = f"{long_sentence('rash', 'fever')} A rash is red. A rash it is."
    shown = first(text, asked("rash", 0), asked("fever", 1))
    assert "fever" in shown
    assert "rash" not in shown


def test_a_very_long_sentence_is_cut_around_the_first_of_several() -> None:
    text = long_sentence("rash", "fever")
    shown = first(text, asked("rash", 0), asked("fever", 1))
    assert "rash" in shown
    assert "fever" not in shown


# --- several passages ---------------------------------------------------------------------------


def test_what_was_shown_before_the_last_passage_still_counts_as_shown() -> None:
    text = FILLER.join(
        [
            *("A rash is seen. ", "The rash is red. "),
            *("A fever is seen. ", "Fever it was. "),
            *("A cough is heard. ", "Cough it was. ", "Cough again."),
        ]
    )
    words = [
        asked("rash", part="a"),
        asked("fever", kind="related", part="b"),
        asked("cough", kind="related", part="c"),
    ]
    found = best_snippets(prose(text), words)
    assert texts(found) == ["A rash is seen.", "A fever is seen.", "A cough is heard."]


def test_of_several_matches_for_one_thing_the_best_counts() -> None:
    text = f"An eruption is red. {FILLER * 5}A rash or an eruption is red. {FILLER}"
    words = [asked("rash"), asked("eruption", kind="related")]
    assert first(text, *words) == "A rash or an eruption is red."


def test_a_passage_that_ends_with_what_was_asked_for_shows_it() -> None:
    found = best_snippets(
        prose("It may be a fever", FILLER * 2, "It may be a rash"),
        [asked("fever", 0), asked("rash", 1)],
    )
    assert texts(found) == ["It may be a fever", "It may be a rash"]


def test_what_shows_far_less_than_the_best_is_not_shown_beside_it() -> None:
    others = "".join(f"A rash is seen on day {day}. {FILLER}" for day in range(2, 22))
    text = f"Fever and rash are seen. {FILLER}{others}"
    found = best_snippets(prose(text), [asked("fever", 0), asked("rash", 1)])
    assert texts(found) == ["Fever and rash are seen."]


def test_snippets_have_600_code_points_together_and_not_one_more() -> None:
    rash = f"A rash {'is red and ' * 24}is red.".ljust(300, "!")
    assert len(rash) == 300
    for length, shown in ((300, 2), (301, 1)):
        fever = f"A fever {'is high and ' * 22}is high.".ljust(length, "!")
        text = f"{rash} {FILLER}{fever}"
        found = best_snippets(prose(text), [asked("rash", 0), asked("fever", 1)])
        assert texts(found) == [rash, fever][:shown]


# --- what a passage needs to be understood ------------------------------------------------------


def test_lead_ins_that_stand_near_one_another_are_one_piece() -> None:
    far = f"◦ {'one thing and ' * 30}another"
    listed = section(
        ("paragraph", "Tell your doctor about", None),
        ("item", "• an allergy", 0),
        ("item", "• an illness of", 0),
        ("item", far, 2),
        ("item", "◦ the liver", 2),
    )
    found = best_snippets(listed, [asked("liver")])
    assert texts(found) == [
        "Tell your doctor about\n• an allergy\n• an illness of",
        "◦ the liver",
    ]


def test_a_paragraph_that_points_back_brings_the_end_of_the_paragraph_right_before() -> None:
    lines: list[tuple[BlockKind, str, int | None]] = [
        ("item", "• one", None),
        ("paragraph", "Nausea is frequent.", None),
        ("paragraph", "Other effects are headaches.", None),
    ]
    found = best_snippets(section(*lines), [asked("headaches")])
    assert texts(found) == ["Nausea is frequent.\nOther effects are headaches."]
    found = best_snippets(section(lines[1], lines[0], lines[2]), [asked("headaches")])
    assert texts(found) == ["Other effects are headaches."]


def test_a_lead_in_beyond_all_measure_is_cut() -> None:
    lead = "Tell your doctor about " + "one thing and " * 90 + "another:"
    found = best_snippets(
        section(("paragraph", lead, None), ("item", "• a rash", 0)), [asked("rash")]
    )
    assert [len(text) <= CUT_TO for text in texts(found)] == [True, True]
    assert lead.startswith(found[0].text)
    assert found[1].text == "• a rash"


def test_a_phrase_over_the_end_of_a_sentence_is_quoted_where_it_begins() -> None:
    text = f"{FILLER}There is a rash. Fever is high. {FILLER}"
    assert first(text, asked("rash fever")) == "There is a rash."


def test_an_item_of_320_code_points_is_quoted_whole_and_a_longer_one_by_the_sentence() -> None:
    for length, whole in ((LONGEST_WITH_LEAD, True), (LONGEST_WITH_LEAD + 1, False)):
        item = f"• A rash. {FILLER * 3}".ljust(length, "x")
        assert len(item) == length
        found = best_snippets(section(("item", item, None)), [asked("rash")])
        assert texts(found) == [item if whole else "• A rash."]


def test_a_lead_in_brings_items_up_to_320_code_points() -> None:
    for length, items in ((LONGEST_WITH_LEAD, 2), (LONGEST_WITH_LEAD + 1, 1)):
        lines: list[tuple[BlockKind, str, int | None]] = [("paragraph", "A rash may be", None)]
        lines += [("item", "• red", 0), ("item", "• ".ljust(length - 20, "x"), 0)]
        listed = section(*lines)
        assert len(listed.text) == length
        (snippet,) = best_snippets(listed, [asked("rash")])
        assert len(snippet.text.splitlines()) == 1 + items


def test_of_a_deep_chain_of_lead_ins_the_nearest_three_and_the_outermost_are_shown() -> None:
    lines: list[tuple[BlockKind, str, int | None]] = [
        ("paragraph", "Level 0".ljust(150, "x"), None)
    ]
    lines += [("item", f"Level {at}".ljust(150, "x"), at - 1) for at in range(1, 8)]
    found = best_snippets(section(*lines, ("item", "a rash", 7)), [asked("rash")])
    shown = "".join(texts(found))
    assert [at for at in range(8) if f"Level {at}" in shown] == [0, 5, 6, 7]
