"""`drugsearch parse`: what the parser makes of pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import click

from indexer.cli import exits
from indexer.cli.articles import outline
from indexer.cli.console import columns, complain
from indexer.cli.options import Invocation, command
from indexer.corpus import Corpus, Page
from indexer.errors import CorpusError
from indexer.knowledge.aliases import Aliases, read_aliases
from indexer.knowledge.drugs import DrugKnowledge
from indexer.model import Article
from indexer.parsing import parse_article
from indexer.parsing.limits import Job, ParserPool
from indexer.provenance import attributed
from indexer.runs import Failure
from indexer.serialization import article_json


@command("parse")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
def parse(invocation: Invocation, *, files: tuple[str, ...]) -> int:
    """Show what the parser makes of FILES: metadata, subjects, sections and their kinds.

    No index is needed or touched. A file that fails is named on stderr with its reason, the
    others are shown, and the exit code is 4.
    """
    folders = [file for file in files if Path(file).is_dir()]
    failures = [
        Failure(source=folder, reason="is a folder; `drugsearch reindex` takes folders")
        for folder in folders
    ]
    wanted = [file for file in files if file not in folders]
    if wanted:
        failures += _parse_pages(invocation, wanted)
    for failure in failures:
        complain(f"failed: {failure.source}: {failure.reason}")
    return exits.SOURCES_FAILED if failures else exits.DONE


def _parse_pages(invocation: Invocation, files: Sequence[str]) -> list[Failure]:
    """Print what becomes of each page as soon as it is parsed; return what failed."""
    console = invocation.console
    parse_one = partial(parse_page, aliases=read_aliases(invocation.settings.aliases))
    scan = Corpus(files).scan()
    failures = list(scan.failures)
    # A worker process costs more than a page; many pages are worth one for each processor.
    by_name = {page.name: page for page in scan.pages}
    with ParserPool(parse_one, jobs=0 if len(scan.pages) > 1 else 1) as pool:
        for parsed in pool.run(_jobs(scan.pages, failures)):
            if isinstance(parsed.value, Failure):
                failures.append(parsed.value)
                continue
            page = by_name[parsed.name]
            article = attributed(parsed.value, page.rules, page.path)
            if console.as_json:
                console.answer_json(article_json(article))
            else:
                console.answer_lines(outline(article, width=columns()))
    return failures


def parse_page(job: Job, aliases: Aliases) -> Article:
    """Return the article that a page holds; raise CorpusError. Runs in a worker process."""
    knowledge = DrugKnowledge.shipped_with(aliases)
    return parse_article(job.data, article_id=job.article_id, source=job.name, knowledge=knowledge)


def _jobs(pages: Iterable[Page], failures: list[Failure]) -> Iterator[Job]:
    for page in pages:
        try:
            data = page.read()
        except CorpusError as error:
            failures.append(Failure(source=page.name, reason=str(error)))
        else:
            yield Job(name=page.name, article_id=page.article_id, data=data)
