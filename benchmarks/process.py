"""What a process may take and has taken: memory and processor time."""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.config import ENVIRONMENT_PREFIX

STATUS = Path("/proc/self/status")
KIB = 1024
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Memory of this process in megabytes."""

    resident_mb: float
    """In use now, pages of files that are mapped included."""
    own_mb: float
    """Of that, what no file holds: it cannot be given up under pressure."""
    peak_mb: float


def memory() -> Memory:
    """Return what this process takes.

    `ru_maxrss` alone would mislead on Linux: a process that is started takes over the peak of
    the one that started it. The counters of its own address space begin anew.
    """
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB
    told = _status() if STATUS.exists() else {}
    resident = told.get("VmRSS", peak)
    return Memory(
        resident_mb=round(resident / 1e6, 1),
        own_mb=round(told.get("RssAnon", resident) / 1e6, 1),
        peak_mb=round(told.get("VmHWM", peak) / 1e6, 1),
    )


def _status() -> dict[str, int]:
    """Return the sizes that Linux tells of this process, in bytes."""
    lines = (line.split() for line in STATUS.read_text(encoding="ascii").splitlines())
    return {line[0].rstrip(":"): int(line[1]) * KIB for line in lines if line[-1] == "kB"}


def cap_memory(megabytes: int) -> None:
    """Let this process have no more address space than that; 0 is no cap.

    Whoever runs away ends with a MemoryError instead of taking the machine along.
    """
    if megabytes:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * MIB, megabytes * MIB))


def cpu_seconds() -> float:
    """Return the processor time of this process, all its threads, and its children that ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def folder_bytes(folder: Path) -> int:
    """Return the size of the files below a folder; one that has two names counts once."""
    files = (path.stat() for path in folder.rglob("*") if path.is_file())
    return sum({(one.st_dev, one.st_ino): one.st_size for one in files}.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a command took from its start to its end."""

    wall_s: float
    cpu_s: float
    """Of it and the processes that it started and waited for."""
    peak_mb: float
    """Of the largest of those processes; not less than what starts them has (see `memory`)."""
    output: str


class CommandError(Exception):
    """A command ended with another code than was expected; what it said stands in the message."""


def run(command: Sequence[str], *, codes: Collection[int] = (0,)) -> Spent:
    """Run a command to its end and measure it; raise CommandError."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=errors, env=environment())
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in codes:
            errors.seek(0)
            told = errors.read().decode(errors="replace").strip()
            message = f"{' '.join(command)} ended with {process.returncode}: {told}"
            raise CommandError(message)
        output.seek(0)
        return Spent(
            wall_s=round(wall_s, 4),
            cpu_s=round(usage.ru_utime + usage.ru_stime, 4),
            peak_mb=round(usage.ru_maxrss * KIB / 1e6, 1),
            output=output.read().decode(errors="replace"),
        )


def environment() -> dict[str, str]:
    """Return this process's environment without settings of drugsearch: defaults are measured."""
    own = ENVIRONMENT_PREFIX
    return {name: value for name, value in os.environ.items() if not name.startswith(own)}
