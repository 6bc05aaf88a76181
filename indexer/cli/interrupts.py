"""Ctrl-C during a run of `reindex`: before publishing it ends the run, while publishing it waits.

So whoever interrupts once knows what exit code 130 means: nothing was published. Python alone
does not promise that. The exception that it makes of the signal comes between any two
instructions, also behind the rename that publishes, and it is lost where it arises inside a
callback, as those around a fork are.
"""

from __future__ import annotations

import os
import signal
from types import FrameType, TracebackType
from typing import Self

from indexer.indexing import Progress


class Watch:
    """Hears of interrupts and, as the run's Progress, of how far it is; passes progress on."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._catches = False
        self._process = os.getpid()
        self.interrupts = 0
        self.is_publishing = False

    def __enter__(self) -> Self:
        # A shell starts what runs in the background deaf to Ctrl-C: so it stays.
        self._catches = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if self._catches:
            signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._catches:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def scanned(self, *, pages: int) -> None:
        """Pass on how many pages there are; raise KeyboardInterrupt after a lost interrupt."""
        self._end_if_interrupted()
        if self._progress:
            self._progress.scanned(pages=pages)

    def advanced(self, *, pages: int) -> None:
        """Pass on how many pages are done; raise KeyboardInterrupt after a lost interrupt."""
        self._end_if_interrupted()
        if self._progress:
            self._progress.advanced(pages=pages)

    def publishing(self) -> None:
        """Let the first interrupt wait from now on; a second one is meant."""
        self._end_if_interrupted()
        self.is_publishing = True
        if self._progress:
            self._progress.publishing()

    def _hear(self, _: int, __: FrameType | None) -> None:
        if os.getpid() != self._process:
            # A worker just forked, to which Ctrl-C went as well. Its end is not its own affair.
            return
        self.interrupts += 1
        if not self.is_publishing or self.interrupts > 1:
            raise KeyboardInterrupt

    def _end_if_interrupted(self) -> None:
        if self.interrupts:
            raise KeyboardInterrupt
