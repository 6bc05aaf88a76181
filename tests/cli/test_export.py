"""`drugsearch search --all`: every section that a query finds, whole."""

import csv
import io
import json
from pathlib import Path

import pytest

from indexer.config import Settings
from indexer.engine import open_engine
from indexer.engine.base import OwnNames
from indexer.exporting import BATCH
from indexer.index import open_index
from indexer.model import SearchRequest
from indexer.serialization import EXPORT_COLUMNS
from tests.cli.conftest import Outcome, Run
from tests.engine.strategies import article_of, put_all

PROVENANCE = {
    "publisher",
    "publisher_type",
    "licence",
    "published",
    "modified",
    "indexed",
    "stale",
    "generation",
    "built_at",
    "source_url",
}


def rows_of(outcome: Outcome) -> list[dict[str, object]]:
    return [json.loads(line) for line in outcome.out.splitlines()]


def test_every_section_comes_in_the_order_of_the_results(run: Run, index: str) -> None:
    outcome = run("search", "--index", index, "--all", "medicine")
    rows = rows_of(outcome)
    assert outcome.code == 0
    listed = open_index(index).search(SearchRequest(text="medicine", group="section", per_page=50))
    assert [(row["article"], row["section"], row["score"]) for row in rows] == [
        (hit.article.id, hit.sections[0].id, hit.sections[0].score) for hit in listed.hits
    ]
    assert [row["rank"] for row in rows] == list(range(1, listed.total.sections + 1))


def test_a_row_is_the_section_whole_with_where_it_is_from(run: Run, index: str) -> None:
    (row,) = rows_of(run("search", "--index", index, "--all", "imuran", "bruising"))
    assert list(row) == list(EXPORT_COLUMNS)
    assert set(row) >= PROVENANCE
    assert row["text"] == "Call a doctor at once if you have a fever or unusual bruising."
    assert row["snippet"] == row["text"]
    assert (row["path"], row["kind"], row["loinc"]) == (
        ["Side effects"],
        "adverse-reactions",
        "34084-4",
    )
    assert (row["drugs"], row["ingredients"]) == (["Imuran", "azathioprine"], ["azathioprine"])
    assert row["url"] == "/articles/imuran#serious-side-effects"
    assert (row["mode"], row["searched"]) == ("all", "imuran bruising")
    assert (row["publisher_type"], row["stale"]) == ("unknown", "unknown-date")


def test_csv_has_the_same_values_under_the_same_names(run: Run, index: str) -> None:
    rows = rows_of(run("search", "--index", index, "--all", "side", "effects"))
    text = run("search", "--index", index, "--all", "--format", "csv", "side", "effects").out
    read = list(csv.DictReader(io.StringIO(text, newline="")))
    assert text.startswith('"rank","score",')
    joints = {"path": " › "}
    assert read == [
        {
            name: joints.get(name, "; ").join(value)
            if isinstance(value, list)
            else ("" if value is None else str(value))
            for name, value in row.items()
        }
        for row in rows
    ]


@pytest.mark.parametrize("sort", ["newest", "title"])
def test_the_order_is_the_one_that_was_asked_for(run: Run, index: str, sort: str) -> None:
    rows = rows_of(run("search", "--index", index, "--all", "--sort", sort, "medicine"))
    request = SearchRequest(text="medicine", group="section", per_page=50, sort=sort)  # type: ignore[arg-type]
    hits = open_index(index).search(request).hits
    assert [row["article"] for row in rows] == [hit.article.id for hit in hits]


def test_filters_narrow_an_export(run: Run, index: str) -> None:
    rows = rows_of(run("search", "--index", index, "--all", "effects", "--drug", "Prograf"))
    assert rows
    assert {row["article"] for row in rows} == {"prograf"}


def test_how_a_query_was_read_goes_to_stderr(run: Run, index: str) -> None:
    outcome = run("search", "--index", index, "--all", "imuran", "bruising")
    assert "* Do not confuse" in outcome.err or "* Imuran is azathioprine" in outcome.err
    assert "1 section exported." in outcome.err
    assert run("search", "--quiet", "--index", index, "--all", "imuran", "bruising").err == ""


def test_what_to_do_in_an_emergency_is_said_all_the_same(run: Run, index: str) -> None:
    outcome = run("search", "--quiet", "--index", index, "--all", "imuran", "overdose")
    assert outcome.err


def test_an_answer_in_part_says_so_in_every_row(run: Run, index: str) -> None:
    outcome = run("search", "--index", index, "--all", "imuran", "nausea", "zebra")
    assert {row["mode"] for row in rows_of(outcome)} == {"partial"}
    assert "zebra" in outcome.err


def test_a_corrected_query_says_in_every_row_what_was_searched_for(run: Run, index: str) -> None:
    outcome = run("search", "--index", index, "--all", "tacrolimis", "tremor")
    assert {row["searched"] for row in rows_of(outcome)} == {"tacrolimus tremor"}


@pytest.mark.parametrize("form", ["ndjson", "csv"])
def test_nothing_found_is_1_and_said(run: Run, index: str, form: str) -> None:
    outcome = run("search", "--index", index, "--all", "--format", form, "zebra")
    assert outcome.code == 1
    assert len(outcome.out.splitlines()) == (form == "csv")
    assert 'Nothing found for "zebra"' in outcome.err


@pytest.mark.parametrize(
    "options",
    [
        ["--all", "--page", "2"],
        ["--all", "--per-page", "5"],
        ["--all", "--group", "section"],
        ["--all", "--explain"],
        ["--format", "csv"],
        ["--all", "--format", "xml"],
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(
    run: Run, index: str, options: list[str]
) -> None:
    outcome = run("search", "--index", index, *options, "imuran")
    assert (outcome.code, outcome.out) == (2, "")


def test_more_than_pages_can_reach_is_exported_from_one_generation(tmp_path: Path) -> None:
    location = str(tmp_path / "index")
    engine = open_engine(location, OwnNames())
    many = 10_100
    texts = [f"dose {at}" for at in range(100)]
    with engine.writer(fresh=True) as writer:
        put_all(writer, [article_of(f"a{at:03}", *texts) for at in range(many // 100)])
    index = open_index(location, settings=Settings())
    with index.one_generation():
        exported = index.export(SearchRequest(text="dose"))
        rows = iter(exported)
        first = next(rows)
        # What is published meanwhile is not in it.
        for _ in range(2):
            with engine.writer(fresh=True) as writer:
                put_all(writer, [article_of("other", "dose")])
        ranks = [first.rank, *(row.rank for row in rows)]
    assert exported.results.total.sections == many
    assert ranks == list(range(1, many + 1))
    assert many > BATCH


def test_a_part_of_an_export_is_that_part_of_the_whole(tmp_path: Path) -> None:
    location = str(tmp_path / "index")
    with open_engine(location, OwnNames()).writer(fresh=True) as writer:
        put_all(writer, [article_of(name, "dose", "dose again") for name in "abcd"])
    index = open_index(location)
    whole = list(index.export(SearchRequest(text="dose")))
    part = list(index.export(SearchRequest(text="dose"), skip=3, most=2))
    assert part == whole[3:5]
    assert list(index.export(SearchRequest(text="dose"), skip=99)) == []
