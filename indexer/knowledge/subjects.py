"""What an article is about: its medicines, with the evidence for each.

Names are found in the places where an article says what it is about, and each place has a weight
(WEIGHTS). A medicine is a subject when its weights reach SUBJECT_WEIGHT and at least SHARE of the
strongest subject's; a mention in the body weighs nothing, so an article on Imuran that warns of
allopurinol is about azathioprine alone. All names of one medicine count together.

A page may also teach a name. "Jayempi contains the active substance azathioprine" makes Jayempi a
brand of azathioprine when Jayempi is what the title names and azathioprine is known. The
statements that can teach are those of `indexer.knowledge.statements`; a pattern alone never makes
a name, and an ingredient that no list knows is never learned. A name whose ingredient no list
knows (most vaccines) is learned without one, where the title gives it, headings tell how it is
taken, kept or borne, and the text writes it with a capital everywhere: a query for it must never
be answered with another medicine's text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import unquote, urlsplit

from indexer.analysis.tokens import terms as analysed
from indexer.knowledge.bracketed import Bracketed, find_bracketed, is_used_as_name, spelled, uses_of
from indexer.knowledge.drugs import COMBINATION, DrugKnowledge, joined_names, key_of
from indexer.knowledge.sections import classify
from indexer.knowledge.statements import LONGEST_LINE, Statement, find_combination, find_statement
from indexer.model import Article, Drug, Role

WEIGHTS: Mapping[str, float] = {"title": 5, "tag": 3, "url": 3, "lead": 2, "heading": 1, "body": 0}
"""What a name in that place weighs. A title alone makes a subject; tag, address and lead need one
another; headings count once each, up to MOST_HEADINGS."""

STATEMENT_WEIGHT = 2.0
"""What "contains the active substance X" in the lead adds, where the title names no medicine."""

MOST_HEADINGS = 3
SUBJECT_WEIGHT = 4.0
SHARE = 0.5
LEAD_LINES = 3
"""Lines of text, from the top of the article, that are its lead."""

LEAST_TOLD = 2
"""Kinds of sections that must be told of a medicine that no list knows."""

MUCH_TOLD = 4
OFTEN = 10
"""The same for a page whose headings do not name it, and how often its text must: labels do so
by the hundred, a page about a disease has no dosage of it."""

_TOLD_OF_MEDICINES = frozenset(
    {"dosage", "contraindications", "adverse-reactions", "interactions", "overdose", "storage"}
)

MUCH_MORE = 5
IN_SECTIONS = 2
"""How much more often than any other, and in how many of the sections that tell what a medicine
is and does, the ingredient of an unlisted brand must be named."""

_TELLING = frozenset({"description", "mechanism", "pharmacokinetics", "clinical-pharmacology"})

_PLACES = ("title", "heading", "tag", "url", "lead", "body")

_GENERIC_TITLE_WORDS = frozenset(
    """
    a about adults all an and article before book brand by capsule capsules children concentrate
    cream dispersible dosage dose doses drops drug effects emulsion eye facts film coated for from
    gel generic granules guide hard how implant in inhalation information infusion injection
    introduction is it its kit know leaflet lozenge lozenges medication medicine medicines mg ml
    mcg nasal need of ointment on oral overview package patch patches patient patients pen powder
    prefilled pre filled prescribing prolonged release product safety should side soft solution
    spray summary suspension syringe syrup tablet tablets the this to types use used user uses
    vial what when why with you your % g units
    """.split()
)
_LONGEST_TITLE_NAME = 3


@dataclass(slots=True)
class _Found:
    """One name of a medicine and the places where it stands."""

    name: str
    role: Role
    places: dict[str, int] = field(default_factory=dict)

    def see(self, place: str) -> None:
        self.places[place] = self.places.get(place, 0) + 1


_Names = dict[tuple[str, ...], _Found]


def find_subjects(article: Article, knowledge: DrugKnowledge) -> tuple[Drug, ...]:
    """Return the medicines that an article is about, the strongest first.

    Each of their names that the article shows comes with its evidence. Empty when nothing says
    clearly what the article is about.
    """
    found = _names_by_place(article, knowledge)
    title_name = _title_name(article.title, knowledge)
    titled = any("title" in name.places for names in found.values() for name in names.values())
    statement = _statement(article, title_name, found, knowledge)
    if statement is not None:
        _learn(statement, title_name, found)
    else:
        bracketed = find_bracketed(article, title_name, len(_kinds_told(article)), knowledge)
        if bracketed is not None:
            _learn_bracketed(bracketed, found)
    weights = {key: _weight(names.values()) for key, names in found.items()}
    if statement is not None and statement.place == "lead" and not titled:
        weights[statement.key] += STATEMENT_WEIGHT
    strongest = max(weights.values(), default=0.0)
    subjects = [
        key
        for key, weight in sorted(weights.items(), key=lambda item: -item[1])
        if weight >= max(SUBJECT_WEIGHT, SHARE * strongest)
    ]
    if not subjects and (unlisted := _unlisted(article, title_name)) is not None:
        return _with_ingredient(unlisted, article, knowledge)
    return tuple(
        _drug(key, name)
        for key in _without_parts(subjects)
        for name in sorted(found[key].values(), key=_rank)
        if any(place != "body" for place in name.places)
    )


def subject_keys(drugs: Iterable[Drug]) -> tuple[str, ...]:
    """Return the keys of an article's subjects, each once, in order."""
    return tuple(dict.fromkeys(key_of(drug) for drug in drugs))


