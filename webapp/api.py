"""The JSON API, version 1: the shapes of `indexer.serialization` over HTTP.

Keys and parameters may be added within the version, never renamed.
"""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, jsonify, request

from indexer.errors import NotFoundError
from indexer.model import Results
from indexer.serialization import (
    comparison_json,
    drug_json,
    drugs_of_index_json,
    indexed_article_json,
    results_json,
    search_links,
    section_json,
    status_json,
    suggestions_json,
)
from indexer.serialization.search_shapes import SearchAnswer, SearchLinks, SuggestAnswer
from indexer.serialization.shapes import (
    ArticleAnswer,
    CompareAnswer,
    DrugAnswer,
    DrugsAnswer,
    SectionAnswer,
    StatusAnswer,
)
from webapp import parameters
from webapp.caching import answer_search, with_validator
from webapp.compare_page import as_drug
from webapp.openapi import EVERYWHERE, Described, answers
from webapp.outcomes import note_suggestions
from webapp.params import read_compare, read_suggest, refuse_all
from webapp.problems import refuse
from webapp.result_cache import Answer
from webapp.serving import search_asked, serving

PREFIX = "/api/v1"
DESCRIPTION_LINK = '</openapi.json>; rel="service-desc"'
"""Where all this is described (RFC 8631)."""

blueprint = Blueprint("api", __name__, url_prefix=PREFIX)


@blueprint.get("/search")
@answers(
    Described(
        SearchAnswer,
        parameters=parameters.SEARCH,
        headers=("ETag", "Cache-Control", "Link", "Server-Timing"),
        example="q={name}+side+effects",
    )
)
def search() -> Response:
    """Answer a search."""
    reading = search_asked(request.query_string, is_program=True)
    if reading.faults:
        return refuse(reading.faults)
    return answer_search(reading.request, _found)


def _found(results: Results) -> Answer:
    links = search_links(results)
    body = jsonify(results_json(results, links=links)).get_data()
    return Answer(body=body, media_type="application/json", headers=(("Link", _neighbours(links)),))


def _neighbours(links: SearchLinks) -> str:
    """Return the links to the pages around an answer and to the description (RFC 8288)."""
    pages = {
        "first": links["first"],
        "prev": links["prev"],
        "next": links["next"],
        "last": links["last"],
    }
    shown = [f'<{address}>; rel="{name}"' for name, address in pages.items() if address]
    return ", ".join([*shown, DESCRIPTION_LINK])


@blueprint.get("/suggest")
@answers(Described(SuggestAnswer, parameters=parameters.SUGGEST, example="q=imu"))
def suggest() -> Response:
    """Answer completions of what is being typed."""
    reading = read_suggest(request.args)
    if reading.faults:
        return refuse(reading.faults)
    found = serving().index.suggest(reading.text, limit=reading.limit)
    note_suggestions(sum(len(group.items) for group in found.groups))
    return _answer(suggestions_json(found))


@blueprint.get("/articles/<article_id>")
@answers(Described(ArticleAnswer))
def article(article_id: str) -> Response:
    """Answer an article as it is stored."""
    if faults := refuse_all(request.args):
        return refuse(faults)
    return _answer(indexed_article_json(serving().index.article(article_id)))


@blueprint.get("/articles/<article_id>/sections/<section_id>")
@answers(Described(SectionAnswer))
def section(article_id: str, section_id: str) -> Response:
    """Answer one section of an article."""
    if faults := refuse_all(request.args):
        return refuse(faults)
    found = serving().index.article(article_id)
    for part in found.sections:
        if part.id == section_id:
            return _answer(section_json(part, found))
    raise NotFoundError(f"The article {article_id} has no section {section_id}.")


@blueprint.get("/drugs")
@answers(Described(DrugsAnswer))
def drugs() -> Response:
    """Answer all medicines of the index, A to Z."""
    if faults := refuse_all(request.args):
        return refuse(faults)
    return _answer(drugs_of_index_json(serving().index.drugs()))


@blueprint.get("/drugs/<path:name>")
@answers(Described(DrugAnswer))
def drug(name: str) -> Response:
    """Answer a medicine, found by any of its names."""
    if faults := refuse_all(request.args):
        return refuse(faults)
    return _answer(drug_json(serving().index.drug(name)))


@blueprint.get("/compare")
@answers(
    Described(
        CompareAnswer,
        parameters=parameters.COMPARE,
        problems=(*EVERYWHERE, HTTPStatus.NOT_FOUND),
        example="section=adverse-reactions&a={name}&b={name}",
    )
)
def compare() -> Response:
    """Answer one kind of section of two medicines, side by side."""
    pair = read_compare(request.args, is_program=True)
    if pair.faults:
        return refuse(pair.faults)
    index = serving().index
    found = index.compare(pair.kind, pair.first, pair.second)
    notices = index.lookalikes([as_drug(found.first.drug), as_drug(found.second.drug)])
    return _answer(comparison_json(found, notices, first=pair.first, second=pair.second))


@blueprint.get("/status")
@answers(Described(StatusAnswer))
def status() -> Response:
    """Answer what is served."""
    if faults := refuse_all(request.args):
        return refuse(faults)
    return _answer(status_json(serving().index.status()))


def _answer(shape: object) -> Response:
    return with_validator(jsonify(shape), serving().index.status())
