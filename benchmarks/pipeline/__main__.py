"""Measure the way from pages to a published index, and from a changed page to its being found.

python -m benchmarks.pipeline PAGES_DIR --json [--repeat N]
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.lines import add_output, as_list, tell
from benchmarks.pipeline.pages import copy_pages
from benchmarks.pipeline.peers import indexers
from benchmarks.pipeline.runs import Fresh, articles_of, build_in_turn, seconds_until_visible

ROUNDS = 3
REFERENCE = "pagefind"


def main() -> None:
    """Run what the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    add = parser.add_argument
    add("pages", type=Path, metavar="PAGES_DIR", help="folder of HTML pages")
    add_output(parser)
    add("--repeat", type=int, default=1, metavar="N", help="index each page N times")
    add("--rounds", type=int, default=ROUNDS, metavar="N", help="default: %(default)s")
    given = parser.parse_args()
    if min(given.repeat, given.rounds) < 1:
        parser.error("--repeat and --rounds are 1 or more")
    with tempfile.TemporaryDirectory(prefix="drugsearch-bench-") as temporary:
        work = Path(temporary)
        try:
            pages = copy_pages(given.pages, work / "pages", given.repeat)
        except ValueError as error:
            parser.error(str(error))
        built = build_in_turn(indexers(), work / "pages", work, given.rounds)
        visible = seconds_until_visible(pages, work / built[0].name, given.rounds)
    lines = _lines(built, len(pages), visible)
    tell(lines, given, as_list(lines))


def _lines(built: Sequence[Fresh], pages: int, visible: Sequence[float]) -> list[dict[str, object]]:
    """Return the figures of each program."""
    reference = next((one for one in built if one.name == REFERENCE), None)
    lines = []
    for one in built:
        line: dict[str, object] = {
            "engine": one.name,
            "pages": pages,
            "wall_s": round(one.wall_s, 3),
            "pages_per_s": round(pages / one.wall_s, 1),
            "cpu_s": round(statistics.median(run.cpu_s for run in one.spent), 2),
            "peak_rss_mb": max(run.peak_mb for run in one.spent),
            "bytes": one.bytes,
            "runs_s": [run.wall_s for run in one.spent],
            "load": round(os.getloadavg()[0], 2),
        }
        if reference is not None:
            line[f"wall_to_{REFERENCE}"] = round(one.wall_s / reference.wall_s, 3)
        lines.append(line)
    lines[0]["visible"] = {
        "articles": articles_of(built[0].spent[-1]),
        "s": round(statistics.median(visible), 3),
        "runs_s": list(visible),
    }
    return lines


if __name__ == "__main__":
    main()
