"""What an audit found, as JSON and as the rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from indexer.findings import FINDING_KINDS, Audit, Finding, FindingCode
from indexer.serialization.audit_shapes import AuditJson, FindingJson
from indexer.serialization.links import article_link
from indexer.serialization.rows import csv_line, csv_row

FINDING_COLUMNS: Final = (
    "code",
    "drug",
    "article",
    "section",
    "title",
    "source",
    "url",
    "source_url",
    "detail",
)
"""Columns of a table of findings, and keys of a finding in JSON."""


def finding_json(finding: Finding) -> FindingJson:
    """Return a finding; its `url` is that of its place on the server of this index."""
    place = finding.place
    return {
        "code": finding.code,
        "drug": list(finding.drugs),
        "article": place.article_id if place else None,
        "section": finding.section,
        "title": place.title if place else None,
        "source": place.source if place else finding.source,
        "url": article_link(place.article_id, section_id=finding.section) if place else None,
        "source_url": place.source_url if place else None,
        "detail": finding.detail,
    }


def audit_json(
    audit: Audit, findings: Sequence[Finding], counts: Mapping[FindingCode, int]
) -> AuditJson:
    """Return an audit with some of its findings, and the number of each kind."""
    return {
        "generation": audit.generation,
        "built_at": audit.built_at,
        "today": audit.today,
        "articles": audit.articles,
        "drugs": audit.drugs,
        "knows_set_aside": audit.knows_set_aside,
        "seconds": round(audit.seconds, 3),
        "total": sum(counts.values()),
        "codes": [
            {
                "code": kind.code,
                "title": kind.title,
                "advice": kind.advice,
                "count": counts[kind.code],
            }
            for kind in FINDING_KINDS
        ],
        "findings": [finding_json(finding) for finding in findings],
    }


def findings_csv(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield the lines of a table of findings, its header first."""
    yield csv_line(FINDING_COLUMNS)
    for finding in findings:
        yield csv_row(finding_json(finding), FINDING_COLUMNS, {})
