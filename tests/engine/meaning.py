"""What the nodes of a plan mean for one section: the half of the reference engine that judges."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Literal

from indexer.analysis.stemming import Stemmer
from indexer.engine.base import AnalysedArticle, AnalysedSection
from indexer.model import Section, Via
from indexer.query import weights
from indexer.query.plan import (
    LEAST_TOLD,
    MEDICINE_KINDS,
    WORD_FIELDS,
    All,
    AnyOf,
    AnySubject,
    Contents,
    Field,
    HeadingIs,
    Kind,
    Leaf,
    Near,
    Node,
    Not,
    Phrase,
    Prefix,
    Publisher,
    Subject,
    Word,
)

PREFIX_TERMS = 64
NUMBERING = re.compile(r"\d+(\.\d+)*")

Forms = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Row:
    """A section that has text, in its article."""

    article: AnalysedArticle
    index: int

    @property
    def id(self) -> str:
        return self.article.article.id

    @property
    def analysed(self) -> AnalysedSection:
        return self.article.sections[self.index]

    @property
    def section(self) -> Section:
        return self.analysed.section

    @property
    def date(self) -> str:
        return self.article.article.modified or self.article.article.published or ""

    def terms(self, field: Field) -> tuple[str, ...]:
        """Return the terms of a field at their positions, an empty one for a gap."""
        match field:
            case "text":
                return self.analysed.text
            case "heading":
                return self.analysed.heading
            case "path":
                return self.analysed.path
            case "title":
                return self.article.title

    def length(self, field: Field) -> int:
        return sum(1 for term in self.terms(field) if term)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Something in a section that met a leaf."""

    field: Literal["text", "heading", "path", "title", "drug", "kind"]
    term: str
    via: Via
    forms: Forms = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a node makes of a section. A node may rank a section that it does not match."""

    matches: bool
    parts: tuple[tuple[str, float], ...] = ()
    found: tuple[Found, ...] = ()

    @property
    def score(self) -> float:
        return sum(value for _, value in self.parts)


class Meaning:
    """Judges the sections of one generation."""

    def __init__(self, rows: Sequence[Row], stemmer: Stemmer) -> None:
        self._rows = rows
        self._stem = stemmer.stem
        self._holding: dict[tuple[tuple[Field, tuple[str, ...]], ...], int] = {}
        self._forms: dict[tuple[Leaf, Field], Forms] = {}

    def judge(self, node: Node, row: Row, label: str) -> Verdict:
        match node:
            case All(nodes):
                verdicts = [self.judge(child, row, label) for child in nodes]
                return _joined(all(v.matches for v in verdicts), verdicts, verdicts)
            case AnyOf():
                return self._any(node, row, label)
            case Not(child):
                return Verdict(not self.judge(child, row, label).matches)
            case Word() | Phrase() | Prefix():
                return self._words(node, row, label)
            case Near(weight=weight):
                return _fact(self._near(node, row), (f"near: {label}", weight), ())
            case _:
                return self._fact(node, row, label)

    def _fact(
        self,
        node: Subject | AnySubject | Publisher | Kind | HeadingIs | Contents,
        row: Row,
        label: str,
    ) -> Verdict:
        match node:
            case Subject(drug=drug, via=via, weight=weight):
                found = Found(field="drug", term=drug, via=via)
                part = (f"subject: {label}", weight * weights.SUBJECT)
                return _fact(drug in row.article.subjects, part, (found,))
            case Publisher(type=of):
                return Verdict(row.article.article.publisher_type == of)
            case AnySubject():
                kinds = {of.section.kind for of in row.article.sections} & MEDICINE_KINDS
                return Verdict(bool(row.article.subjects) or len(kinds) >= LEAST_TOLD)
            case Kind(kind=kind, via=via, weight=weight):
                found = Found(field="kind", term=kind, via=via)
                part = (f"section: {label}", weight * weights.INTENT)
                return _fact(kind == row.section.kind, part, (found,))
            case HeadingIs(terms=terms, weight=weight):
                return _fact(self._heading_is(terms, row), (f"heading: {label}", weight), ())
            case Contents():
                return _fact(row.analysed.contents, ("contents", 0.0), ())

    def forms(self, leaf: Leaf, field: Field) -> Forms:
        """Return, for each position of a leaf, the terms that may stand there in a field."""
        if (leaf, field) not in self._forms:
            self._forms[leaf, field] = self._find_forms(leaf, field)
        return self._forms[leaf, field]

    def _find_forms(self, leaf: Leaf, field: Field) -> Forms:
        match leaf:
            case Word(term=term, stem=stem):
                return (self._forms_of(term, field) if stem else (term,),)
            case Phrase(terms=terms, stem=stem):
                return tuple(self._forms_of(term, field) if stem else (term,) for term in terms)
            case Prefix(prefix=prefix):
                counts = self._sections_with[field]
                found = [term for term in counts if term.startswith(prefix)]
                commonest = sorted(found, key=lambda term: (-counts[term], term))[:PREFIX_TERMS]
                return (tuple(sorted(commonest)),)
            case _:
                return ()

    def _any(self, node: AnyOf, row: Row, label: str) -> Verdict:
        """Alternatives compete, and kinds of section apart; what was typed with OR adds up."""
        verdicts = [self.judge(child, row, label) for child in node.nodes]
        counted = verdicts
        if not node.adds:
            kinds = [isinstance(child, Kind) for child in node.nodes]
            groups = (
                [v for v, kind in zip(verdicts, kinds, strict=True) if kind is wanted]
                for wanted in (False, True)
            )
            counted = [max(group, key=lambda v: v.score) for group in groups if group]
        return _joined(any(v.matches for v in verdicts), verdicts, counted)

    def _words(self, leaf: Word | Phrase | Prefix, row: Row, label: str) -> Verdict:
        matches = False
        weighted: dict[Field, float] = {}
        found: list[Found] = []
        for field in leaf.fields:
            forms = self.forms(leaf, field)
            times = _times(row.terms(field), forms)
            if not times:
                continue
            matches |= field != "title" or row.index == 0 or len(leaf.fields) == 1
            b = weights.B[field]
            length = row.length(field) / self._average[field]
            weighted[field] = weights.FIELD_WEIGHT[field] * times / (1 - b + b * length)
            found += _found(leaf, field, forms, row)
        # BM25F (Robertson & Zaragoza 2009): the fields are added up before they saturate.
        share = leaf.weight * self._idf(leaf) / (sum(weighted.values()) + weights.K1)
        parts = tuple((f"{field}: {label}", share * of) for field, of in weighted.items())
        return Verdict(matches, parts, tuple(found))

    def _near(self, near: Near, row: Row) -> bool:
        """Try every window of the text."""
        text = row.terms("text")
        windows = range(max(1, len(text)))
        begins = [
            {at for leaf in group for at in _begins(text, self.forms(leaf, "text"))}
            for group in near.groups
        ]
        return any(
            all(any(start <= at < start + near.span for at in group) for group in begins)
            for start in windows
        )

    def _heading_is(self, terms: Sequence[str], row: Row) -> bool:
        def stems(words: Sequence[str]) -> list[str]:
            return [self._stem(word) for word in words]

        heading = row.terms("heading")
        numbered = bool(heading) and NUMBERING.fullmatch(heading[0]) is not None
        if not terms:
            return False
        return stems(terms) in (stems(heading), stems(heading[1:]) if numbered else None)

    def _idf(self, leaf: Word | Phrase | Prefix) -> float:
        """Lucene's, over the section's own fields; a phrase is as rare as its words."""
        fields = [name for name in leaf.fields if name in ("text", "heading")] or leaf.fields
        by_field = {name: self.forms(leaf, name) for name in fields}
        idf = 0.0
        for at in range(len(by_field[fields[0]])):
            key = tuple((name, by_field[name][at]) for name in fields)
            if key not in self._holding:
                self._holding[key] = sum(
                    any(not set(group).isdisjoint(row.terms(name)) for name, group in key)
                    for row in self._rows
                )
            holding = self._holding[key]
            idf += math.log(1 + (len(self._rows) - holding + 0.5) / (holding + 0.5))
        return idf

    def _forms_of(self, term: str, field: Field) -> tuple[str, ...]:
        others = [form for form in self._sections_with[field] if form != term]
        same = [form for form in others if self._stem(form) == self._stem(term)]
        return (term, *sorted(same))

    @cached_property
    def _sections_with(self) -> dict[Field, Counter[str]]:
        """Count, field by field, the sections that hold each term."""
        return {
            field: Counter(chain.from_iterable(set(row.terms(field)) - {""} for row in self._rows))
            for field in WORD_FIELDS
        }

    @cached_property
    def _average(self) -> dict[Field, float]:
        return {
            field: sum(row.length(field) for row in self._rows) / len(self._rows)
            for field in WORD_FIELDS
        }


def _times(terms: Sequence[str], forms: Forms) -> int:
    """Count the places where a term of each group stands, side by side and in order."""
    return len(_begins(terms, forms))


def _begins(terms: Sequence[str], forms: Forms) -> list[int]:
    """Return the positions where a term of each group stands, side by side and in order."""
    if not forms:
        return []
    return [
        at
        for at in range(len(terms) - len(forms) + 1)
        if all(term and term in group for term, group in zip(terms[at:], forms, strict=False))
    ]


def _found(leaf: Word | Phrase | Prefix, field: Field, forms: Forms, row: Row) -> list[Found]:
    if isinstance(leaf, Phrase):
        return [Found(field=field, term=" ".join(leaf.terms), via=leaf.via, forms=forms)]
    found = []
    for form in forms[0]:
        if form in row.terms(field):
            stemmed = isinstance(leaf, Word) and form != leaf.term and leaf.via == "direct"
            found.append(Found(field=field, term=form, via="stem" if stemmed else leaf.via))
    return found


def _fact(holds: bool, part: tuple[str, float], found: tuple[Found, ...]) -> Verdict:  # noqa: FBT001
    return Verdict(holds, (part,), found) if holds else Verdict(holds)


def _joined(matches: bool, verdicts: list[Verdict], counted: list[Verdict]) -> Verdict:  # noqa: FBT001
    parts = tuple(part for verdict in counted for part in verdict.parts)
    return Verdict(matches, parts, tuple(found for verdict in verdicts for found in verdict.found))
