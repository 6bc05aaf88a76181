"""What was worked out before, kept within a bound: the least recently used goes first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

ENTRY_BYTES = 512
"""What an entry costs beside its value, the key included."""


class Memory(Generic[Key, Value]):
    """Values by key, which never change. Safe to share between threads."""

    def __init__(self, limit: int, *, entry_cost: int = 0) -> None:
        """Keep values while their costs are within a limit; each costs `entry_cost` more."""
        self._limit = limit
        self._entry_cost = entry_cost
        self._kept: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self._cost = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Count the values that are kept."""
        return len(self._kept)

    def get(self, key: Key) -> Value | None:
        """Return what is kept under a key."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def put(self, key: Key, value: Value, cost: int) -> None:
        """Keep a value, and give up others when there is no room."""
        with self._lock:
            # Two threads may have worked the same out; the later one takes the other's place.
            _, before = self._kept.pop(key, (None, 0))
            self._kept[key] = value, cost + self._entry_cost
            self._cost += cost + self._entry_cost - before
            while self._cost > self._limit and len(self._kept) > 1:
                _, (_, freed) = self._kept.popitem(last=False)
                self._cost -= freed
