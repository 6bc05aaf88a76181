"""What readers look for and no article about a medicine tells, medicine by medicine.

The kinds of sections that readers look for (`LOOKED_FOR`) are sought over all articles about a
medicine: in the kinds and headings of their sections, then in lines that read like a heading, then
by what a reader would ask, and last word by word. Only what none of these finds is missing; what
the text has without a heading is told apart, with the place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from indexer.engine.base import MatchedTerm, Snapshot
from indexer.findings import AuditedArticle, Finding
from indexer.knowledge.sections import KINDS, LOOKED_FOR, kinds_in, kinds_named, kinds_told
from indexer.medicines import Medicines
from indexer.model import Article
from indexer.names import Names
from indexer.query.plan import MatchPlan
from indexer.query.syntax import parse_query
from indexer.query.understanding import understand
from indexer.quotations import line_with, shortened

LONGEST_LINE: Final = 80
"""Characters of a line that may stand for a heading: the parser's own bound for bold ones."""

_SENTENCE_END: Final = (".", ",", ";", ":")

# Leaflets of vaccines: "Other medicines or vaccines and X", "you will first be given other ...".
_OTHERS: Final = re.compile(r"(?i)\bother (?:medicin|vaccin|drug)")


@dataclass(frozen=True, slots=True)
class _Told:
    """Where an article tells of a kind of section that has no heading."""

    place: AuditedArticle
    section: str
    words: str
    """What can be quoted; empty where it is not clear that it tells, and nothing is said."""


_Met = tuple[str, re.Pattern[str]]
"""Id of a section, and what its text has."""


@dataclass(slots=True)
class _OfDrug:
    """What the articles about one medicine tell; filled while they are read."""

    places: list[AuditedArticle] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    """Kinds that a heading tells of."""
    lines: dict[str, _Told] = field(default_factory=dict)
    """By kind, the first line of a text that reads like its heading."""


class Coverage:
    """What the articles about each medicine tell; learns them one by one."""

    def __init__(self) -> None:
        self._drugs: dict[str, _OfDrug] = {}

    def __len__(self) -> int:
        """Return how many medicines the articles are about."""
        return len(self._drugs)

    def learn(self, article: Article, place: AuditedArticle, keys: Iterable[str]) -> None:
        """Note of which kinds an article tells, for each medicine that it is about."""
        told = kinds_told(article.sections)
        lines = _lines_for(article, place, LOOKED_FOR - told)
        for key in keys:
            of_drug = self._drugs.setdefault(key, _OfDrug())
            of_drug.places.append(place)
            of_drug.told |= told
            for kind, line in lines.items():
                of_drug.lines.setdefault(kind, line)

    def missing(self, snapshot: Snapshot, names: Names, medicines: Medicines) -> Iterator[Finding]:
        """Yield the kinds that readers look for and no article about a medicine has a heading for.

        The snapshot is that of the generation whose articles were learned.
        """
        mentions: dict[str, Mapping[str, _Told]] = {}
        for kind in KINDS:
            lacking = [key for key, of in self._drugs.items() if kind.name in LOOKED_FOR - of.told]
            met = _sections_met(kind.asked, snapshot, names) if lacking else {}
            for key in lacking:
                of_drug, name = self._drugs[key], medicines.entry(key).name
                told = of_drug.lines.get(kind.name) or _met_in(of_drug, met, snapshot)
                for place in () if told else of_drug.places:
                    if place.article_id not in mentions:
                        article = snapshot.article(place.article_id)
                        mentions[place.article_id] = _mentions(article, place)
                    told = told or mentions[place.article_id].get(kind.name)
                if told is None:
                    yield _no_section(kind.label, name, of_drug.places)
                elif told.words:
                    yield _no_heading(kind.label, name, told)


def _lines_for(article: Article, place: AuditedArticle, kinds: frozenset[str]) -> dict[str, _Told]:
    """Return, by kind, the first line that reads like a heading of it and is none."""
    found: dict[str, _Told] = {}
    if not kinds:
        return found
    for section in article.sections:
        for block in section.blocks:
            line = section.text[block.start : block.end]
            if block.kind == "paragraph" and _reads_as_heading(line):
                for kind in kinds & kinds_named(line):
                    found.setdefault(kind, _Told(place, section.id, line))
    return found


def _mentions(article: Article, place: AuditedArticle) -> dict[str, _Told]:
    """Return, by kind, where a line of an article begins with the words of its headings.

    Pages put them before the text: "Other medicines and X Tell your doctor if you take ...".
    """
    found: dict[str, _Told] = {}
    for section in article.sections:
        for line in section.text.split("\n"):
            opening = line[:LONGEST_LINE]
            for kind in LOOKED_FOR & kinds_in(opening) - found.keys():
                found[kind] = _Told(place, section.id, opening)
            if _OTHERS.search(line):
                found.setdefault("interactions", _Told(place, section.id, ""))
    return found


def _reads_as_heading(line: str) -> bool:
    return len(line) <= LONGEST_LINE and not line.endswith(_SENTENCE_END)


def _sections_met(asked: str, snapshot: Snapshot, names: Names) -> Mapping[str, _Met]:
    """Return, by article, a section whose text has what a reader asks for, and which words."""
    understood = understand(parse_query(asked), names.knowledge, indexed=names.indexed_in(snapshot))
    articles = max(snapshot.status().articles, 1)
    matches = snapshot.match(MatchPlan(concepts=understood.concepts, limit=articles))
    return {
        match.article_id: (section.section_id, _written(term))
        for match in matches.top
        for section in reversed(match.sections)
        for term in section.matched
        if term.field == "text"
    }


def _written(term: MatchedTerm) -> re.Pattern[str]:
    """Return how a term stands in a text; the words of a phrase may have a hyphen between."""
    places = term.forms or ((term.term,),)
    words = ("|".join(map(re.escape, forms)) for forms in places)
    return re.compile(r"\W+".join(f"(?:{alternatives})" for alternatives in words), re.IGNORECASE)


def _met_in(of_drug: _OfDrug, met: Mapping[str, _Met], snapshot: Snapshot) -> _Told | None:
    for place in of_drug.places:
        if place.article_id in met:
            section_id, words = met[place.article_id]
            (section,) = snapshot.sections(place.article_id, [section_id])
            return _Told(place, section_id, line_with(words, section.text))
    return None


def _no_section(label: str, name: str, places: Sequence[AuditedArticle]) -> Finding:
    many = "its article" if len(places) == 1 else f"its {len(places)} articles"
    return Finding(
        code="missing-section",
        detail=f"{label}: no heading of {many} and no text tells of it.",
        drugs=(name,),
        place=places[0] if len(places) == 1 else None,
    )


def _no_heading(label: str, name: str, told: _Told) -> Finding:
    return Finding(
        code="missing-heading",
        detail=f"{label}: told (“{shortened(told.words)}”), but under no heading of its own.",
        drugs=(name,),
        place=told.place,
        section=told.section,
    )
