"""Build the shipped table of names: `python -m indexer.knowledge.build_names DIR`.

DIR holds the public lists that README.md beside this file names. In order of trust: the curated
list, Drugs@FDA, the NDC directory, the DrugBank vocabulary. The steps:

1. ingredients: salts are folded to their base (azathioprine sodium is azathioprine; potassium
   chloride stays), synonyms of one substance share a key, its most frequent name in FDA's lists;
2. brands: the words before strength, form and container; a "brand" that only repeats its
   ingredients is none;
3. names that are ordinary words, too short, or mostly another medicine's are left out.
"""

from __future__ import annotations

import gzip
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from indexer.analysis.tokens import terms as analysed
from indexer.knowledge.drugs import COMBINATION, joined_names
from indexer.knowledge.name_lists import (
    Product,
    read_drugbank,
    read_drugs_at_fda,
    read_ndc,
    read_words,
)
from indexer.knowledge.name_tables import written
from indexer.knowledge.packed_names import NAME_INDEX, TABLE, index_of
from indexer.knowledge.salts import SALTS
from indexer.knowledge.substances import Ingredients
from indexer.model import Role

HERE = Path(__file__).parent

_TRUST = "cfnd"
"""Letters of the sources, the most trusted first."""

_PARENTHESIS = re.compile(r"\s*\([^)]*\)?")
_CONTAINER = re.compile(
    r"\s+(IN PLASTIC CONTAINER|IN (DEXTROSE|SODIUM|WATER|AQUEOUS|LACTATED|PLASTIC|STERILE|BOTTLE).*"
    r"|W/ ?(DEXTROSE|ELECTROLYTES|CALCIUM).*|PRESERVATIVE FREE.*|STERILE .*"
    r"|AND (DEXTROSE|SODIUM CHLORIDE).*|KIT|CO-?PACK.*|#.*|NO\..*)$"
)
_STRENGTH = re.compile(r"[\s-]+(\d[\d./+,-]*%?(MG|MCG|ML|MEQ|DAY|U)?|\d+[A-Z]?)(-DAY)?$")
_FORM_WORDS = frozenset(
    """
    TABLET TABLETS CAPSULE CAPSULES INJECTION CREAM OINTMENT GEL LOTION SOLUTION SUSPENSION SYRUP
    ELIXIR SPRAY DROPS PATCH KIT PEN POWDER FOAM VIAL VIALS CARTRIDGE CHEWABLE TOPICAL ORAL NASAL
    OPHTHALMIC VAGINAL RECTAL INTRAVENOUS PEDIATRIC ADULT DILUENT PACKAGE PHARMACY BULK DAY
    SUPPOSITORY SUPPOSITORIES SHAMPOO CONCENTRATE NOVAPLUS USP ER IR
    """.split()
)
_RELEASES = frozenset({"XR", "XL", "ER", "SR", "CR", "LA", "CD", "DR", "EC", "XT", "ODT", "HFA"})
"""Letters after a brand that tell how it is released or given, never another ingredient."""

_LINKING_WORDS = frozenset({"and", "with", "in", "acid", "compound", "plus", "w", "extended"})

# The NDC directory's brands include descriptions ("good sense all day pain relief").
_PLAIN_BRAND = re.compile(r"[A-Z]{5,}(?:[ -][A-Z]{2,})?")
_PLAIN_NAME = re.compile(r"[a-z][a-z0-9]*(?:[ '-][a-z0-9]+){0,3}")

# Ingredients of infusions, allergens and plants; what is mixed into a fluid is no combination.
_FLUIDS = frozenset({"dextrose", "anhydrous dextrose", "sodium chloride", "sterile water"})
_JUNK = re.compile(
    r"\b(pollen|allergenic|extract|antigen|whole|leaf|root|bark|seed|oil|dander|virus|venom"
    r"|serotype|strain|feather|hair|cation|anion|ion|acids|residue|radical|juice|flower|fruit"
    r"|bran|gum|peel|resin|wax|top|stem|rhizome|bean|fish|meat|egg|dust|mold|spores?|liver"
    r"|blue|green|yellow|red|flavor|cell)\b"
)
_FOREIGN = re.compile(r"[a-z]+(?:um|us|o|a|as|e)$")
_ENDING = re.compile(r"(?:um|us|as|o|a|e)$")
_SPELLINGS = (("ph", "f"), ("th", "t"), ("ch", "c"), ("y", "i"), ("z", "s"), ("k", "c"))

