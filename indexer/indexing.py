"""Reindexing: what changed in the corpus is parsed and analysed, and a generation published.

The sources are the whole index: what vanished from them leaves it. Work is done by worker
processes, which parse and analyse; this process only hands pages out and stores what comes back,
in the order of the pages, so that the same sources give the same index.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Protocol

from indexer.changes import Changes, find_changes
from indexer.corpus import Corpus, Page, Scan, digest
from indexer.engine.base import (
    AnalysedArticle,
    Baseline,
    Engine,
    SourceState,
    Writer,
)
from indexer.errors import (
    CorpusError,
    IndexLockedError,
    IndexUnavailableError,
    RemovalGuardError,
)
from indexer.knowledge.aliases import NO_ALIASES, Aliases
from indexer.knowledge.drugs import DrugKnowledge
from indexer.provenance import attributed, host_of, mark_of
from indexer.runs import Failure, ReindexOptions, Report

if TYPE_CHECKING:
    from indexer.parsing.limits import Job

REMOVAL_LIMIT = 0.2
"""Share of the indexed articles that a run may remove without being told to: an unmounted disk
or a mistyped folder removes more, an editor's day's work less."""


class _NothingNewError(Exception):
    """Ends a run whose pages were all set aside, as they were by the run before."""


class Progress(Protocol):
    """Hears how a run of reindex gets on."""

    def scanned(self, *, pages: int) -> None:
        """So many pages are to be parsed."""

    def advanced(self, *, pages: int) -> None:
        """So many of them are done."""

    def publishing(self) -> None:
        """All are done; the generation is being written and checked."""


@dataclass(slots=True)
class _Outcome:
    """What became of the pages that were parsed; filled while the run goes on."""

    stored: set[str] = field(default_factory=set)
    failed: list[Failure] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    """Ids of indexed articles whose page can no longer be parsed."""
    warnings: list[str] = field(default_factory=list)
    started: str = field(default_factory=lambda: f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")


def reindex(
    engine: Engine,
    corpus: Corpus,
    options: ReindexOptions,
    progress: Progress | None = None,
    *,
    aliases: Aliases = NO_ALIASES,
) -> Report:
    """Make what the sources say the whole index; raise IndexUnavailableError.

    Nothing is published when a source has no page or when too much would be removed; the report
    then says why in `refused`. The engine knows the aliases by their fingerprint.
    """
    started = time.monotonic()
    baseline, warnings = _baseline(engine, options)
    scan = corpus.scan()
    anew = _anew(baseline, options)
    changes = find_changes(scan, baseline, options, anew=anew)
    report = _report(engine, scan, changes, warnings)
    refused = _refused(scan, options)
    if options.dry_run and aliases != NO_ALIASES:
        conflicts = DrugKnowledge.shipped().conflicts(aliases)
        report = replace(report, warnings=(*report.warnings, *conflicts))
    if refused or options.dry_run:
        report = replace(report, refused=refused)
    elif _nothing_to_do(baseline, changes, report.failed, anew=anew):
        report = replace(report, published=True)
    else:
        run = _Run(baseline, scan, changes, options, aliases, anew)
        report = _publish(engine, run, report, progress)
    return replace(report, seconds=time.monotonic() - started)


@dataclass(frozen=True, slots=True)
class _Run:
    """The fixed facts of one run."""

    baseline: Baseline | None
    scan: Scan
    changes: Changes
    options: ReindexOptions
    aliases: Aliases
    anew: bool

    def pages(self) -> list[Page]:
        """Return the pages to parse, in the order of the scan."""
        changes = self.changes
        wanted = {page.name for page in (*changes.added, *changes.changed, *changes.same)}
        return [page for page in self.scan.pages if page.name in wanted]

    def indexed(self) -> dict[str, str]:
        """Return the ids of the indexed articles by their source."""
        states = self.baseline.states.values() if self.baseline else ()
        return {state.source: state.article_id for state in states}


def _anew(baseline: Baseline | None, options: ReindexOptions) -> bool:
    """Return whether nothing that is indexed can be kept."""
    return options.fresh or baseline is None or not baseline.current


def _baseline(engine: Engine, options: ReindexOptions) -> tuple[Baseline | None, list[str]]:
    """Return what is indexed; a fresh build may start although that cannot be read."""
    try:
        baseline = engine.baseline()
    except IndexUnavailableError as error:
        if not options.fresh:
            raise
        return None, [f"The earlier index could not be read: {error}"]
    if baseline is not None and not baseline.current and not options.fresh:
        reason = "The index was built by another version or with other aliases"
        return baseline, [f"{reason}; everything is indexed anew."]
    return baseline, []


def _nothing_to_do(
    baseline: Baseline | None, changes: Changes, failed: Sequence[Failure], *, anew: bool
) -> bool:
    """Return whether what is served says what the sources say, also of what was set aside."""
    if baseline is not None and not baseline.whole:
        return False  # what is served stands in for a generation that is damaged
    if anew or changes.added or changes.changed or changes.same or changes.removed:
        return False
    told = None if baseline is None else baseline.set_aside
    return told is None or set(told) == set(failed)


def _refused(scan: Scan, options: ReindexOptions) -> str | None:
    if scan.unusable:
        named = ", ".join(scan.unusable)
        return f"the sources.toml of {named} cannot be used; nothing was published"
    if scan.empty_sources and not options.allow_removals:
        named = ", ".join(scan.empty_sources)
        return f"no page was found in {named}; nothing was published"
    return None


def _report(engine: Engine, scan: Scan, changes: Changes, warnings: Sequence[str]) -> Report:
    """Return what is known before anything is parsed."""
    generation, articles, sections = None, 0, 0
    try:
        status = engine.status()
        generation, articles, sections = status.generation, status.articles, status.sections
    except IndexUnavailableError:
        generation = None
    present = {page.article_id for page in scan.pages}
    return Report(
        generation=generation,
        articles=articles,
        sections=sections,
        added=tuple(page.article_id for page in changes.added),
        changed=tuple(page.article_id for page in changes.changed),
        removed=tuple(name for name in changes.removed if name not in present),
        unchanged=changes.unchanged + len(changes.same),
        failed=(*scan.failures, *changes.failures),
        skipped=scan.skipped,
        warnings=(*warnings, *_kept_warning(changes)),
    )


def _kept_warning(changes: Changes) -> Iterator[str]:
    if changes.kept:
        yield (
            f"{len(changes.kept)} indexed pages cannot be read now; "
            "their articles stay as they were indexed"
        )


def _publish(engine: Engine, run: _Run, report: Report, progress: Progress | None) -> Report:
    outcome = _Outcome()
    try:
        with engine.writer(fresh=run.anew) as writer:
            _check_base(writer, run)
            _write(writer, run, outcome, progress)
            _check_removals(run, outcome)
            failed = (*report.failed, *outcome.failed)
            _check_difference(run, outcome, failed)
            writer.set_aside(failed)
            if progress is not None:
                progress.publishing()
    except RemovalGuardError as error:
        return replace(report, refused=str(error), failed=(*report.failed, *outcome.failed))
    except _NothingNewError:
        return replace(report, added=(), failed=(*report.failed, *outcome.failed), published=True)
    status = engine.status()
    parsed = outcome.stored
    return replace(
        report,
        generation=status.generation,
        articles=status.articles,
        sections=status.sections,
        added=tuple(name for name in report.added if name in parsed),
        changed=tuple(name for name in report.changed if name in parsed),
        removed=tuple(sorted({*report.removed, *outcome.lost})),
        unchanged=run.changes.unchanged
        + sum(page.article_id in parsed for page in run.changes.same),
        failed=(*report.failed, *outcome.failed),
        warnings=(*report.warnings, *outcome.warnings, *writer.warnings),
        published=True,
    )


def _check_base(writer: Writer, run: _Run) -> None:
    """Raise IndexLockedError when another run published since this one looked."""
    looked_at = None if run.anew or run.baseline is None else run.baseline.generation
    if writer.base != looked_at:
        message = "Another run of reindex published meanwhile; run this one again."
        raise IndexLockedError(message)


def _write(writer: Writer, run: _Run, outcome: _Outcome, progress: Progress | None) -> None:
    if not run.anew:
        for article_id in run.changes.removed:
            writer.delete(article_id)
        for state in run.changes.renewed:
            writer.renew(state)
    _parse(writer, run, outcome, progress)
    indexed = run.indexed()
    failed = {indexed[one.source] for one in outcome.failed if one.source in indexed}
    outcome.lost |= failed - outcome.stored
    if not run.anew:
        for article_id in outcome.lost:
            writer.delete(article_id)


def _parse(writer: Writer, run: _Run, outcome: _Outcome, progress: Progress | None) -> None:
    """Have the pages parsed and analysed, and store what comes back."""
    # Imported here because a run that finds nothing changed needs no parser: loading it takes
    # as long as all the rest of such a run.
    from indexer.parsing.limits import Job, ParserPool  # noqa: PLC0415
    from indexer.preparing import parse_and_analyse  # noqa: PLC0415

    pages = run.pages()
    if progress is not None:
        progress.scanned(pages=len(pages))
    by_name = {page.name: page for page in pages}
    digests: dict[str, str] = {}
    work = partial(parse_and_analyse, aliases=run.aliases)
    with ParserPool(work, jobs=run.options.jobs) as pool:
        for done, parsed in enumerate(pool.run(_jobs(pages, digests, outcome, Job)), 1):
            page = by_name[parsed.name]
            _store(writer, parsed.value, page, digests.pop(page.name), outcome)
            if progress is not None:
                progress.advanced(pages=done)


def _jobs(
    pages: Sequence[Page], digests: dict[str, str], outcome: _Outcome, job: type[Job]
) -> Iterator[Job]:
    """Yield the pages as jobs, each read when it is its turn; unreadable ones are set aside."""
    for page in pages:
        try:
            data = page.read()
        except CorpusError as error:
            outcome.failed.append(Failure(source=page.name, reason=str(error)))
            continue
        digests[page.name] = digest(data)
        yield job(name=page.name, article_id=page.article_id, data=data)


def _store(
    writer: Writer,
    parsed: AnalysedArticle | Failure,
    page: Page,
    page_digest: str,
    outcome: _Outcome,
) -> None:
    """Store what became of a page, or set it aside with its reason."""
    if isinstance(parsed, Failure):
        outcome.failed.append(parsed)
        return
    host = host_of(parsed.article.url)
    state = SourceState(
        source=page.name,
        digest=page_digest,
        stamp=page.stamp,
        article_id=page.article_id,
        host=host,
        provenance=mark_of(page.rules, page.path, host),
    )
    article = attributed(parsed.article, page.rules, page.path)
    article = replace(article, indexed=outcome.started)
    try:
        writer.put(replace(parsed, article=article), state)
    except CorpusError as error:
        outcome.failed.append(Failure(source=page.name, reason=str(error)))
        return
    outcome.stored.add(page.article_id)
    outcome.warnings += [f"{page.name}: {warning}" for warning in parsed.article.warnings]


def _check_difference(run: _Run, outcome: _Outcome, failed: Sequence[Failure]) -> None:
    """Raise _NothingNewError when what would be published is what is served.

    A page that was set aside is tried again by every run; that alone makes no generation.
    """
    told = None if run.baseline is None or not run.baseline.whole else run.baseline.set_aside
    is_other = run.anew or outcome.stored or outcome.lost or run.changes.removed
    if not is_other and told is not None and set(told) == set(failed):
        raise _NothingNewError


def _check_removals(run: _Run, outcome: _Outcome) -> None:
    """Raise RemovalGuardError when publishing would lose more than is likely to be meant."""
    before = set(run.indexed().values())
    kept = before - set(run.changes.removed) - outcome.lost | outcome.stored
    gone = before - kept
    if run.options.allow_removals:
        return
    barren = _barren_sources(run, outcome)
    if barren:
        message = f"no page of {', '.join(barren)} could be parsed; nothing was published"
        raise RemovalGuardError(message)
    if len(gone) > REMOVAL_LIMIT * len(before):
        message = (
            f"{len(gone)} of {len(before)} indexed articles would be removed, more than "
            f"{REMOVAL_LIMIT:.0%}; nothing was published. Check the sources, or repeat with "
            "--allow-removals."
        )
        raise RemovalGuardError(message)


def _barren_sources(run: _Run, outcome: _Outcome) -> list[str]:
    """Return the sources all of whose pages were set aside."""
    failed = {failure.source for failure in outcome.failed}
    fruitful = {page.origin for page in run.scan.pages if page.name not in failed}
    return sorted({page.origin for page in run.scan.pages} - fruitful)
