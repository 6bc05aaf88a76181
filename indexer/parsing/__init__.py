"""HTML to articles: the only place that knows BeautifulSoup.

Bytes are decoded, the page is parsed under caps, the article is found in it, its headings become
sections and its blocks text; what drugsearch knows of medicines then names the kind of each
section and the article's subject.
"""

from __future__ import annotations

from dataclasses import replace

from indexer.errors import CorpusError
from indexer.knowledge.drugs import DrugKnowledge
from indexer.knowledge.figures import notices_on
from indexer.knowledge.sections import classify
from indexer.knowledge.subjects import find_subjects
from indexer.model import Article, Section
from indexer.parsing.content import find_content
from indexer.parsing.decoding import decode
from indexer.parsing.heading_order import heading_faults
from indexer.parsing.limits import MAX_BYTES
from indexer.parsing.markup import parse_markup
from indexer.parsing.metadata import read_metadata
from indexer.parsing.outline import build_sections, parent_indexes
from indexer.parsing.text import read_lines

__all__ = ["parse_article", "parse_page"]


def parse_article(
    data: bytes, *, article_id: str, source: str, knowledge: DrugKnowledge | None = None
) -> Article:
    """Parse a page and say what it is about, by the shipped names unless others are given.

    Raises CorpusError, with a reason a person understands, for what is no HTML, breaks a cap or
    holds no text of an article.
    """
    article = parse_page(data, article_id=article_id, source=source)
    article = replace(article, sections=_with_kinds(article.sections, article.title))
    knowledge = knowledge or DrugKnowledge.shipped()
    article = replace(article, drugs=find_subjects(article, knowledge))
    return replace(article, notices=notices_on(article, knowledge))


def parse_page(data: bytes, *, article_id: str, source: str) -> Article:
    """Parse a page by what stands in it alone: no kinds of sections, no medicines.

    Raises CorpusError as `parse_article` does.
    """
    if len(data) > MAX_BYTES:
        raise CorpusError(
            f"more than {MAX_BYTES // 2**20} MiB, which is the most that a page may have"
        )
    if not data.strip():
        raise CorpusError("the file is empty")
    decoded = decode(data)
    page = parse_markup(decoded.text)
    content = find_content(page)
    lines = read_lines(content.roots, content.dropped)
    headings = [(line.level, line.text) for line in lines if line.level or line.heading_like]
    about = read_metadata(page, content, headings=headings, source=source)
    sections = build_sections(lines, about.title)
    if not any(section.text for section in sections):
        raise CorpusError("no text of an article was found in the page")
    return Article(
        id=article_id,
        source=source,
        title=about.title,
        sections=sections,
        url=about.url,
        published=about.published,
        modified=about.modified,
        language=about.language,
        author=about.author,
        categories=about.categories,
        tags=about.tags,
        encoding=decoded.encoding,
        warnings=(*decoded.warnings, *content.warnings, *about.warnings),
        heading_faults=heading_faults(page, content),
    )


def _with_kinds(sections: tuple[Section, ...], title: str) -> tuple[Section, ...]:
    """Give each section its kind; a section may inherit from the one it stands below."""
    kinds: list[Section] = []
    for section, parent in zip(sections, parent_indexes(sections), strict=True):
        kind, rule = classify(
            section.heading,
            parent_kind="other" if parent is None else kinds[parent].kind,
            is_title=section.level == 1 and section.heading == title,
        )
        kinds.append(replace(section, kind=kind, rule=rule))
    return tuple(kinds)
