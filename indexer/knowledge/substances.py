"""Which names in the lists are one substance: salts, spellings and synonyms under one key."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from indexer.knowledge.name_lists import Product, Substance, normal
from indexer.knowledge.salts import SALTS

MINERALS = frozenset(
    """
    sodium potassium calcium magnesium lithium ferrous ferric iron zinc aluminum aluminium
    ammonium barium bismuth copper cupric manganese chromium chromic selenium selenious silver
    gold hydrogen silicon strontium stannous iodine iodide fluoride phosphoric sodium-potassium
    gallium indium thallium thallous rubidium technetium choline acetic lactic boric carbon nitrous
    nitric urea amino coal lanthanum pentetate insulin
    """.split()
)
"""First words of names in which every word counts: potassium chloride is not potassium."""

# FDA's distinguishing suffix of biological products: four letters without meaning.
_BIOSIMILAR = re.compile(r"(.+)-[a-z]{4}")


class Ingredients:
    """Which names are one substance, and the key that they share."""

    def __init__(
        self, products: Iterable[Product], substances: Iterable[Substance], same: Mapping[str, str]
    ) -> None:
        self._same = same
        self._frequency = Counter(
            normal(part) for product in products for part in product.ingredients
        )
        self._substances = [s for s in substances if s.is_listed]
        self._entry = self._index_of_synonyms()
        self._known = {*self._frequency, *self._entry}
        self._key_of_entry = self._choose_keys()

    def key(self, ingredient: str) -> str:
        """Return the key of an ingredient as a list writes it."""
        name = self._same.get(normal(ingredient), normal(ingredient))
        base = self._same.get(self._base(name), self._base(name))
        entry = self._entry.get(base)
        key = base if entry is None else self._key_of_entry[entry]
        return self._same.get(key, key)

    def names(self) -> Iterator[tuple[str, str, str]]:
        """Yield key, name and source of every name of an ingredient."""
        marketed = {self.key(name) for name in self._frequency}
        for name in self._frequency:
            yield self.key(name), name, "f"
            yield self.key(name), self._base(name), "f"
        for substance in self._substances:
            key = self.key(substance.name)
            yield key, substance.name, "d"
            # Other substances' synonyms are mostly of chemistry and farming ("balance").
            if key not in marketed:
                continue
            for synonym in substance.synonyms:
                # A synonym that two entries claim, or that FDA's lists know otherwise, is unclear.
                if self._entry.get(synonym) is not None and self.key(synonym) == key:
                    yield key, synonym, "d"

    def _index_of_synonyms(self) -> dict[str, int]:
        """Map names and unambiguous synonyms to the number of their entry."""
        entry = {substance.name: number for number, substance in enumerate(self._substances)}
        claims: dict[str, set[int]] = defaultdict(set)
        for number, substance in enumerate(self._substances):
            for synonym in substance.synonyms:
                claims[synonym].add(number)
        for synonym, numbers in claims.items():
            if len(numbers) == 1:
                entry.setdefault(synonym, *numbers)
        return entry

    def _choose_keys(self) -> dict[int, str]:
        """Choose for each entry the name that most of FDA's products use, else its own."""
        uses: dict[int, Counter[str]] = defaultdict(Counter)
        for name, count in self._frequency.items():
            base = self._base(name)
            if base in self._entry:
                uses[self._entry[base]][base] += count
        chosen = {}
        for number, substance in enumerate(self._substances):
            base = self._base(substance.name)
            base_entry = self._entry.get(base, number)
            ranked = uses[base_entry].most_common(1)
            fallback = base if base_entry != number else substance.name
            chosen[number] = ranked[0][0] if ranked else fallback
        return chosen

    def _base(self, name: str) -> str:
        """Take away the words of a salt, as long as a known name remains."""
        suffixed = _BIOSIMILAR.fullmatch(name)
        if suffixed and suffixed[1] in self._known:
            return suffixed[1]
        words = name.split()
        if words[0] in MINERALS:
            return name
        end = len(words)
        while end > 1 and words[end - 1] in SALTS:
            end -= 1
        for stop in range(end, len(words)):
            if (base := " ".join(words[:stop])) in self._known:
                return base
        return name
