"""The boundary of the command line: options, exit codes, streams, interrupts."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from indexer import errors
from indexer.cli import exits
from indexer.cli.options import Invocation, command
from indexer.cli.program import COMMANDS, Entry
from indexer.errors import IndexerError, NotFoundError
from tests.cli.conftest import Process, Run, command_line

FAMILY = {
    "ConfigError": 2,
    "CorpusError": 4,
    "IndexDamagedError": 3,
    "IndexLockedError": 3,
    "IndexUnavailableError": 3,
    "NotFoundError": 5,
    "QueryError": 2,
    "RemovalGuardError": 4,
}


def _subclasses(kind: type[IndexerError]) -> Iterator[type[IndexerError]]:
    for subclass in kind.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


def _raise(error: BaseException) -> int:
    raise error


@command("fail")
def fail(_: Invocation) -> int:
    """Fail as a library may: in a way that nobody has thought of."""
    return _raise(ZeroDivisionError("no such number"))


@command("full")
def full(_: Invocation) -> int:
    """Fail as a full disk does."""
    return _raise(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "var/index/7"))


@command("worker")
def worker(_: Invocation) -> int:
    """Fail as a pipe to a worker process does: not as one that somebody stopped reading."""
    return _raise(BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE)))


@command("absent")
def absent(_: Invocation) -> int:
    """Fail in a way that was foreseen."""
    return _raise(NotFoundError("There is no article 'x\x1b[2J'."))


@command("interrupted")
def interrupted(_: Invocation) -> int:
    """Be interrupted."""
    return _raise(KeyboardInterrupt())


@command("settings")
def settings(invocation: Invocation) -> int:
    """Show what the options amount to."""
    console = invocation.console
    console.answer_json(
        {"index": invocation.settings.index, "json": console.as_json, "quiet": console.quiet}
    )
    return 0


@pytest.fixture(autouse=True)
def _commands_of_this_file(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("fail", "full", "worker", "absent", "interrupted", "settings"):
        monkeypatch.setitem(COMMANDS, name, Entry(__name__, "for tests"))


# --- errors -----------------------------------------------------------------------------------


def test_every_error_of_the_family_has_its_own_entry_in_the_table() -> None:
    shipped = {kind for kind in _subclasses(IndexerError) if kind.__module__ == errors.__name__}
    assert {kind.__name__: exits.EXIT_CODES.get(kind) for kind in shipped} == FAMILY


def test_an_error_is_one_line_on_stderr_and_its_code(run: Run) -> None:
    outcome = run("absent")
    assert (outcome.code, outcome.out) == (5, "")
    assert outcome.err == "drugsearch: There is no article 'x\ufffd[2J'.\n"


def test_an_error_leaves_stdout_empty_for_programs_too(run: Run) -> None:
    assert run("absent", "--json").out == ""


def test_a_full_disk_says_so_without_a_traceback(run: Run) -> None:
    outcome = run("full")
    assert (outcome.code, outcome.err) == (3, "drugsearch: No space left on device: var/index/7\n")


@pytest.mark.parametrize("name", ["fail", "worker"])
def test_an_unforeseen_error_is_no_success_and_no_traceback(run: Run, name: str) -> None:
    outcome = run(name)
    assert outcome.code == exits.UNAVAILABLE
    assert outcome.err.startswith("drugsearch: ")
    assert "Traceback" not in outcome.err


def test_an_unforeseen_error_says_where_to_go_with_it(run: Run) -> None:
    outcome = run("fail")
    assert "unexpected ZeroDivisionError: no such number" in outcome.err
    assert "--debug" in outcome.err


def test_debug_shows_where_an_error_arose(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Traceback" in run("fail", "--debug").err
    monkeypatch.setenv("DRUGSEARCH_LOG_LEVEL", "debug")
    assert "Traceback" in run("fail").err


def test_an_interrupt_is_130(run: Run) -> None:
    outcome = run("interrupted")
    assert (outcome.code, outcome.out, outcome.err) == (130, "", "Interrupted.\n")


# --- options ----------------------------------------------------------------------------------


def test_common_options_stand_before_the_command_or_after_it(run: Run) -> None:
    expected = '{"index": "x", "json": true, "quiet": true}\n'
    assert run("--index", "x", "--json", "--quiet", "settings").out == expected
    assert run("settings", "--index", "x", "--json", "--quiet").out == expected
    assert run("--json", "--index", "y", "settings", "--quiet", "--index", "x").out == expected


def test_an_option_beats_the_environment_which_beats_the_default(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert '"index": "var/index"' in run("settings").out
    monkeypatch.setenv("DRUGSEARCH_INDEX", "from-the-environment")
    assert '"index": "from-the-environment"' in run("settings").out
    assert '"index": "typed"' in run("settings", "--index", "typed").out


def test_a_malformed_setting_is_wrong_usage_that_names_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRUGSEARCH_PORT", "eighty")
    outcome = run("settings")
    assert outcome.code == 2
    assert "DRUGSEARCH_PORT" in outcome.err
    assert run("settings", "--help").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("no-such-command",),
        ("--no-such-option",),
        (
            "settings",
            "--no-such",
        ),
    ],
)
def test_wrong_usage_is_2_and_says_what_there_is(run: Run, arguments: tuple[str, ...]) -> None:
    outcome = run(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert "Usage: drugsearch" in outcome.err


def test_an_unknown_command_names_the_known_ones(run: Run) -> None:
    assert "reindex, search, suggest, parse, show, status" in run("find").err


def test_help_and_version_work_everywhere(run: Run) -> None:
    for name in ("reindex", "search", "parse", "show", "status", "verify", "rollback", "gc"):
        for place in ((name, "--help"), (name, "--version"), ("--version", name)):
            outcome = run(*place)
            assert (outcome.code, outcome.err) == (0, ""), place
            assert "drugsearch" in outcome.out


def test_help_tells_the_same_of_a_command_as_its_own_help(run: Run) -> None:
    listed = run("--help").out
    for name, entry in COMMANDS.items():
        assert name in listed
        assert entry.summary in listed.replace("\n", " ")


# --- what is loaded ---------------------------------------------------------------------------


def test_starting_loads_nothing_that_only_some_commands_need() -> None:
    heavy = {"bs4", "flask", "lxml", "numpy", "rich", "waitress", "whoosh", "snowballstemmer"}
    code = (
        "import sys\n"
        "from indexer.cli.program import run\n"
        "assert run(['--help']) == 0\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert heavy.isdisjoint(loaded.stdout.decode().splitlines()[-1].split())


# --- streams ----------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("search", "--help")])
def test_a_closed_pipe_is_no_error(arguments: tuple[str, ...]) -> None:
    with subprocess.Popen(
        command_line(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        complaint = process.stderr.read()
    assert (process.returncode, complaint) == (0, b"")


def test_a_complaint_that_nobody_reads_keeps_its_exit_code() -> None:
    with subprocess.Popen(
        command_line("no-such-command"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr
        process.stderr.close()
    assert process.returncode == 2


def test_no_control_sequence_of_an_argument_reaches_the_terminal(process: Process) -> None:
    assert b"\x1b" not in process("status", "--index", "\x1b]0;title\x07:x").stderr


def test_an_interrupted_process_ends_with_130() -> None:
    code = "from indexer.cli import main; import indexer.cli.program as p; p._dispatch = "
    code += "lambda _: (print('ready', flush=True), __import__('time').sleep(30)); main([])"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == b"ready\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        complaint = process.stderr.read()
    assert (process.returncode, complaint) == (130, b"Interrupted.\n")
