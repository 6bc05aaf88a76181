"""How often a client may ask: an optional limit, kept by the generic cell rate algorithm.

For each client one time is kept: when it will have used up what it asked so far, at the rate that
is allowed. Who is a whole allowance ahead of that has to wait. It needs no clean-up and no thread;
clients that have waited long enough are forgotten, and never are more kept than MOST_CLIENTS.
(ITU-T I.371, annex A.) No library: those for Flask bring storage servers, and threads that tidy up.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, Response, abort, g, request

from indexer.config import Settings

SECONDS = 60
"""The limit is told for a minute."""
MOST_CLIENTS = 10_000
"""Clients that are remembered: about two megabytes. Beyond, those that asked longest ago go."""

UNLIMITED = frozenset({"static", "health.live", "health.ready", "health.metrics"})
"""What is asked by whoever watches the server, and what belongs to a page."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request is allowed, how many more would be now, and when the next one is."""

    is_allowed: bool
    remaining: int
    wait_s: int


class RateLimiter:
    """Counts the requests of clients. Safe to share between threads."""

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Allow each client so many requests a minute, all of them at once if it likes."""
        self.per_minute = per_minute
        self._interval = SECONDS / per_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._used_up: OrderedDict[str, float] = OrderedDict()

    def ask(self, client: str) -> Verdict:
        """Count a request, unless it is one too many."""
        now = self._clock()
        with self._lock:
            until = max(self._used_up.pop(client, now), now) + self._interval
            ahead = until - now - SECONDS
            # Sums of thirds of a second miss a whole minute by a few bits.
            is_allowed = ahead <= self._interval * 1e-6
            self._used_up[client] = until if is_allowed else until - self._interval
            while len(self._used_up) > MOST_CLIENTS:
                self._used_up.popitem(last=False)
        remaining = math.floor(max(-ahead, 0) / self._interval + 1e-6)
        return Verdict(is_allowed, remaining, max(math.ceil(ahead), 1))


def attach(app: Flask, settings: Settings) -> None:
    """Limit an application's clients, if the settings say so."""
    if not settings.rate_limit:
        return
    limiter = RateLimiter(settings.rate_limit)

    @app.before_request
    def refuse_too_many() -> None:
        if request.endpoint in UNLIMITED:
            return
        # Behind proxies that are trusted this is the address that they tell.
        g.rate = limiter.ask(request.remote_addr or "")
        if not g.rate.is_allowed:
            abort(HTTPStatus.TOO_MANY_REQUESTS)

    @app.after_request
    def tell(response: Response) -> Response:
        verdict: Verdict | None = g.get("rate")
        if verdict is not None:
            told = f"r={verdict.remaining};t={verdict.wait_s if not verdict.is_allowed else 0}"
            response.headers["RateLimit-Policy"] = f'"client";q={limiter.per_minute};w={SECONDS}'
            response.headers["RateLimit"] = f'"client";{told}'
            if not verdict.is_allowed:
                response.headers["Retry-After"] = str(verdict.wait_s)
        return response
