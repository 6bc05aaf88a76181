"""Records compressed one by one, with a dictionary of what they have in common.

A record is about a kilobyte, too little for a compressor to learn from: zlib makes it 55 % of its
size and takes 36 µs, and 9 to get it back. Zstandard with a dictionary trained on some of the
records (RFC 8878, section 5) knows them before it begins: 29 %, 8 µs and 3 µs (measured over
20,000 sections of MedQuAD). A search shows ten sections, so that is a third of its time.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import zstandard

from indexer.engine.whoosh.arrays import Arrays, ArrayWriter

LEVEL = 3

SAMPLE_BYTES = 2 << 20
"""Records that a dictionary is made of; more make it no better, and training takes longer."""

DICTIONARY_BYTES = 112_640
"""The size that zstd's own command has by default."""

FEWEST_SAMPLES = 256
"""A dictionary of fewer records would hardly save its own size."""


class RecordWriter:
    """Writes the records of a segment into a file of arrays."""

    def __init__(self, writer: ArrayWriter, dictionary: bytes | None = None) -> None:
        """Compress with a dictionary, or make one of the first records that come."""
        self._writer = writer
        self._spool = writer.spool("records", np.dtype(np.uint8))
        self._ends: list[int] = []
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._compress: zstandard.ZstdCompressor | None = None
        self.dictionary = b""
        """What records are compressed with; empty for none."""
        if dictionary is not None:
            self._begin(dictionary)

    def add(self, record: bytes) -> None:
        """Append a record."""
        if self._compress is None:
            self._waiting.append(record)
            self._waiting_bytes += len(record)
            if self._waiting_bytes > SAMPLE_BYTES:
                self._begin(_trained(self._waiting))
        else:
            self.add_packed(self._compress.compress(record))

    def add_packed(self, packed: bytes) -> None:
        """Append a record that is compressed with the dictionary already."""
        self._spool.append_bytes(packed)
        self._ends.append(self._spool.count)

    def finish(self) -> None:
        """Write what is left; the file stays open."""
        if self._compress is None:
            self._begin(_trained(self._waiting))
        self._writer.write("records.ends", np.array(self._ends, dtype=np.int64))
        self._writer.write("dictionary", np.frombuffer(self.dictionary, np.uint8))

    def _begin(self, dictionary: bytes) -> None:
        self.dictionary = dictionary
        data = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
        # Digests of the whole index see damage; a checksum for each record would be one too many.
        self._compress = zstandard.ZstdCompressor(
            level=LEVEL, dict_data=data, write_checksum=False, write_dict_id=False
        )
        waiting, self._waiting = self._waiting, []
        for record in waiting:
            self.add_packed(self._compress.compress(record))


class RecordReader:
    """Reads the records of a segment. For one thread: a decompressor has a state."""

    def __init__(self, arrays: Arrays) -> None:
        """Read what a RecordWriter wrote."""
        # A view of memory gives plain numbers, several times faster than an array does.
        self._ends = arrays["records.ends"].data
        self._packed = arrays["records"].data
        dictionary = dictionary_of(arrays)
        data = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
        self._decompress = zstandard.ZstdDecompressor(dict_data=data).decompress

    def packed(self, row: int) -> memoryview:
        """Return a record as it is stored."""
        start = self._ends[row - 1] if row else 0
        return self._packed[start : self._ends[row]]

    def record(self, row: int) -> bytes:
        """Return a record; raise ZstdError when its bytes make no sense."""
        return self._decompress(self.packed(row))


def dictionary_of(arrays: Arrays) -> bytes:
    """Return what the records of a segment are compressed with; empty for none."""
    return arrays["dictionary"].tobytes()


def _trained(samples: Iterable[bytes]) -> bytes:
    """Return a dictionary made of samples, an empty one when they are too few."""
    records: list[bytes | bytearray | memoryview[int]] = [*samples]
    if len(records) < FEWEST_SAMPLES:
        return b""
    try:
        return zstandard.train_dictionary(DICTIONARY_BYTES, records).as_bytes()
    except zstandard.ZstdError:  # what they have in common is not worth a dictionary
        return b""
