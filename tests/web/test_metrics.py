"""What `/metrics` tells: figures for whoever watches, and nothing of what was asked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from indexer.config import Settings
from indexer.errors import IndexerError
from tests.web.conftest import reading
from webapp import create_app
from webapp.problems import STATUS

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


def figures(client: FlaskClient) -> Figures:
    """Return every sample, by its name and labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def figure(told: Figures, name: str, **labels: str) -> float:
    return told.get((f"drugsearch_{name}", frozenset(labels.items())), 0.0)


def test_requests_are_timed_by_route_and_phase(client: FlaskClient) -> None:
    for query in ("imuran", "imuran+bruising"):
        client.get(f"/search?q={query}")
    client.get("/articles/imuran-guide")
    told = figures(client)
    assert figure(told, "request_seconds_count", route="/search") == 2
    assert figure(told, "request_seconds_count", route="/articles/<article_id>") == 1
    whole = figure(told, "request_seconds_sum", route="/search")
    phases = [
        figure(told, "phase_seconds_sum", route="/search", phase=phase)
        for phase in ("search", "render")
    ]
    assert all(phases)
    assert sum(phases) < whole
    for phase in ("search", "render"):
        assert figure(told, "phase_seconds_count", route="/search", phase=phase) == 2


def test_an_answer_out_of_memory_has_no_phases_and_counts_as_what_it_was(
    client: FlaskClient,
) -> None:
    for _ in range(3):
        client.get("/search?q=zzyzx")
    told = figures(client)
    assert figure(told, "searches_total") == 3
    assert figure(told, "searches_without_hits_total") == 3
    assert figure(told, "searches_from_memory_total") == 2
    assert figure(told, "phase_seconds_count", route="/search", phase="search") == 1


def test_searches_are_counted_by_what_they_came_to(client: FlaskClient) -> None:
    for address in ("/search", "/api/v1/search"):
        for query in ("imuran", "zzyzx", "imuran+side+effects+zebra"):
            client.get(f"{address}?q={query}")
    client.get("/search")
    client.get("/api/v1/search?q=imuran&page=0")
    told = figures(client)
    assert figure(told, "searches_total") == 6
    assert figure(told, "searches_without_hits_total") == 2
    assert figure(told, "partial_answers_total") == 2
    assert figure(told, "searches_cut_total") == 0


def test_a_search_that_the_deadline_stopped_is_counted(location: str) -> None:
    client = create_app(Settings(index=location, deadline_ms=1, cache_mb=0)).test_client()
    query = " OR ".join(f"word{number}*" for number in range(30))
    answers = [client.get("/api/v1/search", query_string={"q": query}) for _ in range(20)]
    cut = sum(answer.get_json()["meta"]["partial"] for answer in answers)
    assert figure(figures(client), "searches_cut_total") == cut


def test_completions_are_counted_by_whether_there_were_some(client: FlaskClient) -> None:
    for address in (
        "/api/v1/suggest?q=imu",
        "/opensearch/suggest?q=imu",
        "/api/v1/suggest?q=zzzzzz",
    ):
        client.get(address)
    told = figures(client)
    assert figure(told, "suggestions_total", offered="some") == 2
    assert figure(told, "suggestions_total", offered="none") == 1


def test_what_was_refused_as_too_many_is_counted_and_watching_is_not(location: str) -> None:
    client = reading(create_app(Settings(index=location, rate_limit=2)))
    for _ in range(5):
        client.get("/help")
        client.get("/metrics")
    told = figures(client)
    assert figure(told, "rate_limited_total") == 3
    assert figure(told, "responses_total", route="/help", status="429") == 3
    assert figure(told, "responses_total", route="/metrics", status="200") == 5


