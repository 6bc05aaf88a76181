"""Build the shipped table of medicine names from public lists: `python -m ... build_names DIR`.

DIR holds `drugsatfda_2019_Products.txt`, `ndc_names_2015.tsv` and `drugbank_vocabulary.csv`;
README.md beside this file tells where they come from. Sources in order of trust: the curated list,
Drugs@FDA, the NDC directory, the DrugBank vocabulary. The steps:

1. ingredients: salts are folded to their base (azathioprine sodium is azathioprine; potassium
   chloride stays), synonyms of one substance share a key, its most frequent name in FDA's lists;
2. brands: the words before strength, form and container; a "brand" that only repeats its
   ingredients is none;
3. names that are ordinary English, too short, or shared in an unclear way are left out.
"""

from __future__ import annotations

import csv
import gzip
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from indexer.analysis.folding import fold_characters
from indexer.analysis.tokens import terms as analysed
from indexer.knowledge.drugs import COMBINATION, TABLE
from indexer.model import Role

HERE = Path(__file__).parent

SALTS = frozenset(
    """
    hydrochloride dihydrochloride hcl sodium disodium trisodium potassium dipotassium calcium
    magnesium sulfate bisulfate hydrogen phosphate diphosphate monophosphate acetate diacetate
    citrate bromide hydrobromide chloride maleate dimaleate tartrate bitartrate fumarate
    hemifumarate mesylate dimesylate besylate tosylate succinate hemisuccinate gluconate
    digluconate lactate nitrate mononitrate benzoate pamoate palmitate propionate dipropionate
    valerate malate s-malate pivalate cypionate decanoate enanthate furoate acetonide napsylate
    isethionate camsylate tannate oxalate olamine diolamine tromethamine meglumine dimeglumine
    arginine lysine erbumine polistirex anhydrous monohydrate dihydrate trihydrate hemihydrate
    hydrate heptahydrate tetrahydrate hexahydrate sesquihydrate iodide methylsulfate methylbromide
    saccharate aspartate monobasic dibasic recombinant human purified synthetic estolate
    ethylsuccinate stearate adipate hexacetonide undecanoate caproate butyrate probutate
    salicylate trometamol medocaril stinoprate
    """.split()
)
"""Words after the base of a name that do not make another medicine of it."""

MINERALS = frozenset(
    """
    sodium potassium calcium magnesium lithium ferrous ferric iron zinc aluminum aluminium
    ammonium barium bismuth copper cupric manganese chromium chromic selenium selenious silver
    gold hydrogen silicon strontium stannous iodine iodide fluoride phosphoric sodium-potassium
    gallium indium thallium thallous rubidium technetium choline acetic lactic boric carbon nitrous
    nitric urea amino coal
    """.split()
)
"""First words of names in which every word counts: potassium chloride is not potassium."""

_CONTAINER = re.compile(
    r"\s+(IN PLASTIC CONTAINER|IN (DEXTROSE|SODIUM|WATER|AQUEOUS|LACTATED|PLASTIC"
    r"|STERILE|BOTTLE).*|PRESERVATIVE FREE.*|STERILE .*|AND (DEXTROSE|SODIUM CHLORIDE).*"
    r"|KIT|CO-?PACK.*|#.*|NO\..*)$"
)
_PARENTHESIS = re.compile(r"\s*\([^)]*\)?")
_STRENGTH = re.compile(r"[\s-]+(\d[\d./+,-]*%?(MG|MCG|ML|MEQ|DAY|U)?|\d+[A-Z]?)(-DAY)?$")
_FORM_WORDS = frozenset(
    """
    TABLET TABLETS CAPSULE CAPSULES INJECTION CREAM OINTMENT GEL LOTION SOLUTION SUSPENSION SYRUP
    ELIXIR SPRAY DROPS PATCH KIT PEN POWDER FOAM VIAL VIALS CARTRIDGE CHEWABLE SUSPENSION TOPICAL
    ORAL NASAL OPHTHALMIC VAGINAL RECTAL INTRAVENOUS PEDIATRIC ADULT DILUENT PACKAGE PHARMACY BULK
    DAY SUPPOSITORY SUPPOSITORIES SHAMPOO CONCENTRATE NOVAPLUS USP
    """.split()
)
_PLAIN_NAME = re.compile(r"[a-z][a-z0-9]*(?:[ '-][a-z0-9]+){0,3}")
_JUNK = re.compile(
    r"\b(pollen|allergenic|extract|antigen|whole|leaf|root|bark|seed|oil|dander|virus|venom"
    r"|serotype|strain|feather|hair|cation|anion|ion|acids|residue|radical|juice|flower|fruit"
    r"|bran|gum|peel|resin|wax|top|stem|rhizome|bean|fish|meat|egg|dust|mold|spores?)\b"
)
_PAIR = 2
_SHORTEST = 4
_MOST_INGREDIENTS = 5
_DOMINANT = 3
"""A name of several medicines is one's own when it has this many times the products of the next."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product of a list: its brand, and its ingredients as the list writes them."""

    brand: str
    ingredients: tuple[str, ...]
    classes: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Substance:
    """An entry of the DrugBank vocabulary."""

    name: str
    synonyms: tuple[str, ...]
    is_listed: bool
    """False for entries that are only ligands of protein structures."""


