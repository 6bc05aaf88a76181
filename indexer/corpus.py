"""Sources on disk to pages in a stable order: folders, single files and archives.

Nothing is parsed here and nothing is read until it is asked for: a scan looks at names and at
what the file system says of a file, so that the pages that did not change are never opened.
What is not a page is counted, what cannot be looked at is named with its reason.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from indexer.archives import ARCHIVE_SUFFIXES, Archive
from indexer.errors import CorpusError
from indexer.naming import HTML_SUFFIXES, printable, slug_of, unique
from indexer.provenance import SOURCES_FILE, Rules, read_rules
from indexer.runs import Failure

PAGE_LIMIT = 4 << 20  # bytes; the longest label of the FDA has about 1.5 million
"""Bytes that a page may have. `Page.read` returns one more of a longer one, never all of it."""

# A file that was written this shortly ago could be written again without a new time stamp (git
# calls such a file racily clean); FAT keeps times in steps of two seconds.
RACY_NANOSECONDS = 2_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An HTML page of a corpus, not read yet."""

    name: str
    """Path below its source with forward slashes, led by the source's name where there are
    several sources; unique in the corpus."""
    article_id: str
    stamp: str
    """Size, modification time and inode; empty when they do not prove that it is unchanged."""
    origin: str = ""
    """The source it is from, as it was named."""
    path: str = ""
    """Below that source, whatever other sources there are."""
    rules: Rules = field(default=(), repr=False)
    """What the source says of who speaks in its pages."""
    content: Callable[[], bytes] = field(repr=False, compare=False)

    def read(self) -> bytes:
        """Return its bytes, at most PAGE_LIMIT + 1; raise CorpusError saying why it cannot."""
        return self.content()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What the sources of a corpus hold."""

    pages: tuple[Page, ...]
    """Source by source, each by path."""
    skipped: tuple[tuple[str, int], ...] = ()
    """Why files were no pages, and how many."""
    failures: tuple[Failure, ...] = ()
    empty_sources: tuple[str, ...] = ()
    """Sources that are missing or hold no page, as they were named; why is in `failures`."""
    unusable: tuple[str, ...] = ()
    """Sources whose `sources.toml` cannot be used; what is wrong with it is in `failures`."""
    unreached: tuple[str, ...] = ()
    """Names of pages and folders that are there, or may be, but cannot be looked at now; the
    empty name is the whole corpus."""


class Corpus:
    """The pages of some sources: each a folder, an HTML file or an archive of HTML pages."""

    def __init__(self, sources: Sequence[str | Path]) -> None:
        """Name the sources; raise CorpusError when there is none."""
        if not sources:
            raise CorpusError("There is nothing to index; name a folder, a file or an archive.")
        self.sources = tuple(os.fspath(source) for source in sources)

    def scan(self) -> Scan:
        """Look at all sources; a page that several of them reach belongs to the first."""
        visit = _Visit()
        sources: dict[str, _Source] = {}
        for given in self.sources:
            real = os.path.realpath(given)
            sources.setdefault(real, _Source(given, Path(given).absolute(), Path(real)))
        found = [(source, item) for source in sources.values() for item in visit.source(source)]
        prefixes = _prefixes(list(sources.values()))
        unreached = (_name(source, below, prefixes) for source, below in visit.unreached)
        return Scan(
            pages=tuple(_pages(found, prefixes, visit.rules)),
            skipped=tuple(sorted(visit.skipped.items())),
            failures=tuple(visit.failures),
            empty_sources=tuple(visit.empty),
            unusable=tuple(visit.unusable),
            unreached=tuple(map(printable, unreached)),
        )


def digest(data: bytes) -> str:
    """Return the blake2b digest of a page's bytes, 32 bytes as hexadecimal digits."""
    return hashlib.blake2b(data, digest_size=32).hexdigest()


# --- names and ids ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Source:
    """A source as it was given, with an absolute path, and without symbolic links."""

    given: str
    path: Path
    real: Path


@dataclass(frozen=True, slots=True)
class _Found:
    """A page before it has a name: its path below the source, as the file system spells it."""

    path: str
    stamp: str
    content: Callable[[], bytes]


