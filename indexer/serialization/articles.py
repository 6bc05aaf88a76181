"""Articles, their sections, and the medicines that they are about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from indexer.comparisons import Comparison, ToldOf
from indexer.knowledge.sections import kind_named
from indexer.model import (
    Article,
    ArticleSummary,
    Drug,
    DrugEntry,
    Notice,
    Section,
)
from indexer.provenance import staleness
from indexer.serialization.links import article_link, compare_link
from indexer.serialization.shapes import (
    DISCLAIMER,
    ArticleAnswer,
    ArticleJson,
    CompareAnswer,
    DrugAnswer,
    DrugJson,
    DrugsAnswer,
    NoticeJson,
    ProvenanceJson,
    SectionAnswer,
    SectionJson,
    SummaryJson,
    ToldOfJson,
)


def summary_json(article: ArticleSummary) -> SummaryJson:
    """Return what a list of results shows of an article."""
    return {
        "id": article.id,
        "title": article.title,
        "url": article_link(article.id),
        "source_url": article.source_url,
        "published": article.published,
        "modified": article.modified,
        "categories": list(article.categories),
        "tags": list(article.tags),
        "drugs": drugs_json(article.drugs),
        "notices": notices_json(article.notices),
        **provenance_json(article),
    }


def article_json(article: Article) -> ArticleJson:
    """Return an article in the shape of `parse --json`."""
    return {
        "id": article.id,
        "source": article.source,
        "title": article.title,
        "url": article.url,
        "published": article.published,
        "modified": article.modified,
        "language": article.language,
        "author": article.author,
        "categories": list(article.categories),
        "tags": list(article.tags),
        "drugs": [{**_drug_of(drug), "evidence": list(drug.evidence)} for drug in article.drugs],
        **provenance_json(article),
        "notices": notices_json(article.notices),
        "encoding": {"name": article.encoding.name, "from": article.encoding.source},
        "warnings": list(article.warnings),
        "sections": [_section(section) for section in article.sections],
    }


def indexed_article_json(article: Article) -> ArticleAnswer:
    """Return an article of the index, with its addresses."""
    return {
        **article_json(article),
        "links": {
            "self": f"/api/v1/articles/{quote(article.id)}",
            "html": article_link(article.id),
        },
        "disclaimer": DISCLAIMER,
    }


def section_json(section: Section, article: Article) -> SectionAnswer:
    """Return a section as it stands alone: with the article that it is from."""
    return {
        **_section(section),
        "article": {
            "id": article.id,
            "title": article.title,
            "url": article_link(article.id),
            "source_url": article.url,
            "published": article.published,
            "modified": article.modified,
            "drugs": drugs_json(article.drugs),
            **provenance_json(article),
        },
        "links": {
            "self": f"/api/v1/articles/{quote(article.id)}/sections/{quote(section.id)}",
            "html": article_link(article.id, section_id=section.id),
        },
        "disclaimer": DISCLAIMER,
    }


def _section(section: Section) -> SectionJson:
    return {
        "id": section.id,
        "heading": section.heading,
        "level": section.level,
        "path": list(section.path),
        "kind": section.kind,
        "loinc": loinc_of(section.kind),
        "rule": section.rule,
        "text": section.text,
    }


def drug_json(drug: DrugEntry) -> DrugAnswer:
    """Return a medicine of the index with its names and the articles about it."""
    names = [*([drug.ingredient] if drug.ingredient else []), *drug.brands]
    return {
        "name": drug.name,
        "names": [drug.name, *(name for name in names if name != drug.name)],
        "ingredient": drug.ingredient,
        "brands": list(drug.brands),
        "class": drug.drug_class,
        "count": len(drug.articles),
        "articles": list(drug.articles),
        "url": f"/drugs/{quote(drug.name, safe='')}",
    }


def drugs_of_index_json(drugs: Sequence[DrugEntry]) -> DrugsAnswer:
    """Return the medicines of the index, in the order given."""
    return {"total": len(drugs), "drugs": [drug_json(drug) for drug in drugs]}


def comparison_json(
    comparison: Comparison, notices: Iterable[Notice], *, first: str, second: str
) -> CompareAnswer:
    """Return a comparison of two medicines under the names that were asked for."""
    return {
        "section": comparison.kind,
        "a": _told_of(comparison.first),
        "b": _told_of(comparison.second),
        "notices": notices_json(notices),
        "links": {
            "self": compare_link("/api/v1/compare", comparison.kind, first, second),
            "html": compare_link("/compare", comparison.kind, first, second),
        },
        "disclaimer": DISCLAIMER,
    }


def _told_of(told: ToldOf) -> ToldOfJson:
    return {
        "drug": drug_json(told.drug),
        "total": told.total,
        "sections": [
            {
                **_section(of.section),
                "article": summary_json(of.article),
                "url": article_link(of.article.id, section_id=of.section.id),
                "shared": list(of.shared),
            }
            for of in told.sections
        ],
    }


def notices_json(notices: Iterable[Notice]) -> list[NoticeJson]:
    """Return what has to be known before something is read."""
    return [{"code": notice.code, "text": notice.text} for notice in notices]


def drugs_json(drugs: Iterable[Drug]) -> list[DrugJson]:
    """Return medicines under the names that an article or a query gives them."""
    return [_drug_of(drug) for drug in drugs]


def _drug_of(drug: Drug) -> DrugJson:
    return {"name": drug.name, "ingredient": drug.ingredient, "role": drug.role}


def provenance_json(article: Article | ArticleSummary) -> ProvenanceJson:
    """Return who speaks in an article and how old it is."""
    return {
        "publisher": article.publisher,
        "publisher_type": article.publisher_type,
        "licence": article.licence,
        "indexed": article.indexed,
        "stale": staleness(article),
    }


def loinc_of(kind: str) -> str | None:
    """Return the code of a kind of section in the FDA's list of section headings."""
    found = kind_named(kind)
    return found.loinc if found else None
