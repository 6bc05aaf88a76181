"""Lay and medical words for one thing: high blood pressure is hypertension.

The groups stand in `synonyms.toml`, which tells what belongs there. Words are compared by their
stems, with the stemmer that the index is built with, so *kidneys* is found where `kidney` is
listed. Nothing is taken away from what was typed: a synonym is another way to match it, to be told
to the reader and to count less.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, TypeAlias

from indexer.analysis.stemming import Stemmer
from indexer.analysis.tokens import terms as analysed
from indexer.knowledge.drugs import DrugKnowledge
from indexer.knowledge.ready_tables import ready_table

TABLE = "synonyms.toml"
"""Where groups are written; `ready_tables` has them in the form in which they are read."""

REGISTERS: Final = ("lay", "asked", "medical")
"""Whose words a name belongs to. What people ask is a way to say it in lay words; texts hardly
have it."""

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


@dataclass(frozen=True, slots=True)
class _Table:
    stemmer: Stemmer
    groups: Sequence[tuple[Sequence[str], Sequence[str]]]
    """The lay and the medical names of one thing."""
    names: Mapping[str, tuple[int, str, str] | None]
    """By the stems of a name, joined by spaces: its group, its register and the name itself; None
    for what only looks like a listed name."""
    apart: frozenset[str]
    """What only looks like a listed name, as it is written: clotting of blood is no clot."""
    longest: Mapping[str, int]
    """By first stem, how many terms the longest name has."""


def find_synonyms(terms: Sequence[str]) -> tuple[SynonymSpan, ...]:
    """Find names that have others, left to right, the longest first; never overlapping.

    Give all terms as they stand, function words too: "shortness of breath" is one name. Linear:
    at each term at most as many rows are tried as the longest name from it has terms.
    """
    table = _table()
    stems = list(map(table.stemmer.stem, terms))
    found: list[SynonymSpan] = []
    position = 0
    while position < len(stems):
        end, name = _name_from(table, stems, position)
        if end == position:
            position += 1
            continue
        typed = tuple(terms[position:end])
        others = _others(name)
        if others and " ".join(typed) not in table.apart:
            found.append(SynonymSpan(position, end, typed, others))
        position = end
    return tuple(found)


def _name_from(table: _Table, stems: Sequence[str], position: int) -> tuple[int, str]:
    """Return where the longest name from here ends, and its stems; the position without one."""
    longest = table.longest.get(stems[position], 0)
    for end in range(min(position + longest, len(stems)), position, -1):
        name = " ".join(stems[position:end])
        if name in table.names:
            return end, name
    return position, ""


@cache
def _table() -> _Table:
    ready = ready_table("synonyms")
    return _Table(
        stemmer=Stemmer(DrugKnowledge.shipped().protected),
        groups=ready["groups"],
        names=ready["names"],
        apart=frozenset(ready["apart"]),
        longest=ready["longest"],
    )


@cache
def _others(stems: str) -> tuple[Synonym, ...]:
    """Return the names of the other register, and those beside a name of the table."""
    entry = _table().names[stems]
    if entry is None:
        return ()
    number, register, name = entry
    lay, medical = _table().groups[number]
    beside, across = (medical, lay) if register == "medical" else (lay, medical)
    why: Why = "lay term" if register == "medical" else "medical term"
    return (
        *_synonyms(across, why),
        *_synonyms([other for other in beside if other != name], "another word"),
    )


def _synonyms(names: Sequence[str], why: Why) -> Iterator[Synonym]:
    return (Synonym(terms=analysed(name), text=name, why=why) for name in names)
