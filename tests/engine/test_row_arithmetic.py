"""The arithmetic of rows: each function against what plain lists and sets of Python say."""

import math
import os
import random
import time
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from indexer.engine.base import DeadlineError
from indexer.engine.whoosh.arrays import Arrays, ArrayWriter, ranges, smallest_type
from indexer.engine.whoosh.best import BLOCK, best_of_all, best_rows, worst_of_best
from indexer.engine.whoosh.evaluate import check_time
from indexer.engine.whoosh.impacts import DENSE_SHARE, WordImpacts, count_union, idf
from indexer.engine.whoosh.memory import Memory
from indexer.engine.whoosh.rows import (
    NumberedRows,
    Rows,
    common,
    contains,
    distinct,
    in_both,
    union,
)
from indexer.engine.whoosh.table import SectionTable

SEED = int(os.environ.get("SEED", "1"))
ROUNDS = int(os.environ.get("ROUNDS", "150"))


def rising(numbers: set[int]) -> Rows:
    return np.array(sorted(numbers), dtype=np.int64)


def drawn() -> Iterator[tuple[random.Random, int, set[int], set[int]]]:
    """Yield two sets of rows of all shares, and the number of all rows."""
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    for _ in range(ROUNDS):
        size = chance.choice((1, 2, 63, 64, 65, 1_000, 3_000))
        one, other = (
            set(chance.sample(range(size), int(size * chance.choice((0, 0.002, 0.1, 0.6, 1)))))
            for _ in range(2)
        )
        yield chance, size, one, other


# --- sets of rows -------------------------------------------------------------------------------


def test_sets_of_rows_join_and_meet_as_sets_do() -> None:
    for chance, size, one, other in drawn():
        mine, theirs = rising(one), rising(other)
        assert union([mine, theirs], size).tolist() == sorted(one | other)
        assert union([mine, theirs, theirs], size).tolist() == sorted(one | other)
        assert union([mine], size).tolist() == sorted(one)
        assert contains(mine, theirs).tolist() == [row in one for row in sorted(other)]
        assert in_both(mine, theirs).tolist() == sorted(one & other)
        assert common([mine, theirs, mine]).tolist() == sorted(one & other)
        repeated = sorted([*one, *chance.choices(sorted(one), k=5)] if one else [])
        assert distinct(np.array(repeated, dtype=np.int64)).tolist() == sorted(one)
        numbered = NumberedRows(mine, size)
        for _ in range(2):
            here, there = numbered.meet(theirs)
            assert mine[here].tolist() == theirs[there].tolist() == sorted(one & other)


def test_ranges_are_written_one_after_the_other() -> None:
    starts, counts = np.array([5, 0, 9, 20]), np.array([2, 3, 0, 1])
    assert ranges(starts, counts).tolist() == [5, 6, 0, 1, 2, 20]
    assert ranges(starts[:0], counts[:0]).tolist() == []


@pytest.mark.parametrize(
    ("largest", "bits"), [(0, 8), (255, 8), (256, 16), (65_535, 16), (65_536, 32)]
)
def test_numbers_are_stored_in_as_few_bytes_as_hold_them(largest: int, bits: int) -> None:
    assert smallest_type(largest).itemsize * 8 == bits


# --- the best -----------------------------------------------------------------------------------


