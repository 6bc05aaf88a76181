# ruff: noqa: INP001 - a script beside its pictures, in no package
"""Make the pictures of the README anew: `.venv/bin/python docs/images/make_screenshots.py`.

Serves the sample corpus from a temporary index on a free port of 127.0.0.1, and lets Chromium
(on the PATH, as for the browser tests) take the pictures at one pixel a point.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright
from waitress.server import create_server

from indexer import Corpus, ReindexOptions, Settings, open_index
from webapp import create_app

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parents[1] / "corpus"
QUERY = "imuran+side+effects"

# As in CI's containers: no sandbox for root, no GPU, little shared memory.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]
LARGEST = 250_000
"""Bytes of a picture: a README must load fast."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture to take."""

    name: str
    address: str
    width: int = 1200
    height: int = 900
    scheme: Literal["light", "dark"] = "light"
    steps: Callable[[Page], None] | None = None
    """What is done once the page is there."""


def third_place(page: Page) -> None:
    """Go to the third place that was found."""
    for _ in range(3):
        page.get_by_role("button", name="Next place").click()
    page.wait_for_timeout(300)


def typing(page: Page) -> None:
    """Begin to type."""
    page.locator("form[role=search] input").first.click()
    page.keyboard.type("imu")
    page.locator("[role=option]").first.wait_for()


FOUND = f"/articles/imuran-guide?h={QUERY}"
PICTURES = (
    Picture(name="results-light", address=f"/search?q={QUERY}"),
    Picture(name="results-dark", address=f"/search?q={QUERY}", scheme="dark"),
    Picture(name="article", address=FOUND, height=1000, steps=third_place),
    Picture(name="article-dark", address=FOUND, height=1000, scheme="dark", steps=third_place),
    Picture(name="compare", address="/compare?section=adverse-reactions&a=Imuran&b=Vidaza"),
    Picture(name="typing-phone", address="/", width=390, height=844, steps=typing),
    Picture(name="results-phone", address=f"/search?q={QUERY}", width=390, height=844),
)


def main() -> None:
    """Take all pictures; exit with a reason when one cannot be taken or is too large."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("There is no Chromium on the PATH.")
    with served() as host, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        # The time that a page shows is to be that of a server which has opened its index.
        take(browser, host, PICTURES[0])
        for picture in PICTURES:
            path = take(browser, host, picture)
            print(f"{path.name}: {path.stat().st_size:,} bytes")  # noqa: T201 - its result
            if path.stat().st_size > LARGEST:
                sys.exit(f"{path.name} has more than {LARGEST:,} bytes.")
        browser.close()


@contextmanager
def served() -> Iterator[str]:
    """Serve the sample corpus, and give the address."""
    with tempfile.TemporaryDirectory() as folder:
        report = open_index(folder).reindex(Corpus([CORPUS]), ReindexOptions())
        if report.failed:
            sys.exit(f"The corpus could not be indexed: {report.failed}")
        application = create_app(Settings(index=folder, deadline_ms=60_000, cache_mb=0))
        server = create_server(application, host="127.0.0.1", port=0, threads=1)
        # It ends with the script.
        threading.Thread(target=server.run, daemon=True).start()
        yield f"http://127.0.0.1:{server.effective_port}"


def take(browser: Browser, host: str, picture: Picture) -> Path:
    """Take a picture of what a window of its size shows."""
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height},
        color_scheme=picture.scheme,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(host + picture.address, wait_until="networkidle")
    if picture.steps:
        picture.steps(page)
    path = HERE / f"{picture.name}.png"
    page.screenshot(path=path)
    context.close()
    return path


if __name__ == "__main__":
    main()
