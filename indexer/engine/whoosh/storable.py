"""What can be stored: an article is looked at whole before any of it is.

An index holds many articles, and one that is not what its type says would be found out only
when the files are written, or when somebody reads it: too late for all the others. Types are
checked where nothing else would notice (an engine is also handed articles by other programs),
texts by encoding them, and numbers that point into a text by the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple

import msgspec

from indexer.engine.base import AnalysedArticle, SourceState
from indexer.engine.whoosh.records import section_record
from indexer.errors import CorpusError
from indexer.model import Article, Section

LONGEST_ID_BYTES = 512
"""Ids stand in addresses; those of our own corpus have 120."""

LONGEST_TERM_BYTES = 512
"""Terms come bounded from the analysis; one above this is a fault, not a word."""

MOST_TERMS = 1 << 24
"""Terms of an article, its title's once for each section. A page of 4 MB has two million."""


def storable_records(analysed: AnalysedArticle, state: SourceState) -> list[bytes]:
    """Return what is stored of each section; raise CorpusError when an article cannot be."""
    if not analysed.sections:
        raise CorpusError("has no section with text")
    try:
        _check_article(analysed.article)
        _check_sections(analysed)
        _check_terms(analysed)
        "".join(text for text in astuple(state) if text is not None).encode("utf-8")
        header = analysed.article
        return [
            section_record(section.section, header if at == 0 else None).encode("utf-8")
            for at, section in enumerate(analysed.sections)
        ]
    except UnicodeEncodeError as error:
        message = f"holds characters that cannot be stored: {error.reason}"
        raise CorpusError(message) from error
    except (AttributeError, TypeError, ValueError, RecursionError) as error:
        message = f"is not what an article is made of: {error}"
        raise CorpusError(message) from error


def _check_article(article: Article) -> None:
    """Raise ValidationError unless everything in an article is of the type that it says."""
    msgspec.convert(msgspec.to_builtins(article), Article)
    _check_id(article.id, "article")


def _check_id(value: str, of: str) -> None:
    if not value or len(value.encode("utf-8")) > LONGEST_ID_BYTES:
        message = f"has an id of its {of} that is empty or longer than {LONGEST_ID_BYTES} bytes"
        raise CorpusError(message)


def _check_sections(analysed: AnalysedArticle) -> None:
    """Check that sections can be told apart and that blocks lie in their texts."""
    sections = analysed.article.sections
    if [each.section for each in analysed.sections] != [each for each in sections if each.text]:
        raise CorpusError("has other sections than those that were analysed")
    names = set()
    for section in sections:
        _check_id(section.id, "section")
        if section.id in names:
            raise CorpusError(f"has two sections with the id {section.id!r}")
        names.add(section.id)
        if not _are_blocks_right(section):
            raise CorpusError(f"has blocks outside the text of the section {section.id!r}")


def _are_blocks_right(section: Section) -> bool:
    size, count = len(section.text), len(section.blocks)
    return all(
        0 <= block.start <= block.end <= size
        and block.depth >= 0
        and (block.lead is None or 0 <= block.lead < count)
        for block in section.blocks
    )


def _check_terms(analysed: AnalysedArticle) -> None:
    """Check that terms, and the names that articles are filtered by, can be written."""
    fields: list[Sequence[str]] = [analysed.title, analysed.subjects, analysed.classes]
    for section in analysed.sections:
        fields += (section.text, section.heading, section.path)
        if not isinstance(section.contents, bool):
            raise TypeError("whether a section is a table of contents is not told")
    if any(not isinstance(terms, tuple) for terms in fields):
        raise TypeError("terms are no tuple")
    count = sum(map(len, fields)) + len(analysed.title) * len(analysed.sections)
    if count > MOST_TERMS:
        raise CorpusError(f"has more than {MOST_TERMS:,} words")
    for terms in fields:
        "".join(terms).encode("utf-8")
    # A character has at most four bytes, so hardly any article needs the second look.
    if max(max(map(len, terms), default=0) for terms in fields) * 4 > LONGEST_TERM_BYTES:
        _check_lengths(fields)


def _check_lengths(fields: Iterable[Sequence[str]]) -> None:
    """Raise CorpusError when a term is too long."""
    if any(len(term.encode("utf-8")) > LONGEST_TERM_BYTES for terms in fields for term in terms):
        message = f"holds a word of more than {LONGEST_TERM_BYTES} bytes"
        raise CorpusError(message)
