"""Names of medicines that look or sound alike, and must not be taken for one another.

The pairs stand in `lasa.toml`, each with its source; README.md beside it tells more. They serve
to warn, and to keep a correction from running by itself; they never make a search wider. A pair
is listed under names, not medicines: Zyprexa is easily read as Zyrtec, olanzapine is not. Where a
pair is of ingredients, it holds for their brands too: who asks for Imuran asks for azathioprine,
and must not read what is said of azacitidine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from indexer.analysis.tokens import terms as analysed
from indexer.knowledge.drugs import DrugKnowledge, DrugName, key_of
from indexer.knowledge.ready_tables import ready_table
from indexer.model import Drug

TABLE = "lasa.toml"
"""Where pairs are written; `ready_tables` has them in the form in which they are read."""

_RELEASES = frozenset("cd cr dr ec er hfa la odt sr xl xr xt".split())
"""Letters after a brand that tell how it is released or given: Toprol-XL is read as Toprol is."""

_REMEMBERED = 1_024
"""Names whose pairs were looked up; the table has 300."""


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


def lookalikes(name: str) -> tuple[Lookalike, ...]:
    """Return the pairs that list this very name, of a brand or of an ingredient."""
    return _pairs(folded(name))


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
                found.setdefault(folded(pair.other), pair)
    return tuple(found.values())


def listed_names() -> tuple[str, ...]:
    """Return every name that a pair lists, folded; some belong to no known medicine."""
    return tuple(ready_table("lookalikes")["pairs"])


def are_lookalikes(first: str, second: str, knowledge: DrugKnowledge) -> bool:
    """Say whether two names, or the ingredients that they stand for, are a listed pair."""
    others = frozenset(folded(name) for name in _names(second, knowledge))
    return any(
        folded(pair.other) in others
        for name in _names(first, knowledge)
        for pair in lookalikes(name)
    )


def tall_man(name: str) -> str | None:
    """Return a listed name with capitals where it differs from its partner; None without any.

    Only the case of letters is another: `azathioprine` gives `azaTHIOprine`.
    """
    found: str | None = ready_table("lookalikes")["tall_men"].get(folded(name))
    return found


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


def folded(name: str) -> str:
    """Fold a name as the analysis does, without the letters of its release."""
    *spoken, last = [term for term in analysed(name) if term] or [""]
    return " ".join(spoken if spoken and last in _RELEASES else (*spoken, last))


@lru_cache(maxsize=_REMEMBERED)
def _pairs(name: str) -> tuple[Lookalike, ...]:
    """Return the pairs of a folded name, in the order of the table."""
    return tuple(
        Lookalike(
            name=name,
            tall_man=tall_man,
            other=other,
            other_tall_man=other_tall_man,
            source=source,
        )
        for name, tall_man, other, other_tall_man, source in ready_table("lookalikes")["pairs"].get(
            name, ()
        )
    )
