"""The canonical kinds of sections: what a heading says its section is, and what a query asks for.

The kinds follow the section headings of drug labelling (LOINC codes of the FDA's list). Headings
and queries are read with the tables of cues in `section_cues.toml`, which tells how a cue is
written. A kind is always decided by words that stand in the heading, or inherited from the section
around; the rule that fired is told in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import dropwhile
from typing import TYPE_CHECKING

from indexer.analysis.folding import fold
from indexer.analysis.tokens import terms as analysed
from indexer.knowledge.ready_tables import ready_table

if TYPE_CHECKING:
    from indexer.model import Section

TABLE = "section_cues.toml"
"""Where cues are written; `ready_tables` has them in the form in which they are read."""

GAP_TERMS = 4
"""Terms that `...` in a cue stands for at most: the longest common names of medicines."""

OPENING_TERMS = 8
"""Terms of a heading in which a cue must begin. Real headings are shorter; what is longer is a
sentence that a page marked up as a heading, and its subject stands at its beginning."""

OTHER = "other"

_REMEMBERED = 4_096
"""Headings; pages of one kind repeat them, and a page's are asked for several times."""

_BOXED = re.compile(r"\W*WARNINGS?:")
"""How labels of the FDA head the warning in a box: "WARNING: SUICIDAL THOUGHTS"."""

NAME_TERM = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands for a recognised medicine in the terms given to `find_intent`."""


@dataclass(frozen=True, slots=True)
class SectionKind:
    """A canonical kind of section."""

    name: str
    label: str
    """What people read: `Side effects`."""
    loinc: str | None
    parent: str | None = None
    """The wider kind that it is part of."""
    words: str = ""
    """Words that ask for it after the name of a medicine, where its label does not."""

    @property
    def asked(self) -> str:
        """Return the words that ask for it after the name of a medicine: `side effects`."""
        return self.words or self.label.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentSpan:
    """The words of a query that ask for a kind of section."""

    start: int
    end: int
    kind: str
    matched_terms: tuple[str, ...]
    """All terms that the cue took, function words included."""
    positions: tuple[int, ...]
    """Where they stand; a medicine's name in between is not among them."""


KINDS: tuple[SectionKind, ...] = (
    SectionKind("boxed-warning", "Boxed warning", "34066-1"),
    SectionKind("indications", "What it is used for", "34067-9", words="used for"),
    SectionKind("dosage", "Dosage", "34068-7"),
    SectionKind("forms", "Forms and strengths", "43678-2", words="strengths"),
    SectionKind(
        "contraindications", "Who should not take it", "34070-3", words="contraindications"
    ),
    SectionKind("warnings-precautions", "Warnings and precautions", "43685-7"),
    SectionKind("adverse-reactions", "Side effects", "34084-4"),
    SectionKind("interactions", "Interactions", "34073-7"),
    SectionKind(
        "specific-populations", "Specific groups of people", "43684-0", words="specific populations"
    ),
    SectionKind("pregnancy", "Pregnancy", "42228-7", "specific-populations"),
    SectionKind("lactation", "Breastfeeding", "34080-2", "specific-populations"),
    SectionKind("pediatric", "Children", "34081-0", "specific-populations"),
    SectionKind("geriatric", "Older people", "34082-8", "specific-populations"),
    SectionKind("overdose", "Overdose", "34088-5"),
    SectionKind("abuse-dependence", "Abuse and dependence", "42227-9"),
    SectionKind("description", "What it is", "34089-3", words="description"),
    SectionKind("clinical-pharmacology", "Pharmacology", "34090-1"),
    SectionKind(
        "mechanism", "How it works", "43679-0", "clinical-pharmacology", words="how it works"
    ),
    SectionKind(
        "pharmacokinetics",
        "What the body does to it",
        "43682-4",
        "clinical-pharmacology",
        words="pharmacokinetics",
    ),
    SectionKind("clinical-studies", "Clinical studies", "34092-7"),
    SectionKind("storage", "Storage", "44425-7"),
    SectionKind("patient-counseling", "Advice for patients", "34076-0", words="patient counseling"),
    SectionKind("monitoring", "Monitoring", None),
    SectionKind(OTHER, "Other", "42229-5"),
)

