"""`drugsearch suggest`: what the beginning of a query may become."""

from __future__ import annotations

from collections.abc import Iterator

import click

from indexer.cli import exits
from indexer.cli.hits import offered_line
from indexer.cli.options import Invocation, command
from indexer.index import open_index
from indexer.serialization import suggestions_json
from indexer.suggestions import Suggestions

GROUPS = {"drug": "Medicines", "section": "Sections", "article": "Articles"}


@command("suggest")
@click.argument("words", nargs=-1, required=True, metavar="PREFIX...")
@click.option(
    "--limit",
    type=click.IntRange(1, 20),
    default=8,
    show_default=True,
    help="Suggestions of each type.",
)
def suggest(invocation: Invocation, *, words: tuple[str, ...], limit: int) -> int:
    """Complete PREFIX: medicines with ingredient and class, sections of one, articles.

    Exits 1 when nothing in the index begins so.
    """
    index = open_index(invocation.settings.index, settings=invocation.settings)
    suggestions = index.suggest(" ".join(words), limit=limit)
    if invocation.console.as_json:
        invocation.console.answer_json(suggestions_json(suggestions))
    else:
        invocation.console.answer_lines(_lines(suggestions))
        if not suggestions.groups:
            invocation.console.say(f'Nothing in this index begins with "{suggestions.text}".')
    return exits.DONE if suggestions.groups else exits.NOTHING_FOUND


def _lines(suggestions: Suggestions) -> Iterator[str]:
    for group in suggestions.groups:
        yield click.style(GROUPS[group.type], bold=True)
        for item in group.items:
            yield f"  {offered_line(item)}" if group.type == "drug" else f"  {item.label}"
