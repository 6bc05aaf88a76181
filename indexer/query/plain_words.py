"""The plain words of a query, read together: medicines, one intent, numbers, and the rest.

    how does 50 mg imuran work with 6-MP
        intent mechanism (how does ... work), number (50 mg), medicine (imuran), compound (6-MP)

What was typed without a blank belongs together: `6-MP` is looked for as a phrase, `5mg` as the
number and its unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, islice, product

from indexer.analysis.tokens import terms as analysed
from indexer.analysis.units import is_unit, unit_variants
from indexer.knowledge.drugs import DrugKnowledge, NameSpan
from indexer.knowledge.salts import SALTS
from indexer.knowledge.sections import NAME_TERM, IntentSpan, find_intent
from indexer.knowledge.synonyms import SynonymSpan, find_synonyms
from indexer.query import weights
from indexer.query.function_words import FUNCTION_WORDS, LIGHT_VERBS
from indexer.query.plan import All, AnyOf, Near, Node, Phrase, Word
from indexer.query.syntax import Term
from indexer.query.variants import written_node

_RANGE = re.compile(r"[\d.,]+[-\N{EN DASH}][\d.,]+.*")
"""A word that begins with a range of numbers."""

SHORTEST_PART = 3
"""Letters of each part of a compound that may also stand apart; codes have shorter ones."""

MOST_BESIDE_INTENT = 2
"""Words with content beside an intent in a query that names no medicine. A longer question uses
such words as others do: "the use of computers in the design of filters"."""

CLOSE = 3
"""Words that may stand between those of another name."""

UNIT_FORMS = 64
"""Ways to write a number's units that are looked for: bounds `mg/kg/day` with all its variants."""

LONGEST_MEASURE = 8
"""Terms of a number with its unit; `0.5 to 1 mg/kg/day` has six. What is longer is none, and to
look for it in all its variants would cost more than any question does."""

# What a medicine comes as: "what is in a Bactrim tablet" asks what Bactrim is all the same.
_FORM_NOUNS = frozenset(
    "tablet tablets capsule capsules pill pills injection cream gel drops drop syrup patch spray "
    "medicine medication drug".split()
)
# Sodium and the like are asked about as well: "oxcarbazepine sodium" means the blood's.
_ELECTROLYTES = frozenset("sodium potassium calcium magnesium zinc chloride phosphate".split())
_TAILS = SALTS - _ELECTROLYTES | frozenset("cr dr er hfa la odt sr xl xr xt".split())
_RELEASES = frozenset(
    (how, "release") for how in "delayed extended immediate modified prolonged sustained".split()
)
_SUFFIX_LETTERS = 4


