"""The shipped table of names, in the form in which it is read: as texts, looked up when asked.

`drug_names.tsv.gz` has a line per medicine, in the order of the keys. `name_index.txt.gz` is made
of it (`build_names`) and says where a name stands. Its first half are the names, by their terms,
and first terms of names; its second half tells in the same order the numbers of the lines that
have the name, the dominant one first, and after a blank, where longer names begin with it, how
many terms the longest has.

    azathioprine            412 2
    azathioprine sodium     412
    depo                     3

Indexing the names at start instead would take 60 ms, more than any other part of a first search;
cutting the two files into lines takes 5 ms.
"""

from __future__ import annotations

import gzip
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

from indexer.knowledge.name_tables import Entry, joined_of, small_table

TABLE: Final = "drug_names.tsv.gz"
NAME_INDEX: Final = "name_index.txt.gz"
CURATED_CLASSES: Final = "curated_classes.tsv"
HERE: Final = Path(__file__).parent


class PackedTable:
    """The names of all listed medicines; immutable, and safe to share between threads.

    What was looked up once is remembered. Two threads may look up the same; they find the same.
    """

    def __init__(self, medicines: Sequence[str], index: Sequence[str], curated: str) -> None:
        """Take the lines of both files, and the classes that are curated."""
        self._medicines = medicines
        half = len(index) // 2
        self._rows = dict(zip(index[:half], index[half:], strict=True))
        self._curated = dict(_pairs(curated))
        self._owners: dict[str, tuple[Entry, ...]] = {}

    def owners(self, joined: str) -> tuple[Entry, ...]:
        """Return the medicines of a name, the dominant one first; none for an unknown name."""
        if joined not in self._rows:  # of a hundred that are asked, ninety-nine
            return ()
        found = self._owners.get(joined)
        if found is None:
            found = tuple(self._entry(number, joined) for number in self._numbers(joined))
            if found:
                self._owners[joined] = found
        return found

    def owns(self, key: str, joined: str) -> bool:
        """Say whether a medicine has a name; asked of each name that pages teach."""
        begins = f"{key}\t"
        return any(self._medicines[at].startswith(begins) for at in self._numbers(joined))

    def beginnings(self, terms: set[str]) -> set[str]:
        """Return those of some terms that begin a name."""
        return self._rows.keys() & terms

    def longest(self, first: str) -> int:
        """Return how many terms the longest name has that begins with a term; 0 without any."""
        row = self._rows.get(first)
        return 0 if row is None else int(row.partition(" ")[2] or 1)

    def entries(self, key: str) -> Sequence[str]:
        """Return the entries of a medicine's names, its ingredient first."""
        return self._line(key)[2:]

    def classes(self, key: str) -> tuple[str, ...]:
        """Return the pharmacologic classes of a medicine; none where none is known."""
        _, labels, *_ = self._line(key) or ("", "")
        return tuple(labels.split("|")) if labels else self._curated.get(key, ())

    def members(self, _: str) -> None:
        """Return None: this table has no classes."""

    def labels(self, _: str) -> None:
        """Return None: this table has no classes."""

    def names(self) -> Iterator[str]:
        """Yield the terms of every name, joined by spaces."""
        return (joined for joined, row in self._rows.items() if row[0] != " ")

    @cached_property
    def protected(self) -> frozenset[str]:
        """Single terms that are names of medicines."""
        return frozenset(joined for joined in self.names() if " " not in joined)

    @cached_property
    def classified(self) -> Mapping[str, tuple[str, ...]]:
        """All medicines whose classes are known, with them."""
        rows = (line.split("\t", 2) for line in self._medicines)
        listed = {key: tuple(labels.split("|")) for key, labels, _ in rows if labels}
        return listed | {key: own for key, own in self._curated.items() if key not in listed}

    def _numbers(self, joined: str) -> Iterable[int]:
        numbers = self._rows.get(joined, "").partition(" ")[0]
        return map(int, numbers.split(",")) if numbers else ()

    def _line(self, key: str) -> Sequence[str]:
        at = bisect_left(self._medicines, f"{key}\t")
        line = self._medicines[at] if at < len(self._medicines) else ""
        return line.split("\t") if line.startswith(f"{key}\t") else ()

    def _entry(self, number: int, joined: str) -> Entry:
        key, _, *entries = self._medicines[number].split("\t")
        return key, next(entry for entry in entries if joined_of(entry) == joined)


def read_packed() -> PackedTable:
    """Read the shipped table."""
    curated = (HERE / CURATED_CLASSES).read_text(encoding="utf-8")
    return PackedTable(lines_of(TABLE), lines_of(NAME_INDEX), curated)


def lines_of(packed: str) -> list[str]:
    """Return the lines of a packed file beside this one."""
    return gzip.decompress((HERE / packed).read_bytes()).decode("utf-8").splitlines()


def index_of(medicines: Iterable[str]) -> list[str]:
    """Return the lines of the index of names for the lines of the table."""
    keys, entries = [], []
    for line in medicines:
        key, _, *written = line.split("\t")
        keys.append(key)
        entries.append(written)
    numbers = {key: str(number) for number, key in enumerate(keys)}
    table = small_table(zip(keys, entries, strict=True))
    rows = {
        joined: ",".join(numbers[key] for key, _ in owners)
        for joined, owners in table.by_name.items()
    }
    for first, count in table.by_first.items():
        if count > 1:
            rows[first] = f"{rows.get(first, '')} {count}"
    return [*rows, *rows.values()]


def _pairs(curated: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for line in curated.splitlines():
        if not line.startswith("#"):
            key, drug_class = line.split("\t")
            yield key, (drug_class,)
