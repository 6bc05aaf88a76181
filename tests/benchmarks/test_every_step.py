"""`make bench`: every measurement, one after another."""

from __future__ import annotations

from pathlib import Path

from benchmarks.__main__ import Material, Step, steps
from benchmarks.engines import ENGINES
from tests.benchmarks.conftest import ROOT


def _steps(*sizes: int) -> list[Step]:
    corpus = ROOT / "corpus"
    material = Material(medquad=Path("medquad"), sizes=sizes, pages=corpus, page_count=5_000)
    return list(steps(material, Path("out")))


def test_steps_go_from_data_to_the_picture() -> None:
    planned = _steps(5_000, 200_000)
    names = [
        step.module.removeprefix("benchmarks.") for step in planned if "http" not in step.module
    ]
    assert names == [
        *("generate", "engines", "whole", "page", "engines", "whole", "page", "pipeline", "plot"),
    ]


def test_a_whole_search_asks_the_index_that_engines_built() -> None:
    engines, whole = _steps(5_000)[1:3]
    assert "--reuse" in whole.arguments
    assert "out/index-5000" in engines.arguments
    assert "out/index-5000" in whole.arguments


def test_stock_whoosh_is_left_out_where_it_would_take_half_an_hour() -> None:
    planned = _steps(50_000, 200_000)
    chosen = [step.arguments[3] for step in planned if step.module == "benchmarks.engines"]
    assert ["whoosh" in names for names in chosen] == [True, False]
    assert all("drugsearch" in names for names in chosen)
    assert set(chosen[0].split(",")) <= set(ENGINES)


def test_pages_are_repeated_until_there_are_thousands() -> None:
    planned = _steps(5_000)
    pipeline = next(step for step in planned if step.module == "benchmarks.pipeline")
    assert int(pipeline.arguments[2]) > 100
