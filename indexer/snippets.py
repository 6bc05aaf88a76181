"""The best passages of a section for what was asked, verbatim, with the ranges that matched.

A *passage* is what can be quoted alone: a sentence, a list item, a table row. It is never cut, so
that no *not* is lost, and an item or row brings the sentence it needs to be understood: as one
piece of text where that is near, as a snippet of its own before it where it is far.

Passages are chosen one by one: the first covers most of what was asked, each further one what is
not covered yet (Carbonell and Goldstein, SIGIR 1998). They are shown in reading order.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import Final, TypeAlias

from indexer.analysis.sentences import sentences, shortened
from indexer.highlights import Asked, Found, Highlight, find_highlights, marks_of
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Passage:
    """A range that can be quoted, with what is found in it."""

    start: int
    end: int
    block: int
    found: tuple[Found, ...]
    weights: dict[Asked, float]
    """What it holds of each thing that was asked for."""

    def rank(self, covered: AbstractSet[Asked], length: int) -> tuple[bool, float]:
        """Say whether it shows a concept that is not covered yet, and how much it shows at all."""
        seen = {concept for concept, _ in covered}
        tells = {one.highlight.concept for one in self.found if not one.highlight.is_known}
        fresh = sum(
            weight * (_AGAIN if asked in covered else 1.0) for asked, weight in self.weights.items()
        )
        near = max(
            (
                1.0 / (1.0 + max(0, after.start - before.end) / _NEAR)
                for before, after in pairwise(self.found)
                if before.highlight.asked != after.highlight.asked
            ),
            default=0.0,
        )
        repeats = min(len(self.found) - len(self.weights), _MOST_REPEATS)
        early = 1.0 - self.start / length
        return not tells <= seen, fresh + _CLOSE * near + _REPEAT * repeats + _EARLY * early


def best_snippets(
    section: Section, highlights: Sequence[Highlight], *, limit: int = 3
) -> tuple[Snippet, ...]:
    """Return the best passages of a section in reading order, its beginning if nothing matches.

    At most `limit` snippets; the lead-in of the best passage is added beyond that. Together they
    have 600 code points or less, unless the best passage alone has more. Linear in the text.
    """
    text = section.text
    blocks = section.blocks or _lines_as_blocks(text)
    if not text.strip() or not blocks:
        return ()
    found = find_highlights(text, highlights)[:_MOST_FOUND]
    reader = _Reader(text, blocks)
    tells = any(not one.highlight.is_known for one in found)
    ranges = reader.choose(found, limit) if tells else [reader.introduction()]
    marks = marks_of(text, found)
    return tuple(_snippet(text, start, end, marks) for start, end in ranges)


def _snippet(text: str, start: int, end: int, marks: Sequence[Mark]) -> Snippet:
    first = bisect_right(marks, start - 1, key=lambda mark: mark.start)
    inside = tuple(
        Mark(mark.start - start, mark.end - start, mark.kind)
        for mark in marks[first:]
        if mark.end <= end
    )
    return Snippet(text=text[start:end], start=start, marks=inside)


# --- what to quote ----------------------------------------------------------------------------


def _lines_as_blocks(text: str) -> tuple[Block, ...]:
    blocks = []
    start = 0
    for line in text.split("\n"):
        if line.strip():
            blocks.append(Block(kind="paragraph", start=start, end=start + len(line)))
        start += len(line) + 1
    return tuple(blocks)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Chooses passages of one section."""

    text: str
    blocks: Sequence[Block]

    def choose(self, found: Sequence[Found], limit: int) -> list[_Range]:
        """Choose the ranges to show for what is found."""
        passages = self._passages(found)
        covered: set[Asked] = set()
        chosen: list[_Range] = []
        best = 0.0
        # What does not fit is passed over, but not without end.
        for _ in range(min(len(passages), _TRIES * limit)):
            ranks = [passage.rank(covered, len(self.text)) for passage in passages]
            is_new, score = max(ranks)
            if chosen and (len(chosen) >= limit or not (is_new or score >= best * _WORTHWHILE)):
                break
            passage = passages.pop(ranks.index((is_new, score)))
            widened = self._merged([*chosen, *self._with_context(passage)])
            if chosen and (len(widened) > limit or _length(widened) > LONGEST_TOTAL):
                continue
            chosen, best = widened, best or score
            covered |= passage.weights.keys()
        return chosen

    def _passages(self, found: Sequence[Found]) -> list[_Passage]:
        """Cut the blocks that hold something into passages; keep those that hold something."""
        starts = [block.start for block in self.blocks]
        times = Counter(one.highlight.asked for one in found)
        in_block: dict[int, list[Found]] = {}
        for one in found:
            in_block.setdefault(max(0, bisect_right(starts, one.start) - 1), []).append(one)
        return [
            passage
            for block, inside in in_block.items()
            for passage in self._passages_of(block, inside, times)
        ]

    def _passages_of(
        self, block: int, found: Sequence[Found], times: Mapping[Asked, int]
    ) -> Iterator[_Passage]:
        ranges = self._quotable(block)
        starts = [start for start, _ in ranges]
        in_range: dict[int, list[Found]] = {}
        for one in found:
            in_range.setdefault(max(0, bisect_right(starts, one.start) - 1), []).append(one)
        for index, inside in in_range.items():
            shown = min(inside, key=lambda one: (*_standing(one, times), one.start))
            start, end = shortened(self.text, *ranges[index], match=(shown.start, shown.end))
            kept = [one for one in inside if start <= one.start and one.end <= end]
            if kept and all(one.highlight.is_known for one in kept):
                continue
            yield _Passage(
                start=start, end=end, block=block, found=tuple(kept), weights=_weights(kept, times)
            )

    def _quotable(self, index: int) -> list[_Range]:
        """Cut a block into what can be quoted: a row whole, an item whole unless it is long."""
        block = self.blocks[index]
        is_short = block.end - block.start <= LONGEST_WITH_LEAD
        if block.kind in _WHOLE_KINDS or (is_short and block.kind in _WHOLE_IF_SHORT):
            return [(block.start, block.end)]
        return sentences(self.text, block.start, block.end) or [(block.start, block.end)]

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
        before = [at for at, _ in self._quotable(passage.block) if at < passage.start]
        if not before and passage.block and self.blocks[passage.block - 1].kind == "paragraph":
            before = [at for at, _ in self._quotable(passage.block - 1)]
        near = [at for at in before[-1:] if end - at <= LONGEST_TOTAL]
        return near[0] if near else passage.start

    def _leads(self, index: int) -> list[_Range]:
        """Return the lead-ins of a block, nearest first: of a paragraph its last sentence."""
        chain = []
        lead = self.blocks[index].lead
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

    def _merged(self, ranges: Iterable[_Range]) -> list[_Range]:
        """Put ranges in order; make one of those that overlap or have only a blank between."""
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
        last, (start, end) = 0, self._quotable(0)[0]
        start, end = shortened(self.text, start, end)
        for index, piece_start, piece_end in self._pieces():
            if piece_start < end:
                continue
            most = INTRODUCTION if end - start >= SHORTEST_INTRODUCTION else LONGEST_TOTAL
            if piece_end - start > most or self.text[end:piece_start].strip():
                break
            last, end = index, piece_end
        return start, self._with_what_it_leads_to(last, start, end)

    def _pieces(self) -> Iterator[tuple[int, int, int]]:
        for index in range(len(self.blocks)):
            for start, end in self._quotable(index):
                yield index, start, end


def _length(ranges: Iterable[_Range]) -> int:
    return sum(end - start for start, end in ranges)


# --- what a passage is worth --------------------------------------------------------------------


def _standing(one: Found, times: Mapping[Asked, int]) -> tuple[bool, bool, int]:
    """Order what a passage holds: what tells most first."""
    highlight = one.highlight
    return highlight.is_known, highlight.kind != "direct", times[highlight.asked]


def _weights(found: Iterable[Found], times: Mapping[Asked, int]) -> dict[Asked, float]:
    """Weigh what is found by its best match: direct before related, a phrase before a word.

    What stands everywhere in a section says little of one sentence, as in the inverse document
    frequency (Sparck Jones 1972), here over the matches in one text.
    """
    weights: dict[Asked, float] = {}
    for one in found:
        highlight = one.highlight
        weight = 1.0 if highlight.kind == "direct" else _RELATED
        weight += _LONGER * min(len(highlight.terms) - 1, _MOST_LONGER)
        weight *= _KNOWN if highlight.is_known else 1.0 / (1.0 + log(times[highlight.asked]))
        weights[highlight.asked] = max(weight, weights.get(highlight.asked, 0.0))
    return weights
