"""Is the process alive, and can it answer: for whoever watches or balances servers."""

from __future__ import annotations

from http import HTTPStatus
from typing import Literal, TypedDict

from flask import Blueprint, Response, jsonify

from webapp.metrics import CONTENT_TYPE, MEDIA_TYPE
from webapp.openapi import Described, answers
from webapp.serving import ages, serving

blueprint = Blueprint("health", __name__)


class LiveAnswer(TypedDict):
    """That the process answers."""

    status: Literal["alive"]


class ReadyAnswer(TypedDict):
    """What is served, and what has to be said of its age."""

    status: Literal["ready"]
    generation: int
    built_at: str
    articles: int
    sections: int
    notes: list[str]
    """What to know of it: that a newer generation is damaged, or that it is old."""


@blueprint.get("/healthz")
@answers(Described(LiveAnswer, headers=(), problems=()))
def live() -> Response:
    """Answer 200 as long as the process answers at all, with or without an index."""
    return jsonify(status="alive")


@blueprint.get("/readyz")
@answers(Described(ReadyAnswer, headers=(), problems=(HTTPStatus.SERVICE_UNAVAILABLE,)))
def ready() -> Response:
    """Answer 200 with the served generation, 503 while there is none."""
    status = serving().index.status()
    return jsonify(
        status="ready",
        generation=status.generation,
        built_at=status.built_at,
        articles=status.articles,
        sections=status.sections,
        notes=[*status.notes, *ages()],
    )


@blueprint.get("/metrics")
@answers(Described(None, headers=(), problems=(), bodies=(MEDIA_TYPE,)))
def metrics() -> Response:
    """Answer what this server has counted since it started, in Prometheus' text format.

    How long requests took by route and phase, how many searches found nothing, what errors there
    were, and which generation of the index is served since when; never what was asked.
    """
    return Response(serving().metrics.exposition(), content_type=CONTENT_TYPE)
