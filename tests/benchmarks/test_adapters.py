"""Every engine is asked the same and finds the same, where words are what they seem."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from benchmarks.documents import Document
from benchmarks.engines import ENGINES, load
from benchmarks.engines.drugsearch import articles_of
from benchmarks.engines.peers import HITS, Search, Searcher
from tests.benchmarks.conftest import Sample, need


@pytest.fixture(scope="module", params=sorted(ENGINES))
def searcher(
    request: pytest.FixtureRequest, sample: Sample, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Searcher]:
    need(request.param)
    peer = load(request.param)
    folder = tmp_path_factory.mktemp(request.param)
    peer.build(folder, sample.documents)
    with closing(peer.open(folder)) as opened:
        yield opened


def _has_any(document: Document, text: str) -> bool:
    return not set(text.split()).isdisjoint(document.body.split())


def _has_all(document: Document, text: str) -> bool:
    return set(text.split()) <= set(document.body.split())


def _has_phrase(document: Document, text: str) -> bool:
    return f" {text} " in f" {document.body} "


def _has_beginning(document: Document, text: str) -> bool:
    return any(word.startswith(text) for word in document.body.split())


def _has_anywhere(document: Document, text: str) -> bool:
    words = f"{document.title} {document.heading} {document.body}".split()
    return not set(text.split()).isdisjoint(words)


HAS: dict[Search, Callable[[Document, str], bool]] = {
    "or": _has_any,
    "and": _has_all,
    "phrase": _has_phrase,
    "prefix": _has_beginning,
    "fields": _has_anywhere,
}


def _texts(kind: Search, sample: Sample) -> tuple[str, ...]:
    queries = sample.queries
    return {"phrase": queries.phrases, "prefix": queries.prefixes}.get(kind, queries.words)


@pytest.mark.parametrize("kind", list(HAS))
def test_totals_and_hits_are_those_of_the_texts(
    searcher: Searcher, sample: Sample, kind: Search
) -> None:
    for text in _texts(kind, sample):
        right = {(one.heading, one.body) for one in sample.documents if HAS[kind](one, text)}
        total = sum(HAS[kind](one, text) for one in sample.documents)
        found = searcher.search(kind, text)
        assert found.total == total, text
        assert len(found.sections) == min(total, HITS), text
        assert set(found.sections) <= right, text


def test_snippets_are_of_the_hits(searcher: Searcher) -> None:
    snippets = searcher.snippets("zinc")()
    assert len(snippets) >= HITS
    assert all("zinc" in snippet for snippet in snippets)


def test_a_whole_search_finds_something(searcher: Searcher) -> None:
    assert searcher.whole("zinc") > 0
    assert searcher.whole("absent") == 0


def test_sections_in_a_row_are_one_article() -> None:
    parts = [("a#0", "x"), ("a#1", "y"), ("b#0", "x"), ("a#0", "x")]
    documents = [
        Document(title="t", heading="h", body="b", url=url, drug="Imuran", category=category)
        for url, category in parts
    ]
    articles = list(articles_of(documents))
    assert [len(article.sections) for article in articles] == [2, 1, 1]
    assert len({article.id for article in articles}) == 3
    assert articles[0].categories == ("x", "y")
    assert articles[0].drugs[0].name == "Imuran"
