"""A page becomes what is stored of it: parsed, its terms in order, its subjects known.

This is what worker processes do; it needs nothing of the index.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from indexer.analysis.tokens import joined, terms_by_line
from indexer.analysis.tokens import terms as analysed
from indexer.engine.base import AnalysedArticle, AnalysedSection
from indexer.knowledge.aliases import NO_ALIASES, Aliases
from indexer.knowledge.drugs import DrugKnowledge
from indexer.knowledge.subjects import subject_keys
from indexer.model import Article, Section
from indexer.parsing import parse_article
from indexer.parsing.limits import Job

_Terms: TypeAlias = tuple[str, ...]

FEWEST_ENTRIES = 3
"""Lines that repeat a heading in a table of contents; two may be chance."""
CONTENTS_SHARE = 0.6
"""Share of its lines that do; the others are entries that the headings word differently, such as
"How to use" for "How to take"."""


def analyse_article(article: Article, knowledge: DrugKnowledge | None = None) -> AnalysedArticle:
    """Return the article with its terms, ready to be stored."""
    known = knowledge or DrugKnowledge.shipped()
    subjects = subject_keys(article.drugs)
    headings = frozenset(_unnumbered(analysed(section.heading)) for section in article.sections)
    return AnalysedArticle(
        article=article,
        title=analysed(article.title),
        sections=tuple(
            _analysed_section(section, headings) for section in article.sections if section.text
        ),
        subjects=subjects,
        classes=tuple(dict.fromkeys(label for key in subjects for label in known.classes_of(key))),
    )


def _analysed_section(section: Section, headings: frozenset[_Terms]) -> AnalysedSection:
    heading, lines = analysed(section.heading), terms_by_line(section.text)
    return AnalysedSection(
        section=section,
        text=joined(lines),
        heading=heading,
        path=analysed("\n".join(section.path)),
        contents=_is_contents(heading, lines, headings),
    )


def _is_contents(own: _Terms, lines: Iterable[_Terms], headings: frozenset[_Terms]) -> bool:
    """Say whether a section is a table of contents: most of its lines are headings."""
    own = _unnumbered(own)
    entries = [entry for line in lines if (entry := _unnumbered(line)) != own]
    repeated = sum(entry in headings for entry in entries)
    return repeated >= FEWEST_ENTRIES and repeated > CONTENTS_SHARE * len(entries)


def _unnumbered(terms: _Terms) -> _Terms:
    """Return the terms of a heading or of an entry that repeats it, without a number before."""
    return terms[1:] if terms and terms[0].replace(".", "").isdecimal() else terms


def parse_and_analyse(job: Job, aliases: Aliases = NO_ALIASES) -> AnalysedArticle:
    """Return what a page is stored as; raise CorpusError. Runs in a worker process."""
    knowledge = DrugKnowledge.shipped_with(aliases)
    article = parse_article(
        job.data, article_id=job.article_id, source=job.name, knowledge=knowledge
    )
    return analyse_article(article, knowledge)
