"""Lay and medical words for one thing: high blood pressure is hypertension.

The groups stand in `synonyms.toml`, which tells what belongs there. Words are compared by their
stems, with the stemmer that the index is built with, so *kidneys* is found where `kidney` is
listed. Nothing is taken away from what was typed: a synonym is another way to match it, to be told
to the reader and to count less.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

from indexer.analysis.stemming import Stemmer
from indexer.analysis.tokens import terms as analysed
from indexer.knowledge.drugs import DrugKnowledge

TABLE = "synonyms.toml"

Why: TypeAlias = Literal["medical term", "lay term", "another word"]


@dataclass(frozen=True, slots=True)
class Synonym:
    """Another name of what was typed."""

    terms: tuple[str, ...]
    text: str
    """As people write it: `hypertension`."""
    why: Why
    """How it differs from what was typed: a word of the other register, or of the same one."""


@dataclass(frozen=True, slots=True)
class SynonymSpan:
    """A name in a row of terms: half-open term indexes, and its other names."""

    start: int
    end: int
    typed: tuple[str, ...]
    others: tuple[Synonym, ...]
    """Those of the other register first, then those of its own, each in the order of the file."""


_Stems: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    stemmer: Stemmer
    others: Mapping[_Stems, tuple[Synonym, ...]]
    """By the stems of a name; empty for what only looks like a listed name."""
    apart: frozenset[tuple[str, ...]]
    """What only looks like a listed name, as it is written: clotting of blood is no clot."""
    longest: Mapping[str, int]
    """By first stem, how many terms the longest name has."""


def find_synonyms(terms: Sequence[str]) -> tuple[SynonymSpan, ...]:
    """Find names that have others, left to right, the longest first; never overlapping.

    Give all terms as they stand, function words too: "shortness of breath" is one name. Linear:
    at each term at most as many rows are tried as the longest name from it has terms.
    """
    table = _table()
    stems = tuple(map(table.stemmer.stem, terms))
    found: list[SynonymSpan] = []
    position = 0
    while position < len(stems):
        end = _end_of_name(table, stems, position)
        if end == position:
            position += 1
            continue
        typed, others = tuple(terms[position:end]), table.others[stems[position:end]]
        if others and typed not in table.apart:
            found.append(SynonymSpan(position, end, typed, others))
        position = end
    return tuple(found)


def _end_of_name(table: _Table, stems: _Stems, position: int) -> int:
    """Return where the longest name from here ends, or the position itself without one."""
    longest = table.longest.get(stems[position], 0)
    for end in range(min(position + longest, len(stems)), position, -1):
        if stems[position:end] in table.others:
            return end
    return position


@cache
def _table() -> _Table:
    data = tomllib.loads(files("indexer.knowledge").joinpath(TABLE).read_text(encoding="utf-8"))
    stemmer = Stemmer(DrugKnowledge.shipped().protected)
    others: dict[_Stems, tuple[Synonym, ...]] = {
        _stems(name, stemmer): () for name in data["apart"]
    }
    for group in data["group"]:
        lay, medical = group.get("lay", ()), group.get("medical", ())
        # What people ask is a way to say it in lay words; texts hardly have it.
        others |= _entries((*lay, *group.get("asked", ())), lay, medical, "medical term", stemmer)
        others |= _entries(medical, medical, lay, "lay term", stemmer)
    longest: dict[str, int] = {}
    for first, *rest in others:
        longest[first] = max(longest.get(first, 0), len(rest) + 1)
    apart = frozenset(map(analysed, data["apart"]))
    return _Table(stemmer=stemmer, others=others, apart=apart, longest=longest)


def _entries(
    names: Sequence[str], beside: Sequence[str], across: Sequence[str], why: Why, stemmer: Stemmer
) -> dict[_Stems, tuple[Synonym, ...]]:
    """Map each name of one register to the names of the other, and to those beside it."""
    first = tuple(_synonyms(across, why))
    then = tuple(_synonyms(beside, "another word"))
    return {
        _stems(name, stemmer): (*first, *(synonym for synonym in then if synonym.text != name))
        for name in names
    }


def _synonyms(names: Iterable[str], why: Why) -> Iterable[Synonym]:
    return (Synonym(terms=analysed(name), text=name, why=why) for name in names)


def _stems(name: str, stemmer: Stemmer) -> _Stems:
    return tuple(map(stemmer.stem, analysed(name)))
