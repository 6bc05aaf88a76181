"""The page of a medicine: its names, and what all articles about it tell, kind by kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, render_template

from indexer.knowledge.sections import KINDS, LOOKED_FOR, OTHER, kinds_told
from indexer.model import Article, DrugEntry, SearchRequest, Section
from webapp import navigation
from webapp.caching import with_validator
from webapp.compare_page import as_drug
from webapp.outline import beginning_of, glance_place
from webapp.serving import serving

MOST_ARTICLES = 40
"""Articles that the page of a medicine reads; a search finds the others."""
MOST_OF_A_KIND = 6
"""Sections of one kind that are shown at once; the others unfold."""


@dataclass(frozen=True, slots=True)
class TellingSection:
    """A section about a medicine, the article that it is from, and how it begins."""

    article: Article
    section: Section
    beginning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldKind:
    """What articles tell of a medicine under one kind of section."""

    name: str
    label: str
    first: tuple[TellingSection, ...]
    rest: tuple[TellingSection, ...]


def answer_drug(entry: DrugEntry) -> Response:
    """Show a medicine of the index."""
    index = serving().index
    status = index.status()
    articles = [index.article(article_id) for article_id in entry.articles[:MOST_ARTICLES]]
    told = _told(articles)
    present = kinds_told(section for article in articles for section in article.sections)
    page = render_template(
        "drug.html",
        drug=entry,
        lookalikes=index.lookalikes([as_drug(entry)]),
        articles=articles,
        told=told,
        absent=[kind.label for kind in KINDS if kind.name in LOOKED_FOR - present],
        more=len(entry.articles) - len(articles),
        mentions=index.mentioning([as_drug(entry)]),
        search=navigation.link(SearchRequest(text=entry.name)),
        others=_others(entry),
        status=status,
    )
    return with_validator(Response(page, mimetype="text/html"), status)


def _told(articles: Sequence[Article]) -> tuple[ToldKind, ...]:
    """Return the sections of articles by kind, what must not be missed first."""
    found = []
    for kind in sorted(KINDS, key=glance_place):
        sections = tuple(
            TellingSection(article, section, beginning_of(section))
            for article in articles
            for section in article.sections
            if section.kind == kind.name and section.text
        )
        if sections and kind.name != OTHER:
            first, rest = sections[:MOST_OF_A_KIND], sections[MOST_OF_A_KIND:]
            found.append(ToldKind(name=kind.name, label=kind.label, first=first, rest=rest))
    return tuple(found)


def _others(entry: DrugEntry) -> tuple[str, ...]:
    """Return other medicines of the same class, to compare with."""
    if not entry.drug_class:
        return ()
    drugs = serving().index.drugs()
    return tuple(
        other.name
        for other in drugs
        if other.drug_class == entry.drug_class and other.name != entry.name
    )
