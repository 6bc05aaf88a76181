"""What a word is: one rule for the index, the query and the snippet.

A *chunk* is a run of characters without white space; no token crosses it. In a chunk, each
character is first replaced by the class it belongs to (its *shape*), and one regular expression
over the shape finds the tokens:

    number     5   0.5   .5   2,500   7.2.1   10^6   10⁶   ½   1/2
    word       a letter, then letters, digits and inner apostrophes: B12, CYP3A4, don't
    Greek      a Greek letter or word: the α of TNF-α, the β2 of β2-agonist
    micro      µ before Latin letters: µg, µmol
    percent    % and ‰

Everything else separates. Digits before letters are a number of their own (`5mg`), so a dose is
found with and without its blank; hyphens, slashes and dots between words separate, and the query
makes a phrase of what was typed together. There are no stop words: *not* and *with* carry the
meaning of a warning.

Chunks repeat, so what one holds is remembered; an unseen one costs 1 µs when it is a plain word,
else about 5 µs, a seen one 0.1 µs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, TypeAlias, TypeVar

from indexer.analysis.folding import (
    APOSTROPHES,
    GREEK_NAMES,
    SUPERSCRIPTS,
    fold,
    fold_characters,
    is_ignored,
)

_Span: TypeAlias = tuple[str, int, int]
_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text: its term, and where its surface form `text[start:end]` stands."""

    term: str
    start: int
    end: int


def tokenize(text: str) -> list[Token | None]:
    """Return the tokens of a text in order, with None where a line ends between two of them.

    The index of a token in the list is its position; a gap takes one, so that no phrase crosses
    the end of a line. Offsets count code points.
    """
    tokens: list[Token | None] = []
    line_start = 0
    for line in text.split("\n"):
        found = spans(line)
        if found and tokens:
            tokens.append(None)
        tokens += [Token(term, line_start + start, line_start + end) for term, start, end in found]
        line_start += len(line) + 1
    return tokens


def spans(line: str) -> list[tuple[str, int, int]]:
    """Return term, start and end of the tokens of one line: `tokenize` without its objects."""
    found: list[_Span] = []
    for chunk in _CHUNK.finditer(line):
        at = chunk.start()
        found += [(term, at + start, at + end) for term, start, end in _SPANS[chunk.group()]]
    return found


