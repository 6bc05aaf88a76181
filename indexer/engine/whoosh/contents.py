"""Whoosh's table of contents, and its readers, which are made without it.

The table is a pickle, and whoever reads a pickle runs what stands in it. It is written so that
Whoosh can open the index; here it is read only to be compared, by an unpickler that knows a
single class. Readers are made of the segments that are open already: nothing is opened for them,
so they work as well when the generation's folder is gone.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from operator import methodcaller
from pathlib import Path

from whoosh.filedb.filestore import FileStorage, RamStorage
from whoosh.filedb.structfile import StructFile
from whoosh.index import TOC
from whoosh.reading import EmptyReader, IndexReader, MultiReader, SegmentReader

from indexer.engine.whoosh.codec import INDEX_NAME, ArrayCodec, ArraySegment
from indexer.engine.whoosh.schema import schema
from indexer.engine.whoosh.segments import SegmentEntry
from indexer.engine.whoosh.table import SectionTable

_SIZES = 3
"""Numbers at the beginning of the table that tell the sizes of C's types."""
_RELEASE = 3
"""Numbers of the release of Whoosh that wrote it."""
_BYTE_ORDER = -12_345


def write_contents(folder: Path, entries: Iterable[SegmentEntry], generation: int) -> None:
    """Write Whoosh's table of contents, in place of an earlier one."""
    storage = FileStorage(str(folder))
    earlier = [name for name in storage.list() if name.endswith(".toc")]
    segments = [ArraySegment(entry) for entry in entries]
    TOC(schema(), segments, generation).write(storage, INDEX_NAME)
    for name in earlier:
        storage.delete_file(name)


def read_contents(folder: Path, generation: int) -> list[tuple[str, int, list[int]]]:
    """Return name, number of rows and deleted rows of the segments in Whoosh's table of contents.

    Raise ValueError or UnpicklingError when it holds anything else.
    """
    path = folder / f"_{INDEX_NAME}_{generation}.toc"
    with StructFile(path.open("rb"), name=path.name) as file:
        for _ in range(_SIZES):
            file.read_varint()
        layout = file.read_int(), file.read_int()
        for _ in range(_RELEASE):
            file.read_varint()
        file.skip_string()  # the schema, another pickle
        own = TOC(schema(), [], generation)
        if (*layout, file.read_int()) != (_BYTE_ORDER, own.version, generation):
            message = f"{path.name} is no table of contents of generation {generation}"
            raise ValueError(message)
        file.read_int()
        segments: list[ArraySegment] = _SegmentsOnly(file.file).load()
    facts = ("segment_id", "doc_count_all", "deleted_docs")
    told = [[methodcaller(fact)(segment) for fact in facts] for segment in segments]
    return [(str(name), int(rows), sorted(map(int, deleted))) for name, rows, deleted in told]


def open_reader(table: SectionTable) -> IndexReader:
    """Return Whoosh's reader over the segments of a table."""
    readers: list[IndexReader] = [
        SegmentReader(RamStorage(), schema(), ArraySegment(entry), codec=ArrayCodec(segment))
        for entry, segment in zip(table.entries, table.segments, strict=True)
    ]
    if not readers:
        return EmptyReader(schema())
    return readers[0] if len(readers) == 1 else MultiReader(readers)


class _SegmentsOnly(pickle.Unpickler):
    """Makes the segments of a table of contents, and nothing that anybody else put there."""

    def find_class(self, module: str, name: str) -> type[ArraySegment]:
        """Return the class of our segments; raise UnpicklingError for any other."""
        if (module, name) != (ArraySegment.__module__, ArraySegment.__qualname__):
            message = f"the table of contents names {module}.{name}, which is no segment"
            raise pickle.UnpicklingError(message)
        return ArraySegment
