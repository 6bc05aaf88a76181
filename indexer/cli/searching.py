"""`drugsearch search`: the sections that answer a query."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from itertools import takewhile

import click

from indexer.cli import exits, hits
from indexer.cli.console import columns, complain
from indexer.cli.exporting import export, refuse_paging
from indexer.cli.options import Invocation, command
from indexer.index import open_index
from indexer.knowledge.sections import KINDS
from indexer.model import DEEPEST_RESULT, Group, Results, SearchRequest, Sort
from indexer.query.grammar import OPERATORS
from indexer.serialization import DISCLAIMER, ExportForm, results_json

# Python's stand-ins for bytes that are not in the encoding of the locale.
_NO_TEXT = re.compile("[\ud800-\udfff]")


class QueryCommand(click.Command):
    """A command whose unknown `-words` belong to the query: `search imuran -allopurinol`.

    An unknown `--option` stays an error, because it is a slip of the pen and no exclusion; after
    `--` everything is query. No option of this command has a short form, which would take the
    first letter of an excluded word.
    """

    ignore_unknown_options = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse long options that do not exist; leave the rest to click."""
        known = [name for parameter in self.get_params(ctx) for name in parameter.opts]
        for word in takewhile(lambda word: word != "--", args):
            name = word.partition("=")[0]
            if name.startswith("--") and name not in known:
                raise click.NoSuchOption(name, possibilities=known, ctx=ctx)
        return super().parse_args(ctx, args)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Tell what can be written into a query, as the help page does."""
        del ctx
        with formatter.section("What a query can have beside words"):
            formatter.write_dl([(operator.written, operator.finds) for operator in OPERATORS])


@command("search", cls=QueryCommand)
@click.argument("words", nargs=-1, required=True, metavar="QUERY...")
@click.option(
    "--section",
    "sections",
    multiple=True,
    metavar="KIND",
    type=click.Choice([kind.name for kind in KINDS], case_sensitive=False),
    help="Only sections of this kind, such as dosage or adverse-reactions.  [repeatable]",
)
@click.option(
    "--drug",
    "drugs",
    multiple=True,
    metavar="NAME",
    help="Only articles about this drug, under any of its names.  [repeatable]",
)
@click.option(
    "--class",
    "classes",
    multiple=True,
    metavar="NAME",
    help="Only articles about drugs of this pharmacologic class.  [repeatable]",
)
@click.option(
    "--category",
    "categories",
    multiple=True,
    metavar="NAME",
    help="Only articles of this category.  [repeatable]",
)
@click.option(
    "--year",
    "years",
    multiple=True,
    metavar="YYYY",
    type=click.DateTime(["%Y"]),
    help="Only articles whose latest date is of this year.  [repeatable]",
)
@click.option(
    "--article",
    "articles",
    multiple=True,
    metavar="ID",
    help="Only this article.  [repeatable]",
)
@click.option(
    "--sort",
    type=click.Choice(["relevance", "newest", "title"]),
    default="relevance",
    show_default=True,
)
@click.option(
    "--group",
    type=click.Choice(["article", "section"]),
    default="article",
    show_default=True,
    help="List articles with their best sections, or every section by itself.",
)
@click.option("--page", type=click.IntRange(min=1), default=1, show_default=True)
@click.option("--per-page", type=click.IntRange(1, 50), default=10, show_default=True)
@click.option("--exact", is_flag=True, help="Only the words as typed: no stems, no other names.")
@click.option(
    "--expand",
    type=click.Choice(["auto", "none"]),
    default="auto",
    show_default=True,
    help="Whether to search a drug's other names too.",
)
@click.option(
    "--without",
    multiple=True,
    metavar="NAME",
    help="Another name of what was typed that is not to be searched for.  [repeatable]",
)
@click.option("--explain", is_flag=True, help="Show what each score is made of.")
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Export every section that matches, whole and with its origin, a line for each.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["ndjson", "csv"]),
    help="With --all, the form of its lines.  [default: ndjson]",
)
def search(  # noqa: PLR0913 - click passes every option by name
    invocation: Invocation,
    *,
    words: tuple[str, ...],
    sections: tuple[str, ...],
    drugs: tuple[str, ...],
    classes: tuple[str, ...],
    categories: tuple[str, ...],
    years: tuple[datetime, ...],
    articles: tuple[str, ...],
    sort: Sort,
    group: Group,
    page: int,
    per_page: int,
    exact: bool,
    expand: str,
    without: tuple[str, ...],
    explain: bool,
    everything: bool,
    form: ExportForm | None,
) -> int:
    """Find the sections that answer QUERY.

    All words must match. Exits 1 when nothing is found.

    \b
    drugsearch search imuran side effects
    drugsearch search imuran -allopurinol --section interactions
    drugsearch search '"bone marrow" OR leukopenia' --drug azathioprine
    """  # noqa: D301 - click keeps the lines of a paragraph that begins so
    _check_paging(page, per_page, form, everything=everything)
    _check_names((*drugs, *classes, *categories, *articles, *without))
    request = SearchRequest(
        text=_decoded(" ".join(words)),
        drugs=tuple(map(_decoded, drugs)),
        sections=sections,
        classes=tuple(map(_decoded, classes)),
        categories=tuple(map(_decoded, categories)),
        years=tuple(dict.fromkeys(f"{year:%Y}" for year in years)),
        articles=tuple(map(_decoded, articles)),
        without=tuple(map(_decoded, without)),
        sort=sort,
        group=group,
        page=page,
        per_page=per_page,
        expand=expand == "auto",
        exact=exact,
        explain=explain,
    )
    if everything:
        return export(invocation, request, form or "ndjson")
    index = open_index(invocation.settings.index, settings=invocation.settings)
    results = index.search(request)
    if invocation.console.as_json:
        invocation.console.answer_json(results_json(results))
    else:
        _print(invocation, results)
    return exits.DONE if results.total.sections else exits.NOTHING_FOUND


def _check_paging(page: int, per_page: int, form: ExportForm | None, *, everything: bool) -> None:
    """Raise UsageError for a page out of reach, and for options that do not go together."""
    if everything:
        refuse_paging(click.get_current_context())
    elif form is not None:
        raise click.UsageError("--format goes with --all.")
    elif page * per_page > DEEPEST_RESULT:
        raise click.UsageError(
            f"--page times --per-page is at most {DEEPEST_RESULT:,}; --all lists everything."
        )


def _check_names(names: Iterable[str]) -> None:
    """Raise UsageError for a filter without a name."""
    if not all(map(str.strip, names)):
        named = "--drug, --class, --category, --article or --without"
        raise click.UsageError(f"The name of a {named} is empty.")


def _print(invocation: Invocation, results: Results) -> None:
    console = invocation.console
    if not results.total.sections:
        for line in hits.emergency(results):
            complain(line)
        for line in (*hits.nothing_found(results), *hits.related(results)):
            console.say(line)
        console.say(DISCLAIMER)
        return
    if console.talkative or hits.is_less_than_asked(results):
        notes = [f"* {line}" for line in hits.notes(results)]
        console.answer_lines([*notes, ""] if notes else [])
    console.answer_lines(hits.listing(results, width=columns()))
    if not results.hits:
        complain(f"Page {results.request.page} is past the end; the last is {results.pages}.")
    if console.talkative:
        console.answer()
        console.answer_lines([*hits.narrowing(results), *hits.related(results)])
        console.answer(hits.totals(results))
        console.say(DISCLAIMER)


def _decoded(text: str) -> str:
    """Return what was typed, with a replacement for bytes that were no text at all."""
    return _NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", text)
