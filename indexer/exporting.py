"""All sections that a search lists, in its order, however many: read batch by batch.

A page of results reads what stands on it; an export reads everything, so what matches is worked
out once, and then sections are read, given away and forgotten. Order, scores and snippets are
those of the results, because the same plan lists them and the same code shows them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from indexer.engine.base import DeadlineError, Match, Snapshot
from indexer.exported import ExportedSection
from indexer.model import Results, SearchRequest, Section
from indexer.names import Names
from indexer.searching import Answer, answer
from indexer.suggestions import Emergency

BATCH: Final = 100
"""Sections that are read at once: few enough to be forgotten soon, and so many that an article is
seldom looked up twice."""


class Export:
    """The sections that a request lists. For one thread, and to be gone through once."""

    def __init__(
        self, found: Answer, snapshot: Snapshot, *, skip: int = 0, most: int | None = None
    ) -> None:
        """Begin after `skip` sections, and give `most` of them or all."""
        self._found = found
        self._snapshot = snapshot
        self._skip = skip
        self._most = found.results.total.sections if most is None else most
        self.is_cut = found.results.partial
        """Whether the deadline stopped the search or the rows; final once these have ended."""

    @property
    def results(self) -> Results:
        """Return the answer to the request, of its hits the first alone."""
        return self._found.results

    def __iter__(self) -> Iterator[ExportedSection]:
        """Yield the sections."""
        plan = replace(self._found.plan, offset=self._skip, limit=self._most)
        rank = self._skip
        try:
            for window in self._snapshot.walk(plan, size=BATCH):
                yield from self._read(window, rank)
                rank += len(window)
        except DeadlineError:
            self.is_cut = True

    def _read(self, window: Sequence[Match], rank: int) -> Iterator[ExportedSection]:
        wanted: dict[str, list[str]] = {}
        for match in window:
            wanted.setdefault(match.article_id, []).append(match.sections[0].section_id)
        articles = {article_id: self._snapshot.summary(article_id) for article_id in wanted}
        sections: dict[tuple[str, str], Section] = {
            (article_id, section.id): section
            for article_id, ids in wanted.items()
            for section in self._snapshot.sections(article_id, ids)
        }
        for number, match in enumerate(window, rank + 1):
            (found,) = match.sections
            section = sections[match.article_id, found.section_id]
            yield ExportedSection(
                rank=number,
                score=found.score,
                article=articles[match.article_id],
                section=section,
                snippets=self._found.showing.snippets(section, found),
            )


def export(  # noqa: PLR0913 - what is exported, and which part of it
    request: SearchRequest,
    snapshot: Snapshot,
    names: Names,
    *,
    skip: int = 0,
    most: int | None = None,
    emergency: Emergency | None = None,
) -> Export:
    """Return the sections that a request lists; raise QueryError for a query that is too long.

    Its page and grouping do not count: all sections are listed, each by itself. `emergency` is
    what belongs above them.
    """
    request = replace(request, group="section", page=1, per_page=1, explain=False)
    found = answer(request, snapshot, names)
    found = replace(found, results=replace(found.results, emergency=emergency))
    return Export(found, snapshot, skip=skip, most=most)
