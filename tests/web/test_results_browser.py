"""Results and articles in a real browser: filters, what opens in place, there and back again."""

from __future__ import annotations

import csv
import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.browser import watched_page

pytestmark = pytest.mark.browser


def articles(page: Page) -> list[str]:
    return [str(hit.get_attribute("data-article")) for hit in page.locator(".hit").all()]


def test_a_filter_applies_at_once_and_back_takes_it_off(browser: Browser, address: str) -> None:
    with watched_page(browser, viewport={"width": 1280, "height": 900}) as page:
        page.goto(f"{address}/search?q=side+effects")
        before = articles(page)
        page.evaluate("window.isSamePage = true")
        choice = page.get_by_role("group", name="Medicine").get_by_label("carbamazepine")
        choice.focus()
        page.keyboard.press("Space")
        expect(page.locator(".hit")).to_have_count(1)
        expect(page).to_have_url(re.compile("drug=carbamazepine"))
        expect(choice).to_be_focused()
        expect(page.locator("#results_status")).to_contain_text("section")
        assert page.evaluate("window.isSamePage")
        page.go_back()
        expect(page.locator(".hit")).to_have_count(len(before))
        assert articles(page) == before
        assert page.evaluate("window.isSamePage")
        page.go_forward()
        expect(page.locator(".hit")).to_have_count(1)
        page.reload()
        expect(page.locator(".hit")).to_have_count(1)


def test_the_other_sections_of_an_article_open_in_their_place(
    browser: Browser, address: str
) -> None:
    with watched_page(browser, viewport={"width": 1280, "height": 900}) as page:
        page.goto(f"{address}/search?q=azathioprine")
        before = articles(page)
        page.evaluate("window.isSamePage = true")
        hit = page.locator(".hit[data-article=imuran-guide]")
        shown = hit.locator(".hit-section").count()
        hit.get_by_role("link", name="more section").click()
        expect(hit.locator(".hit-section")).to_have_count(5)
        expect(hit.locator(".hit-section").nth(shown).locator("h3 a")).to_be_focused()
        expect(page).to_have_url(re.compile("more=imuran-guide"))
        assert page.evaluate("window.isSamePage")
        assert articles(page) == before
        hit.locator("h2 a").click()
        expect(page).to_have_title("Imuran – a guide – drugsearch")
        page.go_back()
        expect(page.locator(".hit[data-article=imuran-guide] .hit-section")).to_have_count(5)


def test_back_from_an_article_finds_the_results_as_they_were(
    browser: Browser, address: str
) -> None:
    with watched_page(browser, viewport={"width": 800, "height": 500}) as page:
        page.goto(f"{address}/search?q=side+effects&sort=title")
        last = page.locator(".hit-section h3 a").last
        last.scroll_into_view_if_needed()
        place = page.evaluate("scrollY")
        assert place > 0
        last.click()
        page.wait_for_url(re.compile("/articles/"))
        back = page.get_by_role("link", name="Back to the results")
        # Who is faster than the script gets the first page of the results.
        expect(back).to_have_attribute("href", re.compile("sort=title"))
        back.click()
        expect(page).to_have_url(re.compile("sort=title"))
        page.go_back()
        page.wait_for_url(re.compile("/articles/"))
        page.go_back()
        expect(page.locator(".hit").first).to_be_visible()
        page.wait_for_function(f"Math.abs(scrollY - {place}) < 40")


def test_a_reader_goes_from_place_to_place(browser: Browser, address: str) -> None:
    with watched_page(browser, viewport={"width": 1280, "height": 600}) as page:
        page.goto(f"{address}/articles/imuran-guide?h=imuran+side+effects")
        count = page.locator(".article mark").count()
        status = page.locator("#find_status")
        expect(status).to_have_text(f"{count} places")
        following = page.get_by_role("button", name="Next place")
        following.click()
        expect(status).to_have_text(f"1 of {count}")
        expect(page.locator("mark.current")).to_have_attribute("id", "hit_1")
        expect(page.locator("mark.current")).to_be_in_viewport()
        expect(following).to_be_focused()
        page.get_by_role("button", name="Previous place").click()
        expect(status).to_have_text(f"{count} of {count}")
        bar = page.locator(".find").bounding_box()
        mark = page.locator("mark.current").bounding_box()
        assert bar is not None
        assert mark is not None
        assert mark["y"] >= bar["y"] + bar["height"], "the bar covers the place"
        page.locator("h1").click()
        page.keyboard.press("n")
        expect(status).to_have_text(f"1 of {count}")
        page.keyboard.press("p")
        expect(status).to_have_text(f"{count} of {count}")
        page.get_by_role("link", name="Clear").click()
        expect(page.locator(".article mark")).to_have_count(0)


