"""Where an article gives two figures for one thing, and where it speaks of other medicines.

Both are told, never averaged or mended (safety rule M10). Who is warned for nothing stops reading
warnings, so in doubt nothing is said. A figure counts where a row, or the sentence that opens a
paragraph, gives it and no more: no dose, age or study that it holds for. Two tables never disagree,
for each counts something of its own; nor do two sections when a heading narrows one of them down.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from indexer.analysis.sentences import sentences
from indexer.analysis.stemming import Stemmer
from indexer.analysis.tokens import terms as analysed
from indexer.knowledge.drugs import COMBINATION, DrugKnowledge, key_of
from indexer.knowledge.sections import OTHER
from indexer.model import Article, Notice, Section


@dataclass(frozen=True, slots=True)
class Quote:
    """A figure as an article gives it: id of the section, its sentence or row, the number."""

    section: str
    text: str
    number: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """What has two figures ("mild side effects"): a sentence, and one or a row that differs."""

    metric: str
    first: Quote
    second: Quote


_PERCENT = ("%", "percent", "per cent")
_NUMBER = r"\d{1,3}(?:\.\d+)? ?(?:%|per ?cent)"
_ABOUT = "(?:(?:about|around|approximately) )?"
_EFFECT = r"[^\W\d_]+(?:[ -][^\W\d_]+){0,3}"
_WHO = r"(?P<who>[^,%\d]{1,80}?)"
_HAD = "(?:had|have|get|experienced?|report(?:ed)?|develop(?:ed)?|suffered from)(?: only)?"
_SEEN = "(?:occur(?:red)? in|affect(?:ed)?|(?:was|were) (?:seen|reported|observed) (?:in|by))"
_AND = rf"(?:,? (?:and|but|while) {_ABOUT}(?P<rest>{_NUMBER}) {_HAD} (?P<other>{_EFFECT}))?"
_END = r"(?:,? such as [^%\d]*)?[.!]?"
_FORMS = (
    rf"{_ABOUT}(?P<number>{_NUMBER}) of {_WHO} {_HAD} (?P<effect>{_EFFECT}){_AND}{_END}",
    rf"(?P<effect>{_EFFECT}) {_SEEN} {_ABOUT}(?P<number>{_NUMBER}) of {_WHO}{_END}",
    rf"(?:[a-z ]+: )?(?P<effect>{_EFFECT}) — (?P<who>(?:[^—:%\d]+: )?)(?P<number>{_NUMBER})",
)
_FIGURES = [re.compile(rf"(?i)(?:According to [^—,%\d]+, )?{form}") for form in _FORMS]
_SEVERITY = re.compile("(?:no|mild|moderate|serious|severe|common) (?:side|adverse) [a-z]+")
_NO_EFFECT = frozenset("it they these those them one ones more less other and or".split())
_GROUPS = re.compile(
    r"(?i)\d ?m[gl]\b|\b(?:child|infant|adolesc|elder|old|young|wom[ae]n|m[ae]n\b|pregn|years?\b"
    r"|placebo|randomi|arms?\b|cohort|versus|vs\b|(?:trial|study|phase|group) (?-i:\d|[A-Z]+\b))"
)
"""A section with one of these tells of several groups; its figures are each of one of them."""
_GENERAL = frozenset(
    """a about adverse all and are clinical common data do does drug effect effects events figures
    for frequency from guide how in is it medicine mild numbers of often on patient patients people
    percentage % possible reaction reactions research safety serious severe share side statistics
    studies study survey take taking the to took treated treatment use users uses using what who
    with you your""".split()
)
"""Words that narrow nothing down, in headings, captions and columns, and after "78 % of"."""
_STEMMER = Stemmer()
_DENIED = re.compile(r"\b(?:little|nothing) to do with \S+")
_ITSELF = re.compile(r"\b(?:this|the|your) (\w+ )?(drug|dose|medic|tablet|treat|vacc)|ingredient")


def notices_on(article: Article, knowledge: DrugKnowledge) -> tuple[Notice, ...]:
    """Return what has to be known of an article's text, in sentences for people."""
    headings = {section.id: section.heading for section in article.sections}
    conflicts = (
        Notice(
            code="conflicting-figures",
            text=f"This article gives different figures for {of.metric}: "
            f"“{of.first.text}” and “{of.second.text}”",
        )
        for of in conflicting_figures(article)
    )
    foreign = (
        Notice(
            code="off-topic",
            text=f"This article also has text about other medicines: “{headings[section]}”.",
        )
        for section in off_topic(article, knowledge)
    )
    return (*conflicts, *foreign)


