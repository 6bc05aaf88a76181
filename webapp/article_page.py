"""The page of an article: its text rebuilt from its sections, and what is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from flask import Response, render_template

from indexer.analysis.readability import reading_grade
from indexer.model import Article, Mark, SearchRequest
from webapp import navigation
from webapp.caching import with_validator
from webapp.outline import absent_kinds, at_a_glance, parts_of
from webapp.params import Fault
from webapp.serving import serving

ENGLISH = "en"


def answer_article(found: Article, query: str, faults: tuple[Fault, ...]) -> Response:
    """Show an article, with the words of a query marked, or say what is wrong with that."""
    index = serving().index
    status = index.status()
    is_asked = bool(query.strip()) and not faults
    marks: Mapping[str, tuple[Mark, ...]] = index.marks(found, query) if is_asked else {}
    parts = parts_of(found, marks, index.named_in(found))
    page = render_template(
        "article.html",
        article=found,
        parts=parts,
        lookalikes=index.lookalikes(found.drugs),
        notices=(*found.notices, *index.category_notices(found)),
        glances=at_a_glance(found),
        absent=absent_kinds(found),
        mentions=index.mentioning(found.drugs),
        grade=_grade(found),
        query=query.strip(),
        faults=faults,
        matches=sum(part.matches for part in parts),
        kinds={mark.kind for in_section in marks.values() for mark in in_section},
        back=navigation.link(SearchRequest(text=query)),
        mentioned=_mentioned(found),
        status=status,
    )
    if faults:
        return Response(page, HTTPStatus.BAD_REQUEST, mimetype="text/html")
    return with_validator(Response(page, mimetype="text/html"), status)


def _grade(article: Article) -> float | None:
    """Return the reading grade of an English article."""
    if (article.language or ENGLISH).partition("-")[0].lower() != ENGLISH:
        return None
    return reading_grade(section.text for section in article.sections)


def _mentioned(article: Article) -> str | None:
    """Return the address of a search for all that names the article's medicine."""
    if not article.drugs:
        return None
    return navigation.link(SearchRequest(text=article.drugs[0].name, group="section"))
