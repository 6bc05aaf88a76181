"""Who may touch an index, and what of it is believed: nothing that could run, nothing unchecked."""

from __future__ import annotations

import fcntl
import os
import pickle
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from whoosh import index as whoosh_index
from whoosh import query as q

from indexer import Corpus, ReindexOptions, SearchRequest, open_index
from indexer.engine.base import OwnNames
from indexer.engine.whoosh import WhooshEngine, durable
from indexer.engine.whoosh.contents import read_contents
from indexer.engine.whoosh.generations import Generations
from indexer.engine.whoosh.manifest import (
    FileEntry,
    Kept,
    Manifest,
    decode_manifest,
    encode_manifest,
    encode_pointer,
)
from indexer.errors import IndexDamagedError, IndexLockedError, IndexUnavailableError
from tests.engine.faults import failing, in_child
from tests.engine.strategies import article_of, put_all

NOBODY = 65_534
ROOT = Path(__file__).resolve().parents[2]

A = article_of("a", "dose of a", "liver of a")
MANY = [article_of(f"m{number}", *["liver and dose"] * 9) for number in range(4)]


@pytest.fixture
def engine(tmp_path: Path) -> WhooshEngine:
    return WhooshEngine(str(tmp_path / "index"), OwnNames())


def put(engine: WhooshEngine, *articles: object) -> None:
    with engine.writer(fresh=False) as writer:
        put_all(writer, articles)  # type: ignore[arg-type]


def spoil(path: Path) -> None:
    """Flip a bit in the middle of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)


# --- the writer's lock ------------------------------------------------------------------------


def test_removing_the_lock_file_lets_nobody_else_in(engine: WhooshEngine, tmp_path: Path) -> None:
    put(engine, A)
    with engine.writer(fresh=False) as writer:
        (tmp_path / "index" / "builder.lock").unlink()
        for attempt in (engine.collect_garbage, engine.rollback, lambda: put(engine, A)):
            with pytest.raises(IndexLockedError, match="is being written by"):
                attempt()
        put_all(writer, MANY)
    assert engine.verify().problems == ()
    assert engine.status().articles == 5
    put(engine, A)


@pytest.mark.parametrize("number", sorted(durable.CANNOT_LOCK))
def test_where_folders_cannot_be_locked_the_file_still_is(
    engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    real = fcntl.flock

    def flock(descriptor: int, flags: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(number, os.strerror(number))
        real(descriptor, flags)

    monkeypatch.setattr(fcntl, "flock", flock)
    with engine.writer(fresh=False) as writer:
        with pytest.raises(IndexLockedError):
            put(engine, A)
        put_all(writer, MANY)
    put(engine, A)


def test_a_folder_whose_lock_fails_is_not_written_to(
    engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable, "_lock_folder", failing(5))
    with pytest.raises(IndexUnavailableError):
        put(engine, A)


# --- other users ------------------------------------------------------------------------------


def test_nobody_else_can_open_a_file_that_is_being_written(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        engine = WhooshEngine(str(tmp_path / "indexes" / "own"), OwnNames())
        with engine.writer(fresh=True) as writer:
            put_all(writer, [A])
            [folder] = (tmp_path / "indexes" / "own").glob("gen-*")
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert any(folder.iterdir())
    finally:
        os.umask(before)
    for path in (tmp_path / "indexes", *(tmp_path / "indexes").rglob("*")):
        assert not path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH), path
        assert path.stat().st_uid == os.geteuid()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755


@pytest.fixture
def public(tmp_path: Path) -> Iterator[Path]:
    """Provide a place that other users can reach, with an index of two generations in it."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        shutil.copy(ROOT / "corpus" / "imuran-guide.html", place)
        for _ in range(2):
            open_index(str(place / "index")).reindex(
                Corpus([place]), ReindexOptions(jobs=1, fresh=True)
            )
        del tmp_path
        yield place


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_user_who_may_only_read_searches_and_changes_nothing(public: Path) -> None:
    location = str(public / "index")

    def as_nobody() -> None:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        index = open_index(location)
        assert index.search(SearchRequest(text="imuran liver")).hits
        assert index.article("imuran-guide").sections
        assert index.verify().problems == ()
        assert index.status().generation == 2
        with pytest.raises(IndexUnavailableError, match="Permission denied"):
            index.reindex(Corpus([public]), ReindexOptions(jobs=1, fresh=True))
        with pytest.raises(IndexUnavailableError, match="Permission denied"):
            index.rollback()
        with pytest.raises(IndexUnavailableError, match="Permission denied"):
            index.collect_garbage()
        with pytest.raises(PermissionError):
            (Path(location) / "CURRENT").write_bytes(b"")

    before = {path: path.stat().st_mtime_ns for path in Path(location).rglob("*")}
    assert in_child(as_nobody) == 0
    assert {path: path.stat().st_mtime_ns for path in Path(location).rglob("*")} == before
    assert open_index(location).rollback().generation == 1


# --- nothing damaged is carried on ------------------------------------------------------------


