"""Lists, captions, definitions and labels at the edge of what pages do with them."""

import pytest

from indexer.model import Section
from indexer.parsing import parse_page

TABLE = "<table><tr><th>Dose</th><th>Age</th></tr><tr><td>5 mg</td><td>2</td></tr></table>"
ROW = "Dose: 5 mg — Age: 2"


def section(body: str) -> Section:
    page = f"<html><head><title>A</title></head><body>{body}</body></html>"
    return parse_page(page.encode(), article_id="a", source="a.html").sections[0]


def text(body: str) -> str:
    return section(body).text


def leads(body: str) -> list[tuple[str, str | None]]:
    """Return the lines of a page, each with the line it needs to be understood."""
    part = section(body)
    lines = [part.text[block.start : block.end] for block in part.blocks]
    return [
        (line, None if block.lead is None else lines[block.lead])
        for line, block in zip(lines, part.blocks, strict=True)
    ]


def headings(body: str) -> list[str]:
    page = f"<html><head><title>A</title></head><body>{body}</body></html>"
    parts = parse_page(page.encode(), article_id="a", source="a.html").sections
    return [part.heading for part in parts]


# --- headings and inline elements -------------------------------------------------------------


@pytest.mark.parametrize(
    "heading", ["<b>Side effects</b>", "<b>Side <i>effects</i></b>", "<b><i>Side</i> effects</b>"]
)
def test_a_line_that_is_bold_throughout_is_a_heading(heading: str) -> None:
    assert headings(f"<p>{heading}</p><p>You may feel sick after it.</p>") == ["Side effects"]


def test_a_line_that_is_bold_in_part_is_none() -> None:
    assert headings("<p><b>Side</b> effects</p><p>You may feel sick after it.</p>") == ["A"]
    assert headings("<p>Side <b>effects</b></p><p>You may feel sick after it.</p>") == ["A"]


def test_a_heading_of_several_lines_is_one() -> None:
    body = "<h2><div>Side</div><div>effects</div><br>of it</h2><p>You may feel sick.</p>"
    assert headings(body) == ["Side effects of it"]
    assert headings("<h2>Side<div>effects</div></h2><p>You may feel sick.</p>") == ["Side effects"]


def test_a_bold_line_that_is_broken_is_one_heading() -> None:
    body = "<p><b>Side effects<br>of it</b></p><p>You may feel sick after it.</p>"
    assert headings(body) == ["Side effects of it"]


def test_a_heading_without_words_is_none() -> None:
    assert headings("<h2><br></h2><p>You may feel sick after it.</p>") == ["A"]


def test_the_label_of_what_opens_is_a_heading_even_as_a_sentence() -> None:
    label = "This is what you should know."
    body = f"<details><summary>{label}</summary><p>You may feel sick.</p></details>"
    assert headings(body) == [label]
    assert headings(f"<p><b>{label}</b></p><p>You may feel sick.</p>") == ["A"]


def test_what_is_written_above_a_word_stands_in_parentheses_once() -> None:
    ruby = "<ruby>薬<rp>(</rp><rt>kusuri</rt><rp>)</rp></ruby>"
    assert text(f"<p>{ruby} is a medicine.</p>") == "薬(kusuri) is a medicine."
    assert text("<p>He said <q>take one</q>.</p>") == "He said “take one”."


# --- lists ------------------------------------------------------------------------------------


def test_an_item_outside_of_any_list_is_an_item() -> None:
    assert text("<li>one</li><li>two</li><p>end</p>") == "• one\n• two\nend"


def test_a_list_behind_items_outside_of_any_needs_none_of_them() -> None:
    assert leads("<li>one</li><ul><li>two</li></ul>") == [("• one", None), ("• two", None)]


def test_an_item_keeps_its_number_whatever_stands_between_it_and_its_list() -> None:
    assert text("<ol><blockquote><li>one</li><li>two</li></blockquote></ol>") == "1. one\n2. two"


