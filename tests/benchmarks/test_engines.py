"""Runs of engines side by side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.engines import ENGINES
from benchmarks.engines.rounds import Schedule, interleaved
from benchmarks.engines.worker import Chunk, Opened, Timed, Worker, WorkerError, build
from tests.benchmarks.conftest import Sample, command, lines_of

MODULE = "benchmarks.engines"
KINDS = ("or", "and", "phrase", "prefix", "fields", "snippets")


class _Script:
    """A pipe that answers each chunk as an engine would that needs so long for each query."""

    def __init__(self, name: str, asked: list[tuple[str, str]]) -> None:
        self.name = name
        self.asked = asked
        self.texts: tuple[str, ...] = ()

    def send(self, chunk: Chunk) -> None:
        self.texts = tuple(chunk.texts)
        self.asked.append((self.name, " ".join(chunk.texts)))

    def recv(self) -> Timed:
        return Timed(tuple(float(len(text)) for text in self.texts), (1,) * len(self.texts))


def _worker(name: str, asked: list[tuple[str, str]]) -> Worker:
    pipe: Any = _Script(name, asked)
    return Worker(name, Opened(version="1", open_ms=0.0), pipe)


def test_engines_are_asked_in_turn_each_time_another_one_first() -> None:
    asked: list[tuple[str, str]] = []
    workers = [_worker("x", asked), _worker("y", asked)]
    series = interleaved(workers, "or", ("a", "bb", "ccc"), Schedule(rounds=1, chunk=2))
    once = [("x", "a bb"), ("y", "a bb"), ("y", "ccc"), ("x", "ccc")]
    assert asked == [*once, *once]
    assert series["x"] == series["y"]
    assert series["x"].first == (1.0, 2.0, 3.0)
    assert series["x"].rounds == ((1.0, 2.0, 3.0),)


def test_an_engine_out_of_time_is_asked_the_first_queries_alone() -> None:
    asked: list[tuple[str, str]] = []
    schedule = Schedule(rounds=2, chunk=1, budget_s=0.0)
    series = interleaved([_worker("x", asked)], "or", ("a", "b"), schedule)["x"]
    assert series.first == (1.0,)
    assert series.rounds == ((1.0,), (1.0,))


def test_an_engine_that_fails_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkerError, match="fts5"):
        build("fts5", tmp_path / "absent.jsonl", tmp_path, memory_mb=0)


def test_a_line_has_every_figure_and_raw_times_are_kept(sample: Sample, tmp_path: Path) -> None:
    names = [name for name in ENGINES if name != "whoosh" and ENGINES[name].is_installed]
    files = sample.documents_file, sample.queries_file
    kept = "--work", tmp_path / "work", "--raw", tmp_path / "raw", "--out", tmp_path / "lines"
    options = "--engines", ",".join(names), "--rounds", 2, "--chunk", 2
    lines = lines_of(command(MODULE, *files, *options, *kept, "--json"))
    assert [line["engine"] for line in lines] == names
    for line in lines:
        _assert_figures(line)
    assert lines_of((tmp_path / "lines").read_text(encoding="utf-8")) == lines
    raw = json.loads((tmp_path / "raw" / "engines-fts5-90.json").read_text(encoding="utf-8"))
    assert [len(one) for one in raw["series"]["or"]["rounds"]] == [5, 5]

    table = command(MODULE, *files, *options, *kept, "--reuse", "--kinds", "or,and")
    assert table.splitlines()[0].split() == ["engine", *names]
    assert "and p50" in table
    assert "phrase" not in table


def _assert_figures(line: dict[str, Any]) -> None:
    assert line["index"]["docs"] == 90
    assert line["index"]["docs_per_cpu_s"] > 0
    assert line["index"]["bytes"] > 0
    assert line["index"]["peak_rss_mb"] > 0
    assert line["open_ms"] > 0
    assert line["rss_mb"] >= line["own_mb"] > 0
    for kind in KINDS:
        of = line[kind]
        assert 0 < of["p50"] <= of["p99"]
        assert of["qps"] > 0
        assert of["first"]["p50"] > 0
    assert line["or"]["n"] == 5
    assert line["phrase"]["n"] == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--engines", "lucene"), "there is no engine 'lucene'"),
        (("--kinds", "or,fuzzy"), "there is no kind 'fuzzy'"),
        (("--reuse",), "--reuse needs --work"),
        (("--rounds", "0"), "1 or more"),
    ],
)
def test_a_wrong_option_is_told(sample: Sample, arguments: tuple[str, ...], told: str) -> None:
    files = sample.documents_file, sample.queries_file
    assert told in command(MODULE, *files, *arguments, code=2)
