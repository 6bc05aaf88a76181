"""`drugsearch reindex`: sources in, the next generation of the index out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext

import click

from indexer.cli import exits
from indexer.cli.console import Console, complain
from indexer.cli.hits import counted
from indexer.cli.interrupts import Watch
from indexer.cli.options import Invocation, command
from indexer.corpus import Corpus
from indexer.errors import IndexerError
from indexer.index import open_index
from indexer.indexing import Progress
from indexer.runs import ReindexOptions, Report
from indexer.serialization import report_json


@command("reindex")
@click.argument("sources", nargs=-1, metavar="[SOURCE...]")
@click.option("--fresh", is_flag=True, help="Read, parse and index everything anew.")
@click.option(
    "--if-needed", is_flag=True, help="Do nothing when sources and schema are as they were."
)
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option(
    "--checksum", is_flag=True, help="Read files too whose size, time and inode are as they were."
)
@click.option(
    "--allow-removals",
    is_flag=True,
    help="Publish even if a source is gone or more than a fifth of the articles would go.",
)
@click.option(
    "--jobs",
    type=click.IntRange(0, 256),
    default=0,
    metavar="N",
    help="Worker processes; 0 is one per processor.  [default: 0]",
)
def reindex(  # noqa: PLR0913 - click passes every option by name
    invocation: Invocation,
    *,
    sources: tuple[str, ...],
    fresh: bool,
    if_needed: bool,
    dry_run: bool,
    checksum: bool,
    allow_removals: bool,
    jobs: int,
) -> int:
    """Bring the index up to date with SOURCES: folders, HTML files, .zip or .tar archives.

    The sources are the whole index: what is gone from them leaves it. Without any,
    $DRUGSEARCH_CORPUS or the folder `corpus` is taken. Only what has changed is read.

    Exits 4 when a source or page failed, each with its reason on stderr (the others are
    published), or when too much would be removed (nothing is published).
    """
    if "" in sources:
        # An unset variable of a script; as a path it would be the working directory.
        raise click.UsageError("A SOURCE is empty.")
    options = ReindexOptions(
        fresh=fresh,
        if_needed=if_needed,
        dry_run=dry_run,
        checksum=checksum,
        allow_removals=allow_removals,
        jobs=jobs,
    )
    report = _run(invocation, Corpus(sources or (invocation.settings.corpus,)), options)
    if report is None:
        return exits.INTERRUPTED
    _print(invocation.console, report, named=dry_run)
    if not sources and (report.refused or report.failed):
        complain(f"No source was named, so {invocation.settings.corpus!r} was read.")
    return exits.SOURCES_FAILED if report.failed or report.refused else exits.DONE


def _run(invocation: Invocation, corpus: Corpus, options: ReindexOptions) -> Report | None:
    """Return the report of a run; None when it was interrupted, which is said on stderr."""
    index = open_index(invocation.settings.index, settings=invocation.settings)
    with _progress(invocation.console) as progress, Watch(progress) as watch:
        try:
            report = index.reindex(corpus, options, watch)
        except (KeyboardInterrupt, IndexerError):
            # An interrupt that was lost may show in what it broke.
            if not watch.interrupts:
                raise
            report = None
    if report is None and watch.is_publishing:
        complain("Interrupted while publishing; `drugsearch status` tells what is served.")
    elif report is None:
        complain("Interrupted; nothing was published.")
    elif watch.interrupts:
        complain("The interrupt came too late: the new generation was being published.")
    return report


def _progress(console: Console) -> AbstractContextManager[Progress | None]:
    if not (console.talkative and sys.stderr.isatty()):
        return nullcontext()
    # Loaded for a terminal alone: a script need not wait for it.
    from indexer.cli.progress import Bar  # noqa: PLC0415

    return Bar()


def _print(console: Console, report: Report, *, named: bool) -> None:
    for failure in report.failed:
        complain(f"failed: {failure.source}: {failure.reason}")
    if report.refused:
        complain(f"drugsearch: {report.refused}")
    if console.as_json:
        console.answer_json(report_json(report, named=named))
        return
    if console.quiet:
        return
    for line in (*_changes(report), *_summary(report)) if named else _summary(report):
        console.answer(line)


def _changes(report: Report) -> Iterator[str]:
    for name, articles in (
        ("added", report.added),
        ("changed", report.changed),
        ("removed", report.removed),
    ):
        for article in articles:
            yield f"{name:8} {article}"


def _summary(report: Report) -> Iterator[str]:
    done = len(report.added) + len(report.changed)
    rate = f" ({done / report.seconds:,.0f} articles/s)" if done and report.seconds else ""
    yield f"{_headline(report)} · {report.seconds:.2f} s{rate}"
    counts = {
        "added": len(report.added),
        "changed": len(report.changed),
        "removed": len(report.removed),
        "unchanged": report.unchanged,
        "failed": len(report.failed),
    }
    yield "  " + " · ".join(f"{number:,} {name}" for name, number in counts.items())
    if report.skipped:
        yield "  skipped: " + ", ".join(f"{number:,} {why}" for why, number in report.skipped)
    for warning in report.warnings:
        yield f"  note: {warning}"


def _headline(report: Report) -> str:
    if not report.published:
        return "Nothing was published"
    size = f"{counted(report.articles, 'article')}, {counted(report.sections, 'section')}"
    return f"Generation {report.generation} serves {size}"
