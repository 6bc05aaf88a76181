"""Whoosh as it comes, the way an application uses it that follows its guide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from types import MappingProxyType

from whoosh import analysis, fields, highlight, index, qparser
from whoosh import query as queries
from whoosh.searching import Results

from benchmarks.documents import Document
from benchmarks.engines.peers import HITS, WEIGHTS, Found, Search

MEGABYTES = 512
"""What the writer may hold; above it grows no faster."""
PASSAGES = 3
"""Of a hit, in its snippet: Whoosh's own number."""


class StockWhoosh:
    """The peer."""

    version = metadata.version("whoosh3")

    def build(self, folder: Path, documents: Iterable[Document]) -> None:
        """Index documents."""
        writer = index.create_in(str(folder), _schema()).writer(limitmb=MEGABYTES)
        for one in documents:
            writer.add_document(
                title=one.title,
                heading=one.heading,
                body=one.body,
                url=one.url,
                drug=one.drug,
                category=one.category,
            )
        writer.commit()

    def open(self, folder: Path) -> WhooshSearcher:
        """Open what was built."""
        return WhooshSearcher(folder)


class WhooshSearcher:
    """An index of Whoosh, open for reading."""

    def __init__(self, folder: Path) -> None:
        """Open the index of a folder."""
        opened = index.open_dir(str(folder))
        self._searcher = opened.searcher()
        self._parsers = _parsers(opened.schema)

    def search(self, kind: Search, text: str) -> Found:
        """Answer a query; asked for the total, Whoosh runs it a second time."""
        results = self._results(kind, text)
        sections = [(hit["heading"], hit["body"]) for hit in results]
        return Found(len(results), sections)

    def snippets(self, text: str) -> Callable[[], Sequence[str]]:
        """Answer a query, and return what makes the snippets of its hits."""
        results = self._results("or", text)
        return lambda: _snippets(results)

    def whole(self, text: str) -> int:
        """Search all fields, and make the snippets."""
        results = self._results("fields", text)
        _snippets(results)
        return len(results)

    def close(self) -> None:
        """Close the reader."""
        self._searcher.close()

    def _results(self, kind: Search, text: str) -> Results:
        return self._searcher.search(self._query(kind, text), limit=HITS)

    def _query(self, kind: Search, text: str) -> queries.Query:
        match kind:
            case "prefix":
                return queries.Prefix("body", text)
            case "phrase":
                return self._parsers["or"].parse(f'"{text}"')
            case _:
                return self._parsers[kind].parse(text)


def _snippets(results: Results) -> list[str]:
    results.fragmenter = highlight.ContextFragmenter()
    return [hit.highlights("body", top=PASSAGES) for hit in results]


def _schema() -> fields.Schema:
    analyzer = analysis.StemmingAnalyzer()
    texts = {field: fields.TEXT(stored=True, analyzer=analyzer) for field in WEIGHTS}
    # Sections may share an address, so it is not said to be unique: that would delete.
    identifiers = {field: fields.ID(stored=True) for field in ("url", "drug", "category")}
    return fields.Schema(**texts, **identifiers)


def _parsers(schema: fields.Schema) -> Mapping[Search, qparser.QueryParser]:
    return MappingProxyType(
        {
            "or": qparser.QueryParser("body", schema, group=qparser.OrGroup),
            "and": qparser.QueryParser("body", schema, group=qparser.AndGroup),
            "fields": qparser.MultifieldParser(
                list(WEIGHTS), schema, fieldboosts=WEIGHTS, group=qparser.OrGroup
            ),
        }
    )
