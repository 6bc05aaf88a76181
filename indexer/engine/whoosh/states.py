"""What a generation knows of itself beside its sections: its pages of origin, its status.

Plain JSON, read without Whoosh, so that a run that finds nothing changed loads nothing for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from operator import attrgetter
from pathlib import Path

from indexer.engine.base import SourceState
from indexer.engine.whoosh.generations import Generation
from indexer.model import Status

STATES_FILE = "sources.json"

NAMES = tuple(field.name for field in fields(SourceState))
"""What stands in a line of the file, in this order; the source, which tells lines apart, first."""


def read_states(folder: Path) -> Mapping[str, SourceState]:
    """Read what a generation knows of the pages it was made from, by source name."""
    rows = json.loads((folder / STATES_FILE).read_text("utf-8"))
    states = (SourceState(**dict(zip(NAMES, row, strict=True))) for row in rows)
    return {state.source: state for state in states}


def write_states(folder: Path, states: Iterable[SourceState]) -> None:
    """Write what `read_states` reads, beside the file it replaces, which others may share."""
    aside = folder / f"{STATES_FILE}.tmp"
    rows = sorted(map(attrgetter(*NAMES), states))
    aside.write_text(json.dumps(rows, ensure_ascii=False, separators=(",", ":")), "utf-8")
    aside.replace(folder / STATES_FILE)


def status_of(generation: Generation, location: str) -> Status:
    """Return what is served when this generation is."""
    manifest = generation.manifest
    return Status(
        location=location,
        generation=manifest.generation,
        built_at=manifest.built_at,
        articles=manifest.articles,
        sections=manifest.sections,
        schema=manifest.schema,
        notes=generation.notes,
        digest=generation.digest,
    )
