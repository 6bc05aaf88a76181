"""Completions of what is being typed: medicines, sections of one, articles.

Only what the index holds is completed, so that every suggestion finds something. Medicines are
listed from the third letter on: shorter beginnings put look-alikes side by side (ISMP and ECRI
ask for more letters the more names share them). Each stands with its ingredient and class, and
two that look alike never stand side by side unless both show a class. A beginning that no name
has is compared with all names; what is alike is suggested, as a suggestion.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import quote

from indexer.analysis.tokens import terms as analysed
from indexer.corrections import suggestion_of
from indexer.knowledge.drugs import SOURCES, DrugKnowledge, DrugName
from indexer.knowledge.sections import OTHER, find_intent
from indexer.knowledge.similar_names import SimilarNames, is_common
from indexer.medicines import Medicines
from indexer.model import ArticleSummary
from indexer.related import KindsOf, label_of, place_of, section_of
from indexer.serialization import article_link
from indexer.suggestions import Suggestion, SuggestionGroup, Suggestions

FEWEST_LETTERS: Final = 3
"""Letters from which on medicines are listed."""

SIMILAR_FROM: Final = 5
"""Letters from which on names are listed that only look like what is typed."""

LONGEST_TITLE: Final = 80
"""Code points of a title in a suggestion; names of medicines are never shortened."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A name of a medicine that articles are about."""

    joined: str
    name: DrugName


