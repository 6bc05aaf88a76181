"""One generation, open for reading by one thread: answers plans and returns what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from whoosh import index as whoosh_index

from indexer.engine.base import Matches, OwnNames
from indexer.engine.whoosh import records
from indexer.engine.whoosh.evaluate import Evaluator
from indexer.engine.whoosh.generations import Generation
from indexer.engine.whoosh.lexicon import read_lexicon
from indexer.engine.whoosh.matching import match_plan
from indexer.engine.whoosh.postings import PostingsReader
from indexer.engine.whoosh.states import status_of
from indexer.engine.whoosh.table import ArticleFacts, read_table
from indexer.errors import NotFoundError
from indexer.model import Article, ArticleSummary, Drug, Section, Status
from indexer.query.plan import Field, Leaf, MatchPlan


class WhooshSnapshot:
    """A generation whose bytes were checked, open for reading."""

    def __init__(self, generation: Generation, location: str, names: OwnNames) -> None:
        """Open the generation's files with Whoosh."""
        self.closed = False
        self._generation = generation
        self._location = location
        self._reader = whoosh_index.open_dir(str(generation.folder)).reader()
        self._table = read_table(self._reader)
        self._postings = PostingsReader(self._reader, self._table.live)
        lexicon = read_lexicon(generation.folder, names)
        self._evaluator = Evaluator(self._table, self._postings, lexicon)
        self._articles = {article.id: article for article in self._table.articles}

    def match(self, plan: MatchPlan) -> Matches:
        """Answer a plan: true top, exact totals and facets."""
        return match_plan(self._table, self._evaluator, plan)

    def article(self, article_id: str) -> Article:
        """Return a stored article; raise NotFoundError when there is none."""
        facts = self._facts(article_id)
        return records.read_article(
            self._record(facts.first_row), lambda ids: self.sections(article_id, ids)
        )

    def summary(self, article_id: str) -> ArticleSummary:
        """Return what a list of results shows of an article; raise NotFoundError."""
        article = records.read_header(self._record(self._facts(article_id).first_row))
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
        facts = self._facts(article_id)
        rows = {self._table.section_id[row]: row for row in self._rows(facts)}
        missing = [section for section in section_ids if section not in rows]
        if missing:
            message = f"The article {article_id!r} has no section {missing[0]!r} with text."
            raise NotFoundError(message)
        return tuple(records.read_section(self._record(rows[section])) for section in section_ids)

    def summaries(self) -> Iterable[ArticleSummary]:
        """Yield every article's summary, by article id."""
        return (self.summary(article.id) for article in self._table.articles)

    def drugs(self) -> Iterable[tuple[Drug, tuple[str, ...]]]:
        """Yield the distinct medicines that articles are about, with the ids of those articles."""
        found: dict[Drug, dict[str, None]] = {}
        for article in self.summaries():
            for drug in article.drugs:
                found.setdefault(replace(drug, evidence=()), {})[article.id] = None
        return ((drug, tuple(ids)) for drug, ids in found.items())

    def forms(self, leaf: Leaf) -> tuple[tuple[str, ...], ...]:
        """Return, for each position of a leaf, the surface forms that may stand there in a text."""
        return self._evaluator.forms(leaf, "text")

    def terms(self, field: Field, prefix: str) -> Iterable[tuple[str, int]]:
        """Yield the terms of a field that begin with a prefix and their section counts."""
        return self._postings.terms(field, prefix)

    def status(self) -> Status:
        """Return what this snapshot serves."""
        return status_of(self._generation, self._location)

    def close(self) -> None:
        """Release its files; using it afterwards is an error, closing it again is none."""
        if not self.closed:
            self.closed = True
            self._reader.close()

    def _facts(self, article_id: str) -> ArticleFacts:
        facts = self._articles.get(article_id)
        if facts is None:
            message = f"There is no article {article_id!r} in this index."
            raise NotFoundError(message)
        return facts

    def _rows(self, facts: ArticleFacts) -> Iterator[int]:
        """Yield the rows of an article: adjacent, from its first on.

        The next segment may begin with rows of its own that were deleted.
        """
        row, number, live = facts.first_row, self._table.article[facts.first_row], self._table.live
        while row < len(live) and live[row] and self._table.article[row] == number:
            yield row
            row += 1

    def _record(self, row: int) -> str:
        record: str = self._reader.stored_fields(row)["record"]
        return record
