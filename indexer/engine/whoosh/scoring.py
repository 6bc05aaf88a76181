"""What rows are worth: the scores of a plan's nodes, for the rows that are asked for.

A word scores BM25F (Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and
Beyond", section 3.6): its frequencies in all fields, weighted and normalised field by field, are
added up before they saturate, `idf * f / (f + k1)`, with Lucene's idf, `ln(1 + (N - n + 0.5) /
(n + 0.5))`, and without the constant factor k1 + 1. N, n and the mean lengths count live sections
only, so a score does not depend on how an index came to be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

import numpy as np

from indexer.engine.whoosh.arrays import Array
from indexer.engine.whoosh.evaluate import Evaluator, WordLeaf, check_time
from indexer.engine.whoosh.impacts import idf
from indexer.engine.whoosh.memory import Memory
from indexer.engine.whoosh.reading import PostingsReader
from indexer.engine.whoosh.rows import Flags, Rows, Scores, contains, union
from indexer.engine.whoosh.table import SectionTable
from indexer.query import weights
from indexer.query.plan import (
    All,
    AnyOf,
    Field,
    HeadingIs,
    Kind,
    Near,
    Node,
    Phrase,
    Prefix,
    Subject,
    Word,
)

OWN_FIELDS: frozenset[Field] = frozenset({"text", "heading"})
"""Fields whose words are the section's own."""

KEPT_RARITIES = 16_384
"""Words whose rarity is remembered."""

T = TypeVar("T")


class Scorer:
    """Scores nodes over one open index. Safe to share between threads."""

    def __init__(self, table: SectionTable, postings: PostingsReader, evaluator: Evaluator) -> None:
        """Take what is open of the index."""
        self._table = table
        self._postings = postings
        self._evaluator = evaluator
        self._rarities: Memory[tuple[tuple[tuple[str, ...], ...], ...], float]
        self._rarities = Memory(KEPT_RARITIES)

    def score(self, node: Node, rows: Rows, deadline: float | None = None) -> Scores:
        """Return what a node gives to each of some rows; raise DeadlineError."""
        check_time(deadline)
        match node:
            case All(nodes):
                scores = {
                    child: self.score(child, rows, deadline) for child in dict.fromkeys(nodes)
                }
                return self._sum((scores[child] for child in nodes), rows)
            case AnyOf(nodes):
                return self._sum(
                    (self._best(group, rows, deadline) for group in alternatives(node, nodes)),
                    rows,
                )
            case Word() | Phrase() | Prefix():
                found = self.field_scores(node, rows, deadline)
                return self._sum((score for _, _, score in found), rows)
            case Subject(weight=weight):
                return self._fact(node, rows, weight * weights.SUBJECT, deadline)
            case Kind(weight=weight):
                return self._fact(node, rows, weight * weights.INTENT, deadline)
            case HeadingIs(weight=weight) | Near(weight=weight):
                return self._fact(node, rows, weight, deadline)
            case _:
                return np.zeros(len(rows), dtype=np.float64)

    def field_scores(
        self, leaf: WordLeaf, rows: Rows, deadline: float | None = None
    ) -> Iterator[tuple[Field, Flags, Scores]]:
        """Yield, for each field that holds a leaf, which of some rows do and its score in them."""
        if not contains(self._evaluator.find(leaf, deadline).rows, rows).any():
            return
        held = []
        frequency = np.zeros(len(rows), dtype=np.float64)
        for field in leaf.fields:
            postings = self._evaluator.postings(leaf, field)
            holds = contains(postings.rows, rows)
            if holds.any():
                weighted = np.zeros(len(rows), dtype=np.float64)
                here = rows[holds]
                often = postings.frequency[postings.rows.searchsorted(here)]
                weighted[holds] = self._weighted(field, here, often)
                frequency += weighted
                held.append((field, holds, weighted))
        share = leaf.weight * self._rarity(leaf) / (frequency + weights.K1)
        for field, holds, weighted in held:
            yield field, holds, share * weighted

    def _fact(self, node: Node, rows: Rows, worth: float, deadline: float | None) -> Scores:
        return self._evaluator.holds(node, rows, deadline).astype(np.float64) * worth

    def _best(self, nodes: Iterable[Node], rows: Rows, deadline: float | None) -> Scores:
        """Return for each row the most that any of some nodes gives it."""
        best = np.zeros(len(rows), dtype=np.float64)
        for node in nodes:
            np.maximum(best, self.score(node, rows, deadline), out=best)
        return best

    def _sum(self, scores: Iterable[Scores], rows: Rows) -> Scores:
        total = np.zeros(len(rows), dtype=np.float64)
        for score in scores:
            total += score
        return total

    def _weighted(self, field: Field, rows: Rows, frequency: Array) -> Scores:
        """Return how often a leaf stands in a field, weighted and for a field of mean length."""
        b = weights.B[field]
        norm = 1.0 - b + (b / self._table.average[field]) * self._table.length[field][rows]
        return np.asarray(weights.FIELD_WEIGHT[field] * frequency / norm)

    def _rarity(self, leaf: WordLeaf) -> float:
        """Return how rare a leaf is: a phrase is as rare as its words are together.

        Counted where a section speaks for itself; the headings above it and its title are those
        of others too.
        """
        fields = [field for field in leaf.fields if field in OWN_FIELDS] or leaf.fields
        groups = tuple(self._evaluator.forms(leaf, field) for field in fields)
        key = (tuple((field,) for field in fields), *groups)
        found = self._rarities.get(key)
        if found is None:
            found = 0.0
            for at in range(len(groups[0])):
                holding = [
                    self._postings.group(field, own[at]).rows
                    for field, own in zip(fields, groups, strict=True)
                ]
                found += idf(self._table.sections, len(union(holding, self._table.rows)))
            self._rarities.put(key, found, 1)
        return found


def alternatives(node: AnyOf, children: Iterable[T]) -> list[list[T]]:
    """Return the groups of children of which the best counts; the groups add up (see AnyOf)."""
    if node.adds:
        return [[child] for child in children]
    kinds: list[T] = []
    others: list[T] = []
    for child, of in zip(children, node.nodes, strict=True):
        (kinds if isinstance(of, Kind) else others).append(child)
    return [others, kinds]
