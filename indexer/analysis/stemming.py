"""Which terms are forms of one word.

A stem is Snowball English (https://snowballstem.org/algorithms/english/stemmer.html) over the
American spelling, so that a stem stands for both spellings. Three kinds of term are their own
stem: names of medicines, because prednisone is not a form of prednisolone; terms with digits and
other signs; and short words that only look like plurals, because many are abbreviations (IBS,
ALS). Where Snowball joins words that mean different things in a leaflet (several and severe), the
rarer of them keeps apart.
"""

from __future__ import annotations

import threading
from typing import Final

import snowballstemmer

from indexer.analysis.spelling import american

_REMEMBERED = 65_536
"""Stems; some 10 MB when all are taken."""

_LONGEST_ABBREVIATION: Final = 3
"""Letters up to which a word in -s is more often an abbreviation than a plural."""

_OWN_STEM: Final = frozenset({"aids", "mers", "sars", "several"})


class Stemmer:
    """Find the stem of a term; safe to share between threads."""

    def __init__(self, protected: frozenset[str] = frozenset()) -> None:
        """Take the folded words that are never stemmed and never the stem of another word."""
        self._protected = protected
        self._stems: dict[str, str] = {}
        # Snowball's object keeps the word it works on, so threads must take turns.
        self._lock = threading.Lock()
        self._snowball = snowballstemmer.stemmer("english")

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
        spelling = american(term)
        for name in (spelling, spelling.removesuffix("s").removesuffix("'")):
            # Another spelling, the plural or the genitive of a name is that name.
            if name in self._protected:
                return name
        if not _has_stem(spelling):
            return spelling
        with self._lock:
            stem: str = self._snowball.stemWord(spelling)
        return spelling if stem in self._protected else stem


def _has_stem(spelling: str) -> bool:
    """Say whether a word is one that Snowball's rules are made for."""
    letters = spelling.replace("'", "")
    if not (letters.isascii() and letters.isalpha()) or spelling in _OWN_STEM:
        return False
    return not (spelling.endswith("s") and len(spelling) <= _LONGEST_ABBREVIATION)
