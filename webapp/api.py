"""The JSON API, version 1: the shapes of `indexer.serialization` over HTTP.

Keys and parameters may be added within the version, never renamed.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, jsonify, request

from indexer.errors import NotFoundError
from indexer.model import Results
from indexer.serialization import (
    Json,
    article_json,
    drug_json,
    results_json,
    search_links,
    section_json,
    status_json,
    suggestions_json,
)
from webapp.caching import answer_search, with_validator
from webapp.params import read_suggest, refuse_all
from webapp.problems import refuse
from webapp.result_cache import Answer
from webapp.serving import search_asked, serving

PREFIX = "/api/v1"

blueprint = Blueprint("api", __name__, url_prefix=PREFIX)


@blueprint.get("/search")
def search() -> Response:
    """Answer a search."""
    reading = search_asked(request.query_string, is_program=True)
    if reading.faults:
        return refuse(reading.faults)
    return answer_search(reading.request, _found)


def _found(results: Results) -> Answer:
    links = search_links(results)
    shown = [f'<{links[name]}>; rel="{name}"' for name in _RELATIONS if links[name]]
    body = jsonify(results_json(results, links=links)).get_data()
    headers = (("Link", ", ".join(shown)),)
    return Answer(body=body, media_type="application/json", headers=headers)


@blueprint.get("/suggest")
def suggest() -> Response:
    """Answer completions of what is being typed."""
    reading = read_suggest(request.args)
    if reading.faults:
        return refuse(reading.faults)
    return _answer(suggestions_json(serving().index.suggest(reading.text, limit=reading.limit)))


@blueprint.get("/articles/<article_id>")
def article(article_id: str) -> Response:
    """Answer an article as it is stored."""
    if faults := refuse_all(request.args):
        return refuse(faults)
    return _answer(article_json(serving().index.article(article_id), indexed=True))


@blueprint.get("/articles/<article_id>/sections/<section_id>")
def section(article_id: str, section_id: str) -> Response:
    """Answer one section of an article."""
    if faults := refuse_all(request.args):
        return refuse(faults)
    found = serving().index.article(article_id)
    for part in found.sections:
        if part.id == section_id:
            return _answer(section_json(part, article=found))
    raise NotFoundError(f"The article {article_id} has no section {section_id}.")


@blueprint.get("/drugs")
def drugs() -> Response:
    """Answer all medicines of the index, A to Z."""
    if faults := refuse_all(request.args):
        return refuse(faults)
    entries = serving().index.drugs()
    return _answer({"total": len(entries), "drugs": [drug_json(entry) for entry in entries]})


@blueprint.get("/drugs/<path:name>")
def drug(name: str) -> Response:
    """Answer a medicine, found by any of its names."""
    if faults := refuse_all(request.args):
        return refuse(faults)
    return _answer(drug_json(serving().index.drug(name)))


@blueprint.get("/status")
def status() -> Response:
    """Answer what is served."""
    if faults := refuse_all(request.args):
        return refuse(faults)
    return _answer(status_json(serving().index.status()))


_RELATIONS = ("first", "prev", "next", "last")


def _answer(shape: Mapping[str, Json]) -> Response:
    return with_validator(jsonify(shape), serving().index.status())
