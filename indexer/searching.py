"""A search request answered: read, understood, matched, and shown with snippets and reasons."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, product
from typing import TYPE_CHECKING

from indexer.engine.base import FacetName, Match, MatchedTerm, Matches, SectionMatch, Snapshot
from indexer.highlights import Highlight
from indexer.knowledge.drugs import DrugKnowledge
from indexer.knowledge.lookalikes import lookalikes_of
from indexer.knowledge.sections import KINDS, kind_named
from indexer.model import (
    Facets,
    FacetValue,
    Hit,
    Reason,
    Results,
    ScorePart,
    SearchRequest,
    Section,
    SectionHit,
    Total,
    Via,
)
from indexer.names import Names
from indexer.notes import corrected_notice, interpretation_of, lookalike_notices
from indexer.query.bonuses import bonuses_of
from indexer.query.plan import (
    All,
    AnyOf,
    AnySubject,
    Concept,
    MatchPlan,
    Not,
    Subject,
    Word,
    leaves,
)
from indexer.query.syntax import parse_query
from indexer.query.understanding import Understanding, understand
from indexer.snippets import best_snippets
from indexer.suggestions import WaysOn

if TYPE_CHECKING:
    from indexer.corrections import Unknown

PHRASE_FORMS = 64
"""Ways a phrase of stems may be written that are looked for in a text: bounds the work."""


def search(request: SearchRequest, snapshot: Snapshot, names: Names) -> Results:
    """Answer a request from a snapshot; raise QueryError for a query that is too long.

    When nothing is found and a word of it can only be a slip of one medicine's name, that name is
    searched for, and the answer says so.
    """
    started = time.perf_counter()
    results, unknown = _answer(request, snapshot, names)
    if unknown and not results.total.sections:
        results = _corrected(results, unknown, snapshot, names)
    return replace(results, took_ms=(time.perf_counter() - started) * 1000.0)


def _corrected(
    results: Results, unknown: Sequence[Unknown], snapshot: Snapshot, names: Names
) -> Results:
    """Return the answer to the one safe correction as one to what was typed, and say so.

    Where there is none that finds something, the empty answer stays.
    """
    # Imported here, as below, because a query of words that are known has no use for it.
    from indexer.corrections import corrected_text, safe_correction  # noqa: PLC0415

    request = results.request
    meant = safe_correction(unknown, names.knowledge)
    if meant is None:
        return results
    typed = unknown[0].typed
    text = corrected_text(request.text, typed, meant.name)
    instead, _ = _answer(replace(request, text=text), snapshot, names)
    if not instead.total.sections or instead.query.mode != "all":
        return results
    notices = (corrected_notice(typed, meant.name), *instead.notices)
    query = replace(instead.query, text=request.text, corrected=text)
    return replace(instead, request=request, query=query, notices=notices)


def _unknown_words(plan: MatchPlan, matches: Matches, names: Names) -> tuple[Unknown, ...]:
    """Return the words that stand nowhere and may be slips of names."""
    if matches.partial or all(matches.concept_sections):
        return ()
    from indexer.corrections import unknown_words  # noqa: PLC0415

    return unknown_words(plan, matches, names.similar)


def _meant(text: str, unknown: Sequence[Unknown], knowledge: DrugKnowledge) -> WaysOn:
    """Return the names that unknown words may be slips of."""
    if not unknown:
        return WaysOn()
    from indexer.corrections import offers  # noqa: PLC0415

    return WaysOn(did_you_mean=offers(text, unknown, knowledge))


def _answer(
    request: SearchRequest, snapshot: Snapshot, names: Names
) -> tuple[Results, tuple[Unknown, ...]]:
    """Answer a request as it is typed; return also the words in it that may be slips of names."""
    knowledge = names.knowledge
    understood = understand(
        parse_query(request.text),
        knowledge,
        expand=request.expand,
        exact=request.exact,
        indexed=names.indexed_in(snapshot),
    )
    plan = plan_of(request, understood, knowledge)
    matches = snapshot.match(plan)
    unknown = () if request.exact else _unknown_words(plan, matches, names)
    if _may_give_up_concepts(plan, matches):
        most = snapshot.match(_most(plan, matches))
        matches = most if most.unfiltered or most.partial else matches
    parts = _parts(plan, snapshot)
    counted = matches.articles if request.group == "article" else matches.sections
    query, notices = interpretation_of(understood.interpretation, plan, matches, snapshot)
    hits = (_hit(match, plan, parts, snapshot, knowledge) for match in matches.top)
    said = {pair.other for drug in query.drugs for pair in lookalikes_of(drug, knowledge)}
    results = Results(
        request=request,
        query=query,
        total=Total(
            articles=matches.articles,
            sections=matches.sections,
            relation="gte" if matches.partial else "eq",
        ),
        hits=tuple(_with_lookalikes(hit, said, knowledge) for hit in hits),
        facets=_facets(request, plan, matches, knowledge),
        status=snapshot.status(),
        pages=-(-counted // request.per_page),
        took_ms=0.0,
        partial=matches.partial,
        suggestions=_meant(request.text, unknown, knowledge),
        notices=(*lookalike_notices(query.drugs, knowledge), *notices),
    )
    return results, unknown


def plan_of(
    request: SearchRequest, understood: Understanding, knowledge: DrugKnowledge
) -> MatchPlan:
    """Return the plan of a request whose query is understood."""
    concepts = understood.concepts
    nothing = (Concept(label="", kind="group", node=AnyOf(()), required=True),)
    return MatchPlan(
        concepts=concepts or nothing,
        excluded=understood.excluded,
        bonuses=tuple(bonuses_of(concepts, exact=request.exact)),
        drugs=tuple(_drug_key(name, knowledge) for name in request.drugs),
        kinds=request.sections,
        classes=request.classes,
        categories=request.categories,
        years=request.years,
        sort=request.sort,
        group=request.group,
        offset=(request.page - 1) * request.per_page,
        limit=request.per_page,
        explain=request.explain,
        deadline=(
            None if request.deadline_ms is None else time.monotonic() + request.deadline_ms / 1000
        ),
    )


def kinds_about(key: str, snapshot: Snapshot) -> tuple[str, ...]:
    """Return the kinds of sections that the articles about a medicine have, in the usual order."""
    about = Concept(label="", kind="drug", node=Subject(drug=key), required=True)
    counts = dict(snapshot.match(MatchPlan(concepts=(about,), limit=1)).facets["section"])
    return tuple(kind.name for kind in KINDS if kind.name in counts)


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


def highlights_for(query: str, snapshot: Snapshot, names: Names) -> list[Highlight]:
    """Return what to highlight for a query in any text; raise QueryError for one too long."""
    understood = understand(parse_query(query), names.knowledge, indexed=names.indexed_in(snapshot))
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

    Not when the deadline cut the work or only the filters leave nothing, and not when what may
    never be given up stands nowhere.
    """
    if matches.partial or matches.unfiltered or len(plan.concepts) == 1:
        return False
    if all(concept.kind == "intent" for concept in plan.concepts):
        return False
    counted = zip(plan.concepts, matches.concept_sections, strict=True)
    return all(count or not concept.required for concept, count in counted)