def test_places_can_be_reached_without_script(browser: Browser, address: str) -> None:
    with watched_page(browser, java_script_enabled=False) as page:
        page.goto(f"{address}/articles/imuran-guide?h=liver")
        page.get_by_role("link", name="First place").click()
        assert page.url.endswith("#hit_1")
        expect(page.locator("#hit_1")).to_be_in_viewport()
        assert page.locator(".find button").first.is_hidden()


def test_the_contents_follow_the_reader(browser: Browser, address: str) -> None:
    with watched_page(browser, viewport={"width": 1280, "height": 500}) as page:
        page.goto(f"{address}/articles/imuran-guide")
        for name in ("serious-side-effects", "interactions"):
            page.evaluate(f"document.getElementById('{name}').scrollIntoView()")
            page.mouse.wheel(0, 1)
            current = page.locator(".contents [aria-current]")
            expect(current).to_have_attribute("href", f"#{name}")


def test_two_medicines_stand_side_by_side_or_one_above_the_other(
    browser: Browser, address: str
) -> None:
    for width, is_beside in ((1280, True), (360, False)):
        with watched_page(browser, viewport={"width": width, "height": 800}) as page:
            page.goto(f"{address}/compare?section=adverse-reactions&a=Imuran&b=Tegretol")
            left, right = (
                column.bounding_box() for column in page.locator(".compare-column").all()
            )
            assert left is not None
            assert right is not None
            assert (left["y"] == right["y"]) is is_beside
            page.get_by_label("Other medicine").select_option("tacrolimus")
            page.get_by_role("button", name="Compare").click()
            expect(page.locator(".compare-column h2").last).to_contain_text("tacrolimus")


def test_a_reader_pages_through_results(browser: Browser, address: str) -> None:
    with watched_page(browser) as page:
        page.goto(f"{address}/search?q=azathioprine&per_page=1")
        first = articles(page)
        page.get_by_role("link", name="Next").click()
        expect(page).to_have_url(re.compile("page=2"))
        assert articles(page) != first
        page.go_back()
        assert articles(page) == first


def test_nothing_found_leads_to_something(browser: Browser, address: str) -> None:
    with watched_page(browser) as page:
        page.goto(f"{address}/search?q=imuran&year=1999")
        expect(page.locator(".zero")).to_contain_text(
            "says nothing about whether something is safe"
        )
        page.get_by_role("link", name="Search without the filter 1999").click()
        expect(page.locator(".hit").first).to_be_visible()


def test_an_error_keeps_what_was_typed(browser: Browser, address: str) -> None:
    with watched_page(browser, expected=("Failed to load resource",)) as page:
        page.goto(f"{address}/search?q=imuran&page=zero")
        expect(page.locator("[role=alert]")).to_contain_text("page")
        expect(page.locator("form[role=search] input")).to_have_value("imuran")
        page.goto(f"{address}/nowhere")
        expect(page.locator("h1")).to_have_text("Nothing is at this address")


def test_everything_found_can_be_taken_along(browser: Browser, address: str) -> None:
    with watched_page(browser) as page:
        page.goto(f"{address}/search?q=azathioprine&per_page=1")
        total = page.locator(".summary strong").inner_text().split()[0]
        with page.expect_download() as started:
            page.get_by_role("link", name="All sections as a table").click()
        with started.value.path().open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert [row["rank"] for row in rows] == [str(n) for n in range(1, int(total) + 1)]
