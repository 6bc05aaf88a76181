"""The progress of `reindex` on a terminal: articles done, rate, time left."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

import rich.console
import rich.progress

SECONDS_BETWEEN_DRAWINGS = 0.1


class Bar:
    """A progress bar on stderr, gone when the work is done.

    It draws in the calling thread only: a drawing thread would be one more thing that a worker
    process inherits when it is forked.
    """

    def __init__(self, console: rich.console.Console | None = None) -> None:
        self._progress = rich.progress.Progress(
            rich.progress.TextColumn("{task.description}"),
            rich.progress.BarColumn(),
            rich.progress.MofNCompleteColumn(),
            rich.progress.TextColumn("{task.fields[rate]}"),
            rich.progress.TextColumn("left"),
            rich.progress.TimeRemainingColumn(),
            console=console or rich.console.Console(stderr=True),
            auto_refresh=False,
            transient=True,
        )
        self._redraw = 0.0
        self._task = self._progress.add_task("Looking at sources", total=None, rate="")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def scanned(self, *, pages: int) -> None:
        """Show how many pages there are to look at."""
        self._progress.update(self._task, description="Indexing", total=pages, refresh=True)

    def advanced(self, *, pages: int) -> None:
        """Show how many pages are done; drawn a few times a second, however often it is called."""
        self._progress.update(self._task, completed=pages)
        if time.monotonic() >= self._redraw:
            self._redraw = time.monotonic() + SECONDS_BETWEEN_DRAWINGS
            speed = self._progress.tasks[0].speed
            rate = f"{speed:.0f} articles/s" if speed else ""
            self._progress.update(self._task, rate=rate, refresh=True)

    def publishing(self) -> None:
        """Show that the new generation is being checked and published."""
        self._progress.update(self._task, description="Publishing", refresh=True)
