"""Validators: an answer stays good until the index, the program, the question or the day changes.

The day, because an answer tells which articles are older than two years.
"""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Response, request

from indexer.model import Status
from webapp.assets import ASK_EACH_TIME, digest
from webapp.serving import serving


def with_validator(response: Response, status: Status, *, complete: bool = True) -> Response:
    """Give an answer its ETag, or turn it into 304 Not Modified for who has it already.

    The tag is weak because the time a search took is part of its answer. An answer that the
    deadline cut short gets none: asked again, it may be complete.
    """
    if not complete:
        response.headers["Cache-Control"] = "no-store"
        return response
    response.headers["Cache-Control"] = ASK_EACH_TIME
    response.headers["Vary"] = "Accept-Encoding"
    asked = request.path.encode() + b"?" + request.query_string
    today = datetime.now(UTC).date().isoformat()
    tag = digest([serving().edition.encode(), status.digest.encode(), today.encode(), asked])
    response.set_etag(f"g{status.generation}-{tag}", weak=True)
    response.make_conditional(request)
    return response
