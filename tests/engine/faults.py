"""Storage that fails on purpose: every change of files is counted, and one of them goes wrong.

What is watched are the functions of `os` that change files, and files opened for writing with
`open`. The real file system does the work until the chosen change, which then fails with an
error, or ends the process with half of what was to be written, as a kill does. A power cut loses
more than a kill: `PowerCut` takes back what nobody had synced.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import random
import shutil
import signal
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import pytest

WRITES = ("write", "sendfile")
NAMES = ("open", "link", "rename", "replace", "mkdir", "unlink", "remove", "rmdir")
CHANGES = (*WRITES, *NAMES, "fsync", "fchmod", "chmod", "ftruncate", "truncate")

NEEDS_SPACE = frozenset({"write", "sendfile", "open", "link", "mkdir", "rename", "replace"})
"""What a full disk refuses. Removing and syncing go on."""

CHILD_SECONDS = 240
"""What a forked process may take; one that hangs fails its test, and does not stop the others."""

Deed = Callable[..., NoReturn]
"""What happens at the chosen change in its place."""


Undo = Callable[[], object]
"""Takes a change back, as if it had never reached the disk."""


def error_of(number: int) -> OSError:
    return OSError(number, os.strerror(number))


def failing(number: int) -> Deed:
    def fail(*_: object, **__: object) -> NoReturn:
        raise error_of(number)

    return fail


def killed() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("a killed process goes on")


class Storage:
    """Watches the changes of files that this process makes, and lets one of them go wrong."""

    def __init__(self, root: Path) -> None:
        self.root = str(root)
        """Only what changes below it counts, or itself."""
        self.seen: Counter[str] = Counter()
        self.fired = False
        self._at = 0
        self._deed: Deed | None = None
        self._for_good: frozenset[str] = frozenset()
        self._half = False
        self._short = 0
        self._real: dict[str, Callable[..., Any]] = {name: getattr(os, name) for name in CHANGES}
        self._open = io.open

    @property
    def count(self) -> int:
        """How many changes were seen."""
        return sum(self.seen.values())

    def fail_at(
        self,
        number: int,
        deed: Deed,
        *,
        for_good: frozenset[str] = frozenset(),
        half: bool = False,
    ) -> None:
        """Do the deed in place of the n-th change; with `half`, after half of what it writes.

        From then on, changes of the kinds in `for_good` go wrong too.
        """
        self._at, self._deed, self._for_good, self._half = number, deed, for_good, half

    def write_short(self, most: int) -> None:
        """Let every write write no more bytes than this, as the system may."""
        self._short = most

    @contextmanager
    def watched(self) -> Iterator[Storage]:
        """Watch what is done in the block."""
        with pytest.MonkeyPatch.context() as patch:
            for name in CHANGES:
                patch.setattr(os, name, self._watching(name))
            patch.setattr(io, "open", self._open_file)
            patch.setattr(builtins, "open", self._open_file)
            yield self

    def undoing(self, name: str, path: str, arguments: tuple[Any, ...]) -> Undo | None:
        """Return what would take a change back that is about to be made."""

    def made(self, name: str, path: str, undo: Undo | None) -> None:
        """Hear of a change that was made."""

    def write(self, real: Callable[[Any], int], path: str, data: Any) -> int:  # noqa: ANN401
        """Write to an open file, or a part of it."""
        if not self._is_mine(path):
            return real(data)
        view = memoryview(data).cast("B")
        if self._goes_wrong("write"):
            if self._half:
                real(view[: len(view) // 2])
            self._do()
        if self._short:
            view = view[: self._short]
        written = real(view)
        self.made("write", path, None)
        return written

    def _watching(self, name: str) -> Callable[..., Any]:
        real = self._real[name]

        def watching(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401
            if name == "open" and not int(arguments[1]) & (os.O_WRONLY | os.O_RDWR):
                return real(*arguments, **options)
            path = _path_of(name, arguments, options)
            if name == "write":
                return self.write(lambda data: int(real(arguments[0], data)), path, arguments[1])
            if not self._is_mine(path):
                return real(*arguments, **options)
            if self._goes_wrong(name):
                self._do()
            undo = self.undoing(name, path, arguments)
            if name == "sendfile" and self._short:
                arguments = (*arguments[:3], min(arguments[3], self._short))
            result = real(*arguments, **options)
            self.made(name, path, undo)
            return result

        return watching

    def _open_file(self, file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        """Open a file as `open` does; one that is written to is watched."""
        if not set(mode) & set("wax+") or isinstance(file, int) or not self._is_mine(str(file)):
            return self._open(file, mode, *arguments, **options)
        path = os.path.abspath(file)  # noqa: PTH100 - the file may be missing
        if self._goes_wrong("open"):
            self._do()
        undo = self.undoing("open", path, ())
        raw = _WatchedFile(self, path, mode.replace("t", "").replace("b", ""))
        self.made("open", path, undo)
        buffered = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        if "b" in mode:
            return buffered
        return io.TextIOWrapper(buffered, options.get("encoding") or "utf-8")

    def _is_mine(self, path: str) -> bool:
        return path == self.root or path.startswith(f"{self.root}/")

    def _goes_wrong(self, name: str) -> bool:
        self.seen[name] += 1
        return self._deed is not None and (
            self.count == self._at or (self.fired and name in self._for_good)
        )

    def _do(self) -> NoReturn:
        self.fired = True
        assert self._deed is not None
        self._deed()


class _WatchedFile(io.FileIO):
    def __init__(self, storage: Storage, path: str, mode: str) -> None:
        super().__init__(path, mode)
        self._storage = storage
        self._path = path

    def write(self, data: Any, /) -> int:  # noqa: ANN401
        return self._storage.write(super().write, self._path, data)


def _path_of(name: str, arguments: tuple[Any, ...], options: Mapping[str, Any]) -> str:
    """Return the absolute path of what changes; of what gets a new name, the new one."""
    subject = arguments[1 if name in {"link", "rename", "replace"} else 0]
    if isinstance(subject, int):
        return str(Path(f"/proc/self/fd/{subject}").readlink())
    folder = options.get("dir_fd")
    within = Path.cwd() if folder is None else Path(f"/proc/self/fd/{folder}").readlink()
    return os.path.normpath(str(within / os.fspath(subject)))


class PowerCut(Storage):
    """Storage that forgets, when the power is cut, what was not synced.

    Of each folder, the newest changes of its entries are undone that came after it was synced
    last, a random number of them; and what was written to a file after it was synced last is
    lost, scrambled or kept. That is what POSIX leaves to the system, and less than any journal
    keeps. `shadow` is a folder beside the root that remembers what was removed.
    """

    def __init__(self, root: Path, shadow: Path, chance: random.Random) -> None:
        super().__init__(root)
        self._shadow = shadow
        self._chance = chance
        self._dirty: dict[tuple[int, int], str] = {}
        self._undo: dict[str, list[tuple[int, Undo]]] = {}
        self._number = 0

    def undoing(self, name: str, path: str, arguments: tuple[Any, ...]) -> Undo | None:
        """Return what takes a change of names back."""
        real = self._real
        if name == "open":
            return None if os.path.lexists(path) else partial(real["unlink"], path)
        if name == "link":
            return partial(real["unlink"], path)
        if name == "mkdir":
            return partial(shutil.rmtree, path)
        if name == "rmdir":
            return partial(real["mkdir"], path)
        if name in {"unlink", "remove"}:
            return partial(real["link"], self._kept(path), path)
        if name in {"rename", "replace"}:
            return self._renaming_back(os.path.abspath(arguments[0]), path)  # noqa: PTH100
        return None

    def made(self, name: str, path: str, undo: Undo | None) -> None:
        """Remember what is not on the disk yet."""
        if name == "fsync":
            self._undo.pop(path, None)
            self._dirty.pop(_identity(path), None)
        elif name in {"write", "sendfile", "ftruncate", "truncate"}:
            inode = _identity(path)
            if inode not in self._dirty:
                self._dirty[inode] = self._kept(path)
        elif undo is not None:
            self._number += 1
            self._undo.setdefault(os.path.dirname(path), []).append((self._number, undo))  # noqa: PTH120

    def cut(self) -> NoReturn:
        """Lose what was not synced, and end the process."""
        undone: list[tuple[int, Undo]] = []
        for entries in self._undo.values():
            undone += entries[self._chance.randint(0, len(entries)) :]
        for _, undo in sorted(undone, key=lambda each: each[0], reverse=True):
            with suppress(FileNotFoundError, FileExistsError, NotADirectoryError):
                undo()
        for path in self._dirty.values():
            self._lose(path)
        os._exit(9)

    def _renaming_back(self, source: str, target: str) -> Undo:
        earlier = self._kept(target) if os.path.lexists(target) else None

        def undo() -> None:
            self._real["replace"](target, source)
            if earlier is not None:
                self._real["link"](earlier, target)

        return undo

    def _kept(self, path: str) -> str:
        """Return another name of a file, which lasts."""
        self._number += 1
        kept = str(self._shadow / str(self._number))
        self._real["link"](path, kept, follow_symlinks=False)
        return kept

    def _lose(self, path: str) -> None:
        """Spoil what a file holds, or spare it."""
        size = os.stat(path).st_size  # noqa: PTH116
        deed = self._chance.choice(("nothing", "cut", "zeros", "all"))
        if deed == "nothing" or not size:
            return
        Path(path).chmod(0o644)
        kept = self._chance.randrange(size) if deed != "all" else 0
        self._real["truncate"](path, kept)
        if deed == "zeros":
            self._real["truncate"](path, size)


def _identity(path: str) -> tuple[int, int]:
    status = os.lstat(path)
    return status.st_dev, status.st_ino


@contextmanager
def without_syncing() -> Iterator[None]:
    """Leave real syncing out: a kill needs none, and a power cut is played."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _descriptor: None)
        yield


def assert_tidy(root: Path) -> None:
    """Check that nothing is left in an index of what went wrong."""
    names = {path.name for path in root.iterdir()}
    generations = {name for name in names if name.startswith("gen-")}
    assert names - generations == {"CURRENT", "builder.lock"}
    assert len(generations) <= 2


def in_child(work: Callable[[], None]) -> int:
    """Run something in a forked child; return its exit status, 0 when it was done.

    Negative for a signal, 3 for an error of the storage that was told as such, 70 for any other.
    """
    from indexer.errors import IndexUnavailableError  # noqa: PLC0415

    with warnings.catch_warnings():
        # Python 3.12 warns of threads, which runners of tests have.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        signal.alarm(CHILD_SECONDS)
        status = 70
        try:
            work()
            status = 0
        except IndexUnavailableError:
            status = 3
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


FULL = failing(errno.ENOSPC)
BROKEN = failing(errno.EIO)
