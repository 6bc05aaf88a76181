"""A real browser for tests, and pages in it that must give no cause for complaint."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright
from werkzeug.serving import make_server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

# As in CI's containers: no sandbox for root, no GPU, little shared memory.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]

# What is expected of a page may take its time on a busy machine; Playwright's own bound is 5 s.
expect.set_options(timeout=20_000)

# Said before a page's own scripts run.
LISTENER = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) => {
  window.violations.push(event.violatedDirective + ' ' + event.blockedURI);
});
"""


@contextmanager
def started_browser() -> Iterator[Browser]:
    """Start Chromium; skip where there is none, unless one is required."""
    if CHROMIUM is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("REQUIRE_BROWSER=1, but no Chromium was found on the PATH")
        pytest.skip("no Chromium on the PATH; REQUIRE_BROWSER=1 makes this a failure")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an application on a free port and give its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def watched_page(
    browser: Browser, *, expected: tuple[str, ...] = (), **options: object
) -> Iterator[Page]:
    """Open a page that must leave no message, break no policy and ask no other host.

    `expected` are beginnings of messages that a test means to cause.
    """
    # A page that is still gliding to its place can slip away between press and release.
    options.setdefault("reduced_motion", "reduce")
    context = browser.new_context(**options)  # type: ignore[arg-type]  # passed on as they are
    context.add_init_script(LISTENER)
    page = context.new_page()
    complaints: list[str] = []

    def look_at(request: Request) -> None:
        host = urlsplit(request.url).hostname
        if host not in {"127.0.0.1", None}:
            complaints.append(f"asks {host}")

    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(f"dialog {dialog.message}"))
    page.on("request", look_at)
    yield page
    if options.get("java_script_enabled", True):
        complaints += page.evaluate("window.violations ?? []")
    context.close()
    assert [said for said in complaints if not said.startswith(expected or ("\0",))] == []
