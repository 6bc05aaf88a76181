"""A run of reindex that fails at any moment costs nothing: the whole way, from pages to a pointer.

FAULT_STEP=1 pytest tests/engine/test_reindex_faults.py lets every change of files fail once; the
suite tries a few of them, others for another SEED.
"""

from __future__ import annotations

import ctypes
import errno
import os
import random
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from indexer import Corpus, Index, ReindexOptions, SearchRequest, open_index
from indexer.engine.whoosh import durable
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

STEP = int(os.environ.get("FAULT_STEP", "300"))
LIMITS = int(os.environ.get("LIMITS", "5"))
SEED = int(os.environ.get("SEED", "1"))
ROOT = Path(__file__).resolve().parents[2]

Answers = list[tuple[str, str, str]]
"""Article, section and text of each section there is."""


def write(place: Path, name: str, words: str, *, sections: int = 2) -> None:
    parts = "".join(f"<h2>Dose {n}</h2><p>{words} and the liver, {n}.</p>" for n in range(sections))
    text = f"<title>Imuran {name}</title><h1>Imuran {name}</h1><p>{words}.</p>{parts}"
    (place / "pages" / f"{name}.html").write_text(text, "utf-8")


def opened(place: Path) -> Index:
    """Open the index as another process would, remembering nothing."""
    return open_index(str(place / "indexes" / "own"))


def reindex(place: Path, *, fresh: bool = False) -> None:
    options = ReindexOptions(jobs=1, checksum=True, fresh=fresh, allow_removals=True)
    assert opened(place).reindex(Corpus([place / "pages"]), options).published


def answers(place: Path) -> Answers | None:
    """Return all that is served, None when nothing is yet; it must be whole."""
    index = opened(place)
    try:
        status = index.status()
    except IndexDamagedError:
        raise
    except IndexUnavailableError:
        return None
    assert status.notes == ()
    assert index.verify().problems == ()
    articles = [index.article(summary.id) for summary in index.articles()]
    found = {
        (hit.article.id, section.id)
        for hit in index.search(
            SearchRequest(text="imuran", group="section", per_page=50, expand=False)
        ).hits
        for section in hit.sections
    }
    every = [(each.id, part.id, part.text) for each in articles for part in each.sections]
    assert found <= {(article, section) for article, section, _ in every}
    assert found or not every
    return every


def add(place: Path) -> None:
    write(place, "new", "an addition")


def change(place: Path) -> None:
    write(place, "a", "a change of words")


def remove(place: Path) -> None:
    (place / "pages" / "b.html").unlink(missing_ok=True)


def merge(place: Path) -> None:
    for name in ("a", "b", "c"):
        write(place, name, "all is new", sections=9)


def nothing(_place: Path) -> None:
    """Leave the pages as they are."""


@dataclass(frozen=True)
class Run:
    """What happens to the pages, and what is done then."""

    edit: Callable[[Path], None]
    act: Callable[[Path], object] = reindex
    indexed: bool = True


RUNS = {
    "first build": Run(nothing, indexed=False),
    "addition": Run(add),
    "change": Run(change),
    "removal": Run(remove),
    "merge": Run(merge),
    "fresh build": Run(add, lambda place: reindex(place, fresh=True)),
    "rollback": Run(nothing, lambda place: opened(place).rollback()),
    "garbage": Run(nothing, lambda place: opened(place).collect_garbage()),
}


