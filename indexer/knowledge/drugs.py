"""The names of medicines: brand, ingredient and class, and where they stand in a text.

The shipped table (README.md beside this file tells its origin) holds a line per medicine: its
key, its pharmacologic classes and its names. A *key* is the ingredient in lower case
(`azathioprine`); a combination is a medicine of its own, its ingredients in alphabetical order
(`lopinavir / ritonavir`); a class has a key of its own (`class:statin`). A name that is sold with
different ingredients belongs to each of them; it resolves to the one that most products have.

Names are looked up, never guessed: a word that no list knows is not a medicine until a page says
so (`DrugKnowledge.with_names`).
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TypeAlias

from indexer.analysis.tokens import terms as analysed
from indexer.model import Drug, Role

TABLE = "drug_names.tsv.gz"
CLASS_TABLE = "drug_classes.tsv"
CLASS_PREFIX = "class:"
COMBINATION = " / "

_ROLES: Mapping[str, Role] = {"b": "brand", "i": "ingredient", "c": "class"}
SOURCES: Mapping[str, str] = {
    "f": "Drugs@FDA",
    "n": "NDC directory",
    "d": "DrugBank vocabulary",
    "c": "curated",
    "p": "an indexed page",
}
"""Where a name comes from, by the letter that stands in the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugName:
    """One name of a medicine."""

    name: str
    """As people write it: `Imuran`, `azathioprine`."""
    key: str
    role: Role
    ingredient: str | None
    """Lower case, several joined by ` / `; None for a class, and where nobody knows it."""
    terms: tuple[str, ...]
    source: str
    """A value of SOURCES."""


@dataclass(frozen=True, slots=True)
class NameSpan:
    """A name in a row of terms: half-open term indexes, and whose name it is."""

    start: int
    end: int
    drug: DrugName


