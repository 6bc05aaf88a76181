"""Distinct queries as people might type them: names, names with aspects, questions, phrases."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from benchmarks.pairs import Pair

WORDS, PHRASES, PREFIXES = 500, 50, 50
"""Queries of each kind."""

ASPECTS = (
    "side effects,dosage,dosage children,overdose,interactions,pregnancy,liver,kidney disease,"
    "alcohol,missed dose,storage,warning,uses,blood pressure,long term use,withdrawal,"
    "allergic reaction,brand names,rash,weight gain"
).split(",")
CONDITION_ASPECTS = ("symptoms", "treatment", "causes", "diagnosis")

# Shares of the queries, added up: a medicine and an aspect, a medicine, a question's words, a
# condition and an aspect.
WITH_ASPECT, NAME_ALONE, QUESTION = 0.45, 0.6, 0.9
SHORTENED = 0.5
"""Share of the questions of which only the first words are asked."""
MOST_WORDS = 5
SHORTEST_IN_PHRASE = 3
PHRASE_WORDS = (2, 2, 3)
PREFIX_LETTERS = (3, 4, 4, 5)

TERM = re.compile(r"[A-Za-z][A-Za-z0-9]+")
LETTERS = re.compile(r"[A-Za-z]+")
LEFT_OUT = frozenset(
    "a an and are as at be by can do does for from have how i if in is it its may not of on or"
    " should so some tbd that the their they this to us used we what when where which who why will"
    " with yet you your other".split()
)
"""Words that say nothing of what is asked; a peer that does not index them is asked none."""


def queries_of(pairs: Sequence[Pair], chance: random.Random) -> dict[str, list[str]]:
    """Return the queries: words, phrases and beginnings of words, by their names in the file.

    They are plain words in lower case, so that no engine's syntax sees an operator in them.
    """
    names = list(dict.fromkeys(pair.focus for pair in pairs if pair.is_about_medicine))
    answered = [pair for pair in pairs if pair.answer]
    return {
        "q": _distinct(_words(pairs, names, answered, chance), WORDS),
        "phrase": _distinct(_phrases(answered, chance), PHRASES),
        "prefix": _distinct(_prefixes(answered, chance), PREFIXES),
    }


TRIES = 40
"""Draws for each query that is wanted: a small collection has no more distinct ones."""


def _distinct(drawn: Iterator[str], wanted: int) -> list[str]:
    found: dict[str, None] = {}
    for text, _ in zip(drawn, range(wanted * TRIES), strict=False):
        if text:
            found[text] = None
        if len(found) == wanted:
            break
    return list(found)


def _words(
    pairs: Sequence[Pair], names: Sequence[str], answered: Sequence[Pair], chance: random.Random
) -> Iterator[str]:
    while True:
        share = chance.random()
        if share < WITH_ASPECT:
            terms = _terms(f"{chance.choice(names)} {chance.choice(ASPECTS)}")
        elif share < NAME_ALONE:
            terms = _terms(chance.choice(names))
        elif share < QUESTION:
            terms = _terms(chance.choice(pairs).question)
            if terms and chance.random() < SHORTENED:
                terms = terms[: chance.randint(1, len(terms))]
        else:
            terms = _terms(f"{chance.choice(answered).focus} {chance.choice(CONDITION_ASPECTS)}")
        start = chance.randrange(max(1, len(terms) - MOST_WORDS + 1))
        yield " ".join(terms[start : start + MOST_WORDS])


def _phrases(answered: Sequence[Pair], chance: random.Random) -> Iterator[str]:
    while True:
        words = LETTERS.findall(chance.choice(answered).answer.lower())
        length = chance.choice(PHRASE_WORDS)
        start = chance.randrange(max(1, len(words) - length + 1))
        phrase = words[start : start + length]
        is_plain = all(word not in LEFT_OUT and len(word) >= SHORTEST_IN_PHRASE for word in phrase)
        yield " ".join(phrase) if is_plain and len(phrase) == length else ""


def _prefixes(answered: Sequence[Pair], chance: random.Random) -> Iterator[str]:
    while True:
        words = _terms(chance.choice(answered).answer)
        word = chance.choice(words) if words else ""
        letters = chance.choice(PREFIX_LETTERS)
        yield word[:letters] if len(word) >= letters else ""


def _terms(text: str) -> list[str]:
    """Return the words of a text that say something, each once."""
    found = (word for word in TERM.findall(text.lower()) if word not in LEFT_OUT)
    return list(dict.fromkeys(found))
