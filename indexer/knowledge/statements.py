"""Sentences in which a page says what its medicine contains.

    Jayempi 10 mg/ml oral suspension contains the active substance azathioprine.
    The active substances are amlodipine (as amlodipine besilate) and valsartan.
    Procoralan (ivabradine) is a heart medicine.
    Enyglid is an oral antidiabetic medicine containing repaglinide.

The first form names the medicine by its own words; the others count only where the name that the
title gives is their subject. What follows must begin with an ingredient that is known; further
ingredients count as long as nothing but salts, doses, brackets, commas and *and* stands between
them. A statement that announces several substances must name as many. Several ingredients make a
combination, which is another medicine than each of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.analysis.tokens import occurrences
from indexer.analysis.tokens import terms as analysed
from indexer.analysis.units import is_unit
from indexer.knowledge.drugs import COMBINATION, DrugKnowledge
from indexer.knowledge.salts import SALTS
from indexer.model import Article

LEAD_LINES = 24
"""Lines from the top of the article, headings among them, in which a statement is its lead."""

_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5}
_SEVERAL = 2

_ACTIVE = re.compile(
    r"\bactive\s+(?:substance|ingredient|component|principle)(?P<plural>s)?\b"
    r"(?:\s+(?:in|of)\s+[^.:;\n]{1,80}?(?=\s(?:is|are)\b|:))?"
    r"(?:\s*(?:is|are|called|known as|which (?:is|are)))?",
    re.IGNORECASE,
)
_COUNT_BEFORE = re.compile(r"\b(two|three|four|five)(?:\s+different)?\s+$", re.IGNORECASE)
# "contains sevelamer carbonate as the active substance"
_AS_ACTIVE = re.compile(
    r"\bcontain(?:s|ing)?\s+(?P<rest>[^.\n]{1,80}?)\s+as\s+(?:the|its|an)\s+active", re.IGNORECASE
)
_CONTAINS = re.compile(
    r"\s*(?P<between>(?:[^\s.;:()]+\s+){0,9}?)contain(?:s|ing)?\s+(?:an?|the|as)?\s*"
    r"(?:(?P<count>two|three|four|five)\s+)?"
    r"(?:(?:(?:[a-z-]+\s+){0,2}(?:medicines?|ingredients?|medications?|drugs?)|substances?)"
    r"\s+called\s+)?",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w")
_BRACKET = re.compile(r"\s*\(\s*")
_OTHER_MEDICINE = re.compile(r"\b(?:with|not|other|another|if|that also|any)\b", re.IGNORECASE)

_BEFORE_NAME = frozenset({"the", "an", "a", "called", "as", "both", "named", "is", "are", "l"})
# "Epoetin beta" is another medicine than the epoetin that a list may know.
_VARIANTS = frozenset(
    "alfa alpha beta gamma delta epsilon zeta theta omega pegol vedotin emtansine".split()
)
_AFTER_LIST = frozenset(
    "is are it they which belongs belong works work helps help has have can may was and".split()
)
_BETWEEN_NAMES = frozenset({"and", "the", "plus", "as", "in", "form", "of", "equivalent", "to"})


LONGEST_LINE = 4_000
"""Code points of a line that are read: bounds the work where a name is repeated without end. Of
502 real leaflets six lines are longer, and what they state stands at the beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a page says its medicine contains."""

    key: str
    brand: str | None
    """The title's name as the page writes it; None when the title names the ingredient itself."""
    place: str
    """`lead` or `body`."""


def find_statement(
    article: Article, name: Sequence[str], knowledge: DrugKnowledge
) -> Statement | None:
    """Find what a page says its medicine contains; None when it does not say so plainly.

    `name` holds the terms of the title that may be a name no list knows. Without one, a statement
    counts in the lead alone: further down a page may speak of another medicine.
    """
    lines = _lines(article)
    written = _written(name, _lines(article, with_headings=False))
    for place, part in (("lead", lines[:LEAD_LINES]), ("body", lines[LEAD_LINES:])):
        if written is None and place == "body":
            return None
        for key in _stated(part, written, knowledge, with_brackets=place == "lead"):
            return Statement(key=key, brand=_if_brand(written, key), place=place)
    return None


def find_combination(
    article: Article, name: Sequence[str], key: str, knowledge: DrugKnowledge
) -> Statement | None:
    """Find whether a page says that a known name stands for a combination with more ingredients.

    "Exforge HCT tablets contain three substances" on a page entitled Exforge; "Amlodipine/Valsartan
    contains two active substances" on a page entitled Amlodipine. Only a statement in the lead
    that begins with the name counts; a page never makes a known name another medicine's.
    """
    lines = _lines(article)
    written = _written(name, _lines(article, with_headings=False))
    if written is None:
        return None
    parts = set(key.split(COMBINATION))
    for line in lines[:LEAD_LINES]:
        for start, _ in _places_of(written, line):
            sentence = line[start:].partition(". ")[0]
            stated = (
                *_active_substances(sentence, (), knowledge),
                *_said_of(written, sentence, knowledge),
            )
            for found in stated:
                if parts < set(found.split(COMBINATION)):
                    return Statement(key=found, brand=written, place="lead")
    return None


