"""Words of the texts that look like the misspelt name of a medicine.

The words are those of the index, each looked at once, whatever it stands in. Whoever is told of
slips that are none stops reading, so a word is told only when all of this holds: no list and no
page knows it, and it is no word of the language; it has SHORTEST letters or more, begins as the
name does, and is a single edit from it; it is no plural and no other country's spelling of it; the
name is an ingredient or class in a list of products, or any name of the medicine that the article
is about; and the index has the name more often than the word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from indexer.corrections import distance
from indexer.engine.base import Snapshot
from indexer.knowledge.drugs import SOURCES, DrugName
from indexer.knowledge.similar_names import is_common
from indexer.names import Names
from indexer.query.plan import Field

SHORTEST: Final = 7
"""Letters of a word that is looked at: shorter words are too often one edit from any name."""

SHORTEST_CLASS: Final = 9
"""The same for the name of a class, which is more like other words: stating is no statin."""

_FIELDS: Final[tuple[Field, ...]] = ("text", "heading")

# International and American names, British and American spelling: simeticone is simethicone.
_MARKS: Final = "abcds"
_VARIANTS: Final = (("th", "t"), ("ph", "f"), ("ae", "e"), ("oe", "e"), ("y", "i"), ("ks", "x"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Misspelling:
    """A word of the index, and the name that it seems to be a slip of."""

    word: str
    name: DrugName
    is_subject_only: bool
    """Whether it is one only in articles about that medicine."""


def misspellings(snapshot: Snapshot, names: Names) -> Iterator[Misspelling]:
    """Yield the words of an index that look like misspelt names, A to Z."""
    counts = _counts(snapshot)
    for word in sorted(counts):
        if len(word) >= SHORTEST and word.isalpha() and not is_common(word):
            meant = _meant(word, counts, names)
            if meant is not None:
                yield meant


def _counts(snapshot: Snapshot) -> Mapping[str, int]:
    """Return in how many sections each word stands, those in a heading and in a text twice."""
    counts: dict[str, int] = {}
    for field in _FIELDS:
        for word, count in snapshot.terms(field, ""):
            counts[word] = counts.get(word, 0) + count
    return counts


def _meant(word: str, counts: Mapping[str, int], names: Names) -> Misspelling | None:
    if names.knowledge.find([word]):
        return None
    near = names.similar.find(word, edits=1)
    if len(near) != 1:
        return None
    name = near[0].name
    if name is None or not _is_slip(word, name) or not _stands_more(word, name, counts):
        return None
    if name.role == "class" and len(name.terms[0]) < SHORTEST_CLASS:
        return None
    is_listed = name.role != "brand" and name.source not in _UNUSED
    return Misspelling(word=word, name=name, is_subject_only=not is_listed)


# Names of the vocabulary alone are hardly ever written; those that a page taught are brands.
_UNUSED: Final = frozenset({SOURCES["d"], SOURCES["p"]})


def _is_slip(word: str, name: DrugName) -> bool:
    """Say whether a word is one edit from a name, and no form of it."""
    (written, *more) = name.terms
    if more or word[0] != written[0] or distance(word, written) != 1:
        return False
    # A letter that a footnote left, or a plural's.
    is_marked = word[:-1] == written and word[-1] in _MARKS
    return not is_marked and word != written.removesuffix("s") and _plain(word) != _plain(written)


def _plain(word: str) -> str:
    for spelling, plain in _VARIANTS:
        word = word.replace(spelling, plain)
    return word


def _stands_more(word: str, name: DrugName, counts: Mapping[str, int]) -> bool:
    return counts.get(name.terms[0], 0) > counts[word]
