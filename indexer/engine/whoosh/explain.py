"""Why a section is listed: the terms that matched, and the parts its score is the sum of.

Worked out for all listed sections at once: a plan has many leaves, and most of them meet none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from indexer.engine.base import MatchedTerm
from indexer.engine.whoosh.evaluate import Evaluator, WordLeaf
from indexer.engine.whoosh.rows import Rows, contains
from indexer.engine.whoosh.scoring import Scorer, alternatives
from indexer.query.plan import (
    All,
    AnyOf,
    Field,
    HeadingIs,
    Kind,
    Leaf,
    MatchPlan,
    Near,
    Node,
    Phrase,
    Prefix,
    Subject,
    Word,
    leaves,
)

FACT_NAMES = {Subject: "subject", Kind: "section", HeadingIs: "heading", Near: "near"}

Part = tuple[str, float]


class Explanation:
    """Explains the sections that an answer lists."""

    def __init__(
        self, evaluator: Evaluator, scorer: Scorer, plan: MatchPlan, listed: Sequence[int]
    ) -> None:
        """Explain some rows by the nodes of a plan; raise DeadlineError."""
        self._evaluator = evaluator
        self._scorer = scorer
        self._plan = plan
        self._rows: Rows = np.unique(np.array(listed, dtype=np.int64))
        self._place = {row: at for at, row in enumerate(self._rows.tolist())}
        self._matched: list[dict[MatchedTerm, None]] = [{} for _ in self._rows]
        if len(self._rows):
            for number, concept in enumerate(plan.concepts):
                for leaf in dict.fromkeys(leaves(concept.node)):
                    self._match(leaf, number)

    def matched(self, row: int) -> tuple[MatchedTerm, ...]:
        """Return what met the section in this row, concept by concept, each thing once."""
        return tuple(self._matched[self._place[row]])

    def parts(self, row: int) -> tuple[Part, ...]:
        """Return the addends of a section's score by name, when the plan asks to explain."""
        if not self._plan.explain:
            return ()
        parts = [
            part
            for concept in self._plan.concepts
            for part in self._parts(concept.label, concept.node, row)
        ]
        parts += [
            (bonus.name, bonus.value)
            for bonus in self._plan.bonuses
            if self._evaluator.holds(bonus.node, np.array([row]), self._plan.deadline).any()
        ]
        return tuple((name, value) for name, value in parts if value)

    def _match(self, leaf: Leaf, concept: int) -> None:
        """Note what a leaf of a concept met, row by row."""
        held = contains(self._evaluator.find(leaf, self._plan.deadline).rows, self._rows)
        at = np.flatnonzero(held)
        if not len(at):
            return
        match leaf:
            case Subject(drug=drug, via=via):
                self._note(at, MatchedTerm(concept=concept, field="drug", term=drug, via=via))
            case Kind(kind=kind, via=via):
                self._note(at, MatchedTerm(concept=concept, field="kind", term=kind, via=via))
            case Word() | Phrase() | Prefix():
                for field, holds, _ in self._scorer.field_scores(
                    leaf, self._rows[at], self._plan.deadline
                ):
                    for matched in self._forms(leaf, field, at[holds], concept):
                        self._note(*matched)

    def _forms(
        self, leaf: WordLeaf, field: Field, at: Rows, concept: int
    ) -> Iterator[tuple[Rows, MatchedTerm]]:
        """Yield the forms of a leaf that a field holds, each with the rows that hold it."""
        groups = self._evaluator.forms(leaf, field)
        if isinstance(leaf, Phrase):
            terms = " ".join(leaf.terms)
            yield (
                at,
                MatchedTerm(concept=concept, field=field, term=terms, via=leaf.via, forms=groups),
            )
            return
        typed = leaf.term if isinstance(leaf, Word) else None
        for form in groups[0]:
            holds = contains(self._evaluator.term(field, form).rows, self._rows[at])
            if holds.any():
                via = "stem" if typed not in (None, form) and leaf.via == "direct" else leaf.via
                yield at[holds], MatchedTerm(concept=concept, field=field, term=form, via=via)

    def _note(self, at: Rows, matched: MatchedTerm) -> None:
        for place in at.tolist():
            self._matched[place].setdefault(matched)

    def _parts(self, label: str, node: Node, row: int) -> Iterator[Part]:
        match node:
            case AnyOf(nodes):
                for group in alternatives(node, nodes):
                    best = max(group, key=lambda child: self._score(child, row), default=None)
                    if best is not None:
                        yield from self._parts(label, best, row)
            case All(nodes):
                for child in nodes:
                    yield from self._parts(label, child, row)
            case Subject() | Kind() | HeadingIs() | Near():
                yield f"{FACT_NAMES[type(node)]}: {label}", self._score(node, row)
            case Word() | Phrase() | Prefix():
                for field, _, score in self._scorer.field_scores(
                    node, np.array([row]), self._plan.deadline
                ):
                    yield f"{field}: {label}", float(score[0])
            case _:
                return

    def _score(self, node: Node, row: int) -> float:
        return float(self._scorer.score(node, np.array([row]), self._plan.deadline)[0])
