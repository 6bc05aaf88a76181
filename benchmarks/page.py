"""Measure what a page of results takes on the server, beyond the search itself.

    python -m benchmarks.page INDEX QUERIES.json --json

Each query is asked of the application as a WSGI server would ask it, with nothing kept from
earlier answers; the search tells its own time. What is left is reading the request, the ways on
from an answer, and making the page. Each was asked once before, as in a running server.
"""

from __future__ import annotations

import argparse
import io
import re
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults

from flask import Flask
from werkzeug.test import run_wsgi_app

from benchmarks.documents import read_queries
from benchmarks.lines import add_output, as_list, tell
from indexer.config import Settings
from webapp import create_app

MOST_QUERIES = 200
ROUNDS = 3
LONG_ENOUGH = 60_000
"""Milliseconds: no deadline may cut what is measured."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one page took, in milliseconds, and its bytes."""

    whole: float
    search: float
    size: int

    @property
    def beyond(self) -> float:
        """Return what is no search."""
        return self.whole - self.search


def ask(app: Flask, query: str) -> Asked:
    """Ask for the page of a query; the search tells its own time in the header Server-Timing."""
    environ: dict[str, object] = {
        "PATH_INFO": "/search",
        "QUERY_STRING": urlencode({"q": query}),
        "wsgi.input": io.BytesIO(),
    }
    setup_testing_defaults(environ)
    started = time.perf_counter()
    body, _, headers = run_wsgi_app(app, environ, buffered=True)
    took = (time.perf_counter() - started) * 1000
    (search,) = re.findall(r"search;dur=([0-9.]+)", headers["Server-Timing"])
    return Asked(took, float(search), sum(map(len, body)))


def measure(index: str, queries: Sequence[str]) -> dict[str, object]:
    """Return what the pages of some queries take."""
    settings = Settings(index=index, deadline_ms=LONG_ENOUGH, cache_mb=0, log_level="warning")
    app = create_app(settings)
    for query in queries:
        ask(app, query)
    asked = [ask(app, query) for _ in range(ROUNDS) for query in queries]
    beyond = sorted(one.beyond for one in asked)
    return {
        "queries": len(queries),
        "rounds": ROUNDS,
        "beyond_p50_ms": round(statistics.median(beyond), 3),
        "beyond_p95_ms": round(beyond[int(0.95 * len(beyond))], 3),
        "search_p50_ms": round(statistics.median(one.search for one in asked), 3),
        "page_p50_bytes": int(statistics.median(one.size for one in asked)),
    }


def main() -> None:
    """Run what the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("index", metavar="INDEX", help="an index that is there")
    parser.add_argument("queries", type=Path, metavar="QUERIES.json", help="of benchmarks.generate")
    add_output(parser)
    given = parser.parse_args()
    queries = read_queries(given.queries).words[:MOST_QUERIES]
    lines = [measure(given.index, queries)]
    tell(lines, given, as_list(lines))


if __name__ == "__main__":
    main()
