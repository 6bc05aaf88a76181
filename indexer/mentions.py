"""Where articles name medicines that they are not about: links on, and links here.

A name is what the knowledge of the index takes for one, by the same analysis as everywhere; so a
look-alike leads nowhere, and what is linked is what a search for it would find.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from indexer.analysis.tokens import word_spans
from indexer.engine.base import Snapshot
from indexer.knowledge.drugs import COMBINATION, DrugKnowledge, key_of
from indexer.medicines import Medicines
from indexer.model import Article, Drug, Mention, Mentions
from indexer.query.drug_concepts import other_names
from indexer.query.plan import AnyOf, Concept, MatchPlan, Node, Phrase, Subject, Word

MOST_MENTIONING = 20
"""Articles that are listed of those that mention a medicine; the others are counted."""

LONGEST_SEARCHED = 200_000
"""Code points of an article in whose text names are looked for: a tenth of a second."""


def named_in(
    article: Article, knowledge: DrugKnowledge, medicines: Medicines
) -> Mapping[str, tuple[Mention, ...]]:
    """Return, by section id, the other medicines of the index that an article's text names.

    Of each medicine the first mention in a section; not those that the article is about, nor
    their ingredients, nor what a list has for a class.
    """
    own = {part for drug in article.drugs for part in _parts(key_of(drug))}
    left = LONGEST_SEARCHED
    found: dict[str, tuple[Mention, ...]] = {}
    for section in article.sections:
        if len(section.text) > left:
            break
        left -= len(section.text)
        mentions: dict[str, Mention] = {}
        for key, mention in _mentions(section.text, knowledge):
            if key in medicines and own.isdisjoint(_parts(key)):
                mentions.setdefault(key, mention)
        if mentions:
            found[section.id] = tuple(mentions.values())
    return found


def mentioning(drugs: Iterable[Drug], snapshot: Snapshot, knowledge: DrugKnowledge) -> Mentions:
    """Return the articles that name one of some medicines in their text and are about none."""
    names: dict[tuple[str, ...], Node] = {}
    subjects: dict[str, Subject] = {}
    for drug in drugs:
        for owner in knowledge.resolve_all(drug.name):
            for name in (owner, *other_names(owner, knowledge)):
                names.setdefault(name.terms, _in_text(name.terms))
            subjects[owner.key] = Subject(drug=owner.key)
    if not names:
        return Mentions()
    named = Concept(label="", kind="drug", node=AnyOf(tuple(names.values())), required=True)
    plan = MatchPlan(
        concepts=(named,), excluded=(AnyOf(tuple(subjects.values())),), limit=MOST_MENTIONING
    )
    matches = snapshot.match(plan)
    return Mentions(
        total=matches.articles,
        articles=tuple(snapshot.summary(match.article_id) for match in matches.top),
    )


def _in_text(terms: tuple[str, ...]) -> Node:
    if len(terms) == 1:
        return Word(term=terms[0], fields=("text", "heading"), stem=False)
    return Phrase(terms=terms, fields=("text", "heading"))


def _mentions(text: str, knowledge: DrugKnowledge) -> Iterator[tuple[str, Mention]]:
    """Yield the medicines that a text names, by key, with where; no name crosses a line."""
    start = 0
    for line in text.split("\n"):
        spans = list(word_spans(line))
        for name in knowledge.find([term for term, _, _ in spans]):
            if name.drug.role != "class":
                first, last = spans[name.start][1], spans[name.end - 1][2]
                yield name.drug.key, Mention(start + first, start + last, name.drug.name)
        start += len(line) + 1


def _parts(key: str) -> set[str]:
    """Return a medicine's key and those of its ingredients."""
    return {key, *key.split(COMBINATION)}
