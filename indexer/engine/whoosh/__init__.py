"""The embedded engine: an index in a folder, kept by Whoosh.

Whoosh holds the segments, terms, postings and stored records. What it is not trusted with stays
outside: analysis, scoring and collecting (its top hits and totals are wrong for some queries),
durability and integrity (it neither syncs nor checks what it wrote).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from indexer.engine.base import Baseline, OwnNames, SourceState, Writer
from indexer.engine.whoosh.generations import Generation, Generations, Inspection
from indexer.engine.whoosh.schema import fingerprint, is_same_version
from indexer.engine.whoosh.states import read_failures, read_states, status_of
from indexer.errors import ConfigError, IndexDamagedError, IndexUnavailableError
from indexer.model import Status
from indexer.runs import Verification

if TYPE_CHECKING:
    from indexer.engine.whoosh.snapshot import Opened, WhooshSnapshot

DISTRIBUTION = "whoosh3"
ANEW = "Run `drugsearch reindex --fresh` to build the index anew."
OLDER = (
    "What is served is whole; there is no way back to the generation before it. "
    "The next run of `drugsearch reindex` that changes something removes it."
)

Read = TypeVar("Read")

RIVALS = ("Whoosh", "whoosh-reloaded")
"""Distributions that install the same package `whoosh` and overwrite ours."""


class WhooshEngine:
    """An index below a folder. Safe to share between threads; each gets its own snapshot."""

    def __init__(self, folder: str, names: OwnNames) -> None:
        """Take the folder; nothing is read or made before it is needed."""
        check_distribution()
        self._location = f"whoosh:{folder}"
        self._names = names
        self._generations = Generations(Path(folder))
        self._thread = threading.local()
        self._states: tuple[str, Mapping[str, SourceState]] | None = None
        self._opening = threading.Lock()
        self._opened: Opened | None = None
        """What was opened last, for all threads."""

    def baseline(self) -> Baseline | None:
        """Return what is indexed, None when nothing was ever; raise IndexDamagedError."""
        return self._steadily(self._baseline) if self._generations.pointer() else None

    def _baseline(self) -> Baseline:
        generation = self._generations.served()
        return Baseline(
            generation=generation.manifest.generation,
            states=self._states_of(generation),
            current=generation.manifest.schema == fingerprint(self._names.fingerprint),
            set_aside=read_failures(generation),
            whole=not generation.notes,
        )

    @contextmanager
    def writer(self, *, fresh: bool) -> Iterator[Writer]:
        """Open the next generation for writing; leaving the block publishes it."""
        # Writer, snapshot and verification are imported on use: they load NumPy, which a run
        # that finds nothing changed does not need.
        from indexer.engine.whoosh.writer import WhooshWriter  # noqa: PLC0415

        with self._generations.build(fresh=fresh) as build:
            known = {} if fresh or build.base is None else self._states_of(build.base)
            writer = WhooshWriter(build, self._names, known, fresh=fresh)
            try:
                yield writer
                writer.finish()
            finally:
                writer.cancel()

    def snapshot(self) -> WhooshSnapshot:
        """Return the served generation for this thread; raise IndexUnavailableError."""
        pointer = self._generations.pointer()
        kept: tuple[bytes, WhooshSnapshot] | None = getattr(self._thread, "kept", None)
        if kept is not None and kept[0] == pointer and not kept[1].closed:
            return kept[1]
        snapshot = self._steadily(self._open)
        if kept is not None:
            kept[1].close()
        self._thread.kept = pointer, snapshot
        return snapshot

    def status(self) -> Status:
        """Return what is served; raise IndexUnavailableError."""
        return status_of(self._readable(), self._location)

    def rollback(self) -> None:
        """Serve the generation before the served one; raise IndexUnavailableError."""
        self._generations.rollback()

    def collect_garbage(self) -> tuple[str, ...]:
        """Remove what no generation needs; return the names of what was removed."""
        return self._generations.collect_garbage()

    def _open(self) -> WhooshSnapshot:
        from indexer.engine.whoosh.snapshot import WhooshSnapshot  # noqa: PLC0415

        generation = self._readable()
        return WhooshSnapshot(self._opened_of(generation), generation, self._location)

    def _steadily(self, read: Callable[[], Read]) -> Read:
        """Read what is served; once two newer generations are published its folder is gone."""
        while True:
            pointer = self._generations.pointer()
            try:
                return read()
            except FileNotFoundError as error:
                if self._generations.pointer() == pointer:
                    raise IndexDamagedError(
                        f"{error.filename} was removed from the index while it was served; "
                        "start again, and `drugsearch verify` tells what is damaged."
                    ) from error

    def _states_of(self, generation: Generation) -> Mapping[str, SourceState]:
        """Return what a generation knows of its pages; a run asks for it twice."""
        if self._states is None or self._states[0] != generation.digest:
            self._states = generation.digest, read_states(generation.folder)
        return self._states[1]

    def _opened_of(self, generation: Generation) -> Opened:
        """Return what is open of a generation; opened once for all threads."""
        from indexer.engine.whoosh.snapshot import Opened  # noqa: PLC0415

        with self._opening:
            if self._opened is None or self._opened.digest != generation.digest:
                self._opened = Opened(generation, self._names)
            return self._opened

    def _readable(self) -> Generation:
        generation = self._generations.served()
        wanted, found = fingerprint(self._names.fingerprint), generation.manifest.schema
        if found != wanted:
            root = generation.folder.parent
            differs = (
                "with other aliases than are set now (DRUGSEARCH_ALIASES)"
                if is_same_version(found, wanted)
                else "by another version of drugsearch"
            )
            message = (
                f"The index in {root.absolute()} was built {differs}. "
                f"Build it anew: `drugsearch reindex --index {root} FOLDER`."
            )
            raise IndexUnavailableError(message)
        return generation

    def verify(self) -> Verification:
        """Check every byte, posting and stored record of what is served."""
        while True:
            pointer = self._generations.pointer()
            found = self._verify()
            if not found.problems or self._generations.pointer() == pointer:
                return found

    def _verify(self) -> Verification:
        inspection = self._generations.inspect()
        if inspection.generation is None:
            return Verification(
                generation=None,
                checked_files=inspection.checked_files,
                checked_articles=0,
                checked_sections=0,
                checked_postings=0,
                problems=inspection.problems,
                remedy=ANEW,
            )
        from indexer.engine.whoosh.verification import verify_generation  # noqa: PLC0415

        found = verify_generation(
            inspection.generation,
            checked_files=inspection.checked_files,
            problems=inspection.problems,
        )
        return replace(found, remedy=_remedy(inspection, found))


def _remedy(inspection: Inspection, found: Verification) -> str:
    """Say what to do about what is damaged; nothing when all is well."""
    if found.problems != inspection.problems:  # the bytes are right, and what they say is not
        return ANEW
    if inspection.generation is not None and inspection.generation.notes:
        return (
            f"Generation {found.generation} is served in place of what is damaged. "
            "Run `drugsearch reindex` to publish a whole one."
        )
    return OLDER if found.problems else ""


def check_distribution() -> None:
    """Raise ConfigError unless exactly the one Whoosh distribution we know is installed."""
    present = [name for name in RIVALS if _installed(name)]
    if present:
        message = (
            f"{present[0]} is installed beside {DISTRIBUTION} and overwrites it. "
            f"Uninstall both, then install {DISTRIBUTION} again."
        )
        raise ConfigError(message)


def _installed(distribution: str) -> bool:
    try:
        metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return False
    return True
