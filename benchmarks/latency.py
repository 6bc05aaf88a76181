"""Time searches: every query of a file, several rounds, through the facade.

    python benchmarks/latency.py INDEX QUERIES.tsv [ROUNDS]

The first round meets cold postings; the others are what a serving process sees. A search is
everything from the text of a query to ten articles with their snippets and facets.
"""

from __future__ import annotations

import csv
import json
import statistics
import sys
import time
from pathlib import Path

from indexer import Index, SearchRequest, open_index

ROUNDS = 6


def one_round(index: Index, queries: list[str]) -> list[float]:
    """Return the milliseconds that each query took."""
    took = []
    for query in queries:
        started = time.perf_counter()
        index.search(SearchRequest(text=query))
        took.append((time.perf_counter() - started) * 1000.0)
    return took


def summary(took: list[float]) -> dict[str, float]:
    """Return median, 99th percentile and maximum, in milliseconds."""
    ordered = sorted(took)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return {
        "p50": round(statistics.median(ordered), 2),
        "p99": round(p99, 2),
        "max": round(ordered[-1], 2),
    }


def main() -> None:
    """Time the queries of a file and print one line of JSON."""
    location, file, *rest = sys.argv[1:]
    rounds = int(rest[0]) if rest else ROUNDS
    with Path(file).open(encoding="utf-8", newline="") as lines:
        queries = [row["query"] for row in csv.DictReader(lines, delimiter="\t")]
    index = open_index(location)
    first = one_round(index, queries)
    later = [took for _ in range(rounds - 1) for took in one_round(index, queries)]
    status = index.status()
    print(
        json.dumps(
            {
                "queries": len(queries),
                "articles": status.articles,
                "sections": status.sections,
                "first_round_ms": summary(first),
                "later_rounds_ms": summary(later or first),
            }
        )
    )


if __name__ == "__main__":
    main()
