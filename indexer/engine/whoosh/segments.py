"""Which segments a generation consists of, and which of their rows are deleted.

A segment never changes. An article that is replaced or removed stays in its segment and is noted
as deleted, until the segment is merged into another. The note is a small JSON file, so that a
search neither imports Whoosh nor unpickles anything; Whoosh's own table of contents says the same
(see `codec`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SEGMENTS_FILE = "segments.json"

MOST_DELETED = 0.3
"""Share of a segment's rows that may be deleted before it is written anew without them."""

GROWTH = 2
"""A segment is merged with the smaller ones after it once it is less than so many times their
size together. So sizes at least double from each segment to the one before: there are about
log2(sections) of them, and a section is written about as often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentEntry:
    """A segment of a generation."""

    name: str
    rows: int
    deleted: tuple[tuple[int, int], ...] = ()
    """First row and number of rows of each deleted article."""

    @property
    def live_rows(self) -> int:
        """Return how many rows are not deleted."""
        return self.rows - sum(count for _, count in self.deleted)

    def live(self) -> NDArray[np.bool_]:
        """Return flags of the rows that are not deleted."""
        flags = np.ones(self.rows, dtype=np.bool_)
        for first, count in self.deleted:
            flags[first : first + count] = False
        return flags


def read_segments(folder: Path) -> tuple[SegmentEntry, ...]:
    """Read which segments a generation has."""
    entries = json.loads((folder / SEGMENTS_FILE).read_text("utf-8"))
    return tuple(
        SegmentEntry(
            name=entry["name"],
            rows=entry["rows"],
            deleted=tuple((first, count) for first, count in entry["deleted"]),
        )
        for entry in entries
    )


def write_segments(folder: Path, entries: Iterable[SegmentEntry]) -> None:
    """Write what `read_segments` reads, beside the file it replaces, which others may share."""
    aside = folder / f"{SEGMENTS_FILE}.tmp"
    aside.write_text(json.dumps([asdict(entry) for entry in entries]), "utf-8")
    aside.replace(folder / SEGMENTS_FILE)


def to_merge(entries: Sequence[SegmentEntry]) -> tuple[SegmentEntry, ...]:
    """Return the segments that should be merged into one; none when all is well.

    A single segment is named when too many of its rows are deleted.
    """
    by_size = sorted(entries, key=lambda entry: entry.live_rows)
    together, merged = 0, 0
    for at, entry in enumerate(by_size):
        if at and entry.live_rows < GROWTH * together:
            merged = at + 1
        together += entry.live_rows
    chosen = set(by_size[:merged])
    chosen.update(
        entry for entry in entries if entry.rows - entry.live_rows > MOST_DELETED * entry.rows
    )
    return tuple(entry for entry in entries if entry in chosen)
