"""Brands that a page puts before the name of what is in them: "Evrysdi (risdiplam)".

    Evrysdi (risdiplam)                        Evrysdi is a brand of risdiplam
    Yaz (drospirenone and ethinyl estradiol)   of a combination that the lists know
    ENHERTU (fam-trastuzumab deruxtecan-nxki)  of an ingredient that no list knows

The title says it, or the text does of the name that the title gives. A form alone proves nothing
("Imuran (a guide)", "Gout (allopurinol)"), so the page has to use the brand as a name, with a
capital nearly everywhere it stands and inside of sentences. An ingredient that no list knows must
be used by the page as well, and the page must tell of a medicine in several sections (dosage, side
effects and the like); what is listed among the words in the brackets is then not what the page is
about: trastuzumab deruxtecan is another medicine than trastuzumab.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.analysis.tokens import occurrences
from indexer.analysis.tokens import terms as analysed
from indexer.knowledge.drugs import COMBINATION, DrugKnowledge
from indexer.knowledge.salts import SALTS
from indexer.knowledge.sections import find_intent
from indexer.knowledge.synonyms import find_synonyms
from indexer.model import Article

LEAST_USED = 2
"""Places of the text that have a name which the page teaches."""

LEAST_TOLD = 3
"""Kinds of sections about medicines that a page on an unlisted ingredient has."""

CAPITAL_SHARE = 0.9
"""Of the places where a name stands, those where it has a capital."""

MOST_WORDS = 3
"""Words of a brand."""

MOST_INGREDIENT_WORDS = 6

_TITLE = re.compile(r"\s*(?P<brand>[^()\s][^()]{1,59}?)[®™\s]*\((?P<inside>[^()]{3,80})\)")
_INSIDE = r"[®™]?\s*\((?P<inside>[a-z][^()\n]{2,80})\)"
_NAME = re.compile(r"[a-z][a-z0-9]*(?:[ -][a-z0-9]+)*(?:(?:, (?:and )?| and |/)[a-z][a-z0-9 -]*)*")
_PARTS = re.compile(r", and |, | and |/")
# FDA's distinguishing suffix of biological products: four letters without meaning.
_PREFIX = re.compile(r"(?:fam|ado|ziv)-")
_SUFFIX = re.compile(r"(.+)-[a-z]{4}")

_NO_INGREDIENT = frozenset(
    "a about adults all an article book by children drug effects facts for from guide how in "
    "information injection is it kit leaflet medication medicine medicines of on or oral our "
    "overview part review see side solution summary tablet tablets the to uses what with your "
    "pdf page brand generic capsules capsule cream gel patch spray vaccine".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracketed:
    """A brand, and the ingredient that stands in brackets after it."""

    brand: str
    """As the page writes it."""
    key: str
    ingredient: str
    """As the page writes it, in lower case."""
    place: str
    """`title` or `body`."""
    is_listed: bool
    """Whether the lists know the ingredient."""


def find_bracketed(
    article: Article, title_name: Sequence[str], kinds_told: int, knowledge: DrugKnowledge
) -> Bracketed | None:
    """Find a brand that no list knows before its ingredient; None where the page has none.

    `title_name` holds the terms of the title that may be a name no list knows; `kinds_told` is
    the number of kinds of sections on medicines that the page has.
    """
    lines = [line for section in article.sections for line in section.text.split("\n") if line]
    for brand, inside, place in _candidates(article.title, title_name, lines):
        terms = analysed(brand)
        if not 1 <= len(terms) <= MOST_WORDS or knowledge.resolve(brand) or _is_word(terms):
            continue
        uses = uses_of(lines, terms) or uses_of(lines, terms[:1])
        if not is_used_as_name(uses) or not _stands_inside(lines, uses):
            continue
        found = _found(spelled(uses[0], article.title), inside, place, knowledge)
        if found is not None:
            ingredient = analysed(found.ingredient)
            is_told = kinds_told >= LEAST_TOLD and len(uses_of(lines, ingredient)) > 1
            if found.is_listed or is_told:
                return found
    return None


def is_used_as_name(uses: Sequence[str], *, least: int = LEAST_USED) -> bool:
    """Say whether a page writes a word as a name: with a capital, nearly wherever it stands.

    An address of the maker's pages ("wakix.com") has none.
    """
    capitals = sum(use[0].isupper() for use in uses)
    return len(uses) >= least and capitals >= CAPITAL_SHARE * len(uses)


def _is_word(terms: Sequence[str]) -> bool:
    """Say whether words are known as others than a name: an illness, a kind of section."""
    return find_intent(terms) is not None or bool(find_synonyms(terms))


def _stands_inside(lines: Sequence[str], uses: Sequence[str]) -> bool:
    """Say whether a name has its capital inside a sentence too, where words have none."""
    forms = "|".join(re.escape(form) for form in sorted(set(uses)) if form[0].isupper())
    inside = re.compile(rf"[a-z,] (?:{forms})(?!\w)")
    return any(inside.search(line) for line in lines)


def _candidates(
    title: str, title_name: Sequence[str], lines: Sequence[str]
) -> Iterator[tuple[str, str, str]]:
    """Yield brand, what stands in brackets after it, and where."""
    if match := _TITLE.match(title):
        yield match["brand"].strip(" -:,"), match["inside"].strip().lower(), "title"
        return
    used = uses_of(lines, title_name) or uses_of(lines, title_name[:1])
    if not used:
        return
    written = used[0]
    after = re.compile(rf"(?<!\w){re.escape(written)}{_INSIDE}", re.IGNORECASE)
    for line in lines:
        if match := after.search(line):
            yield written, match["inside"].strip().lower(), "body"
            return


def _found(brand: str, inside: str, place: str, knowledge: DrugKnowledge) -> Bracketed | None:
    terms = analysed(inside)
    if not _NAME.fullmatch(inside) or not 0 < len(terms) <= MOST_INGREDIENT_WORDS:
        return None
    named = [knowledge.resolve(part) for part in (inside, *_PARTS.split(inside))]
    if any(name is not None and name.role != "ingredient" for name in named):
        return None  # another brand, or a class: nothing that the brand would contain
    known = _known_key(inside, knowledge)
    if known is not None:
        return Bracketed(brand=brand, key=known, ingredient=inside, place=place, is_listed=True)
    if not _NO_INGREDIENT.isdisjoint(terms):
        return None
    parts = sorted(_without_suffix(part) for part in _PARTS.split(inside))
    key = COMBINATION.join(parts)
    ingredient = " and ".join(_PARTS.split(inside))
    return Bracketed(brand=brand, key=key, ingredient=ingredient, place=place, is_listed=False)


def _known_key(inside: str, knowledge: DrugKnowledge) -> str | None:
    """Return the key of what the lists know under these words, salts aside."""
    name = knowledge.resolve(inside)
    if name is not None:
        return name.key
    keys: set[str] = set()
    for part in _PARTS.split(inside):
        words = list(analysed(part))
        while len(words) > 1 and words[-1] in SALTS:
            words.pop()
        found = knowledge.resolve(_without_suffix(part)) or knowledge.resolve(" ".join(words))
        if found is None or found.role != "ingredient":
            return None
        keys.update(found.key.split(COMBINATION))
    return COMBINATION.join(sorted(keys))


def _without_suffix(name: str) -> str:
    """Leave out what the FDA adds to tell biological products from one another."""
    name = _PREFIX.sub("", name.strip())
    match = _SUFFIX.fullmatch(name)
    return match[1] if match else name


def uses_of(lines: Sequence[str], terms: Sequence[str]) -> tuple[str, ...]:
    """Return a name as it is written, in every place of the text where it stands."""
    return tuple(_written(lines, terms))


def spelled(name: str, title: str) -> str:
    """Spell a name that the text has in capitals, as labels do, as the title writes it."""
    at = title.casefold().find(name.casefold())
    return title[at : at + len(name)] if at >= 0 and name.isupper() else name


def _written(lines: Sequence[str], terms: Sequence[str]) -> Iterator[str]:
    for line in lines if terms else ():
        if terms[0] not in line.casefold():
            continue
        for start, end in occurrences(line, terms):
            yield line[start:end]