@dataclass(frozen=True, slots=True)
class Typed:
    """A term, and the word of the query it is from."""

    term: str
    word: Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the words of one level of a query were understood as."""

    names: tuple[NameSpan, ...]
    intent: IntentSpan | None
    synonyms: tuple[SynonymSpan, ...]
    """What has another name in lay or medical words, by places among the terms."""
    rest: tuple[tuple[Typed, ...], ...]
    """The remaining words, each with its terms; a number together with its unit."""


def typed_terms(words: Sequence[Term]) -> tuple[Typed, ...]:
    """Analyse words that stand side by side."""
    return tuple(Typed(term, word) for word in words for term in analysed(word.text) if term)


def read_words(
    typed: Sequence[Typed],
    knowledge: DrugKnowledge,
    *,
    with_intent: bool,
    with_synonyms: bool,
    alone: bool,
) -> Reading:
    """Understand words that stand side by side.

    With nothing but function words, and `alone` in the query, those are what it asks for.
    """
    named_by = [_without_ending(of.term, knowledge) for of in typed]
    names = tuple(_with_tail(span, typed) for span in knowledge.find(named_by))
    named = {at for span in names for at in range(span.start, span.end)}
    intent = _intent(typed, names) if with_intent else None
    if intent is not None and _breaks_a_word(intent, typed, named):
        intent = None
    if intent is not None and not _is_asked(intent, typed, named):
        intent = None
    taken = named.union(intent.positions if intent else ())
    synonyms = tuple(_synonyms(typed, taken)) if with_synonyms else ()
    taken |= {at for span in synonyms for at in range(span.start, span.end)}
    rest = tuple(_remaining(typed, taken))
    content = tuple(item for item in rest if len(item) > 1 or _has_content(item[0].term))
    only_function_words = alone and not content and not taken
    return Reading(
        names=names,
        intent=intent,
        synonyms=synonyms,
        rest=rest if only_function_words else content,
    )


def synonym_node(span: SynonymSpan) -> Node:
    """Return what matches a name in lay or medical words: as typed, or under another name."""
    typed = tuple(Word(term=term) for term in span.typed if _has_content(term))
    others = (_other_name(synonym.terms, weight=weights.SYNONYM_WEIGHT) for synonym in span.others)
    return AnyOf((typed[0] if len(typed) == 1 else All(typed), *others))


def _other_name(terms: Sequence[str], *, weight: float) -> Node:
    """Return what matches another name: its words side by side, or close together in the text.

    "Liver and kidney problems" tells of liver problems as well.
    """
    words = tuple(
        Word(term=term, via="expansion", weight=weight) for term in terms if _has_content(term)
    )
    if len(terms) == 1:
        return words[0]
    together = Near(groups=tuple((word,) for word in words), span=len(terms) + CLOSE, weight=0.0)
    whole = Phrase(terms=tuple(terms), stem=True, via="expansion", weight=weight)
    return AnyOf((whole, All((together, *words))))


def word_node(typed: Sequence[Typed], *, exact: bool) -> Node:
    """Return what matches a remaining word: a word, a phrase, or a number with its unit."""
    terms = tuple(item.term for item in typed)
    variants = None if exact else written_node(terms)
    if variants is not None:
        return variants
    if len(terms) == 1 and (exact or not _is_unit_alone(terms)):
        return Word(term=terms[0], stem=not exact and not _is_number(terms[0]))
    is_short = len(terms) <= LONGEST_MEASURE
    if is_short and (is_measure(typed) or _is_unit_alone(terms)) and not exact:
        forms = chain.from_iterable(
            product(*(unit_variants(term) for term in form)) for form in _ranges(typed)
        )
        return AnyOf(tuple(_row(form) for form in islice(forms, UNIT_FORMS)))
    stem = not exact and not any(map(_has_digit, terms))
    whole = Phrase(terms=terms, stem=stem)
    if exact or not all(len(term) >= SHORTEST_PART and term.isalpha() for term in terms):
        return whole
    # "Shock-wave" may be written in two words, or with another between; "6-MP" may not.
    parts = tuple(Word(term=term, weight=weights.PART_WEIGHT) for term in terms)
    return AnyOf((whole, All(parts)))


def _row(terms: tuple[str, ...]) -> Node:
    return Word(term=terms[0], stem=False) if len(terms) == 1 else Phrase(terms=terms)


def _ranges(typed: Sequence[Typed]) -> Iterator[tuple[str, ...]]:
    """Yield the ways to write a measure: "1-3 mg/kg" also as "1 to 3 mg/kg"."""
    terms = tuple(item.term for item in typed)
    yield terms
    first = typed[0].word.text
    if len(terms) > 1 and _RANGE.fullmatch(first):
        yield (terms[0], "to", *terms[1:])


def is_measure(typed: Sequence[Typed]) -> bool:
    """Say whether words are a number, or numbers with the unit of the last."""
    terms = [item.term for item in typed]
    numbers = [term for term in terms if _is_number(term)]
    return bool(numbers) and all(_is_number(term) or is_unit(term) for term in terms)


def _synonyms(typed: Sequence[Typed], taken: set[int]) -> Iterator[SynonymSpan]:
    """Yield what has other names among the words that nothing else has taken."""
    for span in find_synonyms([item.term for item in typed]):
        places = range(span.start, span.end)
        # A part of what was typed in one piece is no word of its own.
        inside = {id(typed[at].word) for at in places}
        beside = (item for at, item in enumerate(typed) if at not in places)
        if taken.isdisjoint(places) and not any(id(item.word) in inside for item in beside):
            yield span


def _intent(typed: Sequence[Typed], names: Sequence[NameSpan]) -> IntentSpan | None:
    """Find the intent in terms where each medicine counts as one; return places in `typed`."""
    starts = {span.start: span for span in names}
    terms: list[str] = []
    places: list[int] = []
    at = 0
    while at < len(typed):
        span = starts.get(at)
        terms.append(NAME_TERM if span else typed[at].term)
        places.append(at)
        at = span.end if span else at + 1
    found = find_intent(terms)
    if found is None:
        return None
    positions = tuple(places[position] for position in found.positions)
    return IntentSpan(
        start=positions[0],
        end=positions[-1] + 1,
        kind=found.kind,
        matched_terms=found.matched_terms,
        positions=positions,
    )


def _without_ending(term: str, knowledge: DrugKnowledge) -> str:
    """Return the name in "Imuran's" and "Imurans"; any other term as it is."""
    for ending in ("'s", "s'", "s"):
        if term.endswith(ending) and knowledge.resolve(term) is None:
            base = term.removesuffix(ending)
            return base if len(base) > SHORTEST_PART and knowledge.resolve(base) else term
    return term


def _with_tail(span: NameSpan, typed: Sequence[Typed]) -> NameSpan:
    """Take along what follows a name and makes no other medicine of it.

    Salts ("rimegepant sulfate"), how it is released ("protonix delayed-release") and the four
    letters that end the names of biological products ("margetuximab-cmkb").
    """
    end = span.end
    while span.drug.role != "class" and end < len(typed):
        term = typed[end].term
        pair = tuple(of.term for of in typed[end : end + 2])
        if pair in _RELEASES:
            end += 2
        elif term in _TAILS or (end == span.end and _is_suffix(typed[end - 1], typed[end])):
            end += 1
        else:
            break
    return NameSpan(span.start, end, span.drug)


def _is_suffix(name: Typed, after: Typed) -> bool:
    """Say whether letters behind a hyphen end a name: "imuran/rash" asks for two things."""
    is_joined = after.word is name.word and f"{name.term}-{after.term}" in after.word.text.lower()
    return is_joined and len(after.term) == _SUFFIX_LETTERS and after.term.isalpha()


def _is_asked(intent: IntentSpan, typed: Sequence[Typed], named: set[int]) -> bool:
    """Say whether the words of an intent ask for it, by what stands beside them.

    "What is" asks what the medicine is; not so in "what is the risk of ...".
    """
    others = [typed[at].term for at in set(range(len(typed))) - named - set(intent.positions)]
    beside = sum(_has_content(term) and term not in _FORM_NOUNS for term in others)
    if FUNCTION_WORDS.issuperset(intent.matched_terms):
        return bool(named) and not beside
    return bool(named) or beside <= MOST_BESIDE_INTENT


def _breaks_a_word(intent: IntentSpan, typed: Sequence[Typed], named: set[int]) -> bool:
    """Say whether an intent takes a part of what was typed in one piece: "30 mcg/dose"."""
    taken = named.union(intent.positions)
    touched = {id(typed[at].word) for at in intent.positions}
    return any(id(item.word) in touched and at not in taken for at, item in enumerate(typed))


def _remaining(typed: Sequence[Typed], taken: set[int]) -> Iterator[tuple[Typed, ...]]:
    """Yield what is left of each word; a number takes the unit that follows it along."""
    pending: tuple[Typed, ...] = ()
    last = -1
    for _, group in groupby(enumerate(typed), key=lambda item: id(item[1].word)):
        places = list(group)
        left = tuple(item for at, item in places if at not in taken)
        is_whole = len(left) == len(places)
        if pending and is_whole and places[0][0] == last + 1 and _are_units(left):
            yield (*pending, *left)
            pending = ()
            continue
        if pending:
            yield pending
            pending = ()
        last = places[-1][0]
        if is_whole and left and all(_is_number(item.term) for item in left):
            pending = left
        elif is_whole and left:
            yield left
        else:
            yield from ((item,) for item in left)
    if pending:
        yield pending


def _is_unit_alone(terms: Sequence[str]) -> bool:
    """Say whether words are a unit without a number (`mcg/kg`) that single letters do not write."""
    return all(is_unit(term) and len(min(unit_variants(term), key=len)) > 1 for term in terms)


def _are_units(typed: Sequence[Typed]) -> bool:
    return all(is_unit(item.term) for item in typed)


def _has_content(term: str) -> bool:
    return term not in FUNCTION_WORDS and term not in LIGHT_VERBS


def _is_number(term: str) -> bool:
    return term[:1].isdigit() and not any(character.isalpha() for character in term)


def _has_digit(term: str) -> bool:
    return any(character.isdigit() for character in term)
