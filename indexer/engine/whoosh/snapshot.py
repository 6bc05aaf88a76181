"""One generation, open for reading: answers plans and returns what is stored.

What is worked out of a generation is the same for all threads, and is kept once for all of them
(`Opened`); a server with eight threads would else need the memory eight times, and a word that one
of them has looked up would be unknown to the others. A thread's own is what has a state: what
unpacks records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from indexer.engine.base import Match, Matches, OwnNames
from indexer.engine.whoosh import records
from indexer.engine.whoosh.evaluate import Evaluator
from indexer.engine.whoosh.facts import read_drug_value
from indexer.engine.whoosh.generations import Generation
from indexer.engine.whoosh.matching import match_plan, walk_plan
from indexer.engine.whoosh.packing import RecordReader
from indexer.engine.whoosh.reading import PostingsReader
from indexer.engine.whoosh.scoring import Scorer
from indexer.engine.whoosh.segments import read_segments
from indexer.engine.whoosh.states import read_failures, status_of
from indexer.engine.whoosh.table import SectionTable
from indexer.errors import NotFoundError
from indexer.model import Article, ArticleSummary, Drug, Section, Status
from indexer.query.plan import Field, Leaf, MatchPlan

if TYPE_CHECKING:
    from indexer.engine.whoosh.queries import QueryEvaluator
    from indexer.runs import Failure


class Opened:
    """What is open of a generation, for all threads that read it."""

    def __init__(self, generation: Generation, names: OwnNames) -> None:
        """Open a generation whose bytes were checked."""
        self.digest = generation.digest
        self.table = SectionTable(generation.folder, read_segments(generation.folder))
        self.postings = PostingsReader(self.table)
        self.evaluator = Evaluator(self.table, self.postings, names)
        self.scorer = Scorer(self.table, self.postings, self.evaluator)


class WhooshSnapshot:
    """A generation, open for reading by one thread."""

    def __init__(self, opened: Opened, generation: Generation, location: str) -> None:
        """Read what is open of a generation."""
        self.closed = False
        self._generation = generation
        self._location = location
        self._opened = opened
        self._table = opened.table
        self._records = [RecordReader(segment.records) for segment in self._table.segments]
        # Read now: once two newer generations are published, the folder is gone.
        self._failures = read_failures(generation)

    def match(self, plan: MatchPlan) -> Matches:
        """Answer a plan: true top, exact totals and facets."""
        return match_plan(self._table, self._opened.evaluator, self._opened.scorer, plan)

    def walk(self, plan: MatchPlan, *, size: int) -> Iterator[tuple[Match, ...]]:
        """Yield the results in the window of a plan, `size` at a time; raise DeadlineError."""
        opened = self._opened
        return walk_plan(opened.table, opened.evaluator, opened.scorer, plan, size=size)

    @cached_property
    def queries(self) -> QueryEvaluator:
        """What answers Whoosh's own queries; a searcher of Whoosh's is for one thread."""
        from indexer.engine.whoosh.queries import QueryEvaluator  # noqa: PLC0415 - imports Whoosh

        opened = self._opened
        return QueryEvaluator(opened.table, opened.postings, opened.evaluator)

    def record(self, row: int) -> bytes:
        """Return what is stored of the section in a row, as JSON."""
        segment, own = self._table.locate(row)
        return self._records[segment].record(own)

    def article(self, article_id: str) -> Article:
        """Return a stored article; raise NotFoundError when there is none."""
        first_row = int(self._table.first_row[self._number(article_id)])
        return records.read_article(
            self.record(first_row), lambda ids: self.sections(article_id, ids)
        )

    def summary(self, article_id: str) -> ArticleSummary:
        """Return what a list of results shows of an article; raise NotFoundError."""
        first_row = int(self._table.first_row[self._number(article_id)])
        article = records.read_header(self.record(first_row))
        return ArticleSummary(
            id=article.id,
            title=article.title,
            source_url=article.url,
            published=article.published,
            modified=article.modified,
            categories=article.categories,
            tags=article.tags,
            drugs=article.drugs,
            notices=article.notices,
            publisher=article.publisher,
            publisher_type=article.publisher_type,
            licence=article.licence,
            indexed=article.indexed,
        )

    def sections(self, article_id: str, section_ids: Sequence[str]) -> tuple[Section, ...]:
        """Return sections of an article in the order asked for; raise NotFoundError."""
        number = self._number(article_id)
        first = int(self._table.first_row[number])
        own = range(first, first + int(self._table.row_count[number]))
        rows = {self._table.section_id(row): row for row in own}
        missing = [section for section in section_ids if section not in rows]
        if missing:
            message = f"The article {article_id!r} has no section {missing[0]!r} with text."
            raise NotFoundError(message)
        return tuple(records.read_section(self.record(rows[section])) for section in section_ids)

    def summaries(self) -> Iterable[ArticleSummary]:
        """Yield every article's summary, by article id."""
        return map(self.summary, self._table.ids)

    def drugs(self) -> Iterable[tuple[Drug, tuple[str, ...]]]:
        """Yield the distinct medicines that articles are about, with the ids of those articles."""
        ids, drugs = self._table.ids, self._table.members["drug"]
        for value in drugs.in_order:
            numbers = drugs.articles(value).tolist()
            yield read_drug_value(value), tuple(map(ids.__getitem__, numbers))

    def set_aside(self) -> tuple[Failure, ...] | None:
        """Return what the run that published it could not index, None when that is not known."""
        return self._failures

    def forms(self, leaf: Leaf) -> tuple[tuple[str, ...], ...]:
        """Return, for each position of a leaf, the surface forms that may stand there in a text."""
        return self._opened.evaluator.forms(leaf, "text")

    def terms(self, field: Field, prefix: str) -> Iterable[tuple[str, int]]:
        """Yield the terms of a field that begin with a prefix and their section counts."""
        return self._opened.postings.terms(field, prefix)

    def status(self) -> Status:
        """Return what this snapshot serves."""
        return status_of(self._generation, self._location)

    def close(self) -> None:
        """Give up what it keeps in memory; the files close with the last who reads them."""
        self.closed = True

    def _number(self, article_id: str) -> int:
        number = self._table.number_of.get(article_id)
        if number is None:
            message = f"There is no article {article_id!r} in this index."
            raise NotFoundError(message)
        return number
