"""Why a section is listed: the terms that matched, and the parts its score is the sum of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from indexer.engine.base import MatchedTerm
from indexer.engine.whoosh.evaluate import Evaluated, Evaluator, FieldScore, alternatives
from indexer.query.plan import (
    AnyOf,
    AnySubject,
    Bonus,
    Concept,
    Contents,
    HeadingIs,
    Kind,
    Leaf,
    Near,
    Not,
    Phrase,
    Prefix,
    Publisher,
    Subject,
    Word,
)

FACT_NAMES = {Subject: "subject", Kind: "section", HeadingIs: "heading", Near: "near"}


def matched_terms(
    evaluator: Evaluator, evaluated: Sequence[Evaluated], row: int
) -> tuple[MatchedTerm, ...]:
    """Return what met the section in this row, concept by concept, each thing once."""
    found = (
        matched
        for concept, root in enumerate(evaluated)
        for leaf in _leaves(root)
        for matched in _matched(evaluator, leaf, row, concept)
    )
    return tuple(dict.fromkeys(found))


def score_parts(
    concepts: Sequence[tuple[Concept, Evaluated]],
    bonuses: Sequence[tuple[Bonus, Evaluated]],
    row: int,
) -> tuple[tuple[str, float], ...]:
    """Return the addends of the score of the section in this row, by name."""
    parts = [part for concept, root in concepts for part in _parts(concept.label, root, row)]
    parts += [(bonus.name, bonus.value) for bonus, root in bonuses if root.matches[row]]
    return tuple((name, value) for name, value in parts if value)


def _leaves(evaluated: Evaluated) -> Iterator[Evaluated]:
    if evaluated.children:
        for child in evaluated.children:
            yield from _leaves(child)
    elif not isinstance(evaluated.node, Not | Near | Contents | AnySubject | Publisher):
        yield evaluated


def _matched(
    evaluator: Evaluator, evaluated: Evaluated, row: int, concept: int
) -> Iterator[MatchedTerm]:
    leaf = evaluated.node
    match leaf:
        case Subject(drug=drug, via=via) if evaluated.matches[row]:
            yield MatchedTerm(concept=concept, field="drug", term=drug, via=via)
        case Kind(kind=kind, via=via) if evaluated.matches[row]:
            yield MatchedTerm(concept=concept, field="kind", term=kind, via=via)
        case Word() | Phrase() | Prefix():
            for field in evaluated.fields:
                if field.postings.holds(row):
                    yield from _forms(evaluator, leaf, field, row, concept)
        case _:
            return


def _forms(
    evaluator: Evaluator, leaf: Leaf, field: FieldScore, row: int, concept: int
) -> Iterator[MatchedTerm]:
    groups = evaluator.forms(leaf, field.field)
    if isinstance(leaf, Phrase):
        terms = " ".join(leaf.terms)
        yield MatchedTerm(
            concept=concept, field=field.field, term=terms, via=leaf.via, forms=groups
        )
        return
    typed = leaf.term if isinstance(leaf, Word) else None
    for form in groups[0]:
        if evaluator.term(field.field, form).holds(row):
            via = "stem" if typed not in (None, form) and leaf.via == "direct" else leaf.via
            yield MatchedTerm(concept=concept, field=field.field, term=form, via=via)


def _parts(label: str, evaluated: Evaluated, row: int) -> Iterator[tuple[str, float]]:
    node = evaluated.node
    match node:
        case AnyOf():
            for group in alternatives(node, evaluated.children):
                best = max(group, key=lambda child: float(child.score[row]), default=None)
                if best is not None:
                    yield from _parts(label, best, row)
        case Subject() | Kind() | HeadingIs() | Near():
            yield f"{FACT_NAMES[type(node)]}: {label}", float(evaluated.score[row])
        case Word() | Phrase() | Prefix():
            yield from _field_parts(label, evaluated, row)
        case _:
            for child in evaluated.children:
                yield from _parts(label, child, row)


def _field_parts(label: str, evaluated: Evaluated, row: int) -> Iterator[tuple[str, float]]:
    for field in evaluated.fields:
        if field.postings.holds(row):
            at = int(field.postings.rows.searchsorted(row))
            yield f"{field.field}: {label}", float(field.value[at])
