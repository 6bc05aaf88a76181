"""Completions: typed groups, names in full, look-alikes apart, only what the index holds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from indexer import Corpus, Index, ReindexOptions, SearchRequest, open_index
from indexer.analysis.tokens import terms
from indexer.knowledge.sections import KINDS, find_intent
from indexer.suggesting import apart
from indexer.suggestions import Suggestion

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Index:
    index: Index = open_index(str(tmp_path_factory.mktemp("suggesting") / "index"))
    assert index.reindex(Corpus([ROOT / "corpus"]), ReindexOptions()).failed == ()
    return index


def labels(index: Index, text: str, group: str) -> list[str]:
    groups = {found.type: found.items for found in index.suggest(text).groups}
    return [item.label for item in groups.get(group, ())]  # type: ignore[call-overload]


def test_a_medicine_comes_with_ingredient_and_class(samples: Index) -> None:
    (first, *_), *_ = (group.items for group in samples.suggest("imu").groups)
    assert first.label == "Imuran"
    assert first.detail == "brand of azathioprine · Purine Antimetabolite"
    assert first.url == "/drugs/Imuran"
    assert "azaCITIDine" in first.lookalikes


@pytest.mark.parametrize("text", ["", " ", "a", "az", "…", "-"])
def test_no_medicine_is_listed_before_the_third_letter(text: str, samples: Index) -> None:
    assert labels(samples, text, "drug") == []


def test_threads_that_ask_first_get_the_same(samples: Index) -> None:
    fresh: Index = open_index(samples.location)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(fresh.suggest, ["azathioprine"] * 8))
        articles = list(pool.map(lambda _: fresh.articles(), range(8)))
    assert answers == [samples.suggest("azathioprine")] * 8
    assert articles == [samples.articles()] * 8


def test_sections_follow_what_is_typed_after_a_name(samples: Index) -> None:
    assert labels(samples, "imuran", "section")[0] == "Imuran › Side effects"
    assert labels(samples, "imuran sid", "section") == ["Imuran › Side effects"]
    assert labels(samples, "imuran pregnancy", "section") == ["Imuran › Pregnancy"]
    assert labels(samples, "how does imuran work", "section") == ["Imuran › How it works"]


def test_articles_are_found_by_the_words_of_their_titles(samples: Index) -> None:
    assert labels(samples, "guide carers", "article") == [
        "Dilantin suspension: a guide for patients and carers"
    ]
    assert labels(samples, "guide zebra", "article") == []


def test_what_a_suggestion_asks_finds_that_kind_of_section(samples: Index) -> None:
    for group in samples.suggest("venlafaxine", limit=20).groups:
        if group.type == "section":
            for item in group.items:
                results = samples.search(SearchRequest(text=item.query))
                assert results.hits, item.query
                assert results.query.intent, item.query


def test_every_kind_is_asked_for_by_its_words() -> None:
    for kind in KINDS[:-1]:
        found = find_intent(("\N{OBJECT REPLACEMENT CHARACTER}", *terms(kind.asked)))
        assert found is not None, kind.name
        assert found.kind == kind.name


def test_a_beginning_that_no_name_has_is_compared_with_all_names(samples: Index) -> None:
    assert labels(samples, "azathiopryne", "drug") == ["azathioprine"]
    (group, *_) = samples.suggest("atorvastatn").groups
    assert group.items[0].label == "atorvastatin"
    assert group.items[0].url is None
    assert "no article in this index" in group.items[0].detail


def test_look_alikes_stand_side_by_side_only_with_their_classes() -> None:
    def item(label: str, detail: str, *alike: str) -> Suggestion:
        return Suggestion(label=label, detail=detail, query=label, url=None, lookalikes=alike)

    one = item("azathioprine", "ingredient", "azaCITIDine")
    two = item("azacitidine", "ingredient", "azaTHIOprine")
    between = item("azelastine", "ingredient")
    assert [of.label for of in apart((one, two, between))] == [
        "azathioprine",
        "azelastine",
        "azacitidine",
    ]
    assert [of.label for of in apart((one, two))] == ["azathioprine"]
    classed = (
        item("azathioprine", "ingredient · A", "azaCITIDine"),
        item("azacitidine", "ingredient · B", "azaTHIOprine"),
    )
    assert apart(classed) == classed


def test_other_sections_and_the_class_lead_on(samples: Index) -> None:
    results = samples.search(SearchRequest(text="nexium side effects"))
    related = results.suggestions.related
    assert "Nexium › Dosage" in [of.label for of in related]
    assert "omeprazole › Side effects" in [of.label for of in related]
    assert samples.search(SearchRequest(text="nausea")).suggestions.related == ()


def test_two_medicines_that_no_text_names_together_lead_to_their_classes(samples: Index) -> None:
    results = samples.search(SearchRequest(text="codeine diazepam"))
    assert results.hits == ()
    ways = {way.query: way.detail for way in results.suggestions.related}
    assert ways == {"codeine benzodiazepine": "the class of diazepam"}
    found = samples.search(SearchRequest(text="codeine benzodiazepine"))
    assert found.hits[0].article.id == "codeine"


def test_a_limit_holds_for_each_group(samples: Index) -> None:
    assert all(len(group.items) <= 2 for group in samples.suggest("venlafaxine", limit=2).groups)


def test_a_name_that_is_known_but_not_here_comes_before_names_that_are_only_alike(
    samples: Index,
) -> None:
    assert labels(samples, "loraz", "drug") == ["lorazepam"]
    assert "prednisone" in labels(samples, "prednis", "drug")
