"""The way of a reader through a real browser: search, results, section, highlight."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.browser import watched_page

pytestmark = pytest.mark.browser

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


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


@pytest.mark.parametrize("has_script", [True, False])
def test_a_reader_gets_from_a_question_to_the_marked_passage(
    browser: Browser, address: str, *, has_script: bool
) -> None:
    with watched_page(browser, java_script_enabled=has_script) as page:
        page.goto(address)
        page.locator("input[name=q]").fill("imuran side effects")
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
    window = {"width": 1280, "height": 900}
    with watched_page(browser, viewport=window, reduced_motion="reduce") as page:
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


def test_no_letter_of_an_origin_is_cut_off_where_it_wraps(browser: Browser, address: str) -> None:
    with watched_page(browser, viewport={"width": 320, "height": 700}) as page:
        page.goto(f"{address}/search?q=imuran+side+effects")
        cut = page.evaluate("""() => {
            const found = [];
            for (const line of document.querySelectorAll('.provenance, .summary')) {
                const style = getComputedStyle(line);
                const edge = line.getBoundingClientRect().left - parseFloat(style.marginLeft) - 1;
                const range = document.createRange();
                line.firstElementChild.textContent = 'A title that is long '.repeat(4);
                for (const part of line.children) {
                    range.selectNodeContents(part);
                    for (const box of range.getClientRects())
                        if (box.left < edge) found.push(part.textContent);
                }
            }
            return found;
        }""")
        assert cut == []
