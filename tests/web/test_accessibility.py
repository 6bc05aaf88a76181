"""Every page and state held to WCAG 2.2 AA: by axe-core, and by what axe cannot see."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from indexer.config import Settings
from tests.web.browser import served, watched_page
from tests.web.states import STATES, State
from webapp import create_app

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[1] / "browser/node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCHEMES = ("light", "dark")
WIDTHS = (320, 1280)
EXPECTED = ("Failed to load resource",)
"""What the console says of pages whose status tells of an error."""

EXPLAINED = {
    # Text over the page behind an open list or sheet, and gradients: axe cannot tell; the colours
    # are those of the tokens, which the other states hold to.
    "color-contrast",
    # Whether a region can be scrolled depends on its content, and each has a tab stop.
    "scrollable-region-focusable",
}
"""Rules that axe may leave open, with why."""

each_state = pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)


@cache
def axe() -> str:
    """Return axe-core; skip where it is not installed, unless a browser is required."""
    if not AXE.exists():
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("REQUIRE_BROWSER=1, but axe-core is not there: npm ci in tests/browser")
        pytest.skip("axe-core is not installed: npm ci in tests/browser")
    return AXE.read_text(encoding="utf-8")


def report(page: Page) -> Any:  # noqa: ANN401 - JSON
    # A script tag would break the policy that the page is under.
    page.evaluate(axe())
    return page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)


def told(findings: list[dict[str, Any]]) -> list[str]:
    return [
        f"{finding['id']}: {node['target']} {node.get('failureSummary', '')}"
        for finding in findings
        for node in finding["nodes"]
    ]


def hold_to_axe(browser: Browser, address: str, state: State) -> None:
    """Find nothing that axe complains of, in light and dark, on a narrow and a wide page."""
    axe()
    with watched_page(browser, expected=EXPECTED, reduced_motion="reduce") as page:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            state.open(page, address)
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of two
                found = report(page)
                where = f"{scheme}, {width} px"
                assert told(found["violations"]) == [], where
                open_ = [one for one in found["incomplete"] if one["id"] not in EXPLAINED]
                assert told(open_) == [], where
                assert len(found["passes"]) > 10, where


@each_state
def test_axe_finds_nothing_in_light_and_dark_narrow_and_wide(
    browser: Browser, address: str, state: State
) -> None:
    hold_to_axe(browser, address, state)


def test_axe_finds_nothing_while_there_is_no_index(browser: Browser, tmp_path: Path) -> None:
    with served(create_app(Settings(index=str(tmp_path / "none")))) as address:
        hold_to_axe(browser, address, State("no index", "/search?q=imuran", status=503))


def test_axe_finds_nothing_while_the_index_is_old(browser: Browser, location: str) -> None:
    settings = Settings(index=location, max_age_days=1)
    with served(create_app(settings)) as address:
        hold_to_axe(browser, address, State("old", "/search?q=imuran+side+effects"))
        with watched_page(browser) as page:
            page.goto(address)
            assert "more than 1 day ago" in page.inner_text("body")


MEASURE = """() => {
  const found = [];
  const name = (at) => at.tagName + '.' + at.className + ' ' + at.textContent.trim().slice(0, 30);
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) found.push('scrolls sideways');
  for (const at of document.querySelectorAll('a, button, input, select, summary, [role=option]')) {
    const box = at.getBoundingClientRect();
    if (!box.width || !box.height || at.closest('[hidden], .unseen, .skip')) continue;
    // Links in running text are exempt (WCAG 2.5.8, Inline).
    const isInline = at.tagName === 'A' && getComputedStyle(at).display === 'inline';
    const label = at.closest('label')?.getBoundingClientRect();
    const height = Math.max(box.height, label?.height ?? 0);
    if (!isInline && height < 23.5) found.push('target of ' + height + ' px: ' + name(at));
  }
  if (document.querySelectorAll('h1').length !== 1) found.push('h1: not one');
  if (!document.title.endsWith(' – drugsearch')) found.push('title: ' + document.title);
  return found;
}"""

SPACED = """
* { line-height: 1.5 !important; letter-spacing: 0.12em !important; }
* { word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }
"""
"""The spacing that readers may set without losing anything (WCAG 1.4.12)."""


@each_state
def test_a_narrow_page_fits_and_can_be_hit(browser: Browser, address: str, state: State) -> None:
    """320 px is also what 1280 px are at 400 % zoom (WCAG 1.4.10)."""
    window = {"width": 320, "height": 640}
    with watched_page(browser, expected=EXPECTED, viewport=window, bypass_csp=True) as page:
        state.open(page, address)
        assert page.evaluate(MEASURE) == []
        page.add_style_tag(content=SPACED)
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not page.evaluate(wide), "scrolls sideways with wide spacing"


FOCUSED = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const box = at.getBoundingClientRect();
  const style = getComputedStyle(at);
  const x = Math.min(Math.max(box.left + Math.min(box.width / 2, 8), 1), innerWidth - 1);
  const y = Math.min(Math.max(box.top + Math.min(box.height / 2, 8), 1), innerHeight - 1);
  const top = document.elementFromPoint(x, y);
  const isSeen = at.contains(top) || top?.contains(at) || at.closest('label')?.contains(top);
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const name = at.tagName + ' ' + (at.textContent || at.name || '').trim().slice(0, 40);
  return { name, isSeen: Boolean(isSeen), hasRing: ring };
}"""