_SHORTEST = 4
_SHORTEST_SPOKEN = 5
_PAIR = 2
_MOST_INGREDIENTS = 5
_DOMINANT = 3
"""A brand is a medicine's alone when it has this many times the products of the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A name of one medicine, as it will stand in the table."""

    name: str
    joined: str
    key: str
    role: Role
    source: str


class NameTable:
    """The names that are kept, by medicine."""

    def __init__(self, ingredients: Ingredients, ordinary: frozenset[str]) -> None:
        self._ingredients = ingredients
        self._ordinary = ordinary
        self._products: Counter[tuple[str, str]] = Counter()
        self._entries: dict[str, dict[str, Entry]] = defaultdict(dict)
        self._classes: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, key: str, name: str, role: Role, source: str) -> None:
        """Keep a name, unless it is too short, a number, or ordinary English."""
        joined = " ".join(term for term in analysed(name) if term)
        letters = sum(character.isalpha() for character in joined)
        if source != "c" and (letters < _SHORTEST or joined in self._ordinary or "=" in name):
            return
        entry = Entry(name=name, joined=joined, key=key, role=role, source=source)
        self._entries[joined].setdefault(key, entry)

    def add_product(self, product: Product) -> None:
        """Take a product's brand, combination and classes."""
        keys = sorted({self._ingredients.key(part) for part in product.ingredients})
        is_fluid = len(keys) > 1 and not _FLUIDS.isdisjoint(keys)
        if not keys or len(keys) > _MOST_INGREDIENTS or is_fluid or any(map(self.is_junk, keys)):
            return
        key = COMBINATION.join(keys)
        self._classes[key].update(product.classes)
        if len(keys) > 1:
            for name in combination_names(keys):
                self.add(key, name, "ingredient", product.source)
        brand = clean_brand(product.brand)
        if product.source == "n" and not _PLAIN_BRAND.fullmatch(brand):
            return
        for name in (brand, spoken_brand(brand)):
            if name and not is_generic(name, (*product.ingredients, *keys)):
                self.add(key, display_brand(name), "brand", product.source)
                self._products[" ".join(analysed(name)), key] += 1

    def add_synonyms(self, synonyms: Iterable[tuple[str, str, str]]) -> None:
        """Keep names of ingredients, but no Latin or Romance forms of names that are kept."""
        kept: set[tuple[str, str]] = set()
        later = []
        for key, name, source in synonyms:
            if not _PLAIN_NAME.fullmatch(name) or self.is_junk(name) or self.is_junk(key):
                continue
            if source == "d" and name != key and _FOREIGN.fullmatch(name.split()[-1]):
                later.append((key, name, source))
                continue
            self.add(key, name, "ingredient", source)
            kept.add((key, skeleton(name)))
        for key, name, source in later:
            if (key, skeleton(name)) not in kept:
                self.add(key, name, "ingredient", source)

    def is_junk(self, name: str) -> bool:
        """Say whether an ingredient is a plant, an allergen, a dye or an ordinary substance."""
        return bool(_JUNK.search(name)) or name in self._ordinary

    def lines(self) -> Iterator[str]:
        """Yield the lines of the table, by key: key, classes, names."""
        by_key: dict[str, list[tuple[tuple[bool, bool, int, str], str]]] = defaultdict(list)
        for joined in self._entries:
            owners = self._owners(joined)
            for place, entry in enumerate(owners):
                is_dominant = place == 0 and len(owners) > 1
                text = written(
                    entry.name, role=entry.role, source=entry.source, dominant=is_dominant
                )
                rank = (
                    entry.name not in (entry.key, joined_names(entry.key.split(COMBINATION))),
                    entry.role != "brand",
                    _TRUST.index(entry.source),
                    entry.name,
                )
                by_key[entry.key].append((rank, text))
        for key in sorted(by_key):
            labels = [label for label, _ in self._classes[key].most_common()]
            yield "\t".join((key, "|".join(labels), *(text for _, text in sorted(by_key[key]))))

    def _owners(self, joined: str) -> list[Entry]:
        """Return the medicines that keep a name, the one that most products have first.

        A curated name beats the lists, and an ingredient's name is never another one's brand.
        """
        entries = sorted(
            self._entries[joined].values(),
            key=lambda entry: (
                entry.source != "c",
                entry.role != "ingredient",
                -self._products[joined, entry.key],
                _TRUST.index(entry.source),
                entry.key,
            ),
        )
        first = entries[0]
        if first.source == "c":
            return [entry for entry in entries if entry.source == "c"]
        if first.role == "ingredient":
            return [first]
        most = self._products[joined, first.key]
        return [e for e in entries if self._products[joined, e.key] * _DOMINANT > most]


