"""Judged lists of several pages, classes of medicines as corrections, texts at their limits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from indexer.analysis import readability
from indexer.analysis.readability import reading_grade
from indexer.corrections import Unknown, detail_of, safe_correction
from indexer.errors import ConfigError
from indexer.evaluation import Judgment, evaluate, read_qrels
from indexer.knowledge.drugs import DrugKnowledge
from indexer.knowledge.similar_names import SimilarName
from indexer.model import LARGEST_PAGE_SIZE, ArticleSummary, Hit, Results, SearchRequest
from tests.cli.test_hits import HIT, RESULTS

TEXT = "It calms an immune system that attacks the wrong target in the body. " * 12


def test_only_the_first_hundred_results_are_judged() -> None:
    asked = []

    def search(request: SearchRequest) -> Results:
        asked.append(request)
        first = (request.page - 1) * request.per_page
        hits = tuple(
            Hit(article=ArticleSummary(id=f"a{at}", title="A"), score=1.0, sections=HIT.sections)
            for at in range(first, first + request.per_page)
        )
        return replace(RESULTS, hits=hits, pages=9)

    judgments = [
        Judgment(query_id="1", query="imuran", target=target, grade=1) for target in ("a99", "a100")
    ]
    [outcome] = evaluate(search, judgments, lambda _: "article")
    assert outcome.figures.recall == 0.5
    assert outcome.figures.mrr == pytest.approx(1 / 100)
    pages = [request.page for request in asked if request.per_page == LARGEST_PAGE_SIZE]
    assert pages == [1, 2]


def test_judgments_may_have_empty_lines_and_queries_must_have_a_text(tmp_path: Path) -> None:
    queries, qrels = tmp_path / "queries.tsv", tmp_path / "qrels"
    queries.write_text("1\timuran\n", encoding="utf-8")
    qrels.write_text("1 0 imuran 1\n\n1 0 prograf 0\n", encoding="utf-8")
    assert [judged.target for judged in read_qrels(queries, qrels)] == ["imuran", "prograf"]
    queries.write_text("1\timuran\n2\t\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="line 2: expected query id, query"):
        read_qrels(queries, qrels)


def test_a_class_of_medicines_is_offered_and_never_searched_for_unasked() -> None:
    knowledge = DrugKnowledge.shipped()
    statins = knowledge.resolve("statins")
    assert statins is not None
    assert detail_of(statins, knowledge).startswith("class of medicines")
    slip = Unknown(
        typed="stattinss", candidates=(SimilarName(text="statins", name=statins, distance=1),)
    )
    assert safe_correction([slip], knowledge) is None


def test_a_reading_grade_needs_no_more_than_the_first_part_of_a_long_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = reading_grade([TEXT])
    assert whole is not None
    monkeypatch.setattr(readability, "MOST_CHARACTERS", len(TEXT))
    assert reading_grade([TEXT, "Incomprehensibilities " * 500]) == whole
