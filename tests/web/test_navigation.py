"""Ways on from results, on values made by hand: no index needs to be this large."""

from __future__ import annotations

from dataclasses import replace

import pytest

from indexer.model import (
    Facets,
    FacetValue,
    Interpretation,
    Reason,
    Results,
    SearchRequest,
    Status,
    Total,
)
from webapp import navigation
from webapp.rendering import Ground, grounds

RESULTS = Results(
    request=SearchRequest(text="x"),
    query=Interpretation(text="x"),
    total=Total(articles=300, sections=900),
    hits=(),
    facets=Facets(),
    status=Status(
        location="", generation=1, built_at="2026-11-23", articles=300, sections=900, schema=""
    ),
    pages=30,
    took_ms=1.0,
)


def on_page(number: int, *, per_page: int = 10, pages: int = 30) -> Results:
    request = replace(RESULTS.request, page=number, per_page=per_page)
    return replace(RESULTS, request=request, pages=pages)


def labels(results: Results) -> str:
    return " ".join(page.label if page else "…" for page in navigation.pager(results).pages)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (1, "1 2 3 … 30"),
        (4, "1 2 3 4 5 6 … 30"),
        (15, "1 … 13 14 15 16 17 … 30"),
        (30, "1 … 28 29 30"),
    ],
)
def test_the_pager_shows_both_ends_and_what_is_near(number: int, shown: str) -> None:
    assert labels(on_page(number)) == shown


def test_the_pager_ends_where_results_are_out_of_reach() -> None:
    assert labels(on_page(1, per_page=50, pages=900)) == "1 2 3 … 200"
    assert navigation.pager(on_page(200, per_page=50, pages=900)).next is None


def test_before_a_page_past_the_end_stands_the_last_one() -> None:
    assert navigation.pager(on_page(99)).previous == "/search?q=x&page=30"


def test_a_long_facet_unfolds_and_says_what_it_leaves_out() -> None:
    values = tuple(FacetValue(value=str(n), label=str(n), count=100 - n) for n in range(100))
    (field,) = navigation.facet_fields(replace(RESULTS, facets=Facets(drug=values)))
    assert len(field.values) == navigation.OPEN_VALUES
    assert len(field.values) + len(field.rest) + field.left_out == 100
    assert field.left_out == 40


def test_a_filter_in_force_is_offered_even_where_nothing_has_it() -> None:
    request = replace(RESULTS.request, drugs=("Warfarin",))
    (field,) = navigation.facet_fields(replace(RESULTS, request=request))
    assert field.values == (FacetValue(value="Warfarin", label="Warfarin", count=0, selected=True),)


def test_reasons_are_gathered_word_by_word() -> None:
    reasons = (
        Reason(field="heading", term="effects", via="direct"),
        Reason(field="drug", term="imuran", via="subject"),
        Reason(field="text", term="effects", via="direct"),
    )
    assert grounds(reasons) == (
        Ground("effects", "heading, text", ""),
        Ground("imuran", "subject of the article", ""),
    )
