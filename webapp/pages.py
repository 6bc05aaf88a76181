"""The pages for people. Everything on them works without JavaScript."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import cycle, groupby, islice

from flask import Blueprint, Response, abort, current_app, render_template, request

from indexer.errors import IndexUnavailableError, NotFoundError
from indexer.index import Index
from indexer.knowledge.sections import KINDS
from indexer.model import (
    ArticleSummary,
    DrugEntry,
    Results,
    SearchRequest,
    SectionHit,
    Snippet,
)
from indexer.query.grammar import OPERATORS
from webapp.article_page import answer_article
from webapp.caching import answer_search, with_validator
from webapp.compare_page import answer_compare
from webapp.drug_page import answer_drug
from webapp.params import Reading, read_compare, read_highlight, read_opened
from webapp.problems import PROBLEM_TYPES
from webapp.results_page import ResultsPage
from webapp.serving import search_asked, serving

MOST_EXAMPLES = 4
MOST_LISTED_DRUGS = 150
"""Above this the first page shows the letters alone."""

SPECIMEN_CHARACTERS = range(60, 281)
"""Length of the passage on the first page: one to three sentences."""

EXAMPLE_DRUG = "Imuran"
"""What examples name where there is no index to take a name from."""

_EXAMPLES = ("{} side effects", "how does {} work", "who should not take {}", "{} dosage")

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def home() -> Response:
    """Show the search box, examples, and what is indexed."""
    index = serving().index
    status, drugs = index.status(), index.drugs()
    examples = _examples(index, drugs)
    page = render_template(
        "home.html",
        status=status,
        drugs=drugs,
        letters=by_letter(drugs),
        lists_drugs=len(drugs) <= MOST_LISTED_DRUGS,
        examples=[answer.request.text for answer in examples],
        specimen=_specimen(examples),
    )
    return with_validator(_html(page), status)


@blueprint.get("/search")
def search() -> Response:
    """Show what a query finds; what is wrong with its parameters stands above the form."""
    reading = search_asked(request.query_string, is_program=False)
    if reading.faults:
        return _refused_search(reading)
    asked = reading.request
    if not asked.text.strip():
        return _html(render_template("search.html", asked=asked, faults=()))
    return answer_search(asked, ResultsPage(read_opened(request.args)))


def _refused_search(reading: Reading) -> Response:
    page = render_template("search.html", asked=reading.request, faults=reading.faults)
    return _html(page, HTTPStatus.BAD_REQUEST)


@blueprint.get("/articles/<article_id>")
def article(article_id: str) -> Response:
    """Show an article, with the words of the query `h` marked where it is given."""
    index = serving().index
    query, faults = read_highlight(request.args)
    try:
        found = index.article(article_id)
    except NotFoundError:
        nearest = index.nearest(article_id)
        page = render_template("missing.html", article_id=article_id, nearest=nearest)
        return _html(page, HTTPStatus.NOT_FOUND)
    return answer_article(found, query, faults)


@blueprint.get("/drugs")
def drugs() -> Response:
    """Show all medicines of the index, A to Z."""
    index = serving().index
    status, entries = index.status(), index.drugs()
    page = render_template("drugs.html", drugs=entries, letters=by_letter(entries), status=status)
    return with_validator(_html(page), status)


@blueprint.get("/drugs/<path:name>")
def drug(name: str) -> Response:
    """Show a medicine: its names, and what the articles about it tell."""
    return answer_drug(serving().index.drug(name))


@blueprint.get("/compare")
def compare() -> Response:
    """Show one kind of section of two medicines, side by side."""
    return answer_compare(read_compare(request.args, is_program=False))


@blueprint.get("/help")
def help_page() -> Response:
    """Explain the query language."""
    page = render_template("help.html", kinds=KINDS, operators=OPERATORS, drug=_example_drug())
    return _html(page)


def _example_drug() -> str:
    """Return a medicine to show examples with: one of the index, so that they find something."""
    try:
        drugs = serving().index.drugs()
    except IndexUnavailableError:
        return EXAMPLE_DRUG
    names = (name for entry in drugs for name in (*entry.brands, entry.name))
    return next(names, EXAMPLE_DRUG)


@blueprint.get("/about/safety")
def safety() -> Response:
    """Say what these pages do and do not do about the safety of who reads them."""
    return _html(render_template("safety.html"))


@blueprint.get("/problems/<slug>")
def problem_type(slug: str) -> Response:
    """Explain a type of problem."""
    kind = PROBLEM_TYPES.get(slug)
    if kind is None:
        abort(HTTPStatus.NOT_FOUND)
    return _html(render_template("problem.html", kind=kind))


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Keep crawlers out of the endless ways to filter, and out of the API."""
    rules = "User-agent: *\nDisallow: /api/\nDisallow: /search?*&\n"
    return Response(rules, mimetype="text/plain")


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Answer browsers that look for the icon without having read a page."""
    return current_app.send_static_file("favicon.svg")


def by_letter(entries: Iterable[DrugEntry]) -> tuple[tuple[str, tuple[DrugEntry, ...]], ...]:
    """Group medicines by their first letter; what begins with none stands under `#`."""

    def letter(entry: DrugEntry) -> str:
        first = entry.name[:1].upper()
        return first if first.isalpha() else "#"

    ordered = sorted(entries, key=lambda entry: (letter(entry), entry.name.casefold()))
    return tuple((first, tuple(group)) for first, group in groupby(ordered, key=letter))


def _examples(index: Index, entries: Sequence[DrugEntry]) -> tuple[Results, ...]:
    """Answer queries about medicines of this index; only those that find all they ask for."""
    step = max(len(entries) // MOST_EXAMPLES, 1)
    names = (entry.brands[0] if entry.brands else entry.name for entry in entries[::step])
    queries = (form.format(name) for form, name in zip(cycle(_EXAMPLES), names, strict=False))
    answers = (index.search(SearchRequest(text=query, per_page=1)) for query in queries)
    complete = (answer for answer in answers if answer.hits and answer.query.mode == "all")
    return tuple(islice(complete, MOST_EXAMPLES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen:
    """A passage of this index that shows what a search answers with."""

    query: str
    article: ArticleSummary
    section: SectionHit
    snippet: Snippet


def _specimen(answers: Iterable[Results]) -> Specimen | None:
    """Return the passage with most marks of those that can be read at a glance, if any can."""
    passages = (
        Specimen(
            query=answer.request.text,
            article=answer.hits[0].article,
            section=section,
            snippet=snippet,
        )
        for answer in answers
        for section in answer.hits[0].sections
        for snippet in section.snippets
        if _reads_alone(snippet.text)
    )
    return max(passages, key=lambda passage: len(passage.snippet.marks), default=None)


def _reads_alone(text: str) -> bool:
    """Say whether a passage is whole sentences of running text, neither item nor row."""
    is_sentence = text[:1].isupper() and text.endswith(".") and "\n" not in text
    return is_sentence and len(text) in SPECIMEN_CHARACTERS


def _html(page: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(page, status, mimetype="text/html")
