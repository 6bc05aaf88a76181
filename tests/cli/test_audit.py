"""`drugsearch audit`."""

import csv
import io
import json
from pathlib import Path

import pytest

from indexer.engine import open_engine
from indexer.engine.base import OwnNames
from indexer.findings import FINDING_CODES
from indexer.serialization import FINDING_COLUMNS
from tests.audited_pages import write_audited
from tests.cli.conftest import Run


@pytest.fixture(scope="session")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of pages with one fault of each kind."""
    return write_audited(tmp_path_factory.mktemp("audited") / "pages")


@pytest.fixture
def location(run: Run, audited: Path, tmp_path: Path) -> str:
    place = str(tmp_path / "index")
    assert run("reindex", "--quiet", "--index", place, str(audited)).code == 4
    return place


def test_it_tells_every_kind_with_places_and_what_to_do(run: Run, location: str) -> None:
    outcome = run("audit", "--index", location)
    assert (outcome.code, outcome.err) == (0, "")
    for code in FINDING_CODES:
        assert f"[{code}]" in outcome.out
    assert "skipped-level#far-below  “Far below”: h2 “Storage”, then h4." in outcome.out
    assert "set-aside.html  The file is empty." in outcome.out
    assert "Add a section, or a sentence that says where to read about it." in outcome.out


def test_quiet_leaves_out_the_advice(run: Run, location: str) -> None:
    out = run("audit", "--quiet", "--index", location).out
    assert "Write the heading or remove its element." not in out
    assert "[empty-heading]  1" in out


def test_long_lists_are_cut_and_say_how_to_see_them_whole(run: Run, index: str) -> None:
    out = run("audit", "--index", index, "--code", "no-date", "--most", "3").out
    assert out.count("No date of publication") == 3
    assert "… 1 more: --code no-date --most 0" in out
    out = run("audit", "--index", index, "--code", "no-date", "--most", "0").out
    assert (out.count("No date of publication"), "more:" in out) == (4, False)


def test_json_and_csv_say_the_same(run: Run, location: str) -> None:
    shape = json.loads(run("audit", "--json", "--index", location).out)
    assert [kind["code"] for kind in shape["codes"]] == list(FINDING_CODES)
    assert all(kind["count"] >= 1 for kind in shape["codes"])
    assert shape["total"] == len(shape["findings"])
    assert run("audit", "--format", "json", "--index", location).code == 0
    text = run("audit", "--format", "csv", "--index", location).out
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert list(rows[0]) == list(FINDING_COLUMNS)
    told = [
        {name: "; ".join(value) if name == "drug" else value or "" for name, value in of.items()}
        for of in shape["findings"]
    ]
    assert rows == told


def test_it_can_be_narrowed_by_kind_and_by_any_name_of_a_medicine(run: Run, location: str) -> None:
    shape = json.loads(run("audit", "--json", "--index", location, "--code", "missing-heading").out)
    assert {of["code"] for of in shape["findings"]} == {"missing-heading"}
    assert shape["findings"][0]["url"] == "/articles/missing-heading#more"
    about = json.loads(run("audit", "--json", "--index", location, "--drug", "prograf").out)
    assert {name for of in about["findings"] for name in of["drug"]} == {"tacrolimus"}


def test_a_medicine_without_an_article_is_5(run: Run, location: str) -> None:
    assert run("audit", "--index", location, "--drug", "warfarin").code == 5


@pytest.mark.parametrize(
    ("fail_on", "code"),
    [("empty-heading", 6), ("any", 6), ("conflicting-figures", 0)],
)
def test_it_fails_on_what_it_is_told_to(run: Run, location: str, fail_on: str, code: int) -> None:
    narrowed = ["--code", "empty-heading", "--code", "no-date"]
    outcome = run("audit", "--index", location, *narrowed, "--fail-on", fail_on)
    assert outcome.code == code
    assert ("drugsearch: empty-heading: 1 finding." in outcome.err) == (code == 6)


def test_an_index_that_does_not_tell_what_was_set_aside_is_said_to(run: Run, location: str) -> None:
    with open_engine(location, OwnNames()).writer(fresh=False):
        pass
    outcome = run("audit", "--index", location)
    assert (
        outcome.err == "This index does not tell which pages were set aside; `reindex` notes it.\n"
    )
    assert "set-aside" not in outcome.out


def test_an_unknown_kind_is_wrong_usage(run: Run, location: str) -> None:
    assert run("audit", "--index", location, "--code", "ugly").code == 2


def test_without_an_index_it_is_3(run: Run, tmp_path: Path) -> None:
    assert run("audit", "--index", str(tmp_path / "none")).code == 3
