"""Values to JSON-ready dictionaries: one shape for the command line and the JSON API.

Lists are never null and what is unknown is null. Keys may be added, never renamed: programs that
read version 1 of the API and scripts that read `--json` depend on them.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias
from urllib.parse import quote, quote_plus, urlencode

from indexer.knowledge.sections import kind_named
from indexer.model import (
    DEEPEST_RESULT,
    Article,
    ArticleSummary,
    Drug,
    DrugEntry,
    Facets,
    FacetValue,
    Hit,
    Interpretation,
    Report,
    Results,
    SearchRequest,
    Section,
    SectionHit,
    Snippet,
    Status,
    Verification,
)
from indexer.provenance import provenance_of

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None

DISCLAIMER = (
    "These are quotations from the indexed articles, not medical advice. What is not found here "
    "may still be true. Ask a doctor or pharmacist before you start, stop or change a medicine."
)

SCORE_DIGITS = 6
"""Decimals of a score: far below any difference that decides an order, and readable."""


# --- results ----------------------------------------------------------------------------------


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
        "results": [_hit(hit, results.request) for hit in results.hits],
        "facets": _facets(results.facets),
        "suggestions": {"did_you_mean": [], "related": []},
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


def search_links(results: Results) -> dict[str, str | None]:
    """Return the addresses of an answer, of the pages around it, and of its page for people."""
    request, last = results.request, last_page(results)

    def at(page: int) -> str:
        return search_link("/api/v1/search", request, page=page)

    return {
        "self": at(request.page),
        "first": at(1),
        "prev": at(min(request.page - 1, last)) if request.page > 1 else None,
        "next": at(request.page + 1) if request.page < last else None,
        "last": at(last),
        "html": search_link("/search", replace(request, explain=False), page=request.page),
    }


def last_page(results: Results) -> int:
    """Return the number of the last page that can be asked for, 1 when nothing was found."""
    return max(1, min(results.pages, DEEPEST_RESULT // results.request.per_page))


def search_link(path: str, request: SearchRequest, *, page: int = 1) -> str:
    """Return a path with the parameters that repeat a request; defaults are left out."""
    default = SearchRequest(text="")
    parameters = [("q", request.text)]
    parameters += [("drug", name) for name in request.drugs]
    parameters += [("section", kind) for kind in request.sections]
    parameters += [("category", name) for name in request.categories]
    optional = {
        "sort": (request.sort, default.sort),
        "group": (request.group, default.group),
        "page": (page, default.page),
        "per_page": (request.per_page, default.per_page),
        "expand": ("auto" if request.expand else "none", "auto"),
        "exact": (int(request.exact), 0),
        "explain": (int(request.explain), 0),
    }
    parameters += [
        (name, str(value)) for name, (value, usual) in optional.items() if value != usual
    ]
    return f"{path}?{urlencode(parameters)}"


def article_link(article_id: str, *, section_id: str | None = None, query: str = "") -> str:
    """Return the address of an article's page, at a section, with a query's words marked."""
    words = f"?h={quote_plus(query)}" if query else ""
    place = f"#{quote(section_id)}" if section_id else ""
    return f"/articles/{quote(article_id)}{words}{place}"


def _interpretation(query: Interpretation) -> dict[str, Json]:
    return {
        "text": query.text,
        "mode": query.mode,
        "concepts": query.concepts,
        "dropped": list(query.dropped),
        "drugs": _drugs(query.drugs),
        "intent": [{"kind": found.kind, "matched": found.matched} for found in query.intent],
        "expansions": [
            {"from": added.source, "to": added.target, "why": added.why}
            for added in query.expansions
        ],
        "corrected": query.corrected,
        "notes": list(query.notes),
    }


def _hit(hit: Hit, request: SearchRequest) -> dict[str, Json]:
    return {
        "article": summary_json(hit.article),
        "score": _score(hit.score),
        "more_sections": hit.more_sections,
        "sections": [_section_hit(section, hit.article.id, request) for section in hit.sections],
    }


def _section_hit(section: SectionHit, article_id: str, request: SearchRequest) -> dict[str, Json]:
    shape: dict[str, Json] = {
        "id": section.id,
        "heading": section.heading,
        "path": list(section.path),
        "kind": section.kind,
        "loinc": _loinc(section.kind),
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
        "category": _facet(facets.category),
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
    parts, place = [], 0
    for mark in snippet.marks:
        opening = "<mark>" if mark.kind == "direct" else '<mark class="related">'
        parts += [
            html.escape(snippet.text[place : mark.start]),
            opening,
            html.escape(snippet.text[mark.start : mark.end]),
            "</mark>",
        ]
        place = mark.end
    return "".join([*parts, html.escape(snippet.text[place:])])


# --- articles ---------------------------------------------------------------------------------


def summary_json(article: ArticleSummary) -> dict[str, Json]:
    """Return what a list of results shows of an article."""
    return {
        "id": article.id,
        "title": article.title,
        "url": article_link(article.id),
        "source_url": article.source_url,
        "published": article.published,
        "modified": article.modified,
        "categories": list(article.categories),
        "tags": list(article.tags),
        "drugs": _drugs(article.drugs),
        **provenance_of(article),
    }


def article_json(article: Article, *, indexed: bool) -> dict[str, Json]:
    """Return an article in the shape of `parse --json`; an indexed one with its addresses."""
    shape: dict[str, Json] = {
        "id": article.id,
        "source": article.source,
        "title": article.title,
        "url": article.url,
        "published": article.published,
        "modified": article.modified,
        "language": article.language,
        "author": article.author,
        "categories": list(article.categories),
        "tags": list(article.tags),
        "drugs": [{**_drug(drug), "evidence": list(drug.evidence)} for drug in article.drugs],
        **provenance_of(article),
        "encoding": {"name": article.encoding.name, "from": article.encoding.source},
        "warnings": list(article.warnings),
        "sections": [section_json(section) for section in article.sections],
    }
    if indexed:
        shape["links"] = {
            "self": f"/api/v1/articles/{quote(article.id)}",
            "html": article_link(article.id),
        }
        shape["disclaimer"] = DISCLAIMER
    return shape


def section_json(section: Section, *, article: Article | None = None) -> dict[str, Json]:
    """Return a section as it stands in its article; with `article`, as it stands alone."""
    shape: dict[str, Json] = {
        "id": section.id,
        "heading": section.heading,
        "level": section.level,
        "path": list(section.path),
        "kind": section.kind,
        "loinc": _loinc(section.kind),
        "rule": section.rule,
        "text": section.text,
    }
    if article:
        shape["article"] = {
            "id": article.id,
            "title": article.title,
            "url": article_link(article.id),
            "source_url": article.url,
            "published": article.published,
            "modified": article.modified,
            "drugs": _drugs(article.drugs),
            **provenance_of(article),
        }
        shape["links"] = {
            "self": f"/api/v1/articles/{quote(article.id)}/sections/{quote(section.id)}",
            "html": article_link(article.id, section_id=section.id),
        }
        shape["disclaimer"] = DISCLAIMER
    return shape


def drug_json(drug: DrugEntry) -> dict[str, Json]:
    """Return a medicine of the index with its names and the articles about it."""
    names = [*([drug.ingredient] if drug.ingredient else []), *drug.brands]
    return {
        "name": drug.name,
        "names": [drug.name, *(name for name in names if name != drug.name)],
        "ingredient": drug.ingredient,
        "brands": list(drug.brands),
        "class": drug.drug_class,
        "count": len(drug.articles),
        "articles": list(drug.articles),
        "url": f"/drugs/{quote(drug.name, safe='')}",
    }


def _drugs(drugs: Iterable[Drug]) -> list[Json]:
    return [_drug(drug) for drug in drugs]


def _drug(drug: Drug) -> dict[str, Json]:
    return {"name": drug.name, "ingredient": drug.ingredient, "role": drug.role}


def _loinc(kind: str) -> str | None:
    found = kind_named(kind)
    return found.loinc if found else None


def _score(value: float) -> float:
    return round(float(value), SCORE_DIGITS)


# --- the index --------------------------------------------------------------------------------


def report_json(report: Report, *, named: bool = False) -> dict[str, Json]:
    """Return what a run of `reindex` did; with `named`, also which articles it concerns."""
    shape: dict[str, Json] = {
        "generation": report.generation,
        "articles": report.articles,
        "sections": report.sections,
        "added": len(report.added),
        "changed": len(report.changed),
        "removed": len(report.removed),
        "unchanged": report.unchanged,
        "failed": [
            {"source": set_aside.source, "reason": set_aside.reason} for set_aside in report.failed
        ],
        "skipped": dict(report.skipped),
        "warnings": list(report.warnings),
        "seconds": round(report.seconds, 3),
        "published": report.published,
        "refused": report.refused,
    }
    if named:
        shape["changes"] = {
            "added": list(report.added),
            "changed": list(report.changed),
            "removed": list(report.removed),
        }
    return shape


def status_json(status: Status) -> dict[str, Json]:
    """Return what is served; where it lies is not for every reader, so it is not in it."""
    return {
        "generation": status.generation,
        "built_at": status.built_at,
        "articles": status.articles,
        "sections": status.sections,
        "schema": status.schema,
        "notes": list(status.notes),
    }


def verification_json(verification: Verification) -> dict[str, Json]:
    """Return what `verify` looked at and what it found."""
    return {
        "generation": verification.generation,
        "ok": not verification.problems,
        "checked": {
            "files": verification.checked_files,
            "articles": verification.checked_articles,
            "sections": verification.checked_sections,
            "postings": verification.checked_postings,
        },
        "problems": list(verification.problems),
    }
