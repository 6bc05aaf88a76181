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
        self._description: tuple[str, int, int] | None = None

    def describe(self, *, schema: str, articles: int, sections: int) -> None:
        """Say what the generation holds; to be called before the block is left."""
        self._description = (schema, articles, sections)

    def begin(self) -> None:
        """Create the folder and let the files of the base appear in it."""
        durable.make_folder(self.folder)
        if self.base is not None:
            for entry in self.base.manifest.files:
                source, path = self.base.folder / entry.name, self.folder / entry.name
                durable.link_or_copy(source, path)
                if path.samefile(source):
                    self._linked[entry.name] = entry, durable.identity(path)

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
            if shared.get(path.name, entry) != entry:
                self._check_replaced(path)
            yield entry

    def _check_replaced(self, path: Path) -> None:
        """Refuse a file whose content changed while the base still has it under the same name."""
        if self.base is not None and path.samefile(self.base.folder / path.name):
            raise IndexDamagedError(
                f"{path.name} changed in generation {self.base.manifest.generation} too, with "
                "which it is shared; run `drugsearch reindex --fresh` to build the index anew."
            )
