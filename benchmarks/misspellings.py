"""Measure "did you mean": how often the right medicine is named, how fast, in how much memory.

    python benchmarks/misspellings.py FILE

FILE has the columns misspelt, correct and distance, separated by tabs. Right is the medicine that
the correct name resolves to; where no list knows that name, nothing can be right, and the line
counts in `lines` and in `unknown` alone, with how often a name was suggested all the same.
"""

from __future__ import annotations

import csv
import json
import statistics
import sys
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from indexer.knowledge.drugs import DrugKnowledge
from indexer.knowledge.similar_names import SimilarName, SimilarNames, ordinary_substances

BUILDS = 5
FEW = 3
EVERY = 1_000


class Line(NamedTuple):
    """A misspelling, and the key of the medicine that was meant."""

    misspelt: str
    key: str | None
    distance: str


def read(file: Path, knowledge: DrugKnowledge) -> list[Line]:
    """Read the misspellings."""
    with file.open(encoding="utf-8", newline="") as rows:
        found = []
        for row in csv.DictReader(rows, delimiter="\t"):
            meant = knowledge.resolve(row["correct"])
            key = meant.key if meant else row["correct"]
            is_known = meant is not None or key in ordinary_substances()
            found.append(Line(row["misspelt"], key if is_known else None, row["distance"]))
        return found


def rates(places: Iterable[int | None]) -> dict[str, float]:
    """Return in how many per cent of the lines the right medicine is first, near, found."""
    every = list(places)
    found = [place for place in every if place is not None]
    return {
        "lines": len(every),
        "first": per_cent(found.count(0), len(every)),
        "in_first_three": per_cent(sum(place < FEW for place in found), len(every)),
        "found": per_cent(len(found), len(every)),
    }


def per_cent(part: int, whole: int) -> float:
    """Return a share in per cent; 0 of nothing."""
    return round(100 * part / whole, 2) if whole else 0.0


def build_cost(knowledge: DrugKnowledge) -> dict[str, float]:
    """Return the median milliseconds of a build, and the megabytes it keeps and peaks at."""
    took = []
    for _ in range(BUILDS):
        started = time.perf_counter()
        SimilarNames(knowledge, ordinary_substances()).find("x")
        took.append((time.perf_counter() - started) * 1000.0)
    tracemalloc.start()
    similar = SimilarNames(knowledge, ordinary_substances())
    similar.find("x")
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {
        "names": len(knowledge.all_names()),
        "build_ms": round(statistics.median(took), 1),
        "kept_mb": round(kept / 1e6, 2),
        "peak_mb": round(peak / 1e6, 2),
    }


def ask(
    similar: SimilarNames, lines: list[Line]
) -> tuple[list[tuple[SimilarName, ...]], dict[str, float]]:
    """Find the names for every line, and say how long it took."""
    similar.find("x")
    answers, took = [], []
    for line in lines:
        started = time.perf_counter()
        answers.append(similar.find(line.misspelt, most=EVERY))
        took.append((time.perf_counter() - started) * 1000.0)
    p95 = sorted(took)[int(len(took) * 0.95)]
    return answers, {
        "mean": round(statistics.mean(took), 3),
        "p50": round(statistics.median(took), 3),
        "p95": round(p95, 3),
    }


def main() -> None:
    """Measure over the misspellings of a file and print the figures as JSON."""
    knowledge = DrugKnowledge.shipped()
    lines = read(Path(sys.argv[1]), knowledge)
    answers, find_ms = ask(SimilarNames(knowledge, ordinary_substances()), lines)
    places: dict[str, list[int | None]] = defaultdict(list)
    suggested = []
    for line, answer in zip(lines, answers, strict=True):
        keys = [similar.name.key if similar.name else similar.text for similar in answer]
        if line.key is None:
            suggested.append(bool(keys))
        else:
            places[line.distance].append(keys.index(line.key) if line.key in keys else None)
    figures = {
        "lines": len(lines),
        "unknown": {"lines": len(suggested), "suggested": per_cent(sum(suggested), len(suggested))},
        "known": rates(place for at in places.values() for place in at),
        "by_distance": {distance: rates(places[distance]) for distance in sorted(places)},
        "find_ms": find_ms,
        "index": build_cost(knowledge),
    }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
