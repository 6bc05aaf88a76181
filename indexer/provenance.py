"""Who speaks in a page, as its source says, and how old what it says is.

A source may have a file `sources.toml` at its top. Each entry names pages, by a pattern of their
paths below the source or by the host of the address that they name themselves, and says who
publishes them; the first entry that meets a page counts. What a page says of its own publisher
is not believed: a shop may call itself anything.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import quote, urlsplit

from indexer.errors import CorpusError
from indexer.model import Article, ArticleSummary

if TYPE_CHECKING:
    from indexer.entries import Entry

SOURCES_FILE = "sources.toml"

UNKNOWN = "unknown"
PUBLISHER_TYPES: Mapping[str, str] = {
    "regulator": "Regulator",
    "reference": "Reference",
    "clinic": "Clinic",
    "seller": "Seller page",
    UNKNOWN: "source unknown",
}
"""Who may speak, and what people call it; `unknown` is what nothing was said of."""

STALE_MONTHS = 24
"""Labels are revised about every other year; what is older is shown with its age."""

Staleness: TypeAlias = Literal["older-than-24-months", "unknown-date"]

_KEYS = ("match", "host", "publisher", "type", "base_url", "licence")
_ANY_DEPTH = "**"
_MARK_BYTES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An entry of a `sources.toml`: which pages it is about, and who speaks in them."""

    match: tuple[str, ...] = ()
    """Pattern of the path, folder by folder; empty where the host decides."""
    host: str | None = None
    publisher: str
    publisher_type: str
    base_url: str | None = None
    licence: str | None = None


Rules: TypeAlias = tuple[Rule, ...]


def read_rules(data: bytes) -> Rules:
    """Read a `sources.toml`; raise CorpusError saying which entry is wrong and what is allowed."""
    from indexer.entries import read_entries  # noqa: PLC0415 - a search reads no such file

    return tuple(_rule(entry) for entry in read_entries(data, ("source",), CorpusError))


def attributed(article: Article, rules: Rules, path: str) -> Article:
    """Return an article with what the rules say of the page below that path."""
    rule = _rule_for(rules, path, host_of(article.url))
    if rule is None:
        return article
    url = article.url
    if url is None and rule.base_url is not None:
        url = rule.base_url + quote(path)
    return replace(
        article,
        url=url,
        publisher=rule.publisher,
        publisher_type=rule.publisher_type,
        licence=rule.licence,
    )


def mark_of(rules: Rules, path: str, host: str | None) -> str:
    """Return what tells what is said of a page from anything else that could be.

    `host` is that of the address the page names itself. Neither page nor article is needed, so
    that a run sees what a changed file of rules concerns without reading a page.
    """
    rule = _rule_for(rules, path, host)
    return "" if rule is None else _mark(rule, names_address=host is not None)


def host_of(url: str | None) -> str | None:
    """Return the host of an address in lower case, None without one."""
    return None if url is None else urlsplit(url).hostname or ""


# --- age --------------------------------------------------------------------------------------


def staleness(article: Article | ArticleSummary, today: date | None = None) -> Staleness | None:
    """Return why an article may be out of date, None when it is younger than STALE_MONTHS."""
    written = written_on(article)
    if written is None:
        return "unknown-date"
    today = today or datetime.now(UTC).date()
    age = (today.year - written.year) * 12 + today.month - written.month
    is_old = (age, today.day) > (STALE_MONTHS, written.day)
    return "older-than-24-months" if is_old else None


def written_on(article: Article | ArticleSummary) -> date | None:
    """Return the day on which an article was changed or published last, None without one."""
    told = article.modified or article.published
    try:
        return date.fromisoformat(told[: len("2024-01-31")]) if told else None
    except ValueError:
        return None


# --- reading the rules ------------------------------------------------------------------------


def _rule(entry: Entry) -> Rule:
    entry.allow(_KEYS)
    if ("match" in entry.values) == ("host" in entry.values):
        entry.refuse("needs either match or host, one of the two")
    kinds = [kind for kind in PUBLISHER_TYPES if kind != UNKNOWN]
    publisher_type = entry.required("type")
    if publisher_type not in kinds:
        entry.refuse(f"type is {publisher_type!r}; use one of {', '.join(kinds)}")
    return Rule(
        match=_pattern(entry),
        host=_host(entry),
        publisher=entry.required("publisher"),
        publisher_type=publisher_type,
        base_url=_base_url(entry),
        licence=entry.text("licence"),
    )


def _pattern(entry: Entry) -> tuple[str, ...]:
    pattern = entry.text("match")
    if pattern is None:
        return ()
    parts = tuple(unicodedata.normalize("NFC", pattern).split("/"))
    if "\\" in pattern or not {"", ".", ".."}.isdisjoint(parts):
        entry.refuse(
            f"match is {pattern!r}; use a path below the source such as pharmacy/* or labels/**, "
            "without / at either end"
        )
    return parts


def _host(entry: Entry) -> str | None:
    host = entry.text("host")
    if host is not None and not re.fullmatch(r"[\w-]+(\.[\w-]+)*", host):
        entry.refuse(f"host is {host!r}; use the name of a host alone, such as example.org")
    return None if host is None else host.lower()


def _base_url(entry: Entry) -> str | None:
    base = entry.text("base_url")
    if base is None:
        return None
    if "host" in entry.values:
        entry.refuse("base_url goes with match: a page that has a host names its address itself")
    try:
        parts = urlsplit(base)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_address = False
    if not is_address or not base.endswith("/") or " " in base:
        entry.refuse(
            f"base_url is {base!r}; use an address such as https://example.org/drugs/, "
            "with / at its end"
        )
    return base


# --- meeting a page ---------------------------------------------------------------------------


def _rule_for(rules: Rules, path: str, host: str | None) -> Rule | None:
    if not rules:
        return None
    parts = unicodedata.normalize("NFC", path).split("/")
    return next((rule for rule in rules if _meets(rule, parts, host)), None)


def _meets(rule: Rule, parts: Sequence[str], host: str | None) -> bool:
    if rule.host is None:
        return _meets_path(rule.match, parts)
    return host is not None and f".{host}".endswith(f".{rule.host}")


def _meets_path(pattern: Sequence[str], parts: Sequence[str]) -> bool:
    """Match a path folder by folder, `**` for any number of them.

    What fails goes back to the last `**` alone, so the work is bounded by the product of the two
    lengths, whatever a file from elsewhere asks for.
    """
    place = at = 0
    any_depth, tried = None, 0
    while place < len(parts):
        wanted = pattern[at] if at < len(pattern) else None
        if wanted == _ANY_DEPTH:
            any_depth, tried = at, place
            at += 1
        elif wanted is not None and fnmatch.fnmatchcase(parts[place], wanted):
            place, at = place + 1, at + 1
        elif any_depth is not None:
            tried += 1
            place, at = tried, any_depth + 1
        else:
            return False
    return all(rest == _ANY_DEPTH for rest in pattern[at:])


@cache
def _mark(rule: Rule, *, names_address: bool) -> str:
    """Digest what a rule gives a page: its address counts for a page that names none."""
    base = None if names_address else rule.base_url
    given = [rule.publisher, rule.publisher_type, rule.licence, base]
    text = json.dumps(given).encode()
    return hashlib.blake2b(text, digest_size=_MARK_BYTES).hexdigest()
