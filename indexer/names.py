"""The names of medicines that one generation of an index is searched with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from indexer.engine.base import Snapshot
from indexer.knowledge.drugs import DrugKnowledge
from indexer.query.plan import Field
from indexer.query.understanding import Indexed

if TYPE_CHECKING:
    from indexer.knowledge.similar_names import SimilarNames


@dataclass(frozen=True, kw_only=True)
class Names:
    """What is known of names; safe to share between threads."""

    knowledge: DrugKnowledge
    combinations: Mapping[str, tuple[str, ...]]
    """By ingredient, the keys of the combinations with it that articles are about."""
    _known: dict[tuple[str, ...], bool] = field(default_factory=dict)
    """Rows of terms that were looked up in the index, each once."""

    @cached_property
    def similar(self) -> SimilarNames:
        """The same names by likeness, for what is none of them."""
        # Imported here because most queries have no such word.
        from indexer.knowledge.similar_names import (  # noqa: PLC0415
            SimilarNames,
            ordinary_substances,
        )

        return SimilarNames(self.knowledge, ordinary_substances())

    def indexed_in(self, snapshot: Snapshot) -> Indexed:
        """Return what a query has to know of the generation, which a snapshot has open."""

        def has_terms(terms: Sequence[str]) -> bool:
            key = tuple(terms)
            if key not in self._known:
                self._known[key] = _is_indexed(key, snapshot)
            return self._known[key]

        return Indexed(has_terms=has_terms, combinations=self.combinations)


def _is_indexed(terms: Iterable[str], snapshot: Snapshot) -> bool:
    """Say whether each term stands in some text or title; of a phrase it may still be untrue."""
    fields: tuple[Field, ...] = ("text", "title")
    return any(
        all(next(iter(snapshot.terms(field, term)), ("", 0))[0] == term for term in terms)
        for field in fields
    )
