"""How hard a text is to read: the Flesch-Kincaid grade.

The grade is that of a school in the United States whose pupils can read the text: 8 reads easily
for most people, 12 needs a finished school, 16 a university. It counts words, sentences and
syllables, no more, and holds for English alone. (Kincaid, Fishburne, Rogers and Chissom 1975,
*Derivation of new readability formulas for Navy enlisted personnel*, Research Branch Report 8-75.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from indexer.analysis.sentences import sentences

FEWEST_WORDS = 100
"""Words below which a grade says nothing: the formula was made for passages of 150 and more."""
MOST_CHARACTERS = 60_000
"""Code points that are looked at; the grade of more hardly differs."""

_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
_VOWELS = re.compile(r"[aeiouy]+")
# A final e is silent, but in "-le" after a consonant; so is that of "-ed", but after t and d.
_SILENT = re.compile(r"(?:[^aeiouyl]|[aeiouy]l)es?$|[^aeiouytd]ed$")


def reading_grade(texts: Iterable[str]) -> float | None:
    """Return the Flesch-Kincaid grade of some texts together, None for too few words.

    Grade = 0.39 words/sentence + 11.8 syllables/word - 15.59. Items of lists count as sentences.
    """
    words = syllables = ends = left = 0
    left = MOST_CHARACTERS
    for text in texts:
        part = text[:left]
        left -= len(part)
        for start, end in sentences(part, 0, len(part)):
            counted = [syllables_of(word) for word in _WORD.findall(part, start, end)]
            if counted:
                words, syllables, ends = words + len(counted), syllables + sum(counted), ends + 1
        if left <= 0:
            break
    if words < FEWEST_WORDS:
        return None
    return round(0.39 * words / ends + 11.8 * syllables / words - 15.59, 1)


def syllables_of(word: str) -> int:
    """Return about how many syllables an English word has, at least one."""
    lower = word.lower()
    return max(len(_VOWELS.findall(lower)) - bool(_SILENT.search(lower)), 1)
