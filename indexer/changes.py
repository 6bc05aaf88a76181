"""What a scan of the sources found against what is indexed.

A page counts as unchanged when the file system vouches for it (its stamp) or when its bytes have
the digest they had, and when its source says of it what it said. Ids of articles, not names of
files, decide what leaves the index: a page that moved keeps its article. A page or folder that
cannot be read just now is not gone: what is indexed of it stays until it can be read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from indexer.corpus import Page, Scan, digest
from indexer.engine.base import Baseline, SourceState
from indexer.errors import CorpusError
from indexer.provenance import mark_of
from indexer.runs import Failure, ReindexOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The pages of a scan, by what has to be done about them."""

    added: tuple[Page, ...]
    changed: tuple[Page, ...]
    same: tuple[Page, ...]
    """Unchanged, but to be parsed all the same: the index is built anew, or the page renamed."""
    renewed: tuple[SourceState, ...]
    """Unchanged by content, with a new stamp."""
    unchanged: int
    """Pages that need not be parsed."""
    removed: tuple[str, ...]
    """Ids of articles whose page is gone, or is now another article's."""
    kept: tuple[str, ...]
    """Names of pages that cannot be looked at now; their articles stay as they are."""
    failures: tuple[Failure, ...]


@dataclass(slots=True)
class _Sorting:
    """The pages that were looked at so far."""

    removed: set[str]
    added: list[Page] = field(default_factory=list)
    changed: list[Page] = field(default_factory=list)
    same: list[Page] = field(default_factory=list)
    renewed: list[SourceState] = field(default_factory=list)
    unchanged: int = 0
    kept: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


def find_changes(
    scan: Scan, baseline: Baseline | None, options: ReindexOptions, *, anew: bool
) -> Changes:
    """Compare a scan with what is indexed; only pages without a telling stamp are read.

    With `anew`, nothing that is indexed can be kept, and every page is to be parsed.
    """
    states = baseline.states if baseline else {}
    sorting = _Sorting({state.article_id for state in states.values()})
    names = {page.name for page in scan.pages}
    gone = {name: state for name, state in states.items() if name not in names}
    left = {state.article_id: state for state in gone.values()}
    unseen = {} if anew else _unseen(scan, gone)
    for found in scan.pages:
        known = states.get(found.name)
        owner = unseen.get(found.article_id)
        # Of two pages with one id the second bears a digest in it, which a scan of that one alone
        # omits: it keeps its own.
        page = replace(found, article_id=known.article_id) if known and owner else found
        if known is None and owner:
            _set_aside_for(owner, page, sorting)
        elif known is None and page.article_id in left:
            _sort_renamed(page, left[page.article_id], sorting)
        elif known is None:
            sorting.added.append(page)
        else:
            _sort(page, known, sorting, options, anew=anew)
    sorting.removed.difference_update(unseen)
    sorting.kept += unseen.values()
    return Changes(
        added=tuple(sorting.added),
        changed=tuple(sorting.changed),
        same=tuple(sorting.same),
        renewed=tuple(sorting.renewed),
        unchanged=sorting.unchanged,
        removed=tuple(sorted(sorting.removed)),
        kept=tuple(sorting.kept),
        failures=tuple(sorting.failures),
    )


def _sort(
    page: Page, known: SourceState, sorting: _Sorting, options: ReindexOptions, *, anew: bool
) -> None:
    try:
        state = _state_if_unchanged(page, known, options)
    except CorpusError as error:
        sorting.failures.append(Failure(source=page.name, reason=str(error)))
        if not anew:
            sorting.kept.append(page.name)
            sorting.removed.discard(known.article_id)
        return
    if known.article_id == page.article_id:
        sorting.removed.discard(known.article_id)
    if state is None or not _speaks_as_before(page, known):
        sorting.changed.append(page)
    elif anew:
        sorting.same.append(page)
    else:
        sorting.unchanged += 1
        if state != known:
            sorting.renewed.append(state)


def _sort_renamed(page: Page, known: SourceState, sorting: _Sorting) -> None:
    """Sort a page that bears another name than its article was indexed by.

    Names lead with their source where there are several, so they all change when a second one is
    added. The article tells the name, so it is parsed again, though its content may be the same.
    """
    sorting.removed.discard(known.article_id)
    try:
        is_same = digest(page.read()) == known.digest and _speaks_as_before(page, known)
    except CorpusError:
        is_same = False  # parsing it will say why it cannot be read
    (sorting.same if is_same else sorting.changed).append(page)


def _speaks_as_before(page: Page, known: SourceState) -> bool:
    """Say whether the source says the same of a page as when it was indexed."""
    return mark_of(page.rules, page.path, known.host) == known.provenance


def _unseen(scan: Scan, gone: Mapping[str, SourceState]) -> dict[str, str]:
    """Return the articles of pages that the scan could not reach, each with its page's name.

    Only of these: a page that fails in one place says nothing of one that vanished in another.
    """
    unreached = frozenset(scan.unreached)
    return {
        state.article_id: name
        for name, state in gone.items()
        if not unreached.isdisjoint(_places(name))
    }


def _set_aside_for(name: str, page: Page, sorting: _Sorting) -> None:
    """Leave a new page for a later run that would take the place of an article that is kept."""
    reason = f"it has the id of {name}, which is indexed and cannot be read just now"
    sorting.failures.append(Failure(source=page.name, reason=reason))


def _places(name: str) -> Iterator[str]:
    """Yield the name of a page and of all that holds it, the whole corpus included."""
    yield from ("", name)
    for at, character in enumerate(name):
        if character == "/":
            yield name[:at]


def _state_if_unchanged(
    page: Page, known: SourceState, options: ReindexOptions
) -> SourceState | None:
    """Return the page's present state when its content is what is indexed, else None."""
    if known.article_id != page.article_id:
        return None
    if page.stamp and page.stamp == known.stamp and not options.checksum:
        return known
    if digest(page.read()) != known.digest:
        return None
    return replace(known, stamp=page.stamp)
