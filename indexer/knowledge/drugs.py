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

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from indexer.knowledge.aliases import (
    NO_ALIASES,
    Aliases,
    OwnMedicine,
    given_names,
    joined_terms,
)
from indexer.knowledge.name_tables import NameTable, Without, members_with, small_table, written
from indexer.knowledge.packed_names import PackedTable, read_packed
from indexer.knowledge.ready_tables import ready_table
from indexer.model import Drug, Role

CLASS_PREFIX = "class:"
COMBINATION = " / "

_ROLES: Mapping[str, Role] = {"b": "brand", "i": "ingredient", "c": "class"}
SOURCES: Mapping[str, str] = {
    "f": "Drugs@FDA",
    "n": "NDC directory",
    "d": "DrugBank vocabulary",
    "c": "curated",
    "p": "an indexed page",
    "a": "your aliases",
}
"""Where a name comes from, by the letter that stands in the table."""

_REMEMBERED = 32_768
"""Entries that were read; the shipped table has 19,000."""


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


@dataclass(frozen=True, slots=True, eq=False)
class DrugKnowledge:
    """Names of medicines, immutable and safe to share between threads. Equal only to itself.

    The first table wins: a user's aliases, where there are any, then what is shipped, then what
    indexed pages taught. A page that gives a known name to another medicine adds an owner; it
    never takes the name away, and no page adds one to a name that the aliases settle.
    """

    _tables: tuple[NameTable, ...]
    settled: frozenset[str] = frozenset()
    """Terms, joined by spaces, of the names that a user's aliases decide about."""

    @staticmethod
    def shipped() -> DrugKnowledge:
        """Return the knowledge that comes with the package; read once per process."""
        return _shipped()

    @staticmethod
    def shipped_with(aliases: Aliases) -> DrugKnowledge:
        """Return the shipped knowledge under a user's aliases; worked out once per process."""
        return _shipped_with(aliases)

    def with_aliases(self, aliases: Aliases) -> DrugKnowledge:
        """Let a user's own names win.

        A name that they give to a medicine is taken from all others, as if the lists had never
        had it, and an ordinary word names none.
        """
        if aliases == NO_ALIASES:
            return self
        entries: dict[str, list[str]] = {}
        classes: dict[str, tuple[str, ...]] = {}
        for medicine in aliases.medicines:
            key = self._own_key(medicine)
            own = entries.setdefault(key, [self._ingredient_entry(key, medicine)])
            own += [written(name, role="ingredient", source="a") for name in medicine.names]
            own += [written(name, role="brand", source="a") for name in medicine.brands]
            if medicine.drug_class is not None:
                classes[key] = (medicine.drug_class,)
        given = (name for medicine in aliases.medicines for name in given_names(medicine))
        settled = frozenset(map(joined_terms, (*given, *aliases.ordinary)))
        tables = tuple(Without(table, settled) for table in self._tables)
        members = members_with(self._tables, classes)
        own_table = small_table(entries.items(), classes=classes, members=members)
        return DrugKnowledge((own_table, *tables), settled)

    def conflicts(self, aliases: Aliases) -> tuple[str, ...]:
        """Return, in sentences, where aliases and lists disagree about a name."""
        found = []
        for medicine in aliases.medicines:
            key, said = self._own_key(medicine), joined_names(medicine.ingredients)
            for name in given_names(medicine):
                others = [owner for owner in self.resolve_all(name) if owner.key != key]
                if others:
                    listed = " or ".join(owner.ingredient or owner.name for owner in others)
                    found.append(f"{name}: your aliases say {said}, the lists say {listed}")
            for name in medicine.ingredients:
                known = self.resolve(name)
                if known is not None and known.role != "ingredient":
                    listed = f"a {known.role} of {known.key}" if known.ingredient else "a class"
                    found.append(f"{name}: your aliases say an ingredient, the lists say {listed}")
        return tuple(found)

    def with_names(self, drugs: Iterable[Drug]) -> DrugKnowledge:
        """Add what pages teach: brands of known or unknown ingredients; known names stay as is."""
        lines: dict[str, list[str]] = {}
        for drug in drugs:
            key = key_of(drug)
            # Most names are listed, and are their own terms but for capitals: looked up so, they
            # need no analysis.
            if drug.role == "class" or self._owns(key, drug.name.lower()):
                continue
            joined = joined_terms(drug.name)
            if not joined or joined in self.settled or self._owns(key, joined):
                continue
            entry = written(drug.name, role=drug.role, source="p")
            entries = lines.setdefault(key, [])
            if entry not in entries:
                entries.append(entry)
        if not lines:
            return self
        tables = (*self._tables, small_table(sorted(lines.items())))
        return DrugKnowledge(tables, self.settled)

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
        # One term in ten begins a name; sets tell which, five times faster than one by one.
        words = set(terms)
        beginnings: set[str] = set()
        for table in self._tables:
            beginnings |= table.beginnings(words)
        if not beginnings:
            return ()
        longest = {first: max([t.longest(first) for t in self._tables]) for first in beginnings}
        found: list[NameSpan] = []
        free = 0
        for position, term in enumerate(terms):
            if term in longest and position >= free:
                span = self._name_at(terms, position, position + longest[term])
                if span is not None:
                    found.append(span)
                    free = span.end
        return tuple(found)

    def names(self, key: str) -> tuple[DrugName, ...]:
        """Return all names of a medicine, its ingredient first; empty for an unknown key."""
        found: dict[tuple[str, ...], DrugName] = {}
        for table in self._tables:
            for entry in table.entries(key):
                name = _read(key, entry)
                found.setdefault(name.terms, name)
        return tuple(found.values())

    def name_of(self, key: str) -> str | None:
        """Return the first of the `names` of a medicine as people write it; None without any."""
        return _name_of(self, key)

    def all_names(self) -> tuple[str, ...]:
        """Return every name of every medicine once: its terms, joined by spaces."""
        return tuple(dict.fromkeys(joined for table in self._tables for joined in table.names()))

    def class_of(self, key: str) -> str | None:
        """Return the pharmacologic class of a medicine (`Purine Antimetabolite`), if known."""
        return next(iter(self.classes_of(key)), None)

    def classes_of(self, key: str) -> tuple[str, ...]:
        """Return all pharmacologic classes that the lists give a medicine."""
        return next(filter(None, (table.classes(key) for table in self._tables)), ())

    def members(self, class_key: str) -> tuple[str, ...]:
        """Return the keys of the single-ingredient medicines of a class (`class:statin`)."""
        if not class_key.startswith(CLASS_PREFIX):
            return ()
        found = (table.members(class_key) for table in self._tables)
        return next((members for members in found if members is not None), ())

    @property
    def protected(self) -> frozenset[str]:
        """Single terms that are names of medicines: never to be stemmed."""
        return frozenset().union(*(table.protected for table in self._tables))

    def _own_key(self, medicine: OwnMedicine) -> str:
        """Return the key of an own medicine, whichever name of its ingredient it has."""
        keys = set()
        for ingredient in medicine.ingredients:
            known = self.resolve(ingredient)
            is_ingredient = known is not None and known.role == "ingredient"
            key = known.key if known and is_ingredient else ingredient
            keys.update(key.split(COMBINATION))
        return COMBINATION.join(sorted(keys))

    def _ingredient_entry(self, key: str, medicine: OwnMedicine) -> str:
        known = (entry for table in self._tables for entry in table.entries(key)[:1])
        name = joined_names(medicine.ingredients)
        return next(known, written(name, role="ingredient", source="a"))

    def _named(self, name: str) -> tuple[DrugName, ...]:
        return self._read_all(joined_terms(name))

    def _read_all(self, joined: str) -> tuple[DrugName, ...]:
        found: dict[str, DrugName] = {}
        for table in self._tables:
            for key, entry in table.owners(joined):
                found.setdefault(key, _read(key, entry))
        return tuple(found.values())

    def _owns(self, key: str, joined: str) -> bool:
        return any(table.owns(key, joined) for table in self._tables)

    def _name_at(self, terms: Sequence[str], position: int, last: int) -> NameSpan | None:
        """Return the longest name that begins at a position and ends at the `last` or before."""
        for end in range(min(last, len(terms)), position, -1):
            joined = " ".join(terms[position:end])
            for table in self._tables:
                if owners := table.owners(joined):
                    return NameSpan(position, end, _read(*owners[0]))
        return None


