"""Articles as people read them in a terminal: as an outline, or whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from indexer.cli.hits import age, kind_label, speaker
from indexer.cli.marking import line_ranges
from indexer.model import Article, Drug, Section

FIRST_WORDS = 60
"""Characters of a section's text that an outline shows where no terminal limits the line."""


def head(article: Article) -> Iterator[str]:
    """Yield what an article says of itself."""
    yield f"{click.style(article.title, bold=True)}  {article.id}"
    facts = {
        "drugs": ", ".join(map(_named, article.drugs)),
        "publisher": speaker(article),
        "licence": article.licence,
        "url": article.url,
        "published": article.published,
        "modified": article.modified,
        "age": age(article),
        "indexed": article.indexed,
        "author": article.author,
        "language": article.language,
        "categories": ", ".join(article.categories),
        "tags": ", ".join(article.tags),
    }
    for name, fact in facts.items():
        if fact:
            yield f"  {name:12}{fact}"
    for notice in article.notices:
        yield f"  {'notice':12}{notice.text}"
    for warning in article.warnings:
        yield f"  {'warning':12}{warning}"


def outline(article: Article, *, width: int | None) -> Iterator[str]:
    """Yield what a parsed page says of itself, then its headings with kinds and first words."""
    yield from head(article)
    yield f"  {'encoding':12}{article.encoding.name} ({article.encoding.source})"
    for section in article.sections:
        indent = "  " * section.level
        heading = f"{indent}{section.heading}{_kind(section)}"
        room = max(width - len(heading) - 2, 0) if width else FIRST_WORDS
        words = click.style(_shortened(section.text, room), dim=True)
        yield f"{indent}{click.style(section.heading, bold=True)}{_kind(section)}  {words}".rstrip()
    yield ""


def texts(sections: Iterable[Section], *, width: int | None) -> Iterator[str]:
    """Yield sections whole, each under its heading and its reference."""
    for section in sections:
        yield ""
        path = f"{' › '.join(section.path)} › " if section.path else ""
        heading = click.style(section.heading, bold=True)
        yield f"{click.style(path, dim=True)}{heading}{_kind(section)}  #{section.id}"
        for start, end in line_ranges(section.text, width):
            yield section.text[start:end]


def _kind(section: Section) -> str:
    return "" if section.kind == "other" else f"  [{kind_label(section.kind)}]"


def _named(drug: Drug) -> str:
    return (
        f"{drug.name} ({drug.ingredient})"
        if drug.role == "brand" and drug.ingredient
        else drug.name
    )


def _shortened(text: str, room: int) -> str:
    line = text.replace("\n", " ")
    return line if len(line) <= room else f"{line[: max(room - 1, 0)].rstrip()}…"
