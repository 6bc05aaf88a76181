import contextlib
import errno
import itertools
import json
import os
import random
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.engine.whoosh import durable
from indexer.engine.whoosh import generations as module
from indexer.engine.whoosh.generations import Build, Generation, Generations
from indexer.engine.whoosh.manifest import (
    Examination,
    Kept,
    decode_manifest,
    decode_pointer,
    encode_pointer,
    examine,
)
from indexer.errors import IndexDamagedError, IndexLockedError, IndexUnavailableError

CHECKOUT = Path(__file__).resolve().parents[2]
NOBODY = 65_534

# More for a long run: KILLS=500 pytest tests/engine/test_generations.py -k killed
KILLS = int(os.environ.get("KILLS", "30"))
SEED = int(os.environ.get("SEED", "1"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "index"


def fill(build: Build, files: Mapping[str, bytes]) -> None:
    """Write files into a build as an index library does: a name that is there is replaced."""
    for name, data in files.items():
        path = build.folder / name
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            os.write(descriptor, data)
        finally:
            os.close(descriptor)
    build.describe(schema="schema-1", articles=len(files), sections=2 * len(files))


def publish(root: Path, files: Mapping[str, bytes], *, fresh: bool = False) -> Build:
    with Generations(root).build(fresh=fresh) as build:
        fill(build, files)
    return build


def served(root: Path) -> Generation:
    """Look at an index as another process would, remembering nothing."""
    return Generations(root).served()


def contents(generation: Generation) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes()
        for path in generation.folder.iterdir()
        if path.name != "manifest.json"
    }


def entries(root: Path) -> set[str]:
    return {path.name for path in root.iterdir()}


def rewrite(path: Path, data: bytes) -> None:
    """Change a file's bytes in place, as a failing disk would."""
    path.chmod(0o644)
    path.write_bytes(data)
    path.chmod(0o444)


# --- publishing -------------------------------------------------------------------------------


def test_an_index_that_was_never_built_says_what_to_run(root: Path) -> None:
    generations = Generations(root)
    assert generations.pointer() == b""
    for attempt in (generations.served, generations.rollback, generations.inspect):
        with pytest.raises(IndexUnavailableError, match=r"no index .* `drugsearch reindex --index"):
            attempt()
    assert generations.collect_garbage() == ()
    assert not root.exists()


def test_leaving_the_block_publishes_what_was_written(root: Path) -> None:
    build = publish(root, {"a.seg": b"first", "b.seg": b""})
    generation = served(root)
    assert contents(generation) == {"a.seg": b"first", "b.seg": b""}
    manifest = generation.manifest
    assert (manifest.generation, manifest.schema) == (1, "schema-1")
    assert (manifest.articles, manifest.sections) == (2, 4)
    assert time.strptime(manifest.built_at, "%Y-%m-%dT%H:%M:%SZ")
    assert generation.notes == ()
    assert build.generation == generation
    assert build.warnings == ()
    assert entries(root) == {"CURRENT", "builder.lock", "gen-000001"}


def test_the_pointer_changes_with_what_is_served_and_only_then(root: Path) -> None:
    publish(root, {"a": b"1"})
    generations = Generations(root)
    pointer, generation = generations.pointer(), generations.served()
    assert generations.pointer() == pointer
    assert generations.served() is generation
    publish(root, {"a": b"2"})
    assert generations.pointer() != pointer
    assert contents(generations.served()) == {"a": b"2"}


def test_a_build_begins_with_the_served_files_and_shares_their_bytes(root: Path) -> None:
    publish(root, {"a": b"1", "b": b"2"})
    with Generations(root).build(fresh=False) as build:
        assert build.base == served(root)
        assert (build.folder / "a").samefile(served(root).folder / "a")
        fill(build, {"b": b"changed", "c": b"3"})
    assert contents(served(root)) == {"a": b"1", "b": b"changed", "c": b"3"}
    assert contents(Generations(root).rollback()) == {"a": b"1", "b": b"2"}


def test_a_fresh_build_begins_empty_and_keeps_the_way_back(root: Path) -> None:
    publish(root, {"a": b"1"})
    build = publish(root, {"b": b"2"}, fresh=True)
    assert build.base is None
    assert contents(served(root)) == {"b": b"2"}
    assert contents(Generations(root).rollback()) == {"a": b"1"}


def test_the_served_generation_and_the_one_before_are_kept(root: Path) -> None:
    for number in range(1, 5):
        publish(root, {f"{number}": b""}, fresh=True)
    assert entries(root) == {"CURRENT", "builder.lock", "gen-000003", "gen-000004"}


def test_what_is_published_while_a_reader_looks_is_served_to_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(root, {"a": b"1"}, fresh=True)

    def examine_too_late(*arguments: object) -> Examination:
        monkeypatch.setattr(module, "examine", examine)
        for number in (2, 3):
            publish(root, {"a": b"%d" % number}, fresh=True)
        return examine(*arguments)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(module, "examine", examine_too_late)
    assert contents(served(root)) == {"a": b"3"}


def test_scratch_files_are_not_published(root: Path) -> None:
    with Generations(root).build(fresh=True) as build:
        fill(build, {"a": b"1", "MAIN_WRITELOCK": b"", "part.tmp": b"x"})
        (build.folder / "MAIN.tmp").mkdir()
        (build.folder / "MAIN.tmp" / "scratch").write_bytes(b"x")
    assert contents(served(root)) == {"a": b"1"}


def test_a_build_that_is_not_described_is_not_published(root: Path) -> None:
    with pytest.raises(RuntimeError, match="described"), Generations(root).build(fresh=True):
        pass
    assert entries(root) == {"builder.lock"}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_exception_publishes_nothing_and_leaves_nothing(
    root: Path, error: type[BaseException]
) -> None:
    publish(root, {"a": b"1"})
    before, names = served(root), entries(root)

    def build_and_fail() -> None:
        with Generations(root).build(fresh=False) as build:
            fill(build, {"b": b"2"})
            raise error

    with pytest.raises(error):
        build_and_fail()
    assert served(root) == before
    assert entries(root) == names


def test_only_the_owner_may_ever_write_whatever_the_umask(root: Path) -> None:
    before = os.umask(0)
    try:
        publish(root, {"a": b"1"})
    finally:
        os.umask(before)
    for path in [root, *root.rglob("*")]:
        assert not path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH), path
        assert path.stat().st_mode & stat.S_IROTH, path
    assert not (served(root).folder / "a").stat().st_mode & stat.S_IWUSR


