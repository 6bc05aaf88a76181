"""What is written down about a generation, and whether its bytes still are what was written.

Two small texts hold an index together. A generation's manifest lists its files, each with size
and digest. The pointer at the root lists the generations that are kept, the served one first,
each with its manifest's digest, and ends with a checksum of its own lines. So the few bytes of
the pointer vouch for every byte below it, and a flipped bit anywhere is seen before anything is
opened that would be unpickled.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from indexer.engine.whoosh.durable import digest, digest_file, open_to_read
from indexer.errors import IndexDamagedError

MANIFEST_NAME = "manifest.json"
MANIFEST_LIMIT = 16 << 20  # bytes; 100,000 files would take 12 million
FORMAT = 1

POINTER_LIMIT = 4096  # bytes; two generations take 250
_POINTER_LINE = re.compile(r"(gen-([0-9]{6,18})) ([0-9a-f]{64})( withdrawn)?")
_FOLDER_NAME = re.compile(r"gen-([0-9]{6,18})")

# What reading says when a published file is gone, is something else, or lies on a bad block.
# Anything else (no permission, too many open files) tells about the reader, not the index.
_DAMAGE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.EIO})
_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file of a generation as it was published; the size is in bytes."""

    name: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a generation consists of."""

    generation: int
    built_at: str
    """ISO 8601 in UTC."""
    schema: str
    articles: int
    sections: int
    files: tuple[FileEntry, ...]
    """By name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """A generation whose every byte was found to be as published."""

    folder: Path
    manifest: Manifest
    digest: str
    """Digest of the manifest, and so of all that it vouches for."""
    notes: tuple[str, ...] = ()
    """What its readers should know: `generation 12 is damaged (...); serving 11`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A line of the pointer: a generation that is kept."""

    number: int
    manifest_digest: str
    withdrawn: bool = False
    """True once somebody went back behind it: it is not served again, but its number is taken."""

    @property
    def folder_name(self) -> str:
        """Name of the generation's folder below the root."""
        return folder_name(self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What looking at every byte of one generation found."""

    manifest: Manifest | None
    checked_files: int
    problems: tuple[str, ...]


def folder_name(number: int) -> str:
    """Return the name of a generation's folder."""
    return f"gen-{number:06d}"


def folder_number(name: str) -> int | None:
    """Return the number of the generation whose folder has this name; None for other names."""
    found = _FOLDER_NAME.fullmatch(name)
    return int(found[1]) if found else None


# --- the pointer ------------------------------------------------------------------------------


def encode_pointer(kept: Sequence[Kept]) -> bytes:
    """Write the pointer's lines, the served generation first."""
    lines = "".join(
        f"{line.folder_name} {line.manifest_digest}{' withdrawn' * line.withdrawn}\n"
        for line in kept
    )
    return f"{lines}checksum {digest(lines.encode())}\n".encode()


def decode_pointer(data: bytes) -> tuple[Kept, ...]:
    """Read what `encode_pointer` wrote; raise IndexDamagedError for any other bytes."""
    kept = []
    for line in data.decode("ascii", "replace").split("\n")[:-2]:
        found = _POINTER_LINE.fullmatch(line)
        if found:
            kept.append(
                Kept(number=int(found[2]), manifest_digest=found[3], withdrawn=bool(found[4]))
            )
    if not kept or encode_pointer(kept) != data:
        raise IndexDamagedError(
            "The file CURRENT of the index is damaged, so nothing can be trusted; "
            "run `drugsearch reindex --fresh` to build it anew."
        )
    return tuple(kept)


# --- the manifest -----------------------------------------------------------------------------


def encode_manifest(manifest: Manifest) -> bytes:
    """Write a manifest as JSON, one file a line."""
    return (json.dumps({"format": FORMAT, **asdict(manifest)}, indent=1) + "\n").encode()


def decode_manifest(data: bytes) -> Manifest:
    """Read what `encode_manifest` wrote; raise IndexDamagedError for any other bytes."""
    try:
        values = json.loads(data)
        version = values.pop("format")
        files = tuple(FileEntry(**entry) for entry in values.pop("files"))
        manifest = Manifest(files=files, **values)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise IndexDamagedError(f"{MANIFEST_NAME}: not a manifest") from error
    if version != FORMAT or encode_manifest(manifest) != data:
        raise IndexDamagedError(f"{MANIFEST_NAME}: written by another version of drugsearch")
    return manifest


# --- the bytes --------------------------------------------------------------------------------


def examine(folder: Path, manifest_digest: str, owners: frozenset[int]) -> Examination:
    """Check a generation's manifest, its exact set of files, and every byte of them.

    `owners` are the users whose files may be trusted. An OSError that tells nothing about the
    generation itself, such as a missing permission, is passed on.
    """
    try:
        manifest = _read_manifest(folder, manifest_digest, owners)
        problems = _differences(folder, manifest)
    except IndexDamagedError as error:
        return Examination(manifest=None, checked_files=1, problems=(str(error),))
    for entry in manifest.files:
        try:
            _check_file(folder, entry, owners)
        except IndexDamagedError as error:
            problems.append(str(error))
    return Examination(
        manifest=manifest,
        checked_files=1 + len(manifest.files),
        problems=tuple(dict.fromkeys(problems)),
    )


def check_trust(name: str, status: os.stat_result, owners: frozenset[int]) -> None:
    """Refuse what somebody else could have written: raise IndexDamagedError saying why.

    Opening an index runs the pickles in it, so whoever can write it can run code here.
    """
    if status.st_mode & _WRITABLE_BY_OTHERS:
        raise IndexDamagedError(f"{name}: other users may write to it (`chmod go-w` it)")
    if status.st_uid not in owners:
        raise IndexDamagedError(f"{name}: belongs to another user (number {status.st_uid})")


def _read_manifest(folder: Path, wanted: str, owners: frozenset[int]) -> Manifest:
    with _damage(folder.name):
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode):
            raise IndexDamagedError(f"{folder.name}: not a folder")
        check_trust(folder.name, status, owners)
    with _opened(folder / MANIFEST_NAME, owners) as (descriptor, _):
        data = os.pread(descriptor, MANIFEST_LIMIT, 0)
    if digest(data) != wanted:
        raise IndexDamagedError(f"{MANIFEST_NAME}: digest differs")
    manifest = decode_manifest(data)
    if folder_name(manifest.generation) != folder.name:
        raise IndexDamagedError(f"{MANIFEST_NAME}: that of another generation")
    return manifest


