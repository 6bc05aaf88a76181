"""The answer to a search, and to the beginning of one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from indexer.model import (
    Facets,
    FacetValue,
    Hit,
    Interpretation,
    Mark,
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
from indexer.serialization.links import (
    API_SEARCH,
    article_link,
    search_link,
    search_links,
    text_fragment,
)
from indexer.serialization.search_shapes import (
    BestJson,
    EmergencyJson,
    FacetsJson,
    FacetValueJson,
    HitJson,
    MarkJson,
    QueryJson,
    SearchAnswer,
    SearchLinks,
    SectionHitJson,
    SnippetJson,
    SuggestAnswer,
    SuggestionJson,
)
from indexer.serialization.shapes import DISCLAIMER
from indexer.suggestions import Emergency, Suggestion, Suggestions

SAFETY_PAGE = "/about/safety"

SCORE_DIGITS = 6
"""Decimals of a score: far below any difference that decides an order, and readable."""


def results_json(results: Results, *, links: SearchLinks | None = None) -> SearchAnswer:
    """Return a search's answer in the shape of `/api/v1/search`.

    `links` are the addresses of this answer, its neighbours and its page; without them they are
    relative to wherever the index is served.
    """
    status = results.status
    first = (results.request.page - 1) * results.request.per_page + 1
    return {
        "query": _interpretation(results.query, results.request),
        "total": {
            "articles": results.total.articles,
            "sections": results.total.sections,
            "relation": results.total.relation,
        },
        "results": [_hit(hit, rank, results) for rank, hit in enumerate(results.hits, first)],
        "best": _best(results),
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
        "links": search_links(results) if links is None else links,
        "meta": {
            "took_ms": round(results.took_ms, 3),
            "partial": results.partial,
            "generation": status.generation,
            "built_at": status.built_at,
            "articles": status.articles,
            "sections": status.sections,
            "disclaimer": DISCLAIMER,
            "safety": SAFETY_PAGE,
        },
    }


def suggestions_json(suggestions: Suggestions) -> SuggestAnswer:
    """Return completions in the shape of `/api/v1/suggest`."""
    return {
        "q": suggestions.text,
        "groups": [
            {"type": group.type, "items": [suggestion_json(item) for item in group.items]}
            for group in suggestions.groups
        ],
    }


def suggestion_json(suggestion: Suggestion) -> SuggestionJson:
    """Return something that may be meant."""
    return {
        "label": suggestion.label,
        "detail": suggestion.detail,
        "q": suggestion.query,
        "url": suggestion.url,
        "lasa": list(suggestion.lookalikes),
    }


def _emergency(emergency: Emergency | None) -> EmergencyJson | None:
    if emergency is None:
        return None
    return {
        "text": emergency.text,
        "contacts": [{"label": of.label, "number": of.number} for of in emergency.contacts],
    }


def _interpretation(query: Interpretation, request: SearchRequest) -> QueryJson:
    return {
        "text": query.text,
        "ran": query.text if query.corrected is None else query.corrected,
        "mode": query.mode,
        "concepts": query.concepts,
        "dropped": list(query.dropped),
        "drugs": drugs_json(query.drugs),
        "intent": [
            {"kind": found.kind, "matched": found.matched, "loinc": loinc_of(found.kind)}
            for found in query.intent
        ],
        "expansions": [
            {
                "from": added.source,
                "to": ", ".join(added.names),
                "names": list(added.names),
                "why": added.why,
                "disable": search_link(
                    API_SEARCH, replace(request, without=(*request.without, *added.names))
                ),
            }
            for added in query.expansions
        ],
        "corrected": query.corrected,
        "notes": list(query.notes),
    }


def _ran(results: Results) -> SearchRequest:
    """Return the request as it was answered: with the correction that was made."""
    if results.query.corrected is None:
        return results.request
    return replace(results.request, text=results.query.corrected)


def _best(results: Results) -> BestJson | None:
    if results.best is None:
        return None
    article, section = results.best.article, results.best.section
    words = _ran(results).text
    return {
        "article_id": article.id,
        "section_id": section.id,
        "heading": section.heading,
        "kind": section.kind,
        "url": article_link(article.id, section_id=section.id, query=words),
        "text": section.text,
        "marks": _marks(results.best.marks),
    }


def _hit(hit: Hit, rank: int, results: Results) -> HitJson:
    request = _ran(results)
    return {
        "rank": rank,
        "article": summary_json(hit.article),
        "score": _score(hit.score),
        "more_sections": hit.more_sections,
        "lasa": list(hit.lookalikes),
        "sections": [_section_hit(section, hit.article.id, request) for section in hit.sections],
    }


def _section_hit(section: SectionHit, article_id: str, request: SearchRequest) -> SectionHitJson:
    text = section.snippets[0].text if section.snippets else ""
    shape: SectionHitJson = {
        "id": section.id,
        "heading": section.heading,
        "path": list(section.path),
        "kind": section.kind,
        "loinc": loinc_of(section.kind),
        "url": article_link(article_id, section_id=section.id, query=request.text),
        "fragment_url": article_link(article_id, section_id=section.id) + text_fragment(text),
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


def _facets(facets: Facets) -> FacetsJson:
    return {
        "section": _facet(facets.section),
        "drug": _facet(facets.drug),
        "class": _facet(facets.drug_class),
        "category": _facet(facets.category),
        "year": _facet(facets.year),
    }


def _facet(values: Iterable[FacetValue]) -> list[FacetValueJson]:
    return [
        {"value": of.value, "label": of.label, "count": of.count, "selected": of.selected}
        for of in values
    ]


def snippet_json(snippet: Snippet) -> SnippetJson:
    """Return a snippet as plain text with ranges, and as escaped HTML."""
    return {
        "text": snippet.text,
        "marks": _marks(snippet.marks),
        "html": snippet_html(snippet),
        "char_start": snippet.start,
    }


def _marks(marks: Iterable[Mark]) -> list[MarkJson]:
    return [(mark.start, mark.end, mark.kind) for mark in marks]


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
