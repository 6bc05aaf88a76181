"""The few file operations that publishing consists of, and the lock of the one who publishes.

Everything that changes the file system stands here in functions of a few lines, so that a test
can let each of them fail in turn. POSIX only: folders can be synced, links can be made, and a
lock made with flock ends with its process.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from indexer.errors import IndexLockedError, IndexUnavailableError

DIGESTED_AT_ONCE = 4 << 20
LOCK_NAME = "builder.lock"

# Readable for a less privileged web process as far as the umask allows; writable for no other.
FOLDER_MODE = 0o755
PRIVATE = 0o077
LOCK_MODE = 0o644
READ_ONLY = 0o444

# The file system cannot link here, or not this file; a copy serves as well.
CANNOT_LINK = frozenset({errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS})

# The file system cannot lock a folder: NFS locks what is open for writing.
CANNOT_LOCK = frozenset({errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS})

# Failures that belong to the index's storage, whoever happened to be writing when they came.
STORAGE_FAILURES = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO})

ADVICE = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EFBIG: "raise the limit on file sizes",
    errno.EROFS: "mount it writable, or name another place with --index",
    errno.EACCES: "let its owner do this, or change its permissions",
    errno.EPERM: "let its owner do this, or change its permissions",
    errno.EMFILE: "raise the limit on open files",
    errno.ENOTDIR: "name a folder with --index",
}


def digest(data: bytes) -> str:
    """Return the SHA-256 digest of some bytes, as hexadecimal digits.

    Processors have instructions for it: measured 1.5 GB/s, where BLAKE2b had 0.6.
    """
    return hashlib.sha256(data).hexdigest()


def digest_file(descriptor: int) -> str:
    """Return the digest of an open file from its beginning, never holding it all in memory.

    Of a file of several pieces it is the digest of their digests, so that all processors can work
    on it: every byte of an index is read before the first search.
    """
    size = os.fstat(descriptor).st_size
    starts = range(0, max(size, 1), DIGESTED_AT_ONCE)

    def digest_of(start: int) -> bytes:
        return hashlib.sha256(os.pread(descriptor, DIGESTED_AT_ONCE, start)).digest()

    if len(starts) == 1:
        return digest_of(0).hex()
    with ThreadPoolExecutor(max_workers=min(len(starts), os.cpu_count() or 1)) as pool:
        return digest(b"".join(pool.map(digest_of, starts)))


def digest_of(path: Path) -> str:
    """Return the digest of a file."""
    descriptor = open_to_read(path)
    try:
        return digest_file(descriptor)
    finally:
        os.close(descriptor)


def identity(path: Path) -> tuple[int, ...]:
    """Return what changes when somebody writes to a file, and not when it is linked or read."""
    status = path.lstat()
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def open_to_read(path: Path) -> int:
    """Open a file without following a link and without waiting for the writer of a FIFO."""
    return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)


def make_root(path: Path) -> None:
    """Create a folder, and those above it, that nobody but their owner may write to.

    Its name is brought down to the disk too: what is published below it would go with it.
    """
    if not path.parent.exists():
        make_root(path.parent)
    path.mkdir(mode=FOLDER_MODE, exist_ok=True)
    with suppress(PermissionError):  # a folder that one may write to, and not look into
        sync(path.parent)


def make_folder(path: Path) -> int:
    """Create a folder that nobody else may look into; return the mode for once it is finished.

    Whatever the umask, nobody can then open a file in it and write there later.
    """
    path.mkdir(mode=FOLDER_MODE)
    mode = stat.S_IMODE(path.stat().st_mode)
    path.chmod(mode & ~PRIVATE)
    return mode


def write_new(path: Path, data: bytes) -> None:
    """Write a file that must not exist yet, down to the disk and read-only from then on."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, READ_ONLY)
    try:
        _write_all(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync(path: Path) -> None:
    """Bring a file's content, or a folder's entries, down to the disk."""
    descriptor = open_to_read(path)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def seal(path: Path) -> tuple[int, str]:
    """Make a file read-only and durable; return its size in bytes and its digest."""
    descriptor = open_to_read(path)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        if stat.S_IMODE(status.st_mode) & ~READ_ONLY:
            os.fchmod(descriptor, status.st_mode & READ_ONLY)
        os.fsync(descriptor)
        return status.st_size, digest_file(descriptor)
    finally:
        os.close(descriptor)


def link_or_copy(source: Path, target: Path) -> None:
    """Let a file appear under a second name; copy it where links cannot be made."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in CANNOT_LINK:
            raise
        shutil.copyfile(source, target, follow_symlinks=False)


def replace(source: Path, target: Path) -> None:
    """Let a file take another's place in one step."""
    os.replace(source, target)  # noqa: PTH105 - beside os.link and os.fsync, one family


def remove(path: Path) -> None:
    """Remove a file, a link, or a folder with all it holds; what is not there is no error."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    if stat.S_ISDIR(status.st_mode):
        shutil.rmtree(path)
    else:
        path.unlink()


@contextmanager
def storage_errors(path: Path, *, only: frozenset[int] | None = None) -> Iterator[None]:
    """Translate the operating system's errors into IndexUnavailableError, saying what to do.

    With `only`, errors of other numbers pass as they are.
    """
    try:
        yield
    except OSError as error:
        if only is not None and error.errno not in only:
            raise
        place = error.filename or path
        advice = ADVICE.get(error.errno or 0, "remove the cause")
        message = (
            f"The index's storage fails: {error.strerror or error}: {place}. "
            f"What was served before is untouched; {advice}, then run the command again."
        )
        raise IndexUnavailableError(message) from error


# Descriptors of the locks this process holds. A forked child (a parser's worker, say) inherits
# them, and a lock made with flock lives until its last descriptor is closed: were the child not
# to close its copy, it would keep the index locked after its parent had been killed.
_held: set[int] = set()


def _close_inherited_locks() -> None:
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_close_inherited_locks)


@contextmanager
def builder_lock(root: Path) -> Iterator[None]:
    """Be the one process, and the one thread, that changes an index.

    The folder itself is locked beside the file that says by whom: somebody may remove that file,
    and whoever came next would lock another one. The locks die with their process. Raises
    IndexLockedError naming who holds them and since when.
    """
    with ExitStack() as held:
        with storage_errors(root):
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
            signature = held.enter_context(_open_here(root / LOCK_NAME, flags))
            folder = held.enter_context(_open_here(root, os.O_RDONLY | os.O_DIRECTORY))
            try:
                fcntl.flock(signature, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _lock_folder(folder)
            except BlockingIOError as error:
                raise _locked(signature, root) from error
            os.ftruncate(signature, 0)
            _write_all(signature, f"{os.getpid()} {now()}\n".encode())
        yield


def now() -> str:
    """Return the time in UTC as ISO 8601, in whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def _open_here(path: Path, flags: int) -> Iterator[int]:
    """Open a file in this process alone: a child that is forked meanwhile closes it."""
    descriptor = os.open(path, flags, LOCK_MODE)
    _held.add(descriptor)
    try:
        yield descriptor
    finally:
        if descriptor in _held:  # not so in a forked child, where the number may be another file's
            _held.remove(descriptor)
            os.close(descriptor)


def _lock_folder(descriptor: int) -> None:
    """Lock a folder where the file system can; on some, only what is written to can be locked."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in CANNOT_LOCK:
            raise


def _locked(signature: int, root: Path) -> IndexLockedError:
    # Empty for the moment between taking the lock and signing it.
    pid, _, since = os.pread(signature, 100, 0).decode("ascii", "replace").partition(" ")
    who = f"process {pid} since {since.strip()}" if since else "another process"
    return IndexLockedError(
        f"{root} is being written by {who}; wait until it is done, then run it again."
    )


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