def test_a_strict_umask_keeps_others_from_reading(root: Path) -> None:
    before = os.umask(0o077)
    try:
        publish(root, {"a": b"1"})
    finally:
        os.umask(before)
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in root.rglob("*"))


def test_what_is_no_file_cannot_be_published(root: Path) -> None:
    publish(root, {"a": b"1"})

    def build_with_a_folder() -> None:
        with Generations(root).build(fresh=False) as build:
            fill(build, {"b": b"2"})
            (build.folder / "folder").mkdir()

    with pytest.raises(IndexUnavailableError, match="not a regular file"):
        build_with_a_folder()
    assert contents(served(root)) == {"a": b"1"}


def test_writing_into_a_shared_file_is_refused(root: Path) -> None:
    publish(root, {"a": b"1"})

    def write_into_it() -> None:
        with Generations(root).build(fresh=False) as build:
            fill(build, {})
            rewrite(build.folder / "a", b"2")

    with pytest.raises(IndexDamagedError, match="a changed in generation 1 too"):
        write_into_it()


@pytest.mark.parametrize("number", [errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP])
def test_files_are_copied_where_they_cannot_be_linked(
    root: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    publish(root, {"a": b"1"})
    monkeypatch.setattr(os, "link", failing(number))
    with Generations(root).build(fresh=False) as build:
        assert not (build.folder / "a").samefile(served(root).folder / "a")
        fill(build, {"b": b"2"})
    assert contents(served(root)) == {"a": b"1", "b": b"2"}


def failing(number: int) -> Callable[..., NoReturn]:
    def fail(*_: object, **__: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    return fail


# --- one builder at a time --------------------------------------------------------------------


def test_a_second_builder_is_told_who_builds_and_since_when(root: Path) -> None:
    with Generations(root).build(fresh=True) as build:
        message = rf"process {os.getpid()} since \d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
        for attempt in (
            Generations(root).build(fresh=True).__enter__,
            Generations(root).collect_garbage,
        ):
            with pytest.raises(IndexLockedError, match=message):
                attempt()
        fill(build, {"a": b"1"})
    with pytest.raises(IndexLockedError), Generations(root).build(fresh=False):
        Generations(root).rollback()
    assert publish(root, {"b": b"2"}).number == 2


def test_a_lock_that_is_not_signed_yet_is_a_lock_all_the_same(root: Path) -> None:
    with Generations(root).build(fresh=True) as build:
        os.truncate(root / "builder.lock", 0)
        with pytest.raises(IndexLockedError, match="another process"):
            publish(root, {"b": b"2"})
        fill(build, {"a": b"1"})


HOLDING_THE_LOCK = """
import os, sys, time
from pathlib import Path
from indexer.engine.whoosh import durable
from indexer.engine.whoosh.generations import Generations
with Generations(Path(sys.argv[1])).build(fresh=True) as build:
    (build.folder / "half").write_bytes(b"written")
    if os.fork() == 0:
        print(os.getpid(), flush=True)
    time.sleep(60)
"""


def test_the_lock_dies_with_its_process_though_its_children_live_on(root: Path) -> None:
    publish(root, {"a": b"1"})
    with python("-c", HOLDING_THE_LOCK, str(root)) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        try:
            with pytest.raises(IndexLockedError, match=f"process {process.pid} since"):
                publish(root, {"b": b"2"})
            process.kill()
            process.wait()
            publish(root, {"c": b"3"})
        finally:
            os.kill(child, signal.SIGKILL)
    assert contents(served(root)) == {"a": b"1", "c": b"3"}
    assert entries(root) == {"CURRENT", "builder.lock", "gen-000001", "gen-000002"}


def test_a_forked_child_lets_go_of_the_lock(root: Path) -> None:
    root.mkdir()
    with durable.builder_lock(root):
        durable._close_inherited_locks()  # what Python calls in the child
        with durable.builder_lock(root):
            assert (root / "builder.lock").exists()


def python(*arguments: str) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(CHECKOUT), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )


# --- damage -----------------------------------------------------------------------------------


def test_every_flipped_bit_is_seen_before_anything_is_returned(root: Path) -> None:
    publish(root, {"shared.seg": b"shared by both", "old.toc": b"1"})
    with Generations(root).build(fresh=False) as build:
        (build.folder / "old.toc").unlink()
        fill(build, {"new.toc": b"2", "long.seg": bytes(range(256)) * 40})
    whole = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    chosen = random.Random(SEED)
    flips = 0
    for path, original in whole.items():
        if path.name == "builder.lock":
            continue
        for _ in range(40):
            damaged = bytearray(original)
            damaged[chosen.randrange(len(damaged))] ^= 1 << chosen.randrange(8)
            rewrite(path, bytes(damaged))
            assert_nothing_damaged_is_served(root, path, whole)
            assert_damage_is_listed(root, path)
            flips += 1
        rewrite(path, original)
    assert flips == 40 * 8
    assert served(root).notes == ()


def assert_nothing_damaged_is_served(root: Path, path: Path, whole: Mapping[Path, bytes]) -> None:
    try:
        generation = served(root)
    except IndexDamagedError:
        assert path.name in {"CURRENT", "shared.seg"}
        return
    for name, data in contents(generation).items():
        assert data == whole[generation.folder / name]
    if path.parent.name == "gen-000002":
        [note] = generation.notes
        assert note.startswith(f"generation 2 is damaged ({path.name}: ")
        assert note.endswith("; serving 1")


def assert_damage_is_listed(root: Path, path: Path) -> None:
    if path.name == "CURRENT":
        with pytest.raises(IndexDamagedError, match="CURRENT"):
            Generations(root).problems()
    else:
        assert any(path.name in problem for problem in Generations(root).problems())


def lose(path: Path) -> None:
    path.unlink()


def shorten(path: Path) -> None:
    rewrite(path, path.read_bytes()[:-1])


def link_elsewhere(path: Path) -> None:
    path.rename(path.parents[1] / "elsewhere")
    path.symlink_to("../elsewhere")


def become_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def become_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def open_to_all(path: Path) -> None:
    path.chmod(0o666)


def add_a_stranger(path: Path) -> None:
    path.with_name("_MAIN_99.toc").write_bytes(b"a pickle")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lose, "a: missing"),
        (shorten, "a: 0 bytes instead of 1"),
        (link_elsewhere, "a: Too many levels of symbolic links"),
        (become_a_folder, "a: not a regular file"),
        (become_a_pipe, "a: not a regular file"),
        (open_to_all, "a: other users may write to it"),
        (add_a_stranger, "_MAIN_99.toc: was never published"),
    ],
)
def test_whatever_was_not_published_so_is_damage(
    root: Path, damage: Callable[[Path], None], said: str
) -> None:
    publish(root, {"b": b"older"})
    publish(root, {"a": b"1"}, fresh=True)
    damage(root / "gen-000002" / "a")
    generation = served(root)
    assert contents(generation) == {"b": b"older"}
    assert f"generation 2 is damaged ({said}" in generation.notes[0]
    inspection = Generations(root).inspect()
    assert inspection.generation == generation
    assert inspection.problems[0].startswith(f"gen-000002/{said}")
    assert inspection.checked_files == 5


