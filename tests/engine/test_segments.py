"""Segments: what lies in their files, how they are merged, and when."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.engine.base import AnalysedArticle
from indexer.engine.whoosh import segment, verification
from indexer.engine.whoosh.arrays import Array, Arrays, ArrayWriter, ranges
from indexer.engine.whoosh.memory import Memory
from indexer.engine.whoosh.packing import RecordReader
from indexer.engine.whoosh.records import section_record
from indexer.engine.whoosh.segment import Kept, Segment, SegmentBuilder, merge_segments
from indexer.engine.whoosh.segments import SegmentEntry, read_segments, to_merge, write_segments
from tests.engine.strategies import article_of

TEXTS = ("not to be taken", "take it with water", "not now\nnot ever", "0.5 mg twice", "water")


def articles(count: int, seed: int = 1) -> list[AnalysedArticle]:
    chance = random.Random(seed)
    return [
        article_of(f"a{number:03d}", *chance.choices(TEXTS, k=chance.randint(1, 4)), title="Imuran")
        for number in range(count)
    ]


def build(folder: Path, name: str, given_articles: list[AnalysedArticle]) -> Segment:
    builder = SegmentBuilder(folder, name, lambda term: term.removesuffix("n"))
    for article in given_articles:
        header = article.article
        records = [
            section_record(each.section, header if at == 0 else None).encode()
            for at, each in enumerate(article.sections)
        ]
        builder.add(article, records)
    builder.finish()
    return Segment(folder, name)


def assert_same(one: Segment, other: Segment) -> None:
    """Two segments hold the same, array by array; how wide numbers are is no difference."""
    for arrays, expected in ((one.postings, other.postings), (one.facts, other.facts)):
        assert set(arrays) == set(expected)
        for name in arrays:
            assert arrays[name].tolist() == expected[name].tolist(), name
    mine, its = RecordReader(one.records), RecordReader(other.records)
    assert [mine.record(row) for row in range(one.rows)] == [
        its.record(row) for row in range(other.rows)
    ]


def test_postings_lie_as_the_docstring_says(tmp_path: Path) -> None:
    texts = ["x", "x", "a a a a a not a a a not", "x", "x", "x", "x", "not"]
    made = build(tmp_path, "one", [article_of("a", *texts)])
    text = made.fields["text"]
    number = text.find("not")
    assert number is not None
    assert text.rows[text.span(number)].tolist() == [2, 7]
    assert text.frequency[text.span(number)].tolist() == [2, 1]
    bounds = text.position_bounds(number).tolist()
    assert text.positions[bounds[0] : bounds[-1]].tolist() == [5, 9, 0]
    assert [text.terms[at] for at in text.beginning_with("n")] == ["not"]
    assert text.find("no") is None


def test_a_gap_takes_a_position_and_no_term(tmp_path: Path) -> None:
    made = build(tmp_path, "one", [article_of("a", "one\ntwo")])
    text = made.fields["text"]
    assert list(text.terms) == ["one", "two"]
    assert text.positions.tolist() == [0, 2]
    assert made.facts["text.length"].tolist() == [2]


def test_many_runs_make_the_same_segment_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = build(tmp_path, "whole", articles(40))
    monkeypatch.setattr(segment, "TOKENS_IN_MEMORY", 50)
    assert_same(whole, build(tmp_path, "runs", articles(40)))
    assert not list(tmp_path.glob("*-run*"))
    assert not list(tmp_path.glob("*.tmp"))


@given(st.integers(0, 10_000), st.lists(st.booleans(), min_size=24, max_size=24))
def test_merging_gives_what_a_fresh_build_of_the_rest_gives(
    tmp_path_factory: pytest.TempPathFactory, seed: int, kept: list[bool]
) -> None:
    folder = tmp_path_factory.mktemp("merge")
    everything = articles(24, seed)
    parts = []
    for at, chunk in enumerate((everything[:10], everything[10:11], everything[11:])):
        made = build(folder, f"part{at}", chunk)
        flags = [kept[int(each.article.id[1:])] for each in chunk for _ in each.sections]
        parts.append(Kept(made, None if all(flags) else np.array(flags, dtype=np.bool_)))
    rest = [article for article, stays in zip(everything, kept, strict=True) if stays]
    if not rest:
        return
    merge_segments(folder, "merged", parts)
    merged, fresh = Segment(folder, "merged"), build(folder, "fresh", rest)
    forms = {stem: set(group) for stem, group in fresh.stems.items()}
    known = {stem: set(group) for stem, group in merged.stems.items()}
    assert all(known[stem] >= group for stem, group in forms.items())
    for name in ("stems", "stems.ends", "stems.forms", "stems.forms.ends", "stems.form_ends"):
        for arrays in (merged.postings, fresh.postings):
            arrays._open.pop(name)
    _sort_values(merged)
    _sort_values(fresh)
    assert_same(merged, fresh)


def _sort_values(made: Segment) -> None:
    """Leave out values that only articles have that are gone; they are numbered all the same."""
    for name in list(made.facts):
        if ".values" in name or ".codes" in name or name.startswith("kind"):
            made.facts._open.pop(name)


def test_a_file_that_is_none_of_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"anything that is long enough to have an end")
    with pytest.raises(ValueError, match="x is no file of arrays"):
        Arrays(tmp_path / "x")


def test_arrays_come_back_as_they_were_written(tmp_path: Path) -> None:
    writer = ArrayWriter(tmp_path / "file")
    spool = writer.spool("spooled", np.dtype(np.uint16))
    spool.append(np.array([1, 2]))
    writer.write("whole", np.array([7, 8, 9], dtype=np.int64))
    writer.write_strings("strings", ["", "zz", "α"])
    spool.append(np.array([65_535]))
    writer.write("empty", np.array([], dtype=np.uint8))
    assert not (tmp_path / "file").exists()
    writer.close()
    arrays = Arrays(tmp_path / "file")
    assert arrays["spooled"].tolist() == [1, 2, 65_535]
    assert arrays["whole"].tolist() == [7, 8, 9]
    assert arrays["empty"].tolist() == []
    assert len(arrays) == 5
    strings = arrays.strings("strings")
    assert list(strings) == ["", "zz", "α"]
    assert strings.find(b"zz") == 1
    assert strings.find(b"y") is None
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    arrays.forget()
    assert arrays["whole"].tolist() == [7, 8, 9]
    with pytest.raises(ValueError, match="read-only"):
        arrays["whole"][0] = 1


def test_ranges_follow_one_another() -> None:
    assert ranges(np.array([3, 10, 0]), np.array([2, 0, 3], dtype=np.uint8)).tolist() == [
        3,
        4,
        0,
        1,
        2,
    ]


def entry(name: str, rows: int, deleted: int = 0) -> SegmentEntry:
    return SegmentEntry(name=name, rows=rows, deleted=((0, deleted),) if deleted else ())


def test_what_is_deleted_is_remembered(tmp_path: Path) -> None:
    entries = (entry("a", 9, 4), entry("b", 3))
    write_segments(tmp_path, entries)
    assert read_segments(tmp_path) == entries
    assert entries[0].live().tolist() == [False] * 4 + [True] * 5
    assert entries[0].live_rows == 5


@pytest.mark.parametrize(
    ("entries", "merged"),
    [
        ([], ""),
        ([entry("a", 100)], ""),
        ([entry("a", 100, 20)], ""),
        ([entry("a", 100, 40)], "a"),
        ([entry("a", 1_000), entry("b", 10)], ""),
        ([entry("a", 1_000), entry("b", 10), entry("c", 9)], "bc"),
        ([entry("a", 1_000), entry("b", 10), entry("c", 1)], ""),
        ([entry("a", 20), entry("b", 10), entry("c", 9)], "abc"),
        ([entry("a", 11), entry("b", 900, 880), entry("c", 1_000)], "ab"),
    ],
)
def test_segments_are_merged_when_they_are_small_or_hollow(
    entries: list[SegmentEntry], merged: str
) -> None:
    assert "".join(each.name for each in to_merge(entries)) == merged


@given(st.lists(st.integers(1, 50), min_size=1, max_size=200))
def test_there_are_few_segments_whatever_is_added(sizes: list[int]) -> None:
    entries: list[SegmentEntry] = []
    for at, size in enumerate(sizes):
        entries.append(entry(str(at), size))
        chosen = to_merge(entries)
        rows = sum(each.live_rows for each in chosen)
        entries = [each for each in entries if each not in chosen]
        entries += [entry(f"{at}m", rows)] if rows else []
    assert sum(each.rows for each in entries) == sum(sizes)
    assert len(entries) <= 2 + np.log2(sum(sizes))


def test_the_least_recently_used_is_forgotten_first() -> None:
    memory: Memory[str, int] = Memory(10)
    for name in "abc":
        memory.put(name, ord(name), 4)
        memory.get("a")
    assert (memory.get("a"), memory.get("b"), memory.get("c")) == (97, None, 99)
    assert len(memory) == 2


def test_what_is_kept_again_counts_once() -> None:
    memory: Memory[str, int] = Memory(10)
    for _ in range(5):
        memory.put("a", 1, 4)
    memory.put("b", 2, 4)
    assert (memory.get("a"), memory.get("b")) == (1, 2)


@pytest.mark.parametrize(
    ("name", "change", "problem"),
    [
        ("rows", lambda numbers: numbers[::-1], "rows out of order"),
        ("positions", lambda numbers: numbers[::-1], "positions out of order"),
        ("frequency", lambda numbers: numbers + 1, "other positions than its frequencies say"),
    ],
)
def test_postings_out_of_order_are_found(
    tmp_path: Path, name: str, change: Callable[[Array], Array], problem: str
) -> None:
    made = build(tmp_path, "one", [article_of("a", "a b a b", "b a", "a a a")])
    text = made.fields["text"]
    assert not verification.disorder(text)
    arrays: dict[str, Any] = {name: change(getattr(text, name))}
    broken = replace(text, **arrays)
    assert any(problem in found for found in verification.disorder(broken))
