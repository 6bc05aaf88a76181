"""Run all measurements of speed, one after another, and keep what they tell.

    python -m benchmarks MEDQUAD_DIR --out var/bench --sizes 5000,50000,200000

This is what `make bench` does once the peers are installed. Each step is a command of its own,
printed before it is run; what is missing on the machine is left out and said.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.engines import ENGINES
from benchmarks.http.load import is_installed
from benchmarks.pipeline.pages import pages_of

SIZES = "5000,50000,200000"
OWN = "drugsearch"
SLOW = "whoosh"
SLOW_UP_TO = 50_000
"""Sections up to which stock Whoosh takes part: it would build on 200,000 for half an hour."""
PAGE_COUNT = 5_000
SAMPLES = Path(__file__).parents[1] / "corpus"


@dataclass(frozen=True, slots=True)
class Step:
    """A module to run and its arguments."""

    module: str
    arguments: tuple[str, ...]

    def command(self) -> list[str]:
        """Return what to start."""
        return [sys.executable, "-m", self.module, *self.arguments]


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What is measured over."""

    medquad: Path
    sizes: tuple[int, ...]
    """Sections of each set."""
    pages: Path
    page_count: int
    """About as many, each page as often as it takes."""


def steps(material: Material, out: Path) -> Iterator[Step]:
    """Yield what is to be run, in order."""
    every = ",".join(map(str, material.sizes))
    yield Step("benchmarks.generate", (str(material.medquad), str(out), "--sizes", every))
    for size in material.sizes:
        sections = (str(out / f"d{size}.jsonl"), str(out / "queries.json"))
        kept = ("--work", str(out / f"index-{size}"), "--raw", str(out / "raw"))
        chosen = ("--engines", ",".join(_engines(size)))
        yield Step("benchmarks.engines", (*sections, *chosen, *kept, *_out(out, f"engines-{size}")))
        yield Step("benchmarks.whole", (*sections, *kept, "--reuse", *_out(out, f"whole-{size}")))
        index = str(out / f"index-{size}" / OWN / "index")
        yield Step("benchmarks.page", (index, sections[1], *_out(out, f"page-{size}")))
    pages = material.pages
    repeat = max(1, material.page_count // max(1, len(pages_of(pages))))
    yield Step("benchmarks.pipeline", (str(pages), "--repeat", str(repeat), *_out(out, "pipeline")))
    if is_installed():
        yield Step("benchmarks.http", _out(out, "http"))
    yield Step("benchmarks.plot", (str(out / "raw"), str(out / "latency.svg")))


def _engines(size: int) -> list[str]:
    return [
        name
        for name, entry in ENGINES.items()
        if entry.is_installed and (name != SLOW or size <= SLOW_UP_TO)
    ]


def _out(folder: Path, name: str) -> tuple[str, str]:
    return "--out", str(folder / f"{name}.jsonl")


def main() -> None:
    """Run what the command line says; end with the code of a step that fails."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    add = parser.add_argument
    add("medquad", type=Path, metavar="MEDQUAD_DIR", help="folders of MedQuAD's XML files")
    add("--pages", type=Path, default=SAMPLES, metavar="DIR", help="HTML (default: the samples)")
    add("--page-count", type=int, default=PAGE_COUNT, metavar="N", help="default: %(default)s")
    add("--out", type=Path, default=Path("var/bench"), metavar="DIR", help="default: %(default)s")
    add("--sizes", default=SIZES, metavar="N,N", help="default: %(default)s")
    given = parser.parse_args()
    # Times of an earlier run would be drawn beside these.
    shutil.rmtree(given.out / "raw", ignore_errors=True)
    given.out.mkdir(parents=True, exist_ok=True)
    if not is_installed():
        print("benchmarks.http is left out: wrk is missing (apt-get install wrk)", flush=True)
    material = Material(
        medquad=given.medquad,
        sizes=tuple(map(int, given.sizes.split(","))),
        pages=given.pages,
        page_count=given.page_count,
    )
    for step in steps(material, given.out):
        print(f"\n$ python -m {step.module} {' '.join(step.arguments)}", flush=True)
        code = subprocess.run(step.command(), check=False).returncode
        if code:
            sys.exit(code)


if __name__ == "__main__":
    main()
