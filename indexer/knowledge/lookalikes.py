"""Names of medicines that look or sound alike, and must not be taken for one another.

The pairs stand in `lasa.toml`, each with its source; README.md beside it tells more. They serve
to warn, and to keep a correction from running by itself; they never make a search wider. A pair
is listed under names, not medicines: Zyprexa is easily read as Zyrtec, olanzapine is not. Where a
pair is of ingredients, it holds for their brands too: who asks for Imuran asks for azathioprine,
and must not read what is said of azacitidine.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from indexer.analysis.tokens import terms as analysed
from indexer.knowledge.drugs import DrugKnowledge, DrugName, key_of
from indexer.model import Drug

TABLE = "lasa.toml"

_RELEASES = frozenset("cd cr dr ec er hfa la odt sr xl xr xt".split())
"""Letters after a brand that tell how it is released or given: Toprol-XL is read as Toprol is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookalike:
    """A name, and another that it must not be taken for."""

    name: str
    """As people write it: `azathioprine`, `Zyprexa`."""
    tall_man: str
    """The name with capitals where it differs (`azaTHIOprine`); the name itself without any."""
    other: str
    other_tall_man: str
    source: str
    """Where the pair is published, in a few words; `own` for those that were chosen here."""


@dataclass(frozen=True, slots=True)
class _Table:
    pairs: Mapping[str, tuple[Lookalike, ...]]
    """By the folded name, in the order of the file."""
    tall_men: Mapping[str, str]
    """By the folded name."""


def lookalikes(name: str) -> tuple[Lookalike, ...]:
    """Return the pairs that list this very name, of a brand or of an ingredient."""
    return _table().pairs.get(_folded(name), ())


def lookalikes_of(drug: DrugName | Drug, knowledge: DrugKnowledge) -> tuple[Lookalike, ...]:
    """Return the pairs of a medicine: those of the name it was given, then of its ingredient.

    No partner comes twice, and none that is a name of the medicine itself. The ingredients of a
    combination count for nothing: the combination is a medicine of its own.
    """
    keys = _keys(drug, knowledge)
    found: dict[str, Lookalike] = {}
    for name in (drug.name, *keys):
        for pair in lookalikes(name):
            if not any(owner.key in keys for owner in knowledge.resolve_all(pair.other)):
                found.setdefault(_folded(pair.other), pair)
    return tuple(found.values())


def listed_names() -> tuple[str, ...]:
    """Return every name that a pair lists, folded; some belong to no known medicine."""
    return tuple(_table().pairs)


def are_lookalikes(first: str, second: str, knowledge: DrugKnowledge) -> bool:
    """Say whether two names, or the ingredients that they stand for, are a listed pair."""
    others = frozenset(_folded(name) for name in _names(second, knowledge))
    return any(
        _folded(pair.other) in others
        for name in _names(first, knowledge)
        for pair in lookalikes(name)
    )


def tall_man(name: str) -> str | None:
    """Return a listed name with capitals where it differs from its partner; None without any.

    Only the case of letters is another: `azathioprine` gives `azaTHIOprine`.
    """
    return _table().tall_men.get(_folded(name))


def _keys(drug: DrugName | Drug, knowledge: DrugKnowledge) -> tuple[str, ...]:
    """Return the keys of a medicine; those of its name's owners where its own is not known."""
    if drug.role == "class":
        return ()
    if drug.ingredient is None:
        return tuple(owner.key for owner in knowledge.resolve_all(drug.name))
    return (drug.key if isinstance(drug, DrugName) else key_of(drug),)


def _names(name: str, knowledge: DrugKnowledge) -> Iterator[str]:
    yield name
    for owner in knowledge.resolve_all(name):
        yield owner.key


def _folded(name: str) -> str:
    """Fold a name as the analysis does, without the letters of its release."""
    *spoken, last = [term for term in analysed(name) if term] or [""]
    return " ".join(spoken if spoken and last in _RELEASES else (*spoken, last))


@cache
def _table() -> _Table:
    text = files("indexer.knowledge").joinpath(TABLE).read_text(encoding="utf-8")
    table = tomllib.loads(text)
    written = (name for names in table["tall_man"].values() for name in names)
    tall_men: dict[str, str] = {_folded(name): name for name in written}
    pairs: dict[str, list[Lookalike]] = {}
    for source in table["source"]:
        for first, second in source["pairs"]:
            for name, other in ((first, second), (second, first)):
                pairs.setdefault(_folded(name), []).append(
                    Lookalike(
                        name=name,
                        tall_man=tall_men.get(_folded(name), name),
                        other=other,
                        other_tall_man=tall_men.get(_folded(other), other),
                        source=source["name"],
                    )
                )
    return _Table(
        pairs={name: tuple(listed) for name, listed in pairs.items()},
        tall_men=tall_men,
    )
