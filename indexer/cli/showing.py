"""`drugsearch show`: articles as they are indexed."""

from __future__ import annotations

import difflib

import click

from indexer.cli import exits
from indexer.cli.articles import head, texts
from indexer.cli.console import columns
from indexer.cli.options import Invocation, command
from indexer.errors import NotFoundError
from indexer.index import Index, open_index
from indexer.model import Article, Section
from indexer.serialization import DISCLAIMER, indexed_article_json, section_json


@command("show")
@click.argument("reference", metavar="ARTICLE[#SECTION]")
def show(invocation: Invocation, *, reference: str) -> int:
    """Show an indexed article, or one section of it: the references that `search` prints.

    Exits 5 when there is no such article or section.
    """
    article_id, _, section_id = reference.partition("#")
    index = open_index(invocation.settings.index, settings=invocation.settings)
    article = _found_article(index, article_id)
    section = _found_section(article, section_id) if section_id else None
    console = invocation.console
    if console.as_json:
        if section:
            console.answer_json(section_json(section, article))
        else:
            console.answer_json(indexed_article_json(article))
        return exits.DONE
    shown = [section] if section else article.sections
    alike = [f"  {'notice':12}{notice.text}" for notice in index.lookalikes(article.drugs)]
    console.answer_lines([*head(article), *alike, *texts(shown, width=columns())])
    console.say(DISCLAIMER)
    return exits.DONE


def _found_article(index: Index, article_id: str) -> Article:
    try:
        return index.article(article_id)
    except NotFoundError as error:
        nearest = index.nearest(article_id)
        hint = f"The nearest is {nearest.id} ({nearest.title})." if nearest else ""
        advice = hint or "`drugsearch search` prints the references there are."
        raise NotFoundError(f"There is no article {article_id!r}. {advice}") from error


def _found_section(article: Article, section_id: str) -> Section:
    by_id = {section.id: section for section in article.sections}
    if section_id not in by_id:
        nearest = difflib.get_close_matches(section_id, by_id, n=1, cutoff=0.3) or list(by_id)
        raise NotFoundError(
            f"The article {article.id} has no section {section_id!r}. "
            f"The nearest is {article.id}#{nearest[0]}."
        )
    return by_id[section_id]