def _differences(folder: Path, manifest: Manifest) -> list[str]:
    """Compare the names that should be there with those that are."""
    published = {entry.name for entry in manifest.files} | {MANIFEST_NAME}
    with _damage(folder.name):
        present = set(os.listdir(folder))  # noqa: PTH208 - names are what is compared
    missing = [f"{name}: missing" for name in sorted(published - present)]
    return missing + [f"{name}: was never published" for name in sorted(present - published)]


def _check_file(folder: Path, entry: FileEntry, owners: frozenset[int]) -> None:
    with _opened(folder / entry.name, owners) as (descriptor, status):
        if status.st_size != entry.size:
            reason = f"{status.st_size} bytes instead of {entry.size}"
            raise IndexDamagedError(f"{entry.name}: {reason}")
        if digest_file(descriptor) != entry.digest:
            raise IndexDamagedError(f"{entry.name}: digest differs")


@contextmanager
def _opened(path: Path, owners: frozenset[int]) -> Iterator[tuple[int, os.stat_result]]:
    """Open a published file; raise IndexDamagedError when it is none that can be trusted."""
    with _damage(path.name):
        descriptor = open_to_read(path)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise IndexDamagedError(f"{path.name}: not a regular file")
            check_trust(path.name, status, owners)
            yield descriptor, status
        finally:
            os.close(descriptor)


@contextmanager
def _damage(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in _DAMAGE:
            raise
        what = "missing" if error.errno == errno.ENOENT else error.strerror
        raise IndexDamagedError(f"{name}: {what}") from error