def clean_brand(brand: str) -> str:
    """Leave of a brand what people say: no strength, form, container or package."""
    name = _PARENTHESIS.sub("", brand.upper().replace("'", "").replace("®", "")).strip()
    name = _CONTAINER.sub("", name).replace(" W/ ", " WITH ")
    while True:
        words = _STRENGTH.sub("", name).split()
        while len(words) > 1 and words[-1].strip(",") in _FORM_WORDS:
            words.pop()
        shorter = " ".join(words).strip(" ,-")
        if shorter == name:
            return name
        name = shorter


def spoken_brand(brand: str) -> str:
    """Return a brand without the letters that tell its release: Oxtellar XR; empty when none."""
    first, _, rest = brand.replace("-", " ").partition(" ")
    return first if rest in _RELEASES and len(first) >= _SHORTEST_SPOKEN else ""


def is_generic(brand: str, ingredients: Iterable[str]) -> bool:
    """Say whether a brand only repeats words of its ingredients, salts and forms."""
    words = {word for name in ingredients for word in analysed(name)}
    return all(
        word in words
        or word in SALTS
        or word in _LINKING_WORDS
        or word.upper() in _FORM_WORDS
        or word[0].isdigit()
        for word in analysed(brand)
    )


def display_brand(brand: str) -> str:
    """Capitalise a brand: Toprol-XL, Depo-Provera; words without vowels and of two letters stay."""
    return re.sub(r"[A-Z0-9]+", lambda word: _display_word(word[0]), brand)


def _display_word(word: str) -> str:
    is_abbreviation = len(word) < _SHORTEST - 1 or not re.search("[AEIOUY]", word)
    return word if is_abbreviation else word.capitalize()


def skeleton(name: str) -> str:
    """Reduce a name to what its forms in Latin and the Romance languages share."""
    for spelling, letter in _SPELLINGS:
        name = name.replace(spelling, letter)
    stems = " ".join(_ENDING.sub("", word) for word in name.split())
    return re.sub(r"(.)\1", r"\1", stems)


def combination_names(keys: list[str]) -> Iterator[str]:
    """Yield how a combination is written: "a and b", "b and a", "a/b", "a, b and c"."""
    # Of three and more, the alphabetical order alone: most of six orders would never be met.
    orders = [keys, keys[::-1]] if len(keys) == _PAIR else [keys]
    for order in orders:
        yield joined_names(order)
        yield "/".join(order)


def build(folder: Path) -> list[str]:
    """Return the lines of the table."""
    products = [
        *read_drugs_at_fda(folder / "drugsatfda_2019_Products.txt"),
        *read_ndc(folder / "ndc_names_2015.tsv"),
    ]
    curated = [line.split("\t") for line in read_words(HERE / "curated_names.tsv")]
    same = {name.lower(): key for role, name, key in curated if role == "ingredient"}
    ingredients = Ingredients(products, read_drugbank(folder / "drugbank_vocabulary.csv"), same)
    table = NameTable(ingredients, frozenset(read_words(HERE / "ordinary_words.txt")))
    for role, name, key in curated:
        table.add(key, name, "brand" if role == "brand" else "ingredient", "c")
    table.add_synonyms(ingredients.names())
    for product in products:
        table.add_product(product)
    return list(table.lines())


def main() -> None:
    """Write the table and its index beside this file."""
    lines = build(Path(sys.argv[1]))
    for name, content in ((TABLE, lines), (NAME_INDEX, index_of(lines))):
        packed = gzip.compress(("\n".join(content) + "\n").encode(), 9, mtime=0)
        (HERE / name).write_bytes(packed)
        sys.stdout.write(f"{name}: {len(content)} lines, {len(packed):,} bytes\n")


if __name__ == "__main__":
    main()
