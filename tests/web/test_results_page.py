"""The page of results: the section that answers, all of an article, names left out, ways on."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import Tag
from flask.testing import FlaskClient

from indexer.config import Settings
from indexer.corpus import Corpus
from indexer.index import open_index
from indexer.model import SearchRequest
from indexer.runs import ReindexOptions
from tests.web.conftest import reading
from tests.web.pages import page, text_of
from webapp import create_app, results_page

# --- the section that answers -----------------------------------------------------------------


def best(client: FlaskClient, query: str, **more: str) -> Tag | None:
    """Return the card above the results, if there is one."""
    return page(client.get("/search", query_string={"q": query, **more})).select_one(".best")


def test_a_medicine_and_a_kind_of_section_are_answered_with_the_section(
    client: FlaskClient,
) -> None:
    card = best(client, "serious side effects of imuran")
    assert card is not None
    heading = card.select_one("h2 a")
    assert heading is not None
    assert heading.get_text() == "Serious side effects"
    assert str(heading["href"]).endswith("?h=serious+side+effects+of+imuran#serious-side-effects")
    assert card.select_one(".path")
    text = " ".join(card.get_text(" ").split())
    assert "seek immediate medical attention:" in text
    assert "Never stop azathioprine on your own." in text
    assert "Quoted from Imuran – a guide" in text
    assert [row.get_text(" ", strip=True) for row in card.select("tbody tr")] == [
        "Nausea 15%",
        "Fever 2%",
    ]


@pytest.mark.parametrize(
    ("query", "more"),
    [
        ("imuran", {}),
        ("side effects", {}),
        ("imuran tegretol side effects", {}),
        ("imuran zebra side effects", {}),
        ("imuran side effects", {"page": "2", "per_page": "1"}),
        ("imuran side effects", {"sort": "newest"}),
        ("imuran side effects -liver", {}),
        ("imuran side effects", {"exact": "1"}),
    ],
)
def test_no_section_is_put_forward_where_it_is_not_certain(
    client: FlaskClient, query: str, more: dict[str, str]
) -> None:
    assert best(client, query, **more) is None


# --- all sections of an article, in place -----------------------------------------------------


def test_all_that_matched_of_an_article_opens_in_its_place(client: FlaskClient) -> None:
    asked = "/search?q=azathioprine"
    soup = page(client.get(asked))
    hit = soup.select_one(".hit[data-article=imuran-guide]")
    assert hit is not None
    shown = [link.get_text() for link in hit.select("h3 a")]
    more = hit.select_one("a[data-more]")
    assert more is not None
    assert more.get_text() == f"{5 - len(shown)} more sections in this article"
    assert str(more["href"]).startswith(f"{asked}&more=imuran-guide#hit-")
    opened = page(client.get(str(more["href"])))
    hit = opened.select_one(".hit[data-article=imuran-guide]")
    assert hit is not None
    assert [link.get_text() for link in hit.select("h3 a")][:3] == shown
    assert len(hit.select("h3 a")) == 5
    assert hit.select_one(".more") is None
    others = [other["data-article"] for other in opened.select(".hit")]
    assert others == [other["data-article"] for other in soup.select(".hit")]


def test_what_cannot_be_opened_changes_nothing(client: FlaskClient) -> None:
    plain = page(client.get("/search?q=azathioprine")).select(".hit-section h3")
    with_more = page(client.get("/search?q=azathioprine&more=none&more=" + "x" * 300))
    assert with_more.select(".hit-section h3") == plain


# --- names that were added --------------------------------------------------------------------


def test_each_name_that_was_added_can_be_left_out(client: FlaskClient) -> None:
    chip = page(client.get("/search?q=imuran")).select_one(".reading a.chip")
    assert chip is not None
    assert chip["href"] == "/search?q=imuran&without=azathioprine"
    without = client.get(str(chip["href"]))
    assert "Left out azathioprine Match again" in text_of(without)
    left = [chip["href"] for chip in page(without).select(".reading a.chip")]
    assert left == ["/search?q=imuran&without=azathioprine&without=Jayempi"]
    again = page(without).find("a", string="Match again")
    assert isinstance(again, Tag)
    assert again["href"] == "/search?q=imuran"


# --- filters by article ------------------------------------------------------------------------


def test_a_search_can_be_kept_to_an_article(client: FlaskClient) -> None:
    soup = page(client.get("/search?q=azathioprine&article=jayempi"))
    assert [hit["data-article"] for hit in soup.select(".hit")] == ["jayempi"]
    chip = soup.select_one(".filters a.chip")
    assert chip is not None
    assert "Article jayempi" in " ".join(chip.get_text().split())
    assert chip["href"] == "/search?q=azathioprine"


def test_an_article_that_is_not_there_has_nothing(location: str) -> None:
    results = open_index(location).search(SearchRequest(text="azathioprine", articles=("none",)))
    assert results.hits == ()


# --- nothing found ----------------------------------------------------------------------------


def test_where_nothing_is_found_other_searches_say_what_they_find(client: FlaskClient) -> None:
    soup = page(client.get("/search?q=imuran&section=storage&year=1999"))
    ways = [" ".join(way.get_text().split()) for way in soup.select(".zero li")]
    assert "Search everything about Imuran: 7 sections" in ways
    assert "Search without any filter: 7 sections" in ways
    assert not any(way.startswith("Search without the filter") for way in ways)
    for link in soup.select(".zero li a[href^='/search']"):
        assert page(client.get(str(link["href"]))).select(".hit")


def test_filters_that_are_not_the_reason_are_said_not_to_be(client: FlaskClient) -> None:
    text = text_of(client.get("/search?q=zebra&section=storage"))
    assert "The filters are not the reason: without them nothing is found either." in text


# --- a long section that answers --------------------------------------------------------------

LEAD = "Tell a nurse at once about any of these:"
ITEM = f"sign number {{}} that somebody has to know about {'as well as possible ' * 7}soon"


def long_page(paragraphs: int) -> str:
    told = "".join(
        f"<p>Sentence {n} of side effects tells how the body takes it, and goes on for a while.</p>"
        for n in range(paragraphs)
    )
    # The beginning would end at the line that leads in the list.
    items = "".join(f"<li>{ITEM.format(n)}</li>" for n in range(12))
    return (
        "<title>Prograf</title><h1>Prograf (tacrolimus)</h1><p>Prograf contains tacrolimus.</p>"
        f"<h2>Side effects</h2>{told}<p>{LEAD}</p><ul>{items}</ul>"
        f"<p>Grapefruit makes side effects of Prograf worse.</p>{told}"
    )


def long_client(folder: Path, paragraphs: int) -> FlaskClient:
    folder.mkdir()
    (folder / "prograf.html").write_text(long_page(paragraphs), encoding="utf-8")
    index = open_index(str(folder / "index"))
    assert index.reindex(Corpus([folder]), ReindexOptions(jobs=1)).published
    return reading(create_app(Settings(index=index.location)))


def test_a_long_section_begins_above_the_results_and_unfolds(tmp_path: Path) -> None:
    client = long_client(tmp_path / "long", paragraphs=12)
    card = best(client, "prograf side effects")
    assert card is not None
    shown, rest = card.select(".best-text")
    assert shown.get_text().strip().startswith("Sentence 0 of side effects")
    assert LEAD not in shown.get_text()
    assert rest.find_parent("details", class_="best-whole") is not None
    items = rest.select("li")
    assert [item.get_text().strip() for item in items][:1] == [ITEM.format(0)]
    whole = " ".join((shown.get_text(" ") + rest.get_text(" ")).split())
    stored = client.get("/api/v1/articles/prograf/sections/side-effects").get_json()["text"]
    assert whole == " ".join(stored.replace("• ", "").split())
    # The list below shows its passages: the card shows how it begins.
    assert not page(client.get("/search?q=prograf+side+effects")).find("a", string="Quoted above")


def test_who_asks_for_more_gets_the_passages_that_say_it(tmp_path: Path) -> None:
    card = best(long_client(tmp_path / "more", paragraphs=12), "prograf side effects grapefruit")
    assert card is not None
    passages = card.select("blockquote.snippet")
    assert any("Grapefruit makes side effects" in passage.get_text() for passage in passages)
    summary = card.select_one("details.best-whole summary")
    assert summary is not None
    assert summary.get_text() == "Show the whole section"


def test_a_section_without_end_is_read_in_its_article(tmp_path: Path) -> None:
    card = best(long_client(tmp_path / "endless", paragraphs=80), "prograf side effects")
    assert card is not None
    assert not card.select("details")
    assert card.find("a", string="Read the whole section")
    assert card.select("mark")


def test_a_broad_search_asks_to_be_narrowed(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = "Add what you want to know"
    assert asked not in text_of(client.get("/search?q=effects"))
    monkeypatch.setattr(results_page, "BROAD", 2)
    assert asked in text_of(client.get("/search?q=effects&per_page=9"))


@pytest.mark.parametrize(
    ("query", "way"),
    [
        ("q=effected&exact=1", "Search with other forms of the words"),
        ('q=jayempi+"other+names"&expand=none', None),
    ],
)
def test_reading_more_widely_is_offered_where_it_finds_something(
    client: FlaskClient, query: str, way: str | None
) -> None:
    ways = [link.get_text() for link in page(client.get(f"/search?{query}")).select(".zero li a")]
    assert (way in ways) if way else not any(found.startswith("Search with ") for found in ways)
