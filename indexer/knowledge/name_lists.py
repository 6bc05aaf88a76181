"""The public lists that the table of medicine names is built from, read as they are.

README.md beside this file tells where each list comes from.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from indexer.analysis.folding import fold_characters

_PARENTHESIS = re.compile(r"\s*\([^)]*\)?")
# Ingredients that the list separates by commas, as elsewhere it writes one ingredient's form.
_COMMA_LIST = re.compile(r",(?: AND)? ")
_PAIR = ("IVACAFTOR, TEZACAFTOR", "IVACAFTOR; TEZACAFTOR")
_SPOKEN_FIRST = frozenset({"conjugated", "esterified"})
_UNSPOKEN = frozenset({"glacial", "unspecified", "unspecified form"})


@dataclass(frozen=True, slots=True, kw_only=True)
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
    """False for entries that are only ligands of protein structures, and for foods and plants."""


def read_drugs_at_fda(path: Path) -> Iterator[Product]:
    """Yield the products of Drugs@FDA."""
    with path.open(encoding="latin-1", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            text = _PARENTHESIS.sub("", row["ActiveIngredient"])
            text = _COMMA_LIST.sub("; ", text) if ", AND " in text else text.replace(*_PAIR)
            ingredients = tuple(part.strip() for part in text.split(";") if part.strip())
            yield Product(
                brand=row["DrugName"].strip(), ingredients=ingredients, classes=(), source="f"
            )


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
            yield Product(
                brand=row["proprietary"].strip().upper(),
                ingredients=parts,
                classes=classes,
                source="n",
            )


def read_drugbank(path: Path) -> Iterator[Substance]:
    """Yield the entries of the DrugBank vocabulary."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter=";")
        next(rows)
        next(rows)
        for _, accessions, name, cas, unii, synonyms, *_ in rows:
            kinds = {re.sub(r"\d", "", part) for part in accessions.split(" | ")}
            yield Substance(
                plain(name),
                tuple(plain(synonym) for synonym in synonyms.split(" | ") if synonym),
                is_listed=bool(unii and cas) and kinds != {"EXPT"},
            )


def plain(name: str) -> str:
    """Write a name in lower case, without accents and superfluous blanks."""
    return " ".join(fold_characters(name).split())


def normal(ingredient: str) -> str:
    """Write an ingredient in lower case, "estrogens, conjugated" as it is spoken."""
    name = plain(_PARENTHESIS.sub("", ingredient)).strip(" .")
    head, comma, tail = name.partition(", ")
    if not comma:
        return name
    if tail in _SPOKEN_FIRST:
        return f"{tail} {head}"
    return head if tail in _UNSPOKEN else f"{head} {tail}"


def read_words(path: Path) -> list[str]:
    """Read a list of words or names, one a line, in order; `#` begins a comment."""
    lines = (line.partition("#")[0].strip() for line in path.read_text("utf-8").splitlines())
    return [line for line in lines if line]
