"""What makes this a search engine of a browser: its description, and suggestions as it wants them.

The address bar then searches here, and completes while somebody types (OpenSearch 1.1).
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from webapp.assets import ASK_EACH_TIME
from webapp.outcomes import note_suggestions
from webapp.params import read_suggest
from webapp.problems import refuse
from webapp.serving import serving

DESCRIPTION_TYPE = "application/opensearchdescription+xml"
SUGGESTIONS_TYPE = "application/x-suggestions+json"

blueprint = Blueprint("browser", __name__)


@blueprint.get("/opensearch.xml")
def opensearch() -> Response:
    """Answer the description of this search engine; its addresses are those that were asked."""
    search = url_for("pages.search", _external=True)
    page = render_template(
        "opensearch.xml",
        search=f"{search}?q={{searchTerms}}",
        suggestions=f"{url_for('browser.suggestions', _external=True)}?q={{searchTerms}}",
        icon=url_for("static", filename="favicon.svg", _external=True),
        itself=url_for("browser.opensearch", _external=True),
    )
    response = Response(page, mimetype=DESCRIPTION_TYPE)
    response.headers["Cache-Control"] = ASK_EACH_TIME
    return response


@blueprint.get("/opensearch/suggest")
def suggestions() -> Response:
    """Answer completions as browsers take them: what was typed, texts, details, addresses."""
    reading = read_suggest(request.args)
    if reading.faults:
        return refuse(reading.faults)
    found = serving().index.suggest(reading.text, limit=reading.limit)
    items = [item for group in found.groups for item in group.items]
    note_suggestions(len(items))
    response = jsonify(
        [
            reading.text,
            [item.query for item in items],
            [item.detail for item in items],
            [url_for("pages.search", q=item.query, _external=True) for item in items],
        ]
    )
    response.mimetype = SUGGESTIONS_TYPE
    return response
