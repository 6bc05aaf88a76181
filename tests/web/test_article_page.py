"""The page of an article: places found, links on, what is known of it."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from indexer.config import Settings
from indexer.corpus import Corpus
from indexer.index import open_index
from indexer.knowledge.categories import category_notices
from indexer.knowledge.drugs import DrugKnowledge
from indexer.knowledge.sections import KINDS
from indexer.model import (
    Article,
    Block,
    BlockKind,
    Drug,
    Mark,
    MarkKind,
    Mention,
    Notice,
    NoticeCode,
    Section,
)
from indexer.runs import ReindexOptions
from tests.audited_pages import PLANTED
from tests.web.conftest import reading
from tests.web.pages import IMURAN, TEGRETOL, page, text_of
from webapp import create_app
from webapp.inlines import InlineText, doses, links
from webapp.outline import (
    LONGEST_GLANCE,
    LONGEST_LIST,
    at_a_glance,
    beginning_of,
    glance_place,
    place_of,
)
from webapp.rendering import cautions

MENTIONS = """<!doctype html><html lang="en"><head><title>Gout and its medicines</title></head>
<body><article><h1>Gout and its medicines</h1>
<p>Gout comes from crystals of uric acid in a joint, which hurts at night and swells by day. Most
people have one attack and then none for years. A doctor looks at the joint, takes some blood, and
asks what else is taken. Rest, cold and much water help in the first days. What helps in the long
run is another matter, and takes patience from everybody. Eat less meat and fish, drink no beer,
and move as soon as the pain lets you. Whoever has had three attacks in a year should think about
a tablet that keeps them away.</p>
<h2>Together with others</h2>
<p>Whoever takes Imuran needs a smaller dose of it, and Imuran is not the only one: carbamazepine,
which many know as Tegretol, works less well with some tablets. Imurel and Imuram are no medicines
that anybody here knows.</p>
</article></body></html>"""


WHO_SHOULD_NOT = """<h2>Who should not take Imuran</h2>
<ul><li>anyone who is allergic to it</li><li>anyone with gout</li></ul>"""


@pytest.fixture(scope="module")
def gout(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Return a client of an index with an article that mentions the medicines of others."""
    folder = tmp_path_factory.mktemp("gout")
    for name, text in {"mentions": MENTIONS, "imuran": IMURAN, "tegretol": TEGRETOL}.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    index = open_index(str(folder / "index"))
    assert index.reindex(Corpus([folder]), ReindexOptions(jobs=1)).published
    return reading(create_app(Settings(index=index.location)))


KINDS_OF_MARKS: tuple[MarkKind, ...] = ("direct", "related")


def article(client: FlaskClient, address: str) -> BeautifulSoup:
    response = client.get(f"/articles/{address}")
    assert response.status_code == 200
    return page(response)


def words(tag: Tag | None) -> str:
    assert tag is not None
    return " ".join(tag.get_text(" ").split())


# --- places found -----------------------------------------------------------------------------


def test_places_found_are_numbered_and_the_bar_leads_to_the_first(client: FlaskClient) -> None:
    soup = article(client, "imuran-guide?h=imuran+side+effects")
    marks = soup.select(".article mark")
    assert [mark["id"] for mark in marks] == [f"hit_{n}" for n in range(1, len(marks) + 1)]
    bar = soup.select_one(".find")
    assert bar is not None
    assert bar["data-matches"] == str(len(marks))
    assert f"{len(marks)} places" in words(bar)
    first = bar.select_one("#find_first")
    assert first is not None
    assert first["href"] == "#hit_1"
    assert [button["hidden"] for button in bar.select("button")] == ["", ""]


def test_the_contents_lead_to_the_first_place_of_each_section(client: FlaskClient) -> None:
    soup = article(client, "imuran-guide?h=imuran+side+effects")
    counts = soup.select(".contents .toc-count")
    assert counts
    for count in counts:
        entry = count.find_previous("a")
        assert isinstance(entry, Tag)
        section = soup.select_one(str(entry["href"]))
        assert section is not None
        inside = section.select("mark")
        assert str(len(inside)) == count.get_text()
        assert f"#{inside[0]['id']}" == count["href"]