def test_errors_are_counted_by_class(app: Flask) -> None:
    for error in (*STATUS, RuntimeError, KeyError):

        @app.get(f"/fail/{error.__name__}", endpoint=error.__name__)
        def fail(error: type[Exception] = error) -> str:
            raise error("azathioprine")

    client = app.test_client()
    for error in (*STATUS, RuntimeError, KeyError):
        client.get(f"/fail/{error.__name__}")
    told = figures(client)
    for error in STATUS:
        assert figure(told, "errors_total", error=error.__name__) == 1
    assert figure(told, "errors_total", error="unforeseen") == 2
    assert issubclass(IndexerError, Exception)


def test_the_index_is_told_with_its_generation_and_age(client: FlaskClient) -> None:
    told, served = figures(client), client.get("/readyz").get_json()
    assert figure(told, "index_up") == 1
    assert figure(told, "index_degraded") == 0
    assert figure(told, "index_generation") == served["generation"]
    assert figure(told, "index_articles") == served["articles"]
    assert figure(told, "index_sections") == served["sections"]
    assert 0 < figure(told, "index_age_seconds") < 24 * 3600


def test_without_an_index_the_figures_say_so(client_without_index: FlaskClient) -> None:
    assert client_without_index.get("/readyz").status_code == 503
    told = figures(client_without_index)
    assert figure(told, "index_up") == 0
    assert ("drugsearch_index_generation", frozenset()) not in told
    assert figure(told, "errors_total", error="IndexUnavailableError") == 1


def test_two_applications_in_a_process_count_apart(location: str) -> None:
    one, other = (create_app(Settings(index=location)).test_client() for _ in range(2))
    one.get("/search?q=imuran")
    assert figure(figures(one), "searches_total") == 1
    assert figure(figures(other), "searches_total") == 0


MADE_UP = ("a", "..", "0", "é", "%00", "%0d%0a", '"}', "a/b/c", "azathioprine", "a" * 300)


def test_nobody_makes_labels(client: FlaskClient) -> None:
    """Whatever is asked for: as many figures as before, and none with its name."""

    def ask(text: str) -> int:
        for form in (
            "/secretin{}",
            "/articles/secretin{}",
            "/drugs/secretin{}",
            "/search?q=secretin{}",
            "/search?q=imuran&sort=secretin{}",
            "/static/secretin{}",
            "/api/v1/articles/secretin{}/sections/secretin",
        ):
            client.get(form.format(text))
            client.open(form.format(text), method="SECRETIN")
        return len(figures(client))

    for text in MADE_UP:
        ask(text)
    known = ask("b")
    for text in MADE_UP:
        assert ask(f"{text}{text}") == known
    assert "secretin" not in client.get("/metrics").text.lower()


def test_every_label_is_one_of_few(client: FlaskClient) -> None:
    client.get("/nowhere/at/all")
    rules = {rule.rule for rule in client.application.url_map.iter_rules()}
    routes = {dict(labels)["route"] for _, labels in figures(client) if "route" in dict(labels)}
    assert routes <= {*rules, "unmatched"}
    assert "unmatched" in routes


def test_where_processes_count_together_the_figures_of_one_are_left_out(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get("/search?q=imuran")
    assert "\nprocess_cpu_seconds_total " in client.get("/metrics").text
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    told = figures(client)
    assert {name for name, _ in told} == {
        f"drugsearch_index_{name}"
        for name in ("up", "degraded", "generation", "age_seconds", "articles", "sections")
    }


SEVERAL = """
import sys
from webapp import create_app
from indexer.config import Settings
client = create_app(Settings(index=sys.argv[1], log_level="error")).test_client()
client.get("/search?q=imuran")
print(client.get("/metrics").text)
"""


def test_several_processes_count_together_where_a_folder_is_named(
    location: str, tmp_path: Path
) -> None:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for process in (1, 2):
        told = subprocess.run(
            [sys.executable, "-c", SEVERAL, location],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        assert f"\ndrugsearch_searches_total {process}.0\n" in told
        assert "\ndrugsearch_index_generation 1.0\n" in told
