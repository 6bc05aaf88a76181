"""Structure that plain text has to keep: breaks, raised figures, lists, tables."""

import pytest

from indexer.errors import CorpusError
from indexer.model import Section
from indexer.parsing import parse_page
from indexer.parsing.breaks import Fragment, lines_of, preformatted_lines
from indexer.parsing.markers import item_marker
from indexer.parsing.markup import parse_markup
from indexer.parsing.raised import subscript, superscript


def sections(body: str) -> tuple[Section, ...]:
    page = f"<html><head><title>A</title></head><body>{body}</body></html>"
    return parse_page(page.encode(), article_id="a", source="a.html").sections


def text(body: str) -> str:
    return sections(body)[0].text


@pytest.mark.parametrize(
    ("before", "raised", "written"),
    [
        ("10", "6", "^6"),
        ("2.5", "-3", "^-3"),
        ("75 mg/m", "2", "²"),
        ("per mm", "3", "³"),
        ("1", "st", "st"),
        ("12%", "a", "^a"),
        ("Imuran", "®", "®"),
        ("Imuran", "1", "^1"),
        ("s", "-1", "⁻¹"),
        ("", "1", "1"),
        ("x ", "2", "2"),
    ],
)
def test_raised_figures_never_join_the_figure_before(
    before: str, raised: str, written: str
) -> None:
    assert superscript(before, raised) == written


def test_lowered_text_joins_unless_two_figures_would_meet() -> None:
    assert subscript("CO", "2") == "2"
    assert subscript("log 10", "2") == "_2"


@pytest.mark.parametrize(
    ("fragments", "lines"),
    [
        (["Do not take", "more than 3."], ["Do not take more than 3."]),
        (["One.", "Two."], ["One.", "Two."]),
        (["Take:", "one"], ["Take:", "one"]),
        (["first", "", "second"], ["first", "second"]),
        (["a list", "• one"], ["a list", "• one"]),
        (["fever", "rash", "sore throat"], ["fever", "rash", "sore throat"]),
        (["", " ", ""], []),
    ],
)
def test_a_break_ends_a_line_only_where_it_is_complete(
    fragments: list[str], lines: list[str]
) -> None:
    assert [line.text for line in lines_of(Fragment(part) for part in fragments)] == lines


def test_wrapped_prose_is_put_together_and_columns_are_not() -> None:
    wrapped = "This is prose that was wrapped by\nsome program in the middle of it\nand ends.\n"
    assert preformatted_lines(wrapped) == [" ".join(wrapped.split())]
    assert preformatted_lines("Dose   Age\n5 mg   2\n") == ["Dose Age", "5 mg 2"]


@pytest.mark.parametrize(
    ("number", "style", "marker"),
    [
        (3, "1", "3."),
        (2, "a", "b."),
        (27, "a", "27."),
        (4, "i", "iv."),
        (9, "I", "IX."),
        (0, "i", "0."),
    ],
)
def test_items_are_marked_as_the_page_marks_them(number: int, style: str, marker: str) -> None:
    assert item_marker(number, style) == marker


def test_bullets_typed_by_hand_make_items_with_their_lead() -> None:
    section = sections("<p>Tell the doctor:</p><p>- allergies</p><p>– asthma</p><p>- 5 °C</p>")[0]
    assert section.text == "Tell the doctor:\n• allergies\n• asthma\n- 5 °C"
    assert [(block.kind, block.lead) for block in section.blocks] == [
        ("paragraph", None),
        ("item", 0),
        ("item", 0),
        ("paragraph", None),
    ]


def test_inline_elements_join_and_blocks_separate() -> None:
    assert text("<p>0<b>.5</b> mg<span>/kg</span></p><p>next</p>") == "0.5 mg/kg\nnext"
    assert text("<div>one<div>two</div>three</div>") == "one\ntwo\nthree"


def test_numbers_survive_every_wrapping() -> None:
    source = "0.5 mg, 2,500 mg, 1.5–2.5 mg/kg, 5 %, B12, 6-MP, &lt;1%, ½ tablet"
    assert text(f"<p>{source}</p>") == source.replace("&lt;", "<")


def test_no_text_of_a_table_is_lost_when_it_is_malformed() -> None:
    body = "<table>stray<tr><td>a<td>b<tr>loose<td>c</table>"
    found = text(body)
    assert all(word in found for word in ("stray", "a", "b", "loose", "c"))


