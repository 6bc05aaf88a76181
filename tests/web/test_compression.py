"""Answers compressed for who takes that, and never otherwise."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.conftest import reading
from webapp.compression import LEAST_BYTES

TEXTS = (
    "/",
    "/search?q=imuran+side+effects",
    "/articles/imuran-guide",
    "/api/v1/search?q=imuran",
    "/api/v1/articles/imuran-guide",
    "/openapi.json",
    "/static/drugsearch.css",
    "/nowhere",
)


@pytest.mark.parametrize("address", TEXTS)
def test_who_takes_gzip_gets_the_same_text_in_less(client: FlaskClient, address: str) -> None:
    # Asked first, so that both may be given from memory.
    client.get(address)
    plain = client.get(address)
    packed = client.get(address, headers={"Accept-Encoding": "br;q=1, gzip;q=0.5"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(plain.data) * 0.7
    assert int(packed.headers["Content-Length"]) == len(packed.data)
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]
    # A search tells what it took, an error its request.
    if "/search" not in address and address != "/nowhere":
        assert gzip.decompress(packed.data) == plain.data


@pytest.mark.parametrize("taken", ["", "identity", "br", "gzip;q=0", "*;q=0"])
def test_who_takes_none_gets_none(client: FlaskClient, taken: str) -> None:
    answer = client.get("/help", headers={"Accept-Encoding": taken})
    assert "Content-Encoding" not in answer.headers
    assert b"<!doctype html>" in answer.data


def test_what_is_short_stays_as_it_is(client: FlaskClient) -> None:
    answer = client.get("/healthz", headers={"Accept-Encoding": "gzip"})
    assert len(answer.data) < LEAST_BYTES
    assert "Content-Encoding" not in answer.headers


def test_a_tag_stands_for_both_forms(client: FlaskClient) -> None:
    packed = client.get("/search?q=imuran", headers={"Accept-Encoding": "gzip"})
    tag = packed.headers["ETag"]
    assert tag.startswith("W/")
    for taken in ("gzip", "identity"):
        headers = {"Accept-Encoding": taken, "If-None-Match": tag}
        answer = client.get("/search?q=imuran", headers=headers)
        assert (answer.status_code, answer.data) == (304, b"")
    packed_file = client.get("/static/drugsearch.css", headers={"Accept-Encoding": "gzip"})
    again = client.get(
        "/static/drugsearch.css",
        headers={"Accept-Encoding": "gzip", "If-None-Match": packed_file.headers["ETag"]},
    )
    assert again.status_code == 304


def test_head_tells_the_length_of_what_get_would_answer(client: FlaskClient) -> None:
    headers = {"Accept-Encoding": "gzip"}
    for address in ("/help", "/static/drugsearch.css", "/search?q=imuran"):
        got, told = client.get(address, headers=headers), client.head(address, headers=headers)
        assert told.data == b""
        assert told.headers["Content-Encoding"] == "gzip"
        assert told.headers["Content-Length"] == got.headers["Content-Length"]


def test_what_is_kept_in_one_form_is_not_given_in_the_other(app: Flask) -> None:
    client = reading(app)
    address = "/api/v1/search?q=kept"
    first = client.get(address, headers={"Accept-Encoding": "gzip"})
    plain = client.get(address)
    again = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert again.headers["Server-Timing"] == 'cache;desc="hit"'
    assert again.data == first.data
    assert plain.get_json()["query"]["text"] == "kept"