def test_a_generation_without_its_folder_or_manifest_is_damaged(root: Path) -> None:
    publish(root, {"a": b"1"})
    publish(root, {"a": b"2"})
    rewrite(root / "gen-000002" / "manifest.json", b"{}")
    assert "manifest.json: digest differs" in served(root).notes[0]
    (root / "gen-000002").rename(root / "away")
    assert "gen-000002: missing" in served(root).notes[0]
    (root / "gen-000002").write_bytes(b"")
    assert "gen-000002: not a folder" in served(root).notes[0]


def test_damage_to_all_that_is_kept_is_told_in_full(root: Path) -> None:
    publish(root, {"a": b"1", "b": b"2"})
    publish(root, {"c": b"3"})
    rewrite(root / "gen-000002" / "a", b"x")
    (root / "gen-000001" / "b").unlink()
    with pytest.raises(IndexDamagedError) as caught:
        served(root)
    assert "gen-000001/b: missing" in str(caught.value)
    assert "gen-000002/a: digest differs" in str(caught.value)
    assert "reindex --fresh" in str(caught.value)
    build = publish(root, {"d": b"4"})
    assert build.base is None
    assert "gen-000001/b: missing" in build.warnings
    assert contents(served(root)) == {"d": b"4"}
    assert entries(root) == {"CURRENT", "builder.lock", "gen-000003"}


