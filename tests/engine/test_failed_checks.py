"""A damaged index that is asked all the time: what was found is held on to for a moment."""

from pathlib import Path

import pytest

from indexer.engine.whoosh import generations, manifest
from indexer.engine.whoosh.generations import Generations
from indexer.errors import IndexDamagedError
from tests.engine.test_generations import publish


@pytest.fixture
def digests(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the folders whose bytes were read to check them."""
    read: list[Path] = []
    real = manifest.examine

    def noted(folder: Path, *others: object) -> object:
        read.append(folder)
        return real(folder, *others)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(generations, "examine", noted)
    return read


def damage(root: Path) -> bytes:
    file = root / "gen-000001" / "a"
    before = file.read_bytes()
    file.chmod(0o600)
    file.write_bytes(b"other")
    return before


def test_nobody_has_a_damaged_index_read_again_and_again(
    tmp_path: Path, digests: list[Path]
) -> None:
    root = tmp_path / "index"
    publish(root, {"a": b"whole"})
    damage(root)
    reader = Generations(root)
    digests.clear()
    said = set()
    for _ in range(20):
        with pytest.raises(IndexDamagedError) as raised:
            reader.served()
        said.add(str(raised.value))
    assert len(digests) == 1
    assert len(said) == 1


def test_what_is_published_in_its_place_is_served_at_once(tmp_path: Path) -> None:
    root = tmp_path / "index"
    publish(root, {"a": b"whole"})
    damage(root)
    reader = Generations(root)
    with pytest.raises(IndexDamagedError):
        reader.served()
    publish(root, {"a": b"new"}, fresh=True)
    assert reader.served().manifest.generation == 2


def test_bytes_that_are_put_back_are_served_after_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "index"
    publish(root, {"a": b"whole"})
    whole = damage(root)
    now = 1_000.0
    monkeypatch.setattr("indexer.engine.whoosh.generations.time.monotonic", lambda: now)
    reader = Generations(root)
    with pytest.raises(IndexDamagedError):
        reader.served()
    (root / "gen-000001" / "a").write_bytes(whole)
    with pytest.raises(IndexDamagedError):
        reader.served()
    now += generations.FAILURE_SECONDS
    assert reader.served().manifest.generation == 1
