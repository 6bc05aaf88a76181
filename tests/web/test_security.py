"""What every response carries."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from flask import Flask, request
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from indexer.config import Settings
from tests.web.pages import page, without_own_scripts
from webapp import create_app

ADDRESSES = (
    "/",
    "/search",
    "/search?q=imuran",
    "/search?q=x&page=0",
    "/articles/imuran-guide",
    "/articles/nothing",
    "/drugs",
    "/drugs/imuran",
    "/help",
    "/audit",
    "/audit?code=no-date&page=2",
    "/about/safety",
    "/problems/internal",
    "/healthz",
    "/readyz",
    "/metrics",
    "/robots.txt",
    "/favicon.ico",
    "/static/drugsearch.css",
    "/static/nothing.css",
    "/static/../pages.py",
    "/nowhere",
    "/api/v1/search?q=imuran",
    "/api/v1/search",
    "/api/v1/export?q=imuran&format=csv",
    "/api/v1/export",
    "/api/v1/audit",
    "/api/v1/audit?format=csv",
    "/api/v1/status",
    "/api/v1/drugs",
    "/api/v1/drugs/imuran",
    "/api/v1/suggest?q=imu",
    "/api/v1/articles/imuran-guide",
    "/api/v1/articles/imuran-guide/sections/interactions",
    "/api/v1/nothing",
    "/api/docs",
    "/opensearch.xml",
    "/opensearch/suggest?q=imu",
    "/compare",
    "/compare?section=adverse-reactions&a=imuran&b=tegretol",
    "/compare?a=imuran&b=nothing",
    "/api/v1/compare?section=adverse-reactions&a=imuran&b=tegretol",
    "/openapi.json",
)

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def test_the_addresses_here_are_all_there_are(app: Flask) -> None:
    """Otherwise a new route would go unwatched."""
    adapter = app.url_map.bind("localhost")
    reached = set()
    for address in ADDRESSES:
        path = address.partition("?")[0]
        if adapter.test(path, "GET"):
            reached.add(adapter.match(path, "GET")[0])
    assert reached == {rule.endpoint for rule in app.url_map.iter_rules()}


def assert_locked_down(response: TestResponse) -> None:
    """Find every header that keeps a page, a frame or a cache from what is not theirs."""
    for name, value in HEADERS.items():
        assert response.headers[name] == value
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "Permissions-Policy" in response.headers
    assert "Cache-Control" in response.headers
    assert re.fullmatch(r"[0-9a-f]{16}", response.headers["X-Request-Id"])
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_response_is_locked_down(client: FlaskClient, address: str, method: str) -> None:
    response = client.open(address, method=method)
    assert response.status_code != 500
    assert_locked_down(response)
    is_api = address.startswith("/api/") or address == "/openapi.json"
    assert response.headers.get("Access-Control-Allow-Origin") == ("*" if is_api else None)


@pytest.mark.parametrize("address", ["/fail", "/api/fail"])
def test_what_fails_is_locked_down_too(
    app: Flask, client_without_index: FlaskClient, location: str, address: str
) -> None:
    @app.get(address)
    def fail() -> str:
        raise RuntimeError("what nobody foresaw")

    limited = create_app(Settings(index=location, rate_limit=1)).test_client()
    hosted = create_app(Settings(index=location, trusted_hosts=("a.example",))).test_client()
    client, kind = app.test_client(), address.removesuffix("fail")
    asked = f"{kind}v1/search?q=imuran" if kind == "/api/" else "/search?q=imuran"
    tag = client.get(asked).headers["ETag"]
    limited.get(asked)
    answers = {
        304: client.get(asked, headers={"If-None-Match": tag}),
        400: hosted.get(asked),
        413: client.post(asked, data=b"x" * 20_000),
        429: limited.get(asked),
        500: client.get(address),
        503: client_without_index.get(asked),
    }
    for status, response in answers.items():
        assert response.status_code == status
        assert_locked_down(response)
    assert answers[500].headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_hold_nothing_that_the_policy_forbids(client: FlaskClient, address: str) -> None:
    response = client.get(address)
    if response.mimetype != "text/html":
        return
    soup = BeautifulSoup(without_own_scripts(response.text), "lxml")
    assert not soup.find_all(["script", "style", "iframe", "object", "embed", "base"])
    for tag in soup.select("*"):
        assert "style" not in tag.attrs
        assert not [name for name in tag.attrs if name.startswith("on")]
        for name in ("href", "src", "action"):
            assert not str(tag.attrs.get(name, "")).startswith(("javascript:", "data:", "//"))


@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_load_nothing_from_elsewhere(client: FlaskClient, address: str) -> None:
    response = client.get(address)
    if response.mimetype == "text/html":
        soup = page(response)
        # The canonical address is one to keep, not to load, and names the host.
        loaded = soup.select("link[href]:not([rel=canonical]), img[src], script[src]")
        assert all(str(tag.get("href") or tag.get("src")).startswith("/") for tag in loaded)
        for tag in soup.select("link[rel=canonical]"):
            assert str(tag["href"]).startswith("http://localhost/")


def test_static_files_are_kept_for_good_under_their_digest(client: FlaskClient) -> None:
    stylesheet = page(client.get("/")).select_one("link[rel=stylesheet]")
    assert stylesheet is not None
    address = str(stylesheet["href"])
    assert re.fullmatch(r"/static/drugsearch\.css\?v=[0-9a-f]{16}", address)
    assert "immutable" in client.get(address).headers["Cache-Control"]
    for other in ("/static/drugsearch.css", "/static/drugsearch.css?v=0"):
        assert "must-revalidate" in client.get(other).headers["Cache-Control"]


def test_each_request_has_an_id_of_its_own(client: FlaskClient) -> None:
    ids = {client.get("/healthz").headers["X-Request-Id"] for _ in range(5)}
    assert len(ids) == 5


@pytest.mark.parametrize(("hops", "address"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
def test_proxy_headers_count_only_where_a_proxy_is_set(
    location: str, hops: int, address: str
) -> None:
    app = create_app(Settings(index=location, proxy_hops=hops))
    seen = []

    @app.before_request
    def see() -> None:
        seen.append(request.remote_addr)

    app.test_client().get("/healthz", headers={"X-Forwarded-For": "203.0.113.9"})
    assert seen == [address]


def test_readiness_names_the_generation(client: FlaskClient) -> None:
    assert client.get("/readyz").get_json()["generation"] >= 1
    assert client.get("/healthz").get_json() == {"status": "alive"}
    assert client.get("/healthz").headers["Cache-Control"] == "no-store"


def test_crawlers_are_kept_from_the_api_and_from_filters(client: FlaskClient) -> None:
    rules = client.get("/robots.txt").text
    assert "Disallow: /api/" in rules
    assert "Disallow: /search?*&" in rules