def test_a_copy_that_differs_from_what_was_published_is_not_published(
    engine: WhooshEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(engine, *MANY)
    real = shutil.copyfile

    def copy(source: Path, target: Path, **options: bool) -> None:
        real(source, target, **options)
        if target.suffix == ".records":
            spoil(target)

    monkeypatch.setattr(os, "link", failing(1))
    monkeypatch.setattr(shutil, "copyfile", copy)
    with pytest.raises(IndexDamagedError, match=r"MAIN_000001.records is not what generation 1"):
        put(engine, A)
    assert engine.status().generation == 1
    assert engine.verify().problems == ()
    assert [path.name for path in (tmp_path / "index").glob("gen-*")] == ["gen-000001"]


def test_what_was_damaged_since_it_was_checked_is_not_merged_into_what_is_new(
    engine: WhooshEngine, tmp_path: Path
) -> None:
    put(engine, *MANY)
    assert engine.status().generation == 1
    spoil(tmp_path / "index" / "gen-000001" / "MAIN_000001.records")
    with pytest.raises(IndexDamagedError, match=r"MAIN_000001.records is not what generation 1"):
        put(engine, A, *MANY[:3])
    with pytest.raises(IndexDamagedError, match="reindex --fresh"):
        WhooshEngine(str(tmp_path / "index"), OwnNames()).status()


# --- pickles ----------------------------------------------------------------------------------


class Planted:
    """What runs something as it is unpickled."""

    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.proof}",)


def plant(root: Path, proof: Path, *, vouched: bool) -> Path:
    """Put a pickle of ours in the place of the list of segments, with right digests if wanted."""
    [folder] = root.glob("gen-*")
    [path] = folder.glob("*.toc")
    data = path.read_bytes()
    end = data.rindex(b"\x80" + bytes([pickle.HIGHEST_PROTOCOL]))
    path.chmod(0o644)
    path.write_bytes(data[:end] + pickle.dumps(Planted(proof)))
    path.chmod(0o444)
    if vouched:
        manifest = decode_manifest((folder / "manifest.json").read_bytes())
        files = tuple(
            FileEntry(path.name, path.stat().st_size, durable.digest(path.read_bytes()))
            if entry.name == path.name
            else entry
            for entry in manifest.files
        )
        rewrite(root, folder, manifest, files)
    return folder


def rewrite(root: Path, folder: Path, manifest: Manifest, files: tuple[FileEntry, ...]) -> None:
    """Vouch for what a generation holds now, as only somebody who may write there can."""
    values = {name: getattr(manifest, name) for name in Manifest.__slots__} | {"files": files}
    data = encode_manifest(Manifest(**values))
    for path in (folder / "manifest.json", root / "CURRENT"):
        path.chmod(0o644)
    (folder / "manifest.json").write_bytes(data)
    line = Kept(number=manifest.generation, manifest_digest=durable.digest(data))
    (root / "CURRENT").write_bytes(encode_pointer([line]))


def test_a_planted_pickle_is_damage_and_never_runs(engine: WhooshEngine, tmp_path: Path) -> None:
    put(engine, A)
    root, proof = tmp_path / "index", tmp_path / "proof"
    plant(root, proof, vouched=False)
    other = WhooshEngine(str(root), OwnNames())
    for attempt in (other.status, other.snapshot, other.baseline):
        with pytest.raises(IndexDamagedError, match=r"_MAIN_1.toc: "):
            attempt()
    assert "gen-000001/_MAIN_1.toc: " in " ".join(other.verify().problems)
    assert not proof.exists()


def test_a_planted_pickle_that_somebody_vouches_for_does_not_run_either(
    engine: WhooshEngine, tmp_path: Path
) -> None:
    put(engine, A)
    root, proof = tmp_path / "index", tmp_path / "proof"
    folder = plant(root, proof, vouched=True)
    other = WhooshEngine(str(root), OwnNames())
    queries = other.snapshot().queries
    assert queries.search(q.FuzzyTerm("text", "dosa"), limit=5).rows  # Whoosh's matchers answer it
    assert Generations(root).problems() == ()
    verification = other.verify()
    assert any("which is no segment" in problem for problem in verification.problems)
    assert "reindex --fresh" in verification.remedy
    with pytest.raises(pickle.UnpicklingError, match=r"posix\.system"):
        read_contents(folder, 1)
    assert not proof.exists()
    with pytest.raises(TypeError):
        whoosh_index.open_dir(str(folder), indexname="MAIN").reader()
    assert proof.exists(), "opened as Whoosh does it, the pickle runs"


OPENING = """
import sys
heard = set()
def hear(event, arguments):
    if event == "pickle.find_class":
        heard.add(".".join(map(str, arguments)))
from indexer import SearchRequest, open_index
index = open_index(sys.argv[1])
index.search(SearchRequest(text="imuran liver"))
sys.addaudithook(hear)
for text in ("imuran liver", "imu* OR dose", '"side effects" -imuran', "livr"):
    index = open_index(sys.argv[1])
    list(index.search(SearchRequest(text=text)).hits)
    index.suggest("im"), index.articles(), index.audit(), index.drugs(), index.status()
print(sorted(heard))
heard.clear()
assert index.verify().problems == ()
print(sorted(heard))
"""


def test_searching_unpickles_nothing_and_verifying_one_class(public: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OPENING, str(public / "index")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    searching, verifying = done.stdout.splitlines()
    assert searching == "[]"
    assert verifying == "[]", "the hook sees what pickle itself looks up, and it looks up nothing"
