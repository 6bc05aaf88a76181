"""JSON-LD: what a page says of itself to search engines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from indexer.parsing.markup import Page

Json: TypeAlias = "Mapping[str, Json] | list[Json] | str | float | bool | None"

# Kinds of things that are the page itself, the most telling first.
_TYPES: Final = (
    "MedicalWebPage", "MedicalScholarlyArticle", "ScholarlyArticle", "NewsArticle", "BlogPosting",
    "TechArticle", "Report", "Article", "WebPage", "ItemPage", "FAQPage", "Drug", "Product",
)  # fmt: skip
_MAX_CHARACTERS: Final = 500_000
_MAX_NODES: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedData:
    """The parts of a page's JSON-LD that describe the article; empty where it says nothing."""

    headline: str = ""
    url: str = ""
    published: str = ""
    modified: str = ""
    author: str = ""
    language: str = ""
    sections: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def read_linked_data(page: Page) -> LinkedData:
    """Read the JSON-LD blocks of a page; one that is malformed is passed over with a warning."""
    nodes: list[Mapping[str, Json]] = []
    warnings: list[str] = []
    for script in page.named("script"):
        kind = str(script.attrs.get("type", "")).partition(";")[0].strip().lower()
        text = script.get_text()
        if kind != "application/ld+json" or len(text) > _MAX_CHARACTERS:
            continue
        try:
            nodes.extend(_nodes(json.loads(text, strict=False)))
        except (ValueError, RecursionError):
            warnings.append("a JSON-LD block is malformed and was passed over")
    by_id = {str(node["@id"]): node for node in nodes if isinstance(node.get("@id"), str)}
    articles = sorted((node for node in nodes if _rank(node) < len(_TYPES)), key=_rank)
    return _described(articles, by_id, tuple(dict.fromkeys(warnings)))


def _nodes(data: Json) -> Iterator[Mapping[str, Json]]:
    """Yield the things a block describes: its top level, lists and `@graph`."""
    waiting: list[Json] = [data]
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        node = waiting.pop(0)
        if isinstance(node, list):
            waiting[:0] = node[:_MAX_NODES]
        elif isinstance(node, dict):
            yield node
            waiting.append(node.get("@graph"))
            waiting.append(node.get("mainEntity"))


def _rank(node: Mapping[str, Json]) -> int:
    kinds = set(_texts(node.get("@type")))
    return next((rank for rank, kind in enumerate(_TYPES) if kind in kinds), len(_TYPES))


def _described(
    articles: list[Mapping[str, Json]],
    by_id: Mapping[str, Mapping[str, Json]],
    warnings: tuple[str, ...],
) -> LinkedData:
    def first(*keys: str) -> str:
        for key in keys:
            for node in articles:
                for text in _texts(node.get(key), by_id):
                    return text
        return ""

    def every(key: str) -> tuple[str, ...]:
        return tuple(text for node in articles for text in _texts(node.get(key), by_id))

    return LinkedData(
        headline=first("headline"),
        url=first("url"),
        published=first("datePublished", "dateCreated"),
        modified=first("dateModified", "lastReviewed"),
        author=first("author"),
        language=first("inLanguage"),
        sections=every("articleSection"),
        keywords=tuple(part for text in every("keywords") for part in text.split(",")),
        warnings=warnings,
    )


def _texts(value: Json, by_id: Mapping[str, Mapping[str, Json]] | None = None) -> list[str]:
    """Return the strings of a value: itself, the members of a list, the names of things."""
    found = []
    for member in value if isinstance(value, list) else [value]:
        thing = member
        if isinstance(thing, dict) and by_id and "name" not in thing:
            thing = by_id.get(str(thing.get("@id")), thing)
        named = thing.get("name") if isinstance(thing, dict) else thing
        if isinstance(named, str) and named.strip():
            found.append(named)
    return found
