"""`verify` reads everything: what has the right digest may still make no sense.

Only who may publish can make such an index, or a defect of ours; so digests are made right here
after something was changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.engine import open_engine
from indexer.engine.whoosh import durable
from indexer.engine.whoosh.arrays import MAGIC
from indexer.engine.whoosh.manifest import (
    FileEntry,
    Kept,
    Manifest,
    decode_manifest,
    encode_manifest,
    encode_pointer,
)
from tests.engine.strategies import article_of, put_all

ARTICLES = [
    article_of("a", "dose of a liver, dose by dose by dose", "liver of a dose"),
    article_of("b", "the kidneys of b", "dose of b"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a generation that is served."""
    with open_engine(str(tmp_path / "index")).writer(fresh=True) as writer:
        put_all(writer, ARTICLES)
    return tmp_path / "index" / "gen-000001"


def vouch(folder: Path) -> None:
    """Give what a generation holds the digests of a published one."""
    manifest = decode_manifest((folder / "manifest.json").read_bytes())
    files = tuple(
        FileEntry(path.name, path.stat().st_size, durable.digest_of(path))
        for path in sorted(folder.iterdir())
        if path.name != "manifest.json"
    )
    values = {name: getattr(manifest, name) for name in Manifest.__slots__} | {"files": files}
    data = encode_manifest(Manifest(**values))
    rewrite(folder / "manifest.json", data)
    line = Kept(number=1, manifest_digest=durable.digest(data))
    rewrite(folder.parent / "CURRENT", encode_pointer([line]))


def rewrite(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)
    path.chmod(0o444)


def edit(path: Path, name: str, change: Callable[[Any], Any]) -> None:
    """Change an array in a file of arrays, in place."""
    data = bytearray(path.read_bytes())
    end = len(data) - len(MAGIC) - 8
    length = int.from_bytes(data[end : end + 8], "little")
    dtype, first, count = json.loads(data[end - length : end])[name]
    array = np.frombuffer(data, dtype, count, first)
    array[:] = change(array.copy())
    rewrite(path, bytes(data))


def problems(folder: Path) -> str:
    vouch(folder)
    found = open_engine(str(folder.parent)).verify()
    assert found.problems == () or "reindex --fresh" in found.remedy
    return "\n".join(found.problems)


def test_what_was_published_has_no_problems(folder: Path) -> None:
    assert problems(folder) == ""
    found = open_engine(str(folder.parent)).verify()
    assert (found.checked_articles, found.checked_sections) == (2, 4)
    assert found.checked_postings > 20
    assert found.checked_files == 1 + len(list(folder.iterdir()))


def swap(array: Any) -> Any:  # noqa: ANN401
    array[[0, -1]] = array[[-1, 0]]
    return array


def garble(array: Any) -> Any:  # noqa: ANN401
    return array ^ 0x5A


@pytest.mark.parametrize(
    ("file", "name", "change", "said"),
    [
        ("facts", "text.length", lambda array: array + 1, "other lengths than were noted"),
        ("postings", "text.frequency", lambda array: array + 1, "the field text"),
        ("postings", "text.rows", swap, "the field text has"),
        ("postings", "text.positions", lambda array: array[::-1], "positions out of order"),
        ("postings", "heading.terms", garble, "the field heading has terms out of order"),
        ("records", "records", garble, "the stored section in row 0 cannot be read"),
        ("records", "records.ends", lambda array: array * 0, "cannot be read"),
        ("facts", "section_ids", garble, "the stored section in row 0 is not"),
        ("facts", "section_ids", lambda array: array[::-1], "the stored section in row 0 is not"),
        ("facts", "first_row", lambda array: array + 99, "generation 1 cannot be read"),
    ],
)
def test_what_makes_no_sense_is_found_though_its_digest_is_right(
    folder: Path, file: str, name: str, change: Callable[[Any], Any], said: str
) -> None:
    [path] = folder.glob(f"*.{file}")
    edit(path, name, change)
    assert said in problems(folder)


def test_a_file_that_is_none_of_ours_is_found(folder: Path) -> None:
    [path] = folder.glob("*.facts")
    rewrite(path, b"anything that is long enough to have an end")
    assert "is no file of arrays" in problems(folder)


def test_a_table_of_contents_of_other_segments_is_found(folder: Path) -> None:
    other = folder.parent.parent / "other"
    with open_engine(str(other)).writer(fresh=True) as writer:
        put_all(writer, ARTICLES[:1])
    [path] = folder.glob("*.toc")
    [foreign] = (other / "gen-000001").glob("*.toc")
    whole = path.read_bytes()
    rewrite(path, foreign.read_bytes())
    assert "Whoosh's table of contents lists other sections" in problems(folder)
    with open_engine(str(other)).writer(fresh=True) as writer:
        put_all(writer, ARTICLES)
    [foreign] = (other / "gen-000002").glob("*.toc")
    rewrite(path, foreign.read_bytes())
    assert "is no table of contents of generation 1" in problems(folder)
    rewrite(path, whole)
    assert problems(folder) == ""
