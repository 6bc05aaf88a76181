"""A server under load keeps its memory, files and threads while generations are published.

`python tests/torture/soak.py --minutes 15` is the long version.
"""

import os
import sys
from collections import Counter
from dataclasses import replace

import pytest

from tests.torture.soak import GROWTH, MORE_FILES, MOST_GENERATIONS, Sample, Seen, soak

SECONDS = 10
SEED = int(os.environ.get("SEED", "7"))
QUIET = Sample(kilobytes=100_000, files=14, threads=6, index_bytes=1_000)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="what a process holds is read from /proc")
def test_a_server_stays_as_it_is_while_generations_are_published() -> None:
    seen = soak(SECONDS, SEED)
    print(f"SEED={SEED}\n{seen.figures()}")
    assert seen.problems() == []
    assert {200, 304, 400, 404, 405} >= seen.statuses.keys() >= {200}
    assert len(seen.editions) >= 3
    assert seen.answered


def told(*samples: Sample) -> Seen:
    return Seen(
        statuses=Counter({200: 1}),
        editions={1: 1, 2: 2},
        answered={(1, 1), (2, 2)},
        samples=list(samples),
    )


def test_what_grows_is_told() -> None:
    assert told(*[QUIET] * 9).problems() == []
    for worse, name in (
        (replace(QUIET, kilobytes=QUIET.kilobytes + GROWTH + 1), "kilobytes"),
        (replace(QUIET, files=QUIET.files + MORE_FILES + 1), "files"),
        (replace(QUIET, threads=QUIET.threads + 1), "threads"),
        (replace(QUIET, index_bytes=MOST_GENERATIONS * QUIET.index_bytes + 1), "the index"),
    ):
        (problem,) = told(*[QUIET] * 6, *[worse] * 3).problems()
        assert problem.startswith(f"{name} grew from")
    assert told(QUIET).problems() == ["there are too few samples to tell"]


def test_an_answer_of_another_generation_is_told() -> None:
    seen = told(*[QUIET] * 9)
    seen.answered.add((2, 1))
    seen.note("GET / mixes the editions [1, 2]")
    assert seen.problems() == [
        "GET / mixes the editions [1, 2] (and 0 more)",
        "generation 2 answered with edition 1",
    ]
