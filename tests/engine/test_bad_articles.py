"""An article that cannot be stored is one entry in the report; the others are indexed.

ARTICLES=1000 pytest tests/engine/test_bad_articles.py puts every kind among so many good ones.
"""

from __future__ import annotations

import os
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from indexer.engine import open_engine
from indexer.engine.base import AnalysedArticle, AnalysedSection, Engine, SourceState, Writer
from indexer.engine.whoosh import storable
from indexer.errors import CorpusError
from indexer.model import Article, Block, Section
from indexer.runs import Failure
from tests.engine.strategies import article_of, state_of

ARTICLES = int(os.environ.get("ARTICLES", "20"))

GOOD = article_of("bad", "dose of it", "liver of it")
SURROGATE = "a lone \ud800 half of a character"


class Anything:
    """An object of no type that an article has."""


def changed(**values: Any) -> AnalysedArticle:  # noqa: ANN401 - the wrong types are the point
    return replace(GOOD, **values)


def article(**values: Any) -> AnalysedArticle:  # noqa: ANN401
    return replace(GOOD, article=replace(GOOD.article, **values))


def section(**values: Any) -> AnalysedArticle:  # noqa: ANN401
    first, second = GOOD.article.sections
    other = replace(first, **values)
    return replace(
        GOOD,
        article=replace(GOOD.article, sections=(other, second)),
        sections=(replace(GOOD.sections[0], section=other), GOOD.sections[1]),
    )


def terms(**values: Any) -> AnalysedArticle:  # noqa: ANN401
    return replace(GOOD, sections=(replace(GOOD.sections[0], **values), GOOD.sections[1]))


def block(**values: Any) -> AnalysedArticle:  # noqa: ANN401
    return section(blocks=(Block(**{"kind": "item", "start": 0, "end": 2, **values}),))


def deep() -> list[object]:
    found: list[object] = []
    for _ in range(100_000):
        found = [found]
    return found


BAD = {
    "no section": replace(GOOD, sections=()),
    "an empty id": article(id=""),
    "an endless id": article(id="x" * 513),
    "an id in another script, too long": article(id="薬" * 200),
    "a number as its id": article(id=7),
    "no title": article(title=None),
    "bytes as its title": article(title=b"Imuran"),
    "half a character in its title": article(title=SURROGATE),
    "a date that is a number": article(published=2024),
    "categories that are one text": article(categories="Pain Relief"),
    "a category that is a number": article(categories=(1,)),
    "medicines that are names": article(drugs=("Imuran",)),
    "a publisher of another type": article(publisher=Anything()),
    "warnings without end": article(warnings=deep()),
    "sections that are none": article(sections=("text",)),
    "a section that was not analysed": article(
        sections=(*GOOD.article.sections, Section(id="s9", heading="", level=2, text="more"))
    ),
    "a section without an id": section(id=""),
    "a section with an endless id": section(id="y" * 600),
    "two sections with one id": section(id="s1"),
    "a level that is a text": section(level="2"),
    "half a character in its text": section(text=SURROGATE),
    "a text that is a number": section(text=5),
    "a kind that is none": section(kind=None),
    "a block that ends behind its text": block(end=1_000),
    "a block that begins before its text": block(start=-1),
    "a block that ends before it begins": block(start=5),
    "a block led by one that is not there": block(lead=9),
    "a block of no kind": block(kind="poem"),
    "terms that are one text": terms(text="dose of it"),
    "a term that is a number": terms(text=("dose", 5)),
    "a term that is nothing": terms(heading=(None,)),
    "half a character in a term": terms(path=("\udfff",)),
    "an endless term": terms(text=("x" * 513,)),
    "a subject that is a number": changed(subjects=(1,)),
    "half a character in a class": changed(classes=(SURROGATE,)),
    "a title without terms": changed(title=None),
    "an article that is a text": changed(article="Imuran"),
    "a table of contents, perhaps": terms(contents="perhaps"),
}


def good(number: int) -> AnalysedArticle:
    return article_of(f"good{number:04d}", f"dose of {number}", "liver")


def try_to_put(writer: Writer, bad: AnalysedArticle, failed: list[Failure]) -> None:
    """Store an article as a run of reindex does."""
    try:
        writer.put(bad, state_of(GOOD))
    except CorpusError as error:
        failed.append(Failure(source="bad.html", reason=str(error)))


