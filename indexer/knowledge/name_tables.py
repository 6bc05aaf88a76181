"""Tables of the names of medicines: how a line of them is written, found and taken away.

Names stay texts until they are asked for: reading 18,000 of them into values takes longer than
all the rest of a search. What a table has to tell is its protocol; `packed_names` has the shipped
one, which is not even read into lines of names at start.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from indexer.knowledge.aliases import joined_terms
from indexer.model import Role

Entry: TypeAlias = tuple[str, str]
"""The key of a medicine, and the entry of one of its names as it stands in the table."""

Members: TypeAlias = Callable[[str], tuple[str, ...] | None]


class NameTable(Protocol):
    """Names, found by their terms joined by spaces, and medicines, found by their keys."""

    def owners(self, joined: str) -> tuple[Entry, ...]:
        """Return the medicines of a name, the dominant one first; none for an unknown name."""

    def owns(self, key: str, joined: str) -> bool:
        """Say whether a medicine has a name."""

    def beginnings(self, terms: set[str]) -> set[str]:
        """Return those of some terms that begin a name."""

    def longest(self, first: str) -> int:
        """Return how many terms the longest name has that begins with a term; 0 without any."""

    def entries(self, key: str) -> Sequence[str]:
        """Return the entries of a medicine's names, its ingredient first."""

    def classes(self, key: str) -> tuple[str, ...]:
        """Return the pharmacologic classes of a medicine; none where none is known."""

    def members(self, class_key: str) -> tuple[str, ...] | None:
        """Return the medicines of a class; None for what is no class of this table."""

    def labels(self, class_key: str) -> frozenset[str] | None:
        """Return the pharmacologic classes that a class stands for; None likewise."""

    def names(self) -> Iterable[str]:
        """Return the terms of every name, joined by spaces, each once."""

    @property
    def protected(self) -> frozenset[str]:
        """Single terms that are names of medicines, not of classes."""


def _no_members(_: str) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallTable:
    """A table of names that are few, so that all are indexed at once."""

    by_name: Mapping[str, tuple[Entry, ...]]
    by_first: Mapping[str, int]
    by_key: Mapping[str, tuple[str, ...]]
    protected: frozenset[str]
    classes_by_key: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    labels_by_key: Mapping[str, frozenset[str]] = field(default_factory=dict)
    members: Members = _no_members

    def owners(self, joined: str) -> tuple[Entry, ...]:
        """Return the medicines of a name, the dominant one first; none for an unknown name."""
        return self.by_name.get(joined, ())

    def owns(self, key: str, joined: str) -> bool:
        """Say whether a medicine has a name."""
        return any(owner == key for owner, _ in self.owners(joined))

    def beginnings(self, terms: set[str]) -> set[str]:
        """Return those of some terms that begin a name."""
        return self.by_first.keys() & terms

    def longest(self, first: str) -> int:
        """Return how many terms the longest name has that begins with a term; 0 without any."""
        return self.by_first.get(first, 0)

    def entries(self, key: str) -> Sequence[str]:
        """Return the entries of a medicine's names, its ingredient first."""
        return self.by_key.get(key, ())

    def classes(self, key: str) -> tuple[str, ...]:
        """Return the pharmacologic classes of a medicine; none where none is known."""
        return self.classes_by_key.get(key, ())

    def labels(self, class_key: str) -> frozenset[str] | None:
        """Return the pharmacologic classes that a class stands for; None for no class of here."""
        return self.labels_by_key.get(class_key)

    def names(self) -> Iterable[str]:
        """Return the terms of every name, joined by spaces, each once."""
        return self.by_name


def small_table(
    medicines: Iterable[tuple[str, Sequence[str]]],
    *,
    classes: Mapping[str, tuple[str, ...]] | None = None,
    labels: Mapping[str, frozenset[str]] | None = None,
    members: Members = _no_members,
) -> SmallTable:
    """Index medicines, each with the entries of its names, by the terms of the names."""
    by_name: dict[str, tuple[Entry, ...]] = {}
    by_first: dict[str, int] = {}
    by_key: dict[str, tuple[str, ...]] = {}
    protected: set[str] = set()
    for key, entries in medicines:
        by_key[key] = tuple(entries)
        for entry in entries:
            joined = joined_of(entry)
            known = by_name.get(joined, ())
            # A star marks the medicine that most products of this name have.
            is_dominant = entry[2] == "*"
            by_name[joined] = ((key, entry), *known) if is_dominant else (*known, (key, entry))
            first, *others = joined.split(" ")
            by_first[first] = max(by_first.get(first, 0), len(others) + 1)
            if not others and entry[0] != "c":
                protected.add(joined)
    return SmallTable(
        by_name=by_name,
        by_first=by_first,
        by_key=by_key,
        protected=frozenset(protected),
        classes_by_key=classes or {},
        labels_by_key=labels or {},
        members=members,
    )


def written(name: str, *, role: Role, source: str, dominant: bool = False) -> str:
    """Write a name as the table has it: role, source, dominance, name, terms if they differ."""
    joined = joined_terms(name)
    tail = "" if joined == name.lower() else f"={joined}"
    return f"{role[0]}{source}{'*' if dominant else '-'}{name}{tail}"


def joined_of(entry: str) -> str:
    """Return the terms of the name in an entry, joined by spaces."""
    name, marked, joined = entry.partition("=")
    return joined if marked else name[3:].lower()


@dataclass(frozen=True, slots=True)
class Without:
    """A table without some names, which are given by their terms."""

    table: NameTable
    gone: Collection[str]

    def owners(self, joined: str) -> tuple[Entry, ...]:
        """Return the medicines of a name, the dominant one first; none for one that is gone."""
        return () if joined in self.gone else self.table.owners(joined)

    def owns(self, key: str, joined: str) -> bool:
        """Say whether a medicine still has a name."""
        return joined not in self.gone and self.table.owns(key, joined)

    def beginnings(self, terms: set[str]) -> set[str]:
        """Return those of some terms that began a name."""
        return self.table.beginnings(terms)

    def longest(self, first: str) -> int:
        """Return how many terms the longest name had that begins with a term."""
        return self.table.longest(first)

    def entries(self, key: str) -> Sequence[str]:
        """Return the entries of a medicine's names that are left."""
        return [entry for entry in self.table.entries(key) if joined_of(entry) not in self.gone]

    def classes(self, key: str) -> tuple[str, ...]:
        """Return the pharmacologic classes of a medicine; none where none is known."""
        return self.table.classes(key)

    def members(self, class_key: str) -> tuple[str, ...] | None:
        """Return the medicines of a class; None for what is no class of this table."""
        return self.table.members(class_key)

    def labels(self, class_key: str) -> frozenset[str] | None:
        """Return the pharmacologic classes that a class stands for; None likewise."""
        return self.table.labels(class_key)

    def names(self) -> Iterator[str]:
        """Yield the terms of every name that is left, joined by spaces."""
        return (joined for joined in self.table.names() if joined not in self.gone)

    @property
    def protected(self) -> frozenset[str]:
        """Single terms that are still names of medicines."""
        return self.table.protected.difference(self.gone)


def members_with(tables: Sequence[NameTable], classes: Mapping[str, tuple[str, ...]]) -> Members:
    """Return what tells the members of a class once some medicines have another class."""

    def members(class_key: str) -> tuple[str, ...] | None:
        for table in tables:
            listed, labels = table.members(class_key), table.labels(class_key)
            if listed is not None and labels is not None:
                moved = (key for key, own in classes.items() if not labels.isdisjoint(own))
                return (*(member for member in listed if member not in classes), *moved)
        return None

    return members
