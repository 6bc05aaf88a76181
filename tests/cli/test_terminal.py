"""What somebody at a terminal sees: progress, lines that fit, interrupts, names completed."""

import io
import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import TextIO

import pytest
import rich.console

from indexer.cli import program
from indexer.cli.console import STDOUT, WIDEST, columns, prepare_streams, reader_is_gone
from indexer.cli.interrupts import Watch
from indexer.cli.progress import Bar
from tests.cli.conftest import Run


class Terminal(io.StringIO):
    """A terminal, with somebody before it who presses Ctrl-C on reading a word."""

    def __init__(self, word: str = "", *, presses: int = 1) -> None:
        super().__init__()
        self._word, self._left = word, presses if word else 0

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        written = super().write(text)
        if self._left and self._word in text:
            presses, self._left = self._left, 0
            for _ in range(presses):
                signal.raise_signal(signal.SIGINT)
        return written


@contextmanager
def without_reader() -> Iterator[TextIO]:
    """Make stdout a pipe whose reader has left, as it is in a process; put it back afterwards."""
    kept, before = os.dup(STDOUT), sys.stdout
    ours, theirs = os.pipe()
    os.close(ours)
    os.dup2(theirs, STDOUT)
    os.close(theirs)
    stream = open(STDOUT, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - closed below
    sys.stdout = stream
    try:
        yield stream
    finally:
        sys.stdout = before
        os.dup2(kept, STDOUT)
        os.close(kept)
        stream.close()


# --- progress ---------------------------------------------------------------------------------


def test_a_bar_says_what_is_done_how_far_it_is_and_is_gone_at_the_end() -> None:
    screen = Terminal()
    console = rich.console.Console(file=screen, force_terminal=True, width=100)
    with Bar(console) as bar:
        bar.scanned(pages=40)
        assert "Indexing" in screen.getvalue()
        assert "0/40" in screen.getvalue()
        bar.advanced(pages=10)
        assert "10/40" in screen.getvalue()
        drawn = screen.getvalue()
        bar.advanced(pages=11)  # within the same tenth of a second
        assert screen.getvalue() == drawn
        bar.publishing()
        assert "Publishing" in screen.getvalue().removeprefix(drawn)
    assert screen.getvalue().endswith("\x1b[2K")


def test_what_is_watched_for_interrupts_shows_its_progress_still() -> None:
    screen = Terminal()
    console = rich.console.Console(file=screen, force_terminal=True, width=100)
    with Bar(console) as bar, Watch(bar) as watch:
        watch.scanned(pages=7)
        watch.advanced(pages=3)
        watch.publishing()
    for told in ("0/7", "3/7", "Publishing"):
        assert told in screen.getvalue()


@pytest.mark.parametrize(
    ("word", "presses", "code", "told", "served"),
    [
        ("Indexing", 1, 130, "Interrupted; nothing was published.\n", False),
        ("Publishing", 1, 0, "too late: the new generation was being published.\n", True),
        ("Publishing", 2, 130, "`drugsearch status` tells what is served.\n", False),
    ],
)
def test_who_presses_ctrl_c_is_told_what_became_of_the_run(  # noqa: PLR0917 - a table's
    run: Run,
    corpus: Path,
    monkeypatch: pytest.MonkeyPatch,
    word: str,
    presses: int,
    code: int,
    told: str,
    *,
    served: bool,
) -> None:
    screen = Terminal(word, presses=presses)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", screen)
        patch.setenv("TERM", "xterm")
        outcome = run("reindex", "--index", "index", str(corpus))
    assert (outcome.code, screen.getvalue().endswith(told)) == (code, True), screen.getvalue()
    assert (run("status", "--index", "index").code == 0) is served


def test_an_interrupt_is_not_for_a_process_just_forked_from_the_one_that_watches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Watch(None) as watch:
        monkeypatch.setattr(os, "getpid", lambda: -1)
        signal.raise_signal(signal.SIGINT)
        assert watch.interrupts == 0


# --- lines and streams ------------------------------------------------------------------------


@pytest.mark.parametrize(("window", "fits"), [("20", 40), ("72", 72), ("500", WIDEST)])
def test_lines_are_as_wide_as_the_terminal_within_reason(
    monkeypatch: pytest.MonkeyPatch, window: str, fits: int
) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("COLUMNS", window)
    assert columns() == fits


@pytest.mark.parametrize("arguments", [["--version"], ["--help"]])
def test_whoever_stops_reading_ends_the_command_without_complaint(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with without_reader() as stdout:
        assert program.run(arguments) == 0
        stdout.flush()  # nothing is left that could fail when the process ends
    assert capsys.readouterr().err == ""


def test_a_command_runs_where_its_caller_has_closed_both_streams(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    prepare_streams()
    try:
        assert program.run(["--version"]) == 0
        assert program.run(["no-such-command"]) == 2
    finally:
        sys.stdout.close()
        sys.stderr.close()


def test_where_nobody_can_ask_a_broken_pipe_means_that_the_reader_has_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not reader_is_gone()
    monkeypatch.delattr(select, "poll")  # as on Windows
    assert reader_is_gone()


# --- the program ------------------------------------------------------------------------------


def completed(run: Run, monkeypatch: pytest.MonkeyPatch, line: str) -> tuple[int, list[str]]:
    """Return what a shell is told that a line may go on with."""
    monkeypatch.setenv("_DRUGSEARCH_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(line.count(" ")))
    outcome = run()
    assert outcome.err == ""
    return outcome.code, outcome.out.split()


def test_a_shell_can_complete_commands_and_options(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert completed(run, monkeypatch, "drugsearch re") == (0, ["plain,reindex"])
    assert "plain,--dry-run" in completed(run, monkeypatch, "drugsearch reindex --d")[1]


@pytest.mark.parametrize("line", ["drugsearch find ", "drugsearch --no-such ", "drugsearch -- -x "])
def test_completing_what_is_no_command_offers_nothing_and_complains_of_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    assert completed(run, monkeypatch, line)[0] == 0


def test_the_version_is_asked_of_sources_that_nobody_installed(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def version(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", version)
    outcome = run("--version")
    assert (outcome.code, outcome.out) == (
        0,
        "drugsearch (not installed: run from its sources)\n",
    )
