"""The values that drugsearch works with: articles on their way in, results on their way out.

Every value is frozen and holds tuples, so that it can be shared between threads and used as a
key; none has behaviour. Character ranges are half-open and count code points.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from indexer.faults import HeadingFault
from indexer.suggestions import Emergency, WaysOn

Role: TypeAlias = Literal["brand", "ingredient", "class"]
BlockKind: TypeAlias = Literal[
    "paragraph", "item", "row", "caption", "quote", "term", "definition", "pre"
]
Sort: TypeAlias = Literal["relevance", "newest", "title"]
Group: TypeAlias = Literal["article", "section"]
Mode: TypeAlias = Literal["all", "partial"]
Via: TypeAlias = Literal["direct", "stem", "expansion", "intent", "subject"]
NoticeCode: TypeAlias = Literal[
    "lasa",
    "corrected",
    "absence",
    "unknown",
    "mentioned",
    "together",
    "deadline",
    "conflicting-figures",
    "off-topic",
    "category-mismatch",
]
MarkKind: TypeAlias = Literal["direct", "related"]


# --- articles ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Drug:
    """A medicine under one of its names, as an article or a query names it."""

    name: str
    """The name as people write it: `Imuran`, `azathioprine`."""
    ingredient: str | None
    """The active ingredient, lower case; several joined by ` / `; None when it is not known."""
    role: Role
    evidence: tuple[str, ...] = ()
    """Where it was found, strongest first: `title`, `heading`, `tag`, `url`, `lead`, `body`."""


class Block(NamedTuple):
    """A range of a section's text that stands for one block of the page.

    A tuple, because there are hundreds in a section: most of what is read for a page of results,
    and of what passes between processes, are blocks, and tuples take a fifth of the time.
    """

    kind: BlockKind
    start: int
    end: int
    depth: int = 0
    """Nesting of list items, 0 for the outermost list."""
    lead: int | None = None
    """Index, in the same section, of the block that this one needs to be understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and the text below it up to the next heading."""

    id: str
    heading: str
    level: int
    path: tuple[str, ...] = ()
    """Ancestor headings, outermost first."""
    kind: str = "other"
    rule: str = ""
    """The rule that decided the kind, in words: `heading says "side effects"`."""
    text: str = ""
    """Plain text, one block a line; empty for a heading that only has sections below it."""
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that has to be known before an answer is read."""

    code: NoticeCode
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """The character encoding a page was read in, and what said so."""

    name: str
    source: Literal["bom", "utf-8", "declared", "fallback", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A page about a medicine: what it says of itself, and its sections in reading order."""

    id: str
    source: str
    """Path of the page below its source, with forward slashes."""
    title: str
    sections: tuple[Section, ...]
    url: str | None = None
    published: str | None = None
    """ISO 8601 date or date and time, as is `modified`."""
    modified: str | None = None
    language: str | None = None
    author: str | None = None
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    drugs: tuple[Drug, ...] = ()
    """The medicines that are the article's subject, not every one it mentions."""
    notices: tuple[Notice, ...] = ()
    """What has to be known of its text: figures that disagree, text about other medicines."""
    encoding: Encoding = Encoding(name="utf-8", source="text")
    warnings: tuple[str, ...] = ()
    heading_faults: tuple[HeadingFault, ...] = ()
    """What is wrong with the page's headings; the outline above made the best of it."""
    publisher: str | None = None
    publisher_type: str = "unknown"
    licence: str | None = None
    indexed: str | None = None
    """When it was parsed for the index, ISO 8601 in UTC; None for a page that is not in one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleSummary:
    """What a list of results shows of an article."""

    id: str
    title: str
    source_url: str | None = None
    published: str | None = None
    modified: str | None = None
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    drugs: tuple[Drug, ...] = ()
    notices: tuple[Notice, ...] = ()
    publisher: str | None = None
    publisher_type: str = "unknown"
    licence: str | None = None
    indexed: str | None = None


class Mention(NamedTuple):
    """A medicine that a text names: the range of the name, and the name it goes by."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions:
    """Articles that mention a medicine which they are not about: the best, and how many."""

    total: int = 0
    articles: tuple[ArticleSummary, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugEntry:
    """A medicine of the index, with all its names and how many articles are about it."""

    name: str
    """The name to list it under: its ingredient, or the brand where no ingredient is known."""
    ingredient: str | None
    brands: tuple[str, ...]
    drug_class: str | None
    articles: tuple[str, ...]
    """Ids of the articles whose subject it is, in order."""


# --- searching --------------------------------------------------------------------------------

LONGEST_QUERY = 1_000
"""Characters that a query may have."""
LARGEST_PAGE_SIZE = 50
"""Results that a page may have."""
LONGEST_QUOTED = 6_000
"""Code points of a section that can be quoted above the results, and so are marked."""
DEEPEST_RESULT = 10_000
"""Results further down are out of reach: who needs them needs another query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """What somebody asks of the index. Filters of one kind widen, different kinds narrow."""

    text: str
    drugs: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    """Section kinds."""
    classes: tuple[str, ...] = ()
    """Pharmacologic classes, as the facet names them."""
    categories: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    """Years of the articles' latest dates."""
    articles: tuple[str, ...] = ()
    """Ids of articles."""
    without: tuple[str, ...] = ()
    """Names not to be searched for although they are other names of what was typed."""
    sort: Sort = "relevance"
    group: Group = "article"
    page: int = 1
    per_page: int = 10
    expand: bool = True
    exact: bool = False
    explain: bool = False
    deadline_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentMatch:
    """The kind of section that a query asks for, and the words that ask for it."""

    kind: str
    matched: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """Names that were searched for although they were not typed, and why."""

    source: str
    names: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpretation:
    """How a query was read: everything that was understood, added or given up."""

    text: str
    mode: Mode = "all"
    concepts: int = 0
    dropped: tuple[str, ...] = ()
    drugs: tuple[Drug, ...] = ()
    intent: tuple[IntentMatch, ...] = ()
    expansions: tuple[Expansion, ...] = ()
    corrected: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A highlighted range of a snippet's text."""

    start: int
    end: int
    kind: MarkKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """Whole sentences of a section, verbatim, with the ranges that matched."""

    text: str
    start: int
    """Where the text begins in the section's text."""
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a section was found: a term of the query, the field it met, the road it took."""

    field: str
    term: str
    via: Via


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePart:
    """One addend of a score; the parts of a hit add up to its score."""

    name: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionHit:
    """A section that answers the query."""

    id: str
    heading: str
    path: tuple[str, ...]
    kind: str
    score: float
    snippets: tuple[Snippet, ...] = ()
    why: tuple[Reason, ...] = ()
    explanation: tuple[ScorePart, ...] = ()
    """Empty unless the request asked to explain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An article with its best sections; one section where the request groups by section."""

    article: ArticleSummary
    score: float
    sections: tuple[SectionHit, ...]
    more_sections: int = 0
    lookalikes: tuple[str, ...] = ()
    """Names that the article's medicines are easily taken for, where the query did not name them
    and so no notice says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BestSection:
    """The section that answers, quoted, where it is certain what was asked for."""

    article: ArticleSummary
    section: Section
    marks: tuple[Mark, ...] = ()
    """What matched, in the first LONGEST_QUOTED code points of the section's text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """One value of a facet with the number of articles that have it."""

    value: str
    label: str
    count: int
    selected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """How much was found. Exact unless the deadline cut the work (`gte`)."""

    articles: int
    sections: int
    relation: Literal["eq", "gte", "approx"] = "eq"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """The facets of what was found, each counted with every filter but its own."""

    section: tuple[FacetValue, ...] = ()
    drug: tuple[FacetValue, ...] = ()
    drug_class: tuple[FacetValue, ...] = ()
    category: tuple[FacetValue, ...] = ()
    year: tuple[FacetValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The answer to a search request."""

    request: SearchRequest
    query: Interpretation
    total: Total
    hits: tuple[Hit, ...]
    facets: Facets
    status: Status
    pages: int
    took_ms: float
    partial: bool = False
    suggestions: WaysOn = field(default_factory=WaysOn)
    notices: tuple[Notice, ...] = ()
    best: BestSection | None = None
    """Of one medicine and one kind of section, the first hit, when it is just that."""
    emergency: Emergency | None = None
    """Stands above everything else when the query speaks of somebody in danger."""


# --- the index --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What is served."""

    location: str
    generation: int
    built_at: str
    """ISO 8601 in UTC."""
    articles: int
    sections: int
    schema: str
    """Fingerprint of fields, analysis and knowledge; another one means: index anew."""
    notes: tuple[str, ...] = ()
    digest: str = ""
    """Tells this generation from every other, also from one of the same number in an index that
    was removed and built again."""
