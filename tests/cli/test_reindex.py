"""`drugsearch reindex`: what it says, what it returns, what it leaves."""

import json
import os
import pty
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run, command_line


@pytest.fixture
def location(tmp_path: Path) -> str:
    return str(tmp_path / "index")


def report(run: Run, location: str, *arguments: str) -> dict[str, Any]:
    outcome = run("reindex", "--json", "--index", location, *arguments)
    assert outcome.out.count("\n") == 1
    shape: dict[str, Any] = json.loads(outcome.out)
    return shape


def test_json_has_the_shape_of_the_contract(run: Run, corpus: Path, location: str) -> None:
    shape = report(run, location, str(corpus))
    assert {name: shape[name] for name in ("articles", "added", "changed", "removed")} == {
        "articles": 4,
        "added": 4,
        "changed": 0,
        "removed": 0,
    }
    assert (shape["unchanged"], shape["failed"], shape["published"]) == (0, [], True)
    assert set(shape) >= {"generation", "sections", "skipped", "warnings", "seconds"}


def test_people_get_a_summary_and_nothing_on_stderr(run: Run, corpus: Path, location: str) -> None:
    (corpus / "notes.txt").write_text("no page")
    outcome = run("reindex", "--index", location, str(corpus))
    assert (outcome.code, outcome.err) == (0, "")
    assert "serves 4 articles" in outcome.out
    assert "4 added · 0 changed · 0 removed · 0 unchanged · 0 failed" in outcome.out
    assert "skipped: 1 " in outcome.out


def test_quiet_says_nothing_when_all_is_well(run: Run, corpus: Path, location: str) -> None:
    outcome = run("reindex", "--quiet", "--index", location, str(corpus))
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def test_a_second_run_says_that_nothing_changed(run: Run, corpus: Path, location: str) -> None:
    first = report(run, location, str(corpus))
    second = report(run, location, str(corpus))
    assert (second["unchanged"], second["added"], second["published"]) == (4, 0, True)
    assert second["generation"] == first["generation"]
    said = run("reindex", "--index", location, str(corpus), "--if-needed").out
    assert "0 added · 0 changed · 0 removed · 4 unchanged" in said


def test_fresh_builds_another_generation(run: Run, corpus: Path, location: str) -> None:
    first = report(run, location, str(corpus))
    again = report(run, location, str(corpus), "--fresh")
    assert again["generation"] > first["generation"]
    assert again["articles"] == 4


