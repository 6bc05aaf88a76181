"""The medicines that the articles of an index are about: what is listed from A to Z.

A search only asks whether a medicine is among them, so an entry with all its names and articles is
made when somebody wants to see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from indexer.knowledge.drugs import COMBINATION, DrugKnowledge, key_of
from indexer.model import Drug, DrugEntry


class Medicines:
    """The medicines of one generation, by their keys. Immutable; entries are made on use."""

    def __init__(
        self, named: Iterable[tuple[Drug, Sequence[str]]], knowledge: DrugKnowledge
    ) -> None:
        """Take each medicine that articles name as their subject, with the ids of the articles."""
        self._knowledge = knowledge
        self._about: dict[str, list[tuple[Drug, Sequence[str]]]] = {}
        for drug, articles in named:
            self._about.setdefault(key_of(drug), []).append((drug, articles))
        self._made: dict[str, DrugEntry] = {}

    def __contains__(self, key: str) -> bool:
        """Say whether an article is about a medicine."""
        return key in self._about

    def __iter__(self) -> Iterator[str]:
        """Yield the keys of all medicines, in no special order."""
        return iter(self._about)

    def entry(self, key: str) -> DrugEntry:
        """Return what to list of a medicine; raise KeyError where no article is about it."""
        if key not in self._made:
            # Two threads may make the same entry; what they make is equal.
            self._made[key] = _entry(key, self._about[key], self._knowledge)
        return self._made[key]

    @cached_property
    def entries(self) -> Mapping[str, DrugEntry]:
        """All medicines by key, A to Z."""
        return {key: self.entry(key) for key in self._from_a_to_z(self._about)}

    @cached_property
    def combinations(self) -> Mapping[str, tuple[str, ...]]:
        """The combinations among the medicines, A to Z, by each of their ingredients."""
        found: dict[str, tuple[str, ...]] = {}
        for key in sorted(key for key in self._about if COMBINATION in key):
            for part in key.split(COMBINATION):
                found[part] = (*found.get(part, ()), key)
        return found

    def of_class(self, drug_class: str) -> Sequence[str]:
        """Return the medicines of a pharmacologic class, A to Z."""
        return self._from_a_to_z(self._by_class.get(drug_class, ()))

    @cached_property
    def _by_class(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        for key in self._about:
            for label in dict.fromkeys(self._knowledge.classes_of(key)):
                found.setdefault(label, []).append(key)
        return found

    def _from_a_to_z(self, keys: Iterable[str]) -> Sequence[str]:
        return sorted(keys, key=lambda key: (self.entry(key).name.casefold(), key))


def _entry(
    key: str, named: Sequence[tuple[Drug, Sequence[str]]], knowledge: DrugKnowledge
) -> DrugEntry:
    """Return what to list of a medicine, under its ingredient where that is known."""
    ingredients = (name.ingredient for name in knowledge.names(key) if name.ingredient)
    ingredient = next(ingredients, None)
    brands = sorted({drug.name for drug, _ in named if drug.role == "brand"}, key=str.casefold)
    return DrugEntry(
        name=ingredient or next(iter(brands), key),
        ingredient=ingredient,
        brands=tuple(brands),
        drug_class=knowledge.class_of(key),
        articles=tuple(sorted({article for _, articles in named for article in articles})),
    )
