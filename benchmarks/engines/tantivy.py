"""tantivy, the library in Rust, through tantivy-py: one writer thread, one thread that searches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib import metadata
from pathlib import Path

import tantivy

from benchmarks.documents import Document
from benchmarks.engines.peers import HITS, SNIPPET_CHARACTERS, WEIGHTS, Found, Search, Stored

IDENTIFIERS = ("url", "drug", "category")
ANALYZER = "english"
HEAP_BYTES = 256_000_000
"""What the writer may hold before it spills a segment; more than 256 MB builds no faster."""

STOP_WORDS = (
    "a an and are as at be by can for from have if in is it may not of on or tbd that the this to"
    " us we when will with yet you your".split()
)
"""The words that Whoosh leaves out unless told otherwise: the two are asked the same."""


class Tantivy:
    """The peer."""

    version = metadata.version("tantivy")

    def build(self, folder: Path, documents: Iterable[Document]) -> None:
        """Index documents; segments are merged as tantivy does it unasked."""
        index = tantivy.Index(_schema(), path=str(folder))
        index.register_tokenizer(ANALYZER, _analyzer())
        writer = index.writer(heap_size=HEAP_BYTES, num_threads=1)
        for document in documents:
            writer.add_document(
                tantivy.Document(
                    title=document.title,
                    heading=document.heading,
                    body=document.body,
                    url=document.url,
                    drug=document.drug,
                    category=document.category,
                )
            )
        writer.commit()
        writer.wait_merging_threads()

    def open(self, folder: Path) -> TantivySearcher:
        """Open what was built."""
        return TantivySearcher(folder)


class TantivySearcher:
    """A tantivy index, open for reading."""

    def __init__(self, folder: Path) -> None:
        """Open the index of a folder."""
        self._index = tantivy.Index.open(str(folder))
        self._index.register_tokenizer(ANALYZER, _analyzer())
        self._index.reload()
        self._searcher = self._index.searcher()

    def search(self, kind: Search, text: str) -> Found:
        """Answer a query."""
        found = self._searcher.search(self._query(kind, text), HITS)
        return Found(found.count, [_stored(document) for document in self._documents(found)])

    def snippets(self, text: str) -> Callable[[], Sequence[str]]:
        """Answer a query, and return what makes the snippets of its hits."""
        query = self._query("or", text)
        documents = self._documents(self._searcher.search(query, HITS))
        return lambda: self._snippets(query, documents)

    def whole(self, text: str) -> int:
        """Search all fields, and make the snippets."""
        query = self._query("fields", text)
        found = self._searcher.search(query, HITS)
        documents = self._documents(found)
        for document in documents:
            _stored(document)
        self._snippets(query, documents)
        count: int = found.count
        return count

    def close(self) -> None:
        """Do nothing: the files are released with the object."""

    def _query(self, kind: Search, text: str) -> tantivy.Query:
        parse = self._index.parse_query
        match kind:
            case "or":
                return parse(text, ["body"])
            case "and":
                return parse(text, ["body"], conjunction_by_default=True)
            case "phrase":
                return parse(f'"{text}"', ["body"])
            case "prefix":
                return tantivy.Query.regex_query(self._index.schema, "body", f"{text}.*")
            case "fields":
                return parse(text, list(WEIGHTS), field_boosts=WEIGHTS)

    def _documents(self, found: tantivy.SearchResult) -> list[tantivy.Document]:
        return [self._searcher.doc(address) for _, address in found.hits]

    def _snippets(self, query: tantivy.Query, documents: list[tantivy.Document]) -> list[str]:
        schema = self._index.schema
        generator = tantivy.SnippetGenerator.create(self._searcher, query, schema, "body")
        generator.set_max_num_chars(SNIPPET_CHARACTERS)
        return [generator.snippet_from_doc(document).to_html() for document in documents]


def _stored(document: tantivy.Document) -> Stored:
    return document.get_first("heading"), document.get_first("body")


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for field in WEIGHTS:
        builder.add_text_field(field, stored=True, tokenizer_name=ANALYZER)
    for field in IDENTIFIERS:
        builder.add_text_field(field, stored=True, tokenizer_name="raw")
    return builder.build()


def _analyzer() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (
        tantivy.Filter.lowercase(),
        tantivy.Filter.custom_stopword(STOP_WORDS),
        tantivy.Filter.stemmer("english"),
    ):
        builder = builder.filter(step)
    return builder.build()
