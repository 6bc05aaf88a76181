"""A zip or tar archive as a bounded, read-only collection of members.

An archive is data from outside: it may be made to unpack into far more than it seems to hold, to
name places outside of itself, or to be broken in the middle. So nothing is ever extracted into a
folder, and everything that is read stops at a limit.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import struct
import tarfile
import tempfile
import threading
import weakref
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import IO

from indexer.errors import CorpusError

ARCHIVE_SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")

MEMBER_LIMIT = 1_000_000
UNPACKED_LIMIT = 4 << 30  # bytes of a compressed tar, which can only be read from its beginning
_CHUNK = 1 << 20

# Methods that unpack no more than they are asked for; the others unpack whole blocks.
_BOUNDED_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED = 0x1  # bit of a zip member's flags

_UNPACKERS: dict[str, Callable[[str], io.BufferedIOBase]] = {
    "gz": gzip.GzipFile,
    "tgz": gzip.GzipFile,
    "bz2": bz2.BZ2File,
    "tbz2": bz2.BZ2File,
    "xz": lzma.LZMAFile,
    "txz": lzma.LZMAFile,
}

# What the archive libraries raise when bytes are not what they expect, apart from their own.
_BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    LookupError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file in an archive."""

    name: str
    """Path in the archive with forward slashes, relative and without `..`."""
    stamp: str
    """Changes when its content does, as far as the archive's directory tells."""
    regular: bool = True
    """False for a link or a device."""
    problem: str | None = None
    """Why it cannot be read, when that is known beforehand."""


class Archive:
    """An archive, opened when it is first used; safe to share between threads and processes."""

    def __init__(self, path: str, *, limit: int) -> None:
        """Name the archive and how many bytes of a member `read` returns at most."""
        self._path = path
        self._limit = limit
        self._lock = threading.Lock()
        self._opened: tuple[int, _Zip | _Tar] | None = None

    def __reduce__(self) -> tuple[Callable[..., Archive], tuple[str, int]]:
        return _reopened, (self._path, self._limit)

    def members(self) -> tuple[tuple[Member, ...], Counter[str]]:
        """Return the files of the archive, and why others were passed over.

        Of members with the same name the last one counts, as it does in unpacking. Raises
        CorpusError when the archive is damaged or has too many members.
        """
        found: dict[str, Member] = {}
        skipped: Counter[str] = Counter()
        with self._lock, _explained():
            for member in self._content().members():
                if _leads_outside(member.name):
                    skipped["path leads outside the archive"] += 1
                    continue
                if member.name in found:
                    skipped["replaced by a later member of the archive"] += 1
                found[member.name] = member
        return tuple(found.values()), skipped

    def read(self, name: str) -> bytes:
        """Return the beginning of a member, up to the limit; raise CorpusError."""
        with self._lock, _explained():
            return self._content().read(name, self._limit)

    def _content(self) -> _Zip | _Tar:
        """Open the archive, once in each process: forked ones would share a file position."""
        if self._opened is None or self._opened[0] != os.getpid():
            is_zip = self._path.lower().endswith(".zip")
            self._opened = os.getpid(), _Zip(self._path) if is_zip else _Tar(self._path)
        return self._opened[1]


def _reopened(path: str, limit: int) -> Archive:
    return Archive(path, limit=limit)


class _Zip:
    """The members of a zip archive."""

    def __init__(self, path: str) -> None:
        self._zip = zipfile.ZipFile(path)
        _check_count(len(self._zip.filelist))
        self._infos = {_plain(info.filename): info for info in self._zip.filelist}

    def members(self) -> Iterator[Member]:
        for info in self._zip.filelist:
            if not info.is_dir():
                kind = stat.S_IFMT(info.external_attr >> 16)
                yield Member(
                    name=_plain(info.filename),
                    stamp=f"{info.CRC:08x}:{info.file_size}",
                    regular=kind in {0, stat.S_IFREG},
                    problem=_zip_problem(info),
                )

    def read(self, name: str, limit: int) -> bytes:
        with self._zip.open(self._infos[name]) as file:
            return file.read(limit)


def _zip_problem(info: zipfile.ZipInfo) -> str | None:
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted; store it without a password"
    if info.compress_type not in _BOUNDED_METHODS:
        return "is compressed in an unusual way; use the ordinary one (deflate)"
    return None


class _Tar:
    """The members of a tar archive; a compressed one is unpacked once into a temporary file.

    Without that, each member that is read out of the archive's own order would unpack all that
    stands before it once more.
    """

    def __init__(self, path: str) -> None:
        unpacker = _UNPACKERS.get(path.lower().rpartition(".")[2])
        file = _unpacked(path, unpacker) if unpacker else io.BufferedReader(io.FileIO(path))
        weakref.finalize(self, file.close)
        self._tar = tarfile.open(fileobj=file, mode="r:")  # noqa: SIM115 - lives as long as this
        self._infos: dict[str, tarfile.TarInfo] = {}
        for count, info in enumerate(self._tar, start=1):
            _check_count(count)
            self._infos[_plain(info.name)] = info

    def members(self) -> Iterator[Member]:
        for info in self._tar.getmembers():
            if not info.isdir():
                stamp = f"{info.size}:{info.mtime}"
                yield Member(name=_plain(info.name), stamp=stamp, regular=info.isreg())

    def read(self, name: str, limit: int) -> bytes:
        with _regular(self._tar.extractfile(self._infos[name])) as file:
            return file.read(limit)


def _regular(file: IO[bytes] | None) -> IO[bytes]:
    if file is None:
        raise CorpusError("is not a regular file")
    return file


def _unpacked(path: str, unpacker: Callable[[str], io.BufferedIOBase]) -> IO[bytes]:
    """Unpack a compressed file into a nameless temporary one, up to a limit."""
    with ExitStack() as stack:
        target = stack.enter_context(tempfile.TemporaryFile())
        source = stack.enter_context(unpacker(path))
        while chunk := source.read(_CHUNK):
            target.write(chunk)
            if target.tell() > UNPACKED_LIMIT:
                raise CorpusError(f"unpacks to more than {UNPACKED_LIMIT:,} bytes; split it")
        target.seek(0)
        source.close()
        stack.pop_all()
    return target


def _check_count(count: int) -> None:
    if count > MEMBER_LIMIT:
        raise CorpusError(f"has more than {MEMBER_LIMIT:,} members; split it")


def _plain(name: str) -> str:
    """Spell a member's path without `./` and doubled slashes; leave one that leads outside."""
    if _leads_outside(name):
        return name
    return "/".join(part for part in name.split("/") if part not in {"", "."})


def _leads_outside(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return not parts[0] or parts[0].endswith(":") or ".." in parts


@contextmanager
def _explained() -> Iterator[None]:
    """Translate what the archive libraries raise for damaged data into CorpusError."""
    try:
        yield
    except _BROKEN as error:
        raise CorpusError(f"cannot be unpacked: {error}") from error