def test_a_list_in_an_item_needs_the_last_words_of_that_item() -> None:
    inner = "<ul><li>a</li></ul>"
    assert leads(f"<ul><li>one<p>These:</p>{inner}</li></ul>")[1:] == [
        ("These:", "• one"),
        ("• a", "These:"),
    ]
    assert leads(f"<ul><li>one{inner}<ul><li>b</li></ul></li></ul>")[1:] == [
        ("• a", "• one"),
        ("• b", "• one"),
    ]


def test_a_list_in_an_item_without_words_needs_what_the_outer_list_needs() -> None:
    body = "<p>Tell your doctor:</p><ul><li><ul><li>one</li></ul></li></ul>"
    assert leads(body)[-1] == ("• one", "Tell your doctor:")
    assert leads("<ul><li><ul><li>one</li></ul></li></ul>") == [("• one", None)]


def test_a_list_behind_an_inner_list_needs_its_own_item_not_words_further_inside() -> None:
    inner = "<ul><li>a<p>more</p></li></ul>"
    assert leads(f"<ul><li>one{inner}<ul><li>b</li></ul></li></ul>")[-1] == ("• b", "• one")


@pytest.mark.parametrize("between", ["", "<blockquote> </blockquote>", "<p> </p>"])
def test_a_list_right_behind_another_needs_what_that_one_needs(between: str) -> None:
    body = f"<p>Tell your doctor:</p><ul><li>a</li></ul>{between}<ol><li>b</li></ol>"
    assert leads(body)[1:] == [("• a", "Tell your doctor:"), ("1. b", "Tell your doctor:")]


def test_a_list_behind_a_caption_or_a_table_needs_neither() -> None:
    caption = "<figure><p>One.</p><figcaption>Tablets</figcaption></figure>"
    for before in (caption, TABLE):
        body = f"<p>Some words of text.</p>{before}<ul><li>a</li></ul>"
        assert leads(body)[-1] == ("• a", None)


# --- captions ---------------------------------------------------------------------------------


@pytest.mark.parametrize("table", [TABLE, f"<div>{TABLE}</div>"])
def test_the_caption_of_a_figure_leads_to_the_rows_of_its_table(table: str) -> None:
    body = f"<figure>{table}<figcaption>Doses</figcaption></figure><p>end</p>"
    assert leads(body) == [("Doses", None), (ROW, "Doses"), ("end", None)]


@pytest.mark.parametrize("inside", ["<p>One.</p>", "<div><p>One.</p></div>"])
def test_the_caption_of_a_figure_without_a_table_stays_and_leads_to_no_table(inside: str) -> None:
    body = f"<figure>{inside}<figcaption>Tablets</figcaption></figure><p>Two.</p>{TABLE}"
    assert leads(body) == [("One.", None), ("Tablets", None), ("Two.", None), (ROW, None)]


def test_a_figure_may_have_a_table_and_no_caption() -> None:
    assert leads(f"<figure>{TABLE}</figure>") == [(ROW, None)]


def test_the_caption_of_a_figure_inside_another_leads_to_nothing_outside() -> None:
    inner = "<figure><p>One.</p><figcaption>Tablets</figcaption></figure>"
    assert leads(f"<figure>{inner}{TABLE}</figure>") == [
        ("One.", None),
        ("Tablets", None),
        (ROW, None),
    ]


def test_a_figure_around_figures_keeps_its_caption_behind_them() -> None:
    inner = f"<figure><div>{TABLE}</div><figcaption>Doses</figcaption></figure>"
    body = f"<figure>{inner}<figcaption>All figures</figcaption></figure>"
    assert leads(body) == [("Doses", None), (ROW, "Doses"), ("All figures", None)]


def test_an_empty_caption_leaves_no_line() -> None:
    table = TABLE.replace("<tr>", "<caption> </caption><tr>", 1)
    assert leads(table) == [(ROW, None)]


def test_a_line_with_a_colon_leads_to_the_table_below_and_a_heading_does_not() -> None:
    assert leads(f"<p>Doses by age:</p>{TABLE}")[-1] == (ROW, "Doses by age:")
    assert leads(f"<p>One.</p><h2>Doses:</h2>{TABLE}") == [("One.", None)]
    page = f"<title>A</title><h2>Doses:</h2>{TABLE}"
    (part,) = parse_page(page.encode(), article_id="a", source="a.html").sections
    assert [block.lead for block in part.blocks] == [None]


