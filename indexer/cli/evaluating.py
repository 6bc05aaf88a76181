"""`drugsearch evaluate`: how good the answers are, by judged queries."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from indexer.cli import exits
from indexer.cli.console import complain
from indexer.cli.options import Invocation, command
from indexer.evaluation import (
    Figures,
    QueryOutcome,
    by_intent,
    mean_figures,
    read_judgments,
    read_qrels,
)
from indexer.index import open_index
from indexer.serialization import Json

FIGURES = (("ndcg", "nDCG@10"), ("mrr", "MRR"), ("p1", "P@1"), ("recall", "recall@100"))

HISTORY = Path("var") / "evaluations"
"""Where the last run over a file of queries is kept, to compare the next one with."""

FULL = 1.0 - 1e-9

_A_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@command("evaluate")
@click.argument("queries", type=_A_FILE, metavar="QUERIES.tsv")
@click.option("--qrels", type=_A_FILE, help="TREC judgments; QUERIES then is query id, query.")
@click.option("--min-ndcg", type=click.FloatRange(0, 1), help="Exit 6 when nDCG@10 is below this.")
@click.option("--min-p1", type=click.FloatRange(0, 1), help="Exit 6 when P@1 is below this.")
@click.option(
    "--history",
    type=click.Path(path_type=Path, file_okay=False),
    default=HISTORY,
    show_default=True,
    help="Folder that remembers the last run over each file of queries.",
)
def evaluate(  # noqa: PLR0913 - click passes every option by name
    invocation: Invocation,
    *,
    queries: Path,
    qrels: Path | None,
    min_ndcg: float | None,
    min_p1: float | None,
    history: Path,
) -> int:
    """Measure relevance by judged queries: nDCG@10, MRR, P@1 and recall@100.

    QUERIES.tsv has a line per judgment: query id, query, target, grade. A target is an
    ARTICLE or an ARTICLE#SECTION; `-` says that nothing may be listed, ~NAME that NAME must be
    offered as what was meant. Exits 6 when a figure is below its gate.
    """
    judgments = read_judgments(queries) if qrels is None else read_qrels(queries, qrels)
    index = open_index(invocation.settings.index, settings=invocation.settings)
    outcomes = index.evaluate(judgments)
    before = _remembered(history, queries)
    _remember(history, queries, outcomes)
    overall = mean_figures(outcomes)
    if invocation.console.as_json:
        invocation.console.answer_json(_json(outcomes, overall, before))
    else:
        for line in _lines(outcomes, overall, before, quiet=invocation.console.quiet):
            invocation.console.answer(line)
    return _gate(overall, min_ndcg=min_ndcg, min_p1=min_p1)


def _gate(overall: Figures, *, min_ndcg: float | None, min_p1: float | None) -> int:
    below = [
        f"{label} is {value:.4f}, below {least:g}"
        for label, value, least in (
            ("nDCG@10", overall.ndcg, min_ndcg),
            ("P@1", overall.p1, min_p1),
        )
        if least is not None and not value >= least
    ]
    for line in below:
        complain(f"drugsearch: {line}.")
    return exits.BELOW_GATE if below else exits.DONE


# --- what is told -----------------------------------------------------------------------------


def _lines(
    outcomes: Sequence[QueryOutcome],
    overall: Figures,
    before: Mapping[str, Figures],
    *,
    quiet: bool,
) -> Iterator[str]:
    yield f"{'':24}{'queries':>8}" + "".join(f"{label:>12}" for _, label in FIGURES)
    yield _row("all", len(outcomes), overall)
    for intent, group in by_intent(outcomes).items():
        yield _row(intent, len(group), mean_figures(group))
    if quiet:
        return
    imperfect = [outcome for outcome in outcomes if outcome.figures.p1 < FULL]
    if imperfect:
        yield ""
        yield "Not answered first:"
    for outcome in imperfect:
        expected = outcome.expected
        yield f"  {outcome.query_id}  {outcome.query}"
        yield f"      expected {expected}, first is {outcome.first}"
    yield from _changes(outcomes, before)


def _row(name: str, queries: int, figures: Figures) -> str:
    values = asdict(figures)
    return f"{name:24}{queries:>8}" + "".join(f"{values[key]:>12.4f}" for key, _ in FIGURES)


def _changes(outcomes: Sequence[QueryOutcome], before: Mapping[str, Figures]) -> Iterator[str]:
    """Say which queries are answered better and which worse than in the last run."""
    known = [outcome for outcome in outcomes if outcome.query_id in before]
    if not known:
        return
    then = mean_figures_of([before[outcome.query_id] for outcome in known])
    now = mean_figures(known)
    yield ""
    yield f"Since the last run, over the {len(known)} queries of both:"
    for key, label in FIGURES:
        old, new = asdict(then)[key], asdict(now)[key]
        yield f"  {label:12}{old:.4f} -> {new:.4f}  ({new - old:+.4f})"
    for outcome in known:
        old_ndcg = before[outcome.query_id].ndcg
        if abs(outcome.figures.ndcg - old_ndcg) > 1 - FULL:
            word = "better" if outcome.figures.ndcg > old_ndcg else "worse"
            change = f"{old_ndcg:.3f} -> {outcome.figures.ndcg:.3f}"
            yield f"  {word:7}{outcome.query_id}  {outcome.query}  (nDCG@10 {change})"


def mean_figures_of(figures: Sequence[Figures]) -> Figures:
    """Return the means of figures; all zero for none."""
    count = max(len(figures), 1)
    return Figures(
        **{key: sum(asdict(one)[key] for one in figures) / count for key, _ in FIGURES},
    )


def _json(
    outcomes: Sequence[QueryOutcome], overall: Figures, before: Mapping[str, Figures]
) -> dict[str, Json]:
    known = [outcome for outcome in outcomes if outcome.query_id in before]
    then = mean_figures_of([before[outcome.query_id] for outcome in known])
    return {
        "queries": len(outcomes),
        "figures": _figures_json(overall),
        "by_intent": {
            intent: {"queries": len(group), "figures": _figures_json(mean_figures(group))}
            for intent, group in by_intent(outcomes).items()
        },
        "last_run": {"queries": len(known), "figures": _figures_json(then)} if known else None,
        "outcomes": [
            {
                "id": outcome.query_id,
                "query": outcome.query,
                "intent": outcome.intent,
                "expected": outcome.expected,
                "first": outcome.first,
                "figures": _figures_json(outcome.figures),
            }
            for outcome in outcomes
        ],
    }


def _figures_json(figures: Figures) -> dict[str, Json]:
    values = asdict(figures)
    return {label.lower(): round(values[key], 6) for key, label in FIGURES}


# --- the last run -----------------------------------------------------------------------------


def _place(history: Path, queries: Path) -> Path:
    return history / f"{queries.name}.json"


def _remembered(history: Path, queries: Path) -> Mapping[str, Figures]:
    """Return the figures of the last run by query id; none when nothing readable is kept."""
    try:
        kept = json.loads(_place(history, queries).read_text(encoding="utf-8"))
        return {query_id: Figures(**figures) for query_id, figures in kept.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        complain(f"The last run cannot be read, so nothing is compared: {error}")
        return {}


def _remember(history: Path, queries: Path, outcomes: Sequence[QueryOutcome]) -> None:
    place = _place(history, queries)
    figures = {outcome.query_id: asdict(outcome.figures) for outcome in outcomes}
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(figures), encoding="utf-8")
    except OSError as error:
        complain(f"This run cannot be kept for comparison: {error}")
