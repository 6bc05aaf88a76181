"""What a worker process does, looked at in this process; and what a pool does with several."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from multiprocessing import Pipe
from pathlib import Path
from typing import cast

import pytest

from indexer.errors import CorpusError
from indexer.parsing import limits
from indexer.parsing.limits import MAX_MEMORY, MAX_SECONDS, Job, ParserPool

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's promise is Linux's")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGPROF)
PR_GET_PDEATHSIG = 2  # linux/prctl.h


def job(data: bytes) -> Job:
    return Job(name="a.html", article_id="a", data=data)


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Take back what makes a process a worker."""
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    memory = resource.getrlimit(resource.RLIMIT_AS)
    cores = resource.getrlimit(resource.RLIMIT_CORE)
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.alarm(0)
    resource.setrlimit(resource.RLIMIT_AS, memory)
    with contextlib.suppress(ValueError):  # root alone may raise a limit again
        resource.setrlimit(resource.RLIMIT_CORE, cores)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, 0)


def conversation(
    work: Callable[[Job], object], jobs: Sequence[Job], *, memory: int = MAX_MEMORY
) -> list[object]:
    """Give a worker jobs, hang up, and return all that it said."""
    ours, theirs = Pipe()
    inherited, _ = Pipe()
    for each in jobs:
        ours.send(each)
    with socket.fromfd(ours.fileno(), socket.AF_UNIX, socket.SOCK_STREAM) as end:
        end.shutdown(socket.SHUT_WR)
    limits._serve(theirs, (inherited,), work, memory, MAX_SECONDS, os.getppid())
    assert inherited.closed
    theirs.close()
    said = []
    with ours, contextlib.suppress(EOFError):
        while True:
            said.append(ours.recv())
    return said


def answer(job: Job) -> str:
    match job.data:
        case b"reject":
            raise CorpusError("not an HTML page")
        case b"defect":
            raise KeyError("a bug")
        case b"gorge":
            raise MemoryError
    return job.data.decode().upper()


def test_a_worker_says_that_it_is_ready_and_then_what_became_of_each_page() -> None:
    jobs = [job(data) for data in (b"fine", b"reject", b"defect", b"gorge", b"fine again")]
    assert conversation(answer, jobs) == [
        None,
        (True, "FINE"),
        (False, "not an HTML page"),
        (False, "the parser failed on it (KeyError: 'a bug')"),
        (False, "needed more than 1 GiB of memory"),
        (True, "FINE AGAIN"),
    ]


def limits_in_force(_: Job) -> tuple[float, int, int]:
    """Return the seconds of a processor and by the clock that are left, and the room in memory."""
    clock = signal.alarm(0)
    return signal.getitimer(signal.ITIMER_PROF)[0], clock, resource.getrlimit(resource.RLIMIT_AS)[0]


@LINUX
def test_a_page_is_parsed_under_its_limits_and_no_time_runs_between_pages() -> None:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    used = int(pages) * resource.getpagesize()
    [_, answered] = conversation(limits_in_force, [job(b"")])
    done, (processor, clock, memory) = cast("tuple[bool, tuple[float, int, int]]", answered)
    assert done
    assert 0 < processor <= MAX_SECONDS + 0.1
    assert 200 < clock <= 241  # twice what the parent allows by the clock, if the parent is gone
    assert 0.9 * MAX_MEMORY < memory - used < 1.1 * MAX_MEMORY
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
    assert signal.alarm(0) == 0


@LINUX
def test_a_worker_leaves_interrupts_to_its_parent_and_ends_with_it() -> None:
    conversation(answer, [])
    assert [signal.getsignal(number) for number in SIGNALS] == [
        signal.SIG_IGN,
        signal.SIG_DFL,
        signal.SIG_DFL,
    ]
    asked = ctypes.c_int()
    ctypes.CDLL(None).prctl(PR_GET_PDEATHSIG, ctypes.byref(asked))
    assert asked.value == signal.SIGKILL
    assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)


@LINUX
def test_a_worker_whose_parent_ended_before_it_started_ends_too() -> None:
    with pytest.raises(SystemExit, match="the parent ended"):
        limits._die_with(os.getppid() + 1)


def test_a_system_without_these_limits_parses_without_them(monkeypatch: pytest.MonkeyPatch) -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    monkeypatch.setattr(sys, "platform", "win32")
    assert conversation(answer, [job(b"fine")]) == [None, (True, "FINE")]
    assert resource.getrlimit(resource.RLIMIT_AS) == before
    assert signal.alarm(0) == 0
    assert limits._processors() == os.cpu_count()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert conversation(answer, [job(b"fine")]) == [None, (True, "FINE")]
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == MAX_MEMORY


# --- the pool ---------------------------------------------------------------------------------


def wait_or_note(job: Job, *, notes: Path, others: int) -> str:
    """Wait until so many other pages are done; or note that one is."""
    if job.data == b"wait":
        while notes.stat().st_size < others:
            time.sleep(0.01)
        time.sleep(0.2)  # were there room for more, they would be taken now
    elif job.data == b"note":
        with notes.open("ab") as file:
            file.write(b".")
    return "done"


def test_a_slow_page_makes_only_a_bounded_number_of_others_wait_for_it(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.write_bytes(b"")
    taken = 0

    def jobs() -> Iterator[Job]:
        nonlocal taken
        for number in range(1_000):
            taken += 1
            yield job(b"note" if number else b"wait")

    waiting = 2 * limits._WINDOW_PER_WORKER
    work = partial(wait_or_note, notes=notes, others=waiting)
    with ParserPool(work, jobs=2) as pool:
        outcomes = pool.run(jobs())
        next(outcomes)
        assert waiting <= taken <= waiting + 2
        assert sum(1 for _ in outcomes) == 999


def test_whoever_takes_no_more_outcomes_waits_for_no_page_under_way(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.write_bytes(b"")
    work = partial(wait_or_note, notes=notes, others=1)
    with ParserPool(work, jobs=2) as pool:
        # Both have started once the second was given the note that the first waits for.
        list(pool.run([job(b"wait"), job(b"note")]))
        notes.write_bytes(b"")
        outcomes = pool.run([job(b""), job(b"wait")])
        next(outcomes)
        busy = [worker.process for worker in pool._workers if worker.ticket is not None]
        del outcomes
        assert len(busy) == 1
        assert not busy[0].is_alive()
        assert [worker.ticket for worker in pool._workers] == [None]
