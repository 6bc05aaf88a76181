"""Immutable generations of an index: built aside, checked, published by one atomic step.

A generation is a folder whose files never change once it is published; the next one begins with
links to the files it can keep, so an incremental run writes only what is new. What is served is
decided by one small file, `CURRENT`: it is written aside and takes the old one's place in a
single rename after everything it speaks of is on the disk. A run that is killed at any moment
leaves a folder that nothing points to, which the next run removes; there is no state in between
to repair. Changing files in place, the obvious alternative, would need a journal for that.

Two generations are kept, the served one and the one before it. Both manifests are vouched for by
the pointer (see `manifest`), so that the older one can be trusted when the newer is damaged and
when somebody rolls back. Linked generations share bytes: one damaged file can damage both.
"""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from indexer.engine.whoosh import durable
from indexer.engine.whoosh.build import Build
from indexer.engine.whoosh.durable import builder_lock, storage_errors
from indexer.engine.whoosh.manifest import (
    MANIFEST_NAME,
    POINTER_LIMIT,
    Examination,
    Generation,
    Kept,
    Manifest,
    check_trust,
    decode_pointer,
    encode_manifest,
    encode_pointer,
    examine,
    folder_name,
    folder_number,
)
from indexer.errors import IndexDamagedError, IndexUnavailableError

__all__ = ["Build", "Generation", "Generations", "Inspection", "Manifest"]

POINTER_NAME = "CURRENT"
POINTER_ASIDE = "CURRENT.new"

# A reader starts again when the pointer moved while it was checking. Building takes longer than
# checking, so a second try finds peace; more are for a machine that is very busy.
ATTEMPTS = 10

FAILURE_SECONDS = 5.0
"""How long it is taken for granted that nothing is whole, once all of it was read to find out: a
server is asked again at once, by everybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What looking at every byte of all generations that may be served found."""

    generation: Generation | None
    """The one that is served; None when none is whole."""
    checked_files: int
    problems: tuple[str, ...]


