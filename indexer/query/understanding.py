"""What a query means: the typed tree and the knowledge of medicines, as concepts.

The words at one level of a query are read together (`indexer.query.plain_words`); quotes, scopes
and groups stand for themselves. Every concept must match; what was recognised, added or left out
is told in the interpretation.

    imuran side effects   ->  [imuran | azathioprine | ... | subject azathioprine]
                              [kind adverse-reactions | (side & effects)]

An intent is read from the words at the top alone: who groups, quotes or scopes words means them.
An exclusion of a medicine rules out what names it and what is about it. A scope (`drug:`,
`section:`, `title:`) is a condition and never given up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import cast

from indexer.analysis.tokens import terms as analysed
from indexer.knowledge.drugs import DrugKnowledge, NameSpan
from indexer.knowledge.sections import KINDS, IntentSpan, classify, find_intent
from indexer.knowledge.synonyms import SynonymSpan
from indexer.model import Drug, Expansion, IntentMatch, Interpretation, Via
from indexer.query.drug_concepts import (
    Breadth,
    drug_node,
    expansions,
    subject_node,
    understood,
)
from indexer.query.function_words import FUNCTION_WORDS, LIGHT_VERBS
from indexer.query.plain_words import (
    Typed,
    is_measure,
    read_words,
    synonym_node,
    typed_terms,
    word_node,
)
from indexer.query.plan import (
    All,
    AnyOf,
    Concept,
    ConceptKind,
    Field,
    Kind,
    Node,
    Not,
    Phrase,
    Prefix,
    Word,
)
from indexer.query.syntax import (
    Exclude,
    Or,
    ParsedQuery,
    PrefixTerm,
    Quoted,
    Scoped,
    Term,
    level,
    start_of,
    text_of,
    unless_excluded,
)
from indexer.query.syntax import Node as Syntax
from indexer.query.variants import intent_node

_NEGATIONS = frozenset({"not", "never", "cannot", "can't", "shouldn't", "mustn't"})

NOTHING_TO_FIND = "A query needs at least one word to look for."


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """What a query has to know of the index that it is put to."""

    has_terms: Callable[[Sequence[str]], bool] = bool
    """Whether all of some terms stand in its texts."""
    combinations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By ingredient, the keys of the combinations with it that articles are about."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a query asks for, what it rules out, and how it was read."""

    concepts: tuple[Concept, ...]
    excluded: tuple[Node, ...]
    interpretation: Interpretation


def understand(
    parsed: ParsedQuery,
    knowledge: DrugKnowledge,
    *,
    breadth: Breadth | None = None,
    indexed: Indexed | None = None,
) -> Understanding:
    """Read a parsed query as widely as it is wanted.

    Of the names that were not typed, those that stand in what is `indexed` are told.
    """
    breadth = breadth or Breadth()
    if breadth.exact:
        breadth = replace(breadth, expand=False)
    reader = _Reader(knowledge=knowledge, breadth=breadth, indexed=indexed or Indexed())
    excluded = tuple(reader.excluded(parsed.tree))
    read = reader.concepts(unless_excluded(parsed.tree), with_intent=not breadth.exact)
    # What is asked for twice is asked for once: a text is no better for it, and a search dearer.
    asked: dict[Node, Concept] = {}
    for concept in read:
        asked.setdefault(concept.node, concept)
    concepts = tuple(asked.values())
    if not concepts:
        reader.notes.append(NOTHING_TO_FIND)
    return Understanding(
        concepts=concepts,
        excluded=excluded,
        interpretation=Interpretation(
            text=parsed.text,
            concepts=len(concepts),
            drugs=tuple(dict.fromkeys(reader.drugs)),
            intent=tuple(reader.intents),
            expansions=tuple(dict.fromkeys(reader.expansions)),
            notes=(*parsed.notes, *dict.fromkeys(reader.notes)),
        ),
    )