def test_giant_spans_cost_nothing() -> None:
    body = "<table><tr><th>H</th></tr>" + "<tr><td colspan=9999 rowspan=65534>x</td></tr>" * 50
    assert text(body + "</table>").count("x") >= 50


def test_a_dropped_cell_leaves_the_other_columns_in_place() -> None:
    body = (
        "<table><tr><th>Drug</th><th>Price</th><th>Dose</th></tr>"
        '<tr><td>Imuran</td><td class="price">$9</td><td>50 mg</td></tr></table>'
    )
    assert text(body) == "Drug: Imuran — Dose: 50 mg"


def test_headers_in_the_middle_of_a_table_hold_from_there() -> None:
    body = (
        "<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr>"
        "<tr><th>C</th><th>D</th></tr><tr><td>3</td><td>4</td></tr></table>"
    )
    assert text(body) == "A: 1 — B: 2\nC: 3 — D: 4"


def test_a_heading_that_was_never_closed_swallows_nothing() -> None:
    body = "<h2><div>Side effects " + "<p>word</p>" * 300 + "</div>"
    article = sections(body)
    assert sum(section.text.count("word") for section in article) == 300
    assert all(len(section.heading) <= 300 for section in article)


def test_text_before_the_first_heading_stands_under_the_title() -> None:
    first, second = sections("<p>Before.</p><h2>Uses</h2><p>After.</p>")
    assert (first.heading, first.level, first.path, first.text) == ("A", 1, (), "Before.")
    assert (second.heading, second.path) == ("Uses", ())


@pytest.mark.parametrize(
    "page",
    [
        "<!doctype html><title>T</title><main><h1>T</h1><p>one<p>two</main>",
        "<title>T</title><article><h1>T</h1><p>one</p><p>two</p></article>",
        "<head><title>T</title><section><h1>T</h1><p>one</p></section></head><body><p>two</body>",
        "<title>T</title><header><h1>T</h1></header><p>one</p><p>two</p>",
        "<title>T</title><section>one</section><meta name=x content=y><section>two</section>",
        "<title>T</title><my-card>one</my-card><my-card><p>two</p></my-card>",
    ],
)
def test_a_page_may_leave_out_the_tags_of_head_and_body(page: str) -> None:
    article = parse_page(page.encode(), article_id="a", source="t.html")
    assert [(part.heading, part.text) for part in article.sections] == [("T", "one\ntwo")]


def test_a_body_that_began_before_its_tag_keeps_what_the_tag_says() -> None:
    page = parse_markup("<title>T</title><main>one</main><script></script><body class=a>two</body>")
    assert page.body is not None
    assert (page.body.attrs, page.body.get_text().strip()) == ({"class": "a"}, "onetwo")
    assert len(page.find_all("body")) == 1


def test_what_belongs_to_a_head_stays_in_it() -> None:
    head = "<title>T</title><noscript>n</noscript><style>s</style><script>j</script><link rel=x>"
    page = parse_markup(f"<head>{head}</head><main>one</main>")
    assert page.head is not None
    names = ["title", "noscript", "style", "script", "link"]
    assert [tag.name for tag in page.head.find_all()] == names


def test_a_title_alone_is_no_article() -> None:
    with pytest.raises(CorpusError, match="no text of an article"):
        sections("<h1>Imuran</h1>")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            '<main><div class="product-name">A</div><p>A is sample text.</p></main>',
            "A is sample text.",
        ),
        ("<div>a</div>Sample text.<p>A</p>", "Sample text.\nA"),
        ("<p>A</p>", "A"),
        ("<ul><li>A</li></ul><p>Sample text.</p>", "• A\nSample text."),
        ("<p>A or B</p><p>Sample text.</p>", "A or B\nSample text."),
    ],
)
def test_a_title_that_is_not_marked_up_is_not_repeated_in_the_text(body: str, text: str) -> None:
    assert [(part.heading, part.text) for part in sections(body)] == [("A", text)]


def test_the_golden_path_of_the_contract() -> None:
    body = "<h1>Imuran guide</h1><h2>Side effects</h2><p>x</p><h3>Serious side effects</h3><p>y</p>"
    last = sections(body)[-1]
    assert (last.id, last.heading, last.path) == (
        "serious-side-effects",
        "Serious side effects",
        ("Side effects",),
    )


def test_repeated_headings_get_numbers_that_are_free() -> None:
    body = "".join(f"<h2>{heading}</h2><p>x</p>" for heading in ("Uses", "Uses 2", "Uses", "Uses"))
    assert [section.id for section in sections(body)] == ["uses", "uses-2", "uses-3", "uses-4"]
