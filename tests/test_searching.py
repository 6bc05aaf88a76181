"""What an answer says of itself: which names were searched for, and what is not there."""

from __future__ import annotations

import pytest

from indexer import Corpus, Index, ReindexOptions, SearchRequest, open_index

NOT_SAFE = "That does not mean that it is safe."

PAGE = """<!doctype html><html lang="en"><title>{title}</title><body><main><h1>{title}</h1>
{body}</main></body></html>"""

PAGES = {
    "imuran": (
        "Imuran (azathioprine)",
        """<p>Imuran contains azathioprine.</p>
        <h2>How to take Imuran</h2><p>Swallow the tablets after a meal. Imuran is taken daily.</p>
        <h2>Other medicines</h2><p>Allopurinol makes Imuran stronger. Imuran is reduced then.</p>
        <h2>Sunlight</h2><p>Imuran makes the skin sensitive. Wear a hat with Imuran.</p>
        <h2>Who should not take Imuran</h2><p>These people:</p>
        <ul><li>allergic to azathioprine</li><li>pregnant women</li></ul>
        <h2>How to store Imuran</h2><p>Keep Imuran in its box. Store it below 25 °C.</p>""",
    ),
    "prograf": (
        "Prograf (tacrolimus)",
        """<p>Prograf contains tacrolimus. It may follow azathioprine.</p>
        <h2>How to take Prograf</h2><p>Take it without food. Azathioprine may be added.</p>
        <p>Driving is possible.</p><h2>Food</h2><p>Grapefruit is left out.</p>""",
    ),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("searching")
    pages = folder / "pages"
    pages.mkdir()
    for name, (title, body) in PAGES.items():
        page = PAGE.format(title=title, body=body)
        (pages / f"{name}.html").write_text(page, encoding="utf-8")
    index: Index = open_index(str(folder / "index"))
    assert index.reindex(Corpus([pages]), ReindexOptions()).failed == ()
    return index


def notes(index: Index, query: str) -> str:
    return " ".join(index.search(SearchRequest(text=query)).query.notes)


def snippets(index: Index, query: str) -> list[str]:
    results = index.search(SearchRequest(text=query))
    return [snippet.text for snippet in results.hits[0].sections[0].snippets]


# --- what is not there --------------------------------------------------------------------------


def test_m7_what_no_article_on_the_medicine_says_is_told(index: Index) -> None:
    results = index.search(SearchRequest(text="imuran driving"))
    assert results.query.mode == "all"
    assert [hit.article.id for hit in results.hits] == ["prograf"]
    (note,) = results.query.notes
    assert "No article found is about imuran" in note
    assert "The articles about imuran do not have all that was asked for." in note
    assert "does not mean that it is safe" in note


def test_m7_absence_is_claimed_only_of_what_is_nowhere_for_the_medicine(index: Index) -> None:
    # Hat and meal stand in different sections on Imuran; grapefruit stands in none.
    assert "no text" not in notes(index, "imuran hat meal")
    assert notes(index, "imuran hat grapefruit") == (
        "This index has no text about “grapefruit” for imuran. That does not mean that it is safe."
    )


def test_m7_a_kind_of_section_that_is_nowhere_is_told(index: Index) -> None:
    assert notes(index, "addictive") == (
        f"Nothing in this index is about abuse and dependence. {NOT_SAFE}"
    )


def test_an_absent_kind_of_section_is_named_as_people_call_it(index: Index) -> None:
    assert notes(index, "how do I store prograf") == (
        f"This index has no text about storage for prograf. {NOT_SAFE}"
    )


def test_an_absent_phrase_is_quoted_once(index: Index) -> None:
    assert notes(index, '"half the dose"') == "Nothing in this index says “half the dose”."


def test_two_medicines_that_no_section_names_together_list_nothing(index: Index) -> None:
    results = index.search(SearchRequest(text="tacrolimus allopurinol"))
    assert results.hits == ()
    assert (results.query.mode, results.query.dropped) == ("all", ())
    assert results.query.notes == (
        f"No section of this index has “tacrolimus” and “allopurinol” together. {NOT_SAFE}",
    )


def test_m8_two_medicines_together_are_no_verdict(index: Index) -> None:
    assert "says nothing about whether they may be combined" in notes(index, "imuran allopurinol")
    assert notes(index, "imuran") == ""


# --- what was searched for ----------------------------------------------------------------------


def test_m3_only_names_that_can_have_found_something_are_told(index: Index) -> None:
    told = index.search(SearchRequest(text="imuran")).query.expansions
    assert [(added.source, *added.names) for added in told] == [("imuran", "azathioprine")]


# --- what is quoted -----------------------------------------------------------------------------


def test_the_medicine_an_article_is_about_chooses_no_sentence(index: Index) -> None:
    assert snippets(index, "imuran stronger") == ["Allopurinol makes Imuran stronger."]
    assert snippets(index, "imuran hat") == ["Wear a hat with Imuran."]


def test_where_only_the_medicine_is_named_the_beginning_is_quoted(index: Index) -> None:
    (snippet,) = snippets(index, "who should not take imuran")
    assert snippet == "These people:\n• allergic to azathioprine\n• pregnant women"


def test_in_an_article_about_another_the_mention_is_quoted(index: Index) -> None:
    assert "Azathioprine may be added." in " ".join(snippets(index, "azathioprine driving"))
    shown = " ".join(snippets(index, "imuran without food possible driving"))
    assert "Azathioprine may be added." in shown


def test_a_medicine_that_only_texts_name_is_told_apart_from_one_that_is_nowhere(
    index: Index,
) -> None:
    (note,) = index.search(SearchRequest(text="drug:allopurinol")).query.notes
    assert note == "Nothing in this index has articles about “allopurinol”."
    assert index.search(SearchRequest(text="allopurinol")).hits
    notes = index.search(SearchRequest(text="title:zzyzx")).query.notes
    assert "Nothing in this index has titles with “zzyzx”." in notes


# --- facets -------------------------------------------------------------------------------------


def test_classes_and_years_are_facets_and_filters(index: Index) -> None:
    everything = index.search(SearchRequest(text="imuran OR prograf"))
    assert everything.total.articles == 2
    classes = {value.value: value.count for value in everything.facets.drug_class}
    assert classes["Purine Antimetabolite"] == 1
    one = index.search(SearchRequest(text="imuran OR prograf", classes=("Purine Antimetabolite",)))
    assert [hit.article.id for hit in one.hits] == ["imuran"]
    assert {value.value for value in one.facets.drug_class} == set(classes)
    assert index.search(SearchRequest(text="imuran", years=("1999",))).hits == ()