@dataclass(slots=True, kw_only=True)
class _Reader:
    """Reads one query, and collects what there is to tell about it."""

    knowledge: DrugKnowledge
    breadth: Breadth
    indexed: Indexed
    drugs: list[Drug] = field(default_factory=list)
    intents: list[IntentMatch] = field(default_factory=list)
    expansions: list[Expansion] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    # --- levels of the tree -------------------------------------------------------------------

    def concepts(self, nodes: Sequence[Syntax], *, with_intent: bool = False) -> list[Concept]:
        """Read what stands side by side at one level, in the order of the query."""
        found: list[tuple[int, Concept]] = []
        runs: list[list[Term]] = [[]]
        for node in nodes:
            if isinstance(node, Term):
                runs[-1].append(node)
            else:
                # No medicine's name reaches over what stands for itself.
                runs.append([])
                found += ((start_of(node), concept) for concept in self._standing_alone(node))
        # One intent in the query: with operators in between, the words are not one question.
        with_intent = with_intent and sum(map(bool, runs)) == 1
        alone = not found
        for run in filter(None, runs):
            found += self._words(run, with_intent=with_intent, alone=alone)
        return [concept for _, concept in sorted(found, key=lambda item: item[0])]

    def excluded(self, tree: Syntax) -> Iterator[Node]:
        """Yield what the exclusions at the top rule out."""
        for node in level(tree):
            if isinstance(node, Exclude):
                yield self._ruled_out(node)

    def _ruled_out(self, node: Exclude) -> Node:
        """Read an exclusion; what it names is not what the query is about."""
        breadth = replace(self.breadth, without=frozenset())
        silent = _Reader(knowledge=self.knowledge, breadth=breadth, indexed=self.indexed)
        return _all(silent.concepts(level(node.node)))

    def _standing_alone(self, node: Syntax) -> Iterator[Concept]:
        match node:
            case Quoted():
                yield _quoted(node)
            case PrefixTerm():
                yield _prefix(node)
            case Scoped():
                yield self._scoped(node)
            case Or(nodes):
                yield self._either(nodes)
            case _:  # The parser puts words with words, so that only an exclusion is left.
                ruled_out = self._ruled_out(cast("Exclude", node))
                yield Concept(label=f"-{text_of(node)}", kind="group", node=Not(ruled_out))

    def _either(self, nodes: Iterable[Syntax]) -> Concept:
        sides = [self.concepts(level(node)) for node in nodes]
        if any(len(side) > 1 for side in sides):
            read = (" ".join(concept.label for concept in side) for side in sides)
            # What stands beside OR is easily taken to belong to both of its sides.
            self.notes.append("Read as " + " OR ".join(f"({side})" for side in read) + ".")
        return Concept(
            label=" OR ".join(" ".join(concept.label for concept in side) for side in sides),
            kind="group",
            node=AnyOf(tuple(_all(side) for side in sides), adds=True),
            required=all(any(concept.required for concept in side) for side in sides),
        )

    # --- words --------------------------------------------------------------------------------

    def _words(
        self, words: Sequence[Term], *, with_intent: bool, alone: bool
    ) -> Iterator[tuple[int, Concept]]:
        """Yield the concepts of plain words, each with its place in the query."""
        typed = typed_terms(words)
        reading = read_words(
            typed,
            self.knowledge,
            with_intent=with_intent,
            with_synonyms=self.breadth.expand,
            alone=alone,
        )
        for span in reading.names:
            yield typed[span.start].word.start, self._drug(span, typed)
        if reading.intent is not None:
            yield typed[reading.intent.start].word.start, self._intent(reading.intent, typed)
        for synonyms in reading.synonyms:
            yield typed[synonyms.start].word.start, self._synonyms(synonyms, typed)
        for item in reading.rest:
            yield (
                item[0].word.start,
                Concept(
                    label=_label(item),
                    kind="number" if is_measure(item) else "word",
                    node=word_node(item, exact=self.breadth.exact),
                ),
            )

    def _drug(self, span: NameSpan, typed: Sequence[Typed]) -> Concept:
        label = _label(typed[span.start : span.end])
        self._tell(span, label)
        return Concept(
            label=label,
            kind="drug",
            node=drug_node(span.drug, self.knowledge, self.breadth, self._combinations(span)),
            required=True,
        )

    def _tell(self, span: NameSpan, label: str) -> None:
        """Note which medicine was understood, and what it is expanded to."""
        self.drugs.append(understood(span.drug))
        if self.breadth.expand:
            combinations = self._combinations(span)
            self.expansions += expansions(
                span.drug, label, self.knowledge, self._is_told, combinations
            )
        owners = self.knowledge.resolve_all(span.drug.name)
        if len(owners) > 1:
            keys = ", ".join(owner.key for owner in owners)
            self.notes.append(f"{span.drug.name} is sold with different ingredients: {keys}.")

    def _combinations(self, span: NameSpan) -> tuple[str, ...]:
        keys = self.indexed.combinations.get(span.drug.key, ())
        return tuple(key for key in keys if self.breadth.takes(analysed(key)))

    def _is_told(self, terms: Sequence[str]) -> bool:
        return self.breadth.takes(terms) and self.indexed.has_terms(terms)

    def _synonyms(self, span: SynonymSpan, typed: Sequence[Typed]) -> Concept:
        """Return what has other names as one concept, and tell those that texts have."""
        label = _label(typed[span.start : span.end])
        others = tuple(of for of in span.others if self.breadth.takes(of.terms))
        span = replace(span, others=others)
        for why in dict.fromkeys(synonym.why for synonym in span.others):
            names = tuple(
                synonym.text
                for synonym in others
                if synonym.why == why and self.indexed.has_terms(synonym.terms)
            )
            if names:
                self.expansions.append(Expansion(source=label, names=names, why=why))
        return Concept(label=label, kind="word", node=synonym_node(span))

    def _intent(self, intent: IntentSpan, typed: Sequence[Typed]) -> Concept:
        label = _label([typed[at] for at in intent.positions])
        self.intents.append(IntentMatch(kind=intent.kind, matched=label))
        kinds = _kind_nodes(intent.kind)
        words = intent_node(intent.kind, _telling(intent.matched_terms))
        return Concept(label=label, kind="intent", node=AnyOf((*kinds, words) if words else kinds))

    # --- scopes -------------------------------------------------------------------------------

    def _scoped(self, scoped: Scoped) -> Concept:
        text = text_of(scoped.node)
        match scoped.field:
            case "drug":
                node = self._about(scoped.node)
            case "section":
                node = self._in_section(text)
            case _:
                node = _in_fields(text, ("title",), exact=self.breadth.exact)
        kind: ConceptKind = "drug" if scoped.field == "drug" else "field"
        return Concept(label=f"{scoped.field}:{text}", kind=kind, node=node, required=True)

    def _about(self, node: Syntax) -> Node:
        """Return what matches articles whose subject is a medicine."""
        if isinstance(node, Or):
            return AnyOf(tuple(self._about(side) for side in node.nodes), adds=True)
        text = text_of(node)
        name = self.knowledge.resolve(text)
        if name is None:
            self.notes.append(f'No list knows "{text}" as a medicine; it is looked for in titles.')
            return _in_fields(text, ("title",), exact=True)
        self.drugs.append(understood(name))
        return subject_node(name, self.knowledge, self.breadth)

    def _in_section(self, text: str) -> Node:
        """Return what matches sections of a kind, or with these words above their text."""
        kind = _section_kind(text)
        if kind is not None:
            return AnyOf(_kind_nodes(kind, via="direct"))
        self.notes.append(f'"{text}" is no kind of section; it is looked for in headings.')
        return _in_fields(text, ("heading", "path"), exact=self.breadth.exact)


