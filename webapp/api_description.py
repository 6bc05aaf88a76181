"""The API described: for programs as OpenAPI, for people as a page that works offline."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template, request

from indexer.errors import IndexUnavailableError
from webapp import openapi
from webapp.assets import ASK_EACH_TIME
from webapp.params import refuse_all
from webapp.problems import PROBLEM_TYPES, refuse
from webapp.serving import serving

blueprint = Blueprint("api_description", __name__)


@blueprint.get("/openapi.json")
def description() -> Response:
    """Answer this description."""
    if faults := refuse_all(request.args):
        return refuse(faults)
    response = jsonify(_description())
    response.headers["Cache-Control"] = ASK_EACH_TIME
    response.add_etag(weak=True)
    response.make_conditional(request)
    return response


@blueprint.get("/api/docs")
def documentation() -> Response:
    """Show the API to people."""
    described = _description()
    page = render_template(
        "api_docs.html",
        api=described,
        examples=_examples(),
        schemas=described["components"]["schemas"],
        problem_types=PROBLEM_TYPES.values(),
    )
    return Response(page, HTTPStatus.OK, mimetype="text/html")


@lru_cache(maxsize=1)
def _description() -> dict[str, Any]:
    """Return the description; every application of this program has the same."""
    return openapi.description(current_app)


def _examples() -> dict[str, str]:
    """Return, by path, a request to try, about something that the index has."""
    names = {"article_id": "imuran-guide", "section_id": "side-effects", "name": "Imuran"}
    # The page tells of the API; whether there is an index, an answer to such a request tells.
    with suppress(IndexUnavailableError):
        names |= _names_of_the_index()
    examples = {}
    for rule, _, described in openapi.described_routes(current_app):
        path = openapi.address_of(rule)
        query = described.example.format(name=names["name"])
        examples[path] = path.format(**names) + (f"?{query}" if query else "")
    return examples


def _names_of_the_index() -> dict[str, str]:
    """Return an article with text, a section of it, and a medicine it is about."""
    index = serving().index
    found = (
        {"article_id": article.id, "section_id": section.id, "name": entry.name}
        for entry in index.drugs()
        for article in [index.article(entry.articles[0])]
        for section in article.sections
        if section.text
    )
    return next(found, {})