def test_a_hidden_caption_is_not_shown() -> None:
    table = TABLE.replace("<tr>", "<caption hidden>Draft</caption><tr>", 1)
    assert leads(table) == [(ROW, None)]
    assert leads(f"<p>Doses by age:</p>{table}")[-1] == (ROW, "Doses by age:")


def test_rows_need_the_row_that_titles_them_and_that_one_the_caption() -> None:
    groups = [
        f"<tr><th colspan=2>{age}</th></tr><tr><td>once</td><td>{dose}</td></tr>"
        for age, dose in (("Adults", "5 mg"), ("Children", "2 mg"))
    ]
    table = f"<table><caption>Doses</caption>{''.join(groups)}</table>"
    assert leads(table) == [
        ("Doses", None),
        ("Adults", "Doses"),
        ("once — 5 mg", "Adults"),
        ("Children", "Doses"),
        ("once — 2 mg", "Children"),
    ]


# --- definitions ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "line"),
    [
        ("Dose", "Dose: 5 mg"),
        ("Dose:", "Dose: 5 mg"),
        ("How much?", "How much? 5 mg"),
    ],
)
def test_a_definition_follows_its_term_behind_one_mark(term: str, line: str) -> None:
    assert text(f"<dl><dt>{term}</dt><dd>5 mg</dd></dl>") == line


def test_a_further_definition_needs_the_first_one_of_its_term() -> None:
    body = "<dl><dt>Dose</dt><dd>5 mg</dd><dd>at night</dd><dt>Age</dt><dd>2</dd></dl>"
    assert leads(body) == [("Dose: 5 mg", None), ("at night", "Dose: 5 mg"), ("Age: 2", None)]


def test_a_definition_without_words_for_its_term_needs_no_other_term() -> None:
    body = "<dl><dt>Dose</dt><dd>5 mg</dd><dt></dt><dd>at night</dd></dl>"
    assert leads(body) == [("Dose: 5 mg", None), ("at night", None)]


def test_terms_without_a_definition_are_one_line() -> None:
    assert text("<dl><dt>Imuran</dt><dt>Azasan</dt></dl><p>end</p>") == "Imuran, Azasan\nend"
    assert text("<dl><dt>Imuran</dt><dt>Azasan</dt><dd>x</dd></dl>") == "Imuran, Azasan: x"


def test_stray_words_of_a_definition_list_are_what_stands_around_it() -> None:
    inside = "<dl>Words before it.<dt>Dose</dt><dd>5 mg</dd></dl>"
    for body, kind in ((f"<blockquote>{inside}</blockquote>", "quote"), (inside, "paragraph")):
        assert [block.kind for block in section(body).blocks] == [kind, "definition"]


def test_a_term_stands_before_the_definitions_inside_of_its_own() -> None:
    inner = "<dl><dt>Adults</dt><dd>5 mg</dd><dt>Children</dt><dd>2 mg</dd></dl>"
    assert text(f"<dl><dt>Dose</dt><dd>{inner}</dd></dl><p>end</p>").splitlines() == [
        *("Dose", "Adults: 5 mg", "Children: 2 mg", "end")
    ]
    bare = "<dl><dt>Dose</dt><dd><dl><dt>Adults</dt></dl></dd></dl>"
    assert text(f"{bare}<p>end</p>") == "Dose\nAdults\nend"
    body = "<dl><dt>Dose</dt><dd><ul><li>5 mg</li></ul>at night</dd></dl>"
    assert leads(body) == [("Dose", None), ("• 5 mg", "Dose"), ("at night", "Dose")]


def test_a_definition_outside_of_any_list_is_a_paragraph() -> None:
    assert [block.kind for block in section("<dt>Dose</dt><dd>5 mg</dd>").blocks] == [
        *("paragraph", "paragraph")
    ]


def test_a_break_at_the_end_of_a_block_does_not_join_it_with_the_next() -> None:
    assert text("<p>First words<br></p><p>and more</p>") == "First words\nand more"
    assert leads("<ul><li>one<br></li><li>two</li></ul>") == [("• one", None), ("• two", None)]
