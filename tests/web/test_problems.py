"""Errors: each with its status, its form and an id, and nothing said that should not be."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from werkzeug.routing import RequestRedirect

from indexer.config import Settings
from indexer.errors import ConfigError, IndexerError, QueryError
from tests.web.pages import assert_problem, page, text_of
from webapp import create_app
from webapp.problems import PROBLEM_TYPES, STATUS

ADDRESSES = ("/", "/search?q=x", "/articles/a", "/drugs", "/drugs/a", "/static/drugsearch.css")


def family(of: type[IndexerError]) -> Iterator[type[IndexerError]]:
    yield of
    for child in of.__subclasses__():
        yield from family(child)


def test_every_error_of_the_family_has_a_status() -> None:
    assert set(STATUS) == set(family(IndexerError))


@pytest.mark.parametrize("error", list(family(IndexerError)))
def test_every_error_of_the_family_is_answered_with_it(
    app: Flask, error: type[IndexerError]
) -> None:
    @app.get("/api/fail")
    def fail() -> str:
        raise error("what to do")

    response = app.test_client().get("/api/fail")
    assert_problem(response, STATUS[error])
    assert (response.status_code == 503) == ("Retry-After" in response.headers)


def test_a_query_error_names_its_parameter(app: Flask) -> None:
    @app.get("/api/fail")
    @app.get("/fail")
    def fail() -> str:
        raise QueryError("must be shorter", parameter="drug", code="query-too-long")

    members = assert_problem(app.test_client().get("/api/fail"), 400, "query-too-long")
    assert members["errors"] == [{"parameter": "drug", "detail": "must be shorter"}]
    response = app.test_client().get("/fail")
    assert response.status_code == 400
    assert "drug must be shorter" in text_of(response)


def test_what_has_no_type_of_its_own_is_told_by_its_status(app: Flask) -> None:
    @app.get("/api/fail")
    def fail() -> str:
        abort(414)

    members = assert_problem(app.test_client().get("/api/fail"), 414)
    assert members["type"] == "about:blank"


def test_a_redirection_is_no_problem(app: Flask) -> None:
    @app.get("/branch")
    def branch() -> str:
        raise RequestRedirect("/help")

    response = app.test_client().get("/branch")
    assert response.status_code == 308
    assert response.headers["Location"] == "/help"


def test_an_unexpected_error_tells_its_id_and_nothing_else(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    @app.get("/fail")
    @app.get("/api/fail")
    def fail() -> str:
        raise RuntimeError("password azathioprine")

    with caplog.at_level(logging.DEBUG):
        for address in ("/fail?q=azathioprine", "/api/fail?q=azathioprine"):
            response = app.test_client().get(address)
            assert response.status_code == 500
            assert "password" not in response.text
            assert "Traceback" not in response.text
            assert response.headers["X-Request-Id"] in response.text
            assert response.headers["X-Request-Id"] in caplog.text
    assert "RuntimeError" in caplog.text
    assert "test_problems.py" in caplog.text
    assert "azathioprine" not in caplog.text.replace('RuntimeError("password azathioprine")', "")


def test_nothing_that_is_searched_is_logged(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        client.get("/search?q=azathioprine+pregnancy")
        client.get("/api/v1/search?q=azathioprine&sort=azathioprine")
    assert "azathioprine" not in caplog.text


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_only_reading_is_possible(client: FlaskClient, method: str) -> None:
    for address in ADDRESSES:
        response = client.open(address, method=method.upper())
        assert response.status_code == 405
        assert {verb.strip() for verb in response.headers["Allow"].split(",")} == {"GET", "HEAD"}
    assert_problem(client.open("/api/v1/search", method=method.upper()), 405, "method-not-allowed")


def test_a_large_body_is_refused(client: FlaskClient) -> None:
    body = b"x" * (16 * 1024 + 1)
    assert_problem(client.post("/api/v1/search", data=body), 413, "content-too-large")
    assert client.post("/search", data=body).status_code == 413


def test_without_an_index_pages_say_how_to_build_one(client_without_index: FlaskClient) -> None:
    for address in ("/", "/search?q=imuran", "/drugs", "/drugs/imuran", "/articles/imuran-guide"):
        response = client_without_index.get(address)
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "30"
        assert "drugsearch reindex" in text_of(response)
    for address in ("/api/v1/search?q=imuran", "/api/v1/status", "/api/v1/drugs", "/readyz"):
        response = client_without_index.get(address)
        assert_problem(response, 503, "index-unavailable")
        assert response.headers["Retry-After"] == "30"


def test_without_an_index_the_process_is_alive_and_explains_itself(
    client_without_index: FlaskClient,
) -> None:
    for address in ("/healthz", "/help", "/about/safety", "/robots.txt", "/search"):
        assert client_without_index.get(address).status_code == 200


def test_where_the_index_lies_is_not_told(
    client_without_index: FlaskClient, tmp_path: Path
) -> None:
    assert str(tmp_path) not in client_without_index.get("/api/v1/status").text
    assert str(tmp_path) not in client_without_index.get("/").text


def test_an_index_that_appears_is_served_without_a_restart(tmp_path: Path, location: str) -> None:
    served = tmp_path / "index"
    client = create_app(Settings(index=str(served))).test_client()
    assert client.get("/readyz").status_code == 503
    Path(location).rename(served)
    try:
        assert client.get("/readyz").status_code == 200
    finally:
        served.rename(location)


def test_every_type_of_problem_is_explained_at_its_address(client: FlaskClient) -> None:
    for kind in PROBLEM_TYPES.values():
        response = client.get(kind.url)
        assert response.status_code == 200
        assert kind.title in text_of(response)
        assert kind.advice in text_of(response)
    assert client.get("/problems/nothing").status_code == 404


def test_a_missing_page_keeps_the_search_box(client: FlaskClient) -> None:
    response = client.get("/nowhere")
    assert response.status_code == 404
    assert page(response).select_one("form[role=search] input[name=q]")
    assert response.headers["X-Request-Id"] in text_of(response)


def test_a_missing_article_names_the_nearest(client: FlaskClient) -> None:
    response = client.get("/articles/imuran-gide")
    assert response.status_code == 404
    assert page(response).select_one('main a[href="/articles/imuran-guide"]')


def test_foreign_hosts_are_refused(location: str) -> None:
    app = create_app(Settings(index=location, trusted_hosts=("search.example.org",)))
    client = app.test_client()
    good = {"Host": "search.example.org"}
    bad = {"Host": "evil.example.com"}
    assert client.get("/", headers=good).status_code == 200
    assert_problem(client.get("/api/v1/status", headers=bad), 400, "bad-request")
    refused = client.get("/", headers=bad)
    assert refused.status_code == 400
    assert refused.mimetype == "text/plain"
    assert refused.headers["Content-Security-Policy"]


def test_an_unknown_kind_of_index_stops_the_start() -> None:
    with pytest.raises(ConfigError):
        create_app(Settings(index="elephant:somewhere"))


def test_without_settings_those_of_the_environment_hold(
    location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRUGSEARCH_INDEX", location)
    assert create_app().test_client().get("/readyz").status_code == 200
