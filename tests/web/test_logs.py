"""The log: a line for each request, which nobody can forge and which tells nothing of anybody."""

from __future__ import annotations

import inspect
import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from waitress.channel import HTTPChannel

from indexer.config import Settings, settings_from
from indexer.errors import ConfigError
from tests.web.conftest import reading
from tests.web.test_security import ADDRESSES
from webapp import create_app, logs

FORMATTERS = (logs.TextFormatter, logs.JsonFormatter)
KEYS = {
    *("time", "level", "logger", "message"),
    *("method", "route", "status", "ms", "bytes", "generation", "request_id"),
}
FORGERIES = (
    "x\n2026-01-01 00:00:00.000 INFO webapp.access: GET /forged 200",
    'x\r\n{"level": "info", "route": "/forged"}',
    "x\rforged",
    "x\u2028forged\u2029forged\x85forged\x0bforged\x0cforged\x1eforged",
    "x\x1b[2Jforged\x07\x9b1mforged\u202eforged",
)


@contextmanager
def logged(formatter: type[logging.Formatter]) -> Iterator[io.StringIO]:
    """Collect all that is logged, as that formatter writes it."""
    stream, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(stream), root.level
    handler.setFormatter(formatter())
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def telling(location: str) -> FlaskClient:
    """Return a client of an application that logs queries."""
    return reading(create_app(Settings(index=location, log_queries=1)))


def test_a_request_is_a_line_of_json(client: FlaskClient) -> None:
    with logged(logs.JsonFormatter) as log:
        answer = client.get("/api/v1/articles/imuran-guide")
    (line,) = log.getvalue().splitlines()
    told = json.loads(line)
    assert told.keys() == KEYS
    assert told["method"] == "GET"
    assert told["route"] == "/api/v1/articles/<article_id>"
    assert told["status"] == 200
    assert told["bytes"] == len(answer.data)
    assert told["generation"] == client.get("/readyz").get_json()["generation"]
    assert told["request_id"] == answer.headers["X-Request-Id"]
    assert 0 < told["ms"] < 60_000
    assert told["time"].endswith("Z")


def test_a_request_is_a_line_of_text(client: FlaskClient) -> None:
    with logged(logs.TextFormatter) as log:
        answer = client.get("/search?q=imuran")
    (line,) = log.getvalue().splitlines()
    assert "INFO webapp.access: GET /search 200 " in line
    assert f" {len(answer.data)} bytes generation 1 " in line
    assert line.endswith(f" request {answer.headers['X-Request-Id']}")


def test_the_bytes_are_those_that_are_sent(client: FlaskClient) -> None:
    with logged(logs.JsonFormatter) as log:
        packed = client.get("/search?q=imuran", headers={"Accept-Encoding": "gzip"})
        client.head("/search?q=imuran")
        style = client.get("/static/drugsearch.css")
        tag = packed.headers["ETag"]
        client.get("/search?q=imuran", headers={"If-None-Match": tag})
    told = [json.loads(line) for line in log.getvalue().splitlines()]
    assert packed.content_encoding == "gzip"
    assert [line["bytes"] for line in told] == [len(packed.data), 0, len(style.data), 0]
    assert told[-1]["status"] == 304


@pytest.mark.parametrize("formatter", FORMATTERS)
def test_nothing_of_what_somebody_reads_is_in_any_line(
    client: FlaskClient, formatter: type[logging.Formatter]
) -> None:
    with logged(formatter) as log:
        for address in ADDRESSES:
            client.get(address)
            client.open(address, method="IMURAN")
    text = log.getvalue().lower()
    assert len(text.splitlines()) == 2 * len(ADDRESSES)
    for word in ("imuran", "tegretol", "nothing", "nowhere", "adverse", "127.0.0.1", "q="):
        assert word not in text


def test_a_route_that_looks_nothing_up_has_no_generation(client: FlaskClient) -> None:
    with logged(logs.JsonFormatter) as log:
        client.get("/help/me")
    told = json.loads(log.getvalue())
    assert (told["route"], told["status"], told["generation"]) == ("unmatched", 404, None)


@pytest.mark.parametrize("formatter", FORMATTERS)
def test_what_was_asked_is_told_where_that_was_chosen(
    location: str, formatter: type[logging.Formatter]
) -> None:
    with logged(formatter) as log:
        telling(location).get("/search?q=imuran+bruising")
    assert "/search?q=imuran+bruising" in log.getvalue()


@pytest.mark.parametrize("text", FORGERIES)
@pytest.mark.parametrize("formatter", FORMATTERS)
def test_nobody_can_write_a_line_of_the_log(
    location: str, formatter: type[logging.Formatter], text: str
) -> None:
    client = telling(location)
    with logged(formatter) as log:
        for path in ("/search", f"/articles/{text}"):
            client.get(path, query_string={"q": text})
        client.open("/search", method="GET", headers={"User-Agent": "x", "Referer": "forged"})
        logging.getLogger("webapp.test").warning("told by a page: %s", text)
    written = log.getvalue()
    assert not set(written) & set("\r\v\f\x1b\x07\x1e\x85\x9b\u2028\u2029\u202e")
    lines = written.splitlines()
    if formatter is logs.JsonFormatter:
        assert [json.loads(line)["logger"] for line in lines].count("webapp.access") == 3
        assert len(lines) == 4
    else:
        records = [line for line in lines if not line.startswith("  ")]
        assert len(records) == 4
        assert not any("forged" in line.partition("told by a page")[0][:60] for line in records)


