"""Where a sentence ends.

A sentence that is cut in two can lose its *not*; two sentences that are taken for one are only
long. So a full stop ends a sentence only where nothing speaks against it: not inside a number,
after an abbreviation, an initial or the number of a list item, nor before a small letter.
"""

from __future__ import annotations

import re
from typing import Final, cast

_ASCII_SIGNS: Final = ".!?"
_SIGNS: Final = f"{_ASCII_SIGNS}…。！？"
# The look-behind lets a run of stops be tried at its first character only: linear time.
_STOPS = re.compile(rf"(?<![{_SIGNS}])([{_SIGNS}]++)([\"'”’»)\]]*+)\s*+")
_VISIBLE = re.compile(r"\S")
_WORD = re.compile(r"[^\s(\[\"'“‘/–—-]*")

LONGEST_SENTENCE: Final = 1_000
"""Code points above which a sentence is cut after all; hardly any real one is that long."""

CUT_TO: Final = 600
BEFORE_MATCH: Final = 150
"""Code points to keep of a sentence that is cut, and how many of them stand before the match."""

NEGATION = re.compile(
    r"\b(?:not|no|never|avoid(?:ed|ing)?|unless|without|except|cannot|neither|nor|stop|\w+n['’]t)\b",
    re.IGNORECASE,
)
"""Words that turn what follows them in a sentence into its opposite."""

_LOOK_BACK: Final = 48
"""Code points before a full stop that can say what it means: two long words."""

_NEVER_LAST: Final = frozenset(
    "e.g i.e eg ie cf vs viz approx ca dr mr mrs ms prof st mt rev hon gen sgt sr jr fig figs eq "
    "esp incl resp et ph".split()
)
"""Abbreviations that something always follows."""

_BEFORE_NUMBER: Final = frozenset(
    "no nos nr p pp vol ch sec sect art ref refs max min par para tab cap v ver ed al".split()
)
"""Words that are abbreviations where a number follows: no. 5, p. 3, max. 4."""

_LONGEST_ABBREVIATION: Final = max(map(len, _NEVER_LAST | _BEFORE_NUMBER))
"""Letters; the number of a list item in Roman digits has fewer."""

_LETTER_NAMES: Final = frozenset(
    "vitamin vitamins hepatitis type types group factor class grade category stage part step phase "
    "appendix figure table schedule influenza toxin amphotericin ciclosporin cyclosporin polymyxin "
    "immunoglobulin protein or and".split()
)
"""Words after which a capital letter is a name, not an initial: vitamin C, hepatitis B."""

_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_LIST_NUMBER = re.compile(r"(?:[0-9]{1,3}(?:\.[0-9]{1,2})*|[ivxIVX]{1,5}|[A-Za-z])")


def sentences(
    text: str, start: int, end: int, *, until: int | None = None
) -> list[tuple[int, int]]:
    """Return the half-open ranges of the sentences of one block, in order.

    They hold every character of `text[start:end]` that is no white space, begin and end with such
    a character, and never cross the end of a line. With `until` those that follow the sentence at
    or after that place are left out: most blocks are asked about one sentence alone.
    """
    most = end if until is None else until
    found: list[tuple[int, int]] = []
    while start < end and not (found and found[-1][1] > most):
        newline = text.find("\n", start, end)
        line_end = end if newline < 0 else newline
        found += _sentences_of_line(text, start, line_end, most)
        start = line_end + 1
    return found


def shortened(
    text: str, start: int, end: int, *, match: tuple[int, int] | None = None
) -> tuple[int, int]:
    """Return the range of a sentence, of one beyond all measure the part around a match.

    The part is made of whole words and is not longer than LONGEST_SENTENCE. It never begins after
    a negation: it takes the negation in, or begins (and maybe ends) before the match.
    """
    if end - start <= LONGEST_SENTENCE:
        return start, end
    begin, least = start, start
    if match and match[1] - start <= CUT_TO:
        least = match[1]
    elif match:
        part = _word_start(text, start, match[0])
        negation = NEGATION.search(text, start, part)
        part = negation.start() if negation else part
        if match[1] - part <= LONGEST_SENTENCE:
            begin, least = part, match[1]
    return begin, _word_end(text, least, max(least, begin + CUT_TO), end)