def test_the_best_are_those_that_sorting_puts_first() -> None:
    for chance, size, held, _ in drawn():
        places = list(range(size))
        chance.shuffle(places)
        table = cast("SectionTable", SimpleNamespace(places=np.array(places)))
        scores = {row: chance.choice((0.5, 1.0, 1.5, chance.random())) for row in sorted(held)}
        ordered = sorted(held, key=lambda row: (-np.float32(scores[row]), places[row]))
        mine = np.array([scores[row] for row in sorted(held)], dtype=np.float32)
        dense = np.zeros(-(-size // BLOCK) * BLOCK, dtype=np.float32)
        dense[rising(held)] = mine
        for limit in (1, 2, 10, size):
            best = best_rows(table, rising(held), mine, limit, 99)
            assert (list(best.rows), best.total) == (ordered[:limit], 99)
            assert list(best.scores) == [float(np.float32(scores[row])) for row in best.rows]
            assert best_of_all(table, dense, limit, 99) == best
            if limit < len(held):
                assert worst_of_best(mine, limit) == best.scores[-1]


# --- what a word adds ---------------------------------------------------------------------------


def test_the_impact_of_a_word_is_known_for_any_rows() -> None:
    for chance, size, held, wanted in drawn():
        impact = {row: chance.random() + 0.1 for row in sorted(held)}
        values = np.array(list(impact.values()), dtype=np.float32)
        word = WordImpacts(rising(held), values, size)
        assert len(word) == len(held)
        assert word.rows.tolist() == sorted(held)
        assert word.impact.tolist() == values.tolist()
        assert word.highest == pytest.approx(max(impact.values(), default=0.0))
        assert word.is_common == (len(held) * DENSE_SHARE > size)
        expected = [np.float32(impact.get(row, 0)) for row in sorted(wanted)]
        assert word.of(rising(wanted)).tolist() == expected
        assert word.dense.tolist() == [np.float32(impact.get(row, 0)) for row in range(size)]
        marked = np.unpackbits(word.bits.view(np.uint8))
        assert set(np.flatnonzero(marked).tolist()) == held
        other = WordImpacts(rising(wanted), np.ones(len(wanted), dtype=np.float32), size)
        assert count_union([word, other]) == len(held | wanted)
        assert count_union([word]) == len(held)
        assert set(np.flatnonzero(np.unpackbits(word.bits.view(np.uint8))).tolist()) == held


def test_a_word_takes_no_more_memory_than_it_is_counted_with() -> None:
    for size, share in ((10_000, 0.5), (10_000, 0.05), (10_000, 0.001)):
        held = set(range(0, size, int(1 / share)))
        word = WordImpacts(rising(held), np.ones(len(held), dtype=np.float32), size)
        counted = word.nbytes
        taken = 12 * (len(held) + 1) + (size // 8 if share >= 0.05 else 0)
        taken += 4 * size if share == 0.5 else 0
        assert counted == taken


def test_a_word_is_the_rarer_the_fewer_sections_hold_it() -> None:
    assert idf(10, 1) == pytest.approx(math.log(1 + 9.5 / 1.5))
    assert idf(10, 10) == pytest.approx(math.log(1 + 0.5 / 10.5))
    assert idf(0, 0) == pytest.approx(math.log(2))


# --- memory -------------------------------------------------------------------------------------


def test_what_was_not_asked_for_longest_is_given_up_first() -> None:
    memory: Memory[str, int] = Memory(10)
    for number, key in enumerate("abc"):
        memory.put(key, number, 3)
    assert memory.get("a") == 0
    memory.put("d", 3, 3)
    assert [memory.get(key) for key in "abcd"] == [0, None, 2, 3]
    memory.put("e", 4, 4)
    assert [memory.get(key) for key in "acde"] == [None, 2, 3, 4]
    assert len(memory) == 3


def test_each_entry_costs_what_it_says_and_is_counted_once() -> None:
    memory: Memory[str, int] = Memory(10, entry_cost=2)
    memory.put("a", 1, 3)
    memory.put("b", 2, 3)
    assert len(memory) == 2
    memory.put("b", 3, 3)
    assert (memory.get("a"), memory.get("b")) == (1, 3)
    memory.put("b", 4, 4)
    assert (memory.get("a"), memory.get("b")) == (None, 4)
    memory.put("c", 5, 99)
    assert (memory.get("b"), memory.get("c"), len(memory)) == (None, 5, 1)
    memory.put("d", 6, 1)
    assert (memory.get("c"), memory.get("d")) == (None, 6)


# --- strings and arrays in a file ---------------------------------------------------------------


def test_sorted_strings_are_found_by_halving(tmp_path: Path) -> None:
    strings = sorted({f"{number * 37 % 1_009:x}é"[: 2 + number % 3] for number in range(700)})
    encoded = [string.encode() for string in strings]
    assert len(strings) > 150
    with ArrayWriter(tmp_path / "file") as writer:
        writer.write_strings("terms", strings)
        writer.write("numbers", np.arange(5, dtype=np.uint16))
        spool = writer.spool("spooled", np.dtype(np.int32))
        spool.append(np.array([7, 8]))
        spool.append(np.array([9]))
        parts = writer.spool("bytes", np.dtype(np.uint8))
        parts.append_bytes(b"ab")
        parts.append_bytes(b"c")
        assert (spool.count, parts.count) == (3, 3)
    arrays = Arrays(tmp_path / "file")
    assert list(arrays) == ["terms.ends", "terms", "numbers", "spooled", "bytes"]
    assert (arrays["numbers"].tolist(), arrays["spooled"].tolist()) == ([0, 1, 2, 3, 4], [7, 8, 9])
    assert bytes(arrays["bytes"]) == b"abc"
    assert len(arrays) == 5
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    stored = arrays.strings("terms")
    assert list(stored) == strings
    assert [stored[at] for at in range(len(stored))] == strings
    for key in (*encoded, b"", b"0", b"zz", *(term + b"0" for term in encoded)):
        assert stored.first_from(key) == bisect_left(encoded, key)
        assert stored.find(key) == (encoded.index(key) if key in encoded else None)


@pytest.mark.parametrize("name", ["numbers", "terms"])
def test_every_array_of_a_file_begins_where_a_machine_reads_it_fast(
    tmp_path: Path, name: str
) -> None:
    with ArrayWriter(tmp_path / "file") as writer:
        writer.write_strings("terms", ["a", "bc"])
        writer.write("numbers", np.arange(3, dtype=np.float64))
    array: Any = Arrays(tmp_path / "file")[name]
    assert array.ctypes.data % 64 == 0


def test_what_is_no_file_of_arrays_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"x" * 100)
    with pytest.raises(ValueError, match=r"^other is no file of arrays$"):
        Arrays(tmp_path / "other")


# --- time ---------------------------------------------------------------------------------------


def test_a_deadline_that_has_passed_ends_a_search_and_none_never_does() -> None:
    check_time(None)
    check_time(time.monotonic() + 60)
    with pytest.raises(DeadlineError):
        check_time(time.monotonic() - 0.001)
