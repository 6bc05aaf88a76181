"""Which terms are forms of one word.

A stem is Snowball English (https://snowballstem.org/algorithms/english/stemmer.html) over the
American spelling, so that a stem stands for both spellings. Three kinds of term are their own
stem: names of medicines, because prednisone is not a form of prednisolone; terms with digits and
other signs; and short words that only look like plurals, because many are abbreviations (IBS,
ALS). Where Snowball joins words that mean different things in a leaflet (several and severe,
hepatic and hepatitis), one of them keeps apart; irregular forms join their word by a table.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from indexer.analysis.spelling import american

COMMON_STEMS: Final = Path(__file__).with_name("common_stems.txt")
"""Words and their stems; `indexer.knowledge.build_ready_tables` makes it."""

_REMEMBERED = 32_768
"""Stems; some 5 MB when all are taken."""

_TURN: Final = threading.Lock()

_LONGEST_ABBREVIATION: Final = 3
"""Letters up to which a word in -s is more often an abbreviation than a plural."""

_OWN_STEM: Final = frozenset(
    "acetate aids carbonate extremity glycolate mers sars several topical".split()
)
"""Words whose Snowball stem is that of another: acetic, aid, carbon, extreme, severe, topic."""

_FORMS: Final = {
    form: word
    for word, forms in {
        "bleed": "bled",
        "break": "broke broken",
        "child": "children",
        "drink": "drank drunk",
        "eat": "ate eaten",
        "extremity": "extremities",
        "feed": "fed",
        "feel": "felt",
        "foot": "feet",
        "forget": "forgot forgotten",
        "give": "gave given",
        "man": "men",
        "pregnant": "pregnancy pregnancies",
        "sleep": "slept",
        "swell": "swollen",
        "take": "took taken",
        "tooth": "teeth",
        "topical": "topically",
        "woman": "women",
    }.items()
    for form in (word, *forms.split())
}
"""Forms that no rule on endings finds, by the word they belong to."""

_GREEK_SINGULAR: Final = re.compile("(?<=[a-z]{3}s)is$")
"""Diagnosis, thrombosis, analysis: the plural in -ses is what Snowball stems rightly."""


class Stemmer:
    """Find the stem of a term; safe to share between threads."""

    def __init__(self, protected: frozenset[str] = frozenset()) -> None:
        """Take the folded words that are never stemmed and never the stem of another word."""
        self._protected = protected
        self._stems: dict[str, str] = {}

    def stem(self, term: str) -> str:
        """Return the stem of a folded term."""
        found = self._stems.get(term)
        if found is None:
            found = self._find(term)
            if len(self._stems) >= _REMEMBERED:
                self._stems.clear()
            self._stems[term] = found
        return found

    def _find(self, term: str) -> str:
        """Work out a stem, keeping the names of medicines to themselves."""
        if term in self._protected:
            return term
        common = _common_stems()
        spelling = term if term in common else american(term)
        for name in (spelling, spelling.removesuffix("s").removesuffix("'")):
            # Another spelling, the plural or the genitive of a name is that name.
            if name in self._protected:
                return name
        word = spelling.removesuffix("'s")
        word = _FORMS.get(word, word)
        if not has_stem(word):
            return word
        stem = common.get(word) or snowball_stem(word)
        return word if stem in self._protected else stem


@cache
def _common_stems() -> Mapping[str, str]:
    """Return what Snowball makes of words that queries are full of; spelled as Americans do.

    Snowball is slow to load and works in Python: with these at hand, most queries do without it.
    """
    lines = COMMON_STEMS.read_text(encoding="utf-8").splitlines()
    return {word: stem for word, _, stem in (line.partition(" ") for line in lines)}


@lru_cache(maxsize=_REMEMBERED)
def snowball_stem(word: str) -> str:
    """Return Snowball's stem: 60 µs in Python, so once for all stemmers of a process."""
    # Snowball's object keeps the word it works on, so threads must take turns.
    with _TURN:
        stem: str = _snowball().stemWord(_GREEK_SINGULAR.sub("es", word))
    return stem


@cache
def _snowball() -> Any:  # noqa: ANN401 - Snowball ships no types
    # Imported here because it loads the stemmers of thirty languages, and names need none.
    import snowballstemmer  # noqa: PLC0415

    return snowballstemmer.stemmer("english")


def has_stem(word: str) -> bool:
    """Say whether a word is one that Snowball's rules are made for."""
    letters = word.replace("'", "")
    if not (letters.isascii() and letters.isalpha()) or word in _OWN_STEM:
        return False
    # An inflammation is not what is inflamed: hepatitis is one disease, hepatic means any.
    if word.endswith("itis"):
        return False
    return not (word.endswith("s") and len(word) <= _LONGEST_ABBREVIATION)
