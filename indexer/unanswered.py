"""Which queries many people asked and nothing answered, so that an editor learns what is missing.

A query is health data, so nearly all that is counted is never told. It is counted by its words,
folded, sorted, and without function words, in the memory of one process, for one calendar month.
It is told, and written down, once it was asked from at least K addresses within that month: an
address stands for a person as well as it can where nobody logs in (of IPv6 the network, of which
one household has many addresses). Kept of an address is a digest with a salt that is never
written down and ends with the month; at K they are forgotten, because nobody needs them any more.
How often is told in steps of K, so that two looks at the report do not show a single query.

Each process writes a file of its own, whose name begins with the month; readers add them up.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address
from pathlib import Path

from indexer.analysis.tokens import terms
from indexer.errors import ConfigError
from indexer.query.function_words import FUNCTION_WORDS

K = 5
"""Addresses that a query must have been asked from before it is told."""
MOST_WORDS = 8
LONGEST = 100
"""Characters. What is longer is nearly never asked twice, and tells more about who asks."""
MOST_QUERIES = 10_000
"""Queries that are counted: about five megabytes. Beyond, those asked longest ago go."""
MOST_TOLD = 1_000
KEPT_MONTHS = 12

_NAME = re.compile(r"(\d{4}-\d\d)\.[0-9a-f]{16}\.json")
_PREFIX_BITS = 64


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """A query that found nothing, and how often it was asked in a month, in steps of K."""

    month: str
    query: str
    times: int


@dataclass(slots=True)
class _Count:
    times: int = 0
    clients: set[bytes] | None = field(default_factory=set)
    """Digests of addresses; None once there were K."""

    @property
    def told(self) -> int:
        return 0 if self.clients is not None else self.times // K * K


class Unanswered:
    """Counts queries that found nothing, and writes what may be told. Safe between threads."""

    def __init__(self, folder: str, *, now: Callable[[], datetime] = _now) -> None:
        """Take the folder to write to; raise ConfigError when that is not possible."""
        self._folder = Path(folder)
        if not (self._folder.is_dir() and os.access(self._folder, os.W_OK | os.X_OK)):
            message = f"DRUGSEARCH_QUERY_REPORT is {folder!r}; it must be a folder to write to"
            raise ConfigError(message)
        self._now = now
        self._process = secrets.token_hex(8)
        self._lock = threading.Lock()
        self._month = ""
        self._salt = b""
        self._counts: OrderedDict[str, _Count] = OrderedDict()

    def count(self, text: str, client: str) -> None:
        """Count a query that found nothing; raise OSError when the report cannot be written."""
        query = normalised(text)
        if not query:
            return
        with self._lock:
            self._begin_month()
            count = self._counts.pop(query, None) or _Count()
            before = count.told
            count.times += 1
            if count.clients is not None:
                count.clients.add(self._digest(client))
                if len(count.clients) >= K:
                    count.clients = None
            self._counts[query] = count
            while len(self._counts) > MOST_QUERIES:
                self._counts.popitem(last=False)
            if count.told != before:
                self._write()

    def _begin_month(self) -> None:
        month = f"{self._now():%Y-%m}"
        if month != self._month:
            self._month, self._salt = month, secrets.token_bytes(16)
            self._counts.clear()

    def _digest(self, client: str) -> bytes:
        return blake2b(_network(client).encode(), key=self._salt, digest_size=8).digest()

    def _write(self) -> None:
        told = [(count.told, query) for query, count in self._counts.items() if count.told]
        told = sorted(told, key=lambda pair: (-pair[0], pair[1]))[:MOST_TOLD]
        path = self._folder / f"{self._month}.{self._process}.json"
        aside = path.with_suffix(".new")
        aside.write_text(json.dumps({query: times for times, query in told}) + "\n", "utf-8")
        aside.replace(path)
        self._forget_old()

    def _forget_old(self) -> None:
        for path in self._folder.iterdir():
            found = _NAME.fullmatch(path.name)
            if found and _months(found[1]) <= _months(self._month) - KEPT_MONTHS:
                path.unlink(missing_ok=True)


def normalised(text: str) -> str:
    """Return the words that a query is counted by, empty for one that is not counted."""
    found = terms(" ".join(text.split()))
    words = sorted({term for term in found if term and term not in FUNCTION_WORDS})
    query = " ".join(words)
    return query if len(words) <= MOST_WORDS and len(query) <= LONGEST else ""


def read_report(folder: str) -> tuple[Asked, ...]:
    """Return what was told, the newest month and the most asked first; raise ConfigError."""
    added: dict[tuple[str, str], int] = {}
    try:
        files = [(found, path) for path in Path(folder).iterdir() if (found := _name_of(path))]
        for month, path in files:
            for query, times in json.loads(path.read_text("utf-8")).items():
                key = month, str(query)
                added[key] = added.get(key, 0) + int(times)
    except (OSError, ValueError, AttributeError, TypeError) as error:
        message = f"The report of queries in {folder!r} cannot be read: {error}"
        raise ConfigError(message) from error
    return _sorted(Asked(month, query, times) for (month, query), times in added.items())


def _sorted(asked: Iterable[Asked]) -> tuple[Asked, ...]:
    return tuple(sorted(asked, key=lambda one: (-_months(one.month), -one.times, one.query)))


def _name_of(path: Path) -> str:
    found = _NAME.fullmatch(path.name)
    return found[1] if found else ""


def _months(month: str) -> int:
    year, _, number = month.partition("-")
    return int(year) * 12 + int(number)


def _network(client: str) -> str:
    """Return whom an address stands for: itself, or its network for one of IPv6."""
    try:
        address = ip_address(client)
    except ValueError:
        return client
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(int(address) >> _PREFIX_BITS)
