"""`drugsearch audit`: what in the index needs an editor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import click

from indexer.auditing import counts_of, selected
from indexer.cli import exits
from indexer.cli.console import complain
from indexer.cli.hits import counted
from indexer.cli.options import Invocation, command
from indexer.findings import FINDING_CODES, FINDING_KINDS, Audit, Finding
from indexer.index import open_index
from indexer.serialization import audit_json, findings_csv

ANY = "any"
"""In `--fail-on`: findings of every kind."""

USUAL_LISTED = 10
"""Findings of one kind that are listed: enough to see what it is about."""

_BY_CODE = {kind.code: kind for kind in FINDING_KINDS}


@command("audit")
@click.option(
    "--code",
    "codes",
    multiple=True,
    metavar="CODE",
    type=click.Choice(FINDING_CODES),
    help="Only findings of this kind, such as missing-section.  [repeatable]",
)
@click.option(
    "--drug",
    "drugs",
    multiple=True,
    metavar="NAME",
    help="Only findings about this medicine, under any of its names.  [repeatable]",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="csv has a line for each finding, for a spreadsheet.",
)
@click.option(
    "--most",
    type=click.IntRange(min=0),
    default=USUAL_LISTED,
    show_default=True,
    metavar="N",
    help="With text, findings of each kind that are listed; 0 lists all.",
)
@click.option(
    "--fail-on",
    multiple=True,
    metavar="CODE",
    type=click.Choice([*FINDING_CODES, ANY]),
    help="Exit 6 when there is a finding of this kind; any means every kind.  [repeatable]",
)
def audit(  # noqa: PLR0913 - click passes every option by name
    invocation: Invocation,
    *,
    codes: tuple[str, ...],
    drugs: tuple[str, ...],
    form: str,
    most: int,
    fail_on: tuple[str, ...],
) -> int:
    """Tell what in the index needs an editor: missing sections, old articles, doubtful names.

    Every medicine and article of the index is looked at. Findings are no error unless --fail-on
    says so.
    """
    console = invocation.console
    index = open_index(invocation.settings.index, settings=invocation.settings)
    with index.one_generation():
        done = index.audit()
        found = selected(done, codes=codes, drugs=[index.drug(name).name for name in drugs])
    if console.as_json or form == "json":
        console.answer_json(audit_json(done, found, counts_of(found)))
    elif form == "csv":
        for line in findings_csv(found):
            click.echo(line, nl=False)
    else:
        console.answer_lines(_lines(done, found, most=most, quiet=console.quiet))
    if not done.knows_set_aside:
        console.say("This index does not tell which pages were set aside; `reindex` notes it.")
    return _gate(found, fail_on)


def _gate(found: Sequence[Finding], fail_on: Sequence[str]) -> int:
    counts = counts_of(found)
    met = [code for code in counts if counts[code] and (code in fail_on or ANY in fail_on)]
    for code in met:
        complain(f"drugsearch: {code}: {counted(counts[code], 'finding')}.")
    return exits.BELOW_GATE if met else exits.DONE


# --- what is told -----------------------------------------------------------------------------


def _lines(done: Audit, found: Sequence[Finding], *, most: int, quiet: bool) -> Iterator[str]:
    if not quiet:
        yield (
            f"{counted(len(found), 'finding')} in {counted(done.articles, 'article')} about "
            f"{counted(done.drugs, 'medicine')}, generation {done.generation}, {done.today}, "
            f"{done.seconds:.1f} s"
        )
    for code, group in groupby(found, key=lambda finding: finding.code):
        same, kind = list(group), _BY_CODE[code]
        yield ""
        yield f"{click.style(kind.title, bold=True)}  [{code}]  {len(same):,}"
        if not quiet:
            yield click.style(f"  {kind.advice}", dim=True)
        for finding in same[: most or None]:
            yield f"  {click.style(_where(finding), underline=True)}  {finding.detail}"
        if most and len(same) > most:
            yield f"  … {len(same) - most:,} more: --code {code} --most 0"


def _where(finding: Finding) -> str:
    """Return the reference of a place as `show` takes it, else a page or a medicine."""
    if finding.place is None:
        return finding.source or ", ".join(finding.drugs)
    section = f"#{finding.section}" if finding.section else ""
    return f"{finding.place.article_id}{section}"