class Trial:
    """A run, what it starts from, and what is served before and after it."""

    def __init__(self, name: str, folder: Path) -> None:
        self.run = RUNS[name]
        self.chance = random.Random(f"{SEED} {name}")
        self._folder = folder
        before = self._before = folder / "before"
        (before / "pages").mkdir(parents=True)
        for page in "abc":
            write(before, page, f"words of {page}", sections=6)
        if self.run.indexed:
            reindex(before)
            write(before, "c", "an edition of c")
            reindex(before)
            (before / "indexes" / "own" / "gen-000077").mkdir()
        self.old = answers(before)
        self.run.edit(before)
        place = self.place()
        storage = Storage(place / "indexes")
        with storage.watched():
            self.run.act(place)
        self.changes = storage.count
        self.new = answers(place)

    def place(self) -> Path:
        """Return a place where everything is as before."""
        place = self._folder / f"{self.chance.random()}"
        shutil.copytree(self._before, place)
        (place / "indexes").mkdir(exist_ok=True)
        return place

    def moments(self) -> range:
        """Return at which changes something goes wrong: others each time it is asked."""
        return range(1 + self.chance.randrange(STEP), self.changes + 1, STEP)

    def judge(self, place: Path, *, failed: bool = False) -> None:
        """Check that what was served is served, and that the next run mends the rest."""
        served = answers(place)
        assert served == self.old or (served == self.new and not failed)
        if served != self.new or self.new == self.old:
            self.run.act(place)
        assert answers(place) == self.new
        write(place, "last", "one more")
        reindex(place)
        assert_tidy(place / "indexes" / "own")
        assert answers(place) is not None
        shutil.rmtree(place)


@pytest.fixture(scope="module", autouse=True)
def _no_waiting_for_the_disk() -> Iterator[None]:
    with without_syncing():
        yield


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Trial]:
    """Prepare every trial once, for all tests; each works in places of its own."""
    print(f"seed {SEED}, one change in {STEP}")
    return {name: Trial(name, tmp_path_factory.mktemp("trial")) for name in RUNS}


@pytest.fixture(params=RUNS)
def trial(request: pytest.FixtureRequest, trials: dict[str, Trial]) -> Trial:
    return trials[request.param]


ERRORS = {
    "full disk": (FULL, NEEDS_SPACE),
    "error in passing": (BROKEN, frozenset[str]()),
    "read-only from now on": (failing(errno.EROFS), frozenset(CHANGES)),
}


def test_an_error_of_the_storage_at_any_moment_costs_nothing_that_was_served(
    trial: Trial,
) -> None:
    for deed, for_good in ERRORS.values():
        for moment in trial.moments():
            place = trial.place()
            storage = Storage(place / "indexes")
            storage.fail_at(moment, deed, for_good=for_good, half=True)
            failed = False
            with storage.watched():
                try:
                    trial.run.act(place)
                except IndexUnavailableError:
                    failed = True
            assert storage.fired
            trial.judge(place, failed=failed)


@pytest.mark.parametrize("power", [False, True], ids=["kill", "power cut"])
def test_a_kill_or_a_power_cut_at_any_moment_costs_nothing_that_was_served(
    trial: Trial, tmp_path: Path, *, power: bool
) -> None:
    for moment in trial.moments():
        place = trial.place()
        shadow = tmp_path / f"shadow-{moment}"
        shadow.mkdir()
        cutting = PowerCut(place / "indexes", shadow, random.Random(trial.chance.random()))
        storage = cutting if power else Storage(place / "indexes")
        storage.fail_at(moment, cutting.cut if power else killed, half=True)

        def act(storage: Storage = storage, place: Path = place) -> None:
            with storage.watched():
                trial.run.act(place)

        assert in_child(act) == (9 if power else -9)
        trial.judge(place)


# --- the real thing ---------------------------------------------------------------------------


