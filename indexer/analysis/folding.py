"""Which spellings of a word are one term: case, accents, width, digits, micro signs.

A term is what the index stores for a word. Folding never changes what a number says: `0.5`, `.5`
and `0,5` are one term, `5` is another.

Micro units have one canonical form each: micrograms are `mcg` (the form that cannot be misread
as `mg`), every other micro unit is written with `u`: `ul`, `umol`, `um`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

LONGEST_TERM = 64
"""Code points of a term; longer words are cut. No medicine's name comes near it."""

APOSTROPHES = "'\u2018\u2019\u02bc\uff07"
"""What is typed for an apostrophe."""

SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
"""Raised digits: an exponent after a number, a dimension or the number of a note after a word."""

GREEK_NAMES = dict(
    zip(
        "αβγδεζηθικλμνξοπρστυφχψω",
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho "
        "sigma tau upsilon phi chi psi omega".split(),
        strict=True,
    )
)
"""The name of each Greek letter, as it is written where the letter cannot be typed."""

# Letters that Unicode does not decompose although they are one letter with a stroke, or two.
_UNDECOMPOSED = {
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ħ": "h",
    "ı": "i",
    "ŧ": "t",
    "⁄": "/",
    "∕": "/",
    "٪": "%",
    "\u2010": "-",
    "\u2212": "-",
    **dict.fromkeys(APOSTROPHES, "'"),
}

_SAME_WORD = {
    "percent": "%",
    "ug": "mcg",
    "mcl": "ul",
    "mcmol": "umol",
}

_WRITTEN_AS: Final = {
    canonical: (canonical, *(word for word, same in _SAME_WORD.items() if same == canonical))
    for canonical in _SAME_WORD.values()
}

# Marks and characters without width: they shape or hyphenate a word and are no part of it.
_IGNORED_CATEGORIES = frozenset({"Mn", "Mc", "Me", "Cf"})

_EXPONENT = re.compile(rf"(?<=\d)[⁺⁻]?[{SUPERSCRIPTS}]+")
_FRACTION_AFTER_DIGIT = re.compile(r"(?<=\d)(?=[¼½¾⅐-⅞↉])")
_NUMBER = re.compile(r"\.?[0-9]+(?:[.,][0-9]+)*")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_THOUSANDS_BY_DOT = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+,[0-9]+")
_DECIMAL_COMMA = re.compile(r"[0-9]+,[0-9]+")
_WHOLE = re.compile(r"([0-9]+)\.0+")
_IDLE_ZEROS = re.compile(r"([0-9]+\.[0-9]*[1-9])0+")
_GROUPED = 4
"""Digits from which a number may be written in groups."""
_MICRO = re.compile("μ(?=[a-z])")
_GREEK_LETTER = re.compile("([α-ρσ-ω])((?:[0-9].*)?)", re.DOTALL)


def is_ignored(character: str) -> bool:
    """Say whether a character has no meaning inside a word: a mark, a soft hyphen, no width."""
    return unicodedata.category(character) in _IGNORED_CATEGORIES


class _CharacterFolding(dict[int, str]):
    """A table for `str.translate` that works out each code point when it first occurs."""

    def __missing__(self, code: int) -> str:
        """Fold one character until nothing changes, so that folding twice is folding once."""
        folded = chr(code)
        while (further := "".join(map(_fold_character, folded))) != folded:
            folded = further
        self[code] = folded
        return folded


def _fold_character(character: str) -> str:
    if character in _UNDECOMPOSED:
        return _UNDECOMPOSED[character]
    decimal = unicodedata.decimal(character, None)
    if decimal is not None:
        return str(decimal)
    parts = unicodedata.normalize("NFKD", character.casefold())
    # A few signs decompose into a blank and a mark; a term holds no blank.
    kept = "".join(part for part in parts if not is_ignored(part) and not part.isspace())
    return character if character.isspace() else kept


_CHARACTERS = _CharacterFolding()


def fold_characters(text: str) -> str:
    """Fold case, accents, ligatures, width and digits of each character; keep white space."""
    return text.lower() if text.isascii() else text.translate(_CHARACTERS)


def fold(word: str) -> str:
    """Return the term that a word is searched and indexed by.

    Folding is idempotent. It expects one word as `indexer.analysis.tokens` finds it; of any other
    string it folds the characters. Empty only for a string of nothing but marks and apostrophes.
    """
    if word.isascii() and word.isalpha():  # nearly every word, for which no other rule is made
        term = word.lower()
        return _SAME_WORD.get(term, term)[:LONGEST_TERM]
    term = word
    if not word.isascii():
        # What is ignored goes first, so that it cannot part a number from its exponent.
        term = "".join(character for character in word if not is_ignored(character))
        term = _EXPONENT.sub(_caret, _FRACTION_AFTER_DIGIT.sub(" ", term))
    term = fold_characters(term)
    # Cutting a long word can give it a new ending, so the rules run until nothing changes.
    while (further := _fold_word(term)) != term:
        term = further
    return term


@lru_cache(maxsize=4_096)
def traces(term: str) -> tuple[bytes, ...]:
    """Return bytes one of which stands in any word of ASCII, in lower case, that is a term.

    They rule words out without folding them. Most terms are written as they are; of a number only
    digits in a row are sure to be, since `2,500`, `.5` and `5.0` are 2500, 0.5 and 5. None for a
    term that no word of ASCII is.
    """
    if not term.isascii():
        return ()
    if not term[:1].isdigit():
        return tuple(word.encode() for word in _WRITTEN_AS.get(term, (term,)))
    whole, _, decimals = term.partition("^")[0].partition(".")
    if whole == "0" and decimals:
        return (decimals.encode(),)
    return (whole.encode() if len(whole) < _GROUPED else whole[:1].encode(),)


def _caret(superscript: re.Match[str]) -> str:
    """Write an exponent as it is typed on a keyboard: `10⁶` is `10^6`."""
    digits = fold_characters(superscript.group()).replace("+", "")
    return f"^{digits}"


def _fold_word(term: str) -> str:
    """Apply the rules for whole words once."""
    term = term.strip("'")
    number, caret, exponent = term.partition("^")
    if _NUMBER.fullmatch(number):
        term = _fold_number(number) + caret + exponent
    elif not term.isascii():
        term = _MICRO.sub("u", term, count=1) if term.startswith("μ") else term
        if letter := _GREEK_LETTER.fullmatch(term):
            term = GREEK_NAMES[letter[1]] + letter[2]
    return _SAME_WORD.get(term, term)[:LONGEST_TERM]


def _fold_number(number: str) -> str:
    """Write a number without grouping, with a decimal point and without idle zeros: 0.50, 5.0."""
    if number.startswith("."):
        number = f"0{number}"
    if _THOUSANDS.fullmatch(number):
        number = number.replace(",", "")
    elif _THOUSANDS_BY_DOT.fullmatch(number):
        number = number.replace(".", "").replace(",", ".")
    elif _DECIMAL_COMMA.fullmatch(number):
        number = number.replace(",", ".")
    idle = _WHOLE.fullmatch(number) or _IDLE_ZEROS.fullmatch(number)
    return idle[1] if idle else number
