"""What lists, filters and facets need of every section, as arrays: one row a Whoosh document.

Articles are numbered in the order of their ids, so that comparing numbers breaks ties by id,
in a fresh index and in one that grew by small runs alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.reading import IndexReader

from indexer.engine.base import AnalysedArticle
from indexer.knowledge.drugs import CLASS_PREFIX
from indexer.query.plan import LEAST_TOLD, MEDICINE_KINDS, Field

TERM_FIELDS: tuple[Field, ...] = ("text", "heading", "path", "title")

Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFacts:
    """What is known of an article beside its sections."""

    id: str
    first_row: int
    title: str
    date: str
    subjects: tuple[str, ...]
    categories: tuple[str, ...]
    classes: tuple[str, ...]
    publisher_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionTable:
    """The rows of an index; rows of deleted sections are there but not `live`."""

    live: Flags
    article: Rows
    """Number of the row's article."""
    order: Rows
    """Place of the section among those of its article that have text, from 0."""
    kind: tuple[str, ...]
    section_id: tuple[str, ...]
    length: Mapping[Field, Rows]
    """Number of terms."""
    heading_words: Rows
    """Number of terms of the heading without its numbering (`4. Possible side effects`: 3)."""
    contents: Flags
    """Rows that are tables of contents."""
    average: Mapping[Field, float]
    """Mean length over the live rows."""
    sections: int
    """Number of live rows."""
    articles: tuple[ArticleFacts, ...]
    subject_articles: Mapping[str, frozenset[int]]
    """By key of a drug or of a class of drugs."""
    drug_articles: Mapping[str, frozenset[int]]
    """The same without the classes."""
    about_something: frozenset[int]
    """The articles about a medicine, known or not (see AnySubject)."""
    publisher_articles: Mapping[str, frozenset[int]]
    """By the type of who publishes the article."""
    class_articles: Mapping[str, frozenset[int]]
    category_articles: Mapping[str, frozenset[int]]
    year_articles: Mapping[str, frozenset[int]]
    """By the year of the article's latest date; none for an article without one."""

    def rows_of_articles(self, numbers: Iterable[int]) -> Flags:
        """Return flags of the live rows whose article is one of these."""
        wanted = np.zeros(len(self.articles) + 1, dtype=np.bool_)
        wanted[list(numbers)] = True
        return wanted[self.article] & self.live

    def rows_of_kinds(self, kinds: Sequence[str]) -> Flags:
        """Return flags of the live rows whose kind is one of these."""
        wanted = frozenset(kinds)
        flags = np.fromiter((kind in wanted for kind in self.kind), np.bool_, len(self.kind))
        return flags & self.live


def facts_of(article: AnalysedArticle, index: int) -> bytes:
    """Return the facts of an article's `index`-th section, as `read_table` reads them."""
    analysed = article.sections[index]
    lengths = [
        sum(1 for term in terms if term)
        for terms in (analysed.text, analysed.heading, analysed.path, article.title)
    ]
    numbered = analysed.heading[:1] != () and analysed.heading[0].replace(".", "").isdecimal()
    facts: list[Any] = [article.article.id, analysed.section.id, index, analysed.section.kind]
    facts.append([*lengths, lengths[1] - numbered, int(analysed.contents)])
    if index == 0:
        source = article.article
        date = source.modified or source.published or ""
        facts.append(
            [
                source.title,
                date,
                article.subjects,
                source.categories,
                article.classes,
                source.publisher_type,
            ]
        )
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def read_table(reader: IndexReader) -> SectionTable:
    """Read the facts of every section of an index."""
    rows: list[list[Any]] = []
    live: list[bool] = []
    for leaf, _offset in reader.leaf_readers():
        if not leaf.doc_count_all():
            continue  # an index without segments has a reader that knows no columns
        column = leaf.column_reader("facts")
        for number in range(leaf.doc_count_all()):
            rows.append(json.loads(column[number]))
            live.append(not leaf.is_deleted(number))
    return _table(rows, np.array(live, dtype=np.bool_))


def _table(rows: list[list[Any]], live: Flags) -> SectionTable:
    articles = _articles(rows, live)
    number = {article.id: index for index, article in enumerate(articles)}
    # A deleted row may belong to an article that is gone: it gets the number after the last.
    article_numbers = [number.get(row[0], len(articles)) for row in rows]
    length: dict[Field, Rows] = {
        field: np.array([row[4][at] for row in rows], dtype=np.int64)
        for at, field in enumerate(TERM_FIELDS)
    }
    count = int(live.sum())
    subjects = _members(article.subjects for article in articles)
    return SectionTable(
        live=live,
        article=np.array(article_numbers, dtype=np.int64),
        order=np.array([row[2] for row in rows], dtype=np.int64),
        kind=tuple(row[3] for row in rows),
        section_id=tuple(row[1] for row in rows),
        length=length,
        heading_words=np.array([row[4][len(TERM_FIELDS)] for row in rows], dtype=np.int64),
        contents=np.array([bool(row[4][len(TERM_FIELDS) + 1]) for row in rows], dtype=np.bool_),
        average={
            field: float(length[field][live].sum()) / max(count, 1) or 1.0 for field in TERM_FIELDS
        },
        sections=count,
        articles=articles,
        subject_articles=subjects,
        drug_articles={
            key: numbers for key, numbers in subjects.items() if not key.startswith(CLASS_PREFIX)
        },
        about_something=frozenset().union(*subjects.values(), _told(rows, article_numbers, live)),
        publisher_articles=_members((article.publisher_type,) for article in articles),
        class_articles=_members(article.classes for article in articles),
        category_articles=_members(article.categories for article in articles),
        year_articles=_members((article.date[:4],) if article.date else () for article in articles),
    )


def _articles(rows: list[list[Any]], live: Flags) -> tuple[ArticleFacts, ...]:
    found = [
        ArticleFacts(
            id=row[0],
            first_row=index,
            title=row[5][0],
            date=row[5][1],
            subjects=tuple(row[5][2]),
            categories=tuple(row[5][3]),
            classes=tuple(row[5][4]),
            publisher_type=row[5][5],
        )
        for index, row in enumerate(rows)
        if row[2] == 0 and live[index]
    ]
    return tuple(sorted(found, key=lambda article: article.id))


def _told(rows: list[list[Any]], numbers: list[int], live: Flags) -> frozenset[int]:
    """Return the articles that tell of a medicine, whichever it is."""
    kinds: dict[int, set[str]] = {}
    for row, number, is_live in zip(rows, numbers, live.tolist(), strict=True):
        if is_live and row[3] in MEDICINE_KINDS:
            kinds.setdefault(number, set()).add(row[3])
    return frozenset(number for number, found in kinds.items() if len(found) >= LEAST_TOLD)


def _members(values: Iterable[tuple[str, ...]]) -> dict[str, frozenset[int]]:
    members: dict[str, set[int]] = {}
    for number, named in enumerate(values):
        for value in named:
            members.setdefault(value, set()).add(number)
    return {value: frozenset(numbers) for value, numbers in members.items()}
