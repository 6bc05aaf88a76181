"""The line under a title: who speaks, and how old it is."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from indexer.config import Settings
from indexer.corpus import Corpus
from indexer.index import open_index
from indexer.runs import ReindexOptions
from tests.web.conftest import reading
from tests.web.pages import HOSTILE, IMURAN, JAYEMPI, TEGRETOL, page
from webapp import create_app

UPDATED, OLD = "6 February 2024", "older than two years"

RULES = """
[[source]]
match = "shop/*"
publisher = "Corner <b>Shop</b>"
type = "seller"
base_url = "https://shop.example/"
licence = "CC BY 4.0"

[[source]]
host = "notes.example.org"
publisher = "Sample Notes"
type = "reference"
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder = tmp_path_factory.mktemp("speakers")
    corpus = folder / "corpus"
    (corpus / "shop").mkdir(parents=True)
    (corpus / "sources.toml").write_text(RULES, "utf-8")
    pages = {"imuran.html": IMURAN, "jayempi.html": JAYEMPI, "shop/tegretol.html": TEGRETOL}
    for name, text in {**pages, "hostile.html": HOSTILE}.items():
        (corpus / name).write_text(text, "utf-8")
    index = open_index(str(folder / "index"))
    assert index.reindex(Corpus([corpus]), ReindexOptions(jobs=1)).published
    return reading(create_app(Settings(index=index.location, deadline_ms=10_000)))


def asked(client: FlaskClient, address: str) -> Any:  # noqa: ANN401 - whatever JSON says
    return client.get(address).json


def line(client: FlaskClient, address: str, which: str = ".provenance") -> str:
    """Return the first line of provenance on a page, its parts apart."""
    found = page(client.get(address)).select_one(which)
    assert found is not None
    spans = found.find_all("span", recursive=False)
    return " | ".join(" ".join(span.get_text().split()) for span in spans)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("tegretol", "Tegretol, carbamazepine | Corner <b>Shop</b> Seller page | no date found"),
        (
            "imuran",
            f"Imuran, azathioprine | Sample Notes Reference | updated {UPDATED} | {OLD}",
        ),
        ("jayempi", "Jayempi, azathioprine | source unknown | no date found"),
    ],
)
def test_a_hit_says_who_speaks_and_how_old_it_is(
    client: FlaskClient, query: str, shown: str
) -> None:
    assert line(client, f"/search?q={query}") == shown


def test_an_article_says_so_too_with_licence_and_day_of_indexing(client: FlaskClient) -> None:
    address = "/articles/shop.tegretol"
    assert line(client, address).split(" | ") == ["Corner <b>Shop</b> Seller page", "no date found"]
    shown = line(client, address, ".about .provenance").split(" | ")
    assert shown[0] == "licence CC BY 4.0"
    assert shown[1].startswith("indexed ")
    assert shown[2] == "Original page"
    link = page(client.get(address)).select_one(".provenance a")
    assert link is not None
    assert link["href"] == "https://shop.example/shop/tegretol.html"


def test_the_page_of_a_medicine_says_who_speaks_in_its_articles(client: FlaskClient) -> None:
    assert "Seller page" in line(client, "/drugs/tegretol")


def test_a_seller_stands_out_from_a_reference(client: FlaskClient) -> None:
    badges = page(client.get("/search?q=imuran+OR+tegretol")).select(".provenance .badge")
    marked = {str(badge.get("data-publisher") or badge.get("data-age")) for badge in badges}
    assert marked >= {"seller", "reference", "old"}


def test_programs_learn_who_speaks(client: FlaskClient) -> None:
    article = asked(client, "/api/v1/search?q=tegretol")["results"][0]["article"]
    told = {name: article[name] for name in ("publisher", "publisher_type", "licence", "stale")}
    assert told == {
        "publisher": "Corner <b>Shop</b>",
        "publisher_type": "seller",
        "licence": "CC BY 4.0",
        "stale": "unknown-date",
    }
    whole = asked(client, "/api/v1/articles/shop.tegretol")
    section = asked(client, "/api/v1/articles/shop.tegretol/sections/side-effects")
    for shape in (whole, section["article"]):
        assert {name: shape[name] for name in told} == told
        assert shape["indexed"] == article["indexed"]
