"""Queries that find nothing, counted by the web application where its owner chose that."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from indexer.config import Settings, settings_from
from indexer.errors import ConfigError
from indexer.unanswered import K, read_report
from tests.cli.conftest import Run
from tests.cli.conftest import run as run  # noqa: PLC0414 - a fixture
from tests.web.conftest import reading
from tests.web.pages import text_of
from webapp import create_app

FIVE = tuple(f"192.0.2.{number}" for number in range(K))


def counting(location: str, folder: Path) -> FlaskClient:
    # A search that a busy machine cuts short has not shown that there is nothing.
    settings = Settings(index=location, query_report=str(folder), deadline_ms=30_000)
    return reading(create_app(settings))


def ask(client: FlaskClient, address: str, clients: Sequence[str] = FIVE) -> None:
    for number in clients:
        client.get(address, environ_base={"REMOTE_ADDR": number})


def told(folder: Path) -> list[str]:
    return [one.query for one in read_report(str(folder))]


def test_page_and_api_count_what_the_index_has_nothing_on(location: str, tmp_path: Path) -> None:
    client = counting(location, tmp_path)
    ask(client, "/search?q=zzyzx+dosage", FIVE[:3])
    ask(client, "/api/v1/search?q=dosage+of+ZZYZX", FIVE[3:])
    assert told(tmp_path) == ["dosage zzyzx"]


@pytest.mark.parametrize(
    "query",
    [
        "q=imuran",
        "q=imuran+zzyzx",
        "q=zzyzx&drug=imuran",
        "q=zzyzx&exact=1",
        "q=zzyzx+overdose",
        "q=zzyzx&page=x",
        "q=",
    ],
)
def test_what_was_answered_narrowed_or_an_emergency_is_not_counted(
    location: str, tmp_path: Path, query: str
) -> None:
    ask(counting(location, tmp_path), f"/api/v1/search?{query}")
    assert told(tmp_path) == []


def test_one_client_alone_leaves_no_trace(location: str, tmp_path: Path) -> None:
    ask(counting(location, tmp_path), "/search?q=zzyzx", [FIVE[0]] * 3 * K)
    assert not list(tmp_path.iterdir())


def test_without_the_setting_nothing_is_counted(location: str, tmp_path: Path) -> None:
    app = create_app(Settings(index=location))
    assert app.extensions["drugsearch"].unanswered is None
    assert Settings().query_report == ""
    assert settings_from({"DRUGSEARCH_QUERY_REPORT": str(tmp_path)}).query_report == str(tmp_path)


def test_a_report_that_cannot_be_written_harms_no_reader(
    location: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    client = counting(location, folder)
    folder.rmdir()
    for address in FIVE:
        answer = client.get("/search?q=zzyzx", environ_base={"REMOTE_ADDR": address})
        assert answer.status_code == 200
    assert "The report of queries cannot be written: No such file" in caplog.text
    assert "zzyzx" not in caplog.text


def test_a_folder_that_is_none_stops_the_server_from_starting(location: str) -> None:
    with pytest.raises(ConfigError, match="DRUGSEARCH_QUERY_REPORT"):
        create_app(Settings(index=location, query_report="/nowhere"))


def test_the_safety_page_says_what_is_recorded(location: str, tmp_path: Path) -> None:
    def page_of(**chosen: object) -> str:
        settings = Settings(index=location, **chosen)  # type: ignore[arg-type]
        return text_of(create_app(settings).test_client().get("/about/safety"))

    assert "keep no record of what is searched" in page_of()
    for chosen, says in (
        ({"log_queries": 1}, "has chosen to log"),
        ({"query_report": str(tmp_path)}, "five addresses"),
    ):
        text = page_of(**chosen)
        assert "keep no record of what is searched" not in text
        assert says in text


def test_status_lists_them(
    location: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRUGSEARCH_QUERY_REPORT", str(tmp_path))
    assert run("status", "--queries").err == (
        "No query that found nothing was asked from 5 addresses within a month.\n"
    )
    ask(counting(location, tmp_path), "/search?q=zzyzx+dosage")
    (one,) = read_report(str(tmp_path))
    assert run("status", "--queries").out == f"{one.month}       5  dosage zzyzx\n"
    as_json = {"month": one.month, "query": "dosage zzyzx", "asked": 5}
    told = json.loads(run("status", "--queries", "--json").out)
    assert told == {"k": 5, "queries": [as_json]}
    monkeypatch.delenv("DRUGSEARCH_QUERY_REPORT")
    refused = run("status", "--queries")
    assert refused.code == 2
    assert "DRUGSEARCH_QUERY_REPORT names no folder" in refused.err