def occurrences(line: str, sought: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield start and end of each place of a line where terms, one or more, stand in a row."""
    first, wanted = sought[0], list(sought)
    found = spans(line) if first in _in_line(line) else []
    for index, (term, start, _) in enumerate(found):
        if term == first:
            here = found[index : index + len(wanted)]
            if [term for term, _, _ in here] == wanted:
                yield start, here[-1][2]


def terms(text: str) -> tuple[str, ...]:
    """Return the terms of a text at their positions, with "" for a gap: `tokenize`, but faster."""
    return joined(terms_by_line(text))


def terms_by_line(text: str) -> list[tuple[str, ...]]:
    """Return the terms of each line of a text; none for a line without words."""
    return [tuple(_in_line(line)) for line in text.split("\n")]


def _in_line(line: str) -> Iterator[str]:
    # One loop in C over all chunks: 0.2 µs for each, half of what Python's own takes.
    return chain.from_iterable(map(_TERMS.__getitem__, line.split()))


def joined(lines: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Return the terms of some lines in a row, with "" for the gap between two lines."""
    found: list[str] = []
    for line in lines:
        if line and found:
            found.append("")
        found += line
    return tuple(found)


# --- what a chunk holds -----------------------------------------------------------------------

_CHUNK = re.compile(r"\S+")

# Over shapes (see below). A number may begin with its point, unless the point ends something.
_SHAPED_TOKEN = re.compile(
    r"(?P<fraction>(?<![0.,/])0/00?(?![0/]|[.,]0))"
    r"|(?P<number>(?:(?<![agu0bsfn%).])\.)?0+(?:[.,]0+)*(?:\^-?0+|c?s+)?)"
    r"|a[a0b]*(?:'a[a0b]*)*"  # word
    r"|ua[a0b]*"  # micro unit
    r"|[gu][0b][a0b]*|[gu]+(?:'[gu]+)*"  # Greek letter with its number, Greek word
    r"|(?P<raised>s+)"
    r"|b+|f|n|%"
)

_EDGES = ".,;:!?()[]/-\"'"
"""ASCII characters that no word begins or ends with."""

_FRACTIONS = frozenset(
    f"{over}/{under}"
    for under, overs in {
        2: "1",
        3: "12",
        4: "13",
        5: "1234",
        6: "15",
        7: "1",
        8: "1357",
        9: "1",
        10: "1",
    }.items()
    for over in overs
)
"""The typed fractions that are one token, as their single characters are: ½ is no 2."""

_AFTER_WORDS = ".,;:!?)"

_LENGTHS = frozenset({"m", "dm", "cm", "mm", "km"})
"""What a raised digit belongs to: `m²` is one word, the ² of `daily²` is the number of a note."""


def _spans_in(chunk: str) -> tuple[_Span, ...]:
    """Find the tokens of a chunk: term, start and end in the chunk."""
    # Most chunks are a word with a sign after it or none, and need no shape.
    word = chunk[:-1] if chunk[-1:] in _AFTER_WORDS else chunk
    if word.isascii() and word.isalpha():
        return ((fold(word), 0, len(word)),)
    shape = chunk.translate(_SHAPES)
    if _IGNORED in shape:
        return _spans_around_ignored(chunk, shape)
    spans: list[_Span] = []
    for match in _SHAPED_TOKEN.finditer(shape):
        start, end = match.span()
        if match.lastgroup == "raised" and _is_length_before(spans, start):
            _, start, _ = spans.pop()
        if match.lastgroup in {"fraction", "number"}:
            spans += _number_spans(chunk, start, end)
        else:
            spans.append((fold(chunk[start:end]), start, end))
    return tuple(spans)


def _terms_in(chunk: str) -> tuple[str, ...]:
    bare = chunk.strip(_EDGES)
    if bare.isalpha() and bare.isascii():
        # A plain word, as four chunks in five are: three times as fast as what follows.
        return (fold(bare),)
    return tuple(term for term, _, _ in _spans_in(chunk))


def _spans_around_ignored(chunk: str, shape: str) -> tuple[_Span, ...]:
    """Find tokens as if what is ignored were not there; each takes in what follows it."""
    kept = [index for index, one in enumerate(shape) if one != _IGNORED]
    spans = _spans_in("".join(chunk[index] for index in kept))
    kept.append(len(chunk))
    return tuple((term, kept[start], kept[end]) for term, start, end in spans)


def _is_length_before(spans: list[_Span], start: int) -> bool:
    return bool(spans) and spans[-1][2] == start and spans[-1][0] in _LENGTHS


def _number_spans(chunk: str, start: int, end: int) -> list[_Span]:
    """Take a run of digits, points and commas as one number, or as the list it is."""
    term = fold(chunk[start:end])
    if "/" in term:
        separators = "" if term in _FRACTIONS else "/⁄∕"
    else:
        separators = "," if "," in term else ""
    if not separators:
        return [(term, start, end)]
    parts = re.finditer(f"[^{separators}]+", chunk[start:end])
    return [(fold(part.group()), start + part.start(), start + part.end()) for part in parts]


# --- shapes -----------------------------------------------------------------------------------

_LETTER, _GREEK, _MU, _DIGIT = "a", "g", "u", "0"
_LOWERED, _RAISED, _CHARGE, _FRACTION, _ENCLOSED = "b", "s", "c", "f", "n"
_CLOSING, _IGNORED, _OTHER = ")", "_", " "

# Characters that have a part in the rules as themselves.
_OWN_SHAPE: Final = {
    **dict.fromkeys("µμ", _MU),
    **dict.fromkeys(APOSTROPHES, "'"),
    **dict.fromkeys("%‰٪﹪％", "%"),
    **dict.fromkeys("/⁄∕", "/"),
    **dict.fromkeys("-\u2212\u2010\u2011", "-"),
    **dict.fromkeys(")]}", _CLOSING),
    **dict.fromkeys(SUPERSCRIPTS, _RAISED),
    **dict.fromkeys("⁺⁻", _CHARGE),
    **dict.fromkeys("₀₁₂₃₄₅₆₇₈₉", _LOWERED),
    **{character: character for character in ".,^"},
}

_SQUARED_UNITS = range(0x3371, 0x33E0)
"""Units that East Asian fonts set in one square: ㎎ is one character and the word `mg`."""


class _Shapes(dict[int, str]):
    """A table for `str.translate`: the class of each character, worked out when it occurs."""

    def __missing__(self, code: int) -> str:
        """Name the class of a character by one ASCII character."""
        shape = self[code] = _shape(chr(code))
        return shape


def _shape(character: str) -> str:
    if character in _OWN_SHAPE:
        return _OWN_SHAPE[character]
    folded = fold_characters(character)
    if is_ignored(character) or not folded:
        return _IGNORED
    squared = ord(character) in _SQUARED_UNITS and folded.isalnum()
    if not (character.isalnum() or squared):
        return _OTHER
    if unicodedata.decimal(character, None) is not None:
        return _DIGIT
    if unicodedata.category(character) == "No":
        return _shape_of_numeral(folded)
    return _GREEK if folded in GREEK_NAMES else _LETTER


def _shape_of_numeral(folded: str) -> str:
    """Tell ½ and ① from the numerals of other scripts, which are words."""
    if folded in _FRACTIONS:
        return _FRACTION
    if folded.isascii():
        return _ENCLOSED if folded.isdigit() else _OTHER
    return _LETTER


_SHAPES: Final = _Shapes()


# --- what is remembered -----------------------------------------------------------------------

_REMEMBERED = 32_768
"""Chunks; some 10 MB when all are taken. The leaflets of 250 medicines hold fewer, and with half as
many, finding their terms takes a third longer."""

_LONGEST_REMEMBERED = 80
"""Code points of a chunk worth remembering; longer ones hardly repeat."""


class _Memory(dict[str, _Found]):
    """What was found in each chunk. A full memory starts anew: cheaper than keeping order."""

    def __init__(self, find: Callable[[str], _Found]) -> None:
        """Take the function whose results are remembered."""
        super().__init__()
        self._find = find

    def __missing__(self, chunk: str) -> _Found:
        """Analyse a chunk that was not seen before."""
        found = self._find(chunk)
        if len(chunk) <= _LONGEST_REMEMBERED:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[chunk] = found
        return found


_SPANS: Final = _Memory(_spans_in)
_TERMS: Final = _Memory(_terms_in)

word_spans: Final = _SPANS.__getitem__
"""Return the `spans` of what stands between two blanks of a line."""
