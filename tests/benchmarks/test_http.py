"""Requests a second."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from benchmarks.http.addresses import names_of, searches
from benchmarks.http.load import is_installed, usual
from benchmarks.http.server import HOST, TRIVIAL, serving
from indexer import Corpus, ReindexOptions, open_index
from indexer.model import DrugEntry
from tests.benchmarks.conftest import command, lines_of

PAGE = "<title>Imuran</title><article><h1>Imuran</h1><p>Imuran may cause a rash.</p></article>"


@pytest.fixture(scope="module")
def location(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("http")
    (folder / "pages").mkdir()
    (folder / "pages" / "imuran.html").write_text(PAGE, encoding="utf-8")
    index = open_index(str(folder / "index"))
    index.reindex(Corpus([str(folder / "pages")]), ReindexOptions(jobs=1))
    return index.location


def test_no_search_is_asked_twice() -> None:
    paths = searches(("imuran", "zocor"))
    assert len(set(paths)) == len(paths) > 800
    assert all(path.startswith("/api/v1/search?q=") for path in paths)
    assert paths == searches(("imuran", "zocor"))


def test_names_are_those_of_ingredients_and_brands() -> None:
    entry = DrugEntry(
        name="azathioprine",
        ingredient="azathioprine",
        brands=("Imuran",),
        drug_class=None,
        articles=("a",),
    )
    assert names_of([entry, entry]) == ["azathioprine", "imuran"]


def test_one_server_answers_both_routes(location: str) -> None:
    with serving(location) as port:
        path, size = usual(port, searches(["imuran"]))
        connection = HTTPConnection(HOST, port)
        connection.request("GET", f"{TRIVIAL}/{size}")
        trivial = json.loads(connection.getresponse().read())
        connection.request("GET", path)
        found = json.loads(connection.getresponse().read())
        connection.close()
    assert len(trivial["text"]) == size
    assert found["query"]["text"].startswith("imuran")
    with pytest.raises(ConnectionRefusedError):
        HTTPConnection(HOST, port).connect()


def test_a_server_that_cannot_start_is_told(tmp_path: Path) -> None:
    with pytest.raises(ChildProcessError), serving(f"nonsense:{tmp_path}"):
        pass


@pytest.mark.slow
def test_the_command_measures_each_route(location: str) -> None:
    if not is_installed():
        pytest.skip("wrk is not installed")
    shape = "--index", location, "--rounds", 1, "--seconds", 1, "--json"
    lines: Any = lines_of(command("benchmarks.http", *shape))
    assert [line["route"] for line in lines] == ["trivial", "search", "repeated"]
    for line in lines:
        assert line["requests"] > 0
        assert line["errors"] == 0
        assert 0 < line["p50"] <= line["p99"]
    assert lines[0]["to_trivial"] == 1.0