def test_without_a_query_there_is_no_bar(client: FlaskClient) -> None:
    soup = article(client, "imuran-guide")
    assert not soup.select(".find, .article mark")


def test_a_query_that_meets_nothing_says_so(client: FlaskClient) -> None:
    bar = article(client, "imuran-guide?h=zebra").select_one(".find")
    assert "nothing to mark here" in words(bar)
    assert bar is not None
    assert not bar.select("button, #find_first")


# --- at a glance ------------------------------------------------------------------------------


def test_what_must_not_be_missed_comes_first_at_a_glance(client: FlaskClient) -> None:
    order = [kind.name for kind in sorted(KINDS, key=glance_place)]
    assert order[:3] == ["boxed-warning", "contraindications", "warnings-precautions"]
    shown = [
        str(entry["data-kind"]) for entry in article(client, "imuran-guide").select(".glance li")
    ]
    assert shown == sorted(shown, key=order.index)
    assert "adverse-reactions" in shown


def test_a_kind_in_several_places_leads_to_each(client: FlaskClient) -> None:
    entry = article(client, "imuran-guide").select_one(".glance li[data-kind=adverse-reactions]")
    assert "2 places: Side effects, place 2" in words(entry)
    assert entry is not None
    links = [str(link["href"]) for link in entry.select("a")]
    assert links == ["#side-effects", "#serious-side-effects"]


def section(text: str, kind: str = "paragraph") -> Section:
    block = Block(kind, 0, len(text.partition("\n")[0]))  # type: ignore[arg-type]  # drawn below
    return Section(id="a", heading="A", level=2, text=text, blocks=(block,))


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("Do not take it. Ask first.", "paragraph", "Do not take it."),
        ("Do not take it if:", "paragraph", ""),
        ("anyone with gout.", "item", ""),
        ("Contents of the pack", "paragraph", ""),
        (f"Never {'very ' * 60}much.", "paragraph", ""),
        ("", "paragraph", ""),
    ],
)
def test_a_glance_shows_a_whole_first_sentence_or_none(text: str, kind: str, shown: str) -> None:
    assert beginning_of(section(text, kind)) == shown
    assert len(shown) <= LONGEST_GLANCE


@pytest.mark.parametrize(
    ("texts", "kinds", "shown", "is_list"),
    [
        (("• gout", "• a stroke"), ("item", "item"), "• gout\n• a stroke", True),
        (("Never with:", "• gout"), ("paragraph", "item"), "Never with:\n• gout", False),
        (("• gout", f"• {'very ' * 70}old"), ("item", "item"), "", False),
        (("• gout", "Dose: 5 mg"), ("item", "row"), "", False),
    ],
)
def test_a_glance_shows_a_list_whole_or_not_at_all(
    texts: tuple[str, ...], kinds: tuple[BlockKind, ...], shown: str, *, is_list: bool
) -> None:
    starts = [sum(len(text) + 1 for text in texts[:at]) for at in range(len(texts))]
    blocks = tuple(
        Block(kind=kind, start=start, end=start + len(text))
        for kind, start, text in zip(kinds, starts, texts, strict=True)
    )
    listed = Section(id="a", heading="A", level=2, text="\n".join(texts), blocks=blocks)
    place = place_of(listed)
    assert (place.beginning, place.is_list) == (shown, is_list)
    assert len(shown) <= LONGEST_LIST


def test_a_list_at_a_glance_stands_below_its_own_heading(tmp_path: Path) -> None:
    """Items alone could be read as the opposite of what they are listed for."""
    text = IMURAN.replace("<h2>Side effects</h2>", f"{WHO_SHOULD_NOT}<h2>Side effects</h2>")
    (tmp_path / "imuran.html").write_text(text, encoding="utf-8")
    index = open_index(str(tmp_path / "index"))
    index.reindex(Corpus([tmp_path / "imuran.html"]), ReindexOptions(jobs=1))
    soup = article(reading(create_app(Settings(index=index.location))), "imuran")
    shown = soup.select_one("[data-kind=contraindications] .glance-text")
    assert shown is not None
    assert shown.get_text() == (
        "Who should not take Imuran:\n• anyone who is allergic to it\n• anyone with gout"
    )