def _names_by_place(article: Article, knowledge: DrugKnowledge) -> dict[str, _Names]:
    found: dict[str, _Names] = {}
    for place, text in _places(article):
        seen: set[tuple[str, tuple[str, ...]]] = set()
        for span in knowledge.find(analysed(text)):
            drug = span.drug
            names = found.setdefault(drug.key, {})
            if (drug.key, drug.terms) not in seen:
                seen.add((drug.key, drug.terms))
                # A class goes by one name, which is its key; other names keep their form.
                name = knowledge.names(drug.key)[0].name if drug.role == "class" else drug.name
                names.setdefault(analysed(name), _Found(name, drug.role)).see(place)
    return found


def _places(article: Article) -> Iterable[tuple[str, str]]:
    """Yield the texts that tell what an article is about, with the name of their place."""
    yield "title", article.title
    for section in article.sections:
        if section.heading != article.title:
            yield "heading", section.heading
    for tag in article.tags:
        yield "tag", tag
    yield "url", _address(article)
    yield "lead", "\n".join(islice(_lines(article), LEAD_LINES))


def _lines(article: Article) -> Iterable[str]:
    return (
        line for section in article.sections if section.text for line in section.text.split("\n")
    )


def _address(article: Article) -> str:
    """Return the last part of the page's address and file name, as words."""
    path = unquote(urlsplit(article.url or "").path).rstrip("/")
    parts = (path.rpartition("/")[2], article.source.rpartition("/")[2])
    return "\n".join(part.partition(".")[0].replace("_", " ") for part in parts)


def _weight(names: Iterable[_Found]) -> float:
    """Add up the weights of the places where any name of a medicine stands."""
    places: dict[str, int] = {}
    for name in names:
        for place, times in name.places.items():
            places[place] = max(places.get(place, 0), times)
    return sum(
        WEIGHTS[place] * (min(times, MOST_HEADINGS) if place == "heading" else 1)
        for place, times in places.items()
    )


def _title_name(title: str, knowledge: DrugKnowledge) -> tuple[str, ...]:
    """Return the terms of a title that may name a medicine no list knows; empty when none may."""
    words = analysed(title)
    known = {at for span in knowledge.find(words) for at in range(span.start, span.end)}
    rest = tuple(
        word
        for at, word in enumerate(words)
        if at not in known and word not in _GENERIC_TITLE_WORDS and not word[:1].isdigit()
        if word not in knowledge.settled
    )
    return rest if len(rest) <= _LONGEST_TITLE_NAME else ()


def _statement(
    article: Article,
    title_name: Sequence[str],
    found: Mapping[str, _Names],
    knowledge: DrugKnowledge,
) -> Statement | None:
    """Find what the page says its medicine contains, beyond what the lists know."""
    titled = [
        (key, terms, name)
        for key, names in found.items()
        for terms, name in names.items()
        if "title" in name.places and name.role != "class"
    ]
    if not titled:
        return find_statement(article, title_name, knowledge)
    key, terms, name = titled[0]
    if len(titled) > 1 or " ".join(terms) in knowledge.settled:
        return None
    combination = find_combination(article, terms, key, knowledge)
    if combination is None:
        return None
    brand = name.name if name.role == "brand" else None
    return Statement(key=combination.key, brand=brand, place=combination.place)


def _learn(statement: Statement, title_name: Sequence[str], found: dict[str, _Names]) -> None:
    """Take what the page itself says of its ingredient; it beats the lists."""
    names = found.setdefault(statement.key, {})
    parts = statement.key.split(COMBINATION)
    ingredient = _Found(joined_names(parts), "ingredient")
    ingredient = names.setdefault(analysed(ingredient.name), ingredient)
    ingredient.see(statement.place)
    if title_name and set(title_name) <= set(analysed(statement.key)):
        # Half a name ("Zoledronic") is the ingredient's when the page says that it contains it.
        ingredient.see("title")
    if statement.brand:
        terms = analysed(statement.brand)
        brand = _Found(statement.brand, "brand")
        for others in found.values():
            brand = others.pop(terms, brand)
        brand.see("title")
        brand.see(statement.place)
        names[terms] = brand
    elif len(parts) > 1:
        # "Amlodipine" in the title of a page on amlodipine and valsartan stands for both.
        for part in parts:
            for name in found.pop(part, {}).values():
                for place in name.places:
                    ingredient.see(place)


