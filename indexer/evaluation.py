"""How good the answers are: judged queries against what a search lists.

A judgment says for a query which section (`ARTICLE#SECTION`) or article (`ARTICLE`) answers it,
and how well: its *grade*, from 1. Two further targets stand for what a list of results cannot
say: `-`, nothing must be listed, and `~NAME`, the name must be offered as what was meant and no
other medicine's text be listed.

The figures, each a mean over the queries, from 0 to 1:

    nDCG@10     Järvelin & Kekäläinen 2002, doi:10.1145/582415.582418, with the discount log2(rank
                + 1) and the grade as gain, as trec_eval computes it
    MRR         Voorhees 1999, "The TREC-8 Question Answering Track Report": 1 / rank of the first
                relevant result
    P@1         share of the queries whose first result is relevant
    recall@100  share of the relevant results among the first hundred
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from indexer.errors import ConfigError
from indexer.model import LARGEST_PAGE_SIZE, Results, SearchRequest

NOTHING: Final = "-"
MEANT: Final = "~"
"""Begins a target that names the medicine that has to be offered."""

DEPTH: Final = 100
"""Results that are looked at: as far as recall@100 counts."""
LONGEST_GRADE: Final = 6
"""Digits of a grade: judgments go from 0 to 4."""

CUTOFF: Final = 10
"""Results that nDCG counts: a page."""

Search = Callable[[SearchRequest], Results]

_COLUMNS: Final = (3, 4)
_QREL_COLUMNS: Final = 4
_FIRST_LINES: Final = frozenset({("query id", "query"), ("id", "query"), ("query_id", "query")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgment:
    """That a target answers a query, and how well."""

    query_id: str
    query: str
    target: str
    grade: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How good an answer is, or the mean of many: nDCG@10, MRR, P@1, recall@100."""

    ndcg: float
    mrr: float
    p1: float
    recall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryOutcome:
    """How good the answer to one query is, and what came first."""

    query_id: str
    query: str
    intent: str
    """What is asked for: the kind of the section that answers, `nothing`, `suggestion`."""
    expected: str
    """The target with the best grade."""
    first: str
    """The first section listed, as a target; `-` when there is none."""
    figures: Figures


@dataclass(frozen=True, slots=True)
class _Ranked:
    """A result as it is judged: its section and its article."""

    section: str
    article: str


def read_judgments(path: Path) -> tuple[Judgment, ...]:
    """Read `query id, query, target, grade` (tab-separated; without a grade it is 1).

    Raise ConfigError naming the line that cannot be read.
    """
    judgments = []
    for number, row in _rows(path):
        if len(row) not in _COLUMNS or not all(row[:3]):
            message = f"{path}, line {number}: expected query id, query, target, grade; got {row}"
            raise ConfigError(message)
        grade = _grade(row[3], path, number) if len(row) > len(("id", "query", "target")) else 1
        judgments.append(Judgment(query_id=row[0], query=row[1], target=row[2], grade=grade))
    return _checked(judgments, path)


def read_qrels(queries: Path, qrels: Path) -> tuple[Judgment, ...]:
    """Read `query id, query` lines and TREC judgments, `query id, iteration, target, grade`.

    Raise ConfigError naming the line that cannot be read, or a judged query without a text.
    """
    texts: dict[str, str] = {}
    for number, row in _rows(queries):
        if len(row) < len(("id", "query")) or not all(row[:2]):
            raise ConfigError(f"{queries}, line {number}: expected query id, query; got {row}")
        texts[row[0]] = row[1]
    judgments = []
    for number, line in enumerate(_text(qrels).splitlines(), 1):
        parts = line.split()
        if not parts:
            continue
        if len(parts) != _QREL_COLUMNS:
            message = f"{qrels}, line {number}: expected query id, 0, target, grade; got {line!r}"
            raise ConfigError(message)
        query_id, _, target, grade = parts
        if query_id not in texts:
            message = f"{qrels}, line {number}: {queries} has no query {query_id!r}"
            raise ConfigError(message)
        judgments.append(
            Judgment(
                query_id=query_id,
                query=texts[query_id],
                target=target,
                grade=_grade(grade, qrels, number),
            )
        )
    return _checked(judgments, qrels)


def evaluate(
    search: Search, judgments: Sequence[Judgment], kind_of: Callable[[str], str]
) -> tuple[QueryOutcome, ...]:
    """Ask every judged query and say how good each answer is, in the order of the judgments.

    `kind_of` tells what a target is about, for the breakdown by intent.
    """
    by_query: dict[tuple[str, str], dict[str, int]] = {}
    for judged in judgments:
        targets = by_query.setdefault((judged.query_id, judged.query), {})
        targets[judged.target] = max(judged.grade, targets.get(judged.target, 0))
    return tuple(
        _outcome(search, query_id, query, targets, kind_of)
        for (query_id, query), targets in by_query.items()
    )


def mean_figures(outcomes: Iterable[QueryOutcome]) -> Figures:
    """Return the means over queries; all zero for none."""
    figures = [outcome.figures for outcome in outcomes]
    count = max(len(figures), 1)
    return Figures(
        ndcg=math.fsum(of.ndcg for of in figures) / count,
        mrr=math.fsum(of.mrr for of in figures) / count,
        p1=math.fsum(of.p1 for of in figures) / count,
        recall=math.fsum(of.recall for of in figures) / count,
    )