LOOKED_FOR = frozenset(
    {
        "indications",
        "dosage",
        "contraindications",
        "adverse-reactions",
        "interactions",
        "pregnancy",
        "lactation",
        "overdose",
        "storage",
    }
)
"""Kinds that readers look for: where none tells of them, that is said (safety rule M7)."""

# Below "What is X" and "Other" anything may stand; elsewhere a heading without a cue of its own
# ("Headache" below "Side effects") goes on with what its parent began.
_NOT_INHERITED = frozenset({OTHER, "description"})

# "Children" below "Dosage" tells whose dosage; below other headings it is a section of its own.
_POPULATIONS = frozenset({"pediatric", "geriatric"})
_KEPT_FOR_POPULATIONS = frozenset(
    {"dosage", "adverse-reactions", "clinical-studies", "pharmacokinetics", "overdose"}
)

_BY_NAME = {kind.name: kind for kind in KINDS}


def kind_named(name: str) -> SectionKind | None:
    """Return the kind of that name (`adverse-reactions`), None when there is none."""
    return _BY_NAME.get(name)


@lru_cache(maxsize=_REMEMBERED)
def classify(heading: str, *, parent_kind: str = OTHER, is_title: bool = False) -> tuple[str, str]:
    """Return the kind of the section below a heading, and the rule that decided, in words.

    The cue that begins first decides, of those the longest: in English the head of a heading
    stands before what qualifies it ("Side effects in children" are side effects). Weak cues
    ("What is ...", "Uses") count where no other stands. A heading without cue inherits the kind
    of the section around it. The title of an article lists what is in it ("uses, dosage and
    side effects"), so the text below it is `description` or `other`.
    """
    words = tuple(dropwhile(_is_number, (term for term in analysed(heading) if term)))
    if is_title:
        return _classify_title(words)
    if _BOXED.match(heading):
        return "boxed-warning", 'heading begins "WARNING:"'
    found = _first(words, _cues("heading")) or _first(words, _cues("weak-heading"))
    if found is not None and not (
        found.kind in _POPULATIONS and parent_kind in _KEPT_FOR_POPULATIONS
    ):
        return found.kind, f'heading says "{" ".join(found.matched_terms)}"'
    if parent_kind not in _NOT_INHERITED:
        return parent_kind, f"inherited from {parent_kind}"
    return OTHER, "no cue in the heading"


def kinds_told(sections: Iterable[Section]) -> frozenset[str]:
    """Return the kinds that any of some sections tells of, by its kind or in its heading."""
    told: set[str] = set()
    for section in sections:
        told.add(section.kind)
        told |= kinds_named(section.heading)
    return frozenset(told)


@lru_cache(maxsize=_REMEMBERED)
def kinds_named(heading: str) -> frozenset[str]:
    """Return every kind whose cue stands in a heading, not only the one that decides.

    "Pregnancy and breast-feeding" heads one section, of kind `pregnancy`, which tells of both.
    """
    return kinds_in(heading)


def kinds_in(text: str) -> frozenset[str]:
    """Return every kind whose cue, as headings have it, stands in a text."""
    words = tuple(term for term in analysed(text) if term)
    return frozenset(
        span.kind for table in ("heading", "weak-heading") for span in _matches(words, _cues(table))
    )


def find_intent(terms: Sequence[str]) -> IntentSpan | None:
    """Find the kind of section that the terms of a query ask for; the longest cue, then the first.

    Put NAME_TERM where a medicine was recognised, so that "how does ... work" reaches over it. As
    in headings, a population only tells whose dose or side effects are meant.
    """
    spans = list(_matches(terms, _cues("query")))
    # max() returns the first of equals, and spans come in the order in which they begin.
    best = max(spans, key=_length, default=None)
    if best is None or best.kind not in _POPULATIONS:
        return best
    taken = set(best.positions)
    meant = [
        span
        for span in spans
        if span.kind in _KEPT_FOR_POPULATIONS and taken.isdisjoint(span.positions)
    ]
    return max(meant, key=_length, default=best)


