"""Typing: suggestions, earlier searches, keys; in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.web.browser import watched_page

pytestmark = pytest.mark.browser


def box(page: Page) -> Locator:
    return page.locator("form[role=search] input").first


def options(page: Page) -> Locator:
    return page.locator("[role=option]")


def typed(page: Page, text: str) -> None:
    """Type into the box as a reader does, and wait for suggestions."""
    box(page).click()
    box(page).press_sequentially(text)
    expect(options(page).first).to_be_visible()


def test_suggestions_come_in_groups_with_what_tells_them_apart(
    browser: Browser, address: str
) -> None:
    with watched_page(browser) as page:
        page.goto(address)
        typed(page, "imu")
        expect(box(page)).to_have_role("combobox")
        expect(box(page)).to_have_attribute("aria-expanded", "true")
        groups = page.locator("[role=listbox] [role=group]")
        titles = [group.locator(".suggestions-title").inner_text() for group in groups.all()]
        assert titles[:2] == ["Medicines", "Sections"]
        first = options(page).first
        expect(first).to_contain_text("Imuran")
        expect(first).to_contain_text("brand of azathioprine")
        expect(first).to_contain_text("do not confuse with azaCITIDine")
        expect(page.locator("form [role=status]")).to_have_text(
            f"{options(page).count()} suggestions"
        )
        # Nothing is chosen for the reader.
        assert page.locator("[aria-selected=true]").count() == 0
        box(page).press("Enter")
        expect(page).to_have_title("imu – drugsearch")


def test_the_keyboard_goes_through_suggestions_and_back_to_the_text(
    browser: Browser, address: str
) -> None:
    with watched_page(browser) as page:
        page.goto(address)
        typed(page, "imu")
        count = options(page).count()
        selected = page.locator("[aria-selected=true]")
        box(page).press("ArrowDown")
        expect(box(page)).to_have_attribute(
            "aria-activedescendant", str(options(page).first.get_attribute("id"))
        )
        box(page).press("ArrowUp")
        expect(selected).to_have_attribute(
            "id", str(options(page).nth(count - 1).get_attribute("id"))
        )
        box(page).press("ArrowDown")
        expect(selected).to_have_attribute("id", str(options(page).first.get_attribute("id")))
        box(page).press("Home")
        assert selected.count() == 0
        assert box(page).evaluate("box => box.selectionStart") == 0
        box(page).press("End")
        assert box(page).evaluate("box => box.selectionStart") == len("imu")
        assert box(page).evaluate("box => box === document.activeElement")
        box(page).press("Escape")
        expect(page.locator("[role=listbox]")).to_be_hidden()
        expect(box(page)).to_have_value("imu")
        box(page).press("Escape")
        expect(box(page)).to_have_value("")


def test_what_is_chosen_is_searched_for_and_an_article_is_opened(
    browser: Browser, address: str
) -> None:
    with watched_page(browser) as page:
        page.goto(address)
        typed(page, "imuran si")
        box(page).press("ArrowDown")
        box(page).press("Enter")
        expect(page).to_have_title("Imuran side effects – drugsearch")
        page.goto(address)
        typed(page, "imuran")
        page.locator("[role=option]", has_text="Imuran – a guide").click()
        expect(page).to_have_title("Imuran – a guide – drugsearch")


# In a page where this ran, the test answers for the server, when and in what order it likes.
HOLDING_ANSWERS = """
window.answers = {};
window.fetch = (address) => new Promise((resolve) => {
  const q = new URL(address, location).searchParams.get('q');
  answers[q] = (labels) => {
    const items = labels.map((label) => ({ label, detail: '', q: label, url: null, lasa: [] }));
    resolve({ ok: true, json: async () => ({ groups: [{ type: 'drug', items }] }) });
  };
});
"""


@contextmanager
def held_answers(browser: Browser, address: str) -> Iterator[Page]:
    """Open the home page with the clock standing still and every answer held back."""
    with watched_page(browser) as page:
        page.add_init_script(HOLDING_ANSWERS)
        page.clock.install(time=0)
        page.goto(address)
        page.clock.pause_at(60_000)
        box(page).click()
        yield page


def asked_for(page: Page) -> list[str]:
    """Let the time pass after which the server is asked, and say what for, in all."""
    page.clock.run_for(100)
    texts: list[str] = page.evaluate("Object.keys(answers)")
    return texts


def test_an_answer_that_comes_too_late_is_dropped(browser: Browser, address: str) -> None:
    with held_answers(browser, address) as page:
        box(page).press_sequentially("imur")
        assert asked_for(page) == ["imur"]
        box(page).press_sequentially("an")
        assert asked_for(page) == ["imur", "imuran"]
        page.evaluate("answers.imuran(['in time'])")
        expect(options(page)).to_have_text("in time")
        page.evaluate("answers.imur(['too late'])")
        assert options(page).all_inner_texts() == ["in time"]


@pytest.mark.parametrize("labels", [[], ["too late"]])
def test_an_answer_between_two_keys_leaves_the_question_for_both(
    browser: Browser, address: str, labels: list[str]
) -> None:
    with held_answers(browser, address) as page:
        box(page).press_sequentially("im")
        assert asked_for(page) == ["im"]
        box(page).press_sequentially("u")
        page.evaluate("labels => answers.im(labels)", labels)
        assert options(page).count() == 0
        assert asked_for(page) == ["im", "imu"]
        page.evaluate("answers.imu(['in time'])")
        expect(options(page)).to_have_text("in time")


def test_without_a_server_typing_goes_on(browser: Browser, address: str) -> None:
    with watched_page(browser, expected=("Failed to load resource",)) as page:
        page.route("**/api/v1/suggest*", lambda route: route.abort())
        page.goto(address)
        box(page).click()
        with page.expect_event("requestfailed"):
            box(page).press_sequentially("imuran")
        expect(page.locator("[role=listbox]")).to_be_hidden()
        box(page).press("Enter")
        expect(page).to_have_title("imuran – drugsearch")


def test_suggestions_push_nothing_and_fit_on_a_phone(browser: Browser, address: str) -> None:
    phone = {"width": 320, "height": 560}
    with watched_page(browser, viewport=phone, has_touch=True, is_mobile=True) as page:
        page.goto(address)
        before = page.locator(".examples, .holdings").first.bounding_box()
        box(page).tap()
        box(page).press_sequentially("imu")
        expect(options(page).first).to_be_visible()
        assert page.locator(".examples, .holdings").first.bounding_box() == before
        panel = page.locator(".suggestions-panel").bounding_box()
        assert panel is not None
        assert panel["x"] >= 0
        assert panel["x"] + panel["width"] <= 320
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        options(page).first.tap()
        expect(page).to_have_title("Imuran – drugsearch")


def test_leaving_the_box_closes_the_list(browser: Browser, address: str) -> None:
    with watched_page(browser) as page:
        page.goto(address)
        typed(page, "imu")
        box(page).press("Tab")
        expect(page.locator("[role=listbox]")).to_be_hidden()
        typed(page, "r")
        page.locator("h1").click()
        expect(page.locator("[role=listbox]")).to_be_hidden()


# --- earlier searches -------------------------------------------------------------------------


def recent(page: Page) -> list[str]:
    stored = page.evaluate("localStorage.getItem('drugsearch.recent')")
    found: list[str] = json.loads(stored) if stored else []
    return found


def test_earlier_searches_stay_in_the_browser_and_can_be_forgotten(
    browser: Browser, address: str
) -> None:
    with watched_page(browser) as page:
        for query in ("imuran", "tegretol", "zebra", "Imuran"):
            page.goto(f"{address}/search?q={query}")
        assert recent(page) == ["Imuran", "tegretol"]
        page.goto(address)
        # They are not thrust upon anybody.
        expect(page.locator("[role=listbox]")).to_be_hidden()
        box(page).click()
        assert [one.inner_text() for one in options(page).all()] == ["Imuran", "tegretol"]
        box(page).press("ArrowDown")
        box(page).press("ArrowDown")
        box(page).press("Enter")
        expect(page).to_have_title("tegretol – drugsearch")
        page.goto(address)
        box(page).press("ArrowDown")
        page.get_by_role("button", name="Forget these").click()
        assert recent(page) == []
        assert page.context.cookies() == []


def test_remembering_can_be_switched_off_for_good(browser: Browser, address: str) -> None:
    with watched_page(browser) as page:
        page.goto(f"{address}/search?q=imuran")
        page.goto(address)
        box(page).click()
        page.get_by_role("button", name="Do not remember searches").click()
        page.goto(f"{address}/search?q=tegretol")
        assert recent(page) == []
        page.goto(f"{address}/about/safety")
        switch = page.get_by_label("Remember my searches in this browser")
        expect(switch).not_to_be_checked()
        switch.check()
        page.goto(f"{address}/search?q=tegretol")
        assert recent(page) == ["tegretol"]


# --- keys -------------------------------------------------------------------------------------


def test_keys_lead_to_the_box_and_through_results(browser: Browser, address: str) -> None:
    with watched_page(browser) as page:
        page.goto(f"{address}/search?q=imuran")
        page.keyboard.press("j")
        focused = page.locator(":focus")
        expect(focused).to_have_text("Imuran – a guide")
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement.closest('h3') !== null")
        page.keyboard.press("k")
        expect(focused).to_have_text("Imuran – a guide")
        page.keyboard.press("/")
        expect(box(page)).to_be_focused()
        page.keyboard.type("j/?")
        expect(box(page)).to_have_value("j/?")
        page.locator("h1").click()
        page.keyboard.press("Control+k")
        expect(box(page)).to_be_focused()


def test_all_keys_are_told_and_those_of_one_letter_can_be_switched_off(
    browser: Browser, address: str
) -> None:
    with watched_page(browser) as page:
        page.goto(f"{address}/search?q=imuran")
        page.keyboard.press("?")
        sheet = page.get_by_role("dialog", name="Keys")
        expect(sheet).to_be_visible()
        sheet.get_by_label("Use keys of one letter").uncheck()
        page.keyboard.press("Escape")
        expect(sheet).to_be_hidden()
        for key in ("/", "j", "?"):
            page.keyboard.press(key)
            assert page.evaluate("document.activeElement === document.body")
        expect(sheet).to_be_hidden()
        page.keyboard.press("Control+k")
        expect(box(page)).to_be_focused()
        page.reload()
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement === document.body")
        button = page.get_by_role("button", name="Keys")
        button.click()
        expect(sheet).to_be_visible()
        sheet.get_by_role("button", name="Close").click()
        expect(button).to_be_focused()


def test_nothing_takes_the_focus_when_a_page_loads(browser: Browser, address: str) -> None:
    with watched_page(browser) as page:
        for path in ("/", "/search?q=imuran", "/articles/imuran-guide?h=imuran", "/drugs"):
            page.goto(address + path)
            assert page.evaluate("document.activeElement === document.body"), path
