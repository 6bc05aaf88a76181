"""Audits made aside: one at a time, by a thread of its own, while searches go on.

An audit reads every article, which takes seconds in a large index. A request waits for it as long
as a reader would, and is told to come back where that is not enough; what was made is kept until
another generation is served or the day ends.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYetError
from datetime import UTC, datetime
from typing import Final, TypeAlias

from indexer.errors import IndexerError
from indexer.findings import Audit
from indexer.index import Index

PATIENCE: Final = 3.0
"""Seconds that a request waits: an audit of 5,000 articles is made by then."""

_Key: TypeAlias = tuple[str, str]
"""Digest of the generation, and the day."""


class AuditDesk:
    """The audit of what an index serves. Safe to share between threads."""

    def __init__(self, index: Index, *, patience: float = PATIENCE) -> None:
        """Take the index; nothing is looked at before somebody asks."""
        self._index = index
        self._patience = patience
        self._lock = threading.Lock()
        self._made: tuple[_Key, Future[Audit]] | None = None

    def audit(self) -> Audit | None:
        """Return the audit of the served generation, None while it is being made.

        Raise IndexUnavailableError.
        """
        status = self._index.status()
        key = status.digest, datetime.now(UTC).date().isoformat()
        with self._lock:
            if self._made is None or self._made[0] != key or _has_failed(self._made[1]):
                self._made = key, self._begin()
            making = self._made[1]
        try:
            audit = making.result(self._patience)
        except NotYetError:
            return None
        # Where another generation was published just now, the thread has seen that one.
        return audit if audit.generation == status.generation else None

    def _begin(self) -> Future[Audit]:
        making: Future[Audit] = Future()
        # A daemon: a server that is told to stop does not wait for it.
        threading.Thread(target=self._make, args=(making,), daemon=True).start()
        return making

    def _make(self, making: Future[Audit]) -> None:
        try:
            with self._index.one_generation():
                making.set_result(self._index.audit())
        except IndexerError as error:
            making.set_exception(error)
        finally:
            # Whatever else went wrong is in the log; who waits must not wait for ever.
            making.cancel()


def _has_failed(making: Future[Audit]) -> bool:
    return making.done() and (making.cancelled() or making.exception() is not None)
