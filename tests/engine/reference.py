"""An engine of plain dictionaries and loops: what a plan means, said as directly as possible.

It is the double that tests of other modules use, and the judge of the real engines: they must
list the same sections in the same order, with the same scores, totals and facets. It shares with
them the plan, the ranking constants and the stemmer, and no other line; nothing here is fast.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache

from indexer.analysis.stemming import Stemmer
from indexer.engine.base import (
    AnalysedArticle,
    Baseline,
    DeadlineError,
    FacetName,
    Match,
    MatchedTerm,
    Matches,
    SectionMatch,
    SourceState,
    Writer,
)
from indexer.errors import CorpusError, IndexLockedError, IndexUnavailableError, NotFoundError
from indexer.knowledge.drugs import CLASS_PREFIX, DrugKnowledge
from indexer.model import Article, ArticleSummary, Drug, Section, Status
from indexer.query import weights
from indexer.query.plan import WORD_FIELDS, Concept, Field, Leaf, MatchPlan, Node
from indexer.runs import Failure, Verification
from tests.engine.meaning import Meaning, Row, Verdict

SECTIONS_OF_AN_ARTICLE = 3
LOCATION = "reference:"


@cache
def _stemmer() -> Stemmer:
    return Stemmer(DrugKnowledge.shipped().protected)


@dataclass(frozen=True, slots=True)
class _Generation:
    number: int
    articles: Mapping[str, AnalysedArticle]
    states: Mapping[str, SourceState]
    failures: tuple[Failure, ...] | None = None


class ReferenceEngine:
    """An index in memory."""

    def __init__(self) -> None:
        self._kept: list[_Generation] = []
        self._number = 0
        self._writing = threading.Lock()

    def baseline(self) -> Baseline | None:
        if not self._kept:
            return None
        return Baseline(
            generation=self._kept[0].number,
            states=dict(self._kept[0].states),
            current=True,
            set_aside=self._kept[0].failures,
        )

    @contextmanager
    def writer(self, *, fresh: bool) -> Iterator[Writer]:
        with self._alone():
            based = bool(self._kept) and not fresh
            articles = dict(self._kept[0].articles) if based else {}
            states = dict(self._kept[0].states) if based else {}
            writer = ReferenceWriter(articles, states, self._kept[0].number if based else None)
            yield writer
            self._number += 1
            told = writer.told[-1] if writer.told else None
            self._kept = [_Generation(self._number, articles, states, told), *self._kept[:1]]

    def snapshot(self) -> ReferenceSnapshot:
        return ReferenceSnapshot(self._served())

    def status(self) -> Status:
        return _status(self._served())

    def verify(self) -> Verification:
        served = self._served()
        rows = _rows(served)
        return Verification(
            generation=served.number,
            checked_files=0,
            checked_articles=len(served.articles),
            checked_sections=len(rows),
            checked_postings=sum(
                len(set(row.terms(name)) - {""}) for row in rows for name in WORD_FIELDS
            ),
        )

    def rollback(self) -> None:
        with self._alone():
            self._served()
            if len(self._kept) == 1:
                raise IndexUnavailableError("There is no earlier generation.")
            self._kept = self._kept[1:]

    def collect_garbage(self) -> tuple[str, ...]:
        return ()

    def _served(self) -> _Generation:
        if not self._kept:
            raise IndexUnavailableError("Nothing was indexed yet.")
        return self._kept[0]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._writing.acquire(blocking=False):
            raise IndexLockedError("Another writer is at work.")
        try:
            yield
        finally:
            self._writing.release()


@dataclass(frozen=True, slots=True)
class ReferenceWriter:
    """Changes copies, which are published when the block is left."""

    _articles: dict[str, AnalysedArticle]
    _states: dict[str, SourceState]
    base: int | None = None
    warnings: tuple[str, ...] = ()
    _put: set[str] = field(default_factory=set)
    told: list[tuple[Failure, ...]] = field(default_factory=list)
    """What was set aside, the last word of it at the end."""

    def put(self, article: AnalysedArticle, state: SourceState) -> None:
        if article.article.id in self._put:
            raise CorpusError("was stored before")
        if not article.sections:
            raise CorpusError("has no section with text")
        self._put.add(article.article.id)
        self.delete(article.article.id)
        self._articles[article.article.id] = article
        self._states[state.source] = state

    def delete(self, article_id: str) -> None:
        self._articles.pop(article_id, None)
        for source in [name for name, s in self._states.items() if s.article_id == article_id]:
            del self._states[source]

    def renew(self, state: SourceState) -> None:
        self._states[state.source] = state

    def set_aside(self, failures: Sequence[Failure]) -> None:
        each = {(of.source, of.reason): of for of in failures}
        self.told.append(tuple(of for _, of in sorted(each.items())))


class ReferenceSnapshot:
    """One generation; nothing that is published later reaches it."""

    def __init__(self, generation: _Generation) -> None:
        self._generation = generation
        self._rows = _rows(generation)
        self._meaning = Meaning(self._rows, _stemmer())

    def match(self, plan: MatchPlan) -> Matches:
        late = plan.deadline is not None and time.monotonic() > plan.deadline
        return _Answer(() if late else self._rows, self._meaning, plan).matches(partial=late)

    def walk(self, plan: MatchPlan, *, size: int) -> Iterator[tuple[Match, ...]]:
        top = self.match(plan)
        if top.partial:
            raise DeadlineError
        for start in range(0, len(top.top), size):
            yield top.top[start : start + size]

    def article(self, article_id: str) -> Article:
        return self._stored(article_id).article

    def summary(self, article_id: str) -> ArticleSummary:
        article = self.article(article_id)
        return ArticleSummary(
            id=article.id,
            title=article.title,
            source_url=article.url,
            published=article.published,
            modified=article.modified,
            categories=article.categories,
            tags=article.tags,
            drugs=article.drugs,
            notices=article.notices,
            publisher=article.publisher,
            publisher_type=article.publisher_type,
            licence=article.licence,
            indexed=article.indexed,
        )

    def sections(self, article_id: str, section_ids: Sequence[str]) -> tuple[Section, ...]:
        known = {found.section.id: found.section for found in self._stored(article_id).sections}
        if not known.keys() >= set(section_ids):
            raise NotFoundError("There is no such section with text.")
        return tuple(known[section_id] for section_id in section_ids)

    def summaries(self) -> Iterable[ArticleSummary]:
        return [self.summary(article_id) for article_id in sorted(self._generation.articles)]

    def drugs(self) -> Iterable[tuple[Drug, tuple[str, ...]]]:
        named = [(replace(d, evidence=()), a.id) for a in self.summaries() for d in a.drugs]
        return [
            (drug, tuple(dict.fromkeys(of for other, of in named if other == drug)))
            for drug in dict.fromkeys(drug for drug, _ in named)
        ]

    def set_aside(self) -> tuple[Failure, ...] | None:
        return self._generation.failures

    def terms(self, field: Field, prefix: str) -> Iterable[tuple[str, int]]:
        counts = Counter(term for row in self._rows for term in set(row.terms(field)) if term)
        return [(term, counts[term]) for term in sorted(counts) if term.startswith(prefix)]

    def forms(self, leaf: Leaf) -> tuple[tuple[str, ...], ...]:
        return self._meaning.forms(leaf, "text")

    def status(self) -> Status:
        return _status(self._generation)

    def close(self) -> None:
        pass

    def _stored(self, article_id: str) -> AnalysedArticle:
        if article_id not in self._generation.articles:
            raise NotFoundError("There is no such article.")
        return self._generation.articles[article_id]


def _rows(generation: _Generation) -> tuple[Row, ...]:
    """Return every section that has text, by article id and then in reading order."""
    ordered = [article for _, article in sorted(generation.articles.items())]
    return tuple(Row(a, at) for a in ordered for at in range(len(a.sections)))


def _status(generation: _Generation) -> Status:
    return Status(
        location=LOCATION,
        generation=generation.number,
        built_at="",
        articles=len(generation.articles),
        sections=len(_rows(generation)),
        schema="reference",
    )


# --- answering --------------------------------------------------------------------------------


@dataclass(slots=True)
class _Judged:
    """A section, and what the concepts and bonuses of a plan make of it."""

    row: Row
    concepts: list[Verdict]
    bonuses: list[Verdict]
    excluded: bool
    score: float = 0.0
    parts: list[tuple[str, float]] = field(default_factory=list)


class _Answer:
    """What a plan lists."""

    def __init__(self, rows: Sequence[Row], meaning: Meaning, plan: MatchPlan) -> None:
        self.plan = plan
        self.judged = [_judge(row, meaning, plan) for row in rows]
        allowed = [judged for judged in self.judged if not judged.excluded]
        self.matching = (
            [j for j in allowed if all(verdict.matches for verdict in j.concepts)]
            if plan.coverage == "all"
            else _most(plan.concepts, allowed)
        )
        self.listed = [judged for judged in self.matching if self._passes(judged.row)]

    def matches(self, *, partial: bool) -> Matches:
        concepts = range(len(self.plan.concepts))
        return Matches(
            articles=len({judged.row.id for judged in self.listed}),
            sections=len(self.listed),
            top=self._top(),
            facets=self._facets(),
            concept_sections=tuple(
                sum(judged.concepts[at].matches for judged in self.judged) for at in concepts
            ),
            unfiltered=len(self.matching),
            coverage=tuple(
                any(judged.concepts[at].matches for judged in self.listed) for at in concepts
            ),
            mode="partial" if self.plan.coverage == "most" and not partial else "all",
            partial=partial,
        )

    def _passes(self, row: Row, *, but: FacetName | None = None) -> bool:
        asked: dict[str, tuple[Sequence[str], Sequence[str]]] = {
            "section": (self.plan.kinds, (row.section.kind,)),
            "drug": (self.plan.drugs, row.article.subjects),
            "class": (self.plan.classes, row.article.classes),
            "category": (self.plan.categories, row.article.article.categories),
            "year": (self.plan.years, _years(row)),
            "article": (self.plan.articles, (row.id,)),
        }
        return all(
            name == but or not wanted or bool(set(wanted) & set(has))
            for name, (wanted, has) in asked.items()
        )

    def _facets(self) -> dict[FacetName, tuple[tuple[str, int], ...]]:
        names: tuple[FacetName, ...] = ("section", "drug", "class", "category", "year")
        articles: dict[FacetName, dict[str, set[str]]] = {name: {} for name in names}
        for row in (judged.row for judged in self.matching):
            drugs = [key for key in row.article.subjects if not key.startswith(CLASS_PREFIX)]
            values: dict[FacetName, Sequence[str]] = {
                "section": (row.section.kind,),
                "drug": drugs,
                "class": row.article.classes,
                "category": row.article.article.categories,
                "year": _years(row),
            }
            for name, here in values.items():
                if self._passes(row, but=name):
                    for value in here:
                        articles[name].setdefault(value, set()).add(row.id)
        return {
            name: tuple(sorted(_counts(found).items(), key=lambda pair: (-pair[1], pair[0])))
            for name, found in articles.items()
        }

    def _top(self) -> tuple[Match, ...]:
        best_first = sorted(self.listed, key=lambda j: (-j.score, j.row.id, j.row.index))
        of_article: dict[str, list[_Judged]] = {}
        for judged in best_first:
            of_article.setdefault(judged.row.id, []).append(judged)
        shown = (
            [[judged] for judged in best_first]
            if self.plan.group == "section"
            else [found[:SECTIONS_OF_AN_ARTICLE] for found in of_article.values()]
        )
        if self.plan.sort == "title":
            shown.sort(key=lambda s: (s[0].row.article.article.title.casefold(), s[0].row.id))
        elif self.plan.sort == "newest":
            shown.sort(key=lambda sections: sections[0].row.id)
            shown.sort(key=lambda sections: sections[0].row.date, reverse=True)
        return tuple(
            Match(
                article_id=sections[0].row.id,
                score=sections[0].score,
                sections=tuple(self._section(judged) for judged in sections),
                section_total=len(of_article[sections[0].row.id]),
            )
            for sections in shown[self.plan.offset : self.plan.offset + self.plan.limit]
        )

    def _section(self, judged: _Judged) -> SectionMatch:
        found = [
            MatchedTerm(concept=at, field=f.field, term=f.term, via=f.via, forms=f.forms)
            for at, verdict in enumerate(judged.concepts)
            for f in verdict.found
        ]
        return SectionMatch(
            section_id=judged.row.section.id,
            score=judged.score,
            matched=tuple(dict.fromkeys(found)),
            parts=tuple(judged.parts) if self.plan.explain else (),
        )


def _years(row: Row) -> tuple[str, ...]:
    return (row.date[:4],) if row.date else ()


def _judge(row: Row, meaning: Meaning, plan: MatchPlan) -> _Judged:
    judged = _Judged(
        row,
        concepts=[meaning.judge(concept.node, row, concept.label) for concept in plan.concepts],
        bonuses=[meaning.judge(bonus.node, row, bonus.name) for bonus in plan.bonuses],
        excluded=any(_matches(meaning, node, row) for node in plan.excluded),
    )
    judged.parts = [part for verdict in judged.concepts for part in verdict.parts]
    judged.parts += [
        (bonus.name, bonus.value)
        for bonus, verdict in zip(plan.bonuses, judged.bonuses, strict=True)
        if verdict.matches
    ]
    judged.parts = [(name, value) for name, value in judged.parts if value]
    judged.score = round(sum(value for _, value in judged.parts), 6)
    return judged


def _matches(meaning: Meaning, node: Node, row: Row) -> bool:
    return meaning.judge(node, row, "").matches


def _most(concepts: Sequence[Concept], allowed: Sequence[_Judged]) -> list[_Judged]:
    """Keep what matches every required concept and many of the others, by what the best has."""
    required = [at for at, concept in enumerate(concepts) if concept.required]
    others = [at for at, concept in enumerate(concepts) if not concept.required]
    if not required and others:
        named = [at for at in others if concepts[at].kind != "intent"]
        allowed = [j for j in allowed if any(j.concepts[at].matches for at in named)]
    allowed = [j for j in allowed if all(j.concepts[at].matches for at in required)]
    counts = [sum(j.concepts[at].matches for at in others) for j in allowed]
    most = max(counts, default=0)
    least = max(weights.MOST_SHARE * most, min(most, 1))
    return [judged for judged, count in zip(allowed, counts, strict=True) if count >= least]


def _counts(found: Mapping[str, set[str]]) -> dict[str, int]:
    return {value: len(articles) for value, articles in found.items()}
