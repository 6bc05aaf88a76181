"""drugsearch's own engine: analysed articles in, queries of Whoosh's tree answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import metadata
from itertools import groupby
from pathlib import Path

from whoosh.query import And, Or, Prefix, Query

from benchmarks.documents import Document
from benchmarks.engines.peers import HITS, WEIGHTS, Found, Search
from indexer import Index, SearchRequest, open_index
from indexer.analysis.tokens import terms
from indexer.engine import open_engine
from indexer.engine.base import Matches, OwnNames, SourceState
from indexer.engine.whoosh import WhooshEngine
from indexer.model import Article, Block, Drug, Section
from indexer.preparing import analyse_article
from indexer.query.plan import AnyOf, Concept, Field, MatchPlan, Word, leaves
from indexer.showing import highlights_of
from indexer.snippets import best_snippets

BODY: tuple[Field, ...] = ("text",)
FIELD_BOOSTS: tuple[tuple[Field, float], ...] = (
    ("title", WEIGHTS["title"]),
    ("heading", WEIGHTS["heading"]),
    ("text", WEIGHTS["body"]),
)


class Drugsearch:
    """The engine that this is all about."""

    version = metadata.version("drugsearch")

    def build(self, folder: Path, documents: Iterable[Document]) -> None:
        """Index documents, those of one address that follow one another as one article."""
        engine = open_engine(_location(folder), OwnNames())
        with engine.writer(fresh=True) as writer:
            for article in articles_of(documents):
                state = SourceState(
                    source=article.source, digest="", stamp="", article_id=article.id
                )
                writer.put(analyse_article(article), state)

    def open(self, folder: Path) -> DrugsearchSearcher:
        """Open what was built."""
        return DrugsearchSearcher(folder)


class DrugsearchSearcher:
    """A generation, open for reading."""

    def __init__(self, folder: Path) -> None:
        """Open the served generation of a folder."""
        self._location = _location(folder)
        self._snapshot = WhooshEngine(str(folder), OwnNames()).snapshot()
        self._queries = self._snapshot.queries
        self._index: Index | None = None

    def search(self, kind: Search, text: str) -> Found:
        """Answer a query of Whoosh's tree."""
        answer = self._queries.search(self._query(kind, text), limit=HITS)
        stored = map(json.loads, map(self._snapshot.record, answer.rows))
        return Found(answer.total, [(record["heading"], record["text"]) for record in stored])

    def snippets(self, text: str) -> Callable[[], Sequence[str]]:
        """Answer a query, and return what makes the snippets of its hits."""
        plan = _plan(text)
        matches = self._snapshot.match(plan)
        sections = list(self._sections(matches))
        return lambda: self._snippets(plan, matches, sections)

    def whole(self, text: str) -> int:
        """Search as a reader does: understanding, rolling up, facets, snippets, notices."""
        if self._index is None:
            self._index = open_index(self._location)
        return self._index.search(SearchRequest(text=text)).total.sections

    def _query(self, kind: Search, text: str) -> Query:
        """Return the query for a text, every word of it analysed as the index is."""
        queries = self._queries
        match kind:
            case "or":
                return Or([queries.word("text", word) for word in terms(text)])
            case "and":
                return And([queries.word("text", word) for word in terms(text)])
            case "phrase":
                return queries.phrase("text", terms(text))
            case "prefix":
                return Prefix("text", text)
            case "fields":
                return Or(
                    [
                        queries.word(field, word, boost)
                        for word in terms(text)
                        for field, boost in FIELD_BOOSTS
                    ]
                )

    def close(self) -> None:
        """Close the snapshot."""
        self._snapshot.close()

    def _sections(self, matches: Matches) -> Iterator[Section]:
        for match in matches.top:
            ids = [section.section_id for section in match.sections]
            yield from self._snapshot.sections(match.article_id, ids)

    def _snippets(
        self, plan: MatchPlan, matches: Matches, sections: Iterable[Section]
    ) -> list[str]:
        parts = [self._forms(concept) for concept in plan.concepts]
        found = (match for article in matches.top for match in article.sections)
        return [
            snippet.text
            for match, section in zip(found, sections, strict=True)
            for snippet in best_snippets(section, highlights_of(match.matched, parts, section))
        ]

    def _forms(self, concept: Concept) -> Mapping[str, str]:
        """Return which word of a concept each surface form is."""
        return {
            form: leaf.term
            for leaf in leaves(concept.node)
            if isinstance(leaf, Word)
            for form in self._snapshot.forms(leaf)[0]
        }


def articles_of(documents: Iterable[Document]) -> Iterator[Article]:
    """Yield documents as articles: one for those in a row that share an address."""
    for number, (url, parts) in enumerate(groupby(documents, key=_address)):
        sections = list(parts)
        first = sections[0]
        yield Article(
            id=f"article-{number}",
            source=f"article-{number}.html",
            title=first.title,
            url=url,
            categories=tuple(dict.fromkeys(one.category for one in sections)),
            drugs=(Drug(name=first.drug, ingredient=first.drug.casefold(), role="ingredient"),),
            sections=tuple(_section(at, one) for at, one in enumerate(sections)),
        )


def _section(at: int, document: Document) -> Section:
    return Section(
        id=f"s{at}",
        heading=document.heading,
        level=2,
        text=document.body,
        blocks=(Block(kind="paragraph", start=0, end=len(document.body)),),
    )


def _address(document: Document) -> str:
    return document.url.partition("#")[0]


def _location(folder: Path) -> str:
    return f"whoosh:{folder}"


def _plan(text: str) -> MatchPlan:
    """Return the plan for any of some words, every one of them analysed as the index is."""
    node = AnyOf(tuple(Word(term=word, fields=BODY) for word in terms(text)), adds=True)
    concept = Concept(label=text, kind="group", node=node)
    return MatchPlan(concepts=(concept,), group="section", limit=HITS)
