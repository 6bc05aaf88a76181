"""Texts with ranges to markup."""

from __future__ import annotations

from html import escape

from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from indexer.model import Block, BlockKind, Mark, MarkKind, Section, Snippet
from webapp.blocks import Definitions, ItemList, Passage, Quotation, Table, body_of
from webapp.rendering import date, evidence, host, language, marked, passage, web_address

KINDS: tuple[MarkKind, MarkKind] = ("direct", "related")


@st.composite
def marked_texts(draw: st.DrawFn) -> tuple[str, tuple[Mark, ...], int, int]:
    """Draw a text, sorted disjoint marks in it, and a range of it."""
    text = draw(st.text(st.sampled_from("ab <>&\"'\n•é"), max_size=60))
    places = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    marks = tuple(
        Mark(start, end, draw(st.sampled_from(KINDS)))
        for start, end in zip(places[::2], places[1::2], strict=False)
    )
    start = draw(st.integers(0, len(text)))
    return text, marks, start, draw(st.integers(start, len(text)))


@given(marked_texts())
def test_marking_changes_no_character(drawn: tuple[str, tuple[Mark, ...], int, int]) -> None:
    text, marks, start, end = drawn
    html = marked(text, marks, start, end)
    assert isinstance(html, Markup)
    without_tags = (
        str(html).replace("<mark>", "").replace('<mark class="related">', "").replace("</mark>", "")
    )
    assert without_tags == escape(text[start:end])


@given(marked_texts())
def test_what_is_marked_is_what_the_ranges_say(
    drawn: tuple[str, tuple[Mark, ...], int, int],
) -> None:
    text, marks, start, end = drawn
    soup = BeautifulSoup(f"<p>{marked(text, marks, start, end)}</p>", "html.parser")
    inside = [
        (text[max(mark.start, start) : min(mark.end, end)], mark.kind == "related")
        for mark in marks
        if max(mark.start, start) < min(mark.end, end)
    ]
    assert [(tag.get_text(), tag.has_attr("class")) for tag in soup.find_all("mark")] == inside


def section(*lines: tuple[BlockKind, str], depths: dict[int, int] | None = None) -> Section:
    """Lay out blocks as they stand in a section's text."""
    text, blocks = "", []
    for number, (kind, line) in enumerate(lines):
        depth = (depths or {}).get(number, 0)
        text += "  " * depth
        blocks.append(Block(kind=kind, start=len(text), end=len(text) + len(line), depth=depth))
        text += line + "\n"
    return Section(id="s", heading="S", level=2, text=text.removesuffix("\n"), blocks=tuple(blocks))


def test_items_nest_by_their_depth_and_lose_their_markers() -> None:
    of = section(
        ("item", "• a"), ("item", "• b"), ("item", "• c"), ("item", "• d"), depths={1: 1, 2: 1}
    )
    (listed,) = body_of(of, ()).nodes
    assert isinstance(listed, ItemList)
    assert [str(item.html) for item in listed.items] == ["a", "d"]
    assert [str(item.html) for item in listed.items[0].lists[0].items] == ["b", "c"]


def test_numbered_items_keep_their_numbers() -> None:
    (listed,) = body_of(section(("item", "4. a"), ("item", "7. b")), ()).nodes
    assert isinstance(listed, ItemList)
    assert listed.style == "numbers"
    assert [(item.number, str(item.html)) for item in listed.items] == [(4, "a"), (7, "b")]


def test_bullets_and_numbers_are_two_lists() -> None:
    found = body_of(section(("item", "• a"), ("item", "1. b")), ()).nodes
    assert [node.style for node in found if isinstance(node, ItemList)] == ["bullets", "numbers"]


def test_markers_that_a_list_cannot_draw_stay_in_the_text() -> None:
    (listed,) = body_of(section(("item", "b. by mouth"), ("item", "3.5 mg a day")), ()).nodes
    assert isinstance(listed, ItemList)
    assert listed.style == "own"
    assert [str(item.html) for item in listed.items] == [
        "b. by mouth",
        '<span class="dose">3.5 mg</span> a day',
    ]


def test_very_deep_items_stay_readable() -> None:
    lines: list[tuple[BlockKind, str]] = [("item", f"• {depth}") for depth in range(3_000)]
    nodes = body_of(section(*lines, depths={depth: depth for depth in range(3_000)}), ()).nodes
    assert len(nodes) == 1


def test_rows_with_the_same_labels_are_a_table_with_a_header() -> None:
    of = section(
        ("row", "Mild effects — Percentage of patients: 15%"),
        ("row", "Serious effects — Percentage of patients: 2%"),
    )
    (table,) = body_of(of, ()).nodes
    assert isinstance(table, Table)
    assert [str(cell) for cell in table.header] == ["", "Percentage of patients"]
    assert [[str(cell) for cell in row] for row in table.rows] == [
        ["Mild effects", "15%"],
        ["Serious effects", "2%"],
    ]


