"""Measure requests a second of the JSON API's search, beside a route that does nothing.

    python -m benchmarks.http --json

One server answers three routes in turn: JSON of the size of a search's answer that costs nothing
to make (`trivial`), searches of which none is asked twice (`search`), and one search again and
again (`repeated`), which shows what a cache is worth.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.http.addresses import names_of, searches
from benchmarks.http.load import Rate, is_installed, measure, route, usual
from benchmarks.http.server import TRIVIAL, serving
from benchmarks.lines import add_output, as_list, tell
from benchmarks.process import run
from indexer import open_index

ROUNDS = 3
SECONDS = 4
SAMPLES = Path(__file__).parents[2] / "corpus"
ENVELOPE = len('{"text":""}\n')


def main() -> None:
    """Run what the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    add = parser.add_argument
    add_output(parser)
    add("--index", metavar="LOCATION", help="serve this index (default: of the sample articles)")
    add("--rounds", type=int, default=ROUNDS, metavar="N", help="default: %(default)s")
    add("--seconds", type=int, default=SECONDS, metavar="S", help="of a run (default: %(default)s)")
    given = parser.parse_args()
    if not is_installed():
        parser.error("wrk is not installed; Debian and Ubuntu: apt-get install wrk")
    if min(given.rounds, given.seconds) < 1:
        parser.error("--rounds and --seconds are 1 or more")
    with tempfile.TemporaryDirectory(prefix="drugsearch-bench-") as temporary:
        work = Path(temporary)
        location = given.index or _index_of_samples(work)
        lines = _lines(location, work, rounds=given.rounds, seconds=given.seconds)
    tell(lines, given, as_list(lines))


def _index_of_samples(work: Path) -> str:
    """Index the sample articles and return where."""
    location = str(work / "index")
    options = ["--index", location, "--quiet"]
    run([sys.executable, "-m", "indexer", "reindex", *options, str(SAMPLES)])
    return location


def _lines(location: str, work: Path, *, rounds: int, seconds: int) -> list[dict[str, object]]:
    """Return the figures of each route."""
    paths = searches(names_of(open_index(location).drugs()))
    with serving(location) as port:
        path, size = usual(port, paths)
        routes = [
            route("trivial", [f"{TRIVIAL}/{max(size - ENVELOPE, 0)}"], work),
            route("search", paths, work),
            route("repeated", [path], work),
        ]
        rates = measure(port, routes, rounds=rounds, seconds=seconds)
    return [_line(rate, rates, size) for rate in rates]


def _line(rate: Rate, rates: Sequence[Rate], size: int) -> dict[str, object]:
    return {
        **asdict(rate),
        "bytes": size,
        "to_trivial": round(rate.per_s / rates[0].per_s, 3),
        "load": round(os.getloadavg()[0], 2),
    }


if __name__ == "__main__":
    main()
