"""Two medicines side by side: what is quoted, what is said to be missing, and no verdict."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from indexer.config import Settings
from indexer.corpus import Corpus
from indexer.index import Index, open_index
from indexer.runs import ReindexOptions
from tests.web.conftest import reading
from tests.web.pages import IMURAN, TEGRETOL, assert_problem, page, text_of
from webapp import create_app

PROGRAF = """<!doctype html><html lang="en"><head><title>Prograf</title></head><body><article>
<h1>Prograf (tacrolimus)</h1><p>Prograf contains tacrolimus.</p>
<h2>Side effects</h2>
<p>Dizziness and drowsiness are the most common side effects. Tremor is another one of them.</p>
<ul><li>Ring the clinic at once when you faint.</li></ul>
<h2>Storage</h2><p>Keep it dry.</p></article></body></html>"""

RAPAMUNE = """<!doctype html><html lang="en"><head><title>Rapamune</title></head><body><article>
<h1>Rapamune (sirolimus)</h1><p>Rapamune contains sirolimus.</p>
<h2>Side effects</h2><p>Ring the clinic at once when you faint. It is rare.</p>
</article></body></html>"""

PAGES = {"imuran": IMURAN, "tegretol": TEGRETOL, "prograf": PROGRAF, "rapamune": RAPAMUNE}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("compare")
    for name, text in PAGES.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    index = open_index(str(folder / "index"))
    assert index.reindex(Corpus([folder]), ReindexOptions(jobs=1)).published
    return index


@pytest.fixture
def client(index: Index) -> FlaskClient:
    return reading(create_app(Settings(index=index.location)))


def compared(client: FlaskClient, section: str, a: str, b: str) -> BeautifulSoup:
    query = {"section": section, "a": a, "b": b}
    response = client.get("/compare", query_string=query)
    assert response.status_code == 200
    return page(response)


def test_medicines_are_called_as_they_are_written_however_they_were_typed(
    client: FlaskClient,
) -> None:
    soup = compared(client, "adverse-reactions", "imuran", "TEGRETOL ")
    assert [name.get_text() for name in soup.select("h1 bdi")] == ["Imuran", "Tegretol"]
    other = compared(client, "adverse-reactions", "azathioprine", "Tegretol")
    assert [name.get_text() for name in other.select("h1 bdi")] == ["azathioprine", "Tegretol"]


def test_newer_articles_come_first(tmp_path: Path) -> None:
    for name, year in (("a", 2019), ("b", 2024), ("c", 2021)):
        date = f'<meta property="article:modified_time" content="{year}-05-01T00:00:00Z">'
        text = RAPAMUNE.replace("<title>", f"{date}<title>").replace("It is rare", f"Of {year}")
        (tmp_path / f"{name}.html").write_text(text, encoding="utf-8")
    index = open_index(str(tmp_path / "index"))
    index.reindex(Corpus([tmp_path]), ReindexOptions(jobs=1))
    told = index.compare("adverse-reactions", "Rapamune", "sirolimus").first.sections
    assert [of.section.text[-5:-1] for of in told] == ["2024", "2021", "2019"]


def test_each_side_has_all_its_sections_of_the_kind_word_for_word(client: FlaskClient) -> None:
    soup = compared(client, "adverse-reactions", "Imuran", "Tegretol")
    left, right = soup.select(".compare-column")
    assert [h.get_text(strip=True) for h in left.select("h4")] == [
        "Side effects",
        "Serious side effects",
    ]
    assert "Most side effects of Imuran pass after the first weeks of treatment." in left.get_text()
    assert "Dizziness and drowsiness are the most common side effects." in right.get_text()
    assert "Dizziness" not in left.get_text()
    for side in (left, right):
        told = side.select_one(".told .provenance")
        assert told is not None
        assert "no date found" in told.get_text() or "February 2024" in told.get_text()


def test_an_article_says_once_where_its_sections_are_from(client: FlaskClient) -> None:
    """Each text stands below its own source, which is not told again for every section."""
    soup = compared(client, "adverse-reactions", "Imuran", "Tegretol")
    (imuran,) = soup.select(".compare-column")[0].select(".told")
    assert len(imuran.select(".provenance")) == 1
    assert len(imuran.select(".told-part h4")) == 2
    title = imuran.select_one("h3 a")
    assert title is not None
    assert client.get(str(title["href"])).status_code == 200


def test_no_verdict_is_given(client: FlaskClient) -> None:
    text = compared(client, "adverse-reactions", "Imuran", "Tegretol").get_text()
    assert "This page gives no verdict." in text
    assert not any(word in text for word in ("safer", "better", "prefer"))


def test_what_one_side_lacks_is_said_and_is_no_safety(client: FlaskClient) -> None:
    soup = compared(client, "storage", "Tegretol", "Prograf")
    left, right = soup.select(".compare-column")
    absence = " ".join(left.get_text(" ").split())
    assert "This collection has no section about Storage for Tegretol" in absence
    assert "nor that it is safe" in absence
    assert not right.select(".absence")


def test_sentences_of_both_sides_are_marked_on_both(client: FlaskClient, index: Index) -> None:
    soup = compared(client, "adverse-reactions", "Prograf", "Tegretol")
    shared = [mark.get_text() for mark in soup.select(".compare-column .shared")]
    assert shared == ["Dizziness and drowsiness are the most common side effects."] * 2
    assert soup.select(".legend .shared")
    # An item is the same sentence as a paragraph.
    soup = compared(client, "adverse-reactions", "Prograf", "Rapamune")
    shared = [mark.get_text() for mark in soup.select(".compare-column .shared")]
    assert shared == ["Ring the clinic at once when you faint."] * 2
    assert not compared(client, "dosage", "Imuran", "Tegretol").select(".shared")
    for side in (index.compare("adverse-reactions", "Prograf", "Rapamune").first,):
        for told in side.sections:
            for start, end in told.shared:
                assert told.section.text[start:end] == shared[0]


def test_look_alikes_are_told(client: FlaskClient) -> None:
    text = text_of(client.get("/compare?section=dosage&a=Prograf&b=Rapamune"))
    assert "Do not confuse TACrolimus with SIrolimus" in text


def test_two_names_of_one_medicine_are_told_to_be_one(client: FlaskClient) -> None:
    text = text_of(client.get("/compare?section=dosage&a=imuran&b=azathioprine"))
    assert "Both are names of one medicine, azathioprine" in text
    assert "Both are names" not in text_of(client.get("/compare?a=imuran&b=tegretol"))


def test_the_kind_can_be_switched_and_the_sides_swapped(client: FlaskClient) -> None:
    soup = compared(client, "adverse-reactions", "Imuran", "Prograf")
    ways = {way.get_text(): str(way["href"]) for way in soup.select(".kind-ways a")}
    assert {"Side effects", "Interactions", "Storage"} <= set(ways)
    assert "Overdose" not in ways
    for address in ways.values():
        assert client.get(address).status_code == 200
    swapped = soup.find("a", string="Swap the sides")
    assert swapped is not None
    names = [h.get_text() for h in page(client.get(str(swapped["href"]))).select("h2 bdi")]
    assert names == ["Prograf", "Imuran"]


@pytest.mark.parametrize(
    "query", ["", "?a=imuran", "?section=dosage", "?b=tegretol&section=storage"]
)
def test_what_is_left_out_is_asked_for(client: FlaskClient, query: str) -> None:
    response = client.get(f"/compare{query}")
    assert response.status_code == 200
    soup = page(response)
    assert soup.select_one("h1", string="Compare two medicines")
    assert {field["name"] for field in soup.select("form.fields select")} == {
        "a",
        "b",
        "section",
    }
    assert not soup.select(".notice")


def test_an_unknown_medicine_is_said_and_none_is_shown_in_its_place(client: FlaskClient) -> None:
    response = client.get("/compare?section=dosage&a=imuran&b=tegretoll")
    assert response.status_code == 404
    text = text_of(response)
    assert "No article here is about tegretoll" in text
    assert "Did you mean Tegretol" in text
    assert not page(response).select(".compare-column")


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("section=zebra&a=x&b=y", "section"), ("a=%20&b=y", "a"), ("a=x&b=y&b=z", "b")],
)
def test_a_parameter_that_cannot_be_read_is_named(
    client: FlaskClient, query: str, parameter: str
) -> None:
    response = client.get(f"/compare?{query}")
    assert response.status_code == 400
    fault = page(response).select_one("[role=alert] code")
    assert fault is not None
    assert fault.get_text() == parameter


def test_the_api_answers_what_the_page_shows(client: FlaskClient) -> None:
    answer = client.get("/api/v1/compare?section=adverse-reactions&a=imuran&b=tegretol").get_json()
    soup = compared(client, "adverse-reactions", "imuran", "tegretol")
    for side, column in zip("ab", soup.select(".compare-column"), strict=True):
        assert answer[side]["total"] == len(answer[side]["sections"])
        shown = [link["href"] for link in column.select(".told h4 a")]
        assert [section["url"] for section in answer[side]["sections"]] == shown
    assert answer["links"]["html"] == "/compare?section=adverse-reactions&a=imuran&b=tegretol"
    assert client.get(answer["links"]["html"]).status_code == 200
    assert {notice["code"] for notice in answer["notices"]} == {"lasa"}


@pytest.mark.parametrize(
    ("query", "status", "slug"),
    [
        ("section=dosage&a=imuran&b=zebra", 404, "not-found"),
        ("section=dosage&a=imuran", 400, "invalid-parameter"),
        ("section=dosage&a=imuran&b=tegretol&c=1", 400, "unknown-parameter"),
        ("section=zebra&a=imuran&b=tegretol", 400, "invalid-parameter"),
    ],
)
def test_the_api_refuses_what_cannot_be_compared(
    client: FlaskClient, query: str, status: int, slug: str
) -> None:
    assert_problem(client.get(f"/api/v1/compare?{query}"), status, slug)


# --- the page of a medicine -------------------------------------------------------------------


def test_a_medicine_shows_what_is_told_kind_by_kind(client: FlaskClient) -> None:
    soup = page(client.get("/drugs/tacrolimus"))
    kinds = {str(kind["data-kind"]): kind for kind in soup.select(".told-kind")}
    assert list(kinds) == ["adverse-reactions", "storage"]
    effects = kinds["adverse-reactions"]
    assert effects.select_one("a[href='/articles/prograf#side-effects']")
    assert "Dizziness and drowsiness are the most common side effects." in effects.get_text()
    absent = soup.select_one(".absent")
    assert absent is not None
    assert "Pregnancy" in absent.get_text()
    assert "Storage" not in absent.get_text()


def test_a_medicine_leads_to_a_comparison(client: FlaskClient) -> None:
    soup = page(client.get("/drugs/tacrolimus"))
    link = soup.find("a", string="Another one")
    assert link is not None
    assert link["href"] == "/compare?a=tacrolimus"
