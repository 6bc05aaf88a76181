"""The best passages of a section for what was asked, verbatim, with the ranges that matched.

A *passage* is what can be quoted alone: a sentence, a list item, a table row. It is never cut, so
that no *not* is lost, and an item or row brings the sentence it needs to be understood: as one
piece of text where that is near, as a snippet of its own before it where it is far.

Passages are chosen one by one: the first covers most of what was asked, each further one what is
not covered yet (Carbonell and Goldstein, SIGIR 1998). They are shown in reading order.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import Final, NamedTuple, TypeAlias

from indexer.analysis.sentences import LONGEST_SENTENCE, sentences, shortened
from indexer.highlights import (
    Asked,
    Found,
    Highlight,
    find_highlights,
    marked_ranges,
)
from indexer.model import Block, BlockKind, Mark, Section, Snippet

LONGEST_TOTAL: Final = 600
"""Code points of all snippets of a section: about seven sentences of usual length."""

LONGEST_WITH_LEAD: Final = 320
"""Code points up to which an item and its lead-in are one piece of text."""

INTRODUCTION: Final = 240
SHORTEST_INTRODUCTION: Final = 60
"""Code points to show of a section in which nothing matches: at most, but at least so many."""

# What a passage is worth. Judged by eye on real leaflets: what is covered decides, the rest
# settles what covers alike.
_RELATED: Final = 0.6  # a related match, compared with a direct one
_KNOWN: Final = 0.2  # what the whole section is about, compared with anything else
_LONGER: Final = 0.1  # each further term of a phrase, up to ...
_MOST_LONGER: Final = 3
_AGAIN: Final = 0.3  # a concept that another passage covers
_CLOSE: Final = 0.5  # two concepts side by side
_NEAR: Final = 40.0  # code points between them at which that counts half
_REPEAT: Final = 0.05  # each further match, up to ...
_MOST_REPEATS: Final = 3
_EARLY: Final = 0.1  # the beginning of the text, compared with its end
_WORTHWHILE: Final = 0.25  # of the best score: less is not shown

_TRIES: Final = 8  # passages to look at for each that may be shown
_MOST_FOUND: Final = 1_000  # matches to choose from: bounds the work in a text of megabytes

_LONGEST_CHAIN: Final = 4
"""Lead-ins to show of a deeply nested item: the nearest ones and the outermost."""

# Words that a sentence begins with when it goes on from the one before.
_POINTS_BACK: Final = re.compile(r"(?:Others?|Another|These|Those|This|Such|They|Both|Also)\b")

_WHOLE_KINDS: Final[frozenset[BlockKind]] = frozenset({"row", "caption", "term"})
_WHOLE_IF_SHORT: Final[frozenset[BlockKind]] = frozenset({"item", "definition"})

_Range: TypeAlias = tuple[int, int]


class _Passage(NamedTuple):
    """A range that can be quoted, with what is found in it."""

    start: int
    end: int
    block: int
    tells: frozenset[int]
    """The concepts in it that are more than what the whole section is about."""
    found: Sequence[Found]


class _Worth(NamedTuple):
    """What a passage is chosen by."""

    tells: frozenset[int]
    weights: dict[Asked, float]
    """What it holds of each thing that was asked for."""
    near: float
    repeats: float
    early: float

    def rank(self, covered: AbstractSet[Asked], seen: AbstractSet[int]) -> tuple[bool, float]:
        """Say whether it shows a concept that is not covered yet, and how much it shows at all."""
        fresh = 0.0
        for asked, weight in self.weights.items():
            fresh += weight * _AGAIN if asked in covered else weight
        return not self.tells <= seen, fresh + self.near + self.repeats + self.early


def best_snippets(
    section: Section, highlights: Sequence[Highlight], *, limit: int = 3
) -> tuple[Snippet, ...]:
    """Return the best passages of a section in reading order, its beginning if nothing matches.

    At most `limit` snippets; the lead-in of the best passage is added beyond that. Together they
    have 600 code points or less, unless the best passage alone has more. Linear in the text.
    """
    text = section.text
    if not text.strip():
        return ()
    # No sentence crosses the end of a line, so a text without blocks may be one.
    blocks = section.blocks or (Block(kind="paragraph", start=0, end=len(text)),)
    found = find_highlights(text, highlights)[:_MOST_FOUND]
    reader = _Reader(text, blocks)
    tells = any(not highlight.is_known for _, _, highlight, _ in found)
    ranges = reader.choose(found, limit) if tells else [reader.introduction()]
    return tuple(_snippet(text, start, end, found) for start, end in ranges)


def _snippet(text: str, start: int, end: int, found: Sequence[Found]) -> Snippet:
    # What stands in other lines has no part in how the words of these are marked.
    last = text.find("\n", end)
    after = bisect_left(found, (last,)) if last >= 0 else None
    near = found[bisect_left(found, (text.rfind("\n", 0, start) + 1,)) : after]
    inside = [
        Mark(mark_start - start, mark_end - start, kind)
        for mark_start, mark_end, kind in marked_ranges(text, near)
        if start <= mark_start and mark_end <= end
    ]
    return Snippet(text=text[start:end], start=start, marks=tuple(inside))


# --- what to quote ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reader:
    """Chooses passages of one section."""

    text: str
    blocks: Sequence[Block]

    def choose(self, found: Sequence[Found], limit: int) -> list[_Range]:
        """Choose the ranges to show for what is found."""
        times = _counted(found)
        passages = self._passages(found, times)
        if limit and len(passages) == 1:
            return self._merged(self._with_context(passages[0]))
        worths = [self._worth(passage, times) for passage in passages]
        covered: set[Asked] = set()
        seen: set[int] = set()
        chosen: list[_Range] = []
        best = 0.0
        # What does not fit is passed over, but not without end.
        for _ in range(min(len(passages), _TRIES * limit)):
            if len(chosen) >= limit:
                break
            ranks = [worth.rank(covered, seen) for worth in worths]
            is_new, score = rank = max(ranks)
            if chosen and not (is_new or score >= best * _WORTHWHILE):
                break
            first = ranks.index(rank)
            passage, worth = passages.pop(first), worths.pop(first)
            widened = self._merged([*chosen, *self._with_context(passage)])
            if chosen and (len(widened) > limit or _length(widened) > LONGEST_TOTAL):
                continue
            chosen, best = widened, best or score
            covered |= worth.weights.keys()
            seen.update([concept for concept, _ in worth.weights])
        return chosen

    def _passages(self, found: Sequence[Found], times: Mapping[Asked, int]) -> list[_Passage]:
        """Cut the blocks that hold something into passages; keep those that hold something."""
        return [
            passage
            for block, inside in _grouped(found, [block.start for block in self.blocks])
            if not self._tells_nothing(block, inside)
            for passage in self._passages_of(block, inside, times)
        ]

    def _tells_nothing(self, block: int, found: Sequence[Found]) -> bool:
        """Say whether a block holds nothing but words for what the whole section is about.

        Its passages would be dropped, so it need not be cut into any.
        """
        end = self.blocks[block].end
        is_short = end - self.blocks[block].start <= LONGEST_SENTENCE
        return is_short and all(
            of.is_known and len(of.terms) == 1 and last <= end for _, last, of, _ in found
        )

    def _passages_of(
        self, block: int, found: Sequence[Found], times: Mapping[Asked, int]
    ) -> Iterator[_Passage]:
        ranges = self._quotable(block, until=found[-1][0])
        for index, inside in _grouped(found, [start for start, _ in ranges]):
            start, end = ranges[index]
            if end - start > LONGEST_SENTENCE:
                shown = _telling_most(inside, times)
                start, end = shortened(self.text, start, end, match=shown[:2])
            kept = [one for one in inside if start <= one[0] and one[1] <= end]
            tells = frozenset([of.concept for _, _, of, _ in kept if not of.is_known])
            if tells or not kept:
                yield _Passage(start, end, block, tells, kept)

    def _worth(self, passage: _Passage, times: Mapping[Asked, int]) -> _Worth:
        weights = _weights(passage.found, times)
        return _Worth(
            tells=passage.tells,
            weights=weights,
            near=_CLOSE * _nearness(passage.found),
            repeats=_REPEAT * min(len(passage.found) - len(weights), _MOST_REPEATS),
            early=_EARLY * (1.0 - passage.start / len(self.text)),
        )

    def _quotable(self, index: int, until: int | None = None) -> list[_Range]:
        """Cut a block into what can be quoted: a row whole, an item whole unless it is long.

        With `until` what follows the passage at that place may be left out.
        """
        block = self.blocks[index]
        is_short = block.end - block.start <= LONGEST_WITH_LEAD
        if block.kind in _WHOLE_KINDS or (is_short and block.kind in _WHOLE_IF_SHORT):
            return [(block.start, block.end)]
        ranges = sentences(self.text, block.start, block.end, until=until)
        return ranges or [(block.start, block.end)]

    # --- what a passage needs to be understood --------------------------------------------------

    def _with_context(self, passage: _Passage) -> list[_Range]:
        """Return a passage with its lead-ins, as one range as far as they are near."""
        end = self._with_what_it_leads_to(passage.block, passage.start, passage.end)
        ranges = [(self._with_what_it_refers_to(passage, end), end)]
        for start, lead_end in self._leads(passage.block):
            nearest = ranges[0]
            if nearest[1] - start <= LONGEST_WITH_LEAD:
                ranges[0] = (start, nearest[1])
            else:
                ranges.insert(0, (start, lead_end))
        return ranges

    def _with_what_it_refers_to(self, passage: _Passage, end: int) -> int:
        """Return where a passage begins together with the sentence that its first word points to.

        "Other effects are ..." tells half of it without the sentence before.
        """
        if _POINTS_BACK.match(self.text, passage.start) is None:
            return passage.start
        ranges = self._quotable(passage.block, until=passage.start)
        before = [at for at, _ in ranges if at < passage.start]
        if not before and passage.block and self.blocks[passage.block - 1].kind == "paragraph":
            before = [at for at, _ in self._quotable(passage.block - 1)]
        near = [at for at in before[-1:] if end - at <= LONGEST_TOTAL]
        return near[0] if near else passage.start

    def _leads(self, index: int) -> list[_Range]:
        """Return the lead-ins of a block, nearest first: of a paragraph its last sentence."""
        lead = self.blocks[index].lead
        if lead is None:
            return []
        chain = []
        # A lead stands before what it leads to; anything else would be a circle.
        while lead is not None and 0 <= lead < index:
            chain.append(lead)
            index, lead = lead, self.blocks[lead].lead
        if len(chain) > _LONGEST_CHAIN:
            chain = [*chain[: _LONGEST_CHAIN - 1], chain[-1]]
        return [shortened(self.text, *self._quotable(lead)[-1]) for lead in chain]

    def _with_what_it_leads_to(self, index: int, start: int, end: int) -> int:
        """Return where a passage ends together with the first items that it introduces."""
        following = index + 1
        if end != self.blocks[index].end or following == len(self.blocks):
            return end
        if self.blocks[following].lead != index:
            return end
        if self.blocks[following].end - start <= LONGEST_TOTAL:
            end = self.blocks[following].end
        for block in self.blocks[following + 1 :]:
            if block.lead is None or block.end - start > LONGEST_WITH_LEAD:
                break
            end = block.end
        return end

    def _merged(self, ranges: list[_Range]) -> list[_Range]:
        """Put ranges in order; make one of those that overlap or have only a blank between."""
        if len(ranges) == 1:
            return ranges
        merged: list[_Range] = []
        for start, end in sorted(ranges):
            if merged and not self.text[merged[-1][1] : start].strip():
                merged[-1] = (merged[-1][0], max(merged[-1][1], end))
            else:
                merged.append((start, end))
        return merged

    # --- where nothing matches ------------------------------------------------------------------

    def introduction(self) -> _Range:
        """Return the first sentences, with the first items of a list that they introduce."""
        last, (start, end) = 0, self._quotable(0, until=0)[0]
        start, end = shortened(self.text, start, end)
        for index, piece_start, piece_end in self._pieces(until=start + LONGEST_TOTAL):
            if piece_start < end:
                continue
            most = INTRODUCTION if end - start >= SHORTEST_INTRODUCTION else LONGEST_TOTAL
            if piece_end - start > most or self.text[end:piece_start].strip():
                break
            last, end = index, piece_end
        return start, self._with_what_it_leads_to(last, start, end)

    def _pieces(self, until: int) -> Iterator[tuple[int, int, int]]:
        for index in range(len(self.blocks)):
            for start, end in self._quotable(index, until):
                yield index, start, end


def _length(ranges: Iterable[_Range]) -> int:
    return sum(end - start for start, end in ranges)


# --- what a passage is worth --------------------------------------------------------------------


def _counted(found: Iterable[Found]) -> dict[Asked, int]:
    times: dict[Asked, int] = {}
    for _, _, _, asked in found:
        times[asked] = times.get(asked, 0) + 1
    return times


def _grouped(
    found: Sequence[Found], starts: Sequence[int]
) -> Iterator[tuple[int, Sequence[Found]]]:
    """Yield what stands after one of the starts and before the next, with the number of the start.

    What stands before all belongs to the first.
    """
    at = 0
    while at < len(found):
        following = max(1, bisect_right(starts, found[at][0]))
        # A tuple of one comes before those that begin with it.
        end = bisect_left(found, (starts[following],), at) if following < len(starts) else None
        yield following - 1, found[at:end]
        at = len(found) if end is None else end


def _nearness(found: Sequence[Found]) -> float:
    """Return how close two things that were asked for stand: 1 side by side, 0 for one alone."""
    near = 0.0
    for (_, end, _, asked), (start, _, _, also) in pairwise(found):
        if asked != also:
            near = max(near, 1.0 / (1.0 + max(0, start - end) / _NEAR))
    return near


def _telling_most(found: Sequence[Found], times: Mapping[Asked, int]) -> Found:
    """Return what tells most of what a passage holds, the first of several."""
    standing = [
        (of.is_known, of.kind != "direct", times[asked], start, number)
        for number, (start, _, of, asked) in enumerate(found)
    ]
    return found[min(standing)[-1]]


def _weights(found: Iterable[Found], times: Mapping[Asked, int]) -> dict[Asked, float]:
    """Weigh what is found by its best match: direct before related, a phrase before a word.

    What stands everywhere in a section says little of one sentence, as in the inverse document
    frequency (Sparck Jones 1972), here over the matches in one text.
    """
    weights: dict[Asked, float] = {}
    for _, _, highlight, asked in found:
        weight = 1.0 if highlight.kind == "direct" else _RELATED
        if (longer := len(highlight.terms) - 1) > 0:
            weight += _LONGER * min(longer, _MOST_LONGER)
        weight *= _KNOWN if highlight.is_known else 1.0 / (1.0 + log(times[asked]))
        if weight > weights.get(asked, 0.0):
            weights[asked] = weight
    return weights
