"""Page, API, command line, export and package answer alike: the same sections in the same order."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from indexer.cli import main
from indexer.config import Settings
from indexer.corpus import Corpus
from indexer.index import Index, open_index
from indexer.model import SearchRequest
from indexer.runs import ReindexOptions
from tests.web.conftest import reading
from tests.web.pages import page
from webapp import create_app

CORPUS = Path(__file__).parents[1] / "corpus"
QUERIES = (
    "imuran side effects",
    "how does imuran work",
    "azathioprine",
    "statins muscle pain",
    "dark urine",
    "warfarin 5 mg",
    "nausea OR vomiting -imuran",
    "tacrolimis grapefruit",
    "imuran zzyzx",
    "zzyzx",
    "section:interactions grapefruit",
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    index = open_index(str(tmp_path_factory.mktemp("agreement") / "index"))
    assert index.reindex(Corpus([CORPUS]), ReindexOptions()).published
    return index


@pytest.fixture
def client(index: Index) -> FlaskClient:
    return reading(create_app(Settings(index=index.location, deadline_ms=60_000)))


@pytest.fixture
def run(
    index: Index, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    monkeypatch.setenv("DRUGSEARCH_INDEX", index.location)

    def run_here(*arguments: str) -> str:
        capsys.readouterr()
        with pytest.raises(SystemExit):
            main(arguments)
        return capsys.readouterr().out

    return run_here


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("more", [{}, {"sort": "newest"}, {"expand": "none", "per_page": "3"}])
def test_all_ways_list_the_same_sections_in_the_same_order(
    index: Index,
    client: FlaskClient,
    run: Callable[..., str],
    query: str,
    more: dict[str, str],
) -> None:
    request = SearchRequest(
        text=query,
        sort="newest" if "sort" in more else "relevance",
        expand="expand" not in more,
        per_page=int(more.get("per_page", "10")),
    )
    results = index.search(request)
    wanted = [(hit.article.id, part.id) for hit in results.hits for part in hit.sections]
    asked = {"q": query, **more}

    answer = client.get("/api/v1/search", query_string=asked).get_json()
    assert _sections(answer) == wanted

    links = page(client.get("/search", query_string=asked)).select(".hit-section h3 a")
    shown = [str(link["href"]).removeprefix("/articles/") for link in links]
    assert [(at.partition("?")[0], at.partition("#")[2]) for at in shown] == wanted

    options = [f"--{name.replace('_', '-')}={value}" for name, value in more.items()]
    assert _sections(json.loads(run("search", "--json", *options, "--", query))) == wanted
    assert answer["total"]["sections"] == results.total.sections


@pytest.mark.parametrize("query", QUERIES)
def test_an_export_has_what_the_pages_list(index: Index, client: FlaskClient, query: str) -> None:
    results = index.search(SearchRequest(text=query, group="section", per_page=50))
    wanted = [(hit.article.id, part.id) for hit in results.hits for part in hit.sections]
    lines = client.get("/api/v1/export", query_string={"q": query}).text.splitlines()
    rows = [json.loads(line) for line in lines]
    assert len(rows) == results.total.sections
    assert [(row["article"], row["section"]) for row in rows][:50] == wanted


def _sections(answer: dict[str, object]) -> list[tuple[str, str]]:
    results = answer["results"]
    assert isinstance(results, list)
    return [(hit["article"]["id"], part["id"]) for hit in results for part in hit["sections"]]
