"""The search box in a page of another site."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.web.browser import watched_page

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
BOX = ROOT / "webapp/static/embed/drugsearch.js"
POLICY = "default-src 'none'; script-src 'self'; connect-src {server}; img-src 'self'"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing of it."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def host(tmp_path: Path, address: str) -> Iterator[str]:
    """Serve a page with the box as the documents have it, from another port: another origin."""
    document = (ROOT / "docs/embedding.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- embed -->\n\n```html\n(.*?)```", document, re.DOTALL)
    assert found is not None
    snippet = found[1].replace("https://search.example.org", address)
    policy = POLICY.format(server=address)
    (tmp_path / "index.html").write_text(
        '<!doctype html><html lang="en"><head><title>Host</title><link rel="icon" href="i.png">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"></head>'
        f"<body><h1>Our site</h1>{snippet}</body></html>",
        encoding="utf-8",
    )
    (tmp_path / "drugsearch.js").write_bytes(BOX.read_bytes())
    (tmp_path / "i.png").write_bytes(b"")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_another_site_can_search_and_shows_whose_words_it_quotes(
    browser: Browser, host: str, address: str
) -> None:
    with watched_page(browser) as page:
        page.goto(host)
        page.get_by_label("Search our medicine guides").fill("imuran side effects")
        page.get_by_role("button", name="Search").click()
        box = page.locator("drugsearch-box")
        expect(box.get_by_role("status")).to_contain_text("sections in")
        expect(box).to_contain_text("Do not confuse azaTHIOprine")
        expect(box).to_contain_text("not medical advice")
        first = box.locator("article").first
        expect(first.locator("h3")).to_have_text("Imuran – a guide")
        expect(first).to_contain_text("unknown · 2024-02-06")
        link = first.locator("h4 a").first
        assert str(link.get_attribute("href")).startswith(f"{address}/articles/imuran-guide?h=")
        marks = [mark.inner_text() for mark in box.locator("mark").all()]
        assert "side effects" in marks


def test_a_hostile_article_stays_text_in_the_other_site(browser: Browser, host: str) -> None:
    with watched_page(browser) as page:
        page.goto(host)
        page.get_by_role("searchbox").fill("tremor")
        page.keyboard.press("Enter")
        box = page.locator("drugsearch-box")
        expect(box.locator("article h3").first).to_contain_text("<script>alert(1)</script>")
        assert box.locator("script, svg, img, b").count() == 0


def test_nothing_found_and_no_server_are_said(browser: Browser, host: str, address: str) -> None:
    with watched_page(browser, expected=("Failed to load resource", "Access to fetch")) as page:
        page.goto(host)
        status = page.locator("drugsearch-box").get_by_role("status")
        page.get_by_role("searchbox").fill("zebra")
        page.keyboard.press("Enter")
        expect(status).to_contain_text("That does not mean that something is safe.")
        page.get_by_role("searchbox").fill("x" * 1_000)
        page.keyboard.press("Enter")
        expect(status).not_to_have_text("Searching …")
        page.route(f"{address}/**", lambda route: route.abort())
        page.get_by_role("searchbox").fill("imuran")
        page.keyboard.press("Enter")
        expect(status).to_contain_text("The search did not answer")


def test_the_box_is_served_too(browser: Browser, address: str) -> None:
    with watched_page(browser) as page:
        response = page.request.get(f"{address}/static/embed/drugsearch.js")
        assert response.text() == BOX.read_text(encoding="utf-8")
        assert "javascript" in response.headers["content-type"]
