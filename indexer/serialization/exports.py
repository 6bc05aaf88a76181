"""A section that is exported, as a line of JSON or CSV."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from indexer.exported import ExportedSection
from indexer.model import Results
from indexer.serialization.articles import loinc_of, provenance_json
from indexer.serialization.audit_shapes import ExportedJson
from indexer.serialization.links import article_link
from indexer.serialization.rows import csv_line, csv_row, ndjson_line

ExportForm: TypeAlias = Literal["ndjson", "csv"]

EXPORT_COLUMNS: Final = (
    "rank",
    "score",
    "mode",
    "searched",
    "article",
    "title",
    "section",
    "heading",
    "path",
    "kind",
    "loinc",
    "url",
    "source_url",
    "drugs",
    "ingredients",
    "publisher",
    "publisher_type",
    "licence",
    "published",
    "modified",
    "indexed",
    "stale",
    "notices",
    "generation",
    "built_at",
    "snippet",
    "text",
)
"""Columns of an export, and keys of its lines of JSON."""

_JOINTS: Final[Mapping[str, str]] = {"path": " › "}

SCORE_DIGITS: Final = 6


def exported_json(exported: ExportedSection, results: Results) -> ExportedJson:
    """Return an exported section with where it is from; `results` tell what was searched for."""
    article, section, query = exported.article, exported.section, results.query
    ingredients = dict.fromkeys(drug.ingredient for drug in article.drugs if drug.ingredient)
    return {
        "rank": exported.rank,
        "score": round(float(exported.score), SCORE_DIGITS),
        "mode": query.mode,
        "searched": query.corrected or query.text,
        "article": article.id,
        "title": article.title,
        "section": section.id,
        "heading": section.heading,
        "path": list(section.path),
        "kind": section.kind,
        "loinc": loinc_of(section.kind),
        "url": article_link(article.id, section_id=section.id),
        "source_url": article.source_url,
        "drugs": [drug.name for drug in article.drugs],
        "ingredients": list(ingredients),
        **provenance_json(article),
        "published": article.published,
        "modified": article.modified,
        "notices": [notice.text for notice in article.notices],
        "generation": results.status.generation,
        "built_at": results.status.built_at,
        "snippet": "\n".join(snippet.text for snippet in exported.snippets),
        "text": section.text,
    }


def export_head(form: ExportForm) -> str:
    """Return what an export begins with."""
    return csv_line(EXPORT_COLUMNS) if form == "csv" else ""


def export_line(exported: ExportedSection, results: Results, form: ExportForm) -> str:
    """Return a section as a line of an export, with its end."""
    values: Mapping[str, object] = exported_json(exported, results)
    if form == "csv":
        return csv_row(values, EXPORT_COLUMNS, _JOINTS)
    return ndjson_line({name: values[name] for name in EXPORT_COLUMNS})
