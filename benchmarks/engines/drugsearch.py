"""drugsearch's own engine, below its query language: analysed articles in, plans answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import metadata
from itertools import groupby
from pathlib import Path

from benchmarks.documents import Document
from benchmarks.engines.peers import HITS, Found, Search
from indexer import Index, SearchRequest, open_index
from indexer.analysis.tokens import terms
from indexer.engine import open_engine
from indexer.engine.base import Matches, OwnNames, SourceState
from indexer.model import Article, Block, Drug, Section
from indexer.preparing import analyse_article
from indexer.query.plan import (
    WORD_FIELDS,
    AnyOf,
    Concept,
    Field,
    MatchPlan,
    Phrase,
    Prefix,
    Word,
    leaves,
)
from indexer.searching import highlights_of
from indexer.snippets import best_snippets

BODY: tuple[Field, ...] = ("text",)


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
        self._snapshot = open_engine(self._location, OwnNames()).snapshot()
        self._index: Index | None = None

    def search(self, kind: Search, text: str) -> Found:
        """Answer a query."""
        matches = self._snapshot.match(_plan(kind, text))
        sections = [(section.heading, section.text) for section in self._sections(matches)]
        return Found(matches.sections, sections)

    def snippets(self, text: str) -> Callable[[], Sequence[str]]:
        """Answer a query, and return what makes the snippets of its hits."""
        plan = _plan("or", text)
        matches = self._snapshot.match(plan)
        sections = list(self._sections(matches))
        return lambda: self._snippets(plan, matches, sections)

    def whole(self, text: str) -> int:
        """Search as a reader does: understanding, rolling up, facets, snippets, notices."""
        if self._index is None:
            self._index = open_index(self._location)
        return self._index.search(SearchRequest(text=text)).total.sections

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


def _plan(kind: Search, text: str) -> MatchPlan:
    """Return the plan of a query, every word of it analysed as the index is."""
    words = terms(text)
    match kind:
        case "or" | "fields":
            fields = BODY if kind == "or" else WORD_FIELDS
            node = AnyOf(tuple(Word(term=word, fields=fields) for word in words), adds=True)
            concepts = [Concept(label=text, kind="group", node=node)]
        case "and":
            concepts = [
                Concept(label=word, kind="word", node=Word(term=word, fields=BODY))
                for word in words
            ]
        case "phrase":
            phrase = Phrase(terms=words, fields=BODY, stem=True)
            concepts = [Concept(label=text, kind="phrase", node=phrase)]
        case "prefix":
            beginning = Prefix(prefix=text, fields=BODY)
            concepts = [Concept(label=text, kind="prefix", node=beginning)]
    return MatchPlan(concepts=tuple(concepts), group="section", limit=HITS)