class Completions:
    """What can be completed in one generation of an index. Immutable; lists are made on use."""

    def __init__(
        self,
        knowledge: DrugKnowledge,
        similar: SimilarNames,
        medicines: Medicines,
        articles: Sequence[ArticleSummary],
    ) -> None:
        """Take the names that are known, and the medicines and articles of the index."""
        self._knowledge = knowledge
        self._similar = similar
        self._medicines = medicines
        self._articles = articles

    def suggest(self, text: str, *, limit: int, kinds_of: KindsOf) -> Suggestions:
        """Complete what was typed: at most `limit` suggestions of each type."""
        words = tuple(term for term in analysed(text) if term)
        if not words:
            return Suggestions(text=text)
        drugs = self._beginning(" ".join(words))
        named, rest = self._named(words)
        if not drugs and named is None:
            drugs = self._elsewhere(" ".join(words))[:limit]
        is_slip = named is None and not any(map(is_common, words))
        if not drugs and is_slip and sum(map(len, words)) >= SIMILAR_FROM:
            found = self._similar.find(text, most=limit)
            drugs = [similar.name for similar in found if similar.name is not None]
        items = tuple(self._drug(name) for name in drugs)
        about = named or (drugs[0] if drugs and drugs[0].key in self._medicines else None)
        groups = (
            SuggestionGroup(type="drug", items=apart(items)[:limit]),
            SuggestionGroup(
                type="section", items=tuple(self._sections(about, rest, kinds_of))[:limit]
            ),
            SuggestionGroup(type="article", items=tuple(self._titles(words))[:limit]),
        )
        return Suggestions(text=text, groups=tuple(group for group in groups if group.items))

    # --- medicines ----------------------------------------------------------------------------

    @cached_property
    def _names(self) -> tuple[_Row, ...]:
        """All names of the medicines of the index, in the order of their terms."""
        rows = (
            _Row(" ".join(name.terms), name)
            for key in self._medicines
            for name in self._knowledge.names(key)
            # The vocabulary has names that nobody types; of those the ingredient's is enough.
            if name.source != SOURCES["d"] or name.name == name.ingredient
        )
        return tuple(sorted(rows, key=lambda row: (row.joined, row.name.key)))

    @cached_property
    def _joined(self) -> tuple[str, ...]:
        return tuple(row.joined for row in self._names)

    def _beginning(self, beginning: str) -> list[DrugName]:
        """Return the names that begin so, of each medicine one; those of most articles first."""
        if len(beginning) < FEWEST_LETTERS:
            return []
        best: dict[str, DrugName] = {}
        for at in range(bisect_left(self._joined, beginning), len(self._names)):
            row = self._names[at]
            if not row.joined.startswith(beginning):
                break
            known = best.get(row.name.key)
            if known is None or _preferred(row.name, beginning) < _preferred(known, beginning):
                best[row.name.key] = row.name
        return sorted(
            best.values(),
            key=lambda name: (
                " ".join(name.terms) != beginning,
                -len(self._medicines.entry(name.key).articles),
                name.name.casefold(),
            ),
        )

    @cached_property
    def _known(self) -> tuple[str, ...]:
        return tuple(sorted(self._knowledge.all_names()))

    def _elsewhere(self, beginning: str) -> list[DrugName]:
        """Return the medicines that begin so and that no article is about, ingredients first."""
        if len(beginning) < FEWEST_LETTERS:
            return []
        found: dict[str, DrugName] = {}
        for at in range(bisect_left(self._known, beginning), len(self._known)):
            if not self._known[at].startswith(beginning):
                break
            name = self._knowledge.resolve(self._known[at])
            if name is not None and name.source != SOURCES["d"]:
                known = found.setdefault(name.key, name)
                if known.role != "ingredient" and name.role == "ingredient":
                    found[name.key] = name
        return sorted(found.values(), key=lambda name: (name.role != "ingredient", name.name))

    def _drug(self, name: DrugName) -> Suggestion:
        is_here = name.key in self._medicines
        url = f"/drugs/{quote(name.name, safe='')}" if is_here else None
        found = suggestion_of(name, self._knowledge, query=name.name, url=url)
        return found if is_here else _not_here(found)

    def _named(self, words: Sequence[str]) -> tuple[DrugName | None, tuple[str, ...]]:
        """Return the medicine that the words name in full, and the words beside its name."""
        for span in self._knowledge.find(words):
            if span.drug.key in self._medicines:
                return span.drug, (*words[: span.start], *words[span.end :])
        return None, ()

    # --- sections and articles ----------------------------------------------------------------

    def _sections(
        self, drug: DrugName | None, rest: Sequence[str], kinds_of: KindsOf
    ) -> Iterator[Suggestion]:
        """Yield the sections of a medicine whose kind the further words begin to ask for."""
        if drug is None:
            return
        intent = find_intent(rest)
        for kind in sorted(kinds_of(drug.key), key=place_of):
            if kind != OTHER and (intent is None or intent.kind == kind):
                label = analysed(label_of(kind))
                is_begun = all(any(of.startswith(word) for of in label) for word in rest)
                if intent is not None or is_begun:
                    yield section_of(drug.name, kind)

    @cached_property
    def _title_words(self) -> tuple[tuple[str, int], ...]:
        words = (
            (word, number)
            for number, article in enumerate(self._articles)
            for word in set(analysed(article.title))
            if word
        )
        return tuple(sorted(words))

    def _titles(self, words: Sequence[str]) -> Iterator[Suggestion]:
        """Yield the articles whose titles have all words, the last one perhaps begun."""
        *whole, last = words
        if len(last) < FEWEST_LETTERS and not whole:
            return
        numbers = set(self._titled(last, begun=True))
        for word in whole:
            numbers &= set(self._titled(word, begun=False))
        for number in sorted(numbers):
            article = self._articles[number]
            yield Suggestion(
                label=_shortened(article.title),
                detail=", ".join(dict.fromkeys(drug.name for drug in article.drugs)),
                query=article.title,
                url=article_link(article.id),
            )

    def _titled(self, word: str, *, begun: bool) -> Iterator[int]:
        for at in range(bisect_left(self._title_words, (word, -1)), len(self._title_words)):
            found, number = self._title_words[at]
            if not (found.startswith(word) if begun else found == word):
                return
            yield number


def apart(items: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
    """Return medicines with no look-alikes side by side unless both show their class.

    One that would stand beside its look-alike comes later, where it stands beside others; where
    there is no such place it is left out until more is typed.
    """
    waiting = list(items)
    placed: list[Suggestion] = []
    while waiting:
        fitting = next((item for item in waiting if _may_follow(placed[-1:], item)), None)
        if fitting is None:
            break
        waiting.remove(fitting)
        placed.append(fitting)
    return tuple(placed)


def _may_follow(before: Sequence[Suggestion], item: Suggestion) -> bool:
    for other in before:
        names = {name.casefold() for name in other.lookalikes}
        if item.label.casefold() in names and not (_has_class(other) and _has_class(item)):
            return False
    return True


def _has_class(item: Suggestion) -> bool:
    return " · " in item.detail


def _not_here(found: Suggestion) -> Suggestion:
    return Suggestion(
        label=found.label,
        detail=f"{found.detail} · no article in this index is about it",
        query=found.query,
        url=found.url,
        lookalikes=found.lookalikes,
    )


def _preferred(name: DrugName, beginning: str) -> tuple[bool, bool, int, str]:
    """Order the names of one medicine that begin as typed: the ingredient, then the shortest."""
    joined = " ".join(name.terms)
    return joined != beginning, joined != name.key, len(name.name), name.name


def _shortened(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1].rstrip()}…"
