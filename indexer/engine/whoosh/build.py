"""The next generation while it is being written: its folder, its base, its manifest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from indexer.engine.whoosh import durable
from indexer.engine.whoosh.manifest import FileEntry, Generation, Manifest
from indexer.errors import IndexDamagedError

# What an index library may leave behind in the folder of a build: locks and scratch files.
SCRATCH_SUFFIXES = ("LOCK", ".tmp")


class Build:
    """The next generation while it is being written."""

    def __init__(self, folder: Path, number: int, *, base: Generation | None) -> None:
        self.folder = folder
        self.number = number
        self.base = base
        """The generation whose files are already linked into the folder."""
        self.generation: Generation | None = None
        """What was published; None until the block has been left."""
        self.warnings: tuple[str, ...] = ()
        """What went wrong without harm, such as an old folder that could not be removed."""
        self._linked: dict[str, tuple[FileEntry, tuple[int, ...]]] = {}
        """Files shared with the base, and what tells whether they are still as they were."""
        self._copied: dict[str, tuple[FileEntry, tuple[int, ...]]] = {}
        """The same of files that could not be shared."""
        self._mode = durable.FOLDER_MODE
        self._description: tuple[str, int, int] | None = None

    def describe(self, *, schema: str, articles: int, sections: int) -> None:
        """Say what the generation holds; to be called before the block is left."""
        self._description = (schema, articles, sections)

    def begin(self) -> None:
        """Create the folder and let the files of the base appear in it."""
        self._mode = durable.make_folder(self.folder)
        if self.base is not None:
            for entry in self.base.manifest.files:
                source, path = self.base.folder / entry.name, self.folder / entry.name
                durable.link_or_copy(source, path)
                kept = self._linked if path.samefile(source) else self._copied
                kept[entry.name] = entry, durable.identity(path)

    def check(self, name: str) -> None:
        """Raise IndexDamagedError unless a file of the base, if it is one, is as published.

        What is read to be written anew would pass for whole with a digest of its own.
        """
        known = self._linked.get(name) or self._copied.get(name)
        if known is not None and durable.digest_of(self.folder / name) != known[0].digest:
            raise self._damaged(name)

    def open_up(self) -> None:
        """Let readers look into the folder, which has been the builder's own."""
        self.folder.chmod(self._mode)

    def seal(self) -> Manifest:
        """Make every file durable and read-only and return the manifest of what is there.

        Raises RuntimeError before `describe`, IndexDamagedError when a file that is shared with
        the base was changed in place.
        """
        if self._description is None:
            raise RuntimeError("a build must be described before it is published")
        schema, articles, sections = self._description
        return Manifest(
            generation=self.number,
            built_at=durable.now(),
            schema=schema,
            articles=articles,
            sections=sections,
            files=tuple(self._sealed_files()),
        )

    def _sealed_files(self) -> Iterator[FileEntry]:
        shared = {entry.name: entry for entry in self.base.manifest.files} if self.base else {}
        for path in sorted(self.folder.iterdir()):
            if path.name.endswith(SCRATCH_SUFFIXES):
                durable.remove(path)
                continue
            known, identity = self._linked.get(path.name, (None, ()))
            if known is not None and durable.identity(path) == identity:
                durable.sync(path)
                yield known
                continue
            entry = FileEntry(path.name, *durable.seal(path))
            copy, identity = self._copied.get(path.name, (entry, ()))
            if copy != entry and durable.identity(path) == identity:
                raise self._damaged(path.name)
            if shared.get(path.name, entry) != entry:
                self._check_replaced(path)
            yield entry

    def _damaged(self, name: str) -> IndexDamagedError:
        number = self.base.manifest.generation if self.base else 0
        return IndexDamagedError(
            f"{name} is not what generation {number} was published with, so it is not continued; "
            "`drugsearch verify` tells what is damaged, `drugsearch reindex --fresh` builds the "
            "index anew."
        )

    def _check_replaced(self, path: Path) -> None:
        """Refuse a file whose content changed while the base still has it under the same name."""
        if self.base is not None and path.samefile(self.base.folder / path.name):
            raise IndexDamagedError(
                f"{path.name} changed in generation {self.base.manifest.generation} too, with "
                "which it is shared; run `drugsearch reindex --fresh` to build the index anew."
            )
