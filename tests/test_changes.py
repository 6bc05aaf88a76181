"""What a run of reindex takes for changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from indexer import Corpus, Index, IndexLockedError, ReindexOptions, open_index
from indexer.corpus import Scan

ROOT = Path(__file__).parents[1]


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    clinic, labels = tmp_path / "clinic", tmp_path / "labels"
    shutil.copytree(ROOT / "corpus" / "clinic", clinic)
    shutil.copytree(ROOT / "corpus" / "labels", labels)
    for folder in (clinic, labels):
        # Three pages are enough, and stay three when the samples grow.
        for page in sorted(folder.iterdir())[3:]:
            page.unlink()
    return clinic, labels


@pytest.fixture
def index(tmp_path: Path, folders: tuple[Path, Path]) -> Index:
    found = open_index(str(tmp_path / "index"))
    found.reindex(Corpus([folders[0]]), ReindexOptions())
    return found


def test_another_source_beside_the_first_adds_its_pages_alone(
    index: Index, folders: tuple[Path, Path]
) -> None:
    report = index.reindex(Corpus(folders), ReindexOptions())
    assert (len(report.added), len(report.changed), report.removed) == (3, 0, ())
    assert report.unchanged == 3
    assert index.status().articles == 6
    # The name of a page leads with its source now, and the article tells it.
    sources = {index.article(article.id).source for article in index.articles()}
    assert all(source.startswith(("clinic/", "labels/")) for source in sources)


def test_a_dry_run_of_fewer_sources_tells_what_would_leave(
    index: Index, folders: tuple[Path, Path]
) -> None:
    index.reindex(Corpus(folders), ReindexOptions())
    report = index.reindex(Corpus([folders[0]]), ReindexOptions(dry_run=True))
    assert (report.added, report.changed, report.unchanged) == ((), (), 3)
    assert len(report.removed) == 3


def test_a_renamed_source_leaves_the_answers_as_they_were(
    index: Index, folders: tuple[Path, Path]
) -> None:
    before = [article.id for article in index.articles()]
    renamed = folders[0].rename(folders[0].parent / "renamed")
    report = index.reindex(Corpus([renamed]), ReindexOptions())
    assert (report.added, report.changed, report.removed) == ((), (), ())
    assert [article.id for article in index.articles()] == before
    assert index.verify().problems == ()


def test_a_run_that_another_one_overtook_publishes_nothing(
    tmp_path: Path, index: Index, folders: tuple[Path, Path]
) -> None:
    class Overtaken(Corpus):
        """A corpus that another run indexes while it is being looked at."""

        def scan(self) -> Scan:
            other = open_index(str(tmp_path / "index"))
            other.reindex(Corpus(folders), ReindexOptions())
            return super().scan()

    page = next(folders[0].glob("*.html"))
    page.write_text(page.read_text("utf-8").replace("</h1>", "</h1><p>Anew.</p>"), "utf-8")
    with pytest.raises(IndexLockedError, match="run this one again"):
        index.reindex(Overtaken([folders[0]]), ReindexOptions())
    assert (index.status().generation, index.status().articles) == (2, 6)
