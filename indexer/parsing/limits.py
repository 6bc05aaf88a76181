"""How much a page may cost, and the worker processes that hold it to that.

Caps on size, elements and depth are checked where the page is parsed. Time and memory cannot be:
a parser written in C neither looks at a clock nor survives a failed allocation. So pages are
parsed in processes of their own, each with a bound on its address space. A page that costs its
worker is set aside with the reason; the worker is replaced and the other pages never notice.

Time is that of the processor, which the kernel counts: on a busy machine a page waits long for
its turn without being slow, and the same page must not be set aside today and indexed tomorrow.
A clock on the wall is the last fence, for a worker that waits for something for ever.

`concurrent.futures` is not enough for this: it cannot kill a worker that hangs, and one that
dies takes the pool with it.
"""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import math
import multiprocessing
import os
import signal
import sys
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Final, Generic, Literal, Self, TypeAlias, TypeVar, cast

from indexer.errors import CorpusError, IndexerError
from indexer.runs import Failure

if sys.platform != "win32":
    import resource

MAX_BYTES: Final = 4 * 1024 * 1024
MAX_ELEMENTS: Final = 200_000
MAX_DEPTH: Final = 1_000
MAX_ATTRIBUTES: Final = 256
MAX_SECONDS: Final = 10.0  # of a processor
MAX_MEMORY: Final = 1024**3

# Outcomes that may wait for a slower page before them, so that they come out in order.
_WINDOW_PER_WORKER: Final = 32
# How much longer than its time of a processor a page may take by the clock: a processor that twelve
# processes share gives each its full time within that.
_CLOCK_PER_PROCESSOR: Final = 12
# How long an idle worker may take to end by itself once its pipe is closed.
_GRACE_SECONDS: Final = 1.0
_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h
# What a defect in parsing or analysis raises. It costs one page, not the run.
_DEFECTS: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)

# How long a worker may take to start: on a busy machine imports take seconds.
_START_SECONDS: Final = 60.0

T = TypeVar("T")
# What goes to a worker is a Job; what comes back: None (ready), (True, value), (False, reason).
_Pipe: TypeAlias = "Connection[object, object]"


_Message: TypeAlias = tuple[Literal[True], T] | tuple[Literal[False], str] | None
_SPAWN: Final = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A page to be parsed."""

    name: str
    """What the page is called in reports: its path below its source."""
    article_id: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What became of a page: what the work made of it, or why it was set aside."""

    name: str
    value: T | Failure


@dataclass(slots=True)
class _Worker:
    """A process, the pipe to it, and what it is at."""

    process: BaseProcess
    pipe: _Pipe
    deadline: float
    starting: bool = True
    ticket: int | None = None
    """Number of the job it works on."""
    name: str = ""
    """Of that job."""


class ParserPool(Generic[T]):
    """Worker processes that run one function over pages, under limits of time and memory.

    The function must be importable by its name and its values picklable; an `IndexerError` that
    it raises becomes a `Failure`. Workers start when there is work for them and end with the
    `with` block, or when the parent dies. `jobs` is their number, 0 for one per processor.
    """

    def __init__(
        self,
        work: Callable[[Job], T],
        *,
        jobs: int = 0,
        seconds: float = MAX_SECONDS,
        memory: int = MAX_MEMORY,
    ) -> None:
        self._work = work
        self._size = jobs if jobs > 0 else _processors()
        self._seconds = seconds
        self._patience = _CLOCK_PER_PROCESSOR * seconds
        self._memory = memory
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in list(self._workers):
            self._end(worker)

    def run(self, jobs: Iterable[Job]) -> Iterator[Outcome[T]]:
        """Yield the outcome of each job, in the order of the jobs.

        Jobs are taken when a worker is free for them, and a bounded number of outcomes is kept,
        so memory does not grow with the number of jobs. Raises CorpusError when no worker can be
        started.
        """
        numbered = enumerate(jobs)
        waiting: deque[tuple[int, Job]] = deque()
        finished: dict[int, Outcome[T]] = {}
        following = 0
        try:
            while True:
                room = self._room(len(waiting), len(finished))
                waiting.extend(itertools.islice(numbered, room))
                self._hand_out(waiting)
                active = [
                    each for each in self._workers if each.starting or each.ticket is not None
                ]
                if not active:
                    return
                finished.update(self._collect(active))
                while following in finished:
                    yield finished.pop(following)
                    following += 1
        finally:
            # Left early: what is still under way belongs to nobody.
            for worker in [each for each in self._workers if each.ticket is not None]:
                self._end(worker)

    def _room(self, waiting: int, finished: int) -> int:
        """Count the jobs that can be taken now."""
        if finished >= self._size * _WINDOW_PER_WORKER:
            return 0
        busy = sum(worker.ticket is not None for worker in self._workers)
        return max(self._size - busy - waiting, 0)

    def _hand_out(self, waiting: deque[tuple[int, Job]]) -> None:
        """Give the waiting jobs to idle workers, and start workers for those left over."""
        idle = [each for each in self._workers if not each.starting and each.ticket is None]
        while waiting and idle:
            ticket, job = waiting[0]
            worker = idle.pop()
            try:
                worker.pipe.send(job)
            except OSError:
                # It ended while it was idle, which is not this page's fault.
                self._end(worker)
                continue
            waiting.popleft()
            worker.ticket, worker.name = ticket, job.name
            worker.deadline = time.monotonic() + self._patience
        starting = sum(worker.starting for worker in self._workers)
        for _ in range(min(len(waiting) - starting, self._size - len(self._workers))):
            self._hire()

    def _collect(self, active: list[_Worker]) -> Iterator[tuple[int, Outcome[T]]]:
        """Wait until a worker has something to say or is out of time; yield what is done."""
        patience = min(worker.deadline for worker in active) - time.monotonic()
        ready = set(wait([worker.pipe for worker in active], max(patience, 0.0)))
        now = time.monotonic()
        for worker in active:
            ticket, name = worker.ticket, worker.name
            if worker.pipe in ready:
                value = self._receive(worker)
            elif worker.deadline <= now:
                self._end(worker)
                value = Failure(source=name, reason=f"took longer than {self._patience:g} s")
            else:
                continue
            if ticket is not None and value is not None:
                yield ticket, Outcome(name, value)
            elif isinstance(value, Failure):
                raise CorpusError(
                    f"no page can be parsed: a worker that was starting {value.reason}"
                )

    def _receive(self, worker: _Worker) -> T | Failure | None:
        """Read the message of a worker; None if it only says that it is ready."""
        try:
            message = cast("_Message[T]", worker.pipe.recv())
        except (EOFError, OSError):
            self._end(worker, _GRACE_SECONDS)
            return Failure(source=worker.name, reason=_ending(worker.process, self._seconds))
        name = worker.name
        worker.starting, worker.ticket, worker.name = False, None, ""
        if message is None:
            return None
        return message[1] if message[0] else Failure(source=name, reason=message[1])

    def _hire(self) -> None:
        """Start a worker."""
        forks = sys.platform == "linux" and threading.active_count() == 1
        context = multiprocessing.get_context("fork") if forks else _SPAWN
        ours, theirs = context.Pipe()
        # A forked worker inherits our ends of all pipes; it must close them, or no worker would
        # ever see its pipe close.
        inherited = (ours, *(worker.pipe for worker in self._workers)) if forks else ()
        process = context.Process(
            target=_serve,
            args=(theirs, inherited, self._work, self._memory, self._seconds, os.getpid()),
            name="drugsearch-parser",
            daemon=True,
        )
        with warnings.catch_warnings():
            # Python 3.12 warns of the idle threads of NumPy's BLAS library, which survive a fork.
            warnings.simplefilter("ignore", DeprecationWarning)
            process.start()
        theirs.close()
        deadline = time.monotonic() + _START_SECONDS
        self._workers.append(_Worker(process=process, pipe=ours, deadline=deadline))

    def _end(self, worker: _Worker, grace: float = 0.0) -> None:
        """End a worker, at once or after some seconds in which it may end by itself."""
        self._workers.remove(worker)
        worker.pipe.close()
        worker.process.join(grace)
        worker.process.kill()
        worker.process.join()