def _lines(article: Article, *, with_headings: bool = True) -> list[str]:
    """Return the lines of an article; some pages mark up list items as headings."""
    return [
        line[:LONGEST_LINE]
        for section in article.sections
        for line in (section.heading if with_headings else "", *section.text.split("\n"))
        if line and line != article.title
    ]


def _stated(
    lines: Sequence[str], name: str | None, knowledge: DrugKnowledge, *, with_brackets: bool
) -> Iterator[str]:
    """Yield the keys of what lines say that the medicine contains, the plainest first."""
    for at, line in enumerate(lines):
        yield from _active_substances(line, lines[at + 1 : at + 6], knowledge)
    if with_brackets and name is not None:
        for line in lines:
            yield from _said_of(name, line, knowledge)


def _places_of(name: str, line: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each place of a line where a name stands as a word of its own."""
    end = 0
    while (start := line.find(name, end)) >= 0:
        end = start + len(name)
        if _WORD.match(line[start - 1 : start]) or _WORD.match(line, end):
            end = start + 1
        else:
            yield start, end


def _active_substances(
    line: str, following: Sequence[str], knowledge: DrugKnowledge
) -> Iterator[str]:
    """Yield the keys of what a line calls an active substance."""
    if "act" not in line.lower():
        return  # nine lines in ten; the patterns take ten times as long to tell
    for match in _AS_ACTIVE.finditer(line):
        yield from _key(match["rest"], knowledge, least=1)
    for match in _ACTIVE.finditer(line):
        count = _COUNT_BEFORE.search(line[: match.start()])
        least = _COUNTS[count[1].lower()] if count else _SEVERAL if match["plural"] else 1
        # A list of the substances stands in the lines that follow.
        listed = " , ".join(item for item in following if item.startswith("•"))
        rest = line[match.end() :].strip(" :") or listed
        yield from _key(rest, knowledge, least=least, exactly=count is not None)


def _said_of(brand: str, line: str, knowledge: DrugKnowledge) -> Iterator[str]:
    """Yield the keys of what a line says of a brand: "X (Y) is", "X is a medicine containing Y"."""
    for _, end in _places_of(brand, line):
        rest = line[end:]
        if bracket := _BRACKET.match(rest):
            yield from _key(rest[bracket.end() :].partition(")")[0], knowledge, least=1)
        contains = _CONTAINS.match(rest)
        if contains and not _OTHER_MEDICINE.search(contains["between"]):
            count = contains["count"]
            least = _COUNTS[count.lower()] if count else 1
            yield from _key(
                rest[contains.end() :], knowledge, least=least, exactly=count is not None
            )


def _key(
    text: str, knowledge: DrugKnowledge, *, least: int, exactly: bool = False
) -> Iterator[str]:
    """Yield the key of the ingredients that a text begins with, if they are as many as said."""
    names = _leading_names(text, knowledge)
    if len(names) >= least and (len(names) == least or not exactly):
        yield COMBINATION.join(sorted(names))


def _leading_names(text: str, knowledge: DrugKnowledge) -> frozenset[str]:
    """Return the keys of the ingredients that a text begins with."""
    words = analysed(text.partition(". ")[0])
    keys: set[str] = set()
    position = 0
    for span in knowledge.find(words):
        between = words[position : span.start]
        if span.drug.role != "ingredient" or not all(
            word in _BETWEEN_NAMES or _is_form(word) if keys else word in _BEFORE_NAME
            for word in between
        ):
            break
        keys.update(span.drug.key.split(COMBINATION))
        position = span.end
    following = words[position : position + 2]
    if following and (following[0] in _VARIANTS or _goes_on(following, several=len(keys) > 1)):
        return frozenset()
    return frozenset(keys)


def _goes_on(following: Sequence[str], *, several: bool) -> bool:
    """Say whether "X, Y and" goes on with a name that is not known: then the list is not whole."""
    return several and following[0] == "and" and following[-1] not in _AFTER_LIST


def _is_form(word: str) -> bool:
    """Say whether a word belongs to the name before it: a salt or an amount."""
    return word in SALTS or word[:1].isdigit() or is_unit(word)


def _if_brand(name: str | None, key: str) -> str | None:
    """Return a name unless it only shortens its ingredient ("zoledronic")."""
    if name is None or set(analysed(name)) <= set(analysed(key)):
        return None
    return name


def _written(title_name: Sequence[str], lines: Sequence[str]) -> str | None:
    """Return the title's name as the page's text first writes it, None when it never does."""
    for line in lines if title_name else ():
        for start, end in occurrences(line, title_name):
            return line[start:end]
    return None
