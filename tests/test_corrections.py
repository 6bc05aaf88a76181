"""M1: a name is offered, never changed in silence; one safe case runs by itself and says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import Corpus, Index, ReindexOptions, SearchRequest, open_index
from indexer.corrections import SHORTEST_SAFE, corrected_text, distance, listed_near
from indexer.knowledge.drugs import DrugKnowledge
from indexer.knowledge.lookalikes import listed_names, lookalikes
from tests.knowledge.test_similar_names import edits

ROOT = Path(__file__).resolve().parents[1]
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Index:
    index: Index = open_index(str(tmp_path_factory.mktemp("corrections") / "index"))
    assert index.reindex(Corpus([ROOT / "corpus"]), ReindexOptions()).failed == ()
    return index


@given(st.text("abc", max_size=7), st.text("abc", max_size=7))
def test_the_distance_is_that_of_the_search_for_similar_names(first: str, second: str) -> None:
    assert distance(first, second) == edits(first, second)


@given(st.sampled_from(listed_names()), st.integers(0, 20), st.sampled_from(LETTERS))
def test_every_listed_name_one_edit_away_is_near(name: str, at: int, letter: str) -> None:
    listed = {"".join(of.split()) for of in listed_names() if of.replace(" ", "").isalpha()}
    letters = "".join(name.split())
    for typed in (
        letters[:at] + letter + letters[at:],
        letters[:at] + letter + letters[at + 1 :],
        letters[:at] + letters[at + 1 :],
        letters[:at] + letters[at : at + 2][::-1] + letters[at + 2 :],
    ):
        if len(typed) >= SHORTEST_SAFE:
            near = {of for of in listed if distance(typed, of) <= 1}
            assert near <= set(listed_near(typed))


def test_m1_the_one_safe_correction_runs_and_is_said(samples: Index) -> None:
    results = samples.search(SearchRequest(text="voriconazle side effects"))
    assert results.query.text == "voriconazle side effects"
    assert results.query.corrected == "voriconazole side effects"
    assert results.hits[0].article.id == "clinic.voriconazole"
    assert next(notice.code for notice in results.notices) == "corrected"
    assert results.notices[0].text == (
        "No results for “voriconazle”. Showing results for “voriconazole”."
    )


@pytest.mark.parametrize("query", ['"voriconazle" side effects', "voriconazl side efects xx"])
def test_m1_quotes_and_several_unknown_words_are_never_corrected(
    query: str, samples: Index
) -> None:
    results = samples.search(SearchRequest(text=query))
    assert results.query.corrected is None
    assert results.hits == ()


def test_m1_an_exact_search_corrects_and_offers_nothing(samples: Index) -> None:
    results = samples.search(SearchRequest(text="voriconazle", exact=True))
    assert results.query.corrected is None
    assert results.suggestions.did_you_mean == ()
    assert results.hits == ()


def test_m1_two_edits_are_offered_and_not_run(samples: Index) -> None:
    results = samples.search(SearchRequest(text="vorikonazle dose"))
    assert results.query.corrected is None
    assert results.hits == ()
    first = results.suggestions.did_you_mean[0]
    assert (first.label, first.query) == ("voriconazole", "voriconazole dose")
    assert first.detail == "ingredient · Azole Antifungal"


def test_m1_a_name_between_two_look_alikes_becomes_a_choice_with_class(samples: Index) -> None:
    results = samples.search(SearchRequest(text="prednisolne"))
    offered = {of.label: of for of in results.suggestions.did_you_mean}
    assert {"prednisone", "prednisolone"} <= offered.keys()
    assert offered["prednisolone"].lookalikes == ("predniSONE",)
    assert results.query.corrected is None


def test_m1_a_correction_that_finds_nothing_is_only_offered(samples: Index) -> None:
    results = samples.search(SearchRequest(text="zolpidm"))
    assert results.query.corrected is None
    assert results.suggestions.did_you_mean[0].label == "zolpidem"
    assert results.hits == ()


def test_m1_a_wrong_first_letter_is_still_found(samples: Index) -> None:
    results = samples.search(SearchRequest(text="foriconazole"))
    assert results.suggestions.did_you_mean[0].label == "voriconazole"


def test_m2_no_typo_of_a_look_alike_shows_its_partner_as_if_asked_for(samples: Index) -> None:
    """Every deletion, swap and some substitutions of the names that the samples have."""
    knowledge = DrugKnowledge.shipped()
    here = {drug.name for drug in samples.drugs()}
    pairs = [(name, pair.other) for name in here for pair in lookalikes(name) if pair.other in here]
    assert len(pairs) >= 8
    for name, partner in pairs:
        key = knowledge.resolve(partner)
        assert key is not None
        for typo in _typos(name):
            results = samples.search(SearchRequest(text=typo))
            asked = {drug.ingredient for drug in results.query.drugs}
            if key.key in asked:
                # The slip is itself a listed name: then the pair is told.
                assert any(notice.code == "lasa" for notice in results.notices), typo
                continue
            if results.hits:
                # Another form of the name, or the safe correction: what the right name finds.
                asked_name = results.query.corrected or results.query.drugs[0].ingredient
                assert asked_name == name, typo
                right = samples.search(SearchRequest(text=name))
                found = [hit.article.id for hit in results.hits]
                assert set(found) == {hit.article.id for hit in right.hits}
                assert name in {drug.ingredient for drug in results.hits[0].article.drugs}


def _typos(name: str) -> list[str]:
    deleted = [name[:at] + name[at + 1 :] for at in range(len(name))]
    swapped = [name[:at] + name[at + 1] + name[at] + name[at + 2 :] for at in range(len(name) - 1)]
    replaced = [
        name[:at] + LETTERS[(LETTERS.index(name[at]) + 7) % 26] + name[at + 1 :]
        for at in range(len(name))
        if name[at] in LETTERS
    ]
    return [*deleted, *swapped, *replaced]


@pytest.mark.parametrize("word", ["systolic", "estimate", "migraine"])
def test_m1_a_word_of_the_language_is_no_slip_of_a_name(word: str, samples: Index) -> None:
    results = samples.search(SearchRequest(text=word))
    assert results.query.corrected is None
    assert results.suggestions.did_you_mean == ()


@pytest.mark.parametrize(
    ("text", "typed", "name", "expected"),
    [
        ("azathiprine dose", "azathiprine", "azathioprine", "azathioprine dose"),
        ("xazathiprinex azathiprine", "azathiprine", "A", "xazathiprinex A"),
        ('"azathiprine" azathiprine', "azathiprine", "A", '"azathiprine" A'),
        ("-azathiprine azathiprine", "azathiprine", "A", "-azathiprine A"),
        ("ﬁrst eﬀect azathiprine dose", "azathiprine", "A", "ﬁrst eﬀect A dose"),
        ("depo  provra", "depo provra", "Depo-Provera", "Depo-Provera"),
        ("nothing of it", "azathiprine", "A", "nothing of it"),
    ],
)
def test_m1_only_what_was_not_understood_is_replaced(
    text: str, typed: str, name: str, expected: str
) -> None:
    assert corrected_text(text, typed, name) == expected


def test_m1_a_name_keeps_its_medicine_with_an_ending(samples: Index) -> None:
    for query in ("imuran's side effects", "imurans side effects"):
        results = samples.search(SearchRequest(text=query))
        assert results.query.drugs[0].ingredient == "azathioprine"
        assert results.hits[0].article.id == "imuran-guide"


def test_m1_the_rarest_word_is_not_given_up_for_the_text_on_a_medicine(samples: Index) -> None:
    """It may be the name of a medicine that no list knows but some text has."""
    partial = samples.search(SearchRequest(text="tiramisu myocarditis carton"))
    assert partial.hits == ()
    partial = samples.search(SearchRequest(text="ampoule myocarditis children"))
    assert partial.query.mode == "partial"
    assert partial.hits
    rarest = ("ampoule", "myocarditis")
    for hit in partial.hits:
        for section in hit.sections:
            assert any(reason.term.startswith(rarest) for reason in section.why)
