"""The plug between drugsearch and whatever stores its sections: three small protocols.

An engine stores analysed sections and matches plans, nothing else. Parsing, analysis, the query
language, drug knowledge and snippets stay outside, the same for every engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from indexer.model import Article, ArticleSummary, Drug, Mode, Section, Status, Via
from indexer.query.plan import Field, Leaf, MatchPlan

if TYPE_CHECKING:
    from indexer.runs import Failure, Verification

FacetName: TypeAlias = Literal["section", "drug", "class", "category", "year"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysedSection:
    """The terms of a section, field by field, in order; a term's index is its position."""

    section: Section
    text: tuple[str, ...]
    heading: tuple[str, ...]
    contents: bool = False
    """Whether it only repeats headings of its article."""
    path: tuple[str, ...]
    """Terms of all ancestor headings; a gap (an empty string) between two headings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysedArticle:
    """An article ready to be stored: parsed, analysed, its subjects known."""

    article: Article
    title: tuple[str, ...]
    sections: tuple[AnalysedSection, ...]
    """The sections that have text, in reading order; the others stand in `article` alone."""
    subjects: tuple[str, ...]
    """Keys of the drugs that are the article's subject."""
    classes: tuple[str, ...] = ()
    """Pharmacologic classes of those drugs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnNames:
    """What an engine has to know of the names of medicines that a user gives."""

    fingerprint: str = ""
    """Tells them from all others; an index built with another one is not to be read."""
    protected: frozenset[str] = frozenset()
    """Words that are names, and so never stemmed."""
    ordinary: frozenset[str] = frozenset()
    """Words that are none, although the shipped lists have them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What is known of the page an article came from, so that an unchanged one is not read."""

    source: str
    """Unique name of the page over all sources."""
    digest: str
    """blake2b of the page's bytes, hexadecimal."""
    stamp: str
    """Size, modification time and inode in one string; empty when they prove nothing."""
    article_id: str
    host: str | None = None
    """Of the address that the page names itself."""
    provenance: str = ""
    """Tells what its source said of it from anything else that could be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedTerm:
    """A surface form that met a field of a section, for one concept of the plan."""

    concept: int
    field: Literal["text", "heading", "path", "title", "drug", "kind"]
    term: str
    via: Via
    forms: tuple[tuple[str, ...], ...] = ()
    """For a phrase: at each position, the surface forms that may stand there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionMatch:
    """A section that matches a plan."""

    section_id: str
    score: float
    matched: tuple[MatchedTerm, ...] = ()
    parts: tuple[tuple[str, float], ...] = ()
    """Addends of the score, by name, when the plan asks to explain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """An article that matches, with its best sections (one when the plan groups by section)."""

    article_id: str
    score: float
    sections: tuple[SectionMatch, ...]
    section_total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """The engine's answer to a plan."""

    articles: int
    sections: int
    top: tuple[Match, ...]
    facets: Mapping[FacetName, tuple[tuple[str, int], ...]]
    """Value and number of articles, each facet counted with every filter but its own; most
    articles first, ties by value."""
    concept_sections: tuple[int, ...]
    """For each concept, how many sections of the whole index match it, filters aside."""
    unfiltered: int
    """How many sections match the plan with its filters aside."""
    coverage: tuple[bool, ...]
    """For each concept, whether any listed section matches it."""
    mode: Mode = "all"
    partial: bool = False
    """True when the deadline cut the work."""


class DeadlineError(Exception):
    """The deadline of a plan has passed; whoever walks through its results stops there."""


class Writer(Protocol):
    """Takes articles for the next generation."""

    @property
    def base(self) -> int | None:
        """Number of the generation it continues; None when it begins empty."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What went wrong without harm; complete once the generation is published."""

    def put(self, article: AnalysedArticle, state: SourceState) -> None:
        """Store an article, in place of one with its id in an earlier generation.

        Raise CorpusError, with nothing stored, when the article cannot be, or when this run
        stored one with its id.
        """

    def delete(self, article_id: str) -> None:
        """Remove an article; one that is not there is no error."""

    def renew(self, state: SourceState) -> None:
        """Remember a page's new stamp; its article stays as it is."""

    def set_aside(self, failures: Sequence[Failure]) -> None:
        """Tell what the run could not index, in place of what earlier runs could not."""


class Snapshot(Protocol):
    """One generation, open for reading; never changes. Used by one thread at a time."""

    def match(self, plan: MatchPlan) -> Matches:
        """Answer a plan: true top, exact totals and facets."""

    def walk(self, plan: MatchPlan, *, size: int) -> Iterator[tuple[Match, ...]]:
        """Yield the results in the window of a plan as `match` lists them, `size` at a time.

        What matches is worked out once, however wide the window is. Raise DeadlineError when the
        plan's deadline passes on the way.
        """

    def article(self, article_id: str) -> Article:
        """Return a stored article; raise NotFoundError when there is none."""

    def summary(self, article_id: str) -> ArticleSummary:
        """Return what a list of results shows of an article; raise NotFoundError."""

    def sections(self, article_id: str, section_ids: Sequence[str]) -> tuple[Section, ...]:
        """Return sections of an article in the order asked for; raise NotFoundError."""

    def summaries(self) -> Iterable[ArticleSummary]:
        """Yield every article's summary, by article id."""

    def drugs(self) -> Iterable[tuple[Drug, tuple[str, ...]]]:
        """Yield the distinct medicines that articles are about, with the ids of those articles.

        Without evidence, which differs from article to article. In the order in which the
        articles, by id, name them; the ids are in order too. A search asks this of every
        generation, so an engine should not have to read each article for it.
        """

    def set_aside(self) -> tuple[Failure, ...] | None:
        """Return what the run that published it could not index, by source.

        None for a generation whose run did not tell.
        """

    def forms(self, leaf: Leaf) -> tuple[tuple[str, ...], ...]:
        """Return, for each position of a leaf, the surface forms that may stand there in a text.

        Empty for a leaf that meets no words.
        """

    def terms(self, field: Field, prefix: str) -> Iterable[tuple[str, int]]:
        """Yield the terms of a field that begin with a prefix and their section counts."""

    def status(self) -> Status:
        """Return what this snapshot serves."""

    def close(self) -> None:
        """Release its files; using it afterwards is an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What an incremental run starts from."""

    generation: int
    states: Mapping[str, SourceState]
    """What is known of every indexed page, by source name."""
    current: bool
    """Whether the index can be continued; False when it was built with other fields or names."""
    set_aside: tuple[Failure, ...] | None = None
    """What could not be indexed, by source; None when nobody told."""
    whole: bool = True
    """Whether it is the newest generation; False when that one is damaged."""


class Engine(Protocol):
    """A place where an index lives."""

    def baseline(self) -> Baseline | None:
        """Return what is indexed, None when nothing was ever; raise IndexDamagedError."""

    def writer(self, *, fresh: bool) -> AbstractContextManager[Writer]:
        """Open the next generation for writing, empty or from the served one.

        One writer at a time (IndexLockedError). Leaving the block publishes; an exception
        leaves the served generation as it was.
        """

    def snapshot(self) -> Snapshot:
        """Return the served generation for this thread; raise IndexUnavailableError."""

    def status(self) -> Status:
        """Return what is served; raise IndexUnavailableError."""

    def verify(self) -> Verification:
        """Check every byte and posting of the served generation."""

    def rollback(self) -> None:
        """Serve the generation before the served one; raise IndexUnavailableError."""

    def collect_garbage(self) -> tuple[str, ...]:
        """Remove what no generation needs; return the names of what was removed."""
