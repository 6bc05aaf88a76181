"""A medicine in a query, as nodes: the name typed, its other names, the article's subject.

The typed name counts fully. Other names of the same medicine count less and are always told
(`Expansion`), so that nobody takes text on a brand for text on the name they typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from indexer.analysis.stemming import Stemmer
from indexer.analysis.tokens import terms as analysed
from indexer.knowledge.drugs import COMBINATION, DrugKnowledge, DrugName
from indexer.model import Drug, Expansion, Via
from indexer.query.plan import All, AnyOf, Node, Phrase, Subject, Word

EXPANSION_WEIGHT = 0.6
"""What another name of the medicine counts, where the typed name counts 1."""

MEMBER_WEIGHT = 0.4
"""What an article on a medicine counts for a query that names its class."""

COMBINATION_WEIGHT = 0.3
"""What an article on a combination counts for a query that names one of its ingredients: the
combination is another medicine, but tells of that one too."""

MOST_NAMES = 64
"""Names and members that one medicine or class is searched by."""

_REMEMBERED = 1_024
"""Typed names whose other names are remembered; what people ask for repeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breadth:
    """How widely a query is read."""

    expand: bool = True
    """Without, a medicine matches under the typed name or as the article's subject alone."""
    exact: bool = False
    """Nothing is stemmed, and no words ask for a kind of section."""
    without: frozenset[tuple[str, ...]] = frozenset()
    """The terms of names that are left out although they are other names of what was typed."""

    def takes(self, terms: Sequence[str]) -> bool:
        """Say whether a name that was not typed may be searched for."""
        return not self.without or tuple(terms) not in self.without


def drug_node(
    typed: DrugName,
    knowledge: DrugKnowledge,
    breadth: Breadth,
    combinations: Sequence[str] = (),
) -> Node:
    """Return what matches a medicine: its names in the text, or the article's subject.

    `combinations` are the keys of those with it that articles of the index are about.
    """
    exact = breadth.exact
    nodes: list[Node] = [_name_node(typed.terms, stem=typed.role == "class" and not exact)]
    if breadth.expand:
        nodes += [
            _name_node(
                name.terms,
                via="expansion",
                weight=EXPANSION_WEIGHT,
                stem=name.role == "class" and not exact,
            )
            for name in other_names(typed, knowledge)
            if breadth.takes(name.terms)
        ]
    nodes += _subjects(typed, knowledge, breadth)
    if breadth.expand:
        nodes += [
            Subject(drug=key, via="expansion", weight=COMBINATION_WEIGHT) for key in combinations
        ]
    if typed.role == "ingredient" and COMBINATION in typed.key:
        nodes.append(_all_parts(typed, knowledge, breadth))
    return AnyOf(tuple(nodes))


def subject_node(typed: DrugName, knowledge: DrugKnowledge, breadth: Breadth) -> Node:
    """Return what matches the articles whose subject is a medicine, or one of a class."""
    return AnyOf(_subjects(typed, knowledge, breadth))


@lru_cache(maxsize=_REMEMBERED)
def other_names(typed: DrugName, knowledge: DrugKnowledge) -> tuple[DrugName, ...]:
    """Return the names that a typed one is expanded to: those that add something to find.

    "Azathioprine sodium" adds nothing to *azathioprine*: where it stands, that stands too. They
    are remembered, because each query needs them twice: to find them and to tell them.
    """
    names = knowledge.names(typed.key)
    if typed.role == "class":
        return _other_class_names(typed, names)
    # Padded with blanks, so that one row of terms stands in another when its text does.
    known = [f" {' '.join(typed.terms)} "]
    kept: set[tuple[str, ...]] = set()
    for name in sorted(names, key=lambda name: len(name.terms)):
        padded = f" {' '.join(name.terms)} "
        if not any(part in padded for part in known):
            known.append(padded)
            kept.add(name.terms)
    return tuple(name for name in names if name.terms in kept)[:MOST_NAMES]


def expansions(
    typed: DrugName,
    source: str,
    knowledge: DrugKnowledge,
    is_told: Callable[[Sequence[str]], bool],
    combinations: Sequence[str] = (),
) -> Iterator[Expansion]:
    """Tell the names that are searched for although they were not typed, and why.

    Those that are to be told: a name that stands nowhere in the index finds nothing, so telling
    it would only be noise.
    """
    if combinations:
        why = f"combinations with {typed.ingredient}"
        yield Expansion(source=source, names=tuple(combinations), why=why)
    if typed.role == "class":
        others = other_names(typed, knowledge)
        if names := tuple(name.name for name in others if is_told(name.terms)):
            why = f"other names of the class {typed.name}"
            yield Expansion(source=source, names=names, why=why)
        keys = knowledge.members(typed.key)[:MOST_NAMES]
        if members := tuple(key for key in keys if is_told(analysed(key))):
            why = f"medicines of the class {typed.name}"
            yield Expansion(source=source, names=members, why=why)
        return
    rest = []
    for name in other_names(typed, knowledge):
        if not is_told(name.terms):
            continue
        if name.name == typed.ingredient:
            why = "ingredient of the brand" if typed.role == "brand" else "the same ingredient"
            yield Expansion(source=source, names=(name.name,), why=why)
        else:
            rest.append(name.name)
    if rest:
        why = f"other names of {typed.ingredient or typed.name}"
        yield Expansion(source=source, names=tuple(rest), why=why)


def understood(typed: DrugName) -> Drug:
    """Return the medicine as an interpretation tells it."""
    return Drug(name=typed.name, ingredient=typed.ingredient, role=typed.role)


def _subjects(typed: DrugName, knowledge: DrugKnowledge, breadth: Breadth) -> tuple[Subject, ...]:
    """Match every medicine that has the name; of a class, also its members."""
    owners = knowledge.resolve_all(typed.name) or (typed,)
    members = knowledge.members(typed.key)[:MOST_NAMES] if breadth.expand else ()
    return (
        *(Subject(drug=owner.key) for owner in owners),
        *(
            Subject(drug=key, via="expansion", weight=MEMBER_WEIGHT)
            for key in members
            if breadth.takes(analysed(key))
        ),
    )


def _name_node(
    terms: Sequence[str], *, via: Via = "direct", weight: float = 1.0, stem: bool = False
) -> Node:
    if len(terms) == 1:
        return Word(term=terms[0], stem=stem, via=via, weight=weight)
    return Phrase(terms=tuple(terms), stem=stem, via=via, weight=weight)


def _all_parts(typed: DrugName, knowledge: DrugKnowledge, breadth: Breadth) -> Node:
    """Match text that names every ingredient: "warfarin and aspirin" may mean two medicines."""
    parts = (knowledge.resolve(key) for key in typed.key.split(COMBINATION))
    return All(
        tuple(
            drug_node(part, knowledge, replace(breadth, exact=False))
            for part in parts
            if part is not None
        )
    )


def _other_class_names(typed: DrugName, names: Sequence[DrugName]) -> tuple[DrugName, ...]:
    """Return the names of a class that stems do not join with the typed one or one another."""
    stem = _class_stemmer().stem
    found: dict[tuple[str, ...], DrugName] = {}
    for name in names:
        found.setdefault(tuple(map(stem, name.terms)), name)
    found.pop(tuple(map(stem, typed.terms)), None)
    return tuple(found.values())


@cache
def _class_stemmer() -> Stemmer:
    return Stemmer(DrugKnowledge.shipped().protected)
