"""Hostile texts in pages, names, rules and addresses, shown by a real browser, do nothing.

Nothing runs, nothing is loaded, no policy is broken, and no element stands on a page that is not
one of ours.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from indexer.config import Settings
from indexer.corpus import Corpus
from indexer.index import open_index
from indexer.runs import ReindexOptions
from tests.web.browser import served, watched_page
from tests.web.payloads import PAYLOADS, RUN
from webapp import create_app

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PER_PAGE = 20

# What a page of ours holds of these: the lens in the masthead, its own scripts and styles.
FOREIGN = """() => {
    const found = [];
    const strange = 'iframe, frame, object, embed, applet, base, math, marquee, video, audio, img,'
        + ' style, [style], [srcdoc], meta[http-equiv], svg:not(.lens),'
        + ' form:not([action^="/"], [method=dialog]),'
        + ' script:not([src^="/static/"]), link[rel~=stylesheet]:not([href^="/static/"])';
    for (const tag of document.querySelectorAll(strange)) found.push(tag.outerHTML.slice(0, 200));
    for (const tag of document.querySelectorAll('*'))
        for (const {name, value} of tag.attributes)
            if (name.startsWith('on') || /^\\s*(javascript|data|vbscript):/i.test(value)
                && /^(href|src|action|formaction|xlink:href)$/.test(name))
                found.push(`${tag.localName} ${name}=${value}`);
    if (window.hacked !== undefined || document.getElementById('hacked')) found.push('hacked');
    return [...found, ...window.violations];
}"""

ADDRESSES = (
    "/search?q={}",
    "/articles/hostile-1?h={}",
    "/search?q=x&category={}&drug={}",
    "/compare?section=dosage&a={}&b=imuran",
    "/drugs/{}",
    "/articles/{}",
    "/audit?drug={}&code={}",
    "/search?q=imuran&sort={}&page={}&article={}&without={}",
    "/{}",
)


def hostile_page(number: int, payloads: tuple[str, ...]) -> str:
    """Return a page that has texts in every place that a page has."""
    texts = [html.escape(text) for text in payloads]
    first = texts[0]
    meta = "".join(
        f'<meta {name} content="{text}">'
        for name, text in zip(
            (
                'name="author"',
                'name="description"',
                'name="keywords"',
                'property="article:section"',
                'property="article:tag"',
                'property="article:published_time"',
                'property="og:url"',
                'property="og:site_name"',
            ),
            texts,
            strict=False,
        )
    )
    sections = "".join(
        f"<h2>Part {at} {text}</h2><p>Imuran {text} side effects.</p><ul><li>{text}</li></ul>"
        f"<table><caption>{text}</caption><tr><th>{text}</th><td>{text} 5 mg</td></tr></table>"
        # And as what it is: markup of the page itself.
        f"<div>{raw}</div>"
        for at, (text, raw) in enumerate(zip(texts, payloads, strict=True))
    )
    return (
        f"<!doctype html><html lang='{first}'><head><meta charset=utf-8>"
        f"<title>Hostile {number} {first}</title><link rel=canonical href='{first}'>{meta}</head>"
        f"<body><article><h1>Hostile {number} {first}</h1><p>Imuran contains the active substance "
        f"azathioprine.</p>{sections}</article></body></html>"
    )


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Return an application over pages full of hostile texts."""
    folder = tmp_path_factory.mktemp("hostile")
    source = folder / "source"
    source.mkdir()
    for number, start in enumerate(range(0, len(PAYLOADS), PER_PAGE)):
        text = hostile_page(number, PAYLOADS[start : start + PER_PAGE])
        (source / f"hostile {number}.html").write_text(text, "utf-8", "surrogateescape")
    (source / f"<img src=x onerror={RUN}>.html").write_text(hostile_page(99, PAYLOADS[:1]), "utf-8")
    rule = f"""[[source]]\nmatch = "**"\npublisher = '"><img src=x onerror={RUN}>'\n"""
    (source / "sources.toml").write_text(rule + 'type = "seller"\n', "utf-8")
    index = open_index(str(folder / "index"))
    report = index.reindex(Corpus([source]), ReindexOptions(jobs=1))
    assert report.published
    assert not report.failed
    return create_app(Settings(index=index.location, deadline_ms=10_000))


@pytest.fixture
def hostile_address(hostile: Flask) -> Iterator[str]:
    with served(hostile) as address:
        yield address


def look(page: Page, address: str) -> None:
    """Go to a page and find nothing strange on it."""
    page.goto(address, wait_until="load")
    assert page.evaluate(FOREIGN) == [], address


def test_there_are_many_hostile_texts() -> None:
    assert len(set(PAYLOADS)) >= 200


def test_hostile_pages_are_shown_as_text(browser: Browser, hostile_address: str) -> None:
    with watched_page(browser) as page:
        for number in range(-(-len(PAYLOADS) // PER_PAGE)):
            look(page, f"{hostile_address}/articles/hostile-{number}?h=imuran+side+effects")
            assert "hacked=1" in page.inner_text(".article")
        for address in (
            "/search?q=imuran+side+effects&per_page=50",
            "/search?q=imuran&group=section&per_page=50&explain=1",
            "/search?q=onerror",
            "/drugs",
            "/drugs/imuran",
            "/compare?section=adverse-reactions&a=imuran&b=azathioprine",
            "/audit",
            "/",
        ):
            look(page, hostile_address + address)


def test_hostile_titles_are_offered_as_text(browser: Browser, hostile_address: str) -> None:
    with watched_page(browser) as page:
        asked = f"imuran {PAYLOADS[3]}"
        look(page, f"{hostile_address}/search?q={quote(asked)}")
        assert page.locator(".hit").count()
        page.goto(hostile_address)
        box = page.get_by_role("combobox")
        box.fill("hostile")
        expect(page.get_by_role("option").first).to_be_visible()
        assert "<" in page.get_by_role("listbox").inner_text()
        assert page.evaluate(FOREIGN) == []
        page.goto(hostile_address)
        box.press("ArrowDown")
        # What was searched for before is offered again.
        expect(page.get_by_role("option", name=asked).first).to_be_visible()
        assert page.evaluate(FOREIGN) == []


def test_hostile_addresses_are_answered_with_text(browser: Browser, hostile_address: str) -> None:
    refused = "Failed to load resource: the server responded with a status of 40"
    with watched_page(browser, expected=(refused,)) as page:
        for at, payload in enumerate(PAYLOADS):
            address = ADDRESSES[at % len(ADDRESSES)]
            text = quote(payload.encode("utf-8", "replace"), safe="")
            look(page, hostile_address + address.replace("{}", text))
