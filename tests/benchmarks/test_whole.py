"""Whole searches."""

from __future__ import annotations

from typing import Any

from tests.benchmarks.conftest import Sample, command, lines_of


def test_the_command_measures_searches_and_one_shots(sample: Sample) -> None:
    files = sample.documents_file, sample.queries_file
    shape = "--engines", "drugsearch,fts5", "--queries-limit", 2, "--rounds", 1, "--json"
    lines: Any = lines_of(command("benchmarks.whole", *files, *shape))
    assert [line["engine"] for line in lines] == ["drugsearch", "fts5"]
    for line in lines:
        assert line["whole"]["n"] == 2
        assert line["whole"]["hits"] > 0
        assert line["whole"]["p50"] > 0
    assert lines[0]["one_shot_s"]["n"] == 2
    assert "one_shot_s" not in lines[1]
