"""What a running application serves: its index and its settings, found from any request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from flask import Flask, current_app, request

from indexer.config import Settings
from indexer.errors import IndexUnavailableError
from indexer.freshness import age_notices
from indexer.index import Index
from indexer.unanswered import Unanswered
from webapp.audit_desk import AuditDesk
from webapp.metrics import Metrics
from webapp.params import Reading, read_search
from webapp.result_cache import ResultCache

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

EXTENSION = "drugsearch"

REMEMBERED_READINGS = 256
"""Query strings whose meaning is remembered: to read one takes as long as to find its answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """The index that answers, and how the application was set up."""

    index: Index
    settings: Settings
    cache: ResultCache
    audits: AuditDesk
    edition: str
    """Digest of the program's version, templates and static files: part of every ETag."""
    metrics: Metrics
    unanswered: Unanswered | None
    """Where queries that find nothing are counted, if they are."""


def attach(app: Flask, serving: Serving) -> None:
    """Give an application what it serves, and each request a single generation of it."""
    app.extensions[EXTENSION] = serving
    application = app.wsgi_app

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with serving.index.one_generation():
            return application(environ, start_response)

    app.wsgi_app = answer  # type: ignore[method-assign]  # Flask's documented way


def serving() -> Serving:
    """Return what the current application serves."""
    return cast("Serving", current_app.extensions[EXTENSION])


def ages() -> tuple[str, ...]:
    """Return what has to be said of the age of what is served, nothing where nobody set a limit."""
    days, index = serving().settings.max_age_days, serving().index
    if not days:
        return ()
    try:
        return tuple(age_notices(index.status(), index.newest(), days))
    except IndexUnavailableError:
        return ()


def search_asked(query_string: bytes, *, is_program: bool) -> Reading:
    """Return what the current request, which has this query string, asks of a search."""
    return _reading(query_string, serving().settings.deadline_ms, is_program)


@lru_cache(maxsize=REMEMBERED_READINGS)
def _reading(query_string: bytes, deadline_ms: int, is_program: bool) -> Reading:  # noqa: FBT001
    # The string is the key; `request.args` is what it says. The server bounds its length, and so
    # what is remembered.
    del query_string
    return read_search(request.args, deadline_ms=deadline_ms, is_program=is_program)
