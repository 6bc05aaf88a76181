"""How long an answer stays good: until the index, the program, the question or the day changes.

The day, because an answer tells which articles are older than two years. Whoever asks again has a
validator to ask with; and what was asked before, by anybody, is answered from memory.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from flask import Response, request

from indexer.model import Results, SearchRequest, Status
from webapp.assets import ASK_EACH_TIME, digest
from webapp.compression import LEAST_BYTES, compressed, takes_gzip
from webapp.outcomes import found_by, note_search
from webapp.result_cache import Answer
from webapp.serving import serving

log = logging.getLogger(__name__)

_CONDITIONS = frozenset({"HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH"})
"""The headers, as WSGI names them, that can make a difference: no answer has a time or ranges."""


def with_validator(response: Response, status: Status, *, complete: bool = True) -> Response:
    """Give an answer its ETag, or turn it into 304 Not Modified for who has it already.

    The tag is weak because the time a search took is part of its answer. An answer that the
    deadline cut short gets none: asked again, it may be complete.
    """
    if not complete:
        response.headers["Cache-Control"] = "no-store"
        return response
    response.headers.extend({"Cache-Control": ASK_EACH_TIME, "Vary": "Accept-Encoding"})
    asked = request.path.encode() + b"?" + request.query_string
    tag = digest([serving().edition.encode(), status.digest.encode(), _today().encode(), asked])
    response.set_etag(f"g{status.generation}-{tag}", weak=True)
    if not _CONDITIONS.isdisjoint(request.environ):
        response.make_conditional(request)
    return response


def answer_search(asked: SearchRequest, shape: Callable[[Results], Answer]) -> Response:
    """Answer a request that was read without a fault, from memory if it was answered before.

    `shape` makes the body of an answer; each of its kinds is kept apart.
    """
    index, cache = serving().index, serving().cache
    # The thread holds one generation, so this one is also searched.
    status = index.status()
    takes = takes_gzip()
    question = (shape, takes, request.script_root, status.digest, _today(), asked)
    may_remember = not _is_from_elsewhere()
    answer = cache.find(question) if may_remember else None
    is_complete, timing = True, 'cache;desc="hit"'
    phases: dict[str, float] = {}
    if answer is None:
        results = index.search(asked)
        searched = time.perf_counter()
        answer = replace(_packed(shape(results), takes=takes), found=found_by(results))
        is_complete = not results.partial
        made_ms = (time.perf_counter() - searched) * 1000
        phases = {"search": results.took_ms / 1000, "render": made_ms / 1000}
        timing = f"search;dur={results.took_ms:.1f}, render;dur={made_ms:.1f}"
        if is_complete and may_remember:
            cache.keep(question, answer)
    note_search(answer.found, phases)
    if answer.found.is_unanswered:
        _count_unanswered(asked.text)
    response = Response(answer.body, mimetype=answer.media_type)
    response.headers.extend((*answer.headers, ("Server-Timing", timing)))
    return with_validator(response, status, complete=is_complete)


def _count_unanswered(text: str) -> None:
    """Count a query that found nothing, if that is wanted; no reader suffers from a full disk."""
    if (unanswered := serving().unanswered) is not None:
        try:
            unanswered.count(text, request.remote_addr or "")
        except OSError as error:
            log.warning("The report of queries cannot be written: %s", error.strerror)


def _packed(answer: Answer, *, takes: bool) -> Answer:
    """Return an answer compressed for who takes that, so that it is kept so."""
    if not takes or len(answer.body) < LEAST_BYTES:
        return answer
    headers = (*answer.headers, ("Content-Encoding", "gzip"))
    return replace(answer, body=compressed(answer.body), headers=headers)


def _is_from_elsewhere() -> bool:
    """Say whether a browser asks for the page of another site.

    By the time an answer takes, that page could tell what was asked before: on a machine of one's
    own, what its owner searched for (safety rule M11).
    """
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site", "none")
    return origin is not None or site not in {"none", "same-origin"}


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
