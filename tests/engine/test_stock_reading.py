"""What else Whoosh may ask of our segments, and queries that it alone can answer."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import suppress
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
from whoosh import query as q
from whoosh.reading import IndexReader, TermInfo, TermNotFound

from indexer.engine import open_engine
from indexer.engine.base import OwnNames
from indexer.engine.whoosh import RIVALS, WhooshEngine, reading
from indexer.engine.whoosh.arrays import Arrays, ArrayWriter
from indexer.engine.whoosh.forms import Forms
from indexer.engine.whoosh.packing import FEWEST_SAMPLES, RecordReader, RecordWriter
from indexer.engine.whoosh.segment import SegmentBuilder
from indexer.errors import ConfigError
from indexer.query.plan import WORD_FIELDS, Concept, HeadingIs, MatchPlan, Word
from tests.engine.strategies import article_of
from tests.engine.test_codec import (
    Pair,
    article,
    assert_answers,
    by_matchers,
    evaluator_of,
    matched,
)

NAMES = frozenset(WORD_FIELDS)


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return Pair(tmp_path)


def told(info: TermInfo) -> tuple[float, int]:
    return info.weight(), info.doc_frequency()


def statistics(
    items: Iterator[tuple[tuple[str, bytes], TermInfo]],
) -> list[tuple[tuple[str, bytes], tuple[float, int]]]:
    return [(term, told(info)) for term, info in items if term[0] in NAMES]


def in_words(reader: IndexReader) -> list[tuple[str, bytes]]:
    return [(field, text) for field, text in reader.all_terms() if field in NAMES]


# --- reading ----------------------------------------------------------------------------------


def test_every_term_and_its_statistics_are_those_of_whoosh(pair: Pair) -> None:
    pair.put(*map(article, range(12)))
    with pair.ours().reader() as ours, pair.stock().reader() as stock:
        assert in_words(ours) == in_words(stock) != []
        assert statistics(iter(ours)) == statistics(iter(stock))
        for start in (("text", "im"), ("heading", "zzz"), ("title", "")):
            assert statistics(ours.iter_from(*start)) == statistics(stock.iter_from(*start))
        assert {*ours.indexed_field_names()} == NAMES
        assert not ours.has_deletions()


def test_whoosh_is_told_that_rows_were_deleted(pair: Pair) -> None:
    pair.put(*map(article, range(40)))
    pair.delete("article-003")
    with pair.ours().reader() as ours:
        assert ours.has_deletions()


def test_a_posting_tells_whoosh_what_it_may_skip(pair: Pair) -> None:
    pair.put(*map(article, range(12)))
    with pair.ours().reader() as ours:
        walking = ours.postings("text", "ima")
        assert walking.value_as("weight") == walking.value_as("frequency") == walking.weight()
        lengths = [
            ours.doc_field_length(row, "text") for row in ours.postings("text", "ima").all_ids()
        ]
        assert walking.block_min_length() <= min(lengths)
        assert walking.block_max_length() >= max(lengths)
    with pair.ours().searcher() as searcher:
        scored = q.Term("text", "ima").matcher(searcher)
        assert scored.skip_to_quality(scored.max_quality() / 2) == 0
        assert scored.is_active()
        assert scored.skip_to_quality(scored.max_quality()) == 1
        assert not scored.is_active()


# --- queries ----------------------------------------------------------------------------------

RARE: list[q.Query] = [
    q.Phrase("elsewhere", ["ima", "azab"]),
    q.Every("text"),
    q.Term("article", "article-001"),
    q.And([q.Not(q.Term("text", "ima"))]),
    q.And([]),
    q.And(
        [
            q.Or([q.Term("text", "ima"), q.Term("text", "azab")]),
            q.Or([q.Term("text", "metc"), q.Term("title", "ima")]),
            q.Or([q.Term("text", "imb"), q.Term("text", "predb")]),
        ]
    ),
    q.Phrase("text", ["nowhere", "ima"], slop=3),
]


@pytest.mark.parametrize("query", RARE, ids=str)
def test_a_query_that_is_rare_is_answered_as_whoosh_answers_it(
    pair: Pair,
    query: q.Query,
) -> None:
    pair.put(*map(article, range(60)))
    pair.delete("article-003")
    assert_answers(pair, query)


def test_the_beginning_of_words_of_a_field_that_is_none_is_refused(pair: Pair) -> None:
    pair.put(article(1))
    for query in (q.Prefix("elsewhere", "im"), q.Every("elsewhere")):
        with pytest.raises(TermNotFound, match="No field 'elsewhere'"):
            evaluator_of(pair).search(query)


def test_lists_that_have_a_row_in_common_give_it_the_sum_of_their_scores(pair: Pair) -> None:
    pair.put(article_of("a", "ima imb", "ima", "imb other"), article_of("b", "other"))
    first = q.Or([q.Term("text", "ima"), q.Term("text", "nowhere")])
    second = q.Or([q.Term("text", "imb"), q.Term("text", "nowhere")])
    evaluator = evaluator_of(pair)
    [row] = evaluator.search(q.And([first, second])).rows
    [score] = evaluator.search(q.And([first, second])).scores
    apart = [
        dict(zip(a.rows, a.scores, strict=True)) for a in map(evaluator.search, (first, second))
    ]
    assert score == pytest.approx(sum(scores[row] for scores in apart))


def test_forms_are_terms_to_whoosh_and_one_query_whatever_it_simplifies(pair: Pair) -> None:
    pair.put(*map(article, range(30)))
    forms, terms = Forms("text", ("ima", "imb")), [q.Term("text", "ima"), q.Term("text", "imb")]
    assert matched(pair.ours(), forms) == matched(pair.ours(), q.Or(terms)) != set()
    assert forms.normalize() is forms
    assert Forms("text", ("ima",)).normalize() != q.Term("text", "ima")
    assert {*evaluator_of(pair).search(forms, limit=99).rows} == {
        *by_matchers(pair, forms, 99).rows
    }


def test_the_commonest_terms_are_counted_without_what_is_deleted(pair: Pair) -> None:
    pair.put(
        article_of("a", "doseb", "doseb", "doseb"),
        article_of("b", "dosea dosec", "dosea", "other"),
        *(article_of(f"c{n}", "other") for n in range(40)),
    )
    pair.delete("a")
    postings = evaluator_of(pair)._postings
    assert postings.prefix("text", "dose", most=1) == ("dosea",)
    assert postings.prefix("text", "dose", most=2) == ("dosea", "dosec")


def test_an_answer_stays_the_same_when_the_system_takes_its_memory_back(
    pair: Pair,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pair.put(*map(article, range(30)))
    query = q.Phrase("text", ["ima", "azab"])
    kept = evaluator_of(pair).search(query)
    with monkeypatch.context() as patch:
        patch.setattr(reading, "MAPPED_BYTES", 1)
        again = WhooshEngine(str(pair.folder().parent), OwnNames())
        assert again.snapshot().queries.search(query) == kept


def test_a_heading_that_meets_a_concept_by_itself_is_no_term_that_matched(pair: Pair) -> None:
    pair.put(article_of("a", "one"))
    snapshot = pair.engine.snapshot()
    heading = Concept(label="part", kind="word", node=HeadingIs(terms=("part", "0")))
    word = Concept(label="one", kind="word", node=Word(term="one"))
    [match] = snapshot.match(MatchPlan(concepts=(heading, word))).top
    assert [found.concept for found in match.sections[0].matched] == [1]


# --- files ------------------------------------------------------------------------------------


def test_arrays_that_fail_halfway_leave_no_file_of_their_name(tmp_path: Path) -> None:
    with suppress(ZeroDivisionError), ArrayWriter(tmp_path / "numbers") as writer:
        writer.write("numbers", np.arange(9))
        raise ZeroDivisionError
    assert not (tmp_path / "numbers").exists()
    with ArrayWriter(tmp_path / "numbers") as writer:
        writer.write("numbers", np.arange(9))
    assert Arrays(tmp_path / "numbers")["numbers"].tolist() == [*range(9)]


def test_a_segment_that_cannot_begin_leaves_no_file_open(tmp_path: Path) -> None:
    (tmp_path / "second-run0.records.0.tmp").mkdir()
    with pytest.raises(OSError, match="Is a directory"):
        SegmentBuilder(tmp_path, "second", str)


@pytest.mark.parametrize("record", [b"", b"x", b"the same again"])
def test_records_with_nothing_to_learn_from_are_stored_without_a_dictionary(
    tmp_path: Path, record: bytes
) -> None:
    with ArrayWriter(tmp_path / "records") as writer:
        records = RecordWriter(writer)
        for _ in range(FEWEST_SAMPLES + 1):
            records.add(record)
        records.finish()
    reader = RecordReader(Arrays(tmp_path / "records"))
    assert {reader.record(row) for row in range(FEWEST_SAMPLES + 1)} == {record}


def test_arrays_are_read_where_the_system_takes_no_memory_back(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with ArrayWriter(tmp_path / "numbers") as writer:
        writer.write("numbers", np.arange(9))
    monkeypatch.delattr(mmap, "MADV_DONTNEED")  # as on Windows
    arrays = Arrays(tmp_path / "numbers")
    arrays.forget()
    assert arrays["numbers"].tolist() == [*range(9)]


# --- the engine -------------------------------------------------------------------------------


def test_a_location_without_a_folder_is_refused_with_the_form_it_should_have() -> None:
    with pytest.raises(ConfigError, match="'whoosh:' names no folder; write whoosh:FOLDER"):
        open_engine("whoosh:")


@pytest.mark.parametrize("rival", RIVALS)
def test_another_whoosh_beside_ours_is_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rival: str
) -> None:
    installed = tmp_path / f"{rival.replace('-', '_')}-2.7.4.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {rival}\nVersion: 2.7.4\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert metadata.version(rival) == "2.7.4"
    with pytest.raises(ConfigError, match=f"{rival} is installed beside whoosh3 and overwrites it"):
        open_engine(str(tmp_path / "index"))