def test_a_damaged_pointer_costs_nothing_until_the_next_one_is_published(root: Path) -> None:
    publish(root, {"a": b"1"})
    publish(root, {"b": b"2"})
    rewrite(root / "CURRENT", b"gen-000001\n")
    with pytest.raises(IndexDamagedError, match="CURRENT of the index is damaged"):
        served(root)
    with pytest.raises(IndexDamagedError):
        Generations(root).collect_garbage()
    with pytest.raises(ValueError, match="given up"), Generations(root).build(fresh=True):
        raise ValueError("given up")
    assert {"gen-000001", "gen-000002"} < entries(root)
    build = publish(root, {"c": b"3"})
    assert (build.number, build.base) == (3, None)
    assert "CURRENT" in build.warnings[0]
    assert entries(root) == {"CURRENT", "builder.lock", "gen-000003"}


@given(st.binary(max_size=300))
def test_no_other_bytes_are_a_pointer(data: bytes) -> None:
    with pytest.raises(IndexDamagedError):
        decode_pointer(data)


KEPT = st.builds(
    Kept,
    number=st.integers(1, 10**9),
    manifest_digest=st.text("0123456789abcdef", min_size=64, max_size=64),
    withdrawn=st.booleans(),
)


@given(st.lists(KEPT, min_size=1, max_size=4))
def test_a_pointer_is_read_as_it_was_written(kept: list[Kept]) -> None:
    assert decode_pointer(encode_pointer(kept)) == tuple(kept)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"format": 1, "files": [1]}', b"\xff"])
