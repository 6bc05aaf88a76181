"""The right section is the first hit, over the sample articles and over real leaflets."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from indexer import Corpus, Index, ReindexOptions, SearchRequest, open_index
from indexer.knowledge.drugs import DrugKnowledge

if TYPE_CHECKING:
    from indexer.model import Results

GOLDEN = Path(__file__).parent
ROOT = GOLDEN.parents[1]
LEAFLETS = ROOT / "../shared/data/epi_html_en"


class Judged(NamedTuple):
    """A query, the page that answers it, and the heading of the right first section."""

    query: str
    page: str
    heading: str


def judged(name: str) -> list[Judged]:
    with (GOLDEN / name).open(encoding="utf-8", newline="") as file:
        return [Judged(**row) for row in csv.DictReader(file, delimiter="\t")]


def absent() -> list[str]:
    return (GOLDEN / "absent.tsv").read_text("utf-8").splitlines()[1:]


def index_of(source: Path, folder: Path) -> Index:
    index = open_index(str(folder / "index"))
    report = index.reindex(Corpus([source]), ReindexOptions())
    assert report.failed == ()
    return index


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return index_of(ROOT / "corpus", tmp_path_factory.mktemp("samples"))


@pytest.fixture(scope="module")
def leaflets(tmp_path_factory: pytest.TempPathFactory) -> Index:
    if not LEAFLETS.is_dir():
        pytest.skip("the collection of leaflets is not beside this checkout")
    return index_of(LEAFLETS, tmp_path_factory.mktemp("leaflets"))


@cache
def sources(index: Index) -> dict[str, str]:
    return {summary.id: index.article(summary.id).source for summary in index.articles()}


def first(index: Index, results: Results) -> tuple[str, str]:
    if not results.hits:
        return ("no page", "; ".join(results.query.notes))
    hit = results.hits[0]
    return sources(index)[hit.article.id], hit.sections[0].heading


@pytest.mark.parametrize("case", judged("corpus.tsv"), ids=lambda case: case.query)
def test_the_section_that_answers_is_first_in_the_samples(case: Judged, samples: Index) -> None:
    results = samples.search(SearchRequest(text=case.query))
    assert first(samples, results) == (case.page, case.heading)


@pytest.mark.parametrize("case", judged("leaflets.tsv"), ids=lambda case: case.query)
def test_the_section_that_answers_is_first_in_the_leaflets(case: Judged, leaflets: Index) -> None:
    results = leaflets.search(SearchRequest(text=case.query))
    assert first(leaflets, results) == (case.page, case.heading)


@pytest.mark.parametrize("query", absent())
def test_m1_a_medicine_that_is_not_there_never_shows_another(query: str, samples: Index) -> None:
    results = samples.search(SearchRequest(text=query))
    assert results.hits == ()
    assert results.total.sections == 0
    assert any("Nothing in this index" in note for note in results.query.notes)


def test_m1_what_is_listed_names_the_medicine_or_is_about_it(samples: Index) -> None:
    """Of every fortieth medicine that the lists know, by its first names."""
    knowledge = DrugKnowledge.shipped()
    keys = sorted(knowledge._tables[-1].by_key)[::40]
    assert len(keys) > 150
    listed = 0
    for name in [name for key in keys for name in knowledge.names(key)[:2]]:
        wanted = {" ".join(other.terms) for other in knowledge.names(name.key)}
        results = samples.search(SearchRequest(text=f"{name.name} side effects"))
        for hit in results.hits:
            about = {drug.ingredient for drug in hit.article.drugs}
            for section in hit.sections:
                listed += 1
                texts = [reason.term for reason in section.why if reason.via != "intent"]
                assert name.ingredient in about or wanted & set(texts), name.name
    assert listed
