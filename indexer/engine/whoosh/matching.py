"""A plan answered: concepts and exclusions evaluated, then collected, listed and explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from indexer.engine.base import Match, Matches, SectionMatch
from indexer.engine.whoosh.collect import Collector, Listed
from indexer.engine.whoosh.evaluate import DeadlineError, Evaluated, Evaluator, Scores
from indexer.engine.whoosh.explain import matched_terms, score_parts
from indexer.engine.whoosh.table import Flags, SectionTable
from indexer.query import weights
from indexer.query.plan import MatchPlan, Node

SCORE_DECIMALS = 6
"""Scores are compared to this many decimals, so that sums of the same parts in another order
tie, and ties go by article and section."""


@dataclass(frozen=True, slots=True)
class _Evaluation:
    """A plan's nodes, evaluated."""

    plan: MatchPlan
    concepts: tuple[Evaluated, ...]
    bonuses: tuple[Evaluated, ...]
    matches: Flags
    score: Scores


def match_plan(table: SectionTable, evaluator: Evaluator, plan: MatchPlan) -> Matches:
    """Answer a plan; an answer that the deadline cut lists nothing, since it could be wrong."""
    try:
        evaluation = _evaluate(table, evaluator, plan)
    except DeadlineError:
        return _cut_off(plan)
    collector = Collector(table, plan, evaluation.matches)
    articles, sections = collector.totals()
    return Matches(
        articles=articles,
        sections=sections,
        top=tuple(
            _match(table, evaluator, evaluation, listed)
            for listed in collector.top(evaluation.score)
        ),
        facets=collector.facets(),
        concept_sections=tuple(int(concept.matches.sum()) for concept in evaluation.concepts),
        unfiltered=int(evaluation.matches.sum()),
        coverage=tuple(
            bool((concept.matches & collector.listed_rows).any()) for concept in evaluation.concepts
        ),
        mode="all" if plan.coverage == "all" else "partial",
    )


def _evaluate(table: SectionTable, evaluator: Evaluator, plan: MatchPlan) -> _Evaluation:
    known: dict[Node, Evaluated] = {}
    evaluate = partial(evaluator.evaluate, deadline=plan.deadline, known=known)
    concepts = tuple(evaluate(concept.node) for concept in plan.concepts)
    allowed = table.live.copy()
    for node in plan.excluded:
        allowed &= ~evaluate(node).matches
    bonuses = tuple(evaluate(bonus.node) for bonus in plan.bonuses)
    score = np.zeros(len(allowed), dtype=np.float64)
    for concept in concepts:
        score += concept.score
    for bonus, evaluated in zip(plan.bonuses, bonuses, strict=True):
        score += evaluated.matches * bonus.value
    return _Evaluation(
        plan, concepts, bonuses, _covered(plan, concepts, allowed), score.round(SCORE_DECIMALS)
    )


def _covered(plan: MatchPlan, concepts: Sequence[Evaluated], allowed: Flags) -> Flags:
    """Return the allowed rows that match as many concepts as the plan's coverage asks for."""
    asked = list(zip(plan.concepts, concepts, strict=True))
    everything = plan.coverage == "all"
    for concept, evaluated in asked:
        if everything or concept.required:
            allowed = allowed & evaluated.matches
    optional = [(concept, found) for concept, found in asked if not concept.required]
    if everything or not optional:
        return allowed
    if len(optional) == len(asked):
        named = np.zeros_like(allowed)
        for concept, found in optional:
            if concept.kind != "intent":
                named |= found.matches
        allowed = allowed & named
    count = np.zeros(len(allowed), dtype=np.int64)
    for _, found in optional:
        count += found.matches
    most = int(count[allowed].max(initial=0))
    return allowed & (count >= max(weights.MOST_SHARE * most, min(most, 1)))


def _match(
    table: SectionTable, evaluator: Evaluator, evaluation: _Evaluation, listed: Listed
) -> Match:
    sections = tuple(
        SectionMatch(
            section_id=table.section_id[row],
            score=float(evaluation.score[row]),
            matched=matched_terms(evaluator, evaluation.concepts, row),
            parts=_parts(evaluation, row) if evaluation.plan.explain else (),
        )
        for row in listed.rows
    )
    return Match(
        article_id=listed.article.id,
        score=sections[0].score,
        sections=sections,
        section_total=listed.section_total,
    )


def _parts(evaluation: _Evaluation, row: int) -> tuple[tuple[str, float], ...]:
    plan = evaluation.plan
    return score_parts(
        tuple(zip(plan.concepts, evaluation.concepts, strict=True)),
        tuple(zip(plan.bonuses, evaluation.bonuses, strict=True)),
        row,
    )


def _cut_off(plan: MatchPlan) -> Matches:
    return Matches(
        articles=0,
        sections=0,
        top=(),
        facets={"section": (), "drug": (), "class": (), "category": (), "year": ()},
        concept_sections=(0,) * len(plan.concepts),
        unfiltered=0,
        coverage=(False,) * len(plan.concepts),
        partial=True,
    )
