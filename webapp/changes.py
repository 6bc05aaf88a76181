"""What the log is told when an older generation is served in place of a damaged one."""

from __future__ import annotations

import logging
import threading

from flask import Flask, Response

from webapp.serving import serving

log = logging.getLogger("webapp.index")


def attach(app: Flask) -> None:
    """Watch what the requests of an application are answered from."""
    watch = _Watch()

    @app.after_request
    def look(response: Response) -> Response:
        watch.look()
        return response


class _Watch:
    """The generation that was served last; tells of a change once, whichever thread sees it."""

    def __init__(self) -> None:
        self._last: int | None = None
        self._notes: tuple[str, ...] = ()
        self._changing = threading.Lock()

    def look(self) -> None:
        index = serving().index
        generation = index.answered_from()
        with self._changing:
            if generation is None or generation == self._last:
                return
            self._last = generation
            before, self._notes = self._notes, index.status().notes
        for note in self._notes:
            log.warning("%s", note)
        if before and not self._notes:
            log.info("serving generation %d, which is whole", generation)