def test_the_source_is_a_setting(
    run: Run, corpus: Path, location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert report(run, location)["articles"] == 4  # the folder `corpus` of the working directory
    other = corpus.rename(corpus.with_name("elsewhere"))
    monkeypatch.setenv("DRUGSEARCH_CORPUS", str(other))
    assert report(run, location)["unchanged"] == 4


def test_a_dry_run_lists_what_would_change_and_changes_nothing(
    run: Run, corpus: Path, location: str
) -> None:
    first = report(run, location, str(corpus))
    (corpus / "prograf.html").unlink()
    page = corpus / "imuran.html"
    page.write_text(page.read_text().replace("50 mg", "75 mg"))
    shutil.copy(page, corpus / "copy.html")
    outcome = run("reindex", "--dry-run", "--index", location, str(corpus))
    assert outcome.code == 0
    assert outcome.out.splitlines()[:3] == ["added    copy", "changed  imuran", "removed  prograf"]
    shape = report(run, location, str(corpus), "--dry-run")
    assert shape["changes"] == {"added": ["copy"], "changed": ["imuran"], "removed": ["prograf"]}
    assert shape["published"] is False
    assert (
        json.loads(run("status", "--json", "--index", location).out)["generation"]
        == (first["generation"])
    )


def test_a_page_that_fails_is_named_and_the_others_are_published(
    run: Run, corpus: Path, location: str
) -> None:
    (corpus / "bad.html").write_bytes(b"")
    outcome = run("reindex", "--index", location, str(corpus))
    assert outcome.code == 4
    assert outcome.err.startswith("failed: bad.html: ")
    assert "serves 4 articles" in outcome.out
    shape = report(run, location, str(corpus))
    assert [failure["source"] for failure in shape["failed"]] == ["bad.html"]
    assert shape["failed"][0]["reason"]


def test_a_missing_source_publishes_nothing_and_says_why(
    run: Run, corpus: Path, location: str
) -> None:
    outcome = run("reindex", "--index", location, str(corpus), str(corpus / "missing"))
    assert outcome.code == 4
    assert "missing" in outcome.err
    assert "Nothing was published" in outcome.out
    assert run("status", "--index", location).code == 3
    shape = report(run, location, str(corpus / "missing"))
    assert shape["published"] is False
    assert shape["refused"]


def test_a_large_removal_needs_to_be_allowed(run: Run, corpus: Path, location: str) -> None:
    report(run, location, str(corpus))
    shutil.rmtree(corpus / "clinic")
    outcome = run("reindex", "--index", location, str(corpus))
    assert outcome.code == 4
    assert "--allow-removals" in outcome.err
    shape = report(run, location, str(corpus), "--allow-removals")
    assert (shape["removed"], shape["articles"], shape["published"]) == (2, 2, True)


@pytest.mark.parametrize("arguments", [["--jobs", "-1"], ["--jobs", "many"], ["--no-such"], [""]])
def test_wrong_usage_is_2(run: Run, arguments: list[str]) -> None:
    assert run("reindex", *arguments).code == 2


def test_checksum_finds_a_change_that_the_file_system_hides(
    run: Run, corpus: Path, location: str
) -> None:
    page = corpus / "imuran.html"
    for path in corpus.rglob("*.html"):
        os.utime(path, (1_600_000_000, 1_600_000_000))
    report(run, location, str(corpus), "--jobs", "1")
    with page.open("r+b") as file:
        text = file.read().replace(b"50 mg", b"75 mg")
        file.seek(0)
        file.write(text)
    os.utime(page, (1_600_000_000, 1_600_000_000))
    assert report(run, location, str(corpus))["changed"] == 0
    assert report(run, location, str(corpus), "--checksum")["changed"] == 1


# --- the terminal -----------------------------------------------------------------------------


def start_in_terminal(*arguments: str) -> tuple["subprocess.Popen[bytes]", int]:
    """Start a run whose stderr is a terminal; return it and our end of that."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command_line("reindex", *arguments),
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
        start_new_session=True,
    )
    os.close(theirs)
    return process, ours


def drawn_on(terminal: int, *, until: bytes = b"") -> str:
    """Return what is drawn on a terminal until a text appears, or else until it is closed."""
    drawn = b""
    while not until or until not in drawn:
        try:
            piece = os.read(terminal, 4_096)
        except OSError:  # Linux: the other end is closed
            piece = b""
        if not piece:
            break
        drawn += piece
    return drawn.decode()


def reindex_in_terminal(*arguments: str) -> tuple[str, str]:
    """Return what a run writes to stdout and, where a terminal is, to stderr."""
    process, terminal = start_in_terminal(*arguments)
    drawn = drawn_on(terminal)
    os.close(terminal)
    answer, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return answer.decode(), drawn


def test_a_terminal_shows_progress_on_stderr_alone(corpus: Path, location: str) -> None:
    answer, drawn = reindex_in_terminal("--index", location, str(corpus))
    assert "Indexing" in drawn
    assert "/4" in drawn
    assert "\x1b" not in answer
    assert "serves 4 articles" in answer


@pytest.mark.parametrize("option", ["--quiet", "--json"])
def test_who_wants_no_progress_gets_none(corpus: Path, location: str, option: str) -> None:
    _, drawn = reindex_in_terminal(option, "--index", location, str(corpus))
    assert drawn == ""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a source that takes a while."""
    source = tmp_path_factory.mktemp("many")
    text = "<p>" + "Nausea and headache are common. " * 20
    for number in range(1_000):
        (source / f"{number}.html").write_text(f"<h1>Drug {number}</h1>{text}")
    return source


def test_an_interrupted_run_publishes_nothing(run: Run, many: Path, location: str) -> None:
    process, terminal = start_in_terminal("--index", location, str(many))
    drawn_on(terminal, until=b"Indexing")
    os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does: the workers get it too
    last = drawn_on(terminal)
    os.close(terminal)
    answer, _ = process.communicate(timeout=30)
    assert (process.returncode, answer) == (130, b"")
    assert last.endswith("Interrupted; nothing was published.\r\n")
    assert run("status", "--index", location).code == 3


def test_an_interrupt_that_comes_too_late_is_said(run: Run, corpus: Path, location: str) -> None:
    process, terminal = start_in_terminal("--index", location, str(corpus))
    drawn_on(terminal, until=b"Publishing")
    os.killpg(process.pid, signal.SIGINT)
    last = drawn_on(terminal)
    os.close(terminal)
    answer, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert b"serves 4 articles" in answer
    assert last.endswith("too late: the new generation was being published.\r\n")
    assert run("status", "--index", location).code == 0


def test_a_wrong_sources_file_is_4_with_its_place_and_publishes_nothing(
    run: Run, corpus: Path, location: str
) -> None:
    rules = corpus / "sources.toml"
    rules.write_text('[[source]]\nmatch = "clinic/*"\npublisher = "Clinic"\ntype = "clinic"\n')
    assert report(run, location, str(corpus))["published"]
    shown = run("search", "--index", location, "glyburide").out
    assert "Clinic (clinic) · no date found" in shown
    rules.write_text('[[source]]\nmatch = "clinic/*"\npublisher = "Clinic"\ntype = "shop"\n')
    outcome = run("reindex", "--json", "--index", location, str(corpus))
    shape = json.loads(outcome.out)
    assert (outcome.code, shape["published"], shape["generation"]) == (4, False, 1)
    assert str(rules) in outcome.err
    assert "use one of regulator, reference, clinic, seller" in outcome.err
    rules.write_text('[[source]]\nmatch = "clinic/*"\npublisher = "Shop"\ntype = "seller"\n')
    dry = run("reindex", "--dry-run", "--index", location, str(corpus)).out
    assert "changed  clinic.flomax\nchanged  clinic.glyburide\nNothing" in dry
