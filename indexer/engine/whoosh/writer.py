"""Articles into segments: the files of the next generation.

What is put becomes one new segment; segments that became small or hollow are merged. Whoosh's own
writer is never used (see `codec`). An article is checked before any of it is stored, so that one
that cannot be stored leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from indexer.engine.base import AnalysedArticle, OwnNames, SourceState
from indexer.engine.whoosh.build import Build
from indexer.engine.whoosh.codec import INDEX_NAME
from indexer.engine.whoosh.contents import write_contents
from indexer.engine.whoosh.schema import fingerprint
from indexer.engine.whoosh.segment import (
    SUFFIXES,
    Kept,
    Segment,
    SegmentBuilder,
    merge_segments,
    remove_segment,
)
from indexer.engine.whoosh.segments import SegmentEntry, read_segments, to_merge, write_segments
from indexer.engine.whoosh.states import write_failures, write_states
from indexer.engine.whoosh.stems import stemmer
from indexer.engine.whoosh.storable import storable_records
from indexer.errors import CorpusError
from indexer.runs import Failure


class WhooshWriter:
    """Writes one generation. Not to be used after an exception."""

    def __init__(
        self,
        build: Build,
        names: OwnNames,
        known: Mapping[str, SourceState],
        *,
        fresh: bool,
    ) -> None:
        """Write into the folder of a build, on top of the files that are linked into it.

        `known` is what the base knows of its pages; none for a fresh build.
        """
        self._names = names
        self._build = build
        self._folder = build.folder
        fresh = fresh or build.base is None
        self._put: set[str] = set()
        """Ids stored by this run."""
        self._base = None if build.base is None or fresh else build.base.manifest.generation
        self._states = {state.article_id: state for state in known.values()}
        self._segments = () if fresh else read_segments(build.folder)
        self._deleted: dict[str, list[tuple[int, int]]] = {}
        """By segment, the articles that this run deletes: first row and number of rows."""
        self._places = self._find_places()
        self._builder = self._new_builder("")
        self._failures: tuple[Failure, ...] | None = None

    @property
    def base(self) -> int | None:
        """Number of the generation it continues; None when it begins empty."""
        return self._base

    @property
    def warnings(self) -> tuple[str, ...]:
        """What went wrong without harm; complete once the generation is published."""
        return self._build.warnings

    def put(self, article: AnalysedArticle, state: SourceState) -> None:
        """Store an article, in place of an earlier one with its id; raise CorpusError."""
        records = storable_records(article, state)
        if article.article.id in self._put:
            message = f"the article id {article.article.id!r} was stored before in this run"
            raise CorpusError(message)
        self.delete(article.article.id)
        self._put.add(article.article.id)
        self._builder.add(article, records)
        self._states[article.article.id] = state

    def delete(self, article_id: str) -> None:
        """Remove an article; one that is not there is no error."""
        place = self._places.pop(article_id, None)
        if place is not None:
            segment, first, count = place
            self._deleted.setdefault(segment, []).append((first, count))
        self._states.pop(article_id, None)

    def renew(self, state: SourceState) -> None:
        """Remember a page's new stamp; its article stays as it is."""
        self._states[state.article_id] = state

    def set_aside(self, failures: Sequence[Failure]) -> None:
        """Tell what the run could not index, in place of what earlier runs could not."""
        self._failures = tuple(failures)

    def finish(self) -> None:
        """Write everything and describe the generation to its build."""
        segments = [
            replace(entry, deleted=tuple(sorted((*entry.deleted, *self._deleted[entry.name]))))
            if entry.name in self._deleted
            else entry
            for entry in self._segments
        ]
        if self._builder.rows:
            self._builder.finish()
            segments.append(SegmentEntry(name=self._builder.name, rows=self._builder.rows))
        else:
            self._builder.abandon()
        segments = self._merged(segments)
        write_segments(self._folder, segments)
        write_contents(self._folder, segments, self._build.number)
        write_states(self._folder, self._states.values())
        write_failures(self._folder, self._failures)
        self._build.describe(
            schema=fingerprint(self._names.fingerprint),
            articles=len(self._states),
            sections=sum(entry.live_rows for entry in segments),
        )

    def cancel(self) -> None:
        """Give up what was not finished."""
        self._builder.abandon()

    def _new_builder(self, suffix: str) -> SegmentBuilder:
        name = f"{INDEX_NAME}_{self._build.number:06d}{suffix}"
        return SegmentBuilder(self._folder, name, stemmer(self._names).stem)

    def _find_places(self) -> dict[str, tuple[str, int, int]]:
        """Return, by article id, the segment, first row and number of rows of what is indexed."""
        places: dict[str, tuple[str, int, int]] = {}
        for entry in self._segments:
            facts = Segment(self._folder, entry.name).facts
            firsts = facts["first_row"].tolist()
            gone = {first for first, _ in entry.deleted}
            ends = [*firsts[1:], entry.rows]
            for article_id, first, end in zip(facts.strings("ids"), firsts, ends, strict=True):
                if first not in gone:
                    places[article_id] = entry.name, first, end - first
        return places

    def _merged(self, segments: Sequence[SegmentEntry]) -> list[SegmentEntry]:
        """Merge what should be, and return the segments there are then."""
        chosen = to_merge(segments)
        if not chosen:
            return list(segments)
        kept = [entry for entry in segments if entry not in chosen]
        rows = sum(entry.live_rows for entry in chosen)
        if rows:
            for entry in chosen:
                for suffix in SUFFIXES:
                    self._build.check(f"{entry.name}{suffix}")
            name = f"{INDEX_NAME}_{self._build.number:06d}m"
            parts = [
                Kept(Segment(self._folder, entry.name), entry.live() if entry.deleted else None)
                for entry in chosen
            ]
            merge_segments(self._folder, name, parts)
            kept.append(SegmentEntry(name=name, rows=rows))
        for entry in chosen:
            remove_segment(self._folder, entry.name)
        return kept
