"""From pages to a published index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.pipeline.pages import change, copy_pages
from benchmarks.pipeline.peers import indexers
from tests.benchmarks.conftest import command, lines_of

PAGE = """<!DOCTYPE html><html lang="en"><head><title>{0}</title></head><body><article>
<h1 class="x">{0}</h1><p>Short.</p><p>{0} is a medicine that is taken once a day with food.</p>
<h2>Side effects</h2><p>{0} may cause a rash, a headache and, seldom, a fever.</p>
</article></body></html>"""


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    for name, drug in (("a", "Imuran"), ("sub/a", "Plavix"), ("b", "Zocor")):
        path = folder / f"{name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGE.format(drug), encoding="utf-8")
    return folder


def test_copies_have_names_and_titles_of_their_own(pages: Path, tmp_path: Path) -> None:
    copies = copy_pages(pages, tmp_path / "copies", 3)
    assert len(set(copies)) == 9
    texts = {path.read_text(encoding="utf-8") for path in copies}
    assert len(texts) == 9
    assert sum("<title>Copy 2: Imuran</title>" in text for text in texts) == 1
    assert sum('<h1 class="x">Copy 1: Zocor</h1>' in text for text in texts) == 1
    assert PAGE.format("Plavix") in texts


def test_a_folder_without_pages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no page"):
        copy_pages(tmp_path, tmp_path / "copies", 1)
    assert "no page" in command("benchmarks.pipeline", tmp_path, code=2)


def test_a_change_ends_the_longest_paragraph(pages: Path) -> None:
    change(pages / "b.html", "zqx")
    text = (pages / "b.html").read_text(encoding="utf-8")
    assert "taken once a day with food. zqx.</p>" in text or "a fever. zqx.</p>" in text
    (pages / "b.html").write_text("<p>short</p>", encoding="utf-8")
    with pytest.raises(ValueError, match="no paragraph"):
        change(pages / "b.html", "zqx")


@pytest.mark.slow
def test_the_command_measures_each_program(pages: Path) -> None:
    shape = "--repeat", 2, "--rounds", 1, "--json"
    lines: Any = lines_of(command("benchmarks.pipeline", pages, *shape))
    assert [line["engine"] for line in lines] == [one.name for one in indexers()]
    for line in lines:
        assert line["pages"] == 6
        assert line["wall_s"] > 0
        assert line["bytes"] > 0
        assert len(line["runs_s"]) == 1
    assert lines[0]["visible"]["articles"] == 6
    assert lines[0]["visible"]["s"] > 0
