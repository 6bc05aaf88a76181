"""Text and ranges to markup: the last hop, where escaping happens and nothing else can.

Nothing here trusts a text: whatever comes from a page or a query is escaped when it is put
between tags, and the tags are ours.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, request, url_for
from markupsafe import Markup

from indexer.knowledge.sections import OTHER, kind_named
from indexer.model import FacetValue, Hit, Mark, MarkKind, Notice, Reason, Snippet, Via
from indexer.provenance import PUBLISHER_TYPES, staleness
from indexer.serialization import DISCLAIMER, article_link
from webapp.serving import ages, serving

_OPENING: dict[MarkKind, str] = {"direct": "<mark>", "related": '<mark class="related">'}
_CLOSING = "</mark>"

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")

_CAUTIONS = {
    "conflicting-figures": "different figures for the same thing",
    "off-topic": "text about other medicines",
    "category-mismatch": "a category that its medicine is not for",
}

_EVIDENCE = {
    "title": "in the title",
    "heading": "in a heading",
    "tag": "in the tags",
    "url": "in the address",
    "lead": "in the first paragraph",
    "body": "in the text",
}

_FIELDS = {
    "text": "text",
    "heading": "heading",
    "path": "heading above",
    "title": "title of the article",
    "drug": "subject of the article",
    "kind": "kind of section",
}

_ROADS: dict[Via, str] = {
    "direct": "",
    "stem": " (another form)",
    "expansion": " (another name)",
    "intent": "",
    "subject": "",
}


def attach(app: Flask) -> None:
    """Give an application's templates the filters and names they use."""
    env = app.jinja_env
    env.filters.update(
        cautions=cautions,
        date=date,
        kind_label=kind_label,
        evidence=evidence,
        host=host,
        web_address=web_address,
        why=why,
        language=language,
        options=options,
        passage=passage,
        speaker_kind=lambda article: PUBLISHER_TYPES[article.publisher_type],
        staleness=staleness,
        thousands="{:,}".format,
    )
    env.globals.update(
        ages=ages,
        article_link=article_link,
        asset=lambda name: address_of("static", filename=name),
        badge=badge,
        count=counted,
        disclaimer=DISCLAIMER,
        settings=lambda: serving().settings,
        url_for=address_of,
    )


def address_of(endpoint: str, **values: Any) -> str:  # noqa: ANN401 - as Flask's own
    """Return Flask's address of an endpoint; those that every page has are remembered."""
    if values and endpoint != "static":
        return url_for(endpoint, **values)
    return _address(request.script_root, endpoint, values.get("filename"))


@lru_cache(maxsize=128)
def _address(_root: str, endpoint: str, filename: str | None) -> str:
    """Return an address below the root that the application is mounted at."""
    return url_for(endpoint, filename=filename) if filename else url_for(endpoint)


def counted(number: int, one: str, many: str) -> str:
    """Return how many there are: `1 section`, `1,234 sections`."""
    return f"{number:,} {one if number == 1 else many}"


@lru_cache(maxsize=64)
def badge(kind: str) -> Markup:
    """Return the badge of a kind of section, empty for one of no kind."""
    label = kind_label(kind)
    badge_ = Markup('<span class="badge" data-kind="{}">{}</span>')
    return badge_.format(kind, label) if label else Markup()


def marked(text: str, marks: Sequence[Mark], start: int = 0, end: int | None = None) -> Markup:
    """Return a range of a text, escaped, with the marks in it as tags, cut where it ends.

    Marks are sorted and disjoint, as everything that makes them promises.
    """
    end = len(text) if end is None else end
    # Joined as plain texts of which each is escaped or ours: Markup would look at them again.
    return Markup("".join(marked_pieces(text, marks, start, end)))  # noqa: S704 - see above


def opening_of(mark: Mark) -> str:
    """Return the tag that opens a mark."""
    return _OPENING[mark.kind]


def marked_pieces(
    text: str,
    marks: Sequence[Mark],
    start: int,
    end: int,
    opening: Callable[[Mark], str] = opening_of,
) -> Iterator[str]:
    """Yield the texts between marks and in them, escaped, and the tags around those."""
    place = start
    first = max(bisect_right(marks, start, key=lambda mark: mark.start) - 1, 0)
    for mark in marks[first:]:
        if mark.start >= end:
            break
        cut_start, cut_end = max(mark.start, place), min(mark.end, end)
        if cut_start < cut_end:
            yield escape(text[place:cut_start])
            yield opening(mark)
            yield escape(text[cut_start:cut_end])
            yield _CLOSING
            place = cut_end
    yield escape(text[place:end])