def conflicting_figures(article: Article) -> tuple[Conflict, ...]:
    """Return what an article gives two percentages for, further apart than rounding explains."""
    claims = list(_claims(article))
    said = {key: quote for key, _, quote in reversed(claims) if "—" not in quote.text}
    found: dict[str, Conflict] = {}
    for key, effect, quote in claims:
        if key in said and _differ(said[key].number, quote.number):
            found.setdefault(key, Conflict(effect, said[key], quote))
    return tuple(found.values())


def off_topic(article: Article, knowledge: DrugKnowledge) -> tuple[str, ...]:
    """Return the ids of sections that speak of other medicines and not of the article's own."""
    keys = [key_of(drug) for drug in article.drugs]
    own = {part for key in keys for part in (key, *key.split(COMBINATION))}
    names = [drug.name for drug in article.drugs]
    names += [name.name for key in own for name in knowledge.names(key)]
    words = {word for name in names for word in analysed(name) if len(word) > len("acid")}
    others = [of for of in article.sections if of.kind == OTHER and of.text]
    found = [of.id for of in others if _is_foreign(of, own, words, knowledge)]
    # A page with more of them is about several medicines.
    return tuple(found) if own and 4 * len(found) <= len(article.sections) else ()


def _claims(article: Article) -> Iterator[tuple[str, str, Quote]]:
    """Yield key, effect and quotation of each figure; a dash tells rows from sentences."""
    names = [name for drug in article.drugs for name in (drug.name, drug.ingredient or "")]
    general = _GENERAL.union(*map(analysed, names))
    for section in article.sections:
        text, blocks = section.text, section.blocks
        if not any(sign in text for sign in _PERCENT) or _GROUPS.search(text):
            continue
        leads = [blocks[of.lead] for of in blocks if of.kind != "item" and of.lead is not None]
        above = "\n".join(text[lead.start : lead.end] for lead in leads)
        scope = [] if general >= _of("\n".join((section.heading, *section.path))) else [section.id]
        for start, end in sentences(text, 0, len(text)) if general >= _of(above) else ():
            is_first = text[start - 1 : start] in {"", "\n"}
            for effect, number in _figures(text[start:end], general) if is_first else ():
                if section.kind == "adverse-reactions" or _SEVERITY.fullmatch(effect):
                    key = " ".join((*scope, *map(_STEMMER.stem, analysed(effect))))
                    yield key, effect, Quote(section.id, text[start:end], number)


def _figures(text: str, general: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield effects and numbers of a sentence or row that says nothing else."""
    figure = next((of for form in _FIGURES if (of := form.fullmatch(text))), None)
    if figure is not None and general >= _of(figure["who"]):
        said = figure.groupdict("")
        first, other = said["effect"].lower(), said.get("other", "").lower()
        other = other.replace("ones", first.partition(" ")[2] or "ones")  # "and serious ones"
        for effect, number in ((first, said["number"]), (other, said.get("rest", ""))):
            if effect and _NO_EFFECT.isdisjoint(effect.split()):
                yield effect, number


def _of(text: str) -> set[str]:
    return set(analysed(text)) - {""}


def _differ(*numbers: str) -> bool:
    smaller, larger = sorted(float(number.rstrip(" %percnt")) for number in numbers)
    return larger - smaller > max(larger / 5, 0.5)


def _is_foreign(section: Section, own: set[str], words: set[str], names: DrugKnowledge) -> bool:
    """Say whether a section names other medicines, and its article's own by no word at all."""
    text = "\n".join((*section.path, section.heading, section.text))
    terms = analysed(_DENIED.sub("", text))
    spans = names.find(terms)
    others = {span.drug.key for span in spans}
    if len(others) <= 1 or not words.isdisjoint(terms) or _ITSELF.search(text.lower()):
        return False
    related = {label for key in others for label in (*names.classes_of(key), *names.members(key))}
    classes = {label for key in own for label in names.classes_of(key)}
    # Before any other name, "it" is the article's medicine.
    return related.isdisjoint(classes | own) and "it" not in terms[: spans[0].start]