def _pages(
    found: list[tuple[_Source, _Found]],
    prefixes: dict[_Source, str],
    rules: dict[_Source, Rules],
) -> Iterator[Page]:
    names: set[str] = set()
    ids: set[str] = set()
    for source, item in found:
        wanted = _name(source, item.path, prefixes)
        name = unique(printable(wanted), wanted, names)
        yield Page(
            name=name,
            article_id=unique(slug_of(item.path), name, ids),
            stamp=item.stamp,
            origin=source.given,
            path=printable(item.path),
            rules=rules.get(source, ()),
            content=item.content,
        )


def _name(source: _Source, path: str, prefixes: dict[_Source, str]) -> str:
    """Name what stands at a path below a source; a single source needs no name of its own."""
    if len(prefixes) == 1:
        return path
    prefix = prefixes[source]
    # A source that is a page itself is not named twice.
    return prefix if path in {"", source.path.name} else f"{prefix}/{path}"


def _prefixes(sources: list[_Source]) -> dict[_Source, str]:
    """Name each source by as many last parts of its path as tell it from the others."""
    parts = {source: source.path.parts[1:] for source in sources}
    prefixes = {}
    for source, own in parts.items():
        others = [other for key, other in parts.items() if key != source]
        length = next(
            (n for n in range(1, len(own)) if all(other[-n:] != own[-n:] for other in others)),
            len(own),
        )
        prefixes[source] = "/".join(own[-length:])
    return prefixes


# --- looking at sources -----------------------------------------------------------------------