def test_what_is_no_manifest_is_damage(data: bytes) -> None:
    with pytest.raises(IndexDamagedError, match="not a manifest"):
        decode_manifest(data)


def test_a_manifest_of_another_version_is_not_guessed_at(root: Path) -> None:
    publish(root, {"a": b"1"})
    data = (root / "gen-000001" / "manifest.json").read_bytes()
    assert decode_manifest(data).generation == 1
    with pytest.raises(IndexDamagedError, match="another version"):
        decode_manifest(data.replace(b'"format": 1', b'"format": 2'))


def test_one_generation_does_not_pass_for_another(root: Path) -> None:
    publish(root, {"a": b"1"})
    publish(root, {"a": b"2"})
    first, second = decode_pointer((root / "CURRENT").read_bytes())
    rewrite(
        root / "CURRENT",
        encode_pointer([Kept(number=7, manifest_digest=first.manifest_digest), second]),
    )
    (root / "gen-000002").rename(root / "gen-000007")
    assert "manifest.json: that of another generation" in served(root).notes[0]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_another_users_files_are_refused(root: Path) -> None:
    publish(root, {"a": b"1"})
    os.chown(root / "gen-000001" / "a", NOBODY, -1)
    with pytest.raises(IndexDamagedError, match=f"a: belongs to another user .number {NOBODY}"):
        served(root)
    os.chown(root / "CURRENT", NOBODY, -1)  # who may publish may also own what was published
    assert contents(served(root)) == {"a": b"1"}


def test_an_index_that_anybody_may_write_to_is_refused(root: Path) -> None:
    publish(root, {"a": b"1"})
    root.chmod(0o777)
    with pytest.raises(IndexUnavailableError, match="chmod o-w"):
        served(root)
    root.chmod(0o1777)
    assert contents(served(root)) == {"a": b"1"}
    (root / "CURRENT").chmod(0o666)
    with pytest.raises(IndexDamagedError, match="other users may write"):
        served(root)


# --- going back -------------------------------------------------------------------------------


def test_rolling_back_serves_the_generation_before(root: Path) -> None:
    publish(root, {"a": b"1"})
    publish(root, {"a": b"2"})
    generations = Generations(root)
    pointer = generations.pointer()
    assert contents(generations.served()) == {"a": b"2"}
    assert contents(generations.rollback()) == {"a": b"1"}
    assert generations.pointer() != pointer
    assert contents(served(root)) == {"a": b"1"}


def test_there_is_one_way_back_at_most(root: Path) -> None:
    publish(root, {"a": b"1"})
    with pytest.raises(IndexUnavailableError, match="no earlier whole generation"):
        Generations(root).rollback()
    publish(root, {"a": b"2"})
    Generations(root).rollback()
    with pytest.raises(IndexUnavailableError, match="no earlier whole generation"):
        Generations(root).rollback()
    assert contents(served(root)) == {"a": b"1"}


def test_numbers_only_grow_after_a_rollback(root: Path) -> None:
    publish(root, {"a": b"1"})
    publish(root, {"a": b"2"})
    Generations(root).rollback()
    assert Generations(root).collect_garbage() == ("gen-000002",)
    with Generations(root).build(fresh=False) as build:
        assert (build.folder / "a").read_bytes() == b"1"
        fill(build, {"b": b"3"})
    assert build.number == 3
    assert contents(served(root)) == {"a": b"1", "b": b"3"}
    assert contents(Generations(root).rollback()) == {"a": b"1"}


def test_what_was_withdrawn_is_not_served_in_place_of_what_is_damaged(root: Path) -> None:
    publish(root, {"a": b"1"})
    publish(root, {"a": b"2"})
    Generations(root).rollback()
    rewrite(root / "gen-000001" / "a", b"x")
    with pytest.raises(IndexDamagedError):
        served(root)


