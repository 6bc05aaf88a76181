"""The shapes of answers in JSON, as types: articles, medicines, what is served.

What is checked here is what the API promises.

The description of the API is made from these types and their docstrings. Keys may be added, never
renamed; lists are never null, and what is unknown is null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias, TypedDict

from indexer.model import NoticeCode, Role

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None

DISCLAIMER = (
    "These are quotations from the indexed articles, not medical advice. What is not found here "
    "may still be true. Ask a doctor or pharmacist before you start, stop or change a medicine."
)

Stale: TypeAlias = Literal["older-than-24-months", "unknown-date"]

# Keys that are words of the language need the form in which keys are strings.
_From = TypedDict("_From", {"from": str})
_Class = TypedDict("_Class", {"class": str | None})


# --- articles ---------------------------------------------------------------------------------


class ProvenanceJson(TypedDict):
    """Who speaks in an article and how old it is.

    `publisher_type` is `regulator`, `reference`, `clinic`, `seller` or `unknown`. `indexed` is when
    the article was parsed for the index. `stale` says what may be out of date, else null.
    """

    publisher: str | None
    publisher_type: str
    licence: str | None
    indexed: str | None
    stale: Stale | None


class DrugJson(TypedDict):
    """A medicine under one of its names."""

    name: str
    ingredient: str | None
    role: Role


class DrugOfArticle(DrugJson):
    """A medicine that an article is about; `evidence` says where that was found."""

    evidence: list[str]


class NoticeJson(TypedDict):
    """Something that has to be known before an answer is read; `text` is for people."""

    code: NoticeCode
    text: str


class SummaryJson(ProvenanceJson):
    """What a list of results shows of an article. Dates are ISO 8601."""

    id: str
    title: str
    url: str
    source_url: str | None
    published: str | None
    modified: str | None
    categories: list[str]
    tags: list[str]
    drugs: list[DrugJson]
    notices: list[NoticeJson]


class ArticleLinks(TypedDict):
    """Addresses of an article or section: in JSON, and for people."""

    self: str
    html: str


class SectionJson(TypedDict):
    """A section as it stands in its article.

    `path` are the headings above, outermost first; `kind` is one of the kinds of sections, `loinc`
    its code in the FDA's list, `rule` what told the kind. `text` is plain, one block a line.
    """

    id: str
    heading: str
    level: int
    path: list[str]
    kind: str
    loinc: str | None
    rule: str
    text: str


class ArticleOfSection(ProvenanceJson):
    """The article that a section is from."""

    id: str
    title: str
    url: str
    source_url: str | None
    published: str | None
    modified: str | None
    drugs: list[DrugJson]


class SectionAnswer(SectionJson):
    """One section of an article, with where it is from."""

    article: ArticleOfSection
    links: ArticleLinks
    disclaimer: str


class EncodingJson(_From):
    """The character encoding a page was read in, and what said so (`from`)."""

    name: str


class ArticleJson(ProvenanceJson):
    """An article as it was parsed, with all its sections in reading order."""

    id: str
    source: str
    title: str
    url: str | None
    published: str | None
    modified: str | None
    language: str | None
    author: str | None
    categories: list[str]
    tags: list[str]
    drugs: list[DrugOfArticle]
    notices: list[NoticeJson]
    encoding: EncodingJson
    warnings: list[str]
    sections: list[SectionJson]


class ArticleAnswer(ArticleJson):
    """An article as it is stored, with its addresses."""

    links: ArticleLinks
    disclaimer: str


class DrugAnswer(_Class):
    """A medicine of the index: its names, its class, and the ids of the articles about it."""

    name: str
    names: list[str]
    ingredient: str | None
    brands: list[str]
    count: int
    articles: list[str]
    url: str


class DrugsAnswer(TypedDict):
    """The medicines that articles are about, A to Z."""

    total: int
    drugs: list[DrugAnswer]


class ToldJson(SectionJson):
    """A section about a medicine, the article that it is from, and its address.

    `shared` are half-open ranges of code points of `text`: the sentences that the other medicine's
    sections have too.
    """

    article: SummaryJson
    url: str
    shared: list[tuple[int, int]]


class ToldOfJson(TypedDict):
    """What articles tell of a medicine: `total` sections, the first of them in `sections`."""

    drug: DrugAnswer
    total: int
    sections: list[ToldJson]


class CompareLinks(TypedDict):
    """Addresses of a comparison: in JSON, and for people."""

    self: str
    html: str


class CompareAnswer(TypedDict):
    """One kind of section of two medicines, side by side. No verdict."""

    section: str
    a: ToldOfJson
    b: ToldOfJson
    notices: list[NoticeJson]
    links: CompareLinks
    disclaimer: str


# --- the index --------------------------------------------------------------------------------


class StatusAnswer(TypedDict):
    """What is served; another `schema` than the program's means: index anew."""

    generation: int
    built_at: str
    articles: int
    sections: int
    schema: str
    notes: list[str]
