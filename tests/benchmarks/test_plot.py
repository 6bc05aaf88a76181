"""The picture of latency against size."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from benchmarks.plot import Point, draw, read_points
from tests.benchmarks.conftest import command

SVG = "{http://www.w3.org/2000/svg}"
POINTS = [
    Point(engine, kind, sections, sections * worth / 1e6)
    for engine, worth in (("drugsearch", 1.0), ("tantivy", 1.2), ("whoosh", 400.0))
    for kind in ("or", "and")
    for sections in (5_000, 50_000, 500_000)
]


def test_there_is_a_line_for_each_engine_in_each_panel() -> None:
    picture = ET.fromstring(draw(POINTS))  # noqa: S314 (our own)
    assert len(picture.findall(f"{SVG}g")) == 2
    assert len(picture.findall(f".//{SVG}polyline")) == 6
    assert len(picture.findall(f".//{SVG}circle")) == 18


def test_no_point_lies_outside_its_panel() -> None:
    picture = ET.fromstring(draw(POINTS))  # noqa: S314 (our own)
    for circle in picture.iter(f"{SVG}circle"):
        assert 0 <= float(circle.attrib["cx"]) <= 250
        assert 0 <= float(circle.attrib["cy"]) <= 190


def test_the_picture_has_colours_for_light_and_dark() -> None:
    picture = draw(POINTS)
    assert "prefers-color-scheme: dark" in picture
    assert 'class="page"' in picture


def test_points_are_medians_of_kept_runs(tmp_path: Path) -> None:
    kept = {
        "engine": "tantivy",
        "indexed": {"built": {"docs": 5_000}},
        "series": {
            "or": {"first": [9, 9, 9], "rounds": [[1, 2, 3], [3, 4, 5]], "totals": [1, 1, 1]}
        },
    }
    (tmp_path / "engines-tantivy-5000.json").write_text(json.dumps(kept), encoding="utf-8")
    (tmp_path / "whole-tantivy-5000.json").write_text("{}", encoding="utf-8")
    assert read_points(tmp_path) == [Point("tantivy", "or", 5_000, 3.0)]
    command("benchmarks.plot", tmp_path, tmp_path / "out.svg")
    assert (tmp_path / "out.svg").read_text(encoding="utf-8").startswith("<svg")


def test_nothing_kept_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no kept runs"):
        draw([])
    assert "no kept runs" in command("benchmarks.plot", tmp_path, tmp_path / "out.svg", code=2)