def by_intent(outcomes: Iterable[QueryOutcome]) -> Mapping[str, tuple[QueryOutcome, ...]]:
    """Group outcomes by the kind of section that answers, alphabetically."""
    groups: dict[str, list[QueryOutcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[outcome.intent].append(outcome)
    return {intent: tuple(groups[intent]) for intent in sorted(groups)}


def figures_of(ranked: Sequence[str], grades: Mapping[str, int]) -> Figures:
    """Return the figures of one ranking, best first and without repeats, for graded targets.

    Grades of 0 and less are judged not relevant. Without a relevant target all figures are 0.
    """
    relevant = {target: grade for target, grade in grades.items() if grade > 0}
    gains = [relevant.get(target, 0) for target in ranked[:DEPTH]]
    first = next((rank for rank, gain in enumerate(gains, 1) if gain), None)
    ideal = _dcg(sorted(relevant.values(), reverse=True)[:CUTOFF])
    return Figures(
        ndcg=_dcg(gains[:CUTOFF]) / ideal if ideal else 0.0,
        mrr=1.0 / first if first else 0.0,
        p1=float(first == 1),
        recall=sum(map(bool, gains)) / len(relevant) if relevant else 0.0,
    )


def _dcg(gains: Sequence[int]) -> float:
    return math.fsum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


# --- one query --------------------------------------------------------------------------------


def _outcome(
    search: Search,
    query_id: str,
    query: str,
    targets: Mapping[str, int],
    kind_of: Callable[[str], str],
) -> QueryOutcome:
    best = max(targets, key=lambda target: targets[target])
    answer = search(SearchRequest(text=query, group="section", per_page=1))
    first = next((_section_name(found) for found in _ranked(answer)), NOTHING)
    if best == NOTHING:
        figures, intent = _all_or_nothing(right=not answer.hits), "nothing"
    elif best.startswith(MEANT):
        right = _offers(answer, best.removeprefix(MEANT))
        figures, intent = _all_or_nothing(right=right), "suggestion"
    else:
        figures, intent = _judged(search, query, targets), kind_of(best)
    return QueryOutcome(
        query_id=query_id, query=query, intent=intent, expected=best, first=first, figures=figures
    )


def _judged(search: Search, query: str, targets: Mapping[str, int]) -> Figures:
    """Judge the list of sections, or of articles where no target is a section."""
    by_section = any("#" in target for target in targets)
    ranked: list[_Ranked] = []
    for page in range(1, DEPTH // LARGEST_PAGE_SIZE + 1):
        request = SearchRequest(
            text=query,
            group="section" if by_section else "article",
            page=page,
            per_page=LARGEST_PAGE_SIZE,
        )
        results = search(request)
        ranked += _ranked(results)
        if page >= results.pages:
            break
    return figures_of(list(_names(ranked, targets)), targets)


def _names(ranked: Iterable[_Ranked], targets: Mapping[str, int]) -> Iterator[str]:
    """Name each result as it is judged; an article that is a target counts at its first section."""
    seen: set[str] = set()
    for result in ranked:
        name = _section_name(result)
        if name not in targets and result.article in targets and result.article not in seen:
            seen.add(result.article)
            name = result.article
        yield name


def _ranked(results: Results) -> Iterator[_Ranked]:
    for hit in results.hits:
        yield _Ranked(section=hit.sections[0].id, article=hit.article.id)


def _section_name(result: _Ranked) -> str:
    return f"{result.article}#{result.section}"


def _offers(answer: Results, name: str) -> bool:
    """Say whether a name is offered first, and no text of another medicine is listed."""
    wanted = name.casefold()
    if answer.query.corrected is not None:
        return wanted in answer.query.corrected.casefold()
    offered = answer.suggestions.did_you_mean
    return not answer.hits and bool(offered) and offered[0].label.casefold() == wanted


def _all_or_nothing(*, right: bool) -> Figures:
    value = float(right)
    return Figures(ndcg=value, mrr=value, p1=value, recall=value)


# --- files ------------------------------------------------------------------------------------


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of a table with their numbers; empty ones, comments and headings aside."""
    reader = csv.reader(_text(path).splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    for number, row in enumerate(reader, 1):
        cells = [cell.strip() for cell in row]
        is_heading = tuple(cell.casefold() for cell in cells[:2]) in _FIRST_LINES and number == 1
        if any(cells) and not cells[0].startswith("#") and not is_heading:
            yield number, cells


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not text in UTF-8: {error}") from error


def _grade(text: str, path: Path, number: int) -> int:
    try:
        grade = int(text) if len(text) <= LONGEST_GRADE else None
    except ValueError:
        grade = None
    if grade is None:
        message = f"{path}, line {number}: the grade is {text!r}; it must be a whole number"
        raise ConfigError(message)
    return grade


def _checked(judgments: Sequence[Judgment], path: Path) -> tuple[Judgment, ...]:
    if not judgments:
        raise ConfigError(f"{path} holds no judgment; expected query id, query, target, grade")
    return tuple(judgments)
