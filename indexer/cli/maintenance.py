"""`drugsearch status`, `verify`, `rollback` and `gc`: what is served, and looking after it."""

from __future__ import annotations

from collections.abc import Sequence

import click

from indexer.cli import exits
from indexer.cli.console import Console, complain
from indexer.cli.hits import counted
from indexer.cli.options import Invocation, command
from indexer.errors import ConfigError
from indexer.freshness import age_notices
from indexer.index import Index, open_index
from indexer.model import Status
from indexer.runs import Failure
from indexer.serialization import failures_json, status_json, verification_json


@command("status")
@click.option(
    "--queries",
    is_flag=True,
    help="Instead, list queries that found nothing, from the report of the server.",
)
def status(invocation: Invocation, *, queries: bool) -> int:
    """Tell what is served: generation, when it was built, what is in it, what was set aside."""
    if queries:
        return _print_queries(invocation)
    index = _index(invocation)
    with index.one_generation():
        _print_status(invocation.console, index.status(), index.set_aside())
        if days := invocation.settings.max_age_days:
            for notice in age_notices(index.status(), index.newest(), days):
                invocation.console.say(f"note: {notice}")
    return exits.DONE


@command("verify")
def verify(invocation: Invocation) -> int:
    """Check every byte and posting of the served generation; exits 3 when something is wrong."""
    console = invocation.console
    found = _index(invocation).verify()
    for problem in found.problems:
        complain(f"problem: {problem}")
    if found.remedy:
        complain(found.remedy)
    if console.as_json:
        console.answer_json(verification_json(found))
    elif not found.problems and not console.quiet:
        console.answer(
            f"Generation {found.generation} is as it was published: "
            f"{counted(found.checked_files, 'file')}, "
            f"{counted(found.checked_articles, 'article')}, "
            f"{counted(found.checked_sections, 'section')}, "
            f"{counted(found.checked_postings, 'posting')} checked."
        )
    return exits.UNAVAILABLE if found.problems else exits.DONE


@command("rollback")
def rollback(invocation: Invocation) -> int:
    """Serve the generation before the served one again."""
    index = _index(invocation)
    served = index.rollback()
    _print_status(invocation.console, served, index.set_aside())
    return exits.DONE


@command("gc")
def gc(invocation: Invocation) -> int:
    """Remove what no generation needs: leftovers of broken runs, generations no longer kept."""
    console = invocation.console
    removed = _index(invocation).collect_garbage()
    if console.as_json:
        console.answer_json({"removed": list(removed)})
        return exits.DONE
    for name in removed:
        console.answer(f"removed {name}")
    if not removed:
        console.say("Nothing to remove.")
    return exits.DONE


def _index(invocation: Invocation) -> Index:
    return open_index(invocation.settings.index, settings=invocation.settings)


def _print_status(console: Console, served: Status, set_aside: Sequence[Failure] | None) -> None:
    if console.as_json:
        shape = {"location": served.location, **status_json(served)}
        console.answer_json({**shape, "set_aside": failures_json(set_aside)})
        return
    facts = {
        "index": served.location,
        "generation": f"{served.generation}, built {served.built_at}",
        "articles": f"{served.articles:,}",
        "sections": f"{served.sections:,}",
        "schema": served.schema,
        "set aside": "not noted" if set_aside is None else counted(len(set_aside), "page"),
    }
    for name, fact in facts.items():
        console.answer(f"{name:12}{fact}")
    for failure in set_aside or ():
        console.answer(f"  {failure.source}: {failure.reason}")
    for note in served.notes:
        console.say(f"note: {note}")


def _print_queries(invocation: Invocation) -> int:
    from indexer.unanswered import K, read_report  # noqa: PLC0415 - hardly ever needed

    console, folder = invocation.console, invocation.settings.query_report
    if not folder:
        raise ConfigError(
            "No report of queries is made: DRUGSEARCH_QUERY_REPORT names no folder for it."
        )
    asked = read_report(folder)
    if console.as_json:
        queries = [{"month": one.month, "query": one.query, "asked": one.times} for one in asked]
        console.answer_json({"k": K, "queries": queries})
        return exits.DONE
    for one in asked:
        console.answer(f"{one.month}  {one.times:>6,}  {one.query}")
    if not asked:
        console.say(f"No query that found nothing was asked from {K} addresses within a month.")
    return exits.DONE
