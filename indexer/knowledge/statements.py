"""Sentences in which a page says what its medicine contains.

    Jayempi 10 mg/ml oral suspension contains the active substance azathioprine.
    The active substances are amlodipine and valsartan.
    Procoralan (ivabradine) is a heart medicine.

What follows the words of such a statement must begin with an ingredient that is known; further
ingredients count as long as nothing but commas and *and* stands between them. A statement that
announces a number of substances must name as many. Several ingredients make a combination, which
is another medicine than each of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from indexer.analysis.tokens import terms as analysed
from indexer.analysis.tokens import tokenize
from indexer.knowledge.drugs import COMBINATION, DrugKnowledge
from indexer.model import Article

LEAD_LINES = 12
"""Lines from the top of the article in which "X contains Y" may stand."""

_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5}

# "contains the active substance azathioprine", "the active ingredients in it are X and Y"
_ACTIVE = re.compile(
    r"\bactive (?:substance|ingredient|component|principle)(?P<plural>s)?\b"
    r"(?: (?:in|of) [^.:;]{1,60}?)?"
    r"(?P<verb>\s*(?:is|are|called|:|,|\(|known as|which is|which are|of)\b|)"
    r"[\s:,(]*(?P<rest>[^\n]{1,200})",
    re.IGNORECASE,
)
_COUNT_BEFORE = re.compile(r"\b(two|three|four|five)\s+(?:different\s+)?$", re.IGNORECASE)

# What may stand between "contains" and the ingredient, and between ingredients.
_BEFORE_NAME = frozenset({"the", "an", "a", "called", "as", "both", "named", "is", "are"})
_BETWEEN_NAMES = frozenset({"and", "the", "plus"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a page says its medicine contains."""

    key: str
    brand: str | None
    """The title's name as the page writes it; None when the title names the ingredient itself."""
    place: str
    """`lead` or `body`."""


def find_statement(
    article: Article, title_name: Sequence[str], knowledge: DrugKnowledge
) -> Statement | None:
    """Find what a page says its medicine contains; None when it does not say so plainly.

    `title_name` holds the terms of the title that may be a name no list knows.
    """
    lines = [line for section in article.sections for line in section.text.split("\n") if line]
    for place, text in (("lead", lines[:LEAD_LINES]), ("body", lines[LEAD_LINES:])):
        for line in text:
            key = _active_substance(line, knowledge)
            if key is not None:
                brand = _written(title_name, lines, key)
                return Statement(key=key, brand=brand, place=place)
    return None


def _active_substance(line: str, knowledge: DrugKnowledge) -> str | None:
    for match in _ACTIVE.finditer(line):
        count = _COUNT_BEFORE.search(line[: match.start()])
        names = _leading_names(match["rest"], knowledge)
        wanted = _COUNTS[count[1].lower()] if count else 0
        if not names or (wanted and len(names) != wanted):
            continue
        return COMBINATION.join(sorted(names))
    return None


def _leading_names(text: str, knowledge: DrugKnowledge) -> frozenset[str]:
    """Return the keys of the ingredients that a text begins with."""
    words = analysed(text.split("\n", maxsplit=1)[0])
    keys: list[str] = []
    position = 0
    for span in knowledge.find(words):
        between = words[position : span.start]
        allowed = _BETWEEN_NAMES if keys else _BEFORE_NAME
        if span.drug.role != "ingredient" or not allowed.issuperset(between):
            break
        keys += span.drug.key.split(COMBINATION)
        position = span.end
    return frozenset(keys)


def _written(title_name: Sequence[str], lines: Iterable[str], key: str) -> str | None:
    """Return the title's name as the page's text writes it, None when it never does.

    A title that shortens its ingredient ("zoledronic") names no brand.
    """
    if not title_name or set(title_name) <= set(analysed(key)):
        return None
    size = len(title_name)
    for line in islice(lines, LEAD_LINES * 4):
        tokens = [token for token in tokenize(line) if token is not None]
        for start in range(len(tokens) - size + 1):
            part = tokens[start : start + size]
            if [token.term for token in part] == list(title_name):
                return line[part[0].start : part[-1].end]
    return None