def _ending(process: BaseProcess, seconds: float) -> str:
    """Say how a process ended that had some seconds of a processor for a page."""
    code = process.exitcode or 0
    if sys.platform != "win32" and code == -signal.SIGPROF:
        return f"needed more than {seconds:g} s of processor time"
    how = f"signal {-code}" if code < 0 else f"exit status {code}"
    return f"ended its parser process unexpectedly ({how})"


def _processors() -> int:
    """Count the processors this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# --- in the worker --------------------------------------------------------------------------------


def _serve(  # noqa: PLR0913, PLR0917 - the arguments of a process are positional
    pipe: _Pipe,
    inherited: tuple[_Pipe, ...],
    work: Callable[[Job], object],
    memory: int,
    seconds: float,
    parent: int,
) -> None:
    """Answer jobs until the pipe closes."""
    for other in inherited:
        other.close()
    # Ctrl-C goes to the whole process group; the parent decides what becomes of us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform != "win32":
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
    _die_with(parent)
    _limit_memory(memory)
    # A parent that is gone needs no answer.
    with contextlib.suppress(EOFError, OSError):
        pipe.send(None)
        while True:
            _answer(pipe, cast("Job", pipe.recv()), work, memory, seconds)


def _answer(
    pipe: _Pipe, job: Job, work: Callable[[Job], object], memory: int, seconds: float
) -> None:
    """Do one job and send what came of it: (True, value) or (False, reason)."""
    too_large = (False, f"needed more than {memory / 1024**3:g} GiB of memory")
    _limit_time(seconds)
    try:
        pipe.send(_attempt(job, work))
    except MemoryError:
        pipe.send(too_large)
    _limit_time(0)


def _attempt(job: Job, work: Callable[[Job], object]) -> tuple[bool, object]:
    try:
        return True, work(job)
    except IndexerError as error:
        return False, str(error)
    except _DEFECTS as error:
        return False, f"the parser failed on it ({type(error).__name__}: {error})"


def _limit_time(seconds: float) -> None:
    """End this process after some seconds of a processor, or, without its parent, by the clock."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, seconds)
        # After the parent should have done so: it may be gone.
        signal.alarm(math.ceil(2 * _CLOCK_PER_PROCESSOR * seconds) + 1 if seconds else 0)


def _die_with(parent: int) -> None:
    """End this process when its parent ends, however that ends (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit("the parent ended before its worker had started")


def _limit_memory(memory: int) -> None:
    """Bound the address space: what the process has at its start, plus `memory` bytes."""
    if sys.platform == "win32":
        return
    used = 0
    if sys.platform == "linux":
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
        used = int(pages) * resource.getpagesize()
    # Not every system has a bound on address space, and one may be set already.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (used + memory, resource.RLIM_INFINITY))