def test_a_rollback_that_was_killed_does_not_stop_the_next(root: Path) -> None:
    publish(root, {"a": b"1"})
    publish(root, {"a": b"2"})
    (root / "CURRENT.new").write_bytes(b"half")
    assert contents(Generations(root).rollback()) == {"a": b"1"}


def test_nobody_goes_back_to_a_damaged_generation(root: Path) -> None:
    publish(root, {"a": b"1"})
    publish(root, {"a": b"2"})
    (root / "gen-000001" / "a").unlink()
    with pytest.raises(IndexUnavailableError, match="no earlier whole generation"):
        Generations(root).rollback()
    assert contents(served(root)) == {"a": b"2"}


# --- leftovers --------------------------------------------------------------------------------


def leave_rubbish(root: Path) -> None:
    (root / "gen-000077").mkdir(parents=True)
    (root / "gen-000077" / "half").write_bytes(b"x")
    (root / "CURRENT.new").write_bytes(b"x")
    (root / "gen-000078").symlink_to("/")
    (root / "notes.txt").write_bytes(b"a person's own")


def test_the_next_run_sweeps_what_killed_runs_left_and_nothing_else(root: Path) -> None:
    leave_rubbish(root)
    publish(root, {"a": b"1"})
    assert entries(root) == {"CURRENT", "builder.lock", "gen-000001", "notes.txt"}


def test_collecting_garbage_keeps_what_may_be_served(root: Path) -> None:
    publish(root, {"a": b"1"})
    publish(root, {"a": b"2"})
    leave_rubbish(root)
    removed = Generations(root).collect_garbage()
    assert removed == ("CURRENT.new", "gen-000077", "gen-000078")
    kept = {"CURRENT", "builder.lock", "gen-000001", "gen-000002", "notes.txt"}
    assert entries(root) == kept
    assert Generations(root).collect_garbage() == ()


