"""The figures of ranked retrieval, by ir_measures (https://ir-measur.es).

It stands apart from the rest so that a benchmark which only counts right answers needs no more
than the product needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ir_measures
from relevance import Ranking

Grades = Mapping[str, Mapping[str, int]]


def figures(
    measures: Sequence[ir_measures.measures.Measure], grades: Grades, runs: Mapping[str, Ranking]
) -> dict[str, dict[str, float]]:
    """Return each measure of a run for each query, a query without an answer as 0.

    A document's score is its place from behind, so that no evaluation sorts ties in its own way.
    """
    qrels = {query: dict(judged) for query, judged in grades.items()}
    run = {
        query: {document: float(-place) for place, document in enumerate(runs.get(query, []))}
        for query in grades
    }
    found: dict[str, dict[str, float]] = {
        str(measure): dict.fromkeys(grades, 0.0) for measure in measures
    }
    for value in ir_measures.iter_calc(list(measures), qrels, run):
        found[str(value.measure)][value.query_id] = value.value
    return found
