"""Named arrays in one file, read in place: what every file of a segment is.

The arrays come first, each at a multiple of 64 bytes; then a table of contents, a JSON object that
gives each array's type, first byte and number of elements; then the length of that table in eight
bytes, and eight bytes that name the format. Reading maps the file into memory and looks at
nothing but the table: what a search does not touch is never read, and processes share what they
do. Numbers are little-endian on every machine. NumPy's `.npz` cannot be mapped, and one `.npy` for
each array would be thirty files a segment.
"""

from __future__ import annotations

import json
import mmap
import shutil
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]

MAGIC = b"DRUGARR1"
ALIGNMENT = 64
WORKING_SUFFIX = ".tmp"
"""Ends the names of files that are not finished."""
SAMPLED_EVERY = 64
"""Of sorted strings, one in so many is kept in memory once one is looked for: most of the steps
of a search are among these, and cost a tenth of those that read the string from the file."""

_LENGTH_BYTES = 8
_COPIED_AT_ONCE = 1 << 20


class Spool:
    """An array that grows piece by piece, in a file of its own until its writer takes it in."""

    def __init__(self, path: Path, dtype: np.dtype[Any]) -> None:
        """Convert every piece to one type."""
        self.path = path
        self.dtype = dtype.newbyteorder("<")
        self.count = 0
        self.file = path.open("w+b")

    def append(self, piece: Array) -> None:
        """Write the next elements."""
        self.file.write(np.ascontiguousarray(piece, dtype=self.dtype).data)
        self.count += len(piece)

    def append_bytes(self, piece: bytes) -> None:
        """Write the next elements of an array of bytes."""
        self.file.write(piece)
        self.count += len(piece)


class ArrayWriter:
    """Writes a file of arrays, beside the path until `close` gives the file its name.

    Leaving a `with` block closes it; an exception abandons it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._aside = path.with_name(f"{path.name}{WORKING_SUFFIX}")
        self._file = self._aside.open("w+b")
        self._entries: dict[str, tuple[str, int, int]] = {}
        self._spools: dict[str, Spool] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()

    def write(self, name: str, array: Array) -> None:
        """Write a whole array."""
        stored = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        self._begin(name, stored.dtype, len(stored))
        self._file.write(stored.data)

    def write_strings(self, name: str, strings: Iterable[str]) -> None:
        """Write strings, for `Arrays.strings` to read."""
        encoded = [string.encode("utf-8") for string in strings]
        ends = np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)))
        self.write(f"{name}.ends", ends)
        self.write(name, np.frombuffer(b"".join(encoded), np.uint8))

    def spool(self, name: str, dtype: np.dtype[Any]) -> Spool:
        """Return an array to be written piece by piece; several can grow at a time."""
        number = len(self._spools)
        path = self._path.with_name(f"{self._path.name}.{number}{WORKING_SUFFIX}")
        spool = self._spools[name] = Spool(path, dtype)
        return spool

    def close(self) -> None:
        """Take in what was spooled, append the table of contents, give the file its name."""
        try:
            for name, spool in self._spools.items():
                self._begin(name, spool.dtype, spool.count)
                spool.file.seek(0)
                shutil.copyfileobj(spool.file, self._file, _COPIED_AT_ONCE)
                spool.file.close()
                spool.path.unlink()
            contents = json.dumps(self._entries, separators=(",", ":")).encode("ascii")
            self._file.write(contents)
            self._file.write(len(contents).to_bytes(_LENGTH_BYTES, "little"))
            self._file.write(MAGIC)
            self._file.close()
        finally:
            self.abandon()
        self._aside.replace(self._path)

    def abandon(self) -> None:
        """Close all files, and leave them to whoever removes the folder."""
        for file in (self._file, *(spool.file for spool in self._spools.values())):
            # Closing writes what was held back, which a full disk refuses; nobody needs it.
            with suppress(OSError):
                file.close()

    def _begin(self, name: str, dtype: np.dtype[Any], count: int) -> None:
        """Note that an array begins here."""
        self._file.write(b"\0" * (-self._file.tell() % ALIGNMENT))
        self._entries[name] = (dtype.str, self._file.tell(), count)


class Arrays(Mapping[str, Array]):
    """The arrays of a file. Immutable, and safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Map the file into memory; raise ValueError when it is none of ours."""
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        tail = len(MAGIC) + _LENGTH_BYTES
        if self._map[-len(MAGIC) :] != MAGIC:
            message = f"{path.name} is no file of arrays"
            raise ValueError(message)
        length = int.from_bytes(self._map[-tail : -len(MAGIC)], "little")
        contents = json.loads(self._map[-tail - length : -tail])
        self._open: dict[str, Array] = {
            name: np.frombuffer(self._map, dtype, count, first)
            for name, (dtype, first, count) in contents.items()
        }

    def __getitem__(self, name: str) -> Array:
        """Return an array by its name."""
        return self._open[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names, in the order they were written."""
        return iter(self._open)

    def __len__(self) -> int:
        """Count the arrays."""
        return len(self._open)

    def forget(self) -> None:
        """Let the system take back the memory of what was read; it can be read again."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)

    def strings(self, name: str) -> Strings:
        """Return strings that `ArrayWriter.write_strings` wrote."""
        return Strings(self[name], self[f"{name}.ends"])


class Strings:
    """A sequence of strings in two arrays: their UTF-8 bytes, and where each ends."""

    __slots__ = ("_bytes", "_ends", "_samples")

    def __init__(self, utf8: NDArray[np.uint8], ends: NDArray[np.int64]) -> None:
        self._bytes = utf8.data
        # A view of memory gives plain numbers, several times faster than an array does.
        self._ends = ends.data
        self._samples: list[bytes] | None = None

    def __len__(self) -> int:
        """Count the strings."""
        return len(self._ends)

    def __getitem__(self, index: int) -> str:
        """Return a string by its number."""
        return str(self.encoded(index), "utf-8")

    def __iter__(self) -> Iterator[str]:
        """Iterate over all strings."""
        start = 0
        for end in self._ends:
            yield str(self._bytes[start:end], "utf-8")
            start = end

    def encoded(self, index: int) -> bytes:
        """Return a string's bytes, which compare as its code points do."""
        start = self._ends[index - 1] if index else 0
        return bytes(self._bytes[start : self._ends[index]])

    def first_from(self, key: bytes) -> int:
        """Return the number of the first string not below a key; the strings must be sorted."""
        samples = self._samples
        if samples is None:
            samples = self._samples = [
                self.encoded(at) for at in range(0, len(self), SAMPLED_EVERY)
            ]
        low = max(bisect_left(samples, key) - 1, 0) * SAMPLED_EVERY
        return bisect_left(
            range(len(self)), key, low, min(low + SAMPLED_EVERY, len(self)), key=self.encoded
        )

    def find(self, key: bytes) -> int | None:
        """Return the number of the string that a key is; the strings must be sorted."""
        index = self.first_from(key)
        return index if index < len(self) and self.encoded(index) == key else None


def smallest_type(largest: int) -> np.dtype[Any]:
    """Return the smallest unsigned type that holds numbers up to this one."""
    return np.min_scalar_type(largest)


def ranges(starts: Array, counts: Array) -> NDArray[np.int64]:
    """Return all numbers of the ranges that begin at `starts`, one range after the other."""
    ends = counts.cumsum(dtype=np.int64)
    numbers: NDArray[np.int64] = (starts - ends + counts).repeat(counts)
    numbers += np.arange(len(numbers), dtype=np.int64)
    return numbers
