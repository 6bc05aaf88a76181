"""Ask 192 FDA labels for eight kinds of sections, and count how often the right one comes first.

    python benchmarks/labels.py DATA/openfda_labels [--failures FILE]

Each label becomes an article with its sections. It is asked by its brand, by its ingredient as
the label writes it, and by the ingredient without its salt where that differs; each kind in
three phrasings. Right is the section of that kind, or one that the label has below it, in an
article about the medicine. For a brand that is one with the same ingredients; for an ingredient
one that has it among its ingredients.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from openfda import Label, LabelSection, folded, page_of, read_labels
from relevance import Failed, Watch, arguments, index_of, mean, reading, table, write_failures

from indexer import SearchRequest
from indexer.model import Results

PHRASINGS = ("professional", "lay", "question")

KINDS: dict[str, tuple[str, str, str]] = {
    "indications_and_usage": ("{} indications", "{} uses", "what is {} used for"),
    "dosage_and_administration": ("{} dosage", "{} how much to take", "how is {} given"),
    "contraindications": (
        "{} contraindications",
        "who should not take {}",
        "when must {} not be used",
    ),
    "adverse_reactions": (
        "{} adverse reactions",
        "{} side effects",
        "what side effects can {} cause",
    ),
    "drug_interactions": (
        "{} drug interactions",
        "{} with other medicines",
        "can I take {} together with other drugs",
    ),
    "pregnancy": ("{} pregnancy", "{} while pregnant", "is {} safe during pregnancy"),
    "overdosage": ("{} overdosage", "{} overdose", "what happens if I take too much {}"),
    "mechanism_of_action": ("{} mechanism of action", "{} how it works", "how does {} work"),
}
"""For each field that is asked for, one query of each phrasing."""


@dataclass(frozen=True, slots=True)
class Question:
    """A query and what answers it: the field, and the articles about the medicine."""

    text: str
    field: str
    phrasing: str
    naming: str
    label: Label
    right: frozenset[str]


def questions(labels: Sequence[Label]) -> list[Question]:
    """Return every query once; one that two labels give is asked of both."""
    asked: dict[str, Question] = {}
    for label in labels:
        fields = _answered(label)
        for naming, name, right in _names(label, labels):
            for field, texts in KINDS.items():
                for phrasing, text in zip(PHRASINGS, texts, strict=True):
                    query = text.format(name)
                    if field in fields:
                        asked.setdefault(
                            query, Question(query, field, phrasing, naming, label, right)
                        )
    return list(asked.values())


def _answered(label: Label) -> set[str]:
    """Return the fields that a label has text for; some are a heading and nothing more."""
    fields = {section.field for section in label.sections}
    return {
        field for section in label.sections if section.html for field in _answers(section) & fields
    }


def _answers(section: LabelSection) -> set[str]:
    """Return the fields that a section answers: its own, or those above it if none asks for it."""
    return {section.field, *(() if section.field in KINDS else section.within)}


def _names(label: Label, labels: Sequence[Label]) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Yield the names to ask by, with the articles that are right for each."""
    same = frozenset(one.name for one in labels if one.ingredients == label.ingredients)
    having = frozenset(one.name for one in labels if one.ingredients >= label.ingredients)
    brand = label.brand.casefold()
    if brand != label.generic:
        yield "brand", brand, same
    yield "ingredient", label.generic, having
    if folded(label.generic) != label.generic:
        yield "without salt", folded(label.generic), having


def accepted(labels: Sequence[Label]) -> dict[str, dict[str, frozenset[str]]]:
    """Return for each label the headings that are right for each field."""
    return {
        label.name: {
            field: frozenset(
                section.heading.casefold()
                for section in label.sections
                if field in _answers(section)
            )
            for field in KINDS
        }
        for label in labels
    }


def is_right(question: Question, results: Results, headings: dict[str, frozenset[str]]) -> bool:
    """Say whether the first section of the first article is the right one."""
    hit = results.hits[0]
    section = hit.sections[0]
    found = {heading.casefold() for heading in (*section.path, section.heading)}
    return hit.article.id in question.right and bool(found & headings[question.field])


def first_of(results: Results) -> str:
    """Name the first section found."""
    if not results.hits:
        return "nothing"
    hit = results.hits[0]
    return f"{hit.article.id} {hit.article.title} # {hit.sections[0].heading}"


def shares(outcomes: Sequence[tuple[Question, bool]]) -> str:
    """Return the share that is right: in total, by kind, by phrasing, by naming, and crossed."""
    groups: dict[str, list[bool]] = defaultdict(list)
    crossed: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for question, right in outcomes:
        for group in ("all", question.field, question.phrasing, question.naming):
            groups[group].append(right)
            for column in ("all", *PHRASINGS):
                if column in ("all", question.phrasing):
                    crossed[group, column].append(right)
    order = ["all", *KINDS, *PHRASINGS, "brand", "ingredient", "without salt"]
    rows = [
        [
            group,
            str(len(groups[group])),
            str(groups[group].count(False)),
            *(
                f"{mean(map(float, crossed[group, column])):.1%}" if crossed[group, column] else "-"
                for column in ("all", *PHRASINGS)
            ),
        ]
        for group in order
        if groups[group]
    ]
    return table(["asked for", "queries", "wrong", "right", *PHRASINGS], rows)


def main() -> None:
    """Index the labels, ask everything, print the shares."""
    options = arguments(__doc__).parse_args()
    labels = read_labels(options.data)
    pages = [page_of(label, with_generic=number % 2 == 0) for number, label in enumerate(labels)]
    headings = accepted(labels)
    watch = Watch()
    outcomes = []
    failures = []
    with index_of(pages, options) as index:
        for question in questions(labels):
            results = watch.ask(index, SearchRequest(text=question.text, per_page=1))
            right = bool(results.hits) and is_right(
                question, results, headings[results.hits[0].article.id]
            )
            outcomes.append((question, right))
            if not right:
                expected = f"{question.label.name} {question.label.brand} # {question.field}"
                notes = f"{question.phrasing}, {question.naming}; {reading(results.query)}"
                failures.append(Failed(question.text, expected, first_of(results), notes))
    print(watch)
    print(shares(outcomes))
    write_failures(failures, options.failures)


if __name__ == "__main__":
    main()
