"""Answers that are kept: the same bytes, of the same generation, complete, and bounded."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from indexer.config import Settings
from indexer.index import Index, open_index
from indexer.model import Results, SearchRequest
from tests.web.conftest import reading
from tests.web.test_live_generations import publish
from webapp import create_app
from webapp.result_cache import KEPT_BESIDE, Answer, ResultCache
from webapp.serving import EXTENSION, Serving

HIT = 'cache;desc="hit"'
ADDRESSES = ("/api/v1/search?q=imuran+liver", "/search?q=imuran+liver")


def is_hit(client: FlaskClient, address: str, **headers: str) -> bool:
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    return response.headers["Server-Timing"] == HIT


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_same_question_is_answered_with_the_same_bytes(
    client: FlaskClient, address: str
) -> None:
    first, second = client.get(address), client.get(address)
    assert first.headers["Server-Timing"].startswith("search;dur=")
    assert second.headers["Server-Timing"] == HIT
    assert first.data == second.data
    ids = first.headers.pop("X-Request-Id"), second.headers.pop("X-Request-Id")
    assert ids[0] != ids[1]
    first.headers.pop("Server-Timing")
    second.headers.pop("Server-Timing")
    assert sorted(first.headers) == sorted(second.headers)
    kept = client.get(address, headers={"If-None-Match": second.headers["ETag"]})
    assert kept.status_code == 304


def test_a_question_is_the_same_however_its_defaults_are_written(client: FlaskClient) -> None:
    assert not is_hit(client, "/api/v1/search?q=imuran")
    assert is_hit(client, "/api/v1/search?page=1&per_page=10&q=imuran")
    assert not is_hit(client, "/api/v1/search?q=imuran&per_page=9")
    assert not is_hit(client, "/search?q=imuran")


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_is_kept_where_no_memory_is_given(location: str, address: str) -> None:
    client = reading(create_app(Settings(index=location, deadline_ms=10_000, cache_mb=0)))
    assert not is_hit(client, address)
    assert not is_hit(client, address)


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_is_published_is_answered_at_once(tmp_path: Path, address: str) -> None:
    corpus, index = tmp_path / "corpus", open_index(str(tmp_path / "index"))
    corpus.mkdir()
    client = reading(create_app(Settings(index=index.location, deadline_ms=60_000)))
    assert client.get(address).status_code == 503
    publish(index, corpus, "first")
    first = client.get(address)
    assert is_hit(client, address)
    publish(index, corpus, "second")
    second = client.get(address)
    assert second.headers["Server-Timing"] != HIT
    assert "Imuran first" in first.text
    assert "Imuran first" not in second.text
    assert first.headers["ETag"] != second.headers["ETag"]
    index.rollback()
    assert client.get(address).headers["ETag"] == first.headers["ETag"]


class CutShort:
    """An index whose every search the deadline stops."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.status = index.status
        self.answered_from = index.answered_from

    def search(self, request: SearchRequest) -> Results:
        return replace(self.index.search(request), partial=True)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_answer_that_was_cut_short_is_not_given_again(app: Flask, address: str) -> None:
    served: Serving = app.extensions[EXTENSION]
    cut_short = cast("Index", CutShort(served.index))
    app.extensions[EXTENSION] = replace(served, index=cut_short)
    client = reading(app)
    assert not is_hit(client, address)
    assert not is_hit(client, address)
    assert served.cache.bytes == 0


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_m11_pages_of_other_sites_learn_nothing_of_what_was_asked(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    address = ADDRESSES[0]
    assert not is_hit(client, address, **headers)
    assert not is_hit(client, address)
    assert not is_hit(client, address, **headers)
    assert is_hit(client, address)
    assert is_hit(client, address, **{"Sec-Fetch-Site": "same-origin"})


def test_a_fault_is_told_each_time(client: FlaskClient) -> None:
    for _ in range(2):
        assert client.get("/api/v1/search?q=imuran&sort=best").status_code == 400


def answer(length: int) -> Answer:
    return Answer(body=b"x" * length, media_type="text/plain")


def test_the_least_recently_asked_leave_first() -> None:
    cache = ResultCache(3 * (KEPT_BESIDE + 150))
    for name in "abc":
        cache.keep(name, answer(100))
    assert cache.find("a")
    cache.keep("d", answer(100))
    assert [name for name in "abcd" if cache.find(name)] == ["a", "c", "d"]


def test_one_answer_above_the_limit_leaves_the_others() -> None:
    cache = ResultCache(2 * KEPT_BESIDE)
    cache.keep("a", answer(10))
    cache.keep("b", answer(2 * KEPT_BESIDE))
    assert cache.find("a")
    assert cache.find("b") is None


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5_000))))
def test_what_is_kept_never_takes_more_than_is_given(kept: list[tuple[int, int]]) -> None:
    most = 8_000
    cache = ResultCache(most)
    for question, length in kept:
        cache.keep(question, answer(length))
        found = [one for number in range(6) if (one := cache.find(number))]
        assert sum(len(one.body) for one in found) <= cache.bytes <= most


def test_threads_share_what_is_kept() -> None:
    cache = ResultCache(20 * (KEPT_BESIDE + 60))

    def ask(offset: int) -> None:
        for number in range(500):
            question = (number + offset) % 40
            found = cache.find(question)
            assert found is None or len(found.body) == question
            cache.keep(question, answer(question))

    threads = [threading.Thread(target=ask, args=(offset,)) for offset in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [question for question in range(40) if cache.find(question)]
    assert 0 < len(found) <= 21
    for question in found:
        cache.keep(question, answer(question))
    assert cache.bytes <= 20 * (KEPT_BESIDE + 60)
