"""wrk at work: addresses asked for by a few connections, for a few seconds."""

from __future__ import annotations

import json
import shutil
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from benchmarks.http.server import HOST
from benchmarks.process import run

SCRIPT = Path(__file__).with_name("wrk.lua")
THREADS = 1
CONNECTIONS = 8
"""Twice as many as there are threads that answer: none of them waits for wrk."""
WARM_UP_S = 1
SAMPLE = 50
"""Answers whose median size is that of a search."""


@dataclass(frozen=True, slots=True)
class Route:
    """Addresses to ask for in order, and the file that has them."""

    name: str
    file: Path
    paths: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What wrk counted in one run; times in milliseconds."""

    requests: int
    per_s: float
    p50: float
    p99: float
    errors: int
    """Answers that were no success, and requests without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Medians over the runs of a route."""

    route: str
    per_s: float
    p50: float
    p99: float
    requests: int
    errors: int
    """Of all runs together, as are the requests."""
    asked_again: int
    """Requests for an address that was asked before, which a cache may have answered."""


def is_installed() -> bool:
    """Say whether wrk can be started."""
    return shutil.which("wrk") is not None


def route(name: str, paths: Sequence[str], folder: Path) -> Route:
    """Write the addresses of a route where wrk reads them."""
    file = folder / f"{name}.txt"
    file.write_text("".join(f"{path}\n" for path in paths), encoding="ascii")
    return Route(name, file, paths)


def measure(port: int, routes: Sequence[Route], *, rounds: int, seconds: int) -> list[Rate]:
    """Ask for the routes in turn, each time another one first; raise CommandError.

    A route goes on where its last run ended.
    """
    loads: dict[str, list[Load]] = {route.name: [] for route in routes}
    places = {route.name: _ask(port, route, 0, WARM_UP_S).requests for route in routes}
    for number in range(rounds):
        start = number % len(routes)
        for route in (*routes[start:], *routes[:start]):
            load = _ask(port, route, places[route.name], seconds)
            places[route.name] += load.requests
            loads[route.name].append(load)
    return [_rate(route, loads[route.name], places[route.name]) for route in routes]


def _ask(port: int, route: Route, place: int, seconds: int) -> Load:
    shape = [f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}s"]
    address = f"http://{HOST}:{port}"
    spent = run(["wrk", *shape, "-s", str(SCRIPT), address, "--", str(route.file), str(place)])
    told = json.loads(spent.output.splitlines()[-1])
    return Load(
        requests=told["requests"],
        per_s=told["requests"] / told["duration"] * 1e6,
        p50=told["p50"] / 1e3,
        p99=told["p99"] / 1e3,
        errors=told["refused"] + told["failed"],
    )


def _rate(route: Route, loads: Sequence[Load], asked: int) -> Rate:
    return Rate(
        route=route.name,
        per_s=round(statistics.median(load.per_s for load in loads), 1),
        p50=round(statistics.median(load.p50 for load in loads), 3),
        p99=round(statistics.median(load.p99 for load in loads), 3),
        requests=sum(load.requests for load in loads),
        errors=sum(load.errors for load in loads),
        asked_again=max(0, asked - len(route.paths)),
    )


def usual(port: int, paths: Sequence[str]) -> tuple[str, int]:
    """Return the address whose answer has the median size of some, and that size in bytes.

    Raise ConnectionError for an answer that is no success.
    """
    connection = HTTPConnection(HOST, port)
    sizes = []
    for path in paths[-SAMPLE:]:
        connection.request("GET", path)
        response = connection.getresponse()
        content = response.read()
        if response.status != 200:  # noqa: PLR2004 (what HTTP calls OK)
            message = f"{path} was answered with {response.status}"
            raise ConnectionError(message)
        sizes.append((len(content), path))
    connection.close()
    size, path = sorted(sizes)[len(sizes) // 2]
    return path, size
