"""The export of the JSON API: all sections that a search lists, in as many answers as it takes.

An answer is bounded in rows, bytes and time; what is left is behind its `next` link. Nothing is
left out in silence: an answer that was cut goes on there, and one that could not begin is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, request

from indexer.exporting import Export
from indexer.model import SearchRequest
from indexer.serialization import ExportForm, export_head, export_line, search_link
from indexer.serialization.audit_shapes import ExportedJson
from webapp import parameters
from webapp.api import DESCRIPTION_LINK, PREFIX
from webapp.caching import with_validator
from webapp.cursors import Cursor, decode_cursor, encode_cursor, generation_of, question_of
from webapp.openapi import EVERYWHERE, Described, answers
from webapp.parameters import USUAL_ROWS
from webapp.params import ExportReading, Fault, read_export
from webapp.problems import PROBLEM_TYPES, RETRY_AFTER, problem, refuse
from webapp.serving import serving

PATH: Final = f"{PREFIX}/export"

blueprint = Blueprint("exports", __name__, url_prefix=PREFIX)

MEDIA_TYPES: Final[dict[ExportForm, str]] = {
    "ndjson": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8; header=present",
}

LARGEST_ANSWER: Final = 8_000_000
"""Bytes after which an answer ends, its last row whole; a thousand sections have two million."""


@blueprint.get("/export")
@answers(
    Described(
        ExportedJson,
        parameters=parameters.EXPORT,
        headers=("ETag", "Cache-Control", "Link", "X-Total-Count"),
        problems=(*EVERYWHERE, HTTPStatus.GONE),
        example="q={name}&limit=3",
        bodies=("application/x-ndjson", "text/csv"),
    )
)
def export() -> Response:
    """Answer everything that a search lists, row by row.

    Each row is a section, whole, with its rank and where it is from: a line of JSON, which has the
    shape ExportedJson, or of CSV with the same names.
    Where there are more rows, `Link` has the address of the answer that follows, as `next`. All
    answers of an export are of one generation of the index; once another is served, the status is
    410.
    """
    status = serving().index.status()
    deadline_ms = serving().settings.deadline_ms
    reading = read_export(request.args, deadline_ms=deadline_ms)
    cursor, faults = _cursor(reading)
    if faults:
        return refuse(faults)
    if cursor.generation != generation_of(status.digest):
        kind = PROBLEM_TYPES["cursor-expired"]
        return problem(kind, kind.advice)
    exported = serving().index.export(reading.request, skip=cursor.reached, most=reading.limit)
    lines = _lines(exported, reading.form)
    if exported.is_cut and not lines:
        return _too_long()
    total = exported.results.total.sections
    reached = cursor.reached + len(lines)
    response = Response([export_head(reading.form), *lines], content_type=MEDIA_TYPES[reading.form])
    response.headers["X-Total-Count"] = str(total)
    links = [DESCRIPTION_LINK]
    if reached < total:
        following = Cursor(cursor.generation, cursor.question, reached)
        links.insert(0, f'<{_address(reading, following)}>; rel="next"')
    response.headers["Link"] = ", ".join(links)
    return with_validator(response, status)


def _cursor(reading: ExportReading) -> tuple[Cursor, Sequence[Fault]]:
    """Return where to go on, by default at the beginning, and what is wrong with the request."""
    question = question_of(reading.request)
    beginning = Cursor(generation_of(serving().index.status().digest), question, 0)
    if reading.cursor is None or reading.faults:
        return beginning, reading.faults
    cursor = decode_cursor(reading.cursor)
    if cursor is None:
        detail = "is none of this server: take it from the next link of an answer, as it is"
    elif cursor.question != question:
        detail = "belongs to another query: q, filters and sort must be those that it was made for"
    else:
        return cursor, ()
    return beginning, [Fault(parameter="cursor", detail=detail)]


def _lines(exported: Export, form: ExportForm) -> Sequence[str]:
    """Return the rows of an answer, up to its largest size."""
    lines: list[str] = []
    size = 0
    for section in exported:
        lines.append(export_line(section, exported.results, form))
        size += len(lines[-1].encode())
        if size >= LARGEST_ANSWER:
            break
    return lines


def _too_long() -> Response:
    kind = PROBLEM_TYPES["search-too-long"]
    response = problem(kind, kind.advice)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _address(reading: ExportReading, cursor: Cursor) -> str:
    """Return the address of the answer that follows."""
    own: Iterable[tuple[str, str]] = [
        *([("format", reading.form)] if reading.form != "ndjson" else []),
        *([("limit", str(reading.limit))] if reading.limit != USUAL_ROWS else []),
        ("cursor", encode_cursor(cursor)),
    ]
    asked: SearchRequest = reading.request
    return search_link(PATH, asked) + "".join(f"&{name}={value}" for name, value in own)