FOLLOWED = tuple(
    state
    for state in STATES
    if state.name
    in {"home", "medicine and kind", "places found", "compared", "medicine", "audit", "help", "API"}
)


@pytest.mark.parametrize("state", FOLLOWED, ids=lambda state: state.name)
def test_the_focus_is_seen_wherever_it_goes(browser: Browser, address: str, state: State) -> None:
    """WCAG 2.4.7 and 2.4.11: nothing that stays in sight covers what has the focus."""
    window = {"width": 1000, "height": 600}
    with watched_page(browser, viewport=window, reduced_motion="reduce") as page:
        state.open(page, address)
        page.evaluate("scrollTo(0, 0)")
        for _ in range(60):
            page.keyboard.press("Tab")
            focused = page.evaluate(FOCUSED)
            if focused is None:
                break
            assert focused["isSeen"], focused["name"]
            assert focused["hasRing"], focused["name"]


@pytest.mark.parametrize("state", FOLLOWED, ids=lambda state: state.name)
def test_forced_colours_keep_everything_in_sight(
    browser: Browser, address: str, state: State
) -> None:
    axe()
    with watched_page(browser, forced_colors="active") as page:
        state.open(page, address)
        invisible = page.evaluate("""() => [...document.querySelectorAll('a, button, input, mark')]
          .filter((at) => at.getBoundingClientRect().width > 0)
          .filter((at) => { const s = getComputedStyle(at);
            return s.color === s.backgroundColor && !at.matches('input[type=checkbox]'); })
          .map((at) => at.outerHTML.slice(0, 80))""")
        assert invisible == []


def test_nothing_moves_for_who_wants_that(browser: Browser, address: str) -> None:
    with watched_page(browser, reduced_motion="reduce") as page:
        for state in FOLLOWED:
            state.open(page, address)
            assert page.evaluate("document.getAnimations().length") == 0
            behaviour = "getComputedStyle(document.documentElement).scrollBehavior"
            assert page.evaluate(behaviour) == "auto"


def test_a_query_from_right_to_left_turns_nothing_else(browser: Browser, address: str) -> None:
    with watched_page(browser) as page:
        (state,) = (one for one in STATES if one.name == "another script")
        state.open(page, address)
        title = page.locator("h1")
        assert title.evaluate("at => getComputedStyle(at).direction") == "ltr"
        assert title.locator("bdi").count() == 1
        box = page.locator("form[role=search] input")
        assert box.evaluate("at => getComputedStyle(at).direction") == "rtl"


def test_paper_has_the_text_and_no_way_around(browser: Browser, address: str) -> None:
    with watched_page(browser) as page:
        page.emulate_media(media="print")
        page.goto(f"{address}/articles/imuran-guide?h=imuran")
        for gone in (".masthead nav", ".search", ".contents", ".find", ".permalink"):
            for at in page.locator(gone).all():
                assert at.is_hidden(), gone
        assert page.locator(".part mark").first.is_visible()
        for folded in (".about .evidence", ".glance li"):
            assert page.locator(folded).first.is_visible(), folded
        page.goto(f"{address}/search?q=imuran")
        assert page.locator(".rail").is_hidden()
        assert page.locator(".hit").first.is_visible()


LOADED = """() => performance.getEntriesByType('resource')
  .concat(performance.getEntriesByType('navigation'))
  .map((entry) => [entry.name, entry.transferSize])"""


@pytest.mark.parametrize("state", FOLLOWED, ids=lambda state: state.name)
def test_a_page_is_small_and_asks_little(browser: Browser, address: str, state: State) -> None:
    """At most six requests and 60 kB on the line, the icon among them."""
    with watched_page(browser) as page:
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(address + state.address, wait_until="networkidle")
        assert len(requests) <= 6, requests
        sizes = page.evaluate(LOADED)
        assert sum(size for _, size in sizes) <= 60_000, sizes
