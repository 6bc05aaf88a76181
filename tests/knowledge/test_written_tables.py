"""The files that the builders of tables write, and classes that a user has changed."""

import gzip
import sys
from pathlib import Path

import pytest

from indexer.analysis.stemming import COMMON_STEMS
from indexer.knowledge import build_names, build_ready_tables
from indexer.knowledge.aliases import read_aliases
from indexer.knowledge.drugs import DrugKnowledge
from indexer.knowledge.name_lists import Substance
from indexer.knowledge.packed_names import NAME_INDEX, TABLE, index_of
from indexer.knowledge.ready_tables import READY_TABLES
from indexer.knowledge.substances import Ingredients
from indexer.model import Drug

LINES = ["azathioprine\tazathioprine\tImuran"]


def test_the_table_of_names_is_written_with_its_index_the_same_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build_names, "HERE", tmp_path)
    monkeypatch.setattr(build_names, "build", lambda _: LINES)  # of lists that are not shipped
    monkeypatch.setattr(sys, "argv", ["build_names", "lists"])
    build_names.main()
    written = {name: (tmp_path / name).read_bytes() for name in (TABLE, NAME_INDEX)}
    assert gzip.decompress(written[TABLE]).decode().splitlines() == LINES
    assert gzip.decompress(written[NAME_INDEX]).decode().splitlines() == [*index_of(LINES)]
    assert f"{TABLE}: 1 lines" in capsys.readouterr().out
    build_names.main()
    assert {name: (tmp_path / name).read_bytes() for name in written} == written


def test_the_ready_tables_are_written_as_they_are_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = READY_TABLES, COMMON_STEMS
    monkeypatch.setattr(build_ready_tables, "READY_TABLES", tmp_path / "tables.json")
    monkeypatch.setattr(build_ready_tables, "COMMON_STEMS", tmp_path / "stems.txt")
    build_ready_tables.main()
    assert (tmp_path / "tables.json").read_bytes() == shipped[0].read_bytes()
    assert (tmp_path / "stems.txt").read_bytes() == shipped[1].read_bytes()


def test_a_synonym_that_two_substances_claim_names_neither() -> None:
    def substance(name: str, *synonyms: str) -> Substance:
        return Substance(name=name, synonyms=synonyms, is_listed=True)

    ingredients = Ingredients(
        (), (substance("alpha", "both", "only"), substance("beta", "both")), {}
    )
    assert ingredients.key("only") == "alpha"
    assert ingredients.key("both") == "both"


def test_what_a_user_says_of_a_medicine_moves_it_to_another_class(tmp_path: Path) -> None:
    aliases = tmp_path / "aliases.toml"
    aliases.write_text(
        '[[medicine]]\ningredient = "azathioprine"\nbrands = ["Azaplan"]\nclass = "House class"\n'
    )
    knowledge = DrugKnowledge.shipped().with_aliases(read_aliases(str(aliases)))
    statins = DrugKnowledge.shipped().members("class:statin")
    assert knowledge.members("class:statin") == statins != ()
    # Told twice, or with what pages teach beside it, no class is lost and none is made up.
    twice = knowledge.with_aliases(read_aliases(str(aliases)))
    taught = twice.with_names([Drug(name="Brandnew", ingredient="novazoline", role="brand")])
    for each in (knowledge, twice, taught):
        assert each.members("class:statin") == statins
        assert each.members("class:none such") == ()
