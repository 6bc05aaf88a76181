"""Tables of the names of medicines: how a line of them is written, found and taken away.

Names stay texts until they are asked for: reading 18,000 of them into values takes longer than
all the rest of a search.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from indexer.knowledge.aliases import joined_terms
from indexer.model import Role

Entry: TypeAlias = tuple[str, str]
"""The key of a medicine, and the entry of one of its names as it stands in the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameTable:
    """Names that were read once; entries become values when they are asked for."""

    entries: Mapping[str, tuple[Entry, ...]]
    """By the terms of the name, joined by spaces; the dominant medicine first."""
    longest: Mapping[str, int]
    """By first term, how many terms the longest name has."""
    by_key: Mapping[str, tuple[str, ...]]
    """The entries of a medicine's names, its ingredient first."""
    classes: Mapping[str, tuple[str, ...]]
    """Names of a medicine's pharmacologic classes, by key."""
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys of the medicines of a class, by the key of the class."""
    labels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The pharmacologic classes that a class stands for, by its key."""
    protected: frozenset[str] = frozenset()


def indexed(
    medicines: Iterable[tuple[str, Sequence[str]]],
    classes: Mapping[str, tuple[str, ...]],
    members: Mapping[str, tuple[str, ...]] | None = None,
) -> NameTable:
    """Index medicines by the terms of their names. This runs at start: keep it lean."""
    entries: dict[str, tuple[Entry, ...]] = {}
    longest: dict[str, int] = {}
    by_key: dict[str, tuple[str, ...]] = {}
    protected: set[str] = set()
    for key, written in medicines:
        by_key[key] = tuple(written)
        for entry in written:
            name, marked, folded = entry.partition("=")
            joined = folded if marked else name[3:].lower()
            known = entries.get(joined)
            # A star marks the medicine that most products of this name have.
            if known is None:
                entries[joined] = ((key, entry),)
            elif entry[2] == "*":
                entries[joined] = ((key, entry), *known)
            else:
                entries[joined] = (*known, (key, entry))
            if " " in joined:
                first = joined[: joined.index(" ")]
                longest[first] = max(longest.get(first, 0), joined.count(" ") + 1)
            else:
                longest.setdefault(joined, 1)
                if entry[0] != "c":
                    protected.add(joined)
    return NameTable(
        entries=entries,
        longest=longest,
        by_key=by_key,
        classes=classes,
        members=members or {},
        protected=frozenset(protected),
    )


def written(name: str, *, role: Role, source: str, dominant: bool = False) -> str:
    """Write a name as the table has it: role, source, dominance, name, terms if they differ."""
    joined = joined_terms(name)
    tail = "" if joined == name.lower() else f"={joined}"
    return f"{role[0]}{source}{'*' if dominant else '-'}{name}{tail}"


def without(table: NameTable, settled: frozenset[str]) -> NameTable:
    """Return a table without some names."""
    gone = {joined: table.entries[joined] for joined in settled if joined in table.entries}
    by_key = dict(table.by_key)
    for key, entry in (owned for owners in gone.values() for owned in owners):
        by_key[key] = tuple(other for other in by_key[key] if other != entry)
    return replace(
        table,
        entries={joined: owners for joined, owners in table.entries.items() if joined not in gone},
        by_key=by_key,
        protected=table.protected - gone.keys(),
    )


def members_with(
    tables: Iterable[NameTable], classes: Mapping[str, tuple[str, ...]]
) -> Mapping[str, tuple[str, ...]]:
    """Return the members of all classes once some medicines have another class."""
    return {
        key: (
            *(member for member in table.members[key] if member not in classes),
            *(medicine for medicine, own in classes.items() if not labels.isdisjoint(own)),
        )
        for table in tables
        for key, labels in table.labels.items()
    }