def passage(snippet: Snippet) -> Markup:
    """Return the lines of a snippet as paragraphs, verbatim, with tags around what matched."""
    lines, start = [], 0
    for text in snippet.text.split("\n"):
        html = marked(snippet.text, snippet.marks, start, start + len(text))
        opening = '<p class="snippet-item">' if text.lstrip().startswith("•") else "<p>"
        lines.append(f"{opening}{html}</p>")
        start += len(text) + 1
    return Markup("".join(lines))  # noqa: S704 - of `marked` and tags of our own


@dataclass(frozen=True, slots=True)
class Ground:
    """A word that a section was found by, and everything that it met there, in few words."""

    term: str
    places: str
    road: str


def grounds(reasons: Sequence[Reason]) -> tuple[Ground, ...]:
    """Gather the reasons of a hit, word by word in the order of the query."""
    met: dict[tuple[str, Via], list[str]] = {}
    for reason in reasons:
        met.setdefault((reason.term, reason.via), []).append(
            _FIELDS.get(reason.field, reason.field)
        )
    return tuple(
        Ground(term, ", ".join(places), _ROADS[via]) for (term, via), places in met.items()
    )


def why(reasons: Sequence[Reason]) -> Markup:
    """Return why a section was found, in one line."""
    parts = (
        f"<b><bdi>{escape(ground.term)}</bdi></b>{ground.road}: {ground.places}"
        for ground in grounds(reasons)
    )
    return Markup(" · ".join(parts))  # noqa: S704 - the term is the only text that is not ours


# The values of facets are the same on page after page.
_escaped = lru_cache(maxsize=4_096)(escape)


def options(values: Sequence[FacetValue], name: str) -> Markup:
    """Return the values of a facet as items of a list, each a checkbox with its count."""
    items = (
        f'<li><label><input type="checkbox" name="{name}" value="{_escaped(of.value)}"'
        f"{' checked' if of.selected else ''}> "
        f'<span class="facet-label"><bdi>{_escaped(of.label)}</bdi></span> '
        f'<span class="facet-count">{of.count:,}<span class="unseen"> '
        f"{'article' if of.count == 1 else 'articles'}</span></span></label></li>\n"
        for of in values
    )
    return Markup("".join(items))  # noqa: S704 - what is not ours is escaped


def mark_kinds(hits: Sequence[Hit]) -> frozenset[MarkKind]:
    """Return the kinds of marks that a list of hits shows."""
    return frozenset(
        mark.kind
        for hit in hits
        for section in hit.sections
        for snippet in section.snippets
        for mark in snippet.marks
    )


def date(text: str | None) -> str:
    """Return an ISO 8601 date as people write it, `23 November 2026`; other text as it stands."""
    if not text:
        return ""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{read.day} {read:%B %Y}"


def kind_label(kind: str) -> str:
    """Return what people call a kind of section, empty for one of no kind."""
    found = kind_named(kind)
    return found.label if found and kind != OTHER else ""


def cautions(notices: Sequence[Notice]) -> str:
    """Return what is to be known of an article, in few words: `different figures and …`."""
    words = (_CAUTIONS.get(notice.code, notice.text) for notice in notices)
    return _listed(list(dict.fromkeys(words)))


def evidence(places: Sequence[str]) -> str:
    """Return where a medicine was found, in words: `named in the title and in the tags`."""
    words = [_EVIDENCE.get(place, place) for place in places]
    return f"named {_listed(words)}" if words else ""


def web_address(url: str | None) -> str | None:
    """Return an address that is safe to link to: HTTP or HTTPS with a host, else None."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.hostname else None


def host(url: str | None) -> str:
    """Return the host that an address names, without `www.`; empty when there is none."""
    address = web_address(url)
    return (urlsplit(address).hostname or "").removeprefix("www.") if address else ""


def language(tag: str | None) -> str | None:
    """Return a language tag that may stand in a `lang` attribute, else None (BCP 47, its form)."""
    return tag if tag and _LANGUAGE.fullmatch(tag) else None


def _listed(words: Sequence[str]) -> str:
    """Return words as people list them: `a, b and c`."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last