class Generations:
    """The generations of an index below a root folder; safe to share between threads."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._pointer = root / POINTER_NAME
        self._checking = threading.Lock()
        self._checked: tuple[bytes, Generation] | None = None
        self._failed: tuple[bytes, float, str] | None = None
        """A pointer, until when what was found of it holds, and what is wrong."""

    # --- reading ------------------------------------------------------------------------------

    def pointer(self) -> bytes:
        """Return the pointer's bytes, which change whenever what is served does; b"" for none."""
        with storage_errors(self._root):
            try:
                with self._pointer.open("rb") as file:
                    return file.read(POINTER_LIMIT)
            except FileNotFoundError:
                return b""

    def served(self) -> Generation:
        """Return the newest whole generation, every byte of it checked.

        A generation is checked once for each change of the pointer, and one that failed again
        after FAILURE_SECONDS. Raises IndexUnavailableError when none was ever published,
        IndexDamagedError when none is whole.
        """
        with self._checking:
            for _ in range(ATTEMPTS):
                pointer = self.pointer()
                if self._checked is None or self._checked[0] != pointer:
                    self._raise_failure(pointer)
                    inspection = self._inspect(pointer, stop_at_whole=True)
                    if inspection.problems and self.pointer() != pointer:
                        continue  # its folders were removed after two newer ones were published
                    if inspection.generation is None:
                        message = _none_is_whole(inspection, self._root)
                        self._failed = pointer, time.monotonic() + FAILURE_SECONDS, message
                        raise IndexDamagedError(message)
                    self._checked = pointer, inspection.generation
                return self._checked[1]
        raise self._restless()

    def _raise_failure(self, pointer: bytes) -> None:
        """Raise what was found a moment ago to be wrong with what a pointer speaks of."""
        if self._failed is not None:
            failed, until, message = self._failed
            if failed == pointer and time.monotonic() < until:
                raise IndexDamagedError(message)

    def inspect(self) -> Inspection:
        """Check every byte of every generation that may be served, remembering nothing."""
        for _ in range(ATTEMPTS):
            pointer = self.pointer()
            inspection = self._inspect(pointer, stop_at_whole=False)
            if not inspection.problems or self.pointer() == pointer:
                return inspection
        raise self._restless()

    def problems(self) -> tuple[str, ...]:
        """Say what is damaged, one line a file; nothing when every byte is as published."""
        return self.inspect().problems

    # --- writing ------------------------------------------------------------------------------

    @contextmanager
    def build(self, *, fresh: bool) -> Iterator[Build]:
        """Write the next generation; leaving the block publishes it, an exception discards it.

        The folder begins with the served generation's files unless `fresh` is asked for or no
        generation is whole. Those files are shared: replace or remove them, never write into
        them. Raises IndexLockedError while another run is at work, IndexUnavailableError when
        the storage fails.
        """
        with storage_errors(self._root):
            if not self._pointer.exists():
                durable.make_root(self._root)
        with builder_lock(self._root):
            with storage_errors(self._root):
                build, previous = self._begin(fresh=fresh)
            try:
                with storage_errors(build.folder):
                    build.begin()
                with storage_errors(build.folder, only=durable.STORAGE_FAILURES):
                    yield build
                with storage_errors(build.folder):
                    self._publish(build, previous)
            finally:
                self._discard_unless_published(build)

    def rollback(self) -> Generation:
        """Serve the generation before the served one, and return it.

        Raises IndexUnavailableError when no earlier one is kept or none of them is whole.
        """
        if not self.pointer():
            raise self._absent()
        with builder_lock(self._root), storage_errors(self._root):
            kept = decode_pointer(self.pointer())
            owners = self._owners()
            whole = [
                line
                for line in kept
                if not line.withdrawn and not self._examine(line, owners).problems
            ]
            if len(whole) < 2:  # noqa: PLR2004 - the served one and one to go back to
                raise IndexUnavailableError(
                    "There is no earlier whole generation to go back to; "
                    "run `drugsearch reindex` to build a new one."
                )
            target = whole[1]
            others = [replace(line, withdrawn=True) for line in kept if line != target]
            warnings = self._point_at((target, *others))
        generation = self.served()
        return replace(generation, notes=generation.notes + warnings)

    def collect_garbage(self) -> tuple[str, ...]:
        """Remove what can never be served again; return the names of what was removed."""
        if not self._root.is_dir():
            return ()
        with builder_lock(self._root), storage_errors(self._root):
            pointer = self.pointer()
            leftovers = self._leftovers(decode_pointer(pointer) if pointer else ())
            for path in leftovers:
                durable.remove(path)
        return tuple(path.name for path in leftovers)

    # --- checking -----------------------------------------------------------------------------

    def _absent(self) -> IndexUnavailableError:
        return IndexUnavailableError(
            f"There is no index in {self._root.absolute()} yet. "
            f"Build it: `drugsearch reindex --index {self._root} FOLDER`."
        )

    def _restless(self) -> IndexUnavailableError:
        return IndexUnavailableError(
            f"{self._root} changes faster than it can be read; try again in a moment."
        )

    def _inspect(self, pointer: bytes, *, stop_at_whole: bool) -> Inspection:
        if not pointer:
            raise self._absent()
        examined: list[tuple[Kept, Examination]] = []
        with storage_errors(self._root):
            owners = self._owners()
            for line in decode_pointer(pointer):
                if line.withdrawn:
                    continue
                found = self._examine(line, owners)
                examined.append((line, found))
                if stop_at_whole and not found.problems:
                    break
        return Inspection(
            generation=self._newest_whole(examined),
            checked_files=1 + sum(found.checked_files for _, found in examined),
            problems=tuple(
                f"{line.folder_name}/{problem}"
                for line, found in examined
                for problem in found.problems
            ),
        )

    def _examine(self, line: Kept, owners: frozenset[int]) -> Examination:
        return examine(self._root / line.folder_name, line.manifest_digest, owners)

    def _newest_whole(self, examined: list[tuple[Kept, Examination]]) -> Generation | None:
        damages: list[str] = []
        for line, found in examined:
            if found.manifest is not None and not found.problems:
                return Generation(
                    folder=self._root / line.folder_name,
                    manifest=found.manifest,
                    digest=line.manifest_digest,
                    notes=tuple(f"{damage}; serving {line.number}" for damage in damages),
                )
            more = f" and {len(found.problems) - 1} more" if len(found.problems) > 1 else ""
            damages.append(f"generation {line.number} is damaged ({found.problems[0]}{more})")
        return None

    def _owners(self) -> frozenset[int]:
        """Return the users whose files are trusted: root, this one, and who wrote the pointer.

        The pointer's writer is only as trustworthy as the folder it stands in.
        """
        root = self._root.stat()
        if root.st_mode & stat.S_IWOTH and not root.st_mode & stat.S_ISVTX:
            raise IndexUnavailableError(
                f"Anybody may write to {self._root}, so nothing in it can be trusted; "
                f"run `chmod o-w {self._root}`, then `drugsearch reindex --fresh`."
            )
        pointer = self._pointer.stat()
        owners = frozenset({0, os.geteuid(), pointer.st_uid})
        check_trust(str(self._pointer), pointer, owners)
        return owners

    # --- publishing ---------------------------------------------------------------------------

    def _begin(self, *, fresh: bool) -> tuple[Build, tuple[Kept, ...]]:
        """Sweep what killed runs left; choose number and base; say what is kept for rollback."""
        pointer = self.pointer()
        kept: tuple[Kept, ...] = ()
        served: Generation | None = None
        warnings: tuple[str, ...] = ()
        try:
            if pointer:
                kept = decode_pointer(pointer)
                served, warnings = self._base(pointer)
        except IndexDamagedError as error:
            warnings = (str(error),)
        if kept or not pointer:  # else nobody knows which folders are needed
            warnings += self._sweep(kept)
        folders = (folder_number(path.name) or 0 for path in self._root.iterdir())
        number = max([0, *folders, *(line.number for line in kept)]) + 1
        build = Build(self._root / folder_name(number), number, base=None if fresh else served)
        build.warnings = warnings
        newest = served.manifest.generation if served else None
        return build, tuple(line for line in kept if line.number == newest)

    def _base(self, pointer: bytes) -> tuple[Generation | None, tuple[str, ...]]:
        """Return the newest whole generation, and what is wrong with newer ones.

        One that this object found whole, and is still pointed at, is not read once more.
        """
        checked = self._checked
        if checked is not None and checked[0] == pointer and not checked[1].notes:
            return checked[1], ()
        inspection = self._inspect(pointer, stop_at_whole=True)
        return inspection.generation, inspection.problems

    def _publish(self, build: Build, previous: tuple[Kept, ...]) -> None:
        manifest = build.seal()
        data = encode_manifest(manifest)
        durable.write_new(build.folder / MANIFEST_NAME, data)
        build.open_up()
        durable.sync(build.folder)
        durable.sync(self._root)
        line = Kept(number=build.number, manifest_digest=durable.digest(data))
        kept = (line, *previous)
        build.warnings += self._point_at(kept)
        build.generation = Generation(
            folder=build.folder, manifest=manifest, digest=line.manifest_digest
        )
        with self._checking:
            # Its digests were made of what is on the disk now.
            self._checked = encode_pointer(kept), build.generation
        build.warnings += self._sweep(kept)

    def _point_at(self, kept: tuple[Kept, ...]) -> tuple[str, ...]:
        """Publish by one rename; return warnings. Once it is done there is no way back."""
        aside = self._root / POINTER_ASIDE
        durable.remove(aside)
        durable.write_new(aside, encode_pointer(kept))
        durable.replace(aside, self._pointer)
        try:
            durable.sync(self._root)
        except OSError as error:
            number = kept[0].number
            return (f"generation {number} is served, but might not outlive a power cut: {error}",)
        return ()

    def _sweep(self, kept: tuple[Kept, ...]) -> tuple[str, ...]:
        """Remove what can never be served; what cannot be removed is a warning, not a failure."""
        warnings = []
        for path in self._leftovers(kept):
            try:
                durable.remove(path)
            except OSError as error:
                warnings.append(f"{path} is not needed but could not be removed: {error}")
        return tuple(warnings)

    def _leftovers(self, kept: tuple[Kept, ...]) -> list[Path]:
        needed = {line.folder_name for line in kept if not line.withdrawn}
        return sorted(
            path
            for path in self._root.iterdir()
            if path.name == POINTER_ASIDE
            or (folder_number(path.name) is not None and path.name not in needed)
        )

    def _discard_unless_published(self, build: Build) -> None:
        """Remove the folder of a run that failed.

        Asks the pointer, not a variable: an interrupt can fall between the rename and the line
        after it. A failure here is silent, because another error is on its way already and the
        next run sweeps what stays.
        """
        if build.generation is not None:
            return
        with suppress(OSError, IndexUnavailableError):
            if f"{build.folder.name} ".encode() not in self.pointer():
                durable.remove(build.folder)
                durable.remove(self._root / POINTER_ASIDE)


def _none_is_whole(inspection: Inspection, root: Path) -> str:
    return (
        f"No generation of the index in {root} is whole: {'; '.join(inspection.problems)}. "
        "Run `drugsearch reindex --fresh` to build it anew."
    )