# --- nodes ------------------------------------------------------------------------------------


def _quoted(node: Quoted) -> Concept:
    """Quotes switch everything off: the words as they are typed, in this order."""
    terms = tuple(term for term in analysed(node.text) if term)
    exactly = Phrase(terms=terms) if len(terms) > 1 else Word(term=terms[0], stem=False)
    return Concept(label=f'"{node.text}"', kind="phrase", node=exactly, required=True)


def _prefix(node: PrefixTerm) -> Concept:
    """Letters before a star are one term, and what begins so is looked for."""
    (prefix,) = filter(None, analysed(node.text))
    return Concept(label=f"{node.text}*", kind="prefix", node=Prefix(prefix=prefix))


def _telling(terms: Sequence[str]) -> Sequence[str]:
    """Return the words of an intent that a text about it has: of "can children take", children."""
    words = [term for term in terms if term not in FUNCTION_WORDS]
    telling = [term for term in words if term not in LIGHT_VERBS]
    # "Not" alone stands everywhere: in "who should not take" it needs its verb.
    return telling if any(term not in _NEGATIONS for term in telling) else words


def _in_fields(text: str, fields: tuple[Field, ...], *, exact: bool) -> Node:
    """Return what matches all words of a text in these fields."""
    terms = tuple(dict.fromkeys(term for term in analysed(text) if term))
    words = tuple(Word(term=term, fields=fields, stem=not exact) for term in terms)
    return words[0] if len(words) == 1 else All(words)


def _kind_nodes(name: str, *, via: Via = "intent") -> tuple[Kind, ...]:
    """Match a kind of section and the kinds that are part of it."""
    parts = (kind.name for kind in KINDS if kind.parent == name)
    return tuple(Kind(kind=kind, via=via) for kind in (name, *parts))


def _section_kind(text: str) -> str | None:
    """Return the kind that `section:` means: its name, its label, or words that ask for it."""
    terms = tuple(term for term in analysed(text) if term)
    for kind in KINDS:
        if terms in (analysed(kind.name), analysed(kind.label)):
            return kind.name
    intent = find_intent(terms)
    if intent is not None and len(intent.positions) == len(terms):
        return intent.kind
    kind_name, rule = classify(text)
    return kind_name if rule.startswith("heading") else None


def _all(side: Sequence[Concept]) -> Node:
    return side[0].node if len(side) == 1 else All(tuple(concept.node for concept in side))


def _label(typed: Sequence[Typed]) -> str:
    """Return the words that terms are from, as typed; of a word in parts, those terms alone."""
    labels = []
    for word, items in groupby(typed, key=lambda item: item.word):
        terms = [item.term for item in items]
        is_whole = terms == [term for term in analysed(word.text) if term]
        labels.append(word.text if is_whole else " ".join(terms))
    return " ".join(labels)