class _Visit:
    """One walk over all sources: what it found that is no page, and where it has been."""

    def __init__(self) -> None:
        self.skipped: Counter[str] = Counter()
        self.failures: list[Failure] = []
        self.unreached: list[tuple[_Source, str]] = []
        self.empty: list[str] = []
        self.rules: dict[_Source, Rules] = {}
        self.unusable: list[str] = []
        self._seen: set[str] = set()
        self._reached = 0
        self._now = time.time_ns()

    def source(self, source: _Source) -> list[_Found]:
        """Return the pages of a source by path; note why when there is none."""
        self._reached = 0
        known = len(self.failures)
        try:
            found = sorted(self._look(source), key=lambda item: item.path)
        except (OSError, CorpusError) as error:
            found = []
            self._fail(source, _reason(error), gone=isinstance(error, FileNotFoundError))
        if source.given in self.unusable:
            found = []
            self.unreached.append((source, ""))
        elif not self._reached:
            self.empty.append(source.given)
            if len(self.failures) == known:
                reason = "holds no HTML page; check that it is the right one"
                self._fail(source, reason, gone=True)
        return found

    def _look(self, source: _Source) -> Iterator[_Found]:
        status = source.real.stat()
        name = source.path.name
        if stat.S_ISDIR(status.st_mode):
            yield from self._folder(source)
        elif name.lower().endswith(ARCHIVE_SUFFIXES) and stat.S_ISREG(status.st_mode):
            yield from self._archive(source, status)
        elif name.lower().endswith(HTML_SUFFIXES) and stat.S_ISREG(status.st_mode):
            yield from self._page(str(source.real), name, source)
        else:
            raise CorpusError("is neither a folder nor an HTML page nor an archive of pages")

    def _folder(self, source: _Source) -> Iterator[_Found]:
        links: list[str] = []
        pending = [""]
        while pending:
            below = pending.pop()
            for entry in self._entries(source, below):
                path = below + entry.name
                if path == SOURCES_FILE and not entry.is_dir():
                    regular = entry.is_file(follow_symlinks=False)
                    self._take_rules(source, partial(_read_file, entry.path), regular=regular)
                elif entry.name.startswith("."):
                    self.skipped["hidden"] += 1
                elif entry.is_symlink():
                    links.append(path)
                elif entry.is_dir(follow_symlinks=False):
                    pending.append(f"{path}/")
                elif self._may_be_page(path, regular=entry.is_file(follow_symlinks=False)):
                    yield from self._page(entry.path, path, source)
        # Last, so that a page that is also linked to is known by its own name.
        for path in sorted(links):
            yield from self._link(source, path)

    def _entries(self, source: _Source, below: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(source.real / below) as entries:
                return list(entries)
        except OSError as error:
            self._fail(source, _reason(error), below=below.rstrip("/"))
            return []

    def _link(self, source: _Source, path: str) -> Iterator[_Found]:
        target = Path(os.path.realpath(source.real / path))
        if source.real not in {target, *target.parents}:
            self.skipped["link that leads outside the source"] += 1
        elif not target.exists():
            self.skipped["link that leads nowhere"] += 1
        elif target.is_dir():
            self.skipped["link to a folder"] += 1
        elif str(target) in self._seen:
            self.skipped["link to a page that is there anyway"] += 1
        elif self._may_be_page(path, regular=target.is_file()):
            yield from self._page(str(target), path, source)

    def _may_be_page(self, path: str, *, regular: bool) -> bool:
        if not regular:
            self.skipped["not a regular file"] += 1
        elif not path.lower().endswith(HTML_SUFFIXES):
            self.skipped["not an HTML page"] += 1
        else:
            return True
        return False

    def _page(self, real: str, path: str, source: _Source) -> Iterator[_Found]:
        try:
            status = Path(real).lstat()
        except OSError as error:
            self._fail(source, _reason(error), below=path)
            return
        self._reached += 1
        if real not in self._seen:
            self._seen.add(real)
            yield _Found(path, self._stamp(status), partial(_read_file, real))

    def _archive(self, source: _Source, status: os.stat_result) -> Iterator[_Found]:
        archive = Archive(str(source.real), limit=PAGE_LIMIT + 1)
        stamp = self._stamp(status)
        members, skipped = archive.members()
        self.skipped.update(skipped)
        for member in members:
            if any(part.startswith(".") for part in member.name.split("/")):
                self.skipped["hidden"] += 1
            elif member.name == SOURCES_FILE:
                content = partial(archive.read, member.name)
                self._take_rules(source, content, regular=member.regular)
            elif self._may_be_page(member.name, regular=member.regular):
                if member.problem:
                    self._fail(source, member.problem, below=member.name)
                    continue
                self._reached += 1
                content = partial(archive.read, member.name)
                yield _Found(member.name, stamp and f"{stamp}:{member.stamp}", content)

    def _take_rules(self, source: _Source, content: Callable[[], bytes], *, regular: bool) -> None:
        """Learn who speaks in the pages of a source."""
        try:
            self.rules[source] = read_rules(content() if regular else _irregular())
        except CorpusError as error:
            self.unusable.append(source.given)
            self._fail(source, str(error), below=SOURCES_FILE)

    def _stamp(self, status: os.stat_result) -> str:
        if self._now - status.st_mtime_ns < RACY_NANOSECONDS:
            return ""
        return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ino}"

    def _fail(self, source: _Source, reason: str, *, below: str = "", gone: bool = False) -> None:
        place = str(Path(source.given, below)) if below else source.given
        self.failures.append(Failure(source=printable(place), reason=reason))
        if not gone:
            self.unreached.append((source, below))


def _irregular() -> bytes:
    raise CorpusError("is not a regular file; put the file itself there")


def _reason(error: OSError | CorpusError) -> str:
    if isinstance(error, CorpusError):
        return str(error)
    if isinstance(error, FileNotFoundError):
        return "is not there; check the path"
    return f"cannot be read: {error.strerror or error}"


def _read_file(path: str) -> bytes:
    """Read a page, twice when it changes meanwhile; raise CorpusError."""
    try:
        data = _read_unchanged(path) or _read_unchanged(path)
    except OSError as error:
        raise CorpusError(_reason(error)) from error
    if data is None:
        raise CorpusError("changes while it is read; index it once it is finished")
    return data


def _read_unchanged(path: str) -> bytes | None:
    """Read a page; None when it was written to at the same time."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        before = os.fstat(descriptor)
        data = file.read(PAGE_LIMIT + 1)
        after = os.fstat(descriptor)
    changed = (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)
    return None if changed else data
