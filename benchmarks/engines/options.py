"""The command line of a run."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks.documents import read_queries
from benchmarks.engines import ENGINES
from benchmarks.engines.peers import Kind
from benchmarks.engines.rounds import Schedule
from benchmarks.engines.runs import DEFAULT_MEMORY_MB, KINDS, Options
from benchmarks.lines import add_output


def arguments(description: str | None, engines: tuple[str, ...]) -> argparse.ArgumentParser:
    """Return a parser of the options that every run of engines has."""
    usual = Schedule()
    parser = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    add = parser.add_argument
    add("documents", type=Path, metavar="DOCS.jsonl", help="sections, a line of JSON each")
    add("queries", type=Path, metavar="QUERIES.json", help="words, phrases, prefixes")
    add_output(parser)
    add("--engines", default=",".join(engines), metavar="A,B", help="default: %(default)s")
    add("--queries-limit", type=int, metavar="N", help="ask the first N queries of each kind")
    add("--rounds", type=int, default=usual.rounds, metavar="N", help="default: %(default)s")
    add("--chunk", type=int, default=usual.chunk, metavar="N", help="default: %(default)s")
    add(
        "--budget",
        type=float,
        default=usual.budget_s,
        metavar="S",
        help="seconds of an engine for a kind of query (default: %(default)s)",
    )
    add("--builds", type=int, default=1, metavar="N", help="of each index (default: %(default)s)")
    add(
        "--memory-mb",
        type=int,
        default=DEFAULT_MEMORY_MB,
        metavar="MB",
        help="address space of an engine's process; 0 is no cap (default: %(default)s)",
    )
    add("--work", type=Path, metavar="DIR", help="keep the indexes here")
    add("--reuse", action="store_true", help="ask the indexes in --work as they are")
    add("--raw", type=Path, metavar="DIR", help="keep every single time here")
    return parser


def add_kinds(parser: argparse.ArgumentParser) -> None:
    """Let the kinds of query be chosen."""
    parser.add_argument("--kinds", default=",".join(KINDS), help="default: %(default)s")


@contextmanager
def options_of(
    parser: argparse.ArgumentParser, given: argparse.Namespace, kinds: tuple[Kind, ...]
) -> Iterator[Options]:
    """Return the options as they are worked with; indexes nobody wants kept are removed."""
    names = tuple(dict.fromkeys(given.engines.split(",")))
    for name in names:
        if name not in ENGINES:
            parser.error(f"there is no engine {name!r}; use {', '.join(ENGINES)}")
        if not ENGINES[name].is_installed:
            parser.error(f"{name} is not installed; `make bench` brings the peers")
    if given.reuse and not given.work:
        parser.error("--reuse needs --work, which has the indexes")
    if min(given.rounds, given.chunk, given.builds) < 1:
        parser.error("--rounds, --chunk and --builds are 1 or more")
    queries, limit = read_queries(given.queries), given.queries_limit
    with tempfile.TemporaryDirectory(prefix="drugsearch-bench-") as temporary:
        yield Options(
            documents=given.documents,
            queries=replace(
                queries,
                words=queries.words[:limit],
                phrases=queries.phrases[:limit],
                prefixes=queries.prefixes[:limit],
            ),
            engines=names,
            kinds=kinds,
            schedule=Schedule(rounds=given.rounds, chunk=given.chunk, budget_s=given.budget),
            builds=given.builds,
            memory_mb=given.memory_mb,
            work=given.work or Path(temporary),
            reuse=given.reuse,
        )


def chosen_kinds(parser: argparse.ArgumentParser, text: str) -> tuple[Kind, ...]:
    """Return the kinds of query that were asked for, in the usual order."""
    asked = text.split(",")
    wrong = sorted(set(asked) - set(KINDS))
    if wrong:
        parser.error(f"there is no kind {wrong[0]!r}; use {', '.join(KINDS)}")
    return tuple(kind for kind in KINDS if kind in asked)