def _word_start(text: str, start: int, match: int) -> int:
    """Return where a word begins some way before a match, not between a number and its unit."""
    begin = text.find(" ", max(start, match - BEFORE_MATCH), match) + 1
    if not begin:
        return match
    while begin > start + 1 and text[begin - 2].isdigit():
        begin = max(start, text.rfind(" ", start, begin - 1) + 1)
    return begin


def _word_end(text: str, least: int, most: int, end: int) -> int:
    """Return where a word ends between two places, not between a number and its unit."""
    if most >= end:
        return end
    blank = text.rfind(" ", least, most + 1)
    while blank > least and text[blank - 1].isdigit():
        blank = text.rfind(" ", least, blank)
    return blank if blank > least else most


def _sentences_of_line(text: str, start: int, end: int, until: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    start = _next_visible(text, start, end)
    for at in _signs(text, start, end):
        stops = _STOPS.match(text, at, end)
        if stops is None:
            continue
        following = stops.end()
        if following < end and _ends_sentence(text, start, stops, following):
            found.append((start, stops.end(2)))
            start = following
            if stops.end(2) > until:
                return found
    if start < end:
        found.append((start, start + len(text[start:end].rstrip())))
    return found


def _signs(text: str, start: int, end: int) -> list[int]:
    """Return where signs that may end a sentence stand.

    One look-up for each is ten times faster than one regular expression for all: they are rare.
    """
    found = []
    for sign in _ASCII_SIGNS if text.isascii() else _SIGNS:
        at = text.find(sign, start, end)
        while at >= 0:
            found.append(at)
            at = text.find(sign, at + 1, end)
    found.sort()
    return found


def _next_visible(text: str, start: int, end: int) -> int:
    visible = _VISIBLE.search(text, start, end)
    return visible.start() if visible else end


def _ends_sentence(text: str, start: int, stops: re.Match[str], following: int) -> bool:
    """Decide for stops with something visible after them on the line."""
    signs, closing = stops.groups()
    if signs[-1] in "。！？":
        return True
    if following == stops.end(2):
        return False
    continues = text[following].islower()
    if "?" in signs or "!" in signs:
        # Asked "Why?" and went on: the quotation ended, the sentence did not.
        return not (closing and continues)
    if continues or signs != ".":
        return False
    return bool(closing) or not _is_abbreviation(text, start, stops.start(), following)


def _is_abbreviation(text: str, start: int, stop: int, following: int) -> bool:
    """Say whether the full stop belongs to the word or number before it."""
    before = text[max(start, stop - _LOOK_BACK) : stop]
    word = before[before.rfind(" ") + 1 :]
    # Letters alone hold nothing that a word could begin after.
    if word.isalpha():
        if len(word) > _LONGEST_ABBREVIATION:
            return False
    else:
        # It may be empty, so that it always matches.
        word = cast("re.Match[str]", _WORD.match(before[::-1])).group()[::-1]
    earlier = before[: len(before) - len(word)].rstrip()
    if (not earlier or earlier[-1] in ":;") and _LIST_NUMBER.fullmatch(word):
        return True
    folded = word.casefold()
    if folded in _NEVER_LAST or (_INITIALS.fullmatch(word) and folded not in {"a.m", "p.m"}):
        return True
    if text[following].isdigit() and folded in _BEFORE_NUMBER:
        return not earlier[-1:].isdigit()
    if len(word) == 1 and word.isupper():
        return earlier.rpartition(" ")[2].casefold() not in _LETTER_NAMES
    return False
