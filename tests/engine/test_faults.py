"""Whatever fails at whatever moment of publishing, nothing that was indexed is lost.

Every change of files that an operation makes fails once: with an error, as on a full or broken
disk; with the end of the process; with the power. FAULT_STEP=1 pytest tests/engine/test_faults.py
tries every single one; the suite tries one in several, others for another SEED.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from indexer.engine import open_engine
from indexer.engine.base import Engine
from indexer.engine.whoosh.segments import read_segments
from indexer.errors import IndexDamagedError, IndexUnavailableError
from tests.engine.faults import (
    BROKEN,
    CHANGES,
    FULL,
    NEEDS_SPACE,
    PowerCut,
    Storage,
    assert_tidy,
    failing,
    in_child,
    killed,
    without_syncing,
)
from tests.engine.strategies import article_of, put_all

STEP = int(os.environ.get("FAULT_STEP", "150"))
SEED = int(os.environ.get("SEED", "1"))
KILLED = -9
CUT = 9

Contents = Mapping[str, list[str]]
"""The texts of the sections of each article."""

A = article_of("a", "dose of a", "liver of a")
B = article_of("b", "dose of b")
C = article_of("c", "the kidneys of c")
NEWER_A = article_of("a", "no more")
MANY = [article_of(f"m{number}", *["liver and dose"] * 9) for number in range(4)]


def put(engine: Engine, *articles: object, fresh: bool = False) -> None:
    with engine.writer(fresh=fresh) as writer:
        put_all(writer, articles)  # type: ignore[arg-type]


def remove(engine: Engine, *ids: str) -> None:
    with engine.writer(fresh=False) as writer:
        for article_id in ids:
            writer.delete(article_id)


def nothing(_engine: Engine) -> None:
    """Leave it as it is."""


def two_generations(engine: Engine) -> None:
    put(engine, A, B, *MANY)
    put(engine, C)


def with_leftovers(engine: Engine) -> None:
    two_generations(engine)
    root = Path(engine.status().location.partition(":")[2])
    (root / "gen-000007").mkdir()
    (root / "gen-000007" / "half").write_bytes(b"x")
    (root / "CURRENT.new").write_bytes(b"x")


@dataclass(frozen=True)
class Operation:
    """Something that changes an index, and what it starts from."""

    prepare: Callable[[Engine], None]
    act: Callable[[Engine], object]


OPERATIONS = {
    "first build": Operation(nothing, lambda engine: put(engine, A, B)),
    "addition": Operation(two_generations, lambda engine: put(engine, article_of("d", "dose"))),
    "change": Operation(two_generations, lambda engine: put(engine, NEWER_A)),
    "removal": Operation(two_generations, lambda engine: remove(engine, "b")),
    "merge": Operation(two_generations, lambda engine: put(engine, NEWER_A, *MANY[:3])),
    "fresh build": Operation(two_generations, lambda engine: put(engine, A, B, fresh=True)),
    "rollback": Operation(two_generations, lambda engine: engine.rollback()),
    "garbage": Operation(with_leftovers, lambda engine: engine.collect_garbage()),
}


def opened(place: Path) -> Engine:
    """Open an index as another process would, remembering nothing."""
    return open_engine(str(place / "indexes" / "own"))


def contents(place: Path) -> Contents | None:
    """Return what is served, None when nothing is yet; it must be whole."""
    engine = opened(place)
    try:
        snapshot = engine.snapshot()
    except IndexDamagedError:
        raise
    except IndexUnavailableError:
        return None
    assert snapshot.status().notes == ()
    assert engine.verify().problems == ()
    return {
        summary.id: [section.text for section in snapshot.article(summary.id).sections]
        for summary in snapshot.summaries()
    }


class Trial:
    """An operation, what it starts from, and what is served before and after it."""

    def __init__(self, name: str, folder: Path) -> None:
        self._chance = random.Random(f"{SEED} {name}")
        self.operation = OPERATIONS[name]
        self._folder = folder
        self._before = folder / "before"
        self._before.mkdir()
        self.operation.prepare(opened(self._before))
        self.old = contents(self._before)
        self._number = 0
        place = self.place()
        storage = Storage(place)
        with storage.watched():
            self.operation.act(opened(place))
        self.changes = storage.count
        self.new = contents(place)

    def place(self) -> Path:
        """Return a place where everything is as before."""
        self._number += 1
        place = self._folder / str(self._number)
        shutil.copytree(self._before, place, copy_function=shutil.copy2)
        return place

    def moments(self) -> range:
        """Return at which changes something goes wrong: others each time it is asked."""
        return range(1 + self._chance.randrange(STEP), self.changes + 1, STEP)

    def judge(self, place: Path, *, failed: bool) -> None:
        """Check that what was served is served, and that the next run mends the rest."""
        served = contents(place)
        if failed:
            assert served == self.old
        else:
            assert served in (self.old, self.new)
        if served != self.new or self.new == self.old:
            self.operation.act(opened(place))
        assert contents(place) == self.new
        put(opened(place), article_of("last", "dose"))  # the lock is free
        self.check_tidy(place)
        shutil.rmtree(place)

    @staticmethod
    def check_tidy(place: Path) -> None:
        """Check that nothing is left of what went wrong."""
        assert_tidy(place / "indexes" / "own")
        assert contents(place) is not None


@pytest.fixture(scope="module", autouse=True)
def _no_waiting_for_the_disk() -> Iterator[None]:
    with without_syncing():
        yield


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Trial]:
    """Prepare every trial once, for all tests; each works in places of its own."""
    print(f"seed {SEED}, one change in {STEP}")
    return {name: Trial(name, tmp_path_factory.mktemp("trial")) for name in OPERATIONS}


@pytest.fixture(params=OPERATIONS)
def trial(request: pytest.FixtureRequest, trials: dict[str, Trial]) -> Trial:
    return trials[request.param]


ERRORS = {
    "full disk": (FULL, NEEDS_SPACE),
    "no space for a moment": (FULL, frozenset[str]()),
    "broken disk": (BROKEN, frozenset(CHANGES)),
    "error in passing": (BROKEN, frozenset[str]()),
    "read-only from now on": (failing(errno.EROFS), frozenset(CHANGES)),
}


@pytest.mark.parametrize("kind", ERRORS)
def test_an_error_of_the_storage_at_any_moment_costs_nothing_that_was_served(
    trial: Trial, kind: str
) -> None:
    deed, for_good = ERRORS[kind]
    for moment in trial.moments():
        place = trial.place()
        storage = Storage(place)
        storage.fail_at(moment, deed, for_good=for_good, half=True)
        failed = False
        with storage.watched():
            try:
                trial.operation.act(opened(place))
            except IndexUnavailableError:
                failed = True
        assert storage.fired
        trial.judge(place, failed=failed)


def test_a_kill_at_any_moment_costs_nothing_that_was_served(trial: Trial) -> None:
    for moment in trial.moments():
        place = trial.place()
        storage = Storage(place)
        storage.fail_at(moment, killed, half=True)

        def act(storage: Storage = storage, place: Path = place) -> None:
            with storage.watched():
                trial.operation.act(opened(place))

        assert in_child(act) == KILLED
        trial.judge(place, failed=False)


def test_a_power_cut_at_any_moment_costs_nothing_that_was_served(
    trial: Trial, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    for moment in (*trial.moments(), trial.changes + 1):
        place = trial.place()
        shadow = tmp_path / f"shadow-{moment}"
        shadow.mkdir()
        storage = PowerCut(place, shadow, random.Random(chance.random()))
        storage.fail_at(moment, storage.cut, half=True)

        def act(storage: PowerCut = storage, place: Path = place) -> None:
            with storage.watched():
                trial.operation.act(opened(place))
                storage.cut()

        assert in_child(act) == CUT
        if moment > trial.changes:
            assert contents(place) == trial.new, "what was done is lost"
        trial.judge(place, failed=False)


def test_writes_that_take_a_few_bytes_at_a_time_make_the_same_index(trial: Trial) -> None:
    place = trial.place()
    storage = Storage(place)
    storage.write_short(7)
    with storage.watched():
        trial.operation.act(opened(place))
    assert storage.seen["write"] == 0 or storage.count > trial.changes
    assert contents(place) == trial.new
    Trial.check_tidy(place)


def test_an_index_is_kept_as_well_where_files_cannot_be_linked(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = trial.place()
    monkeypatch.setattr(os, "link", failing(errno.EPERM))
    trial.operation.act(opened(place))
    assert contents(place) == trial.new
    put(opened(place), article_of("last", "dose"))
    Trial.check_tidy(place)


def test_the_operations_do_what_they_are_called(tmp_path: Path) -> None:
    trial = Trial("merge", tmp_path)
    place = trial.place()
    trial.operation.act(opened(place))
    root = place / "indexes" / "own"
    folder = max(root.glob("gen-*"))
    assert [entry.name for entry in read_segments(folder)][-1].endswith("m")
    assert trial.new
    assert trial.new["a"] == ["no more"]


EVENTS = {
    "os.rename": ("rename", "replace"),
    "os.remove": ("unlink", "remove"),
    "os.mkdir": ("mkdir",),
    "os.rmdir": ("rmdir",),
    "os.link": ("link",),
    "os.chmod": ("chmod", "fchmod"),
    "os.truncate": ("truncate", "ftruncate"),
    "open": ("open",),
}
"""Python's own audit events for changes of files, and what we call them."""


def test_no_change_of_files_escapes_the_watch(trial: Trial) -> None:
    place = trial.place()
    storage = Storage(place)
    heard: Counter[str] = Counter()

    def hear(event: str, arguments: tuple[object, ...]) -> None:
        if event not in EVENTS or heard["deaf"]:
            return
        flags = arguments[-1] if event == "open" else os.O_WRONLY
        if int(str(flags)) & (os.O_WRONLY | os.O_RDWR):
            heard[event] += 1

    def act() -> None:
        with storage.watched():
            sys.addaudithook(hear)
            trial.operation.act(opened(place))
            heard["deaf"] = 1
        missed = {
            event: (heard[event], [storage.seen[name] for name in names])
            for event, names in EVENTS.items()
            if heard[event] != sum(storage.seen[name] for name in names)
        }
        assert not missed, missed

    assert in_child(act) == 0
