"""Errors as answers: problem+json (RFC 9457) for programs, a page for people.

Programs are everything below `/api/`, and whoever asks for readiness. Every kind of problem has
an address, `/problems/<slug>`, where a page explains it. Nothing of an unexpected error reaches
the reader but the id under which it stands in the log; what was asked never stands in the log.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import NotRequired, TypedDict
from urllib.parse import quote

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, SecurityError

from indexer.errors import (
    ConfigError,
    CorpusError,
    IndexDamagedError,
    IndexerError,
    IndexLockedError,
    IndexUnavailableError,
    NotFoundError,
    QueryError,
    RemovalGuardError,
)
from webapp.outcomes import note_error
from webapp.params import Fault
from webapp.security import request_id

log = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"

RETRY_AFTER = 30
"""Seconds after which to ask again when no index can be served: a small one is built by then."""


class ErrorJson(TypedDict):
    """A parameter at fault, and what is wrong with it."""

    parameter: str
    detail: str


class ProblemJson(TypedDict):
    """A problem, as RFC 9457 has it.

    `type` is the address of a page that explains it, `instance` what was asked; `request_id` is
    the id under which the log of the server tells more. `errors` names each parameter at fault.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: NotRequired[list[ErrorJson]]


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of problem: what it is called and what whoever meets it can do."""

    slug: str | None
    """None for a problem that is no more than its HTTP status (RFC 9457, 4.2.1)."""
    title: str
    status: HTTPStatus
    advice: str

    @property
    def url(self) -> str:
        """Return the address that identifies the type."""
        return f"/problems/{self.slug}" if self.slug else "about:blank"


_TYPES = (
    ProblemType(
        "invalid-parameter",
        "A parameter cannot be read",
        HTTPStatus.BAD_REQUEST,
        "Each entry of “errors” names a parameter and says which values it takes.",
    ),
    ProblemType(
        "unknown-parameter",
        "There is no such parameter",
        HTTPStatus.BAD_REQUEST,
        "Parameters that do not exist are refused rather than ignored, so that a "
        "misspelt filter never widens a search without a word. Check the names.",
    ),
    ProblemType(
        "query-too-long",
        "The query is too long",
        HTTPStatus.BAD_REQUEST,
        "A query has at most 1,000 characters. A few words find more than many: the name "
        "of a medicine and what you want to know about it.",
    ),
    ProblemType(
        "page-out-of-range",
        "This page of results lies too deep",
        HTTPStatus.BAD_REQUEST,
        "Results can be read down to the 10,000th (page times per_page). Narrow the query or "
        "add a filter instead of reading further.",
    ),
    ProblemType(
        "bad-request",
        "The request cannot be understood",
        HTTPStatus.BAD_REQUEST,
        "Check the address, and the host name it begins with.",
    ),
    ProblemType(
        "not-found",
        "Nothing is at this address",
        HTTPStatus.NOT_FOUND,
        "An article may have left the index since the link was made. Search for its title.",
    ),
    ProblemType(
        "cursor-expired",
        "The index has changed since this export began",
        HTTPStatus.GONE,
        "All rows of an export are of one generation of the index, and the one that the cursor "
        "belongs to is no longer served. Begin anew without a cursor.",
    ),
    ProblemType(
        "search-too-long",
        "The search took too long",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The deadline passed before the first row was found. Narrow the query or add a filter, "
        "or ask again later; whoever runs this server can raise the deadline.",
    ),
    ProblemType(
        "audit-under-way",
        "The audit is being made",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Every article is looked at after each change of the index. Ask again in a few seconds.",
    ),
    ProblemType(
        "method-not-allowed",
        "Only reading is possible",
        HTTPStatus.METHOD_NOT_ALLOWED,
        "Every address answers GET and HEAD and nothing else.",
    ),
    ProblemType(
        "content-too-large",
        "The request is too large",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "No address takes a body. Put what you ask for into the query string.",
    ),
    ProblemType(
        "too-many-requests",
        "Too many requests",
        HTTPStatus.TOO_MANY_REQUESTS,
        "Whoever runs this server allows each client so many requests a minute. Ask again after "
        "as many seconds as “Retry-After” says.",
    ),
    ProblemType(
        "internal",
        "Something went wrong here",
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "The fault is on our side. Whoever runs this server finds it in the log under the "
        "request id of the answer.",
    ),
    ProblemType(
        "index-unavailable",
        "There is no index to search",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Whoever runs this server builds the index with “drugsearch reindex”; the server "
        "then picks it up by itself. “drugsearch status” and “drugsearch verify” say what "
        "is wrong with one that exists.",
    ),
)

PROBLEM_TYPES: Mapping[str, ProblemType] = MappingProxyType({str(of.slug): of for of in _TYPES})

STATUS: Mapping[type[IndexerError], HTTPStatus] = MappingProxyType(
    {
        IndexerError: HTTPStatus.INTERNAL_SERVER_ERROR,
        QueryError: HTTPStatus.BAD_REQUEST,
        ConfigError: HTTPStatus.INTERNAL_SERVER_ERROR,
        IndexUnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
        IndexDamagedError: HTTPStatus.SERVICE_UNAVAILABLE,
        IndexLockedError: HTTPStatus.SERVICE_UNAVAILABLE,
        CorpusError: HTTPStatus.INTERNAL_SERVER_ERROR,
        RemovalGuardError: HTTPStatus.INTERNAL_SERVER_ERROR,
        NotFoundError: HTTPStatus.NOT_FOUND,
    }
)
"""The HTTP status of every error of the family."""

_SLUGS: Mapping[int, str] = MappingProxyType(
    {
        HTTPStatus.BAD_REQUEST: "bad-request",
        HTTPStatus.NOT_FOUND: "not-found",
        HTTPStatus.METHOD_NOT_ALLOWED: "method-not-allowed",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "content-too-large",
        HTTPStatus.TOO_MANY_REQUESTS: "too-many-requests",
        HTTPStatus.INTERNAL_SERVER_ERROR: "internal",
        HTTPStatus.SERVICE_UNAVAILABLE: "index-unavailable",
    }
)


_FOR_PROGRAMS = frozenset(
    {"/healthz", "/readyz", "/metrics", "/openapi.json", "/opensearch/suggest"}
)


def attach(app: Flask) -> None:
    """Let an application answer every error as a problem."""
    app.register_error_handler(HTTPException, answer_http_error)
    app.register_error_handler(IndexerError, answer_indexer_error)
    # The outermost boundary of the web application.
    app.register_error_handler(Exception, answer_unexpected_error)


def answer_http_error(error: HTTPException) -> Response:
    """Answer what routing or Werkzeug refused. Redirections never come here: Flask keeps them."""
    if isinstance(error, SecurityError) and not is_for_program():
        # The host name is not ours, so no page can be built whose links would be right.
        detail = "This server does not answer to that host name.\n"
        return Response(detail, HTTPStatus.BAD_REQUEST, mimetype="text/plain")
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    slug = _SLUGS.get(status)
    unnamed = ProblemType(None, status.phrase, status, status.description or status.phrase)
    kind = PROBLEM_TYPES[slug] if slug else unnamed
    response = problem(kind, kind.advice)
    kept = ((name, value) for name, value in error.get_headers() if name != "Content-Type")
    response.headers.update(kept)
    return response


def answer_indexer_error(error: IndexerError) -> Response:
    """Answer an error of the family with the status that the table gives its class."""
    status = STATUS[type(error)]
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return answer_unexpected_error(error)
    note_error(error)
    if isinstance(error, QueryError):
        return refuse([fault_of(error)])
    kind = PROBLEM_TYPES[_SLUGS[status]]
    if isinstance(error, IndexUnavailableError):
        # Its message names folders of the server, which are not for every reader.
        log.warning("request %s: no index to serve: %s", request_id(), error)
        response = problem(kind, kind.advice)
        response.headers["Retry-After"] = str(RETRY_AFTER)
        return response
    return problem(kind, str(error))


def answer_unexpected_error(error: Exception) -> Response:
    """Answer 500 with the request's id, under which the log tells where it happened.

    The message of the error stays out of the log: it may repeat what was asked.
    """
    note_error(error)
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("request %s: %s at\n%s", request_id(), type(error).__qualname__, frames)
    kind = PROBLEM_TYPES["internal"]
    return problem(kind, f"{kind.advice} It is {request_id()}.")


def fault_of(error: QueryError) -> Fault:
    """Return what a query error says about which parameter."""
    return Fault(parameter=error.parameter or "q", detail=str(error), code=error.code)


def kind_of(faults: Sequence[Fault]) -> ProblemType:
    """Return the type that all faults share, else that of parameters that cannot be read."""
    codes = {fault.code for fault in faults}
    slug = codes.pop() if len(codes) == 1 else "invalid-parameter"
    return PROBLEM_TYPES.get(slug, PROBLEM_TYPES["invalid-parameter"])


def refuse(faults: Sequence[Fault]) -> Response:
    """Answer a request whose parameters have faults, naming every one."""
    detail = " ".join(f"{fault.parameter} {fault.detail}." for fault in faults)
    errors: list[ErrorJson] = [
        {"parameter": fault.parameter, "detail": fault.detail} for fault in faults
    ]
    return problem(kind_of(faults), detail, errors=errors)


def problem(kind: ProblemType, detail: str, *, errors: Sequence[ErrorJson] = ()) -> Response:
    """Return a problem in the form that suits who asked."""
    if not is_for_program():
        page = render_template(
            "error.html",
            kind=kind,
            detail=detail,
            address=asked_address(),
            request_id=request_id(),
        )
        return Response(page, kind.status, mimetype="text/html")
    shape: ProblemJson = {
        "type": kind.url,
        "title": kind.title,
        "status": kind.status.value,
        "detail": detail,
        "instance": asked_address(),
        "request_id": request_id(),
    }
    if errors:
        shape["errors"] = list(errors)
    response = jsonify(shape)
    response.status_code = kind.status
    response.mimetype = PROBLEM_JSON
    return response


def asked_address() -> str:
    """Return path and query string of the request, percent-encoded."""
    query = quote(request.query_string, safe="%=&+;/?:@!$'()*,-._~")
    return quote(request.path) + (f"?{query}" if query else "")


def is_for_program() -> bool:
    """Say whether the request comes from a program rather than from a person's browser."""
    path = request.path
    return (path.startswith("/api/") and path != "/api/docs") or path in _FOR_PROGRAMS
