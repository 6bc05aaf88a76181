"""The way of a reader through a real browser: search, results, section, highlight."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = pytest.mark.browser

# As in CI's containers: no sandbox for root, no GPU, little shared memory.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]

WIDTHS = (320, 360, 768, 1280)
ADDRESSES = (
    "/",
    "/search?q=imuran+side+effects",
    "/search?q=warfarin",
    "/articles/imuran-guide?h=imuran+side+effects",
    "/drugs",
    "/drugs/azathioprine",
    "/help",
    "/about/safety",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium; skip where there is none, unless one is required."""
    if CHROMIUM is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("REQUIRE_BROWSER=1, but no Chromium was found on the PATH")
        pytest.skip("no Chromium on the PATH; REQUIRE_BROWSER=1 makes this a failure")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Serve the application on a free port and return its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def watched_page(browser: Browser, **options: object) -> Iterator[Page]:
    """Open a page that must leave no message in the console and break no policy."""
    context = browser.new_context(**options)  # type: ignore[arg-type]  # passed on as they are
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


@pytest.mark.parametrize("has_script", [True, False])
def test_a_reader_gets_from_a_question_to_the_marked_passage(
    browser: Browser, address: str, *, has_script: bool
) -> None:
    with watched_page(browser, java_script_enabled=has_script) as page:
        page.goto(address)
        page.get_by_role("searchbox").fill("imuran side effects")
        page.get_by_role("button", name="Search").click()
        expect(page).to_have_title("imuran side effects – drugsearch")
        page.locator(".hit-section h3 a", has_text="Serious side effects").first.click()
        expect(page).to_have_title("Imuran – a guide – drugsearch")
        assert page.url.endswith("?h=imuran+side+effects#serious-side-effects")
        section = page.locator("#serious-side-effects")
        expect(section.get_by_role("heading")).to_be_in_viewport()
        expect(section.locator("mark", has_text="effects").first).to_be_in_viewport()
        page.get_by_role("link", name="Back to the results").click()
        expect(page.locator(".hit").first).to_be_visible()


def test_filters_narrow_the_results_without_script(browser: Browser, address: str) -> None:
    with watched_page(browser, java_script_enabled=False) as page:
        page.goto(f"{address}/search?q=side+effects")
        before = page.locator(".hit").count()
        page.get_by_role("group", name="Medicine").get_by_label("carbamazepine").check()
        page.get_by_role("button", name="Apply filters").click()
        expect(page.locator(".hit")).to_have_count(1)
        page.get_by_role("link", name="remove this filter").click()
        expect(page.locator(".hit")).to_have_count(before)


def test_dark_is_dark_and_light_is_light(browser: Browser, address: str) -> None:
    shades = {}
    for scheme in ("light", "dark"):
        with watched_page(browser, color_scheme=scheme) as page:
            page.goto(address)
            shades[scheme] = background(page)
    assert shades["light"] == "rgb(251, 250, 247)"
    assert shades["dark"] == "rgb(16, 23, 22)"


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_scrolls_sideways(browser: Browser, address: str, width: int) -> None:
    with watched_page(browser, viewport={"width": width, "height": 700}) as page:
        for path in ADDRESSES:
            page.goto(address + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_the_keyboard_reaches_everything_in_reading_order(browser: Browser, address: str) -> None:
    options = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
    with watched_page(browser, **options) as page:
        page.goto(f"{address}/search?q=side+effects")
        names = []
        for _ in range(12):
            page.keyboard.press("Tab")
            names.append(
                page.evaluate("""() => {
                    const at = document.activeElement;
                    const box = at.getBoundingClientRect();
                    const shown = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
                    return shown ? at.name || at.textContent.trim() : 'out of sight';
                }""")
            )
        assert names[0] == "Skip to content"
        assert names[1] == "drugsearch"
        assert names[2:4] == ["q", "Search"]
        assert "section" in names
        assert "out of sight" not in names
        page.goto(f"{address}/search?q=side+effects")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "page_main"


def test_filters_fold_on_a_phone_and_stand_open_on_a_wide_screen(
    browser: Browser, address: str
) -> None:
    for width, is_open in ((360, False), (1280, True)):
        with watched_page(browser, viewport={"width": width, "height": 800}) as page:
            page.goto(f"{address}/search?q=side+effects")
            assert page.get_by_role("button", name="Apply filters").is_visible() is is_open