def _learn_bracketed(bracketed: Bracketed, found: dict[str, _Names]) -> None:
    """Take a brand and what stands in brackets after it."""
    inside = analysed(bracketed.ingredient)
    if not bracketed.is_listed:
        # What is listed among its words is another medicine.
        for key in [key for key, names in found.items() if all(_holds(inside, of) for of in names)]:
            del found[key]
    names = found.setdefault(bracketed.key, {})
    ingredient = names.setdefault(inside, _Found(bracketed.ingredient, "ingredient"))
    brand = names.setdefault(analysed(bracketed.brand), _Found(bracketed.brand, "brand"))
    brand.see("title")
    brand.see("body")
    ingredient.see(bracketed.place)


def _kinds_told(article: Article) -> frozenset[str]:
    """Return the kinds of sections on medicines that an article has."""
    kinds = {section.kind for section in article.sections}
    kinds |= {classify(section.heading)[0] for section in article.sections}
    return frozenset(kinds & _TOLD_OF_MEDICINES)


def _unlisted(article: Article, name: Sequence[str]) -> Drug | None:
    """Return the medicine that a page is plainly about although no list knows what is in it.

    Its headings tell how it is taken, kept or borne; or its sections do, and it uses the name
    again and again.
    """
    if not name:
        return None
    told = {
        classify(section.heading)[0]
        for section in article.sections
        if section.heading != article.title and _holds(analysed(section.heading), name)
    }
    in_headings = len(told & _TOLD_OF_MEDICINES) >= LEAST_TOLD
    if not in_headings and len(_kinds_told(article)) < MUCH_TOLD:
        return None
    uses = uses_of(tuple(_lines(article)), name)
    if not is_used_as_name(uses, least=1 if in_headings else OFTEN):
        return None
    (best, _), *_ = Counter(uses).most_common(1)
    best = spelled(best, article.title)
    return Drug(name=best, ingredient=None, role="brand", evidence=("title", "heading"))


def _with_ingredient(brand: Drug, article: Article, knowledge: DrugKnowledge) -> tuple[Drug, ...]:
    """Add the ingredient of a brand that no list knows, where the page is plainly about one.

    A page calls a medicine by its ingredient where it tells what it is and how it acts. Only an
    ingredient counts that several of those sections name, often, and next to no other; and only
    where no combination is named, and no other ingredient among the forms and strengths.
    """
    named: Counter[str] = Counter()
    sections: Counter[str] = Counter()
    beside: set[str] = set()
    for section in article.sections:
        keys = [
            span.drug.key
            for line in section.text.split("\n")
            for span in knowledge.find(analysed(line[:LONGEST_LINE]))
            if span.drug.role == "ingredient"
        ]
        # A combination must never pass for the one of its ingredients that is named most.
        beside.update(key for key in keys if COMBINATION in key or section.kind == "forms")
        if section.kind in _TELLING:
            named.update(keys)
            sections.update(set(keys))
    (key, count), (_, next_count), *_ = (*named.most_common(2), ("", 0), ("", 0))
    often = count >= OFTEN and count >= MUCH_MORE * next_count and sections[key] >= IN_SECTIONS
    if not often or beside - {key}:
        return (brand,)
    names = knowledge.names(key)
    return (
        Drug(name=brand.name, ingredient=key, role="brand", evidence=brand.evidence),
        Drug(name=names[0].name, ingredient=key, role="ingredient", evidence=("body",)),
    )


def _holds(words: Sequence[str], name: Sequence[str]) -> bool:
    size = len(name)
    return any(tuple(words[at : at + size]) == tuple(name) for at in range(len(words) - size + 1))


def _without_parts(keys: Sequence[str]) -> Sequence[str]:
    """Leave out what is contained in a combination that is a subject itself."""
    parts = {key: frozenset(key.split(COMBINATION)) for key in keys}
    return [key for key in keys if not any(parts[key] < other for other in parts.values())]


def _rank(name: _Found) -> tuple[int, int, str]:
    """Order the names of a medicine: by their strongest place, brands before ingredients."""
    return min(map(_PLACES.index, name.places)), name.role != "brand", name.name


def _drug(key: str, name: _Found) -> Drug:
    return Drug(
        name=name.name,
        ingredient=None if name.role == "class" else key,
        role=name.role,
        evidence=tuple(place for place in _PLACES if place in name.places),
    )
