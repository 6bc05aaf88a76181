"""The figures of ranked retrieval over many queries, by the product's own formulas."""

from __future__ import annotations

from collections.abc import Mapping

from relevance import Ranking

from indexer.evaluation import Figures, figures_of

Grades = Mapping[str, Mapping[str, int]]

LABELS = {"ndcg": "nDCG@10", "mrr": "MRR", "p1": "P@1", "recall": "recall@100"}
"""What the figures are called in a table, by their names in `Figures`."""


def figures(grades: Grades, runs: Mapping[str, Ranking]) -> dict[str, Figures]:
    """Return the figures of a run for each judged query; a query without an answer counts as 0."""
    return {query: figures_of(runs.get(query, ()), grades[query]) for query in grades}
