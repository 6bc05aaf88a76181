"""Answers to searches, kept as they went over the line: who asks the same gets the same bytes.

An answer depends on the generation of the index, on the request as it was read, on the day (it
tells which articles are old), and on where the application is mounted; so these are its key, and
what is published is answered anew from the next request on. Only complete answers are kept: one
that the deadline cut may be complete the next time, and an error may be gone.

The least recently asked leave first. What is bounded is bytes, because one answer can be a
thousand times as long as another.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from webapp.outcomes import NOTHING_NOTED, Found

KEPT_BESIDE = 1_000
"""Bytes that the objects around a kept answer take, measured with `sys.getsizeof`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a search is answered with, beside what differs from request to request."""

    body: bytes
    media_type: str
    headers: tuple[tuple[str, str], ...] = ()
    found: Found = NOTHING_NOTED
    """What the search came to, for whoever counts; whoever makes the body need not know."""


class ResultCache:
    """Answers by what was asked, up to a number of bytes. Safe to share between threads."""

    def __init__(self, most_bytes: int) -> None:
        """Take the bytes that may be kept; nothing is kept where there are none."""
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[Answer, int]] = OrderedDict()
        self.bytes = 0

    def find(self, question: Hashable) -> Answer | None:
        """Return the answer to a question, None where it is not kept."""
        with self._lock:
            found = self._kept.get(question)
            if found is None:
                return None
            self._kept.move_to_end(question)
            return found[0]

    def keep(self, question: Hashable, answer: Answer) -> None:
        """Keep an answer in the place of those that were not asked for longest."""
        texts = (repr(question), *map(str, answer.headers))
        size = len(answer.body) + sum(map(len, texts)) + KEPT_BESIDE
        if size > self._most_bytes:
            return
        with self._lock:
            before = self._kept.pop(question, None)
            self.bytes += size - (before[1] if before else 0)
            self._kept[question] = answer, size
            while self.bytes > self._most_bytes:
                _, (_, freed) = self._kept.popitem(last=False)
                self.bytes -= freed
