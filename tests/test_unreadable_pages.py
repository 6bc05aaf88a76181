"""What becomes of pages that cannot be read, parsed or stored in the middle of a run."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from indexer import Corpus, Index, NotFoundError, ReindexOptions, open_index
from indexer.engine.whoosh import storable

PAGES = {f"page-{at}.html": f"<h1>Page {at}</h1><p>The text number {at}.</p>" for at in range(8)}


def packed(path: Path, pages: Mapping[str, str], *, broken: str = "") -> Path:
    """Pack pages into an archive that cannot give one of them."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, text in pages.items():
            archive.writestr(name, text)
    if broken:
        stored, content = pages[broken].encode(), path.read_bytes()
        assert content.count(stored) == 1
        path.write_bytes(content.replace(stored, stored[::-1]))
    return path


def written(folder: Path, pages: Mapping[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return open_index(str(tmp_path / "index"))


def test_a_page_that_its_archive_cannot_give_is_set_aside_and_the_others_are_served(
    index: Index, tmp_path: Path
) -> None:
    report = index.reindex(
        Corpus([packed(tmp_path / "a.zip", PAGES, broken="page-3.html")]), ReindexOptions(jobs=1)
    )
    assert report.published
    assert [failure.source for failure in report.failed] == ["page-3.html"]
    assert len(index.articles()) == 7


def test_an_indexed_page_that_cannot_be_read_now_stays_as_it_was(
    index: Index, tmp_path: Path
) -> None:
    archive = packed(tmp_path / "a.zip", PAGES)
    index.reindex(Corpus([archive]), ReindexOptions(jobs=1))
    packed(archive, PAGES, broken="page-3.html")
    report = index.reindex(Corpus([archive]), ReindexOptions(jobs=1, checksum=True))
    assert [failure.source for failure in report.failed] == ["page-3.html"]
    assert report.removed == ()
    assert "number 3" in index.article("page-3").sections[0].text


def test_a_page_that_cannot_be_read_in_a_run_that_builds_anew_is_told_once(
    index: Index, tmp_path: Path
) -> None:
    archive = packed(tmp_path / "a.zip", PAGES)
    index.reindex(Corpus([archive]), ReindexOptions(jobs=1))
    packed(archive, PAGES, broken="page-3.html")
    report = index.reindex(Corpus([archive]), ReindexOptions(jobs=1, fresh=True))
    assert {failure.source for failure in report.failed} == {"page-3.html"}
    assert len(index.articles()) == 7


def test_a_page_that_is_called_otherwise_now_and_cannot_be_read_is_set_aside(
    index: Index, tmp_path: Path
) -> None:
    archive = packed(tmp_path / "a.zip", PAGES)
    index.reindex(Corpus([archive]), ReindexOptions(jobs=1))
    packed(archive, PAGES, broken="page-3.html")
    other = written(tmp_path / "other", {"more.html": "<h1>More</h1><p>More text.</p>"})
    report = index.reindex(Corpus([archive, other]), ReindexOptions(jobs=1))
    assert [failure.source.rpartition("/")[2] for failure in report.failed] == ["page-3.html"]
    assert report.published
    assert "number 4" in index.article("page-4").sections[0].text


def test_an_article_whose_page_has_nothing_to_index_any_more_is_no_longer_served(
    index: Index, tmp_path: Path
) -> None:
    folder = written(tmp_path / "pages", PAGES)
    index.reindex(Corpus([folder]), ReindexOptions(jobs=1))
    (folder / "page-3.html").write_bytes(b"")
    report = index.reindex(Corpus([folder]), ReindexOptions(jobs=1))
    assert [failure.source for failure in report.failed] == ["page-3.html"]
    assert len(index.articles()) == 7
    with pytest.raises(NotFoundError):
        index.article("page-3")


def test_a_page_that_cannot_be_stored_is_set_aside_with_its_reason(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storable, "MOST_TERMS", 40)
    folder = written(tmp_path / "pages", {**PAGES, "long.html": f"<h1>L</h1><p>{'many ' * 50}</p>"})
    report = index.reindex(Corpus([folder]), ReindexOptions(jobs=1))
    [failure] = report.failed
    assert failure.source == "long.html"
    assert "more than 40 words" in failure.reason
    assert len(index.articles()) == 8


def test_a_source_all_of_whose_pages_fail_publishes_nothing(index: Index, tmp_path: Path) -> None:
    whole = written(tmp_path / "whole", PAGES)
    empty = written(tmp_path / "empty", {"a.html": "", "b.html": ""})
    report = index.reindex(Corpus([whole, empty]), ReindexOptions(jobs=1))
    assert not report.published
    assert report.refused
    assert f"no page of {empty} could be parsed" in report.refused


def test_a_page_that_gets_the_id_of_one_that_left_is_indexed_under_it(
    index: Index, tmp_path: Path
) -> None:
    folder = written(tmp_path / "pages", PAGES)
    twin = folder / "page-3.htm"
    twin.write_text("<h1>Twin</h1><p>The twin of number 3.</p>")
    index.reindex(Corpus([folder]), ReindexOptions(jobs=1))
    of_twin = {article.id for article in index.articles()} - {f"page-{at}" for at in range(8)}
    assert len(of_twin) == 1
    by_title = {"Twin": twin, "Page 3": folder / "page-3.html"}
    by_title[index.article("page-3").title].unlink()
    report = index.reindex(Corpus([folder]), ReindexOptions(jobs=1))
    assert report.failed == ()
    assert {article.id for article in index.articles()} == {f"page-{at}" for at in range(8)}
