"""What to read after an answer: other sections of the medicine, and others of its class."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Final

from indexer.knowledge.drugs import DrugKnowledge
from indexer.knowledge.sections import OTHER, kind_named
from indexer.medicines import Medicines
from indexer.model import Results, SearchRequest
from indexer.serialization import search_link
from indexer.suggestions import Suggestion

MOST_RELATED: Final = 4
"""Ways on of each sort below a list of results."""

_MOST_ASKED: Final = (
    "adverse-reactions",
    "dosage",
    "indications",
    "interactions",
    "contraindications",
    "boxed-warning",
    "warnings-precautions",
    "pregnancy",
)
"""The order of sections in a list of ways on: what is asked of medicines most, by judgement."""

KindsOf = Callable[[str], Sequence[str]]
"""The kinds of sections that articles about a medicine have, by its key."""


def related(
    results: Results, knowledge: DrugKnowledge, medicines: Medicines, kinds_of: KindsOf
) -> tuple[Suggestion, ...]:
    """Return what to read after an answer about one medicine.

    Its other kinds of sections; and of other medicines of its class the kind asked for.
    """
    keys = [owner.key for drug in results.query.drugs for owner in knowledge.resolve_all(drug.name)]
    keys = [key for key in dict.fromkeys(keys) if key in medicines]
    if len(keys) != 1:
        return ()
    key, asked = keys[0], [intent.kind for intent in results.query.intent]
    name = next(iter(results.query.drugs)).name
    kinds = sorted(kinds_of(key), key=place_of)
    others = [kind for kind in kinds if kind not in asked and kind != OTHER]
    drug_class = knowledge.class_of(key)
    of_class = medicines.of_class(drug_class) if drug_class and asked else ()
    same = (other for other in of_class if other != key and asked[0] in kinds_of(other))
    return (
        *(section_of(name, kind) for kind in others[:MOST_RELATED]),
        *(
            section_of(medicines.entry(other).name, asked[0], detail=drug_class or "")
            for other in islice(same, MOST_RELATED)
        ),
    )


def by_class(results: Results, knowledge: DrugKnowledge) -> Iterator[Suggestion]:
    """Yield a query that found nothing with the classes of its medicines in their place.

    Texts warn of classes: what is said of opioids and benzodiazepines need not name diazepam.
    """
    # Imported here because most answers need no other query, and its names take long to load.
    from indexer.corrections import corrected_text  # noqa: PLC0415

    for drug in results.query.drugs:
        keys = (owner.key for owner in knowledge.resolve_all(drug.name))
        label = next(filter(None, map(knowledge.class_of, keys)), None)
        name = knowledge.resolve(label) if label else None
        if name is not None and name.role == "class" and drug.role != "class":
            query = corrected_text(results.request.text, drug.name, name.name)
            detail = f"the class of {drug.name}"
            url = search_link("/search", SearchRequest(text=query))
            yield Suggestion(label=query, detail=detail, query=query, url=url)


def section_of(name: str, kind: str, *, detail: str = "section") -> Suggestion:
    """Return a section of a medicine as a suggestion."""
    found = kind_named(kind)
    query = f"{name} {found.asked if found else kind}"
    return Suggestion(
        label=f"{name} › {label_of(kind)}",
        detail=detail,
        query=query,
        url=search_link("/search", SearchRequest(text=query)),
    )


def label_of(kind: str) -> str:
    """Return what people call a kind of section."""
    found = kind_named(kind)
    return found.label if found else kind


def place_of(kind: str) -> int:
    """Return the place of a kind among those that readers ask for most; the others come after."""
    return _MOST_ASKED.index(kind) if kind in _MOST_ASKED else len(_MOST_ASKED)
