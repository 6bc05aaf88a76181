"""Run the long campaigns against loss, damage and hostile input.

`python -m tests.torture [--seed S] [NAME ...]` runs those that are named, or all, one after the
other, and ends with a table. Each has a short version in the suite; this is the same code, as often
as docs/reliability.md tells. What a campaign prints goes to var/torture/NAME.log; what is random
in it follows from the seed, which is printed first.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
LOGS: Final = ROOT / "var" / "torture"
PYTEST: Final = ("-m", "pytest", "-p", "no:cacheprovider", "--quiet", "--capture=no")


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A command of Python that takes minutes to hours, and what it is there to refute."""

    name: str
    promise: str
    command: tuple[str, ...]
    """Arguments of the interpreter."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Variables of its environment, beside `SEED`."""


CAMPAIGNS: Final = (
    Campaign(
        name="kills",
        promise="R1: an indexer killed 500 times at any moment loses nothing",
        command=(*PYTEST, "tests/test_kill.py", "tests/engine/test_generations.py", "-k", "kill"),
        settings={"KILLS": "500"},
    ),
    Campaign(
        name="files",
        promise="R2: every change of files may fail, be killed in, or lose its power",
        command=(*PYTEST, "tests/engine/test_faults.py", "tests/engine/test_reindex_faults.py"),
        settings={"FAULT_STEP": "1"},
    ),
    Campaign(
        name="damage",
        promise="R3: of 1,000 damaged indexes none answers from what is damaged",
        command=(*PYTEST, "tests/engine/test_damage.py"),
        settings={"DAMAGES": "1000"},
    ),
    Campaign(
        name="disk",
        promise="R4: a disk that is full at any of 100 points leaves what is served as it was",
        command=(*PYTEST, "tests/engine/test_reindex_faults.py", "-k", "full or limit"),
        settings={"LIMITS": "100"},
    ),
    Campaign(
        name="articles",
        promise="R5: one article of any bad kind among 1,000 costs itself alone",
        command=(*PYTEST, "tests/engine/test_bad_articles.py"),
        settings={"ARTICLES": "1000"},
    ),
    Campaign(
        name="readers",
        promise="R6: eight threads under 50 publishings answer 80,000 times like one",
        command=(*PYTEST, "tests/engine/test_readers.py"),
        settings={"GENERATIONS": "50", "READS": "80000"},
    ),
    Campaign(
        name="queries",
        promise="R7: 100,000 hostile and random queries over HTTP, none a 500 or a hang",
        command=(*PYTEST, "tests/web/test_hostile_queries.py"),
        settings={"QUERIES": "100000"},
    ),
    Campaign(
        name="pages",
        promise="R10: 20,000 damaged pages are read whole, or set aside with the reason",
        command=(*PYTEST, "tests/parsing/test_mutated_pages.py"),
        settings={"PAGES": "20000"},
    ),
    Campaign(
        name="deadlines",
        promise="R9: no search over 50,000 sections outlives its deadline by 50 ms of a processor",
        command=(*PYTEST, "tests/test_deadlines.py"),
        settings={"SECTIONS": "50000"},
    ),
    Campaign(
        name="soak",
        promise="a server under load holds what it held, while 30 generations are published",
        command=("tests/torture/soak.py",),
        settings={"MINUTES": "15"},
    ),
    Campaign(
        name="oracle",
        promise="the engine answers like a search that looks at every section",
        command=(*PYTEST, "tests/engine/test_oracle.py"),
        settings={"DRUGSEARCH_ORACLE_EXAMPLES": "2000"},
    ),
    Campaign(
        name="explore",
        promise="no property of parsing, queries and snippets has a counterexample",
        command=(
            *PYTEST,
            "--hypothesis-profile=explore",
            "tests/parsing/test_properties.py",
            "tests/test_properties.py",
        ),
    ),
    *(
        Campaign(
            name=f"fuzz-{target}",
            promise=f"S5: ten minutes of fuzzing a {target} break no promise",
            command=("tests/torture/fuzz.py", target, "--seconds", "600"),
        )
        for target in ("query", "page", "snippet")
    ),
    Campaign(
        name="mutants",
        promise="of 300 changes each to text, snippets, query and engine 80 % are noticed",
        command=("tests/torture/mutants.py", "--sample", "300"),
    ),
    Campaign(
        name="dependencies",
        promise="the suite passes with the oldest and the newest dependencies",
        command=("tests/matrix.py",),
    ),
)


def run(campaign: Campaign, seed: int) -> bool:
    """Run one to its end; return whether it held."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{campaign.name}.log"
    settings = {**os.environ, **campaign.settings, "SEED": str(seed), "PYTHONPATH": str(ROOT)}
    with log.open("w", encoding="utf-8") as output:
        done = subprocess.run(
            [sys.executable, *campaign.command],
            cwd=ROOT,
            env=settings,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return done.returncode == 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the campaigns that are named, or all; return 1 if one did not hold."""
    known = {campaign.name: campaign for campaign in CAMPAIGNS}
    width = max(map(len, known))
    parser = argparse.ArgumentParser(
        prog="python -m tests.torture",
        description="Run the long campaigns against loss, damage and hostile input.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"{name:{width}}  {known[name].promise}" for name in known),
    )
    parser.add_argument("names", nargs="*", choices=[*known, []], metavar="NAME")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 1_000_000))
    chosen = parser.parse_args(arguments)
    print(f"Seed {chosen.seed}; logs in {LOGS.relative_to(ROOT)}/", flush=True)
    failed = 0
    for name in chosen.names or known:
        began = time.monotonic()
        held = run(known[name], chosen.seed)
        failed += not held
        minutes = (time.monotonic() - began) / 60
        verdict = "held" if held else "FAILED"
        print(f"{name:{width}}  {verdict:6}  {minutes:5.1f} min  {known[name].promise}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