def key_of(drug: Drug) -> str:
    """Return the key of a medicine: its ingredient, or its own name where none is known."""
    if drug.role == "class":
        return CLASS_PREFIX + joined_terms(drug.name)
    return drug.ingredient or drug.name.casefold()


def joined_names(ingredients: Sequence[str]) -> str:
    """Write the ingredients of a combination as people do: "a, b and c"."""
    *before, last = ingredients
    return f"{', '.join(before)} and {last}" if before else last


@cache
def _shipped_with(aliases: Aliases) -> DrugKnowledge:
    return _shipped().with_aliases(aliases)


@cache
def _shipped() -> DrugKnowledge:
    medicines = read_packed()
    return DrugKnowledge((medicines, _classes(medicines)))


def _classes(medicines: PackedTable) -> NameTable:
    """Return the names of classes that people type, each class with its medicines."""
    lines = ready_table("classes")
    stands_for = {key: frozenset(labels) for key, labels, _ in lines}

    @cache
    def members(class_key: str) -> tuple[str, ...] | None:
        wanted = stands_for.get(class_key)
        if wanted is None:
            return None
        return tuple(
            medicine
            for medicine, drug_classes in medicines.classified.items()
            if COMBINATION not in medicine and not wanted.isdisjoint(drug_classes)
        )

    names = ((key, entries) for key, _, entries in lines)
    return small_table(names, labels=stands_for, members=members)


@lru_cache(maxsize=_REMEMBERED)
def _name_of(knowledge: DrugKnowledge, key: str) -> str | None:
    # A page of results names every medicine of its facet, hundreds for a broad query.
    for table in knowledge._tables:  # noqa: SLF001 - a method of that class but for its memory
        if entries := table.entries(key):
            return _written_name(entries[0])
    return None


def _written_name(entry: str) -> str:
    return entry[3:].partition("=")[0]


@lru_cache(maxsize=_REMEMBERED)
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
