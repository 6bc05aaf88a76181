"""`DRUGSEARCH_ALIASES`: one's own names of medicines on the command line."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

FILE = """
[[medicine]]
ingredient = "azathioprine"
brands = ["Flomax"]
names = ["AZA"]
"""


@pytest.fixture
def location(tmp_path: Path) -> str:
    return str(tmp_path / "index")


@pytest.fixture
def aliases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "aliases.toml"
    path.write_text(FILE, encoding="utf-8")
    monkeypatch.setenv("DRUGSEARCH_ALIASES", str(path))
    return path


@pytest.mark.parametrize("command", [["reindex"], ["search", "imuran"], ["status"], ["serve"]])
def test_a_wrong_file_is_2_and_named_with_its_entry(
    run: Run, aliases: Path, command: list[str]
) -> None:
    aliases.write_text('[[medicine]]\nbrands = ["Imurek"]\n', encoding="utf-8")
    outcome = run(*command)
    assert (outcome.code, outcome.out) == (2, "")
    assert str(aliases) in outcome.err
    assert "[[medicine]] number 1: needs either ingredient, or ingredients" in outcome.err


def test_a_missing_file_is_2(run: Run, aliases: Path, corpus: Path) -> None:
    aliases.unlink()
    for command in (["reindex", str(corpus)], ["parse", str(corpus / "imuran.html")]):
        outcome = run(*command)
        assert (outcome.code, outcome.out) == (2, "")
        assert "DRUGSEARCH_ALIASES" in outcome.err


@pytest.mark.usefixtures("aliases")
def test_own_names_are_searched_and_conflicts_told_in_a_dry_run(
    run: Run, corpus: Path, location: str
) -> None:
    dry = run("reindex", "--dry-run", "--index", location, str(corpus))
    assert "note: Flomax: your aliases say azathioprine, the lists say tamsulosin" in dry.out
    assert run("reindex", "--quiet", "--index", location, str(corpus)).code == 0
    outcome = run("search", "--index", location, "aza side effects")
    assert "imuran#side-effects" in outcome.out
    assert "Searched for aza and azathioprine" in outcome.out


def test_an_index_of_other_aliases_is_3_until_it_is_built_anew(
    run: Run, corpus: Path, location: str, aliases: Path
) -> None:
    run("reindex", "--quiet", "--index", location, str(corpus))
    aliases.write_text(FILE.replace("AZA", "AZT"), encoding="utf-8")
    outcome = run("search", "--index", location, "imuran")
    assert (outcome.code, outcome.out) == (3, "")
    assert "built with other aliases than are set now (DRUGSEARCH_ALIASES)" in outcome.err
    assert f"drugsearch reindex --index {location}" in outcome.err
    anew = run("reindex", "--if-needed", "--index", location, str(corpus))
    assert "with other aliases; everything is indexed anew" in anew.out
    assert run("search", "--index", location, "imuran").code == 0


@pytest.mark.usefixtures("aliases")
def test_parse_takes_own_names(run: Run, corpus: Path) -> None:
    (article,) = map(
        json.loads, run("parse", "--json", str(corpus / "clinic/flomax.html")).out.splitlines()
    )
    flomax = next(drug for drug in article["drugs"] if drug["name"] == "Flomax")
    assert flomax["ingredient"] == "azathioprine"
