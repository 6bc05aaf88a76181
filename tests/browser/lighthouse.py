"""Hold the pages that people see first to Lighthouse's figures.

    python tests/browser/lighthouse.py

Serves the sample corpus as `drugsearch serve` does, and asks Lighthouse for each page three times,
as a phone on a slow line (its mobile preset). Of the three the median counts, because the speed of
a shared machine wavers. Prints a table; exits 1 when a figure is below its goal.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waitress.server import create_server

from indexer import Corpus, ReindexOptions, Settings, open_index
from webapp import create_app

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parents[1] / "corpus"
LIGHTHOUSE = HERE / "node_modules/.bin/lighthouse"
PAGES = (
    "/",
    "/search?q=imuran+side+effects",
    "/articles/imuran-guide?h=imuran+side+effects",
    "/compare?section=adverse-reactions&a=imuran&b=vidaza",
)
RUNS = 3
ATTEMPTS = 6
"""One run in ten records no trace (NO_NAVSTART), for reasons of Lighthouse and Chromium."""
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage"

GOALS = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
MOST_REQUESTS, MOST_BYTES = 6, 60_000


@dataclass(frozen=True, slots=True)
class Figures:
    """What Lighthouse says of a page."""

    scores: dict[str, int]
    shift: float
    requests: int
    size: int


def measure(chromium: str, address: str) -> Figures:
    """Ask Lighthouse once; exit with its reason when it cannot tell in ATTEMPTS tries.

    A browser that was just started does not always answer in time on a busy machine.
    """
    command = [str(LIGHTHOUSE), address, "--quiet", "--output=json", f"--chrome-flags={FLAGS}"]
    environment = {**os.environ, "CHROME_PATH": chromium}
    for _ in range(ATTEMPTS):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return figures_of(json.loads(done.stdout))
        print(done.stderr[-500:], file=sys.stderr)
    sys.exit(f"Lighthouse could not look at {address}.")


def figures_of(report: dict[str, Any]) -> Figures:
    """Return what a report of Lighthouse says."""
    audits = report["audits"]
    loaded = audits["network-requests"]["details"]["items"]
    return Figures(
        scores={name: round(100 * report["categories"][name]["score"]) for name in GOALS},
        shift=audits["cumulative-layout-shift"]["numericValue"],
        requests=len(loaded),
        size=sum(item["transferSize"] for item in loaded),
    )


def middle(figures: list[Figures]) -> Figures:
    """Return the median of each figure."""
    return Figures(
        scores={name: int(statistics.median(f.scores[name] for f in figures)) for name in GOALS},
        shift=statistics.median(f.shift for f in figures),
        requests=max(f.requests for f in figures),
        size=int(statistics.median(f.size for f in figures)),
    )


def faults(page: str, figures: Figures) -> Iterator[str]:
    """Yield what misses its goal."""
    for name, goal in GOALS.items():
        if figures.scores[name] < goal:
            yield f"{page}: {name} is {figures.scores[name]}, not {goal}"
    if figures.shift > 0:
        yield f"{page}: the layout shifts by {figures.shift}"
    if figures.requests > MOST_REQUESTS:
        yield f"{page}: {figures.requests} requests, not {MOST_REQUESTS}"
    if figures.size > MOST_BYTES:
        yield f"{page}: {figures.size:,} bytes, not {MOST_BYTES:,}"


@contextmanager
def served() -> Iterator[str]:
    """Serve the sample corpus, and give the address."""
    with tempfile.TemporaryDirectory() as folder:
        report = open_index(folder).reindex(Corpus([CORPUS]), ReindexOptions())
        if report.failed:
            sys.exit(f"The corpus could not be indexed: {report.failed}")
        server = create_server(create_app(Settings(index=folder)), host="127.0.0.1", port=0)
        # It ends with the script.
        threading.Thread(target=server.run, daemon=True).start()
        yield f"http://127.0.0.1:{server.effective_port}"


def main() -> None:
    """Measure all pages, tell the figures, and say whether they are good enough."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None or not LIGHTHOUSE.exists():
        sys.exit("Needs Chromium on the PATH, and `npm ci` in tests/browser.")
    missed: list[str] = []
    with served() as host:
        for page in PAGES:
            figures = middle([measure(chromium, host + page) for _ in range(RUNS)])
            scores = "  ".join(f"{name} {score}" for name, score in figures.scores.items())
            told = f"shift {figures.shift:g}  {figures.requests} requests  {figures.size:,} bytes"
            print(f"{page}\n  {scores}  {told}", flush=True)
            missed += faults(page, figures)
    for fault in missed:
        print(fault, file=sys.stderr)
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
