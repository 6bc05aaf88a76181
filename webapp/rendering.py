"""Text and ranges to markup: the last hop, where escaping happens and nothing else can.

Nothing here trusts a text: whatever comes from a page or a query is escaped when it is put
between tags, and the tags are ours.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from flask import Flask, url_for
from markupsafe import Markup

from indexer.knowledge.sections import OTHER, kind_named
from indexer.model import Hit, Mark, MarkKind, Reason, Snippet, Via
from indexer.provenance import PUBLISHER_TYPES, staleness
from indexer.serialization import DISCLAIMER, article_link

_TAGS: dict[MarkKind, Markup] = {
    "direct": Markup("<mark>{}</mark>"),
    "related": Markup('<mark class="related">{}</mark>'),
}

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")

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
    "stem": "another form",
    "expansion": "another name",
    "intent": "",
    "subject": "",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a snippet, ready to be shown."""

    html: Markup
    is_item: bool


def attach(app: Flask) -> None:
    """Give an application's templates the filters and names they use."""
    env = app.jinja_env
    env.filters.update(
        date=date,
        kind_label=kind_label,
        evidence=evidence,
        grounds=grounds,
        host=host,
        web_address=web_address,
        language=language,
        snippet_lines=snippet_lines,
        speaker_kind=lambda article: PUBLISHER_TYPES[article.publisher_type],
        staleness=staleness,
    )
    env.globals.update(
        article_link=article_link,
        asset=lambda name: url_for("static", filename=name),
        disclaimer=DISCLAIMER,
    )


def marked(text: str, marks: Sequence[Mark], start: int = 0, end: int | None = None) -> Markup:
    """Return a range of a text, escaped, with the marks in it as tags, cut where it ends.

    Marks are sorted and disjoint, as everything that makes them promises.
    """
    end = len(text) if end is None else end
    first = max(bisect_right(marks, start, key=lambda mark: mark.start) - 1, 0)
    return Markup().join(_pieces(text, marks[first:], start, end))


def _pieces(text: str, marks: Sequence[Mark], start: int, end: int) -> Iterator[str]:
    place = start
    for mark in marks:
        if mark.start >= end:
            break
        cut_start, cut_end = max(mark.start, place), min(mark.end, end)
        if cut_start < cut_end:
            yield text[place:cut_start]
            yield _TAGS[mark.kind].format(text[cut_start:cut_end])
            place = cut_end
    yield text[place:end]


def snippet_lines(snippet: Snippet) -> tuple[Line, ...]:
    """Return the lines of a snippet, verbatim but for the tags around what matched."""
    lines, start = [], 0
    for text in snippet.text.split("\n"):
        html = marked(snippet.text, snippet.marks, start, start + len(text))
        lines.append(Line(html, is_item=text.lstrip().startswith("•")))
        start += len(text) + 1
    return tuple(lines)


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
