"""Which surface forms a stem stands for, in one segment.

Terms are indexed as they are written (folded), once. A word of a query that is not exact means
every form with the same stem; the forms come from this map, which is made with the segment. A
stem whose only form it is itself is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

import numpy as np

from indexer.analysis.stemming import Stemmer
from indexer.engine.base import OwnNames
from indexer.engine.whoosh.arrays import Arrays, ArrayWriter
from indexer.knowledge.drugs import DrugKnowledge

StemOf = Callable[[str], str]


@cache
def stemmer(names: OwnNames) -> Stemmer:
    """Return the stemmer that leaves the names of medicines alone, those of the user too."""
    return Stemmer(DrugKnowledge.shipped().protected - names.ordinary | names.protected)


class Stems:
    """The forms of every stem of one segment. Immutable."""

    def __init__(self, arrays: Arrays) -> None:
        """Read what `write_stems` wrote."""
        self._stems = arrays.strings("stems")
        self._forms = arrays.strings("stems.forms")
        self._form_ends = arrays["stems.form_ends"]

    def forms(self, stem: str) -> tuple[str, ...]:
        """Return the forms of a stem, sorted; none for one that is left out."""
        at = self._stems.find(stem.encode("utf-8"))
        if at is None:
            return ()
        start = int(self._form_ends[at - 1]) if at else 0
        return tuple(map(self._forms.__getitem__, range(start, int(self._form_ends[at]))))

    def items(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        """Yield every stem with its forms."""
        forms = list(self._forms)
        start = 0
        for stem, end in zip(self._stems, self._form_ends.tolist(), strict=True):
            yield stem, tuple(forms[start:end])
            start = end


def write_stems(writer: ArrayWriter, terms: Iterable[str], stem_of: StemOf) -> None:
    """Write the map from stems to forms of the terms of a segment."""
    forms: dict[str, set[str]] = {}
    for term in terms:
        forms.setdefault(stem_of(term), set()).add(term)
    _write(writer, {stem: group for stem, group in forms.items() if group != {stem}})


def merge_stems(writer: ArrayWriter, parts: Sequence[Stems]) -> None:
    """Write the map of a segment that others are merged into."""
    forms: dict[str, set[str]] = {}
    for part in parts:
        for stem, group in part.items():
            forms.setdefault(stem, set()).update(group)
    _write(writer, forms)


def _write(writer: ArrayWriter, forms: Mapping[str, set[str]]) -> None:
    ordered = sorted(forms)
    groups = [sorted(forms[stem]) for stem in ordered]
    writer.write_strings("stems", ordered)
    writer.write_strings("stems.forms", (form for group in groups for form in group))
    ends = np.cumsum(np.fromiter(map(len, groups), np.int64, len(groups)))
    writer.write("stems.form_ends", ends)
