"""A user's own names of medicines, from a file `aliases.toml`: what it says, and how to read it.

    [[medicine]]
    ingredient = "azathioprine"      # or ingredients = ["a", "b"] for a combination
    brands = ["Imurek", "Zytrim"]
    names = ["AZA"]                  # further names of the ingredient
    class = "Purine Antimetabolite"

    [[ordinary]]                     # words that are no medicine here
    words = ["ambrosia"]

What becomes of them is told in `DrugKnowledge.with_aliases`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.analysis.tokens import terms as analysed
from indexer.errors import ConfigError

if TYPE_CHECKING:
    from indexer.entries import Entry

_MEDICINE_KEYS = ("ingredient", "ingredients", "brands", "names", "class")
_ORDINARY_KEYS = ("words",)
_FINGERPRINT_BYTES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnMedicine:
    """A medicine as a user names it."""

    ingredients: tuple[str, ...]
    """In lower case. Several make a combination, which is a medicine of its own."""
    brands: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """Further names of the ingredient."""
    drug_class: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Aliases:
    """A user's own names; empty where no file is set."""

    medicines: tuple[OwnMedicine, ...] = ()
    ordinary: tuple[str, ...] = ()
    """Words that name no medicine, whatever the lists say."""


NO_ALIASES = Aliases()


def read_aliases(path: str) -> Aliases:
    """Read a file of aliases, an empty path as none; raise ConfigError saying what is wrong."""
    if not path:
        return NO_ALIASES
    from indexer.entries import LARGEST  # noqa: PLC0415 - most searches read no such file

    try:
        with Path(path).open("rb") as file:
            return _aliases(file.read(LARGEST + 1))
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"The file of aliases {path!r} (DRUGSEARCH_ALIASES) cannot be read: {reason}."
        raise ConfigError(message) from error
    except ConfigError as error:
        message = f"The file of aliases {path!r} (DRUGSEARCH_ALIASES) cannot be used: {error}."
        raise ConfigError(message) from error


def fingerprint_of(aliases: Aliases) -> str:
    """Return what tells these aliases from all others, empty for none at all."""
    if aliases == NO_ALIASES:
        return ""
    text = json.dumps(asdict(aliases)).encode()
    return hashlib.blake2b(text, digest_size=_FINGERPRINT_BYTES).hexdigest()


def joined_terms(name: str) -> str:
    """Return the terms of a name, joined by spaces: names with the same ones are one name."""
    return " ".join(term for term in analysed(name) if term)


def own_words(aliases: Aliases) -> frozenset[str]:
    """Return the single words that the aliases make names of medicines."""
    return _words(
        name
        for medicine in aliases.medicines
        for name in (*medicine.ingredients, *given_names(medicine))
    )


def ordinary_words(aliases: Aliases) -> frozenset[str]:
    """Return the single words that the aliases make no names of medicines."""
    return _words(aliases.ordinary)


def given_names(medicine: OwnMedicine) -> tuple[str, ...]:
    """Return the names that a medicine is given beside that of its ingredient."""
    return (*medicine.brands, *medicine.names)


def _words(names: Iterable[str]) -> frozenset[str]:
    return frozenset(joined for name in names if " " not in (joined := joined_terms(name)))


# --- reading ----------------------------------------------------------------------------------


def _aliases(data: bytes) -> Aliases:
    from indexer.entries import read_entries  # noqa: PLC0415 - likewise

    medicines: list[OwnMedicine] = []
    ordinary: list[str] = []
    owners: dict[str, str] = {}
    for entry in read_entries(data, ("medicine", "ordinary"), ConfigError):
        if entry.kind == "medicine":
            medicine = _medicine(entry)
            owner = " / ".join(sorted(map(joined_terms, medicine.ingredients)))
            _claim(entry, given_names(medicine), owner, owners)
            medicines.append(medicine)
        else:
            entry.allow(_ORDINARY_KEYS)
            words = entry.texts("words") or entry.refuse("words is missing")
            _claim(entry, words, "an ordinary word", owners)
            ordinary += words
    return Aliases(medicines=tuple(medicines), ordinary=tuple(ordinary))


def _medicine(entry: Entry) -> OwnMedicine:
    entry.allow(_MEDICINE_KEYS)
    if ("ingredient" in entry.values) == ("ingredients" in entry.values):
        entry.refuse("needs either ingredient, or ingredients for a combination")
    single = entry.text("ingredient")
    ingredients = entry.texts("ingredients") if single is None else (single,)
    if single is None and len(set(map(joined_terms, ingredients))) < 2:  # noqa: PLR2004 - a pair
        entry.refuse("ingredients must name two or more; use ingredient for one")
    for ingredient in ingredients:
        _check(entry, ingredient)
    return OwnMedicine(
        ingredients=tuple(" ".join(name.lower().split()) for name in ingredients),
        brands=entry.texts("brands"),
        names=entry.texts("names"),
        drug_class=entry.text("class"),
    )


def _check(entry: Entry, name: str) -> None:
    # The tables of names put the terms of a name after an equals sign.
    if not joined_terms(name) or "=" in name:
        entry.refuse(f"{name!r} is no name; use letters and digits")


def _claim(entry: Entry, names: Iterable[str], owner: str, owners: dict[str, str]) -> None:
    """Note whose names these are; refuse one that an earlier entry gives to somebody else."""
    for name in names:
        _check(entry, name)
        joined = joined_terms(name)
        if owners.setdefault(joined, owner) != owner:
            entry.refuse(f"{name!r} stands in an earlier entry too, as {owners[joined]}")
