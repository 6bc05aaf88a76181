"""The page that sets what is told of two medicines side by side, and says nothing of its own."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from itertools import groupby
from operator import attrgetter

from flask import Response, render_template

from indexer.comparisons import Comparison, ToldOf
from indexer.errors import NotFoundError
from indexer.knowledge.sections import KINDS, OTHER
from indexer.model import ArticleSummary, Drug, DrugEntry, Role, SearchRequest, Section
from indexer.serialization import compare_link
from indexer.suggestions import Suggestion
from webapp.blocks import Node, body_of
from webapp.caching import with_validator
from webapp.inlines import shared
from webapp.navigation import Choice
from webapp.params import Pair
from webapp.serving import serving

PATH = "/compare"
MOST_CHOICES = 200
"""Medicines up to which the form lists them; of more, a name is typed."""
USUAL_KIND = "adverse-reactions"
"""What is compared when nobody says what: what is asked of medicines most."""


@dataclass(frozen=True, slots=True)
class ToldBy:
    """What one article tells, so that where it is from is said once."""

    article: ArticleSummary
    sections: tuple[tuple[Section, tuple[Node, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What articles tell of one medicine, ready to be shown."""

    asked: str
    drug: DrugEntry
    total: int
    articles: tuple[ToldBy, ...]
    shown: int
    """Sections that the articles show."""
    has_shared: bool


def as_drug(entry: DrugEntry) -> Drug:
    """Return a medicine of the index as one that an article names."""
    role: Role = "ingredient" if entry.ingredient == entry.name else "brand"
    return Drug(name=entry.name, ingredient=entry.ingredient, role=role)


def answer_compare(pair: Pair) -> Response:
    """Show a comparison, or the form that asks what to compare."""
    if pair.faults:
        return _form(pair, HTTPStatus.BAD_REQUEST)
    if not (pair.first and pair.second):
        return _form(pair)
    index = serving().index
    kind = pair.kind or USUAL_KIND
    try:
        found = index.compare(kind, pair.first, pair.second)
    except NotFoundError:
        return _form(pair, HTTPStatus.NOT_FOUND)
    status = index.status()
    drugs = (found.first.drug, found.second.drug)
    page = render_template(
        "compare.html",
        pair=pair,
        kind=kind,
        columns=(_column(pair.first, found.first), _column(pair.second, found.second)),
        is_one=drugs[0] == drugs[1],
        lookalikes=index.lookalikes(map(as_drug, drugs)),
        ways=_ways(pair, kind, found),
        swap=compare_link(PATH, kind, pair.second, pair.first),
        choices=_choices(),
        kinds=_kinds(),
        status=status,
    )
    return with_validator(Response(page, mimetype="text/html"), status)


def _column(asked: str, told: ToldOf) -> Column:
    by_article = groupby(told.sections, key=attrgetter("article"))
    return Column(
        asked=_name_of(told.drug, asked),
        drug=told.drug,
        total=told.total,
        articles=tuple(
            ToldBy(
                article,
                tuple(
                    (of.section, body_of(of.section, (), shared(of.shared)).nodes) for of in group
                ),
            )
            for article, group in by_article
        ),
        shown=len(told.sections),
        has_shared=any(of.shared for of in told.sections),
    )


def _name_of(drug: DrugEntry, asked: str) -> str:
    """Return a name of a medicine as it is written, where that is what was asked."""
    names = (drug.name, *drug.brands)
    return next((name for name in names if name.casefold() == asked.strip().casefold()), asked)


def _ways(pair: Pair, current: str, found: Comparison) -> tuple[Choice, ...]:
    """Return the kinds of sections that articles about either medicine have."""
    index = serving().index
    have = {
        kind for told in (found.first, found.second) for kind in index.kinds_about(told.drug.name)
    }
    return tuple(
        Choice(label, compare_link(PATH, kind, pair.first, pair.second), kind == current)
        for kind, label in _kinds()
        if kind in have or kind == current
    )


def _form(pair: Pair, code: HTTPStatus = HTTPStatus.OK) -> Response:
    """Show the form, and which of the names that were given no article is about."""
    index = serving().index
    unknown = []
    for name in filter(None, (pair.first, pair.second)):
        try:
            index.drug(name)
        except NotFoundError:
            unknown.append((name, _meant(name)))
    page = render_template(
        "compare_form.html",
        pair=pair,
        unknown=unknown,
        choices=_choices(),
        kinds=_kinds(),
        kind=pair.kind or USUAL_KIND,
        status=index.status(),
    )
    return Response(page, code, mimetype="text/html")


def _meant(name: str) -> tuple[Suggestion, ...]:
    """Return the medicines that a name may be a slip of."""
    results = serving().index.search(SearchRequest(text=name, per_page=1))
    if (found := results.query.corrected) is not None:
        return (Suggestion(label=found, detail="", query=found, url=None),)
    return results.suggestions.did_you_mean


def _choices() -> tuple[str, ...]:
    """Return the medicines to choose from, none where they are too many for a list."""
    drugs = serving().index.drugs()
    return tuple(entry.name for entry in drugs) if len(drugs) <= MOST_CHOICES else ()


def _kinds() -> tuple[tuple[str, str], ...]:
    return tuple((kind.name, kind.label) for kind in KINDS if kind.name != OTHER)
