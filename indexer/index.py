"""The facade: one object that the command line, the pages and the JSON API know."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, TypeVar

from indexer import mentions, searching
from indexer.config import Settings
from indexer.emergency import is_emergency, read_emergency
from indexer.engine import open_engine
from indexer.engine.base import Engine, OwnNames, Snapshot
from indexer.errors import ConfigError, IndexUnavailableError, NotFoundError
from indexer.highlights import mark_text
from indexer.knowledge.aliases import (
    NO_ALIASES,
    Aliases,
    fingerprint_of,
    ordinary_words,
    own_words,
    read_aliases,
)
from indexer.knowledge.categories import category_notices
from indexer.known import Known
from indexer.model import (
    Article,
    ArticleSummary,
    Drug,
    DrugEntry,
    Mark,
    Mention,
    Mentions,
    Notice,
    Results,
    SearchRequest,
    Status,
)
from indexer.notes import lookalike_notices
from indexer.provenance import written_on
from indexer.related import KindsOf, by_class, related

if TYPE_CHECKING:
    from indexer.comparisons import Comparison
    from indexer.corpus import Corpus
    from indexer.evaluation import Judgment, QueryOutcome
    from indexer.exporting import Export
    from indexer.findings import Audit
    from indexer.indexing import Progress
    from indexer.runs import Failure, ReindexOptions, Report, Verification
    from indexer.suggestions import Emergency, Suggestions

Answer = TypeVar("Answer")

LONGEST_MARKED = 1_000_000
"""Code points of an article whose matches are marked; the longest label has about 500,000."""


def open_index(location: str, *, settings: Settings | None = None) -> Index:
    """Return the index at a location (`whoosh:DIR` or a plain folder); raise ConfigError.

    Nothing of it is read before it is needed, so an index that does not exist yet can be opened.
    A file of aliases is read now; a ConfigError says what is wrong with it.
    """
    settings = settings or Settings()
    aliases = read_aliases(settings.aliases)
    engine = _engine_for(location, aliases)
    return Index(engine, location=location, settings=settings, aliases=aliases)


def _engine_for(location: str, aliases: Aliases) -> Engine:
    names = OwnNames(
        fingerprint=fingerprint_of(aliases),
        protected=own_words(aliases),
        ordinary=ordinary_words(aliases),
    )
    return open_engine(location, names)


class Index:
    """An index of articles. Safe to share between threads."""

    def __init__(
        self,
        engine: Engine,
        *,
        location: str,
        settings: Settings,
        aliases: Aliases = NO_ALIASES,
    ) -> None:
        """Stand in front of an engine that was opened with these aliases."""
        self.location = location
        self._engine = engine
        self._aliases_file = settings.aliases
        self._aliases = aliases
        self._emergency = read_emergency(settings.emergency_file)
        self._lock = threading.Lock()
        self._known: Known | None = None
        self._steady = _Steady()

    @contextmanager
    def one_generation(self) -> Iterator[None]:
        """Answer all that this thread asks within the block from a single generation.

        It is the one that is served at the first question. Without this, what is published
        between two questions would mix with what was served before.
        """
        held = self._steady
        held.is_on, held.snapshot = True, None
        try:
            yield
        finally:
            held.is_on, held.snapshot = False, None

    def reindex(
        self, corpus: Corpus, options: ReindexOptions, progress: Progress | None = None
    ) -> Report:
        """Make what the sources say the whole index; raise IndexUnavailableError.

        Pages that cannot be read or parsed are set aside in the report, and the run goes on.
        """
        # Imported here because a search needs no parser, and loading one takes longer than it.
        from indexer import indexing  # noqa: PLC0415

        return indexing.reindex(self._engine, corpus, options, progress, aliases=self._aliases)

    def search(self, request: SearchRequest) -> Results:
        """Answer a request; raise QueryError or IndexUnavailableError."""
        snapshot = self._snapshot()
        known = self._taught(snapshot)
        knowledge = known.names.knowledge
        results = searching.search(request, snapshot, known.names)
        ways = related(results, knowledge, known.medicines, self._kinds_of(snapshot))
        if not results.total.sections and len(results.query.drugs) > 1:
            ways = tuple(
                way
                for way in by_class(results, knowledge)
                if searching.search(SearchRequest(text=way.query), snapshot, known.names).hits
            )
        return replace(
            results,
            suggestions=replace(results.suggestions, related=ways),
            emergency=self._emergency_for(request),
        )

    def export(self, request: SearchRequest, *, skip: int = 0, most: int | None = None) -> Export:
        """Return all sections that a request lists, in order, from one generation.

        Raise QueryError or IndexUnavailableError. The sections are read while they are gone
        through; that must be done by this thread.
        """
        from indexer import exporting  # noqa: PLC0415 - a search exports nothing

        snapshot = self._snapshot()
        return exporting.export(
            request,
            snapshot,
            self._taught(snapshot).names,
            skip=skip,
            most=most,
            emergency=self._emergency_for(request),
        )

    def suggest(self, prefix: str, *, limit: int = 8) -> Suggestions:
        """Complete what is being typed: at most `limit` medicines, sections and articles each."""
        snapshot = self._snapshot()
        completions = self._taught(snapshot).completions(snapshot)
        return completions.suggest(prefix, limit=limit, kinds_of=self._kinds_of(snapshot))

    def article(self, article_id: str) -> Article:
        """Return an indexed article; raise NotFoundError or IndexUnavailableError."""
        return self._snapshot().article(article_id)

    def articles(self) -> tuple[ArticleSummary, ...]:
        """Return what is known of every article, by id."""
        snapshot = self._snapshot()
        return self._taught(snapshot).articles(snapshot)

    def newest(self) -> date | None:
        """Return the latest day on which an article was changed or published, None without one."""
        written = map(written_on, self.articles())
        return max((day for day in written if day), default=None)

    def nearest(self, article_id: str) -> ArticleSummary | None:
        """Return the article whose id is most like this one, None when none is alike."""
        import difflib  # noqa: PLC0415 - only an address that is wrong needs it

        by_id = {summary.id: summary for summary in self.articles()}
        close = difflib.get_close_matches(article_id.casefold(), by_id, n=1)
        return by_id[close[0]] if close else None

    def marks(self, article: Article, query: str) -> Mapping[str, tuple[Mark, ...]]:
        """Return, by section id, what a query matches in the texts of an article.

        Nothing of an article above LONGEST_MARKED: marks by the hundred thousand help nobody.
        """
        if sum(len(section.text) for section in article.sections) > LONGEST_MARKED:
            return {}
        snapshot = self._snapshot()
        highlights = searching.highlights_for(query, snapshot, self._taught(snapshot).names)
        marks = {section.id: mark_text(section.text, highlights) for section in article.sections}
        return {section: found for section, found in marks.items() if found}

    def named_in(self, article: Article) -> Mapping[str, tuple[Mention, ...]]:
        """Return, by section id, the other medicines of the index that an article names."""
        known = self._taught(self._snapshot())
        return mentions.named_in(article, known.names.knowledge, known.medicines)

    def mentioning(self, drugs: Iterable[Drug]) -> Mentions:
        """Return the articles that name a medicine which they are not about."""
        snapshot = self._snapshot()
        return mentions.mentioning(drugs, snapshot, self._taught(snapshot).names.knowledge)

    def evaluate(self, judgments: Sequence[Judgment]) -> tuple[QueryOutcome, ...]:
        """Ask judged queries, and say how good each answer is."""
        from indexer import evaluation  # noqa: PLC0415 - nobody who searches needs it

        with self.one_generation():
            return evaluation.evaluate(self.search, judgments, self._answering_kind)

    def _emergency_for(self, request: SearchRequest) -> Emergency | None:
        return self._emergency if is_emergency(request.text) else None

    def _answering_kind(self, target: str) -> str:
        """Return the kind of a section, or `article` for a target that is no indexed section."""
        article_id, _, section_id = target.partition("#")
        try:
            sections = self._snapshot().article(article_id).sections
        except NotFoundError:
            return "article"
        return next((part.kind for part in sections if part.id == section_id), "article")

    def drugs(self) -> tuple[DrugEntry, ...]:
        """Return the medicines that articles are about, A to Z."""
        return tuple(self._taught(self._snapshot()).medicines.entries.values())

    def drug(self, name: str) -> DrugEntry:
        """Return the medicine that has this name; raise NotFoundError."""
        known = self._taught(self._snapshot())
        return known.medicines.entry(known.key_of(name))

    def kinds_about(self, name: str) -> tuple[str, ...]:
        """Return the kinds of sections that articles about a medicine have; raise NotFoundError."""
        snapshot = self._snapshot()
        return tuple(self._kinds_of(snapshot)(self._taught(snapshot).key_of(name)))

    def compare(self, kind: str, first: str, second: str) -> Comparison:
        """Return what articles tell of two medicines under a kind; raise NotFoundError."""
        from indexer import comparing  # noqa: PLC0415 - a search compares nothing

        snapshot = self._snapshot()
        known = self._taught(snapshot)
        one, other = (
            comparing.told_of(known.medicines.entry(key), key, kind, snapshot)
            for key in map(known.key_of, (first, second))
        )
        return comparing.compare(kind, one, other)

    def lookalikes(self, drugs: Iterable[Drug]) -> tuple[Notice, ...]:
        """Return which names medicines are easily taken for; of one medicine, it is said once."""
        knowledge = self._taught(self._snapshot()).names.knowledge
        return tuple(dict.fromkeys(lookalike_notices(drugs, knowledge)))

    def category_notices(self, article: Article) -> tuple[Notice, ...]:
        """Return which categories of an article contradict the class of its medicine."""
        return tuple(category_notices(article, self._taught(self._snapshot()).names.knowledge))

    def answered_from(self) -> int | None:
        """Return the generation that this thread's block asked first, None before it did."""
        held = self._steady.snapshot
        return None if held is None else held.status().generation

    def status(self) -> Status:
        """Return what is served; raise IndexUnavailableError."""
        if self._steady.is_on:
            return self._snapshot().status()
        return self._ask(lambda engine: engine.status())

    def set_aside(self) -> tuple[Failure, ...] | None:
        """Return what the last run could not index, by source; None when nobody noted it."""
        return self._snapshot().set_aside()

    def audit(self, *, today: date | None = None) -> Audit:
        """Return what in the index needs an editor, worked out once a day for each generation."""
        snapshot = self._snapshot()
        return self._taught(snapshot).audit(snapshot, today or datetime.now(UTC).date())

    def verify(self) -> Verification:
        """Check every byte, posting and record of what is served."""
        return self._engine.verify()

    def rollback(self) -> Status:
        """Serve the generation before the served one, and return what that is."""
        self._engine.rollback()
        return self._engine.status()

    def collect_garbage(self) -> tuple[str, ...]:
        """Remove what is no longer needed; return the names of what was removed."""
        return self._engine.collect_garbage()

    def _kinds_of(self, snapshot: Snapshot) -> KindsOf:
        """Return what tells the kinds of sections that articles about a medicine have."""
        kinds = self._taught(snapshot).kinds

        def kinds_of(key: str) -> tuple[str, ...]:
            if key not in kinds:
                kinds[key] = searching.kinds_about(key, snapshot)
            return kinds[key]

        return kinds_of

    def _snapshot(self) -> Snapshot:
        """Return what is served, or what was served when the thread's block first asked."""
        held = self._steady
        if not held.is_on:
            return self._ask(lambda engine: engine.snapshot())
        if held.snapshot is None:
            held.snapshot = self._ask(lambda engine: engine.snapshot())
        return held.snapshot

    def _ask(self, question: Callable[[Engine], Answer]) -> Answer:
        """Ask the engine, with the aliases as they are now if it cannot answer with those it has.

        An edited file counts once an index is published that was built with it: until then what
        is served and what queries are read with belong together.
        """
        try:
            return question(self._engine)
        except IndexUnavailableError:
            try:
                aliases = read_aliases(self._aliases_file)
            except ConfigError:
                aliases = self._aliases
            if aliases == self._aliases:
                raise
            engine = _engine_for(self.location, aliases)
            answer = question(engine)
            self._engine, self._aliases = engine, aliases
            return answer

    def _taught(self, snapshot: Snapshot) -> Known:
        """Return what the articles of this generation teach; worked out once for each."""
        digest = snapshot.status().digest
        with self._lock:
            if self._known is None or self._known.digest != digest:
                self._known = Known(digest, snapshot, self._aliases)
            return self._known


class _Steady(threading.local):
    """Whether a thread is to see one generation only, and which that is."""

    is_on: bool = False
    snapshot: Snapshot | None = None
