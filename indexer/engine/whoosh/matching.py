"""A plan answered: concepts and exclusions evaluated, then collected, listed and explained."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.engine.base import DeadlineError, Match, Matches, SectionMatch
from indexer.engine.whoosh.collect import NO_FACETS, Collector, Listed
from indexer.engine.whoosh.evaluate import Evaluator, Found, check_time
from indexer.engine.whoosh.explain import Explanation
from indexer.engine.whoosh.rows import NO_ROWS, Rows, Scores, common, contains, union
from indexer.engine.whoosh.scoring import Scorer
from indexer.engine.whoosh.table import SectionTable
from indexer.query import weights
from indexer.query.plan import MatchPlan

SCORE_DECIMALS = 6
"""Scores are compared to this many decimals, so that sums of the same parts in another order
tie, and ties go by article and section."""


@dataclass(frozen=True, slots=True)
class _Evaluation:
    """A plan's nodes, evaluated, and the rows that match it with its filters aside."""

    concepts: tuple[Found, ...]
    rows: Rows
    score: Scores


def match_plan(
    table: SectionTable, evaluator: Evaluator, scorer: Scorer, plan: MatchPlan
) -> Matches:
    """Answer a plan; an answer that the deadline cut lists nothing, since it could be wrong."""
    try:
        return _answer(table, evaluator, scorer, plan)
    except DeadlineError:
        return _cut_off(plan)


def walk_plan(
    table: SectionTable, evaluator: Evaluator, scorer: Scorer, plan: MatchPlan, *, size: int
) -> Iterator[tuple[Match, ...]]:
    """Yield the results in the window of a plan, `size` at a time; raise DeadlineError."""
    evaluation = _evaluate(table, evaluator, scorer, plan)
    collector = Collector(table, plan, evaluation.rows, evaluation.score)
    for listed in collector.windows(size):
        check_time(plan.deadline)
        rows = [row for each in listed for row in each.rows]
        explanation = Explanation(evaluator, scorer, plan, rows)
        yield tuple(_match(table, explanation, each) for each in listed)


def _answer(table: SectionTable, evaluator: Evaluator, scorer: Scorer, plan: MatchPlan) -> Matches:
    evaluation = _evaluate(table, evaluator, scorer, plan)
    collector = Collector(table, plan, evaluation.rows, evaluation.score)
    listed = collector.top()
    explanation = Explanation(
        evaluator, scorer, plan, [row for each in listed for row in each.rows]
    )
    return Matches(
        articles=collector.articles,
        sections=len(collector.rows),
        top=tuple(_match(table, explanation, each) for each in listed),
        facets=collector.facets(),
        concept_sections=tuple(len(concept.matching) for concept in evaluation.concepts),
        unfiltered=len(evaluation.rows),
        coverage=tuple(
            bool(contains(concept.matching, collector.rows).any())
            for concept in evaluation.concepts
        ),
        mode="all" if plan.coverage == "all" else "partial",
    )


def _evaluate(
    table: SectionTable, evaluator: Evaluator, scorer: Scorer, plan: MatchPlan
) -> _Evaluation:
    concepts = tuple(evaluator.find(concept.node, plan.deadline) for concept in plan.concepts)
    rows = _required(table, plan, concepts)
    for node in plan.excluded:
        rows = rows[~evaluator.holds(node, rows, plan.deadline)]
    rows = _most_covered(plan, concepts, rows)
    score = np.zeros(len(rows), dtype=np.float64)
    # Words that were typed again and again are looked at once.
    scores = {
        node: scorer.score(node, rows, plan.deadline)
        for node in dict.fromkeys(concept.node for concept in plan.concepts)
    }
    held = {
        node: evaluator.holds(node, rows, plan.deadline)
        for node in dict.fromkeys(bonus.node for bonus in plan.bonuses)
    }
    for concept in plan.concepts:
        score += scores[concept.node]
    for bonus in plan.bonuses:
        score += held[bonus.node] * bonus.value
    return _Evaluation(concepts, rows, score.round(SCORE_DECIMALS))


def _required(table: SectionTable, plan: MatchPlan, concepts: Sequence[Found]) -> Rows:
    """Return the rows that match what may not be given up.

    Where a plan may give up everything, a row must match something that is no intent.
    """
    asked = list(zip(plan.concepts, concepts, strict=True))
    if not asked:
        return np.flatnonzero(table.live)
    wanted = [
        found.matching for concept, found in asked if plan.coverage == "all" or concept.required
    ]
    if not wanted:
        named = [found.matching for concept, found in asked if concept.kind != "intent"]
        return union([NO_ROWS, *named], table.rows)
    return common(wanted)


def _most_covered(plan: MatchPlan, concepts: Sequence[Found], rows: Rows) -> Rows:
    """Return the rows that match as many concepts as the plan's coverage asks for."""
    if plan.coverage == "all":
        return rows
    count = np.zeros(len(rows), dtype=np.int64)
    for concept, found in zip(plan.concepts, concepts, strict=True):
        if not concept.required:
            count += contains(found.matching, rows)
    most = int(count.max(initial=0))
    return rows[count >= max(weights.MOST_SHARE * most, min(most, 1))]


def _match(table: SectionTable, explanation: Explanation, listed: Listed) -> Match:
    sections = tuple(
        SectionMatch(
            section_id=table.section_id(row),
            score=score,
            matched=explanation.matched(row),
            parts=explanation.parts(row),
        )
        for row, score in zip(listed.rows, listed.scores, strict=True)
    )
    return Match(
        article_id=table.ids[listed.article],
        score=sections[0].score,
        sections=sections,
        section_total=listed.section_total,
    )


def _cut_off(plan: MatchPlan) -> Matches:
    return Matches(
        articles=0,
        sections=0,
        top=(),
        facets=NO_FACETS,
        concept_sections=(0,) * len(plan.concepts),
        unfiltered=0,
        coverage=(False,) * len(plan.concepts),
        partial=True,
    )
