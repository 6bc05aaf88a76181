"""Where in a text the terms of a query stand: what a snippet chooses by, and what is marked.

Most words of a text are not asked for, so they are not looked at: a search for the letters that a
term is written with, at the speed of C, finds the few words that may be it, and those alone are
analysed. What is found is what the analysis of the whole text would find.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TypeAlias

from indexer.analysis.folding import traces
from indexer.analysis.tokens import word_spans
from indexer.model import Mark, MarkKind

Asked: TypeAlias = tuple[int, str]
"""A concept, and a part of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Highlight:
    """Folded terms that stand at consecutive positions, and the concept they are found for."""

    terms: tuple[str, ...]
    kind: MarkKind
    concept: int
    part: str = ""
    """Which of the words that the concept asks for together; of other names always the same."""
    is_known: bool = False
    """Whether the whole section is about it, so that a sentence naming it tells nothing by that."""

    @property
    def asked(self) -> Asked:
        """What it is found for."""
        return self.concept, self.part


Found: TypeAlias = tuple[int, int, Highlight, Asked]
"""A highlight where it stands in a text: start, end, highlight, what it is found for."""

_BLANK = re.compile("[ \n]")

MarkedRange: TypeAlias = tuple[int, int, MarkKind]
"""Start, end and kind of a mark; a `Mark` is made of those that are shown."""


def mark_text(text: str, highlights: Sequence[Highlight]) -> tuple[Mark, ...]:
    """Return everything in a text that a highlight stands for: sorted, disjoint ranges."""
    found = find_highlights(text, highlights)
    return tuple(Mark(start, end, kind) for start, end, kind in marked_ranges(text, found))


def find_highlights(text: str, highlights: Iterable[Highlight]) -> list[Found]:
    """Find the highlights in a text, in order; none crosses the end of a line."""
    by_first: dict[str, list[tuple[tuple[str, ...], Highlight, Asked]]] = {}
    for highlight in highlights:
        if highlight.terms:
            first_term, *rest = highlight.terms
            wanted = tuple(rest), highlight, highlight.asked
            by_first.setdefault(first_term, []).append(wanted)
    found: list[Found] = []
    for start, end in _words_to_look_at(text, by_first):
        for at, (term, first, last) in enumerate(word_spans(text[start:end])):
            for others, highlight, asked in by_first.get(term, ()):
                until = start + last
                if others:
                    until = _end_of_phrase(text, start, end, at, others)
                if until:
                    found.append((start + first, until, highlight, asked))
    return found


def _words_to_look_at(text: str, by_first: Mapping[str, object]) -> list[tuple[int, int]]:
    """Return where the words stand, each up to a blank, that may hold one of some terms."""
    # As many bytes as the text has code points: what is found has the same place in both.
    flat = text.encode("ascii", "replace").lower().replace(b"\n", b" ")
    traced = {trace for term in by_first for trace in traces(term)}
    if not text.isascii():
        # What is not ASCII may fold to anything.
        traced.add(b"?")
    words = {}
    for trace in traced:
        at = flat.find(trace)
        while at >= 0:
            end = flat.find(b" ", at)
            words[flat.rfind(b" ", 0, at) + 1] = end if end >= 0 else len(flat)
            at = flat.find(trace, end + 1) if end >= 0 else -1
    return sorted(words.items())


def _end_of_phrase(text: str, start: int, end: int, at: int, terms: Iterable[str]) -> int:
    """Return where terms end that follow a token of the word at a range, 0 if they do not."""
    spans = word_spans(text[start:end])
    for term in terms:
        at += 1
        while at == len(spans):
            # No phrase goes on behind the end of a line.
            if text[end : end + 1] != " ":
                return 0
            start = end + 1
            end = _end_of_word(text, start)
            spans, at = word_spans(text[start:end]), 0
        if spans[at][0] != term:
            return 0
    return start + spans[at][2]


def _end_of_word(text: str, start: int) -> int:
    found = _BLANK.search(text, start)
    return found.start() if found else len(text)


def marked_ranges(text: str, found: Iterable[Found]) -> list[MarkedRange]:
    """Return what to mark; neighbouring words that ask for one thing are one range."""
    marks: list[MarkedRange] = []
    before: Highlight | None = None
    place = 0
    for start, end, highlight, _ in _without_overlaps(found):
        if (
            before is not None
            and highlight.concept == before.concept
            and highlight.kind == before.kind
            and text[place:start] == " "
        ):
            marks[-1] = marks[-1][0], end, highlight.kind
        else:
            marks.append((start, end, highlight.kind))
        before, place = highlight, end
    return marks


def _without_overlaps(found: Iterable[Found]) -> list[Found]:
    """Resolve overlaps among what stands in order."""
    kept: list[Found] = []
    touching: list[Found] = []
    until = 0
    for one in found:
        if one[0] < until:
            touching.append(one)
        else:
            if touching:
                kept[-1:] = _longest([kept[-1], *touching])
                touching.clear()
            kept.append(one)
        until = max(until, one[1])
    if touching:
        kept[-1:] = _longest([kept[-1], *touching])
    return kept


def _longest(found: list[Found]) -> list[Found]:
    """Keep the longer range of two that overlap, then the direct one, then the earlier one."""

    def standing(one: Found) -> tuple[int, bool, int]:
        start, end, highlight, _ = one
        return start - end, highlight.kind != "direct", start

    taken: set[int] = set()
    kept = []
    for one in sorted(found, key=standing):
        start, end, _, _ = one
        # A longer range came first: one that overlaps a shorter has one of its ends inside.
        if start not in taken and end - 1 not in taken:
            taken.update(range(start, end))
            kept.append(one)
    return sorted(kept, key=itemgetter(0))
