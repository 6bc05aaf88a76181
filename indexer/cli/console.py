"""Where a command writes: answers to stdout, everything about them to stderr.

A reader who leaves early (`drugsearch search liver | head -1`) is no error. Nobody who no longer
listens on stderr is told anything, and the work goes on; when the reader of the answer has left,
the command stops and exits 0 (`indexer.cli.program`).
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import click

STDOUT = 1
"""The file descriptor behind `sys.stdout`, whatever that has been replaced with."""

WIDEST = 100
"""Columns: longer lines are hard to follow, however wide the window."""

# A page's text may hold terminal commands. Of all control characters only line breaks, tabs and
# the four styles used here (bold, faint, underlined, plain) reach a terminal.
_CONTROL = re.compile(r"(?!\x1b\[[0124]m)[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """How much to write, and in which form."""

    as_json: bool = False
    quiet: bool = False

    @property
    def talkative(self) -> bool:
        """Say whether a person reads along who wants to know more than the answer."""
        return not (self.as_json or self.quiet)

    def answer(self, text: str = "") -> None:
        """Write a line of the answer to stdout."""
        click.echo(_harmless(text), color=is_styled(sys.stdout))

    def answer_lines(self, lines: Iterable[str]) -> None:
        """Write lines of the answer to stdout."""
        for line in lines:
            self.answer(line)

    def answer_json(self, value: Mapping[str, object]) -> None:
        """Write the answer, or one part of a stream, as a line of JSON to stdout."""
        click.echo(json.dumps(value, ensure_ascii=False))

    def say(self, text: str) -> None:
        """Write a line to stderr for whoever reads along."""
        if self.talkative:
            complain(text)


def complain(text: str) -> None:
    """Write a line to stderr, whatever was asked for."""
    with contextlib.suppress(BrokenPipeError):
        click.echo(_harmless(text), err=True, color=is_styled(sys.stderr))


def is_styled(stream: TextIO) -> bool:
    """Say whether a stream is a terminal whose owner has not asked for plain text.

    See https://no-color.org: any value but an empty one counts.
    """
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return stream.isatty() and not plain


def columns() -> int | None:
    """Return how wide a line on stdout may be; None where there is no terminal to fit."""
    if not sys.stdout.isatty():
        return None
    import shutil  # noqa: PLC0415 - as slow to load as click itself, for one number

    return max(40, min(WIDEST, shutil.get_terminal_size().columns))


def prepare_streams() -> None:
    """Write UTF-8 whatever the locale says; a byte that was no character gets an escape.

    Python has no stream at all where the caller has closed one (`>&-`): it goes nowhere then.
    """
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def reader_is_gone() -> bool:
    """Say whether whoever read stdout has closed it.

    A broken pipe alone does not tell: one to a worker process breaks in the same way.
    """
    import select  # noqa: PLC0415 - only a broken pipe needs it

    if not hasattr(select, "poll"):  # Windows
        return True
    poll = select.poll()
    poll.register(STDOUT, 0)
    gone = select.POLLERR | select.POLLHUP | select.POLLNVAL
    return any(events & gone for _, events in poll.poll(0))


def discard_output() -> None:
    """Send what is still buffered for stdout nowhere, so that the last flush succeeds."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, STDOUT)
    os.close(nowhere)


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def _harmless(text: str) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