def check(engine: Engine, failed: list[Failure]) -> None:
    """Check that all good articles are served, and that what failed is told."""
    snapshot = engine.snapshot()
    assert [summary.id for summary in snapshot.summaries()] == [
        f"good{number:04d}" for number in range(ARTICLES)
    ]
    assert snapshot.article("good0003") == good(3).article
    assert len(snapshot.set_aside() or ()) == len(set(failed))
    assert engine.verify().problems == ()


@pytest.mark.parametrize("kind", BAD)
def test_an_article_that_cannot_be_stored_costs_itself_alone(tmp_path: Path, kind: str) -> None:
    engine, failed = open_engine(str(tmp_path / "index")), list[Failure]()
    with engine.writer(fresh=True) as writer:
        for number in range(ARTICLES):
            if number == ARTICLES // 2:
                try_to_put(writer, BAD[kind], failed)
            writer.put(good(number), state_of(good(number)))
        writer.set_aside(failed)
    assert len(failed) == 1, "it was stored"
    check(engine, failed)


def test_bad_articles_of_all_kinds_in_one_run_cost_themselves_alone(tmp_path: Path) -> None:
    engine, failed = open_engine(str(tmp_path / "index")), list[Failure]()
    bad = list(BAD.values())
    with engine.writer(fresh=True) as writer:
        for number in range(max(ARTICLES, len(bad))):
            if number < len(bad):
                try_to_put(writer, bad[number], failed)
            if number < ARTICLES:
                writer.put(good(number), state_of(good(number)))
        writer.set_aside(failed)
    assert len(failed) == len(bad) >= 30
    check(engine, failed)


@pytest.mark.parametrize("name", [field.name for field in fields(SourceState)])
def test_a_page_whose_state_cannot_be_written_costs_itself_alone(tmp_path: Path, name: str) -> None:
    engine = open_engine(str(tmp_path / "index"))
    with engine.writer(fresh=True) as writer:
        wrong: tuple[Any, ...] = (SURROGATE, 7)
        for value in wrong:
            with pytest.raises(CorpusError):
                writer.put(GOOD, replace(state_of(GOOD), **{name: value}))
        writer.put(good(0), state_of(good(0)))
    assert engine.status().articles == 1
    assert engine.baseline() is not None


def test_a_failure_that_cannot_be_spelled_is_told_all_the_same(tmp_path: Path) -> None:
    engine = open_engine(str(tmp_path / "index"))
    with engine.writer(fresh=True) as writer:
        writer.put(good(0), state_of(good(0)))
        writer.set_aside([Failure(source="\udcff.html", reason=SURROGATE)])
    assert engine.snapshot().set_aside() == (
        Failure(source="\\udcff.html", reason=r"a lone \ud800 half of a character"),
    )


def test_more_words_than_can_be_numbered_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storable, "MOST_TERMS", 10)
    long = [
        article_of("a", "one two three four five six seven"),
        article_of("b", "one", "two", "three", title="a title of many words"),
    ]
    with open_engine(str(tmp_path / "index")).writer(fresh=True) as writer:
        for each in long:
            with pytest.raises(CorpusError, match="more than 10 words"):
                writer.put(each, state_of(each))
        writer.put(article_of("c", "one two"), state_of(article_of("c", "one two")))


def test_what_an_article_may_be_is_stored(tmp_path: Path) -> None:
    engine = open_engine(str(tmp_path / "index"))
    text = "\x00 \u2028 \U0010ffff\n• 🙂"
    plain = article_of("薬" * 100, text)
    whole = (Block("paragraph", 0, len(text)), Block("item", 3, 3, 9, 0))
    one = replace(plain.article.sections[0], text=text, blocks=whole)
    stored = replace(
        plain,
        article=replace(plain.article, sections=(one, Section(id="e", heading="", level=2))),
        sections=(
            AnalysedSection(section=one, text=("x" * 512, "", "薬"), heading=(), path=("",)),
        ),
    )
    with engine.writer(fresh=True) as writer:
        writer.put(stored, state_of(stored))
    assert engine.snapshot().article(plain.article.id) == stored.article
    assert engine.verify().problems == ()
    assert isinstance(stored.article, Article)
