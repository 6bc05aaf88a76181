"""What a query asks of an engine: a plan of concepts, the same for every engine.

A section matches a plan when it matches every concept and no exclusion. A concept is a tree of
nodes; its leaves meet fields of the section or facts about it. Terms stand here as the analysis
folds them (see `indexer.analysis`); which surface forms a stem stands for is the engine's to know.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from indexer.model import Group, Sort, Via

Field: TypeAlias = Literal["text", "heading", "path", "title"]

WORD_FIELDS: tuple[Field, ...] = ("text", "heading", "path", "title")
"""Where a word may stand. `title` counts as a match for an article's first section alone; it
ranks for all of them."""

MEDICINE_KINDS = frozenset(
    {"dosage", "contraindications", "adverse-reactions", "interactions", "overdose"}
)
LEAST_TOLD = 2

ConceptKind: TypeAlias = Literal[
    "drug", "intent", "number", "phrase", "word", "prefix", "field", "group"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A term in one of the fields; with `stem`, any surface form that shares the term's stem."""

    term: str
    fields: tuple[Field, ...] = WORD_FIELDS
    stem: bool = True
    via: Via = "direct"
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Terms at consecutive positions of one field."""

    terms: tuple[str, ...]
    fields: tuple[Field, ...] = WORD_FIELDS
    stem: bool = False
    via: Via = "direct"
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefix:
    """Any term that begins so, in one of the fields."""

    prefix: str
    fields: tuple[Field, ...] = WORD_FIELDS
    via: Via = "direct"
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The section's article is about this drug (a key of the drug knowledge)."""

    drug: str
    via: Via = "subject"
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class AnySubject:
    """The section's article is about some medicine, or some class of them.

    It is when it has a subject, and also when it has sections of LEAST_TOLD of the
    MEDICINE_KINDS: then it is about a medicine that is not known.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """The section is of this kind."""

    kind: str
    via: Via = "intent"
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadingIs:
    """The section's heading consists of these terms (stems) and nothing but its numbering."""

    terms: tuple[str, ...]
    via: Via = "direct"
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Publisher:
    """The section's article is published by somebody of this type (`seller`)."""

    type: str


@dataclass(frozen=True, slots=True)
class Contents:
    """The section is a table of contents: it only repeats headings of its article."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Of each group at least one stands in the text, all of them within `span` positions."""

    groups: tuple[tuple[Word | Phrase, ...], ...]
    span: int
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class All:
    """Every node matches; with no nodes, every section does."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one node matches; with no nodes, no section does.

    Alternatives are roads to one thing, so the best of them gives the score: an article about a
    drug does not rise by repeating its name. A kind of section is known by other means than its
    words, so the best kind adds to the best of the rest. Alternatives that somebody typed with
    OR all add up (`adds`).
    """

    nodes: tuple[Node, ...]
    adds: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """The node does not match."""

    node: Node


Leaf: TypeAlias = Word | Phrase | Prefix | Subject | Kind | HeadingIs
Node: TypeAlias = Leaf | Near | Contents | AnySubject | Publisher | All | AnyOf | Not


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One thing that a query asks for."""

    label: str
    """The words of the query that ask for it, as typed."""
    kind: ConceptKind
    node: Node
    required: bool = False
    """Never given up: a drug, or words in quotes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bonus:
    """Something that raises a section's score by a fixed amount and matches nothing by itself."""

    name: str
    node: Node
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchPlan:
    """Everything an engine needs to answer one request."""

    concepts: tuple[Concept, ...]
    excluded: tuple[Node, ...] = ()
    bonuses: tuple[Bonus, ...] = ()
    coverage: Literal["all", "most"] = "all"
    """`all`: every concept matches. `most`: every required concept matches, and of the others at
    least MOST_SHARE of as many as any section manages; where none is required, at least one that
    is no intent."""
    drugs: tuple[str, ...] = ()
    """Filter: keys of drugs, any of which is the article's subject."""
    kinds: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    """Filter: pharmacologic classes, any of which a subject of the article has."""
    categories: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    """Filter: years (`2024`) of the article's latest date."""
    articles: tuple[str, ...] = ()
    """Filter: ids of articles."""
    sort: Sort = "relevance"
    group: Group = "article"
    offset: int = 0
    """Results (articles, or sections when grouped so) to leave out at the front."""
    limit: int = 10
    explain: bool = False
    deadline: float | None = None
    """A reading of `time.monotonic()` after which to answer with what there is."""


def leaves(node: Node) -> Iterator[Leaf]:
    """Yield the leaves below a node that a match can come from: none below a Not."""
    match node:
        case All(nodes) | AnyOf(nodes):
            for child in nodes:
                yield from leaves(child)
        case Not() | Near() | Contents() | AnySubject() | Publisher():
            return
        case _:
            yield node
