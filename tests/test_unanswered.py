"""The report of queries that find nothing: what few people asked leaves no trace."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import ConfigError
from indexer.unanswered import MOST_QUERIES, Asked, K, Unanswered, normalised, read_report


class Clock:
    """A clock that goes when it is told to."""

    now = datetime(2026, 11, 26, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


def ask(counter: Unanswered, text: str, clients: int, *, first: int = 0) -> None:
    for number in range(first, first + clients):
        counter.count(text, f"192.0.2.{number}")


def on_disk(folder: Path) -> str:
    return "".join(f"{path.name} {path.read_text('utf-8')}" for path in folder.iterdir())


def test_what_fewer_than_five_addresses_asked_never_touches_the_disk(tmp_path: Path) -> None:
    counter = Unanswered(str(tmp_path))
    for number in range(100):
        counter.count("Imuran and zebrafish", f"192.0.2.{number % (K - 1)}")
    assert on_disk(tmp_path) == ""
    assert read_report(str(tmp_path)) == ()


def test_what_five_addresses_asked_is_told_by_its_words(tmp_path: Path) -> None:
    counter = Unanswered(str(tmp_path), now=Clock())
    ask(counter, "How is Imuran with ZEBRAFISH?", 3)
    ask(counter, "zebrafish imuran", 2, first=3)
    ask(counter, "azathioprine unicorn", K - 1)
    assert read_report(str(tmp_path)) == (Asked("2026-11", "imuran zebrafish", 5),)
    assert "unicorn" not in on_disk(tmp_path)
    assert "192.0.2" not in on_disk(tmp_path)


def test_how_often_is_told_in_steps(tmp_path: Path) -> None:
    """Otherwise two looks at the report would show a single query between them."""
    counter = Unanswered(str(tmp_path), now=Clock())
    told = []
    for number in range(12):
        counter.count("zebrafish", f"192.0.2.{number}")
        told.append(sum(one.times for one in read_report(str(tmp_path))))
    assert told == [0, 0, 0, 0, 5, 5, 5, 5, 5, 10, 10, 10]


def test_addresses_are_forgotten_once_there_are_enough_and_were_never_kept(tmp_path: Path) -> None:
    counter = Unanswered(str(tmp_path), now=Clock())
    ask(counter, "zebrafish", K - 1)
    (count,) = counter._counts.values()
    assert count.clients is not None
    assert all(len(digest) == 8 and b"192" not in digest for digest in count.clients)
    ask(counter, "zebrafish", 1, first=K)
    assert count.clients is None


def test_the_addresses_of_one_household_are_one(tmp_path: Path) -> None:
    counter = Unanswered(str(tmp_path))
    for number in range(20):
        counter.count("zebrafish", f"2001:db8:0:1::{number:x}")
        counter.count("unicorn", "::ffff:192.0.2.1" if number % 2 else "192.0.2.1")
        counter.count("griffin", "")
    assert on_disk(tmp_path) == ""
    for number in range(K):
        counter.count("zebrafish", f"2001:db8:0:{number + 2:x}::1")
    assert "zebrafish" in on_disk(tmp_path)


def test_a_month_begins_with_nothing(tmp_path: Path) -> None:
    clock = Clock()
    counter = Unanswered(str(tmp_path), now=clock)
    ask(counter, "zebrafish", K - 1)
    salt = counter._salt
    clock.now = datetime(2026, 12, 1, tzinfo=UTC)
    ask(counter, "zebrafish", 1, first=K)
    assert on_disk(tmp_path) == ""
    assert counter._salt != salt
    ask(counter, "zebrafish", K)
    assert read_report(str(tmp_path)) == (Asked("2026-12", "zebrafish", 5),)


def test_reports_of_processes_and_months_are_added_up_in_order(tmp_path: Path) -> None:
    clock = Clock()
    for _ in range(2):
        counter = Unanswered(str(tmp_path), now=clock)
        ask(counter, "zebrafish", K)
        ask(counter, "unicorn", 2 * K)
    clock.now = datetime(2027, 1, 2, tzinfo=UTC)
    ask(counter, "griffin", K)
    (tmp_path / "notes.txt").write_text("of somebody else", "utf-8")
    assert read_report(str(tmp_path)) == (
        Asked("2027-01", "griffin", 5),
        Asked("2026-11", "unicorn", 20),
        Asked("2026-11", "zebrafish", 10),
    )


def test_a_report_is_forgotten_after_a_year(tmp_path: Path) -> None:
    clock = Clock()
    counter = Unanswered(str(tmp_path), now=clock)
    ask(counter, "zebrafish", K)
    clock.now = datetime(2027, 10, 1, tzinfo=UTC)
    ask(counter, "unicorn", K)
    assert {one.month for one in read_report(str(tmp_path))} == {"2026-11", "2027-10"}
    clock.now = datetime(2027, 11, 1, tzinfo=UTC)
    ask(counter, "unicorn", K)
    assert {one.month for one in read_report(str(tmp_path))} == {"2027-10", "2027-11"}


def test_what_is_kept_in_memory_is_bounded(tmp_path: Path) -> None:
    counter = Unanswered(str(tmp_path))
    for number in range(MOST_QUERIES + 50):
        counter.count(f"zebrafish{number}", "192.0.2.1")
    assert len(counter._counts) == MOST_QUERIES


@given(st.text(max_size=200))
def test_words_alone_are_counted(text: str) -> None:
    query = normalised(text)
    assert len(query) <= 100
    assert len(query.split()) <= 8
    assert query == normalised(query)
    assert query.isprintable()


def test_a_query_that_says_too_much_or_nothing_is_not_counted() -> None:
    assert normalised("zebra0 zebra1 zebra2 zebra3 zebra4 zebra5 zebra6 zebra7 zebra8") == ""
    assert normalised(f"{'z' * 60} {'y' * 60}") == ""
    assert normalised("what is it") == ""


@pytest.mark.parametrize("name", ["none", "file"])
def test_a_folder_that_is_none_is_refused_at_once(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(ConfigError, match=r"DRUGSEARCH_QUERY_REPORT is .*must be a folder"):
        Unanswered(str(tmp_path / name))


def test_a_report_that_is_none_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_report(str(tmp_path / "none"))
    (tmp_path / f"2026-11.{'a' * 16}.json").write_text("[1]", "utf-8")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_report(str(tmp_path))


def test_a_file_is_whole_at_any_moment(tmp_path: Path) -> None:
    """It is written aside; the one that is read is never half written."""
    counter = Unanswered(str(tmp_path), now=Clock())
    ask(counter, "zebrafish", K)
    (path,) = tmp_path.iterdir()
    before = path.stat().st_ino
    with path.open("rb") as held:
        ask(counter, "zebrafish", K)
        assert json.load(held) == {"zebrafish": 5}
    assert path.stat().st_ino != before
    assert os.listdir(tmp_path) == [path.name]  # noqa: PTH208 - all names