def read_drugs_at_fda(path: Path) -> Iterator[Product]:
    """Yield the products of Drugs@FDA."""
    with path.open(encoding="latin-1", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            text = _PARENTHESIS.sub("", row["ActiveIngredient"])
            ingredients = tuple(part.strip() for part in text.split(";") if part.strip())
            yield Product(row["DrugName"].strip(), ingredients, (), "f")


def read_ndc(path: Path) -> Iterator[Product]:
    """Yield the products of the NDC directory that are neither allergens nor without substance."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if "allergen" in row["pharm_classes"].lower() or not row["substance"]:
                continue
            classes = tuple(
                dict.fromkeys(
                    label.strip().removesuffix(" [EPC]")
                    for label in row["pharm_classes"].split(",")
                    if label.endswith("[EPC]")
                )
            )
            parts = tuple(part.strip() for part in row["substance"].split(";"))
            yield Product(row["proprietary"].strip().upper(), parts, classes, "n")


def read_drugbank(path: Path) -> Iterator[Substance]:
    """Yield the entries of the DrugBank vocabulary."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter=";")
        next(rows)
        next(rows)
        for _, accessions, name, _, unii, synonyms, *_ in rows:
            kinds = {re.sub(r"\d", "", part) for part in accessions.split(" | ")}
            yield Substance(
                plain(name),
                tuple(plain(synonym) for synonym in synonyms.split(" | ") if synonym),
                is_listed=bool(unii) and kinds != {"EXPT"},
            )


def plain(name: str) -> str:
    """Write a name in lower case, without accents and superfluous blanks."""
    return " ".join(fold_characters(name).split())


def read_words(path: Path) -> frozenset[str]:
    """Read a list of words or names, one a line; `#` begins a comment."""
    lines = (line.partition("#")[0].strip() for line in path.read_text("utf-8").splitlines())
    return frozenset(line for line in lines if line)


class Ingredients:
    """Which names are one substance, and the key that they share."""

    def __init__(
        self, products: Iterable[Product], substances: Iterable[Substance], same: dict[str, str]
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
        return base if entry is None else self._key_of_entry[entry]

    def names(self) -> Iterator[tuple[str, str, str]]:
        """Yield key, name and source of every name of an ingredient."""
        for name in self._frequency:
            yield self.key(name), name, "f"
            yield self.key(name), self._base(name), "f"
        for substance in self._substances:
            key = self.key(substance.name)
            yield key, substance.name, "d"
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


def normal(ingredient: str) -> str:
    """Write an ingredient in lower case, "estrogens, conjugated" as it is spoken."""
    name = plain(_PARENTHESIS.sub("", ingredient)).strip(" .")
    head, comma, tail = name.partition(", ")
    if not comma:
        return name
    if tail in {"conjugated", "esterified"}:
        return f"{tail} {head}"
    return head if tail in {"glacial", "unspecified", "unspecified form"} else f"{head} {tail}"


def clean_brand(brand: str) -> str:
    """Leave of a brand what people say: no strength, form, container or package."""
    name = _PARENTHESIS.sub("", brand.upper().replace("'", "").replace("®", "")).strip()
    name = _CONTAINER.sub("", name).replace(" W/ ", " WITH ")
    while True:
        shorter = _STRENGTH.sub("", name)
        words = shorter.split()
        while len(words) > 1 and words[-1].strip(",") in _FORM_WORDS:
            words.pop()
        shorter = " ".join(words).strip(" ,-")
        if shorter == name:
            return name
        name = shorter


def is_generic(brand: str, ingredients: Iterable[str]) -> bool:
    """Say whether a brand only repeats words of its ingredients, salts and forms."""
    words = {word for name in ingredients for word in analysed(name)}
    rest = {
        word
        for word in analysed(brand)
        if word not in words
        and word not in SALTS
        and word not in {"and", "with", "in", "acid", "compound", "plus", "w"}
        and word.upper() not in _FORM_WORDS
        and not word[0].isdigit()
    }
    return not rest


def display_brand(brand: str) -> str:
    """Capitalise a brand: Toprol-XL, Depo-Provera; words without vowels and of two letters stay."""
    return re.sub(
        r"[A-Z0-9]+",
        lambda word: (
            word[0]
            if len(word[0]) < _SHORTEST - 1 or not re.search("[AEIOUY]", word[0])
            else word[0].capitalize()
        ),
        brand,
    )


class NameTable:
    """The names that are kept, by medicine."""

    def __init__(self, ingredients: Ingredients, ordinary: frozenset[str]) -> None:
        self._ingredients = ingredients
        self._ordinary = ordinary
        self._products: Counter[tuple[str, str]] = Counter()
        self._names: dict[tuple[str, str], tuple[Role, str, str]] = {}
        self._classes: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, key: str, name: str, role: Role, source: str) -> None:
        """Keep a name, unless it is too short, a number, or ordinary English."""
        joined = " ".join(term for term in analysed(name) if term)
        letters = sum(character.isalpha() for character in joined)
        if letters < _SHORTEST - (source == "c") or joined in self._ordinary or "=" in name:
            return
        self._names.setdefault((joined, key), (role, source, name))

    def add_product(self, product: Product) -> None:
        """Take a product's brand, combination and classes."""
        keys = sorted({self._ingredients.key(part) for part in product.ingredients})
        if not keys or len(keys) > _MOST_INGREDIENTS or any(map(self.is_junk, keys)):
            return
        key = COMBINATION.join(keys)
        brand = clean_brand(product.brand)
        if not is_generic(brand, (*product.ingredients, *keys)):
            self.add(key, display_brand(brand), "brand", product.source)
            self._products[" ".join(analysed(brand)), key] += 1
        self._classes[key].update(product.classes)
        if len(keys) > 1:
            for name in combination_names(keys):
                self.add(key, name, "ingredient", product.source)

    def is_junk(self, name: str) -> bool:
        """Say whether an ingredient is a plant, an allergen or an ordinary substance."""
        return bool(_JUNK.search(name)) or name in self._ordinary

    def lines(self) -> Iterator[str]:
        """Yield the lines of the table."""
        owners: dict[str, list[str]] = defaultdict(list)
        for joined, key in self._names:
            owners[joined].append(key)
        by_key: dict[str, list[str]] = defaultdict(list)
        for (joined, key), (role, source, name) in self._names.items():
            rivals = [self._products[joined, other] for other in owners[joined] if other != key]
            own = self._products[joined, key]
            if rivals and role == "brand" and own * _DOMINANT <= max(rivals):
                continue
            dominant = bool(rivals) and (role == "ingredient" or own > max(rivals))
            by_key[key].append(_entry(name, joined, role, source, dominant=dominant))
        for key in sorted(by_key):
            entries = sorted(
                by_key[key],
                key=lambda entry: (
                    entry[3:].lower() != key,
                    entry[0] == "i",
                    "fncd".find(entry[1]),
                    entry,
                ),
            )
            labels = [label for label, _ in self._classes[key].most_common()]
            yield "\t".join((key, "|".join(labels), *entries))


def combination_names(keys: list[str]) -> Iterator[str]:
    """Yield how a combination is written: "a and b", "b and a", "a/b", "a, b and c"."""
    # Of three and more, the alphabetical order alone: 3! names each would be mostly unused.
    orders = [keys, keys[::-1]] if len(keys) == _PAIR else [keys]
    for order in orders:
        yield f"{', '.join(order[:-1])} and {order[-1]}"
        yield "/".join(order)


def _entry(name: str, joined: str, role: Role, source: str, *, dominant: bool) -> str:
    tail = "" if joined == name.lower() else f"={joined}"
    return f"{role[0]}{source}{'*' if dominant else '-'}{name}{tail}"


def build(folder: Path) -> list[str]:
    """Return the lines of the table."""
    products = [
        *read_drugs_at_fda(folder / "drugsatfda_2019_Products.txt"),
        *read_ndc(folder / "ndc_names_2015.tsv"),
    ]
    substances = list(read_drugbank(folder / "drugbank_vocabulary.csv"))
    curated = [line.split("\t") for line in read_words(HERE / "curated_names.tsv")]
    same = {name: key for role, name, key in curated if role == "ingredient"}
    ingredients = Ingredients(products, substances, same)
    table = NameTable(ingredients, read_words(HERE / "ordinary_words.txt"))
    for role, name, key in sorted(curated):
        table.add(key, name, "brand" if role == "brand" else "ingredient", "c")
    for key, name, source in ingredients.names():
        if _PLAIN_NAME.fullmatch(name) and not table.is_junk(name) and not table.is_junk(key):
            table.add(key, name, "ingredient", source)
    for product in products:
        table.add_product(product)
    return list(table.lines())


def main() -> None:
    """Write the table beside this file."""
    lines = build(Path(sys.argv[1]))
    packed = gzip.compress(("\n".join(lines) + "\n").encode(), 9, mtime=0)
    (HERE / TABLE).write_bytes(packed)
    sys.stdout.write(f"{len(lines)} medicines, {len(packed)} bytes\n")


if __name__ == "__main__":
    main()
