"""`drugsearch status`, `verify`, `rollback` and `gc`."""

import json
from pathlib import Path

import pytest

from indexer.engine import open_engine
from indexer.engine.base import OwnNames
from tests.cli.conftest import Run


@pytest.fixture
def location(run: Run, corpus: Path, tmp_path: Path) -> str:
    """Return an index with two generations."""
    place = str(tmp_path / "index")
    assert run("reindex", "--quiet", "--index", place, str(corpus)).code == 0
    page = corpus / "imuran.html"
    page.write_text(page.read_text().replace("50 mg", "75 mg"))
    assert run("reindex", "--quiet", "--index", place, str(corpus)).code == 0
    return place


def test_status_tells_what_is_served(run: Run, location: str) -> None:
    outcome = run("status", "--index", location)
    assert outcome.code == 0
    assert "articles    4" in outcome.out
    shape = json.loads(run("status", "--json", "--index", location).out)
    assert set(shape) >= {"generation", "built_at", "articles", "sections", "schema"}
    assert shape["articles"] == 4


@pytest.mark.parametrize("command", ["status", "verify", "rollback"])
def test_without_an_index_it_is_3(run: Run, tmp_path: Path, command: str) -> None:
    outcome = run(command, "--index", str(tmp_path / "none"))
    assert (outcome.code, outcome.out) == (3, "")
    assert outcome.err.startswith("drugsearch: ")


def test_verify_of_a_sound_index_says_what_was_checked(run: Run, location: str) -> None:
    outcome = run("verify", "--index", location)
    assert (outcome.code, outcome.err) == (0, "")
    assert "4 articles" in outcome.out
    assert run("verify", "--quiet", "--index", location).out == ""
    assert json.loads(run("verify", "--json", "--index", location).out)["ok"] is True


def test_verify_of_a_damaged_index_is_3_and_names_the_damage(run: Run, location: str) -> None:
    served = json.loads(run("status", "--json", "--index", location).out)["generation"]
    damaged = 0
    for file in Path(location).rglob("*"):
        if file.is_file() and file.stat().st_size > 200 and str(served) in file.parts[-2]:
            content = bytearray(file.read_bytes())
            content[len(content) // 2] ^= 0xFF
            file.write_bytes(content)
            damaged += 1
    assert damaged
    outcome = run("verify", "--index", location)
    assert outcome.code == 3
    assert outcome.err


def damage(location: str, generation: int) -> None:
    """Spoil what one generation has for itself."""
    folder = Path(location) / f"gen-{generation:06d}"
    for file in folder.iterdir():
        if file.stat().st_nlink == 1:
            file.chmod(0o644)
            file.write_bytes(b"not what it was")


def test_what_is_damaged_and_what_to_do_is_told_by_status_and_verify(
    run: Run, corpus: Path, location: str
) -> None:
    damage(location, 2)
    note = "generation 2 is damaged"
    assert f"note: {note}" in run("status", "--index", location).err
    [told] = json.loads(run("status", "--json", "--index", location).out)["notes"]
    assert told.startswith(note)
    assert told.endswith("; serving 1")
    outcome = run("verify", "--index", location)
    assert outcome.code == 3
    assert "problem: gen-000002/" in outcome.err
    assert "Generation 1 is served in place" in outcome.err
    assert "`drugsearch reindex`" in outcome.err
    assert json.loads(run("verify", "--json", "--index", location).out)["ok"] is False

    assert run("reindex", "--quiet", "--index", location, str(corpus)).code == 0
    assert run("verify", "--index", location).code == 0
    assert "75 mg" in run("show", "--index", location, "imuran#dosage").out

    damage(location, 3)
    damage(location, 1)
    outcome = run("verify", "--index", location)
    assert outcome.code == 3
    assert "reindex --fresh" in outcome.err
    assert run("status", "--index", location).code == 3
    assert run("reindex", "--quiet", "--index", location, str(corpus)).code == 3
    assert run("reindex", "--fresh", "--quiet", "--index", location, str(corpus)).code == 0
    assert run("verify", "--index", location).code == 0


def test_rollback_serves_the_generation_before(run: Run, location: str) -> None:
    assert "75 mg" in run("show", "--index", location, "imuran#dosage").out
    assert run("rollback", "--index", location).code == 0
    assert "50 mg" in run("show", "--index", location, "imuran#dosage").out


def test_gc_says_what_it_removed(run: Run, location: str) -> None:
    outcome = run("gc", "--index", location)
    assert outcome.code == 0
    assert isinstance(json.loads(run("gc", "--json", "--index", location).out)["removed"], list)
    assert "4" in run("status", "--index", location).out


def test_status_tells_what_the_last_run_set_aside(run: Run, corpus: Path, tmp_path: Path) -> None:
    place = str(tmp_path / "index")
    (corpus / "bad.html").write_bytes(b"")
    assert run("reindex", "--quiet", "--index", place, str(corpus)).code == 4
    told = [{"source": "bad.html", "reason": "the file is empty"}]
    shape = json.loads(run("status", "--json", "--index", place).out)
    assert shape["set_aside"] == told
    assert (
        "set aside   1 page\n  bad.html: the file is empty\n" in run("status", "--index", place).out
    )

    # Another page changes: what was set aside before is told still, and again after nothing has.
    page = corpus / "imuran.html"
    page.write_text(page.read_text().replace("50 mg", "75 mg"))
    for _ in range(2):
        assert run("reindex", "--quiet", "--index", place, str(corpus)).code == 4
        shape = json.loads(run("status", "--json", "--index", place).out)
        assert (shape["generation"], shape["set_aside"]) == (2, told)

    (corpus / "bad.html").unlink()
    assert run("reindex", "--quiet", "--index", place, str(corpus)).code == 0
    shape = json.loads(run("status", "--json", "--index", place).out)
    assert (shape["generation"], shape["set_aside"]) == (3, [])


def test_status_says_when_nobody_noted_what_was_set_aside(run: Run, location: str) -> None:
    with open_engine(location, OwnNames()).writer(fresh=False):
        pass
    assert "set aside   not noted\n" in run("status", "--index", location).out
    assert json.loads(run("status", "--json", "--index", location).out)["set_aside"] is None
