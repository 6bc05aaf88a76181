"""The figures of an evaluation agree with trec_eval, and files of judgments are read strictly."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import ConfigError
from indexer.evaluation import Figures, figures_of, read_judgments, read_qrels

# Rankings and graded judgments with what ir_measures 0.4.3 (trec_eval) gives for nDCG@10, RR,
# P@1 and R@100.
KNOWN = [
    ("a b c d", {"a": 2, "c": 1}, (0.95023442, 1.0, 1.0, 1.0)),
    ("x a y b", {"a": 1, "b": 3, "z": 2}, (0.40382532, 0.5, 0.0, 0.66666667)),
    ("x y z", {"a": 1}, (0.0, 0.0, 0.0, 0.0)),
    ("b a", {"a": 3, "b": 0, "c": 1}, (0.52129602, 0.5, 0.0, 0.5)),
    ("1 2 3 4 5 6 7 8 9 10 a", {"a": 1}, (0.0, 0.09090909, 0.0, 1.0)),
]


@pytest.mark.parametrize(("ranking", "grades", "expected"), KNOWN)
def test_the_figures_are_those_of_trec_eval(
    ranking: str, grades: dict[str, int], expected: tuple[float, ...]
) -> None:
    found = figures_of(ranking.split(), grades)
    assert (found.ndcg, found.mrr, found.p1, found.recall) == pytest.approx(expected, abs=1e-7)


@given(
    st.lists(st.sampled_from("abcdefghij"), unique=True),
    st.dictionaries(st.sampled_from("abcdefghij"), st.integers(-1, 4)),
)
def test_every_figure_lies_between_0_and_1(ranked: list[str], grades: dict[str, int]) -> None:
    found = figures_of(ranked, grades)
    for value in (found.ndcg, found.mrr, found.p1, found.recall):
        assert 0.0 <= value <= 1.0 + 1e-12


@given(st.dictionaries(st.sampled_from("abcdefghij"), st.integers(1, 4), min_size=1))
def test_the_ideal_ranking_has_all_figures_at_1(grades: dict[str, int]) -> None:
    ranked = sorted(grades, key=lambda target: -grades[target])
    found = figures_of(ranked, grades)
    assert math.isclose(found.ndcg, 1.0)
    assert (found.mrr, found.p1, found.recall) == (1.0, 1.0, 1.0)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_judgments_are_read_with_and_without_heading_and_grade(tmp_path: Path) -> None:
    file = write(
        tmp_path / "q.tsv",
        "query id\tquery\ttarget\tgrade\nq1\timuran dose\timuran#dose\t2\n\n# note\n"
        'q2\t"50 mg\timuran\n',
    )
    first, second = read_judgments(file)
    assert (first.query_id, first.query, first.target, first.grade) == (
        "q1",
        "imuran dose",
        "imuran#dose",
        2,
    )
    assert (second.query, second.target, second.grade) == ('"50 mg', "imuran", 1)


def test_qrels_are_joined_with_their_queries(tmp_path: Path) -> None:
    queries = write(tmp_path / "q.tsv", "1\twhat is imuran\n2\tflomax\n")
    qrels = write(tmp_path / "qrels", "1 0 imuran 1\n2 0 flomax#uses 2\n")
    assert [(found.query, found.target, found.grade) for found in read_qrels(queries, qrels)] == [
        ("what is imuran", "imuran", 1),
        ("flomax", "flomax#uses", 2),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("q1\timuran\n", "line 1"),
        ("q1\timuran\tx\tgood\n", "grade is 'good'"),
        ("q1\t\tx\t1\n", "line 1"),
        ("", "no judgment"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read_judgments(write(tmp_path / "q.tsv", text))


def test_qrels_of_an_unknown_query_are_refused(tmp_path: Path) -> None:
    queries = write(tmp_path / "q.tsv", "1\timuran\n")
    with pytest.raises(ConfigError, match="has no query '7'"):
        read_qrels(queries, write(tmp_path / "qrels", "7 0 imuran 1\n"))
    with pytest.raises(ConfigError, match="line 1"):
        read_qrels(queries, write(tmp_path / "qrels2", "1 imuran 1\n"))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "q.tsv"
    file.write_bytes(b"\xff\xfe\x00q")
    with pytest.raises(ConfigError, match="UTF-8"):
        read_judgments(file)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_judgments(tmp_path / "none.tsv")


def test_figures_are_values() -> None:
    assert Figures(ndcg=1, mrr=1, p1=1, recall=1) == Figures(ndcg=1, mrr=1, p1=1, recall=1)
