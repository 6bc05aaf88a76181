"""What is said of an answer: what is not there, what was given up, what must not be read into it.

Nothing found is no proof of safety, a mention is no article, two names side by side are no advice:
where an answer could be taken for more than it is, a note says so, in a sentence for people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from indexer.engine.base import Matches, Snapshot
from indexer.knowledge.drugs import DrugKnowledge
from indexer.knowledge.lookalikes import lookalikes_of
from indexer.knowledge.sections import kind_named
from indexer.model import Drug, Interpretation, Notice
from indexer.query.plan import AnyOf, Concept, Kind, MatchPlan, Subject, leaves

ABOUT = "drug:"
"""How the label of a medicine begins that must be the subject of the article."""

ABSENCE_IS_NOT_SAFETY = "That does not mean that it is safe."


def interpretation_of(
    query: Interpretation, plan: MatchPlan, matches: Matches, snapshot: Snapshot
) -> tuple[Interpretation, tuple[Notice, ...]]:
    """Return how a query was read and what its answer gave up, and what has to be said of it."""
    notices: list[Notice] = []
    dropped: tuple[Concept, ...] = ()
    if matches.partial:
        text = "The search took too long and was stopped; ask for something narrower."
        notices.append(Notice(code="deadline", text=text))
    elif query.concepts:
        notices += _absences(plan, matches)
        notices += _mentions(plan, matches, snapshot)
    if matches.mode == "partial":
        asked = zip(plan.concepts, matches.coverage, strict=True)
        dropped = tuple(concept for concept, covered in asked if not covered)
        notices += _partial_notes(plan, dropped, snapshot)
    labels = tuple(concept.label for concept in dropped)
    notes = (*query.notes, *(notice.text for notice in notices))
    return replace(query, mode=matches.mode, dropped=labels, notes=notes), tuple(notices)


def lookalike_notices(drugs: Iterable[Drug], knowledge: DrugKnowledge) -> Iterator[Notice]:
    """Say which other names the medicines of a query are easily taken for (safety rule M2)."""
    told: set[str] = set()
    for drug in drugs:
        pairs = [of for of in lookalikes_of(drug, knowledge) if of.other not in told]
        if not pairs:
            continue
        told.update(pair.other for pair in pairs)
        own = pairs[0].tall_man
        is_brand = drug.role == "brand" and drug.ingredient is not None
        is_told = is_brand and pairs[0].name.casefold() != drug.name.casefold()
        ingredient = f"{drug.name} is {drug.ingredient}. " if is_told else ""
        others = _listed([pair.other_tall_man for pair in pairs], "or")
        yield Notice(code="lasa", text=f"{ingredient}Do not confuse {own} with {others}.")


def corrected_notice(typed: str, meant: str) -> Notice:
    """Say that another name was searched for than the one that was typed (safety rule M1)."""
    text = f"No results for “{typed}”. Showing results for “{meant}”."
    return Notice(code="corrected", text=text)


def _absences(plan: MatchPlan, matches: Matches) -> Iterator[Notice]:
    if all(matches.concept_sections) and not matches.unfiltered:
        labels = _listed([_asked(concept) for concept in plan.concepts], "and")
        yield _absence(f"No section of this index has {labels} together.")
    for concept, count in zip(plan.concepts, matches.concept_sections, strict=True):
        if count:
            continue
        if concept.kind == "field" or concept.label.startswith(ABOUT):
            yield _unknown(f"Nothing in this index has {_scoped(concept)}.")
        elif concept.kind == "drug":
            yield _unknown(
                f"Nothing in this index is about {concept.label} or names it. "
                "Other medicines are not shown in its place."
            )
        elif concept.kind != "intent":
            yield _unknown(f"Nothing in this index says {_asked(concept)}.")
        elif matches.mode == "all":
            yield _absence(f"Nothing in this index is about {_asked(concept)}.")


def _absence(text: str) -> Notice:
    return Notice(code="absence", text=f"{text} {ABSENCE_IS_NOT_SAFETY}")


def _unknown(text: str) -> Notice:
    return Notice(code="unknown", text=text)


def _scoped(concept: Concept) -> str:
    """Return what a scope asks for, in words; a medicine may still be named in texts."""
    scope, _, words = concept.label.partition(":")
    words = words.strip('"')
    places = {"drug": "articles about", "section": "sections called", "title": "titles with"}
    return f"{places[scope]} “{words}”"


def _mentions(plan: MatchPlan, matches: Matches, snapshot: Snapshot) -> Iterator[Notice]:
    """Say of medicines that no article found is about them: a mention must not pass for more."""
    about = {value for value, count in matches.facets["drug"] if count}
    subjects = {
        concept.label: subjects
        for concept in plan.concepts
        if concept.kind == "drug" and (subjects := _subjects_of(concept))
    }
    if not matches.sections or not subjects:
        return
    if about.isdisjoint(leaf.drug for leaves_ in subjects.values() for leaf in leaves_):
        them = "it" if len(subjects) == 1 else "them"
        note = f"No article found is about {_listed(subjects, 'or')}; these only mention {them}."
        alone = replace(plan, excluded=(), bonuses=(), drugs=(), kinds=())
        alone = replace(alone, classes=(), categories=(), years=(), articles=())
        treated = [
            label
            for label, leaves_ in subjects.items()
            if snapshot.match(replace(alone, concepts=(_one_of(label, leaves_),), limit=1)).sections
        ]
        if treated:
            note += (
                f" The articles about {_listed(treated, 'or')} do not have all that was asked"
                f" for. {ABSENCE_IS_NOT_SAFETY}"
            )
        yield Notice(code="mentioned", text=note)
    elif len({leaf.drug for leaves_ in subjects.values() for leaf in leaves_[:1]}) > 1:
        text = (
            f"These texts name {_listed(subjects, 'and')} together. That alone says nothing about"
            " whether they may be combined."
        )
        yield Notice(code="together", text=text)


def _subjects_of(concept: Concept) -> tuple[Subject, ...]:
    return tuple(leaf for leaf in leaves(concept.node) if isinstance(leaf, Subject))


def _one_of(label: str, nodes: tuple[Subject, ...]) -> Concept:
    return Concept(label=label, kind="drug", node=AnyOf(nodes), required=True)


def _partial_notes(
    plan: MatchPlan, dropped: Sequence[Concept], snapshot: Snapshot
) -> Iterator[Notice]:
    """Say what the index has nowhere for the medicines; the mode tells that not all was found."""
    required = tuple(concept for concept in plan.concepts if concept.required)
    drugs = [concept.label for concept in required if concept.kind == "drug"]

    def is_missing(concept: Concept) -> bool:
        found = snapshot.match(replace(plan, concepts=(*required, concept)))
        return not found.unfiltered and not found.partial

    missing = [concept for concept in dropped if drugs and is_missing(concept)]
    if missing:
        about, of = _listed(map(_asked, missing), "or"), _listed(drugs, "and")
        yield _absence(f"This index has no text about {about} for {of}.")


def _asked(concept: Concept) -> str:
    """Return what a concept asks for, as a note names it: a kind of section by its label."""
    kinds = [leaf.kind for leaf in leaves(concept.node) if isinstance(leaf, Kind)]
    kind = kind_named(kinds[0]) if concept.kind == "intent" and kinds else None
    if kind is not None:
        return kind.label[0].lower() + kind.label[1:]
    text = concept.label.strip('"')
    return f"“{text}”"


def _listed(labels: Iterable[str], word: str) -> str:
    """Write labels as people do: "a, b or c"."""
    *before, last = labels
    return f"{', '.join(before)} {word} {last}" if before else last
