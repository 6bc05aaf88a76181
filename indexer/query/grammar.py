"""What can be written into a query beside words: told once, for page, command line and documents.

The examples have `{drug}` where the name of a medicine stands, so that whoever shows them can take
one that the index has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Operator:
    """A way to write something, what it finds, and an example."""

    written: str
    finds: str
    example: str

    def about(self, drug: str) -> str:
        """Return the example with a medicine's name in it, in quotes where it has several words."""
        name = f'"{drug}"' if " " in drug and ":" in self.example else drug
        return self.example.format(drug=name)


OPERATORS: Final = (
    Operator(
        '"blood count"',
        "these words as typed, in this order: no other forms, no other names, no intent",
        '"side effects"',
    ),
    Operator("-word", "sections without it", "{drug} -pregnancy"),
    Operator("a OR b", "one or the other", "nausea OR vomiting"),
    Operator("immuno*", "words that begin so", "pregnan*"),
    Operator("( )", "a group", "{drug} (nausea OR pain)"),
    Operator(
        "drug:name", "only sections of articles whose subject is this medicine", "drug:{drug}"
    ),
    Operator(
        "section:kind",
        "only sections of this kind, by its name, by what it is called, or by words that ask"
        " for it",
        "section:interactions",
    ),
    Operator("title:word", "only sections of articles with this word in the title", "title:{drug}"),
)
