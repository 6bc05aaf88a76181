"""Every page and every state of it: one list for all that is asked of each in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page


@dataclass(frozen=True, slots=True)
class State:
    """A page as a reader may meet it; `steps` are taken once it is loaded."""

    name: str
    address: str
    steps: Callable[[Page], None] | None = None
    status: int = 200

    def open(self, page: Page, host: str) -> None:
        """Bring a browser's page into the state."""
        response = page.goto(host + self.address, wait_until="load")
        assert response is not None
        assert response.status == self.status, self.name
        if self.steps:
            self.steps(page)


def _type(page: Page) -> None:
    page.locator("form[role=search] input").first.click()
    page.keyboard.type("imu")
    page.locator("[role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")


def _remember(page: Page) -> None:
    box = page.locator("form[role=search] input").first
    page.evaluate("localStorage.setItem('drugsearch.recent', '[\"imuran\", \"tegretol\"]')")
    box.focus()
    page.keyboard.press("ArrowDown")
    page.locator("[role=option]").first.wait_for()


def _show_keys(page: Page) -> None:
    page.get_by_role("button", name="Keys").click()


def _open_folds(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")


def _next_place(page: Page) -> None:
    page.get_by_role("button", name="Next place").click()


STATES = (
    State("home", "/"),
    State("suggestions", "/", _type),
    State("earlier searches", "/", _remember),
    State("keys", "/search?q=imuran", _show_keys),
    State("medicine and kind", "/search?q=imuran+side+effects"),
    State("a word", "/search?q=dizziness"),
    State("filters open", "/search?q=side+effects", _open_folds),
    State(
        "filters in force", "/search?q=side+effects&drug=carbamazepine&section=adverse-reactions"
    ),
    State("names left out", "/search?q=imuran&without=azathioprine&expand=none"),
    State("exactly", "/search?q=imuran&exact=1"),
    State("in part", "/search?q=imuran+zebra"),
    State("corrected", "/search?q=imurann"),
    State("emergency", "/search?q=imuran+overdose"),
    State("together", "/search?q=imuran+allopurinol"),
    State("single sections", "/search?q=imuran&group=section"),
    State("opened", "/search?q=azathioprine&more=imuran-guide"),
    State("second page", "/search?q=azathioprine&per_page=1&page=2"),
    State("past the end", "/search?q=imuran&page=99"),
    State("explained", "/search?q=imuran+side+effects&explain=1"),
    State("nothing found", "/search?q=zebra"),
    State("nothing under a filter", "/search?q=imuran&year=1999"),
    State("another script", "/search?q=%D8%A5%D9%8A%D9%85%D9%88%D8%B1%D8%A7%D9%86"),
    State("wrong parameter", "/search?q=imuran&page=zero", status=400),
    State("too deep", "/search?q=imuran&page=9999", status=400),
    State("no query", "/search"),
    State("article", "/articles/imuran-guide", _open_folds),
    State("places found", "/articles/imuran-guide?h=imuran+side+effects", _next_place),
    State("no place found", "/articles/imuran-guide?h=zebra"),
    State("hostile article", "/articles/hostile?h=tremor"),
    State("no such article", "/articles/imuran-guid", status=404),
    State("medicines", "/drugs"),
    State("medicine", "/drugs/azathioprine", _open_folds),
    State("no such medicine", "/drugs/zebra", status=404),
    State("compared", "/compare?section=adverse-reactions&a=Imuran&b=Tegretol"),
    State("compared, one side empty", "/compare?section=interactions&a=Imuran&b=Tegretol"),
    State("comparing", "/compare"),
    State("comparing, unknown", "/compare?a=imuran&b=zebra", status=404),
    State("audit", "/audit"),
    State("audit of a medicine", "/audit?drug=imuran"),
    State("help", "/help"),
    State("safety", "/about/safety"),
    State("API", "/api/docs"),
    State("problem", "/problems/not-found"),
    State("nowhere", "/nowhere", status=404),
)
