"""`drugsearch search --all`: every section that a query finds, as lines for other programs."""

from __future__ import annotations

from collections.abc import Iterator

import click

from indexer.cli import exits, hits
from indexer.cli.console import complain
from indexer.cli.options import Invocation
from indexer.index import open_index
from indexer.model import Results, SearchRequest
from indexer.serialization import ExportForm, export_head, export_line

PAGED = ("page", "per_page", "group", "explain")
"""Options of a page of results; an export has neither pages nor groups."""


def export(invocation: Invocation, request: SearchRequest, form: ExportForm) -> int:
    """Write every section that a request lists to stdout; how it was read goes to stderr."""
    index = open_index(invocation.settings.index, settings=invocation.settings)
    with index.one_generation():
        exported = index.export(request)
        results = exported.results
        # What has to be known before the rows are read, and is in none of them.
        for line in hits.emergency(results):
            complain(line)
        for line in _notes(results):
            if invocation.console.talkative or hits.is_less_than_asked(results):
                complain(line)
        click.echo(export_head(form), nl=False)
        for section in exported:
            click.echo(export_line(section, results, form), nl=False)
    if not results.total.sections:
        return exits.NOTHING_FOUND
    invocation.console.say(f"{hits.counted(results.total.sections, 'section')} exported.")
    return exits.DONE


def _notes(results: Results) -> Iterator[str]:
    if results.total.sections:
        yield from (f"* {line}" for line in hits.notes(results, with_emergency=False))
    else:
        yield from hits.nothing_found(results)


def refuse_paging(context: click.Context) -> None:
    """Raise UsageError for options that mean nothing where everything is listed."""
    for name in PAGED:
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            option = name.replace("_", "-")
            raise click.UsageError(f"--all lists every section, so --{option} does not go with it.")
