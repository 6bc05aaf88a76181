"""What ranks a section beside its words: headings, titles, closeness, tables of contents.

Bonuses match nothing by themselves; they order what the concepts of a query have matched. Each is
worth a constant of `weights`, and stands by its name in the explanation of a score.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import cast

from indexer.analysis.tokens import terms as analysed
from indexer.knowledge.sections import SectionKind, kind_named
from indexer.query import weights
from indexer.query.plan import (
    All,
    AnyOf,
    Bonus,
    Concept,
    Contents,
    HeadingIs,
    Kind,
    Near,
    Node,
    Phrase,
    Publisher,
    Word,
    leaves,
)

_SAID_OF_STORAGE = frozenset({"pediatric", "contraindications"})


def bonuses_of(concepts: Sequence[Concept], *, exact: bool = False) -> Iterator[Bonus]:
    """Yield what raises or lowers a section that matches the concepts of a query.

    Of an `exact` search only what prefers the name that was typed.
    """
    for concept in concepts:
        if concept.kind == "drug":
            yield from _title_bonus(concept)
    if exact:
        return
    words = [concept for concept in concepts if concept.kind in ("word", "intent", "number")]
    asked = tuple(term for concept in words for term in analysed(concept.label) if term)
    everything = tuple(term for concept in concepts for term in analysed(concept.label) if term)
    headings = {terms: HeadingIs(terms=terms) for terms in (asked, everything) if terms}
    if headings:
        node = AnyOf(tuple(headings.values()))
        yield Bonus(name="exact heading", node=node, value=weights.HEADING_IS)
    if (together := _near(concepts)) is not None:
        yield Bonus(name="together", node=together, value=weights.NEAR)
    for concept in concepts:
        if concept.kind == "intent":
            yield from _named_kind(concept)
    yield Bonus(name="seller page", node=Publisher(type="seller"), value=weights.SELLER)
    yield Bonus(name="table of contents", node=Contents(), value=weights.CONTENTS)
    if any(_is_warned_of_in_storage(concept) for concept in concepts):
        storage = Kind(kind="storage")
        yield Bonus(name="only kept so", node=storage, value=weights.STORAGE_WARNS)
    for first, second in pairwise(words):
        pair = tuple(term for term in analysed(f"{first.label} {second.label}") if term)
        node_of_pair = Phrase(terms=pair, fields=("text", "heading"), stem=True)
        label = f"side by side: {first.label} {second.label}"
        yield Bonus(name=label, node=node_of_pair, value=weights.PHRASE)


def _near(concepts: Sequence[Concept]) -> Node | None:
    """Return what finds the words of a query together, when it has at least two to find.

    Together means within a sentence or so, a drug's name among them, or all in one heading, which
    need not repeat the name of the drug.
    """
    found = [concept for concept in concepts if concept.kind in ("drug", "word", "number")]
    groups = tuple(
        tuple(leaf for leaf in leaves(concept.node) if isinstance(leaf, Word | Phrase))
        for concept in found
    )
    if len(groups) < 2 or not all(groups):  # noqa: PLR2004 - one word is always together
        return None
    near = Near(groups=groups, span=weights.NEAR_SPAN)
    headed = tuple(
        AnyOf(tuple(replace(leaf, fields=("heading",)) for leaf in group))
        for concept, group in zip(found, groups, strict=True)
        if concept.kind != "drug"
    )
    return AnyOf((near, All(headed))) if headed else near


def _is_warned_of_in_storage(concept: Concept) -> bool:
    """Say whether sections on storage have the words of an intent without answering it."""
    return concept.kind == "intent" and any(
        isinstance(leaf, Kind) and leaf.kind in _SAID_OF_STORAGE for leaf in leaves(concept.node)
    )


def _named_kind(concept: Concept) -> Iterator[Bonus]:
    """Prefer a heading that names the kind outright: "Dosage" to "Instructions for use"."""
    asked = next(leaf.kind for leaf in leaves(concept.node) if isinstance(leaf, Kind))
    kind = cast("SectionKind", kind_named(asked))  # an intent is read from those kinds
    names = dict.fromkeys(analysed(text) for text in (kind.label, kind.asked, kind.name))
    nodes = tuple(Phrase(terms=terms, fields=("heading",), stem=True) for terms in names)
    yield Bonus(name="heading names the kind", node=AnyOf(nodes), value=weights.NAMED_KIND)


def _title_bonus(concept: Concept) -> Iterator[Bonus]:
    """Prefer the article that bears the very name that was typed to those of its other names."""
    for leaf in leaves(concept.node):
        if isinstance(leaf, Word | Phrase) and leaf.via == "direct":
            node = replace(leaf, fields=("title",))
            yield Bonus(name=f"title: {concept.label}", node=node, value=weights.TITLE_NAME)
            return
