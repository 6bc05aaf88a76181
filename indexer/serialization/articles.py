"""Articles, their sections, and the medicines that they are about."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from indexer.knowledge.sections import kind_named
from indexer.model import Article, ArticleSummary, Drug, DrugEntry, Notice, Section
from indexer.provenance import provenance_of
from indexer.serialization.links import article_link
from indexer.serialization.shapes import DISCLAIMER, Json


def summary_json(article: ArticleSummary) -> dict[str, Json]:
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
        **provenance_of(article),
    }


def article_json(article: Article, *, indexed: bool) -> dict[str, Json]:
    """Return an article in the shape of `parse --json`; an indexed one with its addresses."""
    shape: dict[str, Json] = {
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
        **provenance_of(article),
        "notices": notices_json(article.notices),
        "encoding": {"name": article.encoding.name, "from": article.encoding.source},
        "warnings": list(article.warnings),
        "sections": [section_json(section) for section in article.sections],
    }
    if indexed:
        shape["links"] = {
            "self": f"/api/v1/articles/{quote(article.id)}",
            "html": article_link(article.id),
        }
        shape["disclaimer"] = DISCLAIMER
    return shape


def section_json(section: Section, *, article: Article | None = None) -> dict[str, Json]:
    """Return a section as it stands in its article; with `article`, as it stands alone."""
    shape: dict[str, Json] = {
        "id": section.id,
        "heading": section.heading,
        "level": section.level,
        "path": list(section.path),
        "kind": section.kind,
        "loinc": loinc_of(section.kind),
        "rule": section.rule,
        "text": section.text,
    }
    if article:
        shape["article"] = {
            "id": article.id,
            "title": article.title,
            "url": article_link(article.id),
            "source_url": article.url,
            "published": article.published,
            "modified": article.modified,
            "drugs": drugs_json(article.drugs),
            **provenance_of(article),
        }
        shape["links"] = {
            "self": f"/api/v1/articles/{quote(article.id)}/sections/{quote(section.id)}",
            "html": article_link(article.id, section_id=section.id),
        }
        shape["disclaimer"] = DISCLAIMER
    return shape


def drug_json(drug: DrugEntry) -> dict[str, Json]:
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


def notices_json(notices: Iterable[Notice]) -> list[Json]:
    """Return what has to be known before something is read."""
    return [{"code": notice.code, "text": notice.text} for notice in notices]


def drugs_json(drugs: Iterable[Drug]) -> list[Json]:
    """Return medicines under the names that an article or a query gives them."""
    return [_drug_of(drug) for drug in drugs]


def _drug_of(drug: Drug) -> dict[str, Json]:
    return {"name": drug.name, "ingredient": drug.ingredient, "role": drug.role}


def loinc_of(kind: str) -> str | None:
    """Return the code of a kind of section in the FDA's list of section headings."""
    found = kind_named(kind)
    return found.loinc if found else None
