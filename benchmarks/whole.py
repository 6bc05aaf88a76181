"""Measure whole searches: what a reader waits for, from the text of a query to a page of hits.

    python -m benchmarks.whole DOCS.jsonl QUERIES.json --json

For drugsearch that is `Index.search`: understanding, matching, rolling up into articles, facets,
notices, snippets. For a peer it is a search of all fields and a snippet for each of the ten hits.
Then the command line: `drugsearch search`, each time a process of its own.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.engines import ENGINES
from benchmarks.engines.options import arguments, options_of
from benchmarks.engines.report import as_line, as_table
from benchmarks.engines.runs import index_folder, keep_raw, measure
from benchmarks.lines import tell
from benchmarks.process import run

OWN = "drugsearch"
COMPARED = (OWN, "tantivy")
ONE_SHOTS = 10
NOTHING_FOUND = 1
"""Exit code of a search that found nothing, which is no failure."""


def one_shots(index: Path, texts: Sequence[str]) -> list[float]:
    """Return the seconds of a `drugsearch search` for each query; raise CommandError.

    The files of the index are in the system's cache, as they are a moment after indexing.
    """
    command = [sys.executable, "-m", "indexer", "search", "--index", str(index), "--"]
    return [run([*command, text], codes=(0, NOTHING_FOUND)).wall_s for text in texts]


def main() -> None:
    """Run what the command line says."""
    installed = tuple(name for name in COMPARED if ENGINES[name].is_installed)
    parser = arguments(__doc__, installed)
    given = parser.parse_args()
    with options_of(parser, given, ("whole",)) as options:
        measured = measure(options)
        lines = [as_line(one, measured) for one in measured]
        for line in lines:
            if line["engine"] == OWN:
                took = one_shots(index_folder(options, OWN), options.queries.words[:ONE_SHOTS])
                line["one_shot_s"] = {
                    "p50": round(statistics.median(took), 3),
                    "max": round(max(took), 3),
                    "n": len(took),
                }
    if given.raw:
        keep_raw(measured, given.raw, "whole")
    told = [f"one shot  {line['one_shot_s']}" for line in lines if "one_shot_s" in line]
    tell(lines, given, "\n".join([as_table(measured), *told]))


if __name__ == "__main__":
    main()