def _length(span: IntentSpan) -> int:
    return len(span.positions)


def _is_number(term: str) -> bool:
    """Say whether a term is the numbering before a heading ("4.", "8.1")."""
    return term[0].isdigit()


def _classify_title(words: Sequence[str]) -> tuple[str, str]:
    found = _first(words, _cues("weak-heading"))
    if found is not None and found.kind == "description":
        return "description", f'title says "{" ".join(found.matched_terms)}"'
    return OTHER, "title of the article"


# --- cues -------------------------------------------------------------------------------------

_Element = frozenset[str] | None
"""The words that may stand in one place of a cue; None for a gap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """Words in a row that tell a kind of section."""

    kind: str
    elements: tuple[_Element, ...]
    at_start: bool
    at_end: bool


class _Cues:
    """Cues by the words that they begin with; each is compiled when such a word is met."""

    def __init__(self, table: str) -> None:
        """Take the name of a table: `heading`, `weak-heading` or `query`."""
        ready = ready_table("cues")[table]
        self._cues: Sequence[tuple[str, str]] = ready["cues"]
        self._first: Mapping[str, Sequence[int]] = ready["first"]
        self._compiled: dict[str, tuple[Cue, ...]] = {}

    def beginning(self, word: str) -> tuple[Cue, ...]:
        """Return the cues that begin with a word, in the order of the table."""
        if word not in self._first:
            return ()
        if word not in self._compiled:
            # Two threads may compile the same; what they compile is equal.
            cues = (self._cues[number] for number in self._first[word])
            self._compiled[word] = tuple(compiled(kind, text) for kind, text in cues)
        return self._compiled[word]


@cache
def _cues(table: str) -> _Cues:
    return _Cues(table)


def compiled(kind: str, text: str) -> Cue:
    """Return a cue of the table, which tells how it is written."""
    marks = text.split()
    elements = [mark for mark in marks if mark not in ("^", "$")]
    return Cue(
        kind=kind,
        elements=tuple(None if mark == "..." else _alternatives(mark) for mark in elements),
        at_start=marks[0] == "^",
        at_end=marks[-1] == "$",
    )


def _alternatives(mark: str) -> frozenset[str]:
    """Fold the words of `a|b` as the analysis folds the text they are compared with."""
    return frozenset(fold(word) for word in mark.split("|"))


def _first(words: Sequence[str], cues: _Cues) -> IntentSpan | None:
    """Return the match that begins first, of those the longest."""
    best: IntentSpan | None = None
    for span in _matches(words, cues):
        if span.start >= OPENING_TERMS or (best is not None and span.start > best.start):
            break
        if best is None or len(span.positions) > len(best.positions):
            best = span
    return best


def _matches(words: Sequence[str], cues: _Cues) -> Iterable[IntentSpan]:
    """Yield every cue that matches, by where it begins."""
    for start, word in enumerate(words):
        for cue in cues.beginning(word):
            positions = None if cue.at_start and start else _match(cue, words, start)
            if positions is not None:
                yield IntentSpan(
                    start=start,
                    end=positions[-1] + 1,
                    kind=cue.kind,
                    matched_terms=tuple(words[position] for position in positions),
                    positions=positions,
                )


def _match(cue: Cue, words: Sequence[str], start: int) -> tuple[int, ...] | None:
    """Return the positions of the words that a cue takes when it begins at `start`."""
    positions: list[int] = []
    position = start
    gap = 0
    for element in cue.elements:
        if element is None:
            gap = GAP_TERMS
            continue
        end = min(position + gap + 1, len(words))
        while position < end and words[position] not in element:
            position += 1
        if position == end:
            return None
        positions.append(position)
        position, gap = position + 1, 0
    if cue.at_end and position != len(words):
        return None
    return tuple(positions)