def test_a_label_of_the_first_column_is_a_header_where_all_rows_share_it() -> None:
    of = section(("row", "Effect: Nausea — Share: 15%"), ("row", "Effect: Fever — Share: 2%"))
    (table,) = body_of(of, ()).nodes
    assert isinstance(table, Table)
    assert [str(cell) for cell in table.header] == ["Effect", "Share"]
    of = section(("row", "Day 1: start — Dose: 1 mg"), ("row", "Day 8: rise — Dose: 2 mg"))
    (table,) = body_of(of, ()).nodes
    assert isinstance(table, Table)
    assert [str(cell) for cell in table.header] == ["", "Dose"]
    assert [str(row[0]) for row in table.rows] == ["Day 1: start", "Day 8: rise"]


def test_rows_without_labels_keep_their_cells() -> None:
    (table,) = body_of(section(("row", "a — b — c")), ()).nodes
    assert isinstance(table, Table)
    assert table.header == ()
    assert [str(cell) for cell in table.rows[0]] == ["a", "b", "c"]


def test_rows_of_different_shapes_are_different_tables() -> None:
    found = body_of(section(("row", "a — Dose: 1 mg"), ("row", "b — Route: mouth")), ()).nodes
    assert len(found) == 2


def test_terms_stand_before_their_definitions() -> None:
    of = section(("term", "Leucopenia"), ("definition", "Few white cells."))
    (listed,) = body_of(of, ()).nodes
    assert isinstance(listed, Definitions)
    assert [part for part, _ in listed.entries] == ["term", "definition"]


def test_a_definition_in_one_line_is_taken_apart() -> None:
    (listed,) = body_of(section(("definition", "Route: by mouth")), ()).nodes
    assert isinstance(listed, Definitions)
    assert [str(html) for _, html in listed.entries] == ["Route", "by mouth"]


def test_marks_are_cut_where_blocks_end() -> None:
    of = section(("paragraph", "one two"), ("quote", "three"), ("caption", "four"))
    one, two, three = body_of(of, (Mark(4, 11, "direct"), Mark(14, 17, "related"))).nodes
    assert isinstance(one, Passage)
    assert isinstance(two, Quotation)
    assert isinstance(three, Passage)
    assert one.html == "one <mark>two</mark>"
    assert two.paragraphs == ("<mark>thr</mark>ee",)
    assert three.html == '<mark class="related">fou</mark>r'


def test_preformatted_lines_stay_together() -> None:
    (block,) = body_of(section(("pre", "a  b"), ("pre", "<c>")), ()).nodes
    assert isinstance(block, Passage)
    assert block.html == "a  b\n&lt;c&gt;"


def test_marks_are_counted_as_they_are_shown() -> None:
    of = section(("row", "a — Dose: 1"), ("row", "b — Dose: 2"), ("paragraph", "Dose"))
    doses = [place for place in range(len(of.text)) if of.text.startswith("Dose", place)]
    assert body_of(of, tuple(Mark(place, place + 4, "direct") for place in doses)).marks == 2


def test_a_snippet_keeps_its_lines() -> None:
    snippet = Snippet(text="Seek help:\n• dark urine", start=0, marks=(Mark(13, 17, "direct"),))
    assert passage(snippet) == (
        '<p>Seek help:</p><p class="snippet-item">• <mark>dark</mark> urine</p>'
    )


def test_only_web_addresses_become_links() -> None:
    assert web_address("https://example.org/x") == "https://example.org/x"
    for bad in ("javascript:alert(1)", "data:text/html,x", "//x", "https://", "http://[", "", None):
        assert web_address(bad) is None
    assert host("https://www.example.org:8443/x") == "example.org"
    assert host("javascript:alert(1)") == ""


def test_only_language_tags_become_languages() -> None:
    assert language("en-US") == "en-US"
    for bad in ('en"><script>', "", None, "english speaking"):
        assert language(bad) is None


def test_dates_are_written_out_and_other_text_stays() -> None:
    assert date("2024-02-06T16:40:00+00:00") == "6 February 2024"
    assert date("2024-02-06") == "6 February 2024"
    assert date("last spring") == "last spring"
    assert date(None) == ""


def test_evidence_is_told_in_words() -> None:
    assert evidence(("title", "tag", "lead")) == (
        "named in the title, in the tags and in the first paragraph"
    )
    assert evidence(("body",)) == "named in the text"
    assert evidence(()) == ""
