"""Files that people write by hand: a TOML text of entries, `[[medicine]]` or `[[source]]`.

Everything in such a file is checked and nothing is passed over: a key that is misspelt would
otherwise do nothing, and nobody would notice.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn

from indexer.errors import ConfigError, CorpusError

LARGEST = 1 << 20
"""Bytes of a file; somebody who writes by hand writes less."""
LONGEST_TEXT = 1_000
"""Characters of a value, an address included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry as it stands in the file; what is wrong with it is raised with its place."""

    kind: str
    number: int
    """Place among the entries of its kind, from 1."""
    values: Mapping[str, object]
    error: type[ConfigError | CorpusError]
    """What to raise."""

    def refuse(self, reason: str) -> NoReturn:
        """Raise the error of the file, saying which entry is wrong and why."""
        raise self.error(f"[[{self.kind}]] number {self.number}: {reason}")

    def allow(self, keys: Collection[str]) -> None:
        """Refuse an entry with any other key."""
        for key in self.values:
            if key not in keys:
                self.refuse(f"there is no key {key!r}; use {', '.join(keys)}")

    def text(self, key: str) -> str | None:
        """Return a text of one line, None where the entry has none."""
        return self._checked(key, self.values[key]) if key in self.values else None

    def required(self, key: str) -> str:
        """Return a text of one line that the entry must have."""
        return self.text(key) or self.refuse(f"{key} is missing")

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, empty where the entry has none."""
        values = self.values.get(key, [])
        if not isinstance(values, list):
            self.refuse(f"{key} must be a list of texts in quotes")
        return tuple(self._checked(key, value) for value in values)

    def _checked(self, key: str, value: object) -> str:
        if not isinstance(value, str):
            self.refuse(f"{key} is {value!r}; it must be a text in quotes")
        text = value.strip()
        if not text or not text.isprintable() or len(text) > LONGEST_TEXT:
            self.refuse(f"{key} must be a text of one line with 1 to {LONGEST_TEXT:,} characters")
        return text


def read_entries(
    data: bytes, kinds: Collection[str], error: type[ConfigError | CorpusError]
) -> Iterator[Entry]:
    """Yield the entries of a file, kind by kind; raise the error for anything else in it."""
    for kind, tables in _tables(data, error).items():
        allowed = " and ".join(f"[[{name}]]" for name in kinds)
        if kind not in kinds:
            raise error(f"there is no {kind!r} in such a file; it holds entries {allowed}")
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise error(f"{kind} must be a list of entries; begin each with [[{kind}]]")
        for number, table in enumerate(tables, start=1):
            yield Entry(kind=kind, number=number, values=table, error=error)


def _tables(data: bytes, error: type[ConfigError | CorpusError]) -> Mapping[str, object]:
    if len(data) > LARGEST:
        raise error(f"is larger than {LARGEST >> 20} MiB")
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as wrong:
        raise error("is not in UTF-8; save it as that") from wrong
    except tomllib.TOMLDecodeError as wrong:
        raise error(f"cannot be read as TOML: {wrong}") from wrong
    except RecursionError as wrong:
        raise error("nests lists too deeply") from wrong