def test_a_limit_on_file_sizes_is_told_and_costs_nothing(tmp_path: Path) -> None:
    """The system itself refuses to write on: no file may be larger than so many bytes."""
    trial = Trial("merge", tmp_path)
    largest = max(
        path.stat().st_size for path in (tmp_path / "before").rglob("*") if path.is_file()
    )
    limits = [largest * number // LIMITS for number in range(LIMITS)]
    outcomes = []
    for limit in limits:
        place = trial.place()

        def act(limit: int = limit, place: Path = place) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            reindex(place)

        outcomes.append(in_child(act))
        trial.judge(place, failed=outcomes[-1] != 0)
    assert set(outcomes) <= {0, 3}
    assert outcomes[0] == 3


NEW_NAMESPACE = 0x00020000  # CLONE_NEWNS of linux/sched.h


def mount(folder: Path, *options: str) -> None:
    """Mount a file system in memory, for this process and its children alone."""
    command = ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", str(folder)]
    subprocess.run(command, check=True, capture_output=True)


def alone_with_mounts() -> None:
    """Leave the file systems that others see."""
    if ctypes.CDLL(None).unshare(NEW_NAMESPACE):
        raise OSError(errno.EPERM, "may not unshare")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True, capture_output=True)


def test_a_disk_that_is_really_full_is_told_and_costs_nothing(tmp_path: Path) -> None:
    trial = Trial("merge", tmp_path)
    disk = tmp_path / "disk"
    disk.mkdir()

    def fill(free: int) -> None:
        shutil.copytree(tmp_path / "before", disk / "place")
        blocks = os.statvfs(disk)
        used = (blocks.f_blocks - blocks.f_bfree) * blocks.f_frsize
        mount(disk, "remount", f"size={used // 1024 + free}k")
        failed = in_child(lambda: reindex(disk / "place")) != 0
        mount(disk, "remount", "size=64m")
        outcomes.append(failed)
        trial.judge(disk / "place", failed=failed)

    outcomes: list[bool] = []

    def work() -> None:
        try:
            alone_with_mounts()
            mount(disk, "size=64m")
        except (OSError, subprocess.CalledProcessError):
            os._exit(77)
        for number in range(LIMITS):
            fill(number * 56 // LIMITS)
        assert outcomes[0]
        assert not outcomes[-1]
        print(f"{sum(outcomes)} of {LIMITS} disks were full", flush=True)

    status = in_child(work)
    if status == 77:
        pytest.skip("this user may not mount a small disk")
    assert status == 0


def test_the_command_tells_a_full_disk_with_its_exit_status(tmp_path: Path) -> None:
    trial = Trial("addition", tmp_path)
    place = trial.place()
    command = [sys.executable, "-m", "indexer", "reindex", "--checksum", "--jobs", "1"]
    done = subprocess.run(
        [*command, str(place / "pages"), "--index", str(place / "indexes" / "own")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)),
    )
    assert done.returncode == 3
    assert "What was served before is untouched; raise the limit on file sizes" in done.stderr
    trial.judge(place, failed=True)


def test_a_clock_that_goes_backwards_changes_nothing_but_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path
    (place / "pages").mkdir()
    (place / "indexes").mkdir()
    times = iter(range(30, 0, -1))
    monkeypatch.setattr(durable, "now", lambda: f"2026-01-{next(times):02}T00:00:00Z")
    for number in range(6):
        write(place, "a", f"edition {number}")
        os.utime(place / "pages" / "a.html", (2_000_000_000 - number,) * 2)
        options = ReindexOptions(jobs=1)
        assert opened(place).reindex(Corpus([place / "pages"]), options).published
        assert opened(place).status().generation == number + 1
        assert f"edition {number}." in (answers(place) or [("", "", "")])[0][2]
    assert opened(place).rollback().generation == 5
    assert f"edition {4}." in (answers(place) or [("", "", "")])[0][2]


def test_a_page_written_in_the_future_is_read_again(tmp_path: Path) -> None:
    """Its stamp proves nothing: once the clock is right, it may be written at that time again."""
    place = tmp_path
    (place / "pages").mkdir()
    (place / "indexes").mkdir()
    for words in ("first words", "other words"):
        write(place, "a", words)
        os.utime(place / "pages" / "a.html", (4_000_000_000, 4_000_000_000))
        assert opened(place).reindex(Corpus([place / "pages"]), ReindexOptions(jobs=1)).published
    assert "other words" in (answers(place) or [("", "", "")])[0][2]
