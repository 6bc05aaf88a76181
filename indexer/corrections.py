"""Which medicine may be meant by a word that nobody knows: offered, hardly ever taken.

A name is never corrected in silence (safety rule M1). What is alike is offered, with what tells
the candidates apart. One case runs by itself, and is then said: the query found nothing at all,
one word of it is to blame, of six letters or more, exactly one medicine is a single edit away,
and nothing that is easily taken for that medicine is anywhere near what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from indexer.analysis.tokens import terms as analysed
from indexer.engine.base import Matches
from indexer.knowledge.drugs import DrugKnowledge, DrugName
from indexer.knowledge.lookalikes import listed_names, lookalikes_of
from indexer.knowledge.similar_names import SimilarName, SimilarNames, is_common
from indexer.query.plan import Concept, MatchPlan
from indexer.suggestions import Suggestion

MOST_OFFERED = 5
"""Names offered for one word: a choice that can be read at a glance."""

SHORTEST_SAFE = 6
"""Letters of a word that may be corrected by itself (M1)."""

CONFUSABLE = 3
"""Edits within which a look-alike's name counts as near: one more than are ever searched, so that
no slip of it passes for a slip of the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Words of a query that stand nowhere, with the names that they may be slips of."""

    typed: str
    candidates: tuple[SimilarName, ...]


def unknown_words(plan: MatchPlan, matches: Matches, similar: SimilarNames) -> tuple[Unknown, ...]:
    """Return the words of a plan that nothing in the index has and that are like a name.

    Two words side by side may be one name ("depo provra"); then they count together.
    """
    absent = [
        concept.kind == "word" and not count
        for concept, count in zip(plan.concepts, matches.concept_sections, strict=True)
    ]
    found: list[Unknown] = []
    at = 0
    while at < len(absent):
        for size in (2, 1):
            part = plan.concepts[at : at + size]
            if len(part) == size and any(absent[at : at + size]) and _are_words(part):
                typed = " ".join(concept.label for concept in part)
                candidates = _meant(typed, similar)
                if candidates:
                    found.append(Unknown(typed=typed, candidates=candidates))
                    at += size - 1
                    break
        at += 1
    return tuple(found)


def _meant(typed: str, similar: SimilarNames) -> tuple[SimilarName, ...]:
    """Return the names that a word may be a slip of; none for a word of the language."""
    if is_common(typed):
        return ()
    found = similar.find(typed, most=MOST_OFFERED)
    return tuple(of for of in found if of.name is not None or of.distance)


def safe_correction(unknown: Sequence[Unknown], knowledge: DrugKnowledge) -> DrugName | None:
    """Return the one name that may be searched for instead without being asked; None mostly."""
    if len(unknown) != 1:
        return None
    letters = _letters(unknown[0].typed)
    near = [similar for similar in unknown[0].candidates if similar.distance <= 1]
    has_number = any(character.isdigit() for character in letters)
    if len(near) != 1 or len(letters) < SHORTEST_SAFE or has_number:
        return None
    name = near[0].name
    if name is None or name.role == "class":
        return None
    for pair in lookalikes_of(name, knowledge):
        if distance(letters, _letters(pair.other)) <= CONFUSABLE:
            return None
    # Some listed names belong to no known medicine: they are as near to a slip as others are.
    own = _letters(name.name)
    return None if any(of != own for of in listed_near(letters)) else name


def listed_near(letters: str) -> Iterator[str]:
    """Yield the listed names that are at most one edit from some letters.

    One edit leaves the beginning or the end as it is, so few are compared letter by letter.
    """
    kept = len(letters) // 2 - 1
    beginning, end = letters[:kept], letters[-kept:]
    for name in _listed_letters():
        is_alike = name.startswith(beginning) or name.endswith(end)
        if is_alike and distance(letters, name) <= 1:
            yield name


@cache
def _listed_letters() -> tuple[str, ...]:
    return tuple(map(_letters, listed_names()))


def _letters(name: str) -> str:
    return "".join(term for term in analysed(name) if term)


def distance(first: str, second: str) -> int:
    """Return the optimal string alignment distance of two words, as `similar_names` counts."""
    before: list[int] = []
    row = list(range(len(second) + 1))
    for at, letter in enumerate(first, 1):
        earlier, before, row = before, row, [at]
        for place, other in enumerate(second, 1):
            changed = before[place - 1] + (letter != other)
            best = min(before[place] + 1, row[place - 1] + 1, changed)
            if at > 1 < place and letter == second[place - 2] and other == first[at - 2]:
                best = min(best, earlier[place - 2] + 1)
            row.append(best)
    return row[-1]


def corrected_text(text: str, typed: str, name: str) -> str:
    """Return a query with the typed words replaced by a name, where they stand for themselves."""
    words = r"\s+".join(map(re.escape, typed.split()))
    alone = re.compile(rf'(?<![\w"-]){words}(?![\w"])', re.IGNORECASE)
    return alone.sub(lambda _: name, text, count=1)


def offers(
    text: str, unknown: Sequence[Unknown], knowledge: DrugKnowledge
) -> tuple[Suggestion, ...]:
    """Return what may have been meant, each as a query with what tells it from the others."""
    return tuple(
        _offer(similar, knowledge, query=corrected_text(text, word.typed, similar.text))
        for word in unknown
        for similar in word.candidates
    )


def _offer(similar: SimilarName, knowledge: DrugKnowledge, *, query: str) -> Suggestion:
    if similar.name is None:
        return Suggestion(label=similar.text, detail="substance", query=query, url=None)
    return suggestion_of(similar.name, knowledge, query=query)


def suggestion_of(
    name: DrugName, knowledge: DrugKnowledge, *, query: str, url: str | None = None
) -> Suggestion:
    """Return a medicine as a suggestion: under this name, with ingredient and class."""
    return Suggestion(
        label=name.name,
        detail=detail_of(name, knowledge),
        query=query,
        url=url,
        lookalikes=tuple(pair.other_tall_man for pair in lookalikes_of(name, knowledge)),
    )


def detail_of(name: DrugName, knowledge: DrugKnowledge) -> str:
    """Return what tells a medicine from those with similar names: its ingredient and class."""
    return " · ".join(_details(name, knowledge))


def _details(name: DrugName, knowledge: DrugKnowledge) -> Iterator[str]:
    if name.role == "brand":
        yield f"brand of {name.ingredient}" if name.ingredient else "brand"
    elif name.role == "class":
        yield "class of medicines"
    elif name.ingredient and name.name != name.ingredient:
        yield f"the same as {name.ingredient}"
    else:
        yield "ingredient"
    if (label := knowledge.class_of(name.key)) is not None:
        yield label


def _are_words(concepts: Sequence[Concept]) -> bool:
    return all(concept.kind == "word" for concept in concepts)
