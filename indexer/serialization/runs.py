"""What a run did, what is served, and what was checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from indexer.model import Status
from indexer.serialization.shapes import Json, StatusAnswer

if TYPE_CHECKING:
    from indexer.runs import Failure, Report, Verification


def report_json(report: Report, *, named: bool = False) -> dict[str, Json]:
    """Return what a run of `reindex` did; with `named`, also which articles it concerns."""
    shape: dict[str, Json] = {
        "generation": report.generation,
        "articles": report.articles,
        "sections": report.sections,
        "added": len(report.added),
        "changed": len(report.changed),
        "removed": len(report.removed),
        "unchanged": report.unchanged,
        "failed": failures_json(report.failed),
        "skipped": dict(report.skipped),
        "warnings": list(report.warnings),
        "seconds": round(report.seconds, 3),
        "published": report.published,
        "refused": report.refused,
    }
    if named:
        shape["changes"] = {
            "added": list(report.added),
            "changed": list(report.changed),
            "removed": list(report.removed),
        }
    return shape


def failures_json(failures: Sequence[Failure] | None) -> list[Json] | None:
    """Return what was set aside and why; null where that is not known."""
    if failures is None:
        return None
    return [{"source": of.source, "reason": of.reason} for of in failures]


def status_json(status: Status) -> StatusAnswer:
    """Return what is served; where it lies is not for every reader, so it is not in it."""
    return {
        "generation": status.generation,
        "built_at": status.built_at,
        "articles": status.articles,
        "sections": status.sections,
        "schema": status.schema,
        "notes": list(status.notes),
    }


def verification_json(verification: Verification) -> dict[str, Json]:
    """Return what `verify` looked at and what it found."""
    return {
        "generation": verification.generation,
        "ok": not verification.problems,
        "checked": {
            "files": verification.checked_files,
            "articles": verification.checked_articles,
            "sections": verification.checked_sections,
            "postings": verification.checked_postings,
        },
        "problems": list(verification.problems),
    }