_Terms: TypeAlias = tuple[str, ...]
_Entry: TypeAlias = tuple[str, str]
"""The key of a medicine, and the entry of one of its names as it stands in the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """Names that were read once; entries become values when they are asked for."""

    entries: Mapping[str, tuple[_Entry, ...]]
    """By the terms of the name, joined by spaces; the dominant medicine first."""
    longest: Mapping[str, int]
    """By first term, how many terms the longest name has."""
    by_key: Mapping[str, tuple[str, ...]]
    """The entries of a medicine's names, its ingredient first."""
    classes: Mapping[str, tuple[str, ...]]
    """Names of a medicine's pharmacologic classes, by key."""
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys of the medicines of a class, by the key of the class."""
    protected: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DrugKnowledge:
    """Names of medicines, immutable and safe to share between threads.

    The first table is the shipped one; tables after it were taught by indexed pages. A page that
    gives a known name to another medicine adds an owner; it never takes the name away.
    """

    _tables: tuple[_Table, ...]

    @staticmethod
    def shipped() -> DrugKnowledge:
        """Return the knowledge that comes with the package; read once per process."""
        return _shipped()

    def with_names(self, drugs: Iterable[Drug]) -> DrugKnowledge:
        """Add what pages teach: brands of known or unknown ingredients; known names stay as is."""
        lines: dict[str, list[str]] = {}
        for drug in drugs:
            key = key_of(drug)
            is_known = any(name.key == key for name in self._named(drug.name))
            if drug.role == "class" or is_known or not any(analysed(drug.name)):
                continue
            entry = written(drug.name, role=drug.role, source="p")
            entries = lines.setdefault(key, [])
            if entry not in entries:
                entries.append(entry)
        if not lines:
            return self
        return DrugKnowledge((*self._tables, _indexed(sorted(lines.items()), {})))

    def resolve(self, name: str) -> DrugName | None:
        """Return whose name this is; the dominant medicine where several have it."""
        return next(iter(self._named(name)), None)

    def resolve_all(self, name: str) -> tuple[DrugName, ...]:
        """Return every medicine that has this name, the dominant one first."""
        return self._named(name)

    def find(self, terms: Sequence[str]) -> tuple[NameSpan, ...]:
        """Find names in analysed terms, left to right, the longest first; never overlapping.

        Linear: at each term at most as many rows are tried as the longest name from it has terms.
        """
        found: list[NameSpan] = []
        position = 0
        while position < len(terms):
            span = self._name_at(terms, position)
            if span is None:
                position += 1
            else:
                found.append(span)
                position = span.end
        return tuple(found)

    def names(self, key: str) -> tuple[DrugName, ...]:
        """Return all names of a medicine, its ingredient first; empty for an unknown key."""
        found: dict[_Terms, DrugName] = {}
        for table in self._tables:
            for entry in table.by_key.get(key, ()):
                name = _read(key, entry)
                found.setdefault(name.terms, name)
        return tuple(found.values())

    def all_names(self) -> tuple[str, ...]:
        """Return every name of every medicine once: its terms, joined by spaces."""
        return tuple(dict.fromkeys(joined for table in self._tables for joined in table.entries))

    def class_of(self, key: str) -> str | None:
        """Return the pharmacologic class of a medicine (`Purine Antimetabolite`), if known."""
        return next(iter(self.classes_of(key)), None)

    def classes_of(self, key: str) -> tuple[str, ...]:
        """Return all pharmacologic classes that the lists give a medicine."""
        return next((t.classes[key] for t in self._tables if key in t.classes), ())

    def members(self, class_key: str) -> tuple[str, ...]:
        """Return the keys of the single-ingredient medicines of a class (`class:statin`)."""
        return next((t.members[class_key] for t in self._tables if class_key in t.members), ())

    @property
    def protected(self) -> frozenset[str]:
        """Single terms that are names of medicines: never to be stemmed."""
        return frozenset().union(*(table.protected for table in self._tables))

    def _named(self, name: str) -> tuple[DrugName, ...]:
        joined = " ".join(term for term in analysed(name) if term)
        return self._read_all(joined)

    def _read_all(self, joined: str) -> tuple[DrugName, ...]:
        found: dict[str, DrugName] = {}
        for table in self._tables:
            for key, entry in table.entries.get(joined, ()):
                found.setdefault(key, _read(key, entry))
        return tuple(found.values())

    def _name_at(self, terms: Sequence[str], position: int) -> NameSpan | None:
        first = terms[position]
        longest = max(table.longest.get(first, 0) for table in self._tables)
        for end in range(min(position + longest, len(terms)), position, -1):
            joined = " ".join(terms[position:end])
            for table in self._tables:
                if entries := table.entries.get(joined):
                    return NameSpan(position, end, _read(*entries[0]))
        return None


def key_of(drug: Drug) -> str:
    """Return the key of a medicine: its ingredient, or its own name where none is known."""
    if drug.role == "class":
        return CLASS_PREFIX + " ".join(term for term in analysed(drug.name) if term)
    return drug.ingredient or drug.name.casefold()


def joined_names(ingredients: Sequence[str]) -> str:
    """Write the ingredients of a combination as people do: "a, b and c"."""
    *before, last = ingredients
    return f"{', '.join(before)} and {last}" if before else last


@cache
def _shipped() -> DrugKnowledge:
    folder = files("indexer.knowledge")
    packed = folder.joinpath(TABLE).read_bytes()
    lay = folder.joinpath(CLASS_TABLE).read_text(encoding="utf-8")
    medicines: list[tuple[str, list[str]]] = []
    classes: dict[str, tuple[str, ...]] = {}
    for line in gzip.decompress(packed).decode("utf-8").splitlines():
        key, drug_classes, *entries = line.split("\t")
        medicines.append((key, entries))
        if drug_classes:
            classes[key] = tuple(drug_classes.split("|"))
    return DrugKnowledge((_with_classes(medicines, classes, lay),))


def _with_classes(
    medicines: list[tuple[str, list[str]]], classes: dict[str, tuple[str, ...]], lay: str
) -> _Table:
    """Join the table of medicines and the list of class names that people type."""
    members: dict[str, tuple[str, ...]] = {}
    for line in lay.splitlines():
        if not line or line.startswith("#"):
            continue
        names, labels = (part.split("|") for part in line.split("\t"))
        key = CLASS_PREFIX + " ".join(analysed(names[0]))
        medicines.append((key, [written(name, role="class", source="c") for name in names]))
        wanted = frozenset(labels)
        members[key] = tuple(
            medicine
            for medicine, drug_classes in classes.items()
            if COMBINATION not in medicine and not wanted.isdisjoint(drug_classes)
        )
    return _indexed(medicines, classes, members)


def _indexed(
    medicines: Iterable[tuple[str, Sequence[str]]],
    classes: Mapping[str, tuple[str, ...]],
    members: Mapping[str, tuple[str, ...]] | None = None,
) -> _Table:
    """Index medicines by the terms of their names. This runs at start: keep it lean."""
    entries: dict[str, tuple[_Entry, ...]] = {}
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
    return _Table(
        entries=entries,
        longest=longest,
        by_key=by_key,
        classes=classes,
        members=members or {},
        protected=frozenset(protected),
    )


def written(name: str, *, role: Role, source: str, dominant: bool = False) -> str:
    """Write a name as the table has it: role, source, dominance, name, terms if they differ."""
    joined = " ".join(term for term in analysed(name) if term)
    tail = "" if joined == name.lower() else f"={joined}"
    return f"{role[0]}{source}{'*' if dominant else '-'}{name}{tail}"


def _read(key: str, entry: str) -> DrugName:
    name, marked, folded = entry[3:].partition("=")
    role = _ROLES[entry[0]]
    # A page may teach a brand without its ingredient: then the brand is its own key.
    is_unknown = role == "class" or (role == "brand" and name.casefold() == key)
    return DrugName(
        name=name,
        key=key,
        role=role,
        ingredient=None if is_unknown else key,
        terms=tuple((folded if marked else name.lower()).split(" ")),
        source=SOURCES[entry[1]],
    )
