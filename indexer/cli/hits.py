"""The answer to a search as people read it in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from indexer.cli.marking import marked_lines
from indexer.knowledge.sections import kind_named
from indexer.model import Article, ArticleSummary, Hit, Results, SectionHit
from indexer.provenance import PUBLISHER_TYPES, UNKNOWN, staleness
from indexer.suggestions import Suggestion

INDENT = "    "
_FIRST = frozenset({"corrected", "lasa"})
"""Notices that are no notes on how the query was read, and come before those."""

MOST_VALUES = 6
"""Values of a facet that a terminal shows: one line."""

LENGTH_OF_DATE = len("2026-11-23")


def notes(results: Results, *, with_emergency: bool = True) -> Iterator[str]:
    """Yield how the query was read: what was searched for too, what was given up."""
    query = results.query
    if with_emergency:
        yield from emergency(results)
    yield from (notice.text for notice in results.notices if notice.code in _FIRST)
    for offered in results.suggestions.did_you_mean:
        yield f"Did you mean {offered_line(offered)}? Search for: {offered.query}"
    for added in query.expansions:
        yield f"Searched for {added.source} and {', '.join(added.names)} ({added.why})."
    yield from query.notes
    if query.dropped:
        yield f"Left out of the search: {', '.join(query.dropped)}."
    elif query.mode == "partial":
        yield "No section has everything that was asked for; these have the most of it."


def emergency(results: Results) -> Iterator[str]:
    """Yield what comes before everything else when somebody may be in danger."""
    if results.emergency is not None:
        yield results.emergency.text
        yield from (f"{of.label}: {of.number}" for of in results.emergency.contacts)


def narrowing(results: Results) -> Iterator[str]:
    """Yield what an answer can be narrowed by, with the numbers of articles."""
    facets = results.facets
    for option, values in (
        ("--section", facets.section),
        ("--drug", facets.drug),
        ("--class", facets.drug_class),
        ("--category", facets.category),
        ("--year", facets.year),
    ):
        counts = [f"{of.value} {of.count}" for of in values[:MOST_VALUES]]
        if len(values) > MOST_VALUES:
            counts.append(f"and {len(values) - MOST_VALUES} more")
        if counts:
            yield f"Narrow by {option}: {', '.join(counts)}"


def related(results: Results) -> Iterator[str]:
    """Yield the queries that lead on from an answer."""
    if results.suggestions.related:
        yield f"See also: {' · '.join(of.label for of in results.suggestions.related)}"


def is_less_than_asked(results: Results) -> bool:
    """Say whether an answer fell short of its question, which is never left unsaid."""
    is_corrected = results.query.corrected is not None
    return (
        results.partial
        or results.emergency is not None
        or is_corrected
        or results.query.mode == "partial"
    )


def offered_line(suggestion: Suggestion) -> str:
    """Return a suggestion as one line: its name, what tells it from others, and look-alikes."""
    alike = ", ".join(suggestion.lookalikes)
    warning = f"; do not confuse with {alike}" if alike else ""
    return f"{suggestion.label} ({suggestion.detail}{warning})"


def listing(results: Results, *, width: int | None) -> Iterator[str]:
    """Yield the lines of all hits: article, its sections with their references, snippets."""
    for number, hit in enumerate(results.hits):
        if number:
            yield ""
        yield click.style(hit.article.title, bold=True)
        yield click.style(f"  {_provenance(hit)}", dim=True)
        for notice in hit.article.notices:
            # The quotations stand in the article; here one line has to do.
            yield click.style(f"  {notice.text.partition(': ')[0]}", dim=True)
        if hit.lookalikes:
            alike = ", ".join(hit.lookalikes)
            yield click.style(f"  do not confuse with {alike}", dim=True)
        for section in hit.sections:
            yield from _section(section, hit.article.id, width)
        if hit.more_sections:
            yield click.style(f"  {counted(hit.more_sections, 'more section')}", dim=True)


def totals(results: Results) -> str:
    """Return the line that says how much was found, where, and which part of it this is."""
    total, status = results.total, results.status
    about = {"eq": "", "gte": "at least ", "approx": "about "}[total.relation]
    place = f" · page {results.request.page} of {results.pages}" if results.pages > 1 else ""
    return (
        f"{about}{counted(total.sections, 'section')} in {counted(total.articles, 'article')}"
        f"{place} · {results.took_ms:.0f} ms · index of {status.built_at}"
    )


def nothing_found(results: Results) -> Iterator[str]:
    """Yield what was searched in vain and what to try; nothing found is no proof of anything."""
    request, status = results.request, results.status
    filters = [*request.drugs, *map(kind_label, request.sections), *request.classes]
    filters += [*request.categories, *request.years]
    within = f" within {', '.join(filters)}" if filters else ""
    yield (
        f'Nothing found for "{request.text}"{within} in {counted(status.articles, "article")} '
        f"({counted(status.sections, 'section')})."
    )
    yield from notes(results, with_emergency=False)
    yield _absence(results, filters)
    advice = ["fewer or other words"]
    if filters:
        advice.append("no filter")
    if request.exact or not request.expand:
        advice.append("the search without --exact and --expand none")
    yield f"Try {', '.join(advice)}; `drugsearch status` tells what is indexed."


def kind_label(kind: str) -> str:
    """Return what people call a kind of section."""
    found = kind_named(kind)
    return found.label if found else kind


def speaker(article: Article | ArticleSummary) -> str:
    """Return who speaks in an article: `Sample Corner Pharmacy (seller page)`."""
    label = PUBLISHER_TYPES[article.publisher_type]
    if article.publisher_type == UNKNOWN:
        return label
    return f"{article.publisher} ({label.lower()})"


def age(article: Article | ArticleSummary) -> str:
    """Return what has to be said of an article that is old, else nothing."""
    return "older than two years" if staleness(article) == "older-than-24-months" else ""


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 article`, `2,500 articles`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _absence(results: Results, filters: Sequence[str]) -> str:
    """Return what the absence of an answer means; of a drug and a kind alone, say which."""
    query = results.query
    drugs = " and ".join(drug.name for drug in query.drugs)
    kinds = " or ".join(kind_label(intent.kind).lower() for intent in query.intent)
    asked = len(query.drugs) + len(query.intent)
    if drugs and kinds and query.concepts == asked and not filters:
        return f"There is no text about {kinds} for {drugs}. That does not mean that it is safe."
    return "That does not mean that it is safe: these articles do not say everything."


def _provenance(hit: Hit) -> str:
    article = hit.article
    names = [drug.name for drug in article.drugs]
    date = article.modified or article.published
    facts = [
        ", ".join(names),
        speaker(article),
        f"dated {date[:LENGTH_OF_DATE]}" if date else "no date found",
        age(article),
    ]
    return " · ".join(fact for fact in facts if fact)


def _section(section: SectionHit, article_id: str, width: int | None) -> Iterator[str]:
    heading = click.style(section.heading, bold=True)
    path = f"  ({' › '.join(section.path)})" if section.path else ""
    kind = f"  [{kind_label(section.kind)}]" if section.kind != "other" else ""
    reference = click.style(f"{article_id}#{section.id}", underline=True)
    yield f"  {heading}{path}{kind}  {reference}"
    if section.why:
        yield click.style(f"{INDENT}why: {_why(section)}", dim=True)
    for snippet in section.snippets:
        room = width and width - len(INDENT)
        for line in marked_lines(snippet.text, snippet.marks, room):
            yield f"{INDENT}{line}"
    if section.explanation:
        yield click.style(f"{INDENT}score {section.score:.4f}", dim=True)
        for part in section.explanation:
            yield click.style(f"{INDENT}{part.value:+10.4f}  {part.name}", dim=True)


def _why(section: SectionHit) -> str:
    """Return what matched, in which fields, by which road: each term once for each road."""
    fields: dict[tuple[str, str], list[str]] = {}
    for reason in section.why:
        fields.setdefault((reason.term, reason.via), []).append(reason.field)
    return " · ".join(_ground(term, via, places) for (term, via), places in fields.items())


def _ground(term: str, via: str, places: Sequence[str]) -> str:
    if "drug" in places:
        return f"about {term}"
    road = "" if via == "direct" else f" ({via})"
    return f"{term} in {', '.join(dict.fromkeys(places))}{road}"