def test_what_an_article_has_no_section_about_is_said(client: FlaskClient) -> None:
    absent = words(article(client, "imuran-guide").select_one(".absent"))
    assert "has no section about: " in absent
    assert "Pregnancy" in absent
    assert "nor that something is safe" in absent


# --- links on ---------------------------------------------------------------------------------


def test_other_medicines_of_the_index_are_linked_where_they_are_named(gout: FlaskClient) -> None:
    soup = article(gout, "mentions")
    links = {link.get_text(): str(link["href"]) for link in soup.select(".part a.medicine")}
    assert links == {"Imuran": "/drugs/Imuran", "carbamazepine": "/drugs/carbamazepine"}
    for address in links.values():
        assert gout.get(address).status_code == 200


def test_neither_its_own_medicine_nor_a_look_alike_is_linked(client: FlaskClient) -> None:
    for name in ("imuran-guide", "jayempi", "tegretol", "hostile"):
        assert not article(client, name).select(".part a.medicine")


def test_an_article_says_which_others_mention_its_medicine(gout: FlaskClient) -> None:
    mentions = article(gout, "tegretol").select_one(".mentions")
    assert "1 other article names" in words(mentions)
    assert mentions is not None
    assert [link["href"] for link in mentions.select("a")] == ["/articles/mentions?h=Tegretol"]
    assert not article(gout, "mentions").select(".mentions")


# --- what is known of it ----------------------------------------------------------------------


def test_what_disagrees_is_told_at_once_and_its_figures_unfold(tmp_path: Path) -> None:
    (tmp_path / "planted.html").write_text(PLANTED["conflicting-figures"], encoding="utf-8")
    index = open_index(str(tmp_path / "index"))
    index.reindex(Corpus([tmp_path / "planted.html"]), ReindexOptions(jobs=1))
    client = reading(create_app(Settings(index=index.location)))
    fold = article(client, "planted").select_one(".article-head .notice details")
    assert fold is not None
    said = "1 caution about this article: different figures for the same thing"
    assert words(fold.summary) == said
    assert words(fold.p).startswith("This article gives different figures for mild side effects: ")
    assert "78 % of patients had mild side effects." in words(fold.p)
    assert "15%" in words(fold.p)
    listed = page(client.get("/search?q=imuran")).select_one(".hit .warnings")
    assert words(listed) == "This article gives different figures for mild side effects."


@pytest.mark.parametrize("is_disputed", [False, True])
def test_at_a_glance_tells_no_figure_of_an_article_that_contradicts_itself(
    *, is_disputed: bool
) -> None:
    text = "78 % of patients had mild side effects."
    section = Section(
        id="mild",
        heading="Mild side effects",
        level=2,
        path=(),
        kind="adverse-reactions",
        text=text,
        blocks=(Block(start=0, end=len(text), kind="paragraph"),),
    )
    notices = (Notice(code="conflicting-figures", text="…"),) if is_disputed else ()
    told = at_a_glance(Article(id="x", title="x", source="x", sections=(section,), notices=notices))
    assert [place.beginning for glance in told for place in glance.places] == [
        "" if is_disputed else text
    ]


def test_cautions_are_told_once_each() -> None:
    codes: tuple[NoticeCode, ...] = (
        "conflicting-figures",
        "conflicting-figures",
        "off-topic",
        "together",
    )
    notices = [Notice(code=code, text=f"What {code} means") for code in codes]
    assert cautions(notices) == (
        "different figures for the same thing, text about other medicines and What together means"
    )


def test_how_a_medicine_was_found_in_a_page_unfolds(client: FlaskClient) -> None:
    told = article(client, "imuran-guide").select("details.about .evidence")
    assert [words(item).partition(" is named ")[0] for item in told] == ["Imuran", "azathioprine"]


