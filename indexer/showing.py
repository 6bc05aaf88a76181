"""What the engine found, as it is shown: hits with their snippets and reasons, facets.

Only what stands on the page that was asked for is read from the index.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, product

from indexer.engine.base import FacetName, Match, MatchedTerm, Matches, SectionMatch, Snapshot
from indexer.highlights import Highlight, mark_text
from indexer.knowledge.drugs import DrugKnowledge
from indexer.knowledge.lookalikes import lookalikes_of
from indexer.knowledge.sections import kind_named
from indexer.model import (
    LONGEST_QUOTED,
    BestSection,
    Facets,
    FacetValue,
    Hit,
    Interpretation,
    Reason,
    ScorePart,
    SearchRequest,
    Section,
    SectionHit,
    Snippet,
    Via,
)
from indexer.query.plan import MatchPlan, Word, leaves
from indexer.snippets import best_snippets

PHRASE_FORMS = 64
"""Ways a phrase of stems may be written that are looked for in a text: bounds the work."""


class Showing:
    """Shows what one plan matched in one snapshot."""

    def __init__(
        self, plan: MatchPlan, matches: Matches, snapshot: Snapshot, knowledge: DrugKnowledge
    ) -> None:
        """Take the plan, what matched it, and where to read that."""
        self._plan = plan
        self._matches = matches
        self._snapshot = snapshot
        self._knowledge = knowledge
        self._parts = _parts(plan, snapshot)

    def hits(self, query: Interpretation) -> tuple[Hit, ...]:
        """Return the hits, each with the names it is easily taken for that no notice says."""
        pairs = (pair for drug in query.drugs for pair in lookalikes_of(drug, self._knowledge))
        said = {pair.other for pair in pairs}
        hits = map(self._hit, self._matches.top)
        return tuple(_with_lookalikes(hit, said, self._knowledge) for hit in hits)

    def best_section(self, request: SearchRequest, query: Interpretation) -> BestSection | None:
        """Return the first section listed, if it is just what a query was certainly for.

        A query for one medicine and one kind of section, and a section of that kind, in an
        article about that medicine. Whatever else the query says, the section matches: it was
        listed.
        """
        is_first = request.page == 1 and request.sort == "relevance"
        subjects = {drug.ingredient or drug.name for drug in query.drugs}
        if not (is_first and self._matches.top and query.mode == "all"):
            return None
        if len(subjects) != 1 or len(query.intent) != 1 or self._plan.excluded:
            return None
        first = self._matches.top[0]
        found = first.sections[0]
        met = {(term.field, term.via) for term in found.matched}
        if not {("drug", "subject"), ("kind", "intent")} <= met:
            return None
        section = self._snapshot.sections(first.article_id, [found.section_id])[0]
        highlights = highlights_of(found.matched, self._parts, section)
        return BestSection(
            article=self._snapshot.summary(first.article_id),
            section=section,
            marks=mark_text(section.text[:LONGEST_QUOTED], highlights),
        )

    def facets(self, request: SearchRequest) -> Facets:
        """Return the facets; a filter in force has its value in them, if with a count of 0."""
        return Facets(
            section=self._values("section", request.sections, _kind_label),
            drug=self._values(
                "drug", self._plan.drugs, lambda key: self._knowledge.name_of(key) or key
            ),
            drug_class=self._values("class", request.classes),
            category=self._values("category", request.categories),
            year=self._values("year", request.years),
        )

    def _values(
        self, name: FacetName, selected: Sequence[str], label: Callable[[str], str] = str
    ) -> tuple[FacetValue, ...]:
        counts = dict(self._matches.facets[name])
        counts.update({value: 0 for value in selected if value not in counts})
        return tuple(
            [
                FacetValue(value=value, label=label(value), count=of, selected=value in selected)
                for value, of in counts.items()
            ]
        )

    def _hit(self, match: Match) -> Hit:
        ids = [section.section_id for section in match.sections]
        sections = self._snapshot.sections(match.article_id, ids)
        pairs = zip(sections, match.sections, strict=True)
        return Hit(
            article=self._snapshot.summary(match.article_id),
            score=match.score,
            sections=tuple(self._section_hit(section, found) for section, found in pairs),
            more_sections=match.section_total - len(sections),
        )

    def snippets(self, section: Section, found: SectionMatch) -> tuple[Snippet, ...]:
        """Return the best passages of a section that the plan found."""
        return best_snippets(section, highlights_of(found.matched, self._parts, section))

    def _section_hit(self, section: Section, found: SectionMatch) -> SectionHit:
        return SectionHit(
            id=section.id,
            heading=section.heading,
            path=section.path,
            kind=section.kind,
            score=found.score,
            snippets=self.snippets(section, found),
            why=_reasons(found, self._plan, self._knowledge),
            explanation=tuple(ScorePart(name=name, value=value) for name, value in found.parts),
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


def _written(term: MatchedTerm) -> Iterator[tuple[str, ...]]:
    if term.forms:
        return islice(product(*term.forms), PHRASE_FORMS)
    return iter([(term.term,)])


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


def _kind_label(name: str) -> str:
    kind = kind_named(name)
    return kind.label if kind else name
