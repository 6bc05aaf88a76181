"""`drugsearch evaluate`: figures, breakdown, comparison with the last run, and the gate."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

JUDGED = (
    "query id\tquery\ttarget\tgrade\n"
    "a1\timuran side effects\timuran#side-effects\t2\n"
    "a1\timuran side effects\timuran#serious-side-effects\t1\n"
    "a2\tprograf\tprograf\t1\n"
    "a3\thumira pregnancy\t-\t1\n"
)


@pytest.fixture
def location(run: Run, corpus: Path, tmp_path: Path) -> str:
    place = str(tmp_path / "index")
    assert run("reindex", "--quiet", "--index", place, str(corpus)).code == 0
    return place


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    file = tmp_path / "judged.tsv"
    file.write_text(JUDGED, encoding="utf-8")
    return file


@pytest.fixture
def history(tmp_path: Path) -> str:
    return str(tmp_path / "history")


def test_the_figures_are_told_by_the_kind_of_section_that_answers(
    run: Run, location: str, queries: Path, history: str
) -> None:
    outcome = run("evaluate", str(queries), "--index", location, "--history", history)
    assert (outcome.code, outcome.err) == (0, "")
    rows = {line.split()[0]: line.split()[1:] for line in outcome.out.splitlines() if line}
    assert rows["all"] == ["3", "1.0000", "1.0000", "1.0000", "1.0000"]
    assert {"adverse-reactions", "article", "nothing"} <= rows.keys()


def test_as_json_each_query_is_told(run: Run, location: str, queries: Path, history: str) -> None:
    outcome = run("evaluate", str(queries), "--json", "--index", location, "--history", history)
    shape = json.loads(outcome.out)
    assert shape["queries"] == 3
    assert set(shape["figures"]) == {"ndcg@10", "mrr", "p@1", "recall@100"}
    assert shape["last_run"] is None
    assert shape["by_intent"]["nothing"]["queries"] == 1
    assert shape["outcomes"][0]["first"] == "imuran#side-effects"


def test_a_figure_below_its_gate_is_6(
    run: Run, location: str, tmp_path: Path, history: str
) -> None:
    wrong = tmp_path / "wrong.tsv"
    wrong.write_text("w\timuran side effects\timuran#dosage\t1\n", encoding="utf-8")
    arguments = ("evaluate", str(wrong), "--index", location, "--history", history)
    gated = run(*arguments, "--min-p1", "0.5", "--min-ndcg", "0.5")
    assert gated.code == 6
    assert "P@1 is 0.0000, below 0.5" in gated.err
    assert "nDCG@10 is" in gated.err
    assert "expected imuran#dosage, first is imuran#side-effects" in gated.out
    assert run(*arguments, "--min-p1", "0").code == 0


def test_a_run_is_compared_with_the_one_before(
    run: Run, location: str, corpus: Path, queries: Path, history: str
) -> None:
    arguments = ("evaluate", str(queries), "--index", location, "--history", history)
    assert "Since the last run" not in run(*arguments).out
    (corpus / "imuran.html").unlink()
    reindexed = run("reindex", "--allow-removals", "--index", location, str(corpus))
    assert reindexed.code == 0
    again = run(*arguments)
    assert "Since the last run, over the 3 queries of both:" in again.out
    assert "worse  a1  imuran side effects" in again.out


def test_a_history_that_cannot_be_read_costs_only_the_comparison(
    run: Run, location: str, queries: Path, tmp_path: Path
) -> None:
    history = tmp_path / "history"
    history.mkdir()
    (history / "judged.tsv.json").write_text("[1]", encoding="utf-8")
    outcome = run("evaluate", str(queries), "--index", location, "--history", str(history))
    assert outcome.code == 0
    assert "cannot be read" in outcome.err


def test_qrels_are_read_beside_the_queries(
    run: Run, location: str, tmp_path: Path, history: str
) -> None:
    topics = tmp_path / "topics.tsv"
    topics.write_text("1\tprograf\n", encoding="utf-8")
    qrels = tmp_path / "qrels.txt"
    qrels.write_text("1 0 prograf 1\n", encoding="utf-8")
    outcome = run(
        "evaluate", str(topics), "--qrels", str(qrels), "--index", location, "--history", history
    )
    assert "all" in outcome.out
    assert "1.0000" in outcome.out


def test_a_malformed_file_is_wrong_usage(run: Run, location: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.tsv"
    broken.write_text("only one cell\n", encoding="utf-8")
    outcome = run("evaluate", str(broken), "--index", location)
    assert outcome.code == 2
    assert "line 1" in outcome.err
