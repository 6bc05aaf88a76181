"""The tuned half of the judged queries: the gate that a change of the ranking has to pass.

The blind half is measured by hand (`docs/relevance.md`), so that nobody tunes to it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer import Corpus, Index, ReindexOptions, SearchRequest, open_index
from indexer.evaluation import mean_figures, read_judgments
from indexer.knowledge.drugs import DrugKnowledge

GOLDEN = Path(__file__).parent
ROOT = GOLDEN.parents[1]
LEAFLETS = ROOT / "../shared/data/epi_html_en"

LEAST_P1 = 0.95
LEAST_NDCG = {"samples": 0.93, "leaflets": 0.95}
"""What the figures have to reach. The goal is 0.95 for both; over the samples, sections that say a
part of what was asked (grade 1) often lack one of its words, and all words must match
(docs/relevance.md tells them)."""


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


@pytest.mark.parametrize("half", ["samples", "leaflets"])
def test_the_section_that_answers_is_first(half: str, request: pytest.FixtureRequest) -> None:
    index: Index = request.getfixturevalue(half)
    outcomes = index.evaluate(read_judgments(GOLDEN / f"tuned_{half}.tsv"))
    figures = mean_figures(outcomes)
    missed = [
        f"{of.query}: expected {of.expected}, got {of.first}"
        for of in outcomes
        if of.figures.p1 < 1
    ]
    assert figures.p1 >= LEAST_P1, missed
    assert figures.ndcg >= LEAST_NDCG[half]


@pytest.mark.parametrize("half", ["samples", "leaflets"])
def test_m1_a_medicine_that_is_not_there_never_shows_another(
    half: str, request: pytest.FixtureRequest
) -> None:
    index: Index = request.getfixturevalue(half)
    absent = [
        judged.query
        for judged in read_judgments(GOLDEN / f"tuned_{half}.tsv")
        if judged.target == "-"
    ]
    assert absent
    for query in absent:
        results = index.search(SearchRequest(text=query))
        assert results.hits == (), query
        assert results.query.notes, query


def test_m1_what_is_listed_names_the_medicine_or_is_about_it(samples: Index) -> None:
    """Of every fortieth medicine that the lists know, by its first names."""
    knowledge = DrugKnowledge.shipped()
    keys = sorted({name.key for name in map(knowledge.resolve, knowledge.all_names()) if name})[
        ::40
    ]
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
