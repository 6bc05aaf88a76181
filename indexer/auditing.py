"""What in an index needs an editor: articles looked through one by one, then medicine by medicine.

Articles are read one after the other and let go, so memory grows with what is found and not with
what is read. Each check tells only what it can show: a place, a quotation, a date. Who is told of
faults that are none stops reading, so in doubt nothing is said.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime

from indexer.engine.base import Snapshot
from indexer.findings import FINDING_CODES, Audit, AuditedArticle, Finding, FindingCode
from indexer.knowledge.drugs import CLASS_PREFIX
from indexer.knowledge.figures import conflicting_figures
from indexer.knowledge.sections import OTHER
from indexer.knowledge.subjects import subject_keys
from indexer.medicines import Medicines
from indexer.missing_sections import Coverage
from indexer.misspellings import Misspelling, misspellings
from indexer.model import Article, Section
from indexer.names import Names
from indexer.provenance import staleness
from indexer.query.plan import LEAST_TOLD, MEDICINE_KINDS, Concept, MatchPlan, Word
from indexer.quotations import line_with, shortened

MOST_PLACES = 20
"""Sections in which one misspelt word is told; a search finds the others."""


def audit(
    snapshot: Snapshot, names: Names, medicines: Medicines, *, today: date | None = None
) -> Audit:
    """Look through a generation; staleness is counted to a day, by default this one."""
    started = time.perf_counter()
    today = today or datetime.now(UTC).date()
    status = snapshot.status()
    found: list[Finding] = []
    coverage = Coverage()
    places: dict[str, AuditedArticle] = {}
    for summary in snapshot.summaries():
        article = snapshot.article(summary.id)
        keys = [key for key in subject_keys(article.drugs) if not key.startswith(CLASS_PREFIX)]
        place = _place_of(article, tuple(medicines.entry(key).name for key in keys))
        places[article.id] = place
        found += article_findings(article, place, today)
        coverage.learn(article, place, keys)
    found += coverage.missing(snapshot, names, medicines)
    for slip in misspellings(snapshot, names):
        found += _misspelt(slip, snapshot, places)
    failures = snapshot.set_aside()
    found += [
        Finding(code="set-aside", detail=_sentence(of.reason), source=of.source)
        for of in failures or ()
    ]
    return Audit(
        generation=status.generation,
        built_at=status.built_at,
        today=today.isoformat(),
        articles=status.articles,
        drugs=len(coverage),
        findings=tuple(sorted(found, key=_rank)),
        knows_set_aside=failures is not None,
        seconds=time.perf_counter() - started,
    )


def selected(
    audit: Audit, *, codes: Iterable[str] = (), drugs: Iterable[str] = ()
) -> tuple[Finding, ...]:
    """Return the findings of some kinds about some medicines; of all where none is named."""
    wanted, about = frozenset(codes), frozenset(drugs)
    return tuple(
        of
        for of in audit.findings
        if (not wanted or of.code in wanted) and (not about or not about.isdisjoint(of.drugs))
    )


def counts_of(findings: Iterable[Finding]) -> Mapping[FindingCode, int]:
    """Return how many findings there are of every kind, 0 among them."""
    counts = Counter(of.code for of in findings)
    return {code: counts[code] for code in FINDING_CODES}


def article_findings(article: Article, place: AuditedArticle, today: date) -> Iterator[Finding]:
    """Yield what is found in an article by itself."""
    for code, section, detail in _faults(article, today):
        yield Finding(code=code, detail=detail, drugs=place.drugs, place=place, section=section)


# --- one article ------------------------------------------------------------------------------

_Fault = tuple[FindingCode, str | None, str]
"""Code, id of the section, and what is the matter."""


def _faults(article: Article, today: date) -> Iterator[_Fault]:
    yield from _statements(article)
    yield from _provenance(article, today)
    yield from _parsing(article)
    yield from _heading_faults(article)
    yield from _repeated(article.sections)


def _statements(article: Article) -> Iterator[_Fault]:
    codes = {notice.code for notice in article.notices}
    if "conflicting-figures" in codes:
        for of in conflicting_figures(article):
            both = f"“{shortened(of.first.text)}” and “{shortened(of.second.text)}”"
            yield "conflicting-figures", of.first.section, f"Figures for {of.metric}: {both}"
    if "off-topic" in codes:
        told = " ".join(of.text for of in article.notices if of.code == "off-topic")
        for section in article.sections:
            if section.kind == OTHER and section.text and f"“{section.heading}”" in told:
                detail = f"“{section.heading}” speaks of other medicines alone."
                yield "off-topic", section.id, detail
    is_told = len(MEDICINE_KINDS & {section.kind for section in article.sections}) >= LEAST_TOLD
    if not article.drugs and is_told:
        yield "unknown-medicine", None, "It tells of a medicine, but of none that is known."
    elif article.drugs and all(drug.ingredient is None for drug in article.drugs):
        named = [drug.name for drug in article.drugs if drug.role != "class"]
        if named:
            yield "unknown-medicine", None, f"No list has {', '.join(named)}, nor its ingredient."


def _provenance(article: Article, today: date) -> Iterator[_Fault]:
    match staleness(article, today):
        case "unknown-date":
            yield "no-date", None, "No date of publication or change was found in the page."
        case "older-than-24-months":
            written = (article.modified or article.published or "")[: len("2024-01-31")]
            yield "stale-date", None, f"Last dated {written}."
    if article.publisher is None:
        yield "no-publisher", None, "No sources.toml says who publishes the page."
    if article.url is None:
        yield "no-address", None, "Neither the page nor a sources.toml names its address."


def _parsing(article: Article) -> Iterator[_Fault]:
    guess = f"read as {article.encoding.name}"
    is_guessed = article.encoding.source == "fallback"
    if is_guessed:
        said = [warning for warning in article.warnings if warning.endswith(guess)]
        yield "guessed-encoding", None, _sentence(said[0] if said else guess)
    for warning in article.warnings:
        if not (is_guessed and warning.endswith(guess)):
            yield "parse-warning", None, _sentence(warning)


def _heading_faults(article: Article) -> Iterator[_Fault]:
    for fault in article.heading_faults:
        same = [of.id for of in article.sections if of.heading == fault.heading]
        section = same[min(fault.number, len(same)) - 1] if same else None
        quoted = f"“{shortened(fault.heading)}”"
        match fault.code:
            case "several-titles":
                yield fault.code, section, f"{quoted} is another heading of the first level."
            case "skipped-level":
                yield fault.code, section, f"{quoted}: {fault.detail}."
            case _:  # empty-heading
                after = f" after {quoted}" if fault.heading else ""
                yield fault.code, section, f"An {fault.detail}{after} has no text."


def _repeated(sections: Sequence[Section]) -> Iterator[_Fault]:
    """Tell of headings that stand twice below the same one, where that one does not."""
    seen: dict[tuple[str, ...], list[Section]] = {}
    for section in sections:
        whole = tuple(heading.casefold() for heading in (*section.path, section.heading))
        seen.setdefault(whole, []).append(section)
    for whole, same in seen.items():
        is_inherited = any(len(seen.get(whole[:end], ())) > 1 for end in range(1, len(whole)))
        if len(same) > 1 and not is_inherited:
            detail = f"“{shortened(same[0].heading)}” stands {len(same)} times at the same place."
            yield "repeated-heading", same[1].id, detail


# --- names ------------------------------------------------------------------------------------


def _misspelt(
    slip: Misspelling, snapshot: Snapshot, places: Mapping[str, AuditedArticle]
) -> Iterator[Finding]:
    """Yield where a word stands that seems to be a slip of a name."""
    word = Word(term=slip.word, fields=("text", "heading"), stem=False)
    plan = MatchPlan(
        concepts=(Concept(label=slip.word, kind="word", node=word),),
        drugs=(slip.name.key,) if slip.is_subject_only else (),
        group="section",
        limit=MOST_PLACES,
    )
    whole = re.compile(rf"(?i)\b{re.escape(slip.word)}\b")
    for match in snapshot.match(plan).top:
        place, section_id = places[match.article_id], match.sections[0].section_id
        (section,) = snapshot.sections(match.article_id, [section_id])
        line = line_with(whole, f"{section.heading}\n{section.text}")
        yield Finding(
            code="misspelt-name",
            detail=f"“{slip.word}” may be {slip.name.name}: “{line}”",
            drugs=place.drugs,
            place=place,
            section=section_id,
        )


# --- words ------------------------------------------------------------------------------------


def _place_of(article: Article, drugs: tuple[str, ...]) -> AuditedArticle:
    return AuditedArticle(
        article_id=article.id,
        title=article.title,
        source=article.source,
        source_url=article.url,
        drugs=drugs,
    )


def _rank(finding: Finding) -> tuple[int, str, str, str]:
    article = finding.place.article_id if finding.place else finding.source or ""
    drugs = ", ".join(finding.drugs).casefold()
    return FINDING_CODES.index(finding.code), drugs, article, finding.detail


def _sentence(text: str) -> str:
    """Write a reason as a sentence."""
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."
