"""How often a client may ask, where that is limited."""

from __future__ import annotations

from itertools import count

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from indexer.config import Settings, settings_from
from indexer.errors import ConfigError
from tests.web.conftest import reading
from tests.web.pages import assert_problem, page
from webapp import create_app
from webapp.rate_limit import MOST_CLIENTS, RateLimiter

LIMIT = 5


def limited(location: str, *, proxy_hops: int = 0) -> FlaskClient:
    settings = Settings(index=location, rate_limit=LIMIT, proxy_hops=proxy_hops)
    return reading(create_app(settings))


class Clock:
    """A clock that goes when it is told to."""

    now = 1_000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def test_one_request_too_many_is_refused_with_when_to_come_again(location: str) -> None:
    client = limited(location)
    for left in range(LIMIT - 1, -1, -1):
        answer = client.get("/api/v1/status")
        assert answer.status_code == 200
        assert answer.headers["RateLimit"] == f'"client";r={left};t=0'
        assert answer.headers["RateLimit-Policy"] == f'"client";q={LIMIT};w=60'
    refused = client.get("/api/v1/status")
    assert_problem(refused, 429, "too-many-requests")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60 / LIMIT
    assert refused.headers["Cache-Control"] == "no-store"


def test_people_are_told_on_a_page(location: str) -> None:
    client = limited(location)
    for _ in range(LIMIT):
        client.get("/help")
    refused = client.get("/search?q=imuran")
    assert refused.status_code == 429
    heading = page(refused).h1
    assert heading is not None
    assert heading.get_text() == "Too many requests"


def test_who_watches_the_server_and_what_a_page_is_made_of_is_not_counted(location: str) -> None:
    client = limited(location)
    for _ in range(LIMIT + 1):
        for address in ("/healthz", "/readyz", "/static/drugsearch.css"):
            answer = client.get(address)
            assert answer.status_code == 200
            assert "RateLimit" not in answer.headers


def test_without_a_limit_nothing_is_said(client: FlaskClient) -> None:
    for _ in range(LIMIT + 1):
        answer = client.get("/api/v1/status")
        assert answer.status_code == 200
    assert "RateLimit" not in answer.headers


@pytest.mark.parametrize(("hops", "is_one_client"), [(0, True), (1, False)])
def test_a_client_is_who_a_trusted_proxy_says(
    location: str, hops: int, *, is_one_client: bool
) -> None:
    client = limited(location, proxy_hops=hops)
    statuses = [
        client.get("/api/v1/status", headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code
        for n in range(LIMIT + 1)
    ]
    assert (statuses[-1] == 429) is is_one_client


def test_time_gives_requests_back() -> None:
    clock = Clock()
    limiter = RateLimiter(LIMIT, clock=clock)
    assert [limiter.ask("a").is_allowed for _ in range(LIMIT + 1)] == [True] * LIMIT + [False]
    assert limiter.ask("b").is_allowed
    clock.now += 60 / LIMIT
    assert [limiter.ask("a").is_allowed for _ in range(2)] == [True, False]
    clock.now += 3_600
    assert [limiter.ask("a").is_allowed for _ in range(LIMIT + 1)] == [True] * LIMIT + [False]


@given(st.integers(1, 1_000), st.lists(st.floats(0, 30), max_size=60))
def test_nobody_gets_more_than_is_allowed(limit: int, waits: list[float]) -> None:
    clock = Clock()
    limiter = RateLimiter(limit, clock=clock)
    for wait in waits:
        clock.now += wait
        limiter.ask("a")
    began = clock.now
    allowed = 0
    for _ in range(3 * limit + 3):
        clock.now += 60 / limit / 3
        verdict = limiter.ask("a")
        allowed += verdict.is_allowed
        assert verdict.is_allowed or verdict.wait_s >= 1
    minutes = (clock.now - began) / 60
    assert allowed <= limit * (minutes + 1) + 1


def test_clients_that_asked_long_ago_are_forgotten() -> None:
    limiter = RateLimiter(1, clock=Clock())
    names = (f"client {number}" for number in count())
    first = next(names)
    limiter.ask(first)
    assert not limiter.ask(first).is_allowed
    for _ in range(MOST_CLIENTS):
        limiter.ask(next(names))
    assert limiter.ask(first).is_allowed


def test_the_limit_is_a_setting() -> None:
    assert settings_from({"DRUGSEARCH_RATE_LIMIT": "600"}).rate_limit == 600
    with pytest.raises(ConfigError, match="RATE_LIMIT"):
        settings_from({"DRUGSEARCH_RATE_LIMIT": "-1"})
