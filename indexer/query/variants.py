"""Words of a query that texts write or say in another way, without any other meaning.

One or two words (*breastfeeding*, *breast-feeding*) are the same word in two spellings, so they
are searched for alike wherever they stand. What patients say (*missed* for *forgot*, *fridge* for
*refrigerator*) counts in the words that ask for a kind of section alone: "missed periods" are no
forgotten ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from indexer.model import Via
from indexer.query.plan import All, AnyOf, Node, Phrase, Word

_Form: TypeAlias = tuple[str, ...]
_Forms: TypeAlias = tuple[_Form, ...]

_WRITTEN: Final[tuple[_Forms, ...]] = (
    (("breastfeeding",), ("breast", "feeding")),
    (("breastfeed",), ("breast", "feed")),
    (("breastfed",), ("breast", "fed")),
    (("checkup",), ("check", "up")),
    (("halflife",), ("half", "life")),
)

_SAID: Final[tuple[tuple[str, str], ...]] = (
    ("miss, forget, skip", "missed missing forgot forgotten skipped"),
    ("fridge, refrigerator, refrigerate", "refrigerated"),
    ("child, kid, pediatric", "children kids pediatrics paediatric paediatrics"),
    ("elderly, geriatric, older people, older adults, older patients", "geriatrics"),
)
"""Words that stand for each other, and their other forms; stems find those in the text."""

_WRITTEN_FORMS: Final[Mapping[_Form, _Forms]] = {
    form: forms for forms in _WRITTEN for form in forms
}
_SAID_FORMS: Final[Mapping[_Form, _Forms]] = {
    form: forms
    for said, others in _SAID
    for forms in [tuple(tuple(form.split()) for form in said.split(", "))]
    for form in (*forms, *((other,) for other in others.split()))
}
_TOLD: Final[Mapping[str, _Forms]] = {
    kind: tuple(tuple(form.split()) for form in forms.split(", "))
    for kind, forms in {
        "overdose": "than you should",
        "contraindications": "do not take, do not use",
        "abuse-dependence": "stop taking, stop using, stopping treatment, stop treatment",
        "monitoring": "blood tests, blood test, regular checks",
    }.items()
}
"""How the leaflets of the European Union tell of a kind of section, often inside of another one:
"If you take more X than you should", "Do not take X"."""

_TOO_MUCH: Final[Mapping[_Form, _Form]] = {("much",): ("too", "much"), ("many",): ("too", "many")}
_LONGEST: Final = 2


def written_node(terms: Sequence[str]) -> Node | None:
    """Return what matches a word in all its spellings; None when it has one alone."""
    forms = _WRITTEN_FORMS.get(tuple(terms))
    return None if forms is None else _any_of(forms, "direct")


def intent_node(kind: str, terms: Sequence[str]) -> Node | None:
    """Return what matches text about a kind of section, by the words that ask for it.

    None when those words are none that a text about it would have.
    """
    told = [
        Phrase(terms=form, via="intent")
        for form in (*_TOLD.get(kind, ()), *filter(None, [_TOO_MUCH.get(tuple(terms))]))
    ]
    words = () if tuple(terms) in _TOO_MUCH else tuple(_each(terms))
    if not told:
        return All(words) if words else None
    return AnyOf((All(words), *told) if words else tuple(told))


def _each(terms: Sequence[str]) -> Iterator[Node]:
    at = 0
    while at < len(terms):
        for length in range(_LONGEST, 0, -1):
            form = tuple(terms[at : at + length])
            forms = _WRITTEN_FORMS.get(form) or _SAID_FORMS.get(form)
            if forms is not None:
                yield _any_of(forms, "intent")
                at += length
                break
        else:
            yield Word(term=terms[at], via="intent")
            at += 1


def _any_of(forms: _Forms, via: Via) -> Node:
    return AnyOf(
        tuple(
            Word(term=form[0], via=via)
            if len(form) == 1
            else Phrase(terms=form, stem=True, via=via)
            for form in forms
        )
    )
