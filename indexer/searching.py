"""A search request answered: read, understood, matched, and shown with snippets and reasons."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import TYPE_CHECKING

from indexer.analysis.tokens import terms as analysed
from indexer.engine.base import Matches, Snapshot
from indexer.highlights import Highlight
from indexer.knowledge.drugs import DrugKnowledge
from indexer.knowledge.sections import KINDS
from indexer.model import Results, SearchRequest, Total
from indexer.names import Names
from indexer.notes import corrected_notice, interpretation_of, lookalike_notices
from indexer.query.bonuses import bonuses_of
from indexer.query.drug_concepts import Breadth
from indexer.query.plan import (
    All,
    AnyOf,
    AnySubject,
    Concept,
    MatchPlan,
    Not,
    Subject,
    leaves,
)
from indexer.query.syntax import parse_query
from indexer.query.understanding import Understanding, understand
from indexer.showing import PHRASE_FORMS, Showing
from indexer.suggestions import WaysOn

if TYPE_CHECKING:
    from indexer.corrections import Unknown


@dataclass(frozen=True, slots=True)
class Answer:
    """The results of a request, with what they were made by."""

    results: Results
    plan: MatchPlan
    """What lists the results: of an answer in part that of the part, of a corrected query that of
    the correction."""
    showing: Showing
    unknown: tuple[Unknown, ...] = ()
    """Words of the query that may be slips of names."""


def search(request: SearchRequest, snapshot: Snapshot, names: Names) -> Results:
    """Answer a request from a snapshot; raise QueryError for a query that is too long."""
    return answer(request, snapshot, names).results


def answer(request: SearchRequest, snapshot: Snapshot, names: Names) -> Answer:
    """Answer a request as `search` does, and tell how.

    When nothing is found and a word of it can only be a slip of one medicine's name, that name is
    searched for, and the answer says so.
    """
    started = time.perf_counter()
    found = _answer(request, snapshot, names)
    if found.unknown and not found.results.total.sections:
        found = _corrected(found, snapshot, names)
    took_ms = (time.perf_counter() - started) * 1000.0
    return replace(found, results=replace(found.results, took_ms=took_ms))


def _corrected(found: Answer, snapshot: Snapshot, names: Names) -> Answer:
    """Return the answer to the one safe correction as one to what was typed, and say so.

    Where there is none that finds something, the empty answer stays.
    """
    # Imported here, as below, because a query of words that are known has no use for it.
    from indexer.corrections import corrected_text, safe_correction  # noqa: PLC0415

    request = found.results.request
    meant = safe_correction(found.unknown, names.knowledge)
    if meant is None:
        return found
    typed = found.unknown[0].typed
    text = corrected_text(request.text, typed, meant.name)
    instead = _answer(replace(request, text=text), snapshot, names)
    results = instead.results
    if not results.total.sections or results.query.mode != "all":
        return found
    notices = (corrected_notice(typed, meant.name), *results.notices)
    query = replace(results.query, text=request.text, corrected=text)
    results = replace(results, request=request, query=query, notices=notices)
    return replace(instead, results=results)


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


def _answer(request: SearchRequest, snapshot: Snapshot, names: Names) -> Answer:
    """Answer a request as it is typed."""
    knowledge = names.knowledge
    understood = understand(
        parse_query(request.text),
        knowledge,
        breadth=Breadth(
            expand=request.expand,
            exact=request.exact,
            without=frozenset(map(analysed, request.without)),
        ),
        indexed=names.indexed_in(snapshot),
    )
    plan = plan_of(request, understood, knowledge)
    matches = snapshot.match(plan)
    unknown = () if request.exact else _unknown_words(plan, matches, names)
    listing = plan
    if _may_give_up_concepts(plan, matches):
        in_part = _most(plan, matches)
        most = snapshot.match(in_part)
        if most.unfiltered or most.partial:
            listing, matches = in_part, most
    showing = Showing(plan, matches, snapshot, knowledge)
    counted = matches.articles if request.group == "article" else matches.sections
    query, notices = interpretation_of(understood.interpretation, plan, matches, snapshot)
    results = Results(
        request=request,
        query=query,
        total=Total(
            articles=matches.articles,
            sections=matches.sections,
            relation="gte" if matches.partial else "eq",
        ),
        hits=showing.hits(query),
        facets=showing.facets(request),
        status=snapshot.status(),
        pages=-(-counted // request.per_page),
        took_ms=0.0,
        partial=matches.partial,
        suggestions=_meant(request.text, unknown, knowledge),
        notices=(*lookalike_notices(query.drugs, knowledge), *notices),
        best=showing.best_section(request, query),
    )
    return Answer(results, listing, showing, unknown)


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
        articles=request.articles,
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