def test_what_cannot_be_removed_is_a_warning_not_a_failure(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(root, {"a": b"1"})
    publish(root, {"a": b"2"})
    monkeypatch.setattr(os, "rmdir", failing(errno.EBUSY))
    build = publish(root, {"a": b"3"})
    assert contents(served(root)) == {"a": b"3"}
    assert "gen-000001 is not needed but could not be removed" in build.warnings[0]


# --- failing storage --------------------------------------------------------------------------


class Faults:
    """Let the n-th change of the file system fail, alone or with all that follow it."""

    CHANGES = (
        "write fsync fchmod ftruncate link rename replace mkdir unlink rmdir truncate open"
    ).split()

    def __init__(self, patch: pytest.MonkeyPatch, *, for_good: bool) -> None:
        self.fired = False
        self._for_good = for_good
        self._left = 0
        for name in self.CHANGES:
            patch.setattr(os, name, self._watched(getattr(os, name), is_open=name == "open"))

    @contextlib.contextmanager
    def at(self, number: int) -> Iterator[None]:
        self._left, self.fired = number, False
        try:
            yield
        finally:
            self._left = 0

    def _watched(self, real: Callable[..., object], *, is_open: bool) -> Callable[..., object]:
        def watched(*arguments: object, **options: object) -> object:
            changes = not is_open or int(str(arguments[1])) & (os.O_WRONLY | os.O_RDWR)
            if self._left and changes:
                self._left -= 1
                if not self._left:
                    self.fired = True
                    self._left = int(self._for_good)
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(*arguments, **options)

        return watched


@pytest.mark.parametrize("for_good", [False, True])
def test_storage_failing_at_any_moment_costs_nothing_that_was_served(
    root: Path, monkeypatch: pytest.MonkeyPatch, *, for_good: bool
) -> None:
    faults = Faults(monkeypatch, for_good=for_good)
    publish(root, {"a": b"1"})
    publish(root, {"b": b"2"})
    failures = 0
    for moment in itertools.count(1):
        before = served(root)
        (root / "gen-900000").mkdir(exist_ok=True)  # what a killed run left is swept first
        failed = False
        with faults.at(moment):
            try:
                publish(root, {"b": b"%d" % moment, "c_WRITELOCK": b""})
            except IndexUnavailableError as error:
                assert "free some space" in str(error)  # noqa: PT017 - it may also succeed
                failed = True
        failures += failed
        after = served(root)
        assert after.notes == ()
        assert (after == before) is failed
        publish(root, {"d": b"%d" % moment})  # the lock is free
        newest = served(root).manifest.generation
        assert len(entries(root)) == 4, entries(root)
        assert f"gen-{newest:06d}" in entries(root)
        if not faults.fired:
            break
    assert failures > 15


def test_everything_is_on_the_disk_before_the_rename_and_the_rename_after_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a power cut would show: a rename can reach the disk before the bytes it speaks of."""
    publish(root, {"a": b"1"})
    steps: list[object] = []
    sync, rename = os.fsync, os.replace

    def fsync(descriptor: int) -> None:
        sync(descriptor)
        steps.append(os.fstat(descriptor).st_ino)

    def replace(source: Path, target: Path) -> None:
        rename(source, target)
        steps.append("rename")

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    folder = publish(root, {"b": b"2"}).folder
    rename_at = steps.index("rename")
    for path in [*folder.iterdir(), folder, root, root / "CURRENT"]:
        assert path.stat().st_ino in steps[:rename_at], path
    assert steps[rename_at + 1 :] == [root.stat().st_ino]


def test_a_rename_that_might_not_last_is_done_with_a_warning(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(root, {"a": b"1"})
    real = os.fsync
    before = (root / "CURRENT").read_bytes()

    def fsync(descriptor: int) -> None:
        if (root / "CURRENT").read_bytes() != before:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    build = publish(root, {"a": b"2"})
    assert "generation 2 is served, but might not outlive a power cut" in build.warnings[0]
    assert contents(served(root)) == {"a": b"2"}
    before = (root / "CURRENT").read_bytes()
    generation = Generations(root).rollback()
    assert "generation 1 is served, but might not outlive a power cut" in generation.notes[0]
    assert contents(served(root)) == {"a": b"1"}


def test_an_interrupt_after_the_rename_does_not_unpublish(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.replace

    def replace(source: Path, target: Path) -> None:
        real(source, target)
        raise KeyboardInterrupt

    publish(root, {"a": b"1"})
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", replace)
        with pytest.raises(KeyboardInterrupt):
            publish(root, {"a": b"2"})
    assert contents(served(root)) == {"a": b"2"}


def test_a_full_disk_is_told_as_such_wherever_it_shows(root: Path) -> None:
    with (
        pytest.raises(IndexUnavailableError, match=r"No space left on device.*free some space"),
        Generations(root).build(fresh=True),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_other_peoples_errors_pass_through_a_build(root: Path) -> None:
    with pytest.raises(BrokenPipeError), Generations(root).build(fresh=True):
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")


@contextlib.contextmanager
def without_privileges() -> Iterator[None]:
    """Be nobody for a while, if this is root: root may write everywhere."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.fixture
def public_root() -> Iterator[Path]:
    """Provide a place for an index that other users can reach."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "index"


def test_an_index_can_be_read_where_it_cannot_be_written(public_root: Path) -> None:
    publish(public_root, {"a": b"1"})
    publish(public_root, {"b": b"2"})
    public_root.chmod(0o555)
    (public_root / "builder.lock").chmod(0o444)
    with without_privileges():
        assert contents(served(public_root)) == {"a": b"1", "b": b"2"}
        with pytest.raises(IndexUnavailableError, match=r"Permission denied.*let its owner"):
            publish(public_root, {"c": b"3"})
        with pytest.raises(IndexUnavailableError, match="Permission denied"):
            Generations(public_root).rollback()
    public_root.chmod(0o755)


def test_an_index_that_may_not_be_read_is_not_called_damaged(public_root: Path) -> None:
    publish(public_root, {"a": b"1"})
    (public_root / "gen-000001" / "a").chmod(0)
    with without_privileges():
        with pytest.raises(IndexUnavailableError, match="Permission denied") as caught:
            served(public_root)
        assert not isinstance(caught.value, IndexDamagedError)


def test_a_file_in_the_place_of_the_folder_is_told(root: Path) -> None:
    root.write_bytes(b"")
    with pytest.raises(IndexUnavailableError, match=r"Not a directory.*name a folder"):
        served(root)
    with pytest.raises(IndexUnavailableError, match="File exists"):
        publish(root, {"a": b"1"})


# --- readers and killed writers ---------------------------------------------------------------


def test_readers_always_find_a_whole_generation_while_others_are_published(root: Path) -> None:
    publish(root, {"a": b"0"})
    done = threading.Event()
    seen: list[Generation] = []

    def read() -> None:
        shared = Generations(root)
        while not done.is_set():
            seen.extend((served(root), shared.served()))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(1, 20):
        publish(root, {"a": b"%d" % number}, fresh=number % 2 == 0)
    done.set()
    for reader in readers:
        reader.join()
    assert len({generation.manifest.generation for generation in seen}) > 1
    assert all(generation.notes == () for generation in seen)


class Restless(Generations):
    """An index whose pointer moves on whenever it is looked at."""

    def pointer(self) -> bytes:
        self._looks = getattr(self, "_looks", 0) + 1
        return encode_pointer([Kept(number=self._looks, manifest_digest="0" * 64)])


def test_an_index_that_never_rests_is_told_so_in_the_end(root: Path) -> None:
    publish(root, {"a": b"1"})
    for attempt in (Restless(root).served, Restless(root).inspect):
        with pytest.raises(IndexUnavailableError, match="changes faster than it can be read"):
            attempt()


def test_a_writer_killed_at_any_moment_loses_nothing(root: Path) -> None:
    with python(__file__, str(root), str(KILLS), str(SEED)) as process:
        output, _ = process.communicate()
    found = json.loads(output)
    print(found)
    assert process.returncode == 0
    assert found["kills"] == KILLS
    assert found["lost"] == found["unreadable"] == found["mixed"] == 0
    assert found["halfway"] > 0, "no kill fell into a build, so nothing was tested"
    publish(root, {"a": b"last"})
    assert len(entries(root)) == 4


def publish_for_ever(root: Path, acknowledged: int) -> NoReturn:
    """Publish generations whose every file says its number, telling each that is done."""
    while True:
        with Generations(root).build(fresh=False) as build:
            for old in build.folder.glob("segment-*"):
                if int(old.name.partition("-")[2]) < build.number - 3:
                    old.unlink()
            own = {f"segment-{build.number}": b"%d" % build.number * 2000}
            fill(build, {"TOC": b"%d" % build.number, **own})
        os.write(acknowledged, b"%d\n" % build.number)


def kill_writers(root: Path, kills: int, seed: int) -> dict[str, int]:
    """Kill writers at random moments; count what was lost, and how often a build was hit."""
    moments = random.Random(seed)
    found = dict.fromkeys(("kills", "lost", "unreadable", "mixed", "halfway", "published"), 0)
    found["seed"] = seed
    last = 0
    while found["kills"] < kills:
        told, tell = os.pipe()
        writer = os.fork()
        if writer == 0:
            publish_for_ever(root, tell)
        os.close(tell)
        time.sleep(moments.uniform(0.001, 0.06))
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)
        with os.fdopen(told, "rb") as lines:
            last = max([last, *map(int, lines.read().split())])
        found["kills"] += 1
        last = judge(root, last, found)
        found["halfway"] += any(int(path.name[4:]) > last for path in root.glob("gen-*"))
    found["published"] = last
    return found


def judge(root: Path, last: int, found: dict[str, int]) -> int:
    """Compare what is served with what was acknowledged; return the served number."""
    try:
        generation = served(root)
    except IndexUnavailableError as error:
        found["unreadable"] += last > 0 or isinstance(error, IndexDamagedError)
        return last
    number = generation.manifest.generation
    files = contents(generation)
    found["lost"] += number < last
    found["unreadable"] += bool(generation.notes)
    found["mixed"] += files.pop("TOC") != b"%d" % number or any(
        data != name.partition("-")[2].encode() * 2000 for name, data in files.items()
    )
    return number


if __name__ == "__main__":
    print(json.dumps(kill_writers(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
