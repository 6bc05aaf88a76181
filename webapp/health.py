"""Is the process alive, and can it answer: for whoever watches or balances servers."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from webapp.serving import serving

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def live() -> Response:
    """Answer 200 as long as the process answers at all, with or without an index."""
    return jsonify(status="alive")


@blueprint.get("/readyz")
def ready() -> Response:
    """Answer 200 with the served generation, 503 while there is none."""
    status = serving().index.status()
    return jsonify(
        status="ready",
        generation=status.generation,
        built_at=status.built_at,
        articles=status.articles,
        sections=status.sections,
    )
