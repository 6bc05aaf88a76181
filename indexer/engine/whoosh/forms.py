"""Queries of Whoosh's tree for words in any of their forms, which Whoosh has no class for."""

from __future__ import annotations

from collections.abc import Sequence

from whoosh import query as whoosh_query
from whoosh.query import Query

from indexer.query.plan import Field


class Forms(whoosh_query.Or):
    """Forms of one word, scored as if they were one term; to Whoosh an Or of terms."""

    def __init__(self, field: Field, forms: Sequence[str], boost: float = 1.0) -> None:
        """Take the forms, as they stand in the index."""
        super().__init__((), boost=boost)
        self.of_field = field
        self.forms = tuple(forms)

    @property
    def subqueries(self) -> list[Query]:
        """The terms, made when Whoosh asks for them."""
        return [whoosh_query.Term(self.of_field, form) for form in self.forms]

    @subqueries.setter
    def subqueries(self, given: Sequence[Query]) -> None:
        del given

    def normalize(self) -> Forms:
        """Return the same query: an Or would become its only term."""
        return self


class FormsPhrase(whoosh_query.Phrase):
    """Words in a row, each in any of its forms."""

    def __init__(self, field: Field, groups: Sequence[Sequence[str]], slop: int = 1) -> None:
        """Take the forms of each word, as they stand in the index."""
        super().__init__(field, [group[0] for group in groups], slop=slop)
        self.groups = tuple(map(tuple, groups))