def _most(plan: MatchPlan, matches: Matches) -> MatchPlan:
    """Return the plan of an answer in part.

    A medicine that is named is never given up, so the answer is about it, and what else was asked
    for may be. Without one, a word may be the name of a medicine that nobody here knows: then the
    rarest word is not given up for the text about a medicine. Of what lacks it, only articles
    about none are listed. Nor is a number given up that stands nowhere (safety rule M4).
    """
    counts = [
        (count, concept)
        for count, concept in zip(matches.concept_sections, plan.concepts, strict=True)
        if concept.kind != "intent"
    ]
    has_drug = any(concept.kind == "drug" for _, concept in counts)
    if has_drug and all(count or concept.kind != "number" for count, concept in counts):
        return replace(plan, coverage="most")
    _, rarest = min(counts, key=lambda item: item[0])
    lacking = All((AnySubject(), Not(rarest.node)))
    return replace(plan, coverage="most", excluded=(*plan.excluded, lacking))


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


def _with_lookalikes(hit: Hit, said: Container[str], knowledge: DrugKnowledge) -> Hit:
    """Say what an article's medicines are easily taken for, unless the query's notices do."""
    pairs = [pair for drug in hit.article.drugs for pair in lookalikes_of(drug, knowledge)]
    unsaid = dict.fromkeys(of.other_tall_man for of in pairs if of.other not in said)
    return replace(hit, lookalikes=tuple(unsaid))


def _reasons(found: SectionMatch, plan: MatchPlan, knowledge: DrugKnowledge) -> tuple[Reason, ...]:
    """Return each field that met, with what met it; the words of an intent are one reason."""
    reasons: dict[tuple[int, str, Via], list[str]] = {}
    for at, matched in enumerate(found.matched):
        asked = plan.concepts[matched.concept]
        term = matched.term
        if matched.field == "drug":
            term = knowledge.name_of(term) or term
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
    def values(
        name: FacetName, selected: Sequence[str], label: Callable[[str], str] = str
    ) -> tuple[FacetValue, ...]:
        counts = dict(matches.facets[name])
        counts.update({value: 0 for value in selected if value not in counts})
        return tuple(
            [
                FacetValue(value=value, label=label(value), count=of, selected=value in selected)
                for value, of in counts.items()
            ]
        )

    return Facets(
        section=values("section", request.sections, _kind_label),
        drug=values("drug", plan.drugs, lambda key: knowledge.name_of(key) or key),
        drug_class=values("class", request.classes),
        category=values("category", request.categories),
        year=values("year", request.years),
    )


def _kind_label(name: str) -> str:
    kind = kind_named(name)
    return kind.label if kind else name
