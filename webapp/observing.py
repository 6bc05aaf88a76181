"""What is noted of each request: how long it took and what it came to, never what was asked.

The views note what only they know; the rest is read off the response, last of all, so that the
bytes are those that leave. `metrics` counts it and the access log tells it, a line a request. A
route is told by its rule (`/articles/<article_id>`): a path names what somebody reads about, and
there are as many as anybody likes to make up.
"""

from __future__ import annotations

import logging
import time
from http import HTTPStatus

from flask import Flask, Response, g, request

from webapp.metrics import Metrics
from webapp.outcomes import Noted, noted
from webapp.problems import asked_address
from webapp.security import request_id
from webapp.serving import serving

log = logging.getLogger("webapp.access")

UNMATCHED = "unmatched"
"""The route of a request that no rule meets."""
OTHER = "other"

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_WITHOUT_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


def attach(app: Flask, metrics: Metrics, *, tells_queries: bool) -> None:
    """Measure every request of an application; attach this before anything else."""

    @app.before_request
    def begin() -> None:
        g.noted = Noted()

    @app.after_request
    def end(response: Response) -> Response:
        of = noted()
        seconds = time.perf_counter() - of.began
        route = request.url_rule.rule if request.url_rule else UNMATCHED
        _count(metrics, of, route, response.status_code, seconds)
        if log.isEnabledFor(logging.INFO):
            _tell(route, response, seconds, tells_queries=tells_queries)
        return response


def _count(metrics: Metrics, of: Noted, route: str, status: int, seconds: float) -> None:
    metrics.requests.labels(route).observe(seconds)
    metrics.responses.labels(route, str(status)).inc()
    for phase, took in of.phases.items():
        metrics.phases.labels(route, phase).observe(took)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        metrics.rate_limited.inc()
    if of.error is not None:
        metrics.errors.labels(of.error).inc()
    if of.suggestions is not None:
        metrics.suggestions.labels("some" if of.suggestions else "none").inc()
    if (found := of.found) is None:
        return
    metrics.searches.inc()
    for happened, counter in (
        (found.is_empty, metrics.searches_without_hits),
        (found.is_partial_answer, metrics.partial_answers),
        (found.is_cut, metrics.searches_cut),
        (of.is_from_memory, metrics.searches_from_memory),
    ):
        if happened:
            counter.inc()


def _tell(route: str, response: Response, seconds: float, *, tells_queries: bool) -> None:
    told: dict[str, object] = {
        "method": request.method if request.method in _METHODS else OTHER,
        "route": route,
        "status": response.status_code,
        "ms": round(seconds * 1000, 1),
        "bytes": _length(response),
        "generation": serving().index.answered_from(),
        "request_id": request_id(),
    }
    if tells_queries:
        told["address"] = asked_address()
    log.info(
        "%(method)s %(route)s %(status)d %(ms).1f ms %(bytes)d bytes", told, extra={"told": told}
    )


def _length(response: Response) -> int:
    """Return the bytes of a body that is sent."""
    if request.method == "HEAD" or response.status_code in _WITHOUT_BODY:
        return 0
    # A file that is sent piece by piece has its length in a header alone.
    return response.calculate_content_length() or response.content_length or 0
