"""Which surface forms a stem stands for, in one index.

Terms are indexed as they are written (folded), once. A word of a query that is not exact means
every form with the same stem; the forms come from this map, which is made when a generation is
published and read when it is opened.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from whoosh.reading import IndexReader

from indexer.analysis.stemming import Stemmer
from indexer.engine.base import OwnNames
from indexer.engine.whoosh.table import TERM_FIELDS
from indexer.knowledge.drugs import DrugKnowledge

LEXICON_FILE = "lexicon.json"


@cache
def stemmer(names: OwnNames) -> Stemmer:
    """Return the stemmer that leaves the names of medicines alone, those of the user too."""
    return Stemmer(DrugKnowledge.shipped().protected - names.ordinary | names.protected)


class Lexicon:
    """The forms of every stem of one index. Immutable."""

    def __init__(self, forms: Mapping[str, tuple[str, ...]], names: OwnNames) -> None:
        """Take the forms of each stem, but for stems whose only form they are themselves."""
        self._forms = forms
        self._names = names

    def forms(self, term: str) -> tuple[str, ...]:
        """Return the term's surface forms in the index, the term itself first."""
        stem = stemmer(self._names).stem(term)
        others = self._forms.get(stem, (stem,))
        return (term, *(form for form in others if form != term))


def write_lexicon(reader: IndexReader, folder: Path, names: OwnNames) -> None:
    """Write the map from stems to forms for every term of an open index."""
    terms = {term.decode("utf-8") for field in TERM_FIELDS for term in reader.lexicon(field)}
    forms: dict[str, list[str]] = {}
    for term in sorted(terms):
        forms.setdefault(stemmer(names).stem(term), []).append(term)
    varied = {stem: group for stem, group in forms.items() if group != [stem]}
    aside = folder / f"{LEXICON_FILE}.tmp"
    aside.write_text(json.dumps(varied, ensure_ascii=False, separators=(",", ":")), "utf-8")
    aside.replace(folder / LEXICON_FILE)


def read_lexicon(folder: Path, names: OwnNames) -> Lexicon:
    """Read the map that `write_lexicon` wrote with the same names."""
    forms = json.loads((folder / LEXICON_FILE).read_text("utf-8"))
    return Lexicon({stem: tuple(group) for stem, group in forms.items()}, names)