def test_an_article_can_be_cited(client: FlaskClient) -> None:
    text = words(article(client, "imuran-guide").select_one("#cite_text"))
    assert text.startswith("Imuran – a guide .")
    for part in ("6 February 2024", "https://www.notes.example.org/imuran/", "generation 1"):
        assert part in text
    assert "no date" in words(article(client, "tegretol").select_one("#cite_text"))


def test_a_short_text_has_no_reading_grade(gout: FlaskClient) -> None:
    assert "reading grade" not in text_of(gout.get("/articles/tegretol"))
    assert "reading grade" in text_of(gout.get("/articles/mentions"))


# --- inside the text --------------------------------------------------------------------------


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, tuple[Mark, ...], tuple[Mention, ...]]:
    text = draw(st.text(st.sampled_from("ab 5mg.,-/<>&\"'\né"), max_size=60))
    places = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    marks = tuple(
        Mark(start, end, draw(st.sampled_from(KINDS_OF_MARKS)))
        for start, end in zip(places[::2], places[1::2], strict=False)
    )
    named = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    mentions = tuple(
        Mention(start, end, "a/b <c>") for start, end in zip(named[::2], named[1::2], strict=False)
    )
    return text, marks, mentions


@given(texts(), st.integers(1, 9))
def test_what_stands_around_words_changes_none_of_them(
    drawn: tuple[str, tuple[Mark, ...], tuple[Mention, ...]], first: int
) -> None:
    text, marks, mentions = drawn
    inline = InlineText(text, marks, links(mentions), first=first)
    markup = inline.html(0, len(text))
    assert html.unescape(re.sub(r"<[^>]*>", "", markup)) == text
    # In other elements BeautifulSoup makes one blank of several that stand alone.
    soup = BeautifulSoup(f"<pre>{markup}</pre>", "html.parser")
    assert soup.get_text() == text
    shown = soup.select("mark")
    assert [mark["id"] for mark in shown] == [f"hit_{first + n}" for n in range(len(marks))]
    assert [mark.get_text() for mark in shown] == [text[mark.start : mark.end] for mark in marks]
    assert inline.shown == len(marks)
    assert not soup.select("a a, span a, a span, mark a, mark span")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Take 0.5 mg a day", ["0.5 mg"]),
        ("from 1.5-2.5 mg/kg/day", ["1.5-2.5 mg/kg/day"]),
        ("2,500 mg and 50 %", ["2,500 mg", "50 %"]),
        ("5mg of it", []),
        ("in 20 minutes", []),
        ("vitamin B12 g", []),
    ],
)
def test_a_number_is_not_torn_from_its_unit(text: str, found: list[str]) -> None:
    assert [text[dose.start : dose.end] for dose in doses(text)] == found
    assert InlineText(text, ()).html(0, len(text)).count('<span class="dose">') == len(found)


# --- categories -------------------------------------------------------------------------------


def filed(category: str, name: str) -> list[str]:
    knowledge = DrugKnowledge.shipped()
    found = knowledge.resolve(name)
    assert found is not None
    drug = Drug(name=found.name, ingredient=found.ingredient, role="brand")
    of = Article(
        id="a", source="a.html", title="A", sections=(), categories=(category,), drugs=(drug,)
    )
    return [notice.text for notice in category_notices(of, knowledge)]


@pytest.mark.parametrize(
    ("category", "name"),
    [("Pain Relief", "Imuran"), ("pain-killers", "Lipitor"), ("Antibiotics", "prednisone")],
)
def test_a_category_that_the_medicine_is_not_for_is_told(category: str, name: str) -> None:
    (told,) = filed(category, name)
    assert f"files this under “{category}”, but {name} is of the class" in told


@pytest.mark.parametrize(
    ("category", "name"),
    [
        ("Pain Relief", "ibuprofen"),
        ("Pain Relief", "carbamazepine"),
        ("Antibiotics", "amoxicillin"),
        ("Rheumatology", "Imuran"),
        ("Pain", "prednisone"),
        ("Uncategorized", "Imuran"),
    ],
)
def test_in_doubt_nothing_is_said_of_a_category(category: str, name: str) -> None:
    assert filed(category, name) == []
