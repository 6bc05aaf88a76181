"""A search request answered: read, understood, matched, and shown with snippets and reasons."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, product

from indexer.engine.base import Match, MatchedTerm, Matches, SectionMatch, Snapshot
from indexer.knowledge.drugs import DrugKnowledge
from indexer.knowledge.sections import kind_named
from indexer.model import (
    Facets,
    FacetValue,
    Hit,
    Interpretation,
    Reason,
    Results,
    ScorePart,
    SearchRequest,
    Section,
    SectionHit,
    Total,
    Via,
)
from indexer.query.bonuses import bonuses_of
from indexer.query.plan import (
    AnyOf,
    Concept,
    Field,
    Kind,
    MatchPlan,
    Subject,
    Word,
    leaves,
)
from indexer.query.syntax import parse_query
from indexer.query.understanding import Understanding, understand
from indexer.snippets import Highlight, best_snippets

PHRASE_FORMS = 64
"""Ways a phrase of stems may be written that are looked for in a text: bounds the work."""

ABSENCE_IS_NOT_SAFETY = "That does not mean that it is safe."


def search(request: SearchRequest, snapshot: Snapshot, knowledge: DrugKnowledge) -> Results:
    """Answer a request from a snapshot; raise QueryError for a query that is too long."""
    started = time.perf_counter()
    understood = understand(
        parse_query(request.text),
        knowledge,
        expand=request.expand,
        exact=request.exact,
        is_indexed=lambda terms: _is_indexed(terms, snapshot),
    )
    plan = plan_of(request, understood, knowledge)
    matches = snapshot.match(plan)
    if _may_give_up_concepts(plan, matches):
        most = snapshot.match(replace(plan, coverage="most"))
        matches = most if most.unfiltered or most.partial else matches
    parts = _parts(plan, snapshot)
    counted = matches.articles if request.group == "article" else matches.sections
    return Results(
        request=request,
        query=_interpretation(understood.interpretation, plan, matches, snapshot),
        total=Total(
            articles=matches.articles,
            sections=matches.sections,
            relation="gte" if matches.partial else "eq",
        ),
        hits=tuple(_hit(match, plan, parts, snapshot, knowledge) for match in matches.top),
        facets=_facets(request, plan, matches, knowledge),
        status=snapshot.status(),
        pages=-(-counted // request.per_page),
        took_ms=(time.perf_counter() - started) * 1000.0,
        partial=matches.partial,
    )


def plan_of(
    request: SearchRequest, understood: Understanding, knowledge: DrugKnowledge
) -> MatchPlan:
    """Return the plan of a request whose query is understood."""
    concepts = understood.concepts
    nothing = (Concept(label="", kind="group", node=AnyOf(()), required=True),)
    return MatchPlan(
        concepts=concepts or nothing,
        excluded=understood.excluded,
        bonuses=() if request.exact else tuple(bonuses_of(concepts)),
        drugs=tuple(_drug_key(name, knowledge) for name in request.drugs),
        kinds=request.sections,
        categories=request.categories,
        sort=request.sort,
        group=request.group,
        offset=(request.page - 1) * request.per_page,
        limit=request.per_page,
        explain=request.explain,
        deadline=(
            None if request.deadline_ms is None else time.monotonic() + request.deadline_ms / 1000
        ),
    )


def highlights_of(
    matched: Sequence[MatchedTerm], parts: Sequence[Mapping[str, str]], section: Section
) -> tuple[Highlight, ...]:
    """Return what to highlight in a section's text for what matched it.

    `parts` tells for each concept which of its words a surface form is. The name of the medicine
    that the article is about finds nothing special, but in its first lines, which may begin with
    a notice, what the medicine is.
    """
    is_first = section.level == 1
    known = {term.concept for term in matched if term.field == "drug" and not is_first}
    return tuple(
        Highlight(
            terms=terms,
            kind="related" if term.via == "expansion" else "direct",
            concept=term.concept,
            part=parts[term.concept].get(term.term, ""),
            is_known=term.concept in known,
        )
        for term in matched
        if term.field not in ("drug", "kind")
        for terms in _written(term)
    )


def _parts(plan: MatchPlan, snapshot: Snapshot) -> tuple[Mapping[str, str], ...]:
    """Return for each concept which word of it a surface form is; names are all the same."""
    return tuple(
        {
            form: leaf.term
            for leaf in leaves(concept.node)
            if isinstance(leaf, Word) and concept.kind != "drug"
            for form in snapshot.forms(leaf)[0]
        }
        for concept in plan.concepts
    )


def highlights_for(query: str, snapshot: Snapshot, knowledge: DrugKnowledge) -> list[Highlight]:
    """Return what to highlight for a query in any text; raise QueryError for one too long."""
    understood = understand(parse_query(query), knowledge)
    return [
        Highlight(
            terms=terms,
            kind="related" if leaf.via == "expansion" else "direct",
            concept=number,
        )
        for number, concept in enumerate(understood.concepts)
        for leaf in leaves(concept.node)
        if (forms := snapshot.forms(leaf))
        for terms in islice(product(*forms), PHRASE_FORMS)
    ]


def _is_indexed(terms: Iterable[str], snapshot: Snapshot) -> bool:
    """Say whether each term stands in some text or title; of a phrase it may still be untrue."""
    fields: tuple[Field, ...] = ("text", "title")
    return any(
        all(next(iter(snapshot.terms(field, term)), ("", 0))[0] == term for term in terms)
        for field in fields
    )


def _written(term: MatchedTerm) -> Iterator[tuple[str, ...]]:
    if term.forms:
        return islice(product(*term.forms), PHRASE_FORMS)
    return iter([(term.term,)])


def _drug_key(name: str, knowledge: DrugKnowledge) -> str:
    """Return the key of a drug filter; a name nobody knows is a key that no article has."""
    known = knowledge.resolve(name)
    return known.key if known else name.casefold()


def _may_give_up_concepts(plan: MatchPlan, matches: Matches) -> bool:
    """Return whether a query that nothing matches whole may be answered in part.

    Not when the deadline cut the work or only the filters leave nothing. And not when a drug or
    word of it occurs nowhere: leaving that out would answer another question, perhaps with the
    text about another medicine.
    """
    if matches.partial or matches.unfiltered or len(plan.concepts) == 1:
        return False
    return all(
        count or concept.kind == "intent"
        for concept, count in zip(plan.concepts, matches.concept_sections, strict=True)
    )


def _interpretation(
    query: Interpretation, plan: MatchPlan, matches: Matches, snapshot: Snapshot
) -> Interpretation:
    notes = list(query.notes)
    dropped: tuple[Concept, ...] = ()
    if matches.partial:
        notes.append("The search took too long and was stopped; ask for something narrower.")
    elif query.concepts:
        notes += _absences(plan, matches)
        notes += _mentions(plan, matches, snapshot)
    if matches.mode == "partial":
        asked = zip(plan.concepts, matches.coverage, strict=True)
        dropped = tuple(concept for concept, covered in asked if not covered)
        notes += _partial_notes(plan, dropped, snapshot)
    labels = tuple(concept.label for concept in dropped)
    return replace(query, mode=matches.mode, dropped=labels, notes=tuple(notes))


def _absences(plan: MatchPlan, matches: Matches) -> Iterator[str]:
    if all(matches.concept_sections) and not matches.unfiltered:
        labels = _listed([_asked(concept) for concept in plan.concepts], "and")
        yield f"No section of this index has {labels} together. {ABSENCE_IS_NOT_SAFETY}"
    for concept, count in zip(plan.concepts, matches.concept_sections, strict=True):
        if count:
            continue
        if concept.kind == "drug":
            yield (
                f"Nothing in this index is about {concept.label} or names it. "
                "Other medicines are not shown in its place."
            )
        elif concept.kind != "intent":
            yield f"Nothing in this index says {_asked(concept)}."
        elif matches.mode == "all":
            yield f"Nothing in this index is about {_asked(concept)}. {ABSENCE_IS_NOT_SAFETY}"


def _mentions(plan: MatchPlan, matches: Matches, snapshot: Snapshot) -> Iterator[str]:
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
        alone = replace(plan, excluded=(), bonuses=(), drugs=(), kinds=(), categories=())
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
        yield note
    elif len(subjects) > 1:
        yield (
            f"These texts name {_listed(subjects, 'and')} together. That alone says nothing about"
            " whether they may be combined."
        )


def _subjects_of(concept: Concept) -> tuple[Subject, ...]:
    return tuple(leaf for leaf in leaves(concept.node) if isinstance(leaf, Subject))


def _one_of(label: str, nodes: tuple[Subject, ...]) -> Concept:
    return Concept(label=label, kind="drug", node=AnyOf(nodes), required=True)


def _partial_notes(
    plan: MatchPlan, dropped: Sequence[Concept], snapshot: Snapshot
) -> Iterator[str]:
    """Say what the index has nowhere for the medicines; the mode tells that not all was found."""
    required = tuple(concept for concept in plan.concepts if concept.required)
    drugs = [concept.label for concept in required if concept.kind == "drug"]

    def is_missing(concept: Concept) -> bool:
        found = snapshot.match(replace(plan, concepts=(*required, concept)))
        return not found.unfiltered and not found.partial

    missing = [concept for concept in dropped if drugs and is_missing(concept)]
    if missing:
        about, of = _listed(map(_asked, missing), "or"), _listed(drugs, "and")
        yield f"This index has no text about {about} for {of}. {ABSENCE_IS_NOT_SAFETY}"


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


def _hit(
    match: Match,
    plan: MatchPlan,
    parts: Sequence[Mapping[str, str]],
    snapshot: Snapshot,
    knowledge: DrugKnowledge,
) -> Hit:
    ids = [section.section_id for section in match.sections]
    sections = snapshot.sections(match.article_id, ids)
    shown = tuple(
        SectionHit(
            id=section.id,
            heading=section.heading,
            path=section.path,
            kind=section.kind,
            score=found.score,
            snippets=best_snippets(section, highlights_of(found.matched, parts, section)),
            why=_reasons(found, plan, knowledge),
            explanation=tuple(ScorePart(name=name, value=value) for name, value in found.parts),
        )
        for section, found in zip(sections, match.sections, strict=True)
    )
    return Hit(
        article=snapshot.summary(match.article_id),
        score=match.score,
        sections=shown,
        more_sections=match.section_total - len(shown),
    )


def _reasons(found: SectionMatch, plan: MatchPlan, knowledge: DrugKnowledge) -> tuple[Reason, ...]:
    """Return each field that met, with what met it; the words of an intent are one reason."""
    reasons: dict[tuple[int, str, Via], list[str]] = {}
    for at, matched in enumerate(found.matched):
        asked = plan.concepts[matched.concept]
        term = matched.term
        if matched.field == "drug":
            term = _drug_label(term, knowledge)
        elif matched.field == "kind":
            term = asked.label
        place = -1 - matched.concept if asked.kind == "intent" else at
        reasons.setdefault((place, matched.field, matched.via), []).append(term)
    return tuple(
        dict.fromkeys(
            Reason(field=field, term=" ".join(terms), via=via)
            for (_, field, via), terms in reasons.items()
        )
    )


def _facets(
    request: SearchRequest, plan: MatchPlan, matches: Matches, knowledge: DrugKnowledge
) -> Facets:
    def values(name: str, selected: Sequence[str]) -> tuple[FacetValue, ...]:
        counts = dict(matches.facets[name])  # type: ignore[index]
        counts.update({value: 0 for value in selected if value not in counts})
        return tuple(
            FacetValue(
                value=value,
                label=_label(name, value, knowledge),
                count=count,
                selected=value in selected,
            )
            for value, count in counts.items()
        )

    return Facets(
        section=values("section", request.sections),
        drug=values("drug", plan.drugs),
        category=values("category", request.categories),
    )


def _label(facet: str, value: str, knowledge: DrugKnowledge) -> str:
    if facet == "section":
        kind = kind_named(value)
        return kind.label if kind else value
    return _drug_label(value, knowledge) if facet == "drug" else value


def _drug_label(key: str, knowledge: DrugKnowledge) -> str:
    """Return the name to show for a drug's key: its ingredient, as people write it."""
    return next((name.name for name in knowledge.names(key)), key)
