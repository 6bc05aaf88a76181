"""The answer to a search, and to the beginning of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from indexer.model import (
    Facets,
    FacetValue,
    Hit,
    Interpretation,
    Results,
    SearchRequest,
    SectionHit,
    Snippet,
)
from indexer.serialization.articles import (
    drugs_json,
    loinc_of,
    notices_json,
    summary_json,
)
from indexer.serialization.links import article_link, search_links
from indexer.serialization.shapes import DISCLAIMER, Json
from indexer.suggestions import Emergency, Suggestion, Suggestions

SCORE_DIGITS = 6
"""Decimals of a score: far below any difference that decides an order, and readable."""


def results_json(
    results: Results, *, links: Mapping[str, str | None] | None = None
) -> dict[str, Json]:
    """Return a search's answer in the shape of `/api/v1/search`.

    `links` are the addresses of this answer, its neighbours and its page; without them they are
    relative to wherever the index is served.
    """
    status = results.status
    return {
        "query": _interpretation(results.query),
        "total": {
            "articles": results.total.articles,
            "sections": results.total.sections,
            "relation": results.total.relation,
        },
        "results": [_hit(hit, results) for hit in results.hits],
        "facets": _facets(results.facets),
        "suggestions": {
            "did_you_mean": [suggestion_json(item) for item in results.suggestions.did_you_mean],
            "related": [suggestion_json(item) for item in results.suggestions.related],
        },
        "notices": notices_json(results.notices),
        "emergency": _emergency(results.emergency),
        "page": {
            "number": results.request.page,
            "size": results.request.per_page,
            "pages": results.pages,
        },
        "links": dict(search_links(results) if links is None else links),
        "meta": {
            "took_ms": round(results.took_ms, 3),
            "partial": results.partial,
            "generation": status.generation,
            "built_at": status.built_at,
            "articles": status.articles,
            "sections": status.sections,
            "disclaimer": DISCLAIMER,
        },
    }


def suggestions_json(suggestions: Suggestions) -> dict[str, Json]:
    """Return completions in the shape of `/api/v1/suggest`."""
    return {
        "q": suggestions.text,
        "groups": [
            {"type": group.type, "items": [suggestion_json(item) for item in group.items]}
            for group in suggestions.groups
        ],
    }


def suggestion_json(suggestion: Suggestion) -> dict[str, Json]:
    """Return something that may be meant."""
    return {
        "label": suggestion.label,
        "detail": suggestion.detail,
        "q": suggestion.query,
        "url": suggestion.url,
        "lasa": list(suggestion.lookalikes),
    }


def _emergency(emergency: Emergency | None) -> dict[str, Json] | None:
    if emergency is None:
        return None
    contacts = [{"label": of.label, "number": of.number} for of in emergency.contacts]
    return {"text": emergency.text, "contacts": contacts}


def _interpretation(query: Interpretation) -> dict[str, Json]:
    return {
        "text": query.text,
        "mode": query.mode,
        "concepts": query.concepts,
        "dropped": list(query.dropped),
        "drugs": drugs_json(query.drugs),
        "intent": [{"kind": found.kind, "matched": found.matched} for found in query.intent],
        "expansions": [
            {
                "from": added.source,
                "to": ", ".join(added.names),
                "names": list(added.names),
                "why": added.why,
            }
            for added in query.expansions
        ],
        "corrected": query.corrected,
        "notes": list(query.notes),
    }


def _hit(hit: Hit, results: Results) -> dict[str, Json]:
    request = results.request
    if results.query.corrected is not None:
        request = replace(request, text=results.query.corrected)
    return {
        "article": summary_json(hit.article),
        "score": _score(hit.score),
        "more_sections": hit.more_sections,
        "lasa": list(hit.lookalikes),
        "sections": [_section_hit(section, hit.article.id, request) for section in hit.sections],
    }


def _section_hit(section: SectionHit, article_id: str, request: SearchRequest) -> dict[str, Json]:
    shape: dict[str, Json] = {
        "id": section.id,
        "heading": section.heading,
        "path": list(section.path),
        "kind": section.kind,
        "loinc": loinc_of(section.kind),
        "url": article_link(article_id, section_id=section.id, query=request.text),
        "score": _score(section.score),
        "snippets": [snippet_json(snippet) for snippet in section.snippets],
        "why": [
            {"field": reason.field, "term": reason.term, "via": reason.via}
            for reason in section.why
        ],
    }
    if request.explain:
        shape["explain"] = [
            {"name": part.name, "value": _score(part.value)} for part in section.explanation
        ]
    return shape


def _facets(facets: Facets) -> dict[str, Json]:
    return {
        "section": _facet(facets.section),
        "drug": _facet(facets.drug),
        "class": _facet(facets.drug_class),
        "category": _facet(facets.category),
        "year": _facet(facets.year),
    }


def _facet(values: Iterable[FacetValue]) -> list[Json]:
    return [
        {"value": of.value, "label": of.label, "count": of.count, "selected": of.selected}
        for of in values
    ]


def snippet_json(snippet: Snippet) -> dict[str, Json]:
    """Return a snippet as plain text with ranges, and as escaped HTML."""
    return {
        "text": snippet.text,
        "marks": [[mark.start, mark.end, mark.kind] for mark in snippet.marks],
        "html": snippet_html(snippet),
    }


def snippet_html(snippet: Snippet) -> str:
    """Return a snippet's text escaped, what matched in `<mark>`, what is related in its class."""
    from html import escape  # noqa: PLC0415 - slow to load, and a terminal needs no markup

    parts, place = [], 0
    for mark in snippet.marks:
        opening = "<mark>" if mark.kind == "direct" else '<mark class="related">'
        parts += [
            escape(snippet.text[place : mark.start]),
            opening,
            escape(snippet.text[mark.start : mark.end]),
            "</mark>",
        ]
        place = mark.end
    return "".join([*parts, escape(snippet.text[place:])])


def _score(value: float) -> float:
    return round(float(value), SCORE_DIGITS)
