"""Runs of indexers in turn, and how soon a changed page can be found."""

from __future__ import annotations

import json
import shutil
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pipeline.pages import change
from benchmarks.pipeline.peers import SOME_SET_ASIDE, Indexer, reindex
from benchmarks.process import Spent, folder_bytes, run
from indexer import SearchRequest, open_index

LONGEST_WAIT_S = 60.0
"""For a change to be found after the run that indexed it."""
CONSONANTS = "bcdfghjkmnpqrstvwxz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """What an indexer took for all pages, run by run."""

    name: str
    spent: tuple[Spent, ...]
    bytes: int

    @property
    def wall_s(self) -> float:
        """Median over the runs."""
        return statistics.median(one.wall_s for one in self.spent)


def build_in_turn(
    indexers: Sequence[Indexer], pages: Path, work: Path, rounds: int
) -> tuple[Fresh, ...]:
    """Have every indexer index the pages in each round, each time another one first.

    The index of its last run stays in the folder of its name. Raise CommandError.
    """
    spent: dict[str, list[Spent]] = {indexer.name: [] for indexer in indexers}
    for number in range(rounds):
        start = number % len(indexers)
        for indexer in (*indexers[start:], *indexers[:start]):
            folder = work / indexer.name
            shutil.rmtree(folder, ignore_errors=True)
            command = indexer.command(pages, folder)
            spent[indexer.name].append(run(command, codes=(0, SOME_SET_ASIDE)))
    return tuple(
        Fresh(name=name, spent=tuple(runs), bytes=folder_bytes(work / name))
        for name, runs in spent.items()
    )


def articles_of(spent: Spent) -> int:
    """Return how many articles a run of drugsearch published."""
    articles: int = json.loads(spent.output)["articles"]
    return articles


def seconds_until_visible(pages: Sequence[Path], index: Path, rounds: int) -> list[float]:
    """Return the seconds from a page's change until a running server's search finds it.

    One page changes in each round. Raise CommandError, ValueError, or TimeoutError.
    """
    served = open_index(str(index))
    took = []
    for number in range(rounds):
        page = pages[number * len(pages) // rounds]
        word = _unheard_of(number)
        change(page, word)
        started = time.perf_counter()
        run(reindex(page.parent, index), codes=(0, SOME_SET_ASIDE))
        while not served.search(SearchRequest(text=word)).total.sections:
            if time.perf_counter() - started > LONGEST_WAIT_S:
                message = f"{page} was changed and indexed, but {word!r} is not found"
                raise TimeoutError(message)
        took.append(round(time.perf_counter() - started, 4))
    return took


def _unheard_of(number: int) -> str:
    """Return a word that no page has and that is near no medicine's name."""
    letters = len(CONSONANTS)
    return f"qxzj{CONSONANTS[number % letters]}{CONSONANTS[number // letters % letters]}wvkq"