@pytest.mark.parametrize("formatter", FORMATTERS)
def test_what_went_wrong_is_found_under_the_id_of_the_answer(
    app: Flask, formatter: type[logging.Formatter]
) -> None:
    @app.get("/fail")
    def fail() -> str:
        raise RuntimeError("azathioprine")

    with logged(formatter) as log:
        answer = app.test_client().get("/fail?q=imuran")
    assert answer.status_code == 500
    written = log.getvalue()
    lines = [line for line in written.splitlines() if not line.startswith("  ")]
    assert len(lines) == 2
    assert all(answer.headers["X-Request-Id"] in line for line in lines)
    assert "RuntimeError" in written
    assert "test_logs.py" in written
    assert "imuran" not in written


@pytest.mark.parametrize("formatter", FORMATTERS)
def test_an_exception_is_told_without_its_message(formatter: type[logging.Formatter]) -> None:
    with logged(formatter) as log:
        try:
            int("enirpoihtaza"[::-1])
        except ValueError:
            logging.getLogger("waitress").exception("Something failed")
    assert "ValueError" in log.getvalue()
    assert "test_logs.py" in log.getvalue()
    assert "azathioprine" not in log.getvalue()


def test_waitress_names_no_path() -> None:
    """It would, of a reader who left before the answer was sent."""
    assert "while serving %s" in inspect.getsource(HTTPChannel.service)
    record = logging.LogRecord(
        "waitress", logging.INFO, "", 0, "Client disconnected while serving /a/im\nuran", (), None
    )
    assert logs.without_paths(record)
    assert record.getMessage() == "Client disconnected while serving a request"


@pytest.fixture
def _levels() -> Iterator[None]:
    """Put levels back by their setter, because loggers remember what follows from them."""
    loggers = [logging.getLogger(name) for name in ("", "webapp", "waitress.queue")]
    levels = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.mark.usefixtures("_levels")
def test_a_process_of_ours_logs_in_the_form_that_was_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root, waitress = logging.getLogger(), logging.getLogger("waitress")
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(waitress, "filters", [])
    for name, formatter in (("text", logs.TextFormatter), ("json", logs.JsonFormatter)):
        root.handlers.clear()
        logs.start_logging(Settings(log_format=name, log_level="warning"))
        (handler,) = root.handlers
        assert type(handler.formatter) is formatter
        assert root.level == logging.WARNING
    assert logs.without_paths in waitress.filters
    assert logging.getLogger("waitress.queue").level == logging.ERROR


@pytest.mark.usefixtures("_levels")
def test_an_application_takes_care_of_its_log_only_where_nobody_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours = logging.getLogger("webapp")
    monkeypatch.setattr(ours, "handlers", [])
    logs.attach(Settings())
    assert not ours.handlers
    monkeypatch.setattr(ours, "propagate", False)
    for _ in range(2):
        logs.attach(Settings(log_format="json"))
    (handler,) = ours.handlers
    assert type(handler.formatter) is logs.JsonFormatter


PROGRAM = """
import logging, sys
from webapp import create_app
from indexer.config import settings_from
app = create_app(settings_from({"DRUGSEARCH_INDEX": sys.argv[1], **dict([sys.argv[2].split("=")])}))
create_app(settings_from({"DRUGSEARCH_INDEX": sys.argv[1]}))
app.test_client().get("/help")
"""


@pytest.mark.parametrize(
    ("chosen", "lines"),
    [("DRUGSEARCH_LOG_FORMAT=json", 1), ("DRUGSEARCH_LOG_LEVEL=warning", 0)],
)
def test_under_a_server_that_knows_no_settings_they_hold(
    location: str, chosen: str, lines: int
) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, location, chosen],
        check=True,
        capture_output=True,
        text=True,
    )
    assert ran.stdout == ""
    written = ran.stderr.splitlines()
    assert len(written) == lines
    assert all(json.loads(line)["route"] == "/help" for line in written)


@pytest.mark.parametrize("text", ["LOG_FORMAT=xml", "LOG_QUERIES=yes", "LOG_QUERIES=2"])
def test_a_choice_that_is_none_is_refused_by_name(text: str) -> None:
    name, _, value = text.partition("=")
    with pytest.raises(ConfigError, match=f"DRUGSEARCH_{name} is '{value}'; "):
        settings_from({f"DRUGSEARCH_{name}": value})


def test_the_log_is_text_and_tells_no_queries_unless_it_is_told_to() -> None:
    assert settings_from({}).log_format == "text"
    assert not settings_from({}).log_queries
    assert settings_from({"DRUGSEARCH_LOG_QUERIES": "1"}).log_queries
