"""What a generation knows beside its sections: its pages, what was set aside, its status.

Plain JSON, read without Whoosh, so that a run that finds nothing changed loads nothing for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from pathlib import Path

from indexer.engine.base import SourceState
from indexer.engine.whoosh.generations import Generation
from indexer.model import Status
from indexer.runs import Failure

STATES_FILE = "sources.json"
FAILURES_FILE = "set-aside.json"

NAMES = tuple(field.name for field in fields(SourceState))
"""What stands in a line of the file, in this order; the source, which tells lines apart, first."""


def read_states(folder: Path) -> Mapping[str, SourceState]:
    """Read what a generation knows of the pages it was made from, by source name."""
    rows = json.loads((folder / STATES_FILE).read_text("utf-8"))
    states = (SourceState(**dict(zip(NAMES, row, strict=True))) for row in rows)
    return {state.source: state for state in states}


def write_states(folder: Path, states: Iterable[SourceState]) -> None:
    """Write what `read_states` reads, beside the file it replaces, which others may share."""
    _write(folder / STATES_FILE, sorted(map(attrgetter(*NAMES), states)))


def read_failures(generation: Generation) -> tuple[Failure, ...] | None:
    """Read what could not be indexed, None for a generation whose run did not tell."""
    if all(entry.name != FAILURES_FILE for entry in generation.manifest.files):
        return None
    rows = json.loads((generation.folder / FAILURES_FILE).read_text("utf-8"))
    return tuple(Failure(source=source, reason=reason) for source, reason in rows)


def write_failures(folder: Path, failures: Iterable[Failure] | None) -> None:
    """Write what `read_failures` reads, each thing once, by source; None leaves it unknown."""
    if failures is None:
        (folder / FAILURES_FILE).unlink(missing_ok=True)
        return
    # What is wrong with a page may be its very name: telling that must not fail.
    rows = {tuple(map(_spelled, (of.source, of.reason))) for of in failures}
    _write(folder / FAILURES_FILE, sorted(rows))


def _spelled(text: str) -> str:
    """Spell a text so that it can be written, whatever is in it."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _write(path: Path, rows: Sequence[Sequence[str | None]]) -> None:
    """Write rows beside the file that they replace, which other generations may share."""
    aside = path.with_name(f"{path.name}.tmp")
    aside.write_text(json.dumps(rows, ensure_ascii=False, separators=(",", ":")), "utf-8")
    aside.replace(path)


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
