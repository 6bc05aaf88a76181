"""Query parameters to search requests."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from indexer.model import SearchRequest
from indexer.serialization import search_link
from webapp.parameters import GROUPS, SECTION_KINDS, SORTS
from webapp.params import Reading, read_highlight, read_search

NAMES = st.lists(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(str.strip),
    unique=True,
    max_size=3,
).map(tuple)

REQUESTS = st.builds(
    SearchRequest,
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    drugs=NAMES,
    sections=st.lists(st.sampled_from(SECTION_KINDS), unique=True, max_size=3).map(tuple),
    classes=NAMES,
    categories=NAMES,
    years=st.lists(st.sampled_from(["1999", "2024"]), unique=True).map(tuple),
    articles=NAMES,
    without=NAMES,
    sort=st.sampled_from(SORTS),
    group=st.sampled_from(GROUPS),
    page=st.integers(1, 200),
    per_page=st.integers(1, 50),
    expand=st.booleans(),
    exact=st.booleans(),
    explain=st.booleans(),
    deadline_ms=st.just(400),
)


def read(query: str, *, is_program: bool = True) -> Reading:
    pairs = parse_qsl(query, keep_blank_values=True)
    return read_search(MultiDict(pairs), deadline_ms=400, is_program=is_program)


def faults(query: str, *, is_program: bool = True) -> dict[str, str]:
    return {fault.parameter: fault.code for fault in read(query, is_program=is_program).faults}


@given(REQUESTS)
def test_the_address_of_a_request_reads_as_that_request(request: SearchRequest) -> None:
    address = search_link("/search", request, page=request.page)
    assert read(urlsplit(address).query) == Reading(request, ())


@given(st.lists(st.tuples(st.sampled_from(["q", "page", "section", "drug"]), st.text())))
def test_any_parameters_can_be_read(pairs: list[tuple[str, str]]) -> None:
    request = read_search(MultiDict(pairs), deadline_ms=1, is_program=True).request
    assert len(request.text) <= 1_000
    assert request.page >= 1


@pytest.mark.parametrize(
    "query",
    [
        "per_page=0",
        "per_page=51",
        "per_page=ten",
        "per_page=-1",
        "per_page=1e1",
        "per_page=٣",
        "page=0",
        "page=",
        f"page={'9' * 5_000}",
        "sort=best",
        "group=page",
        "expand=yes",
        "exact=true",
        "explain=2",
        "section=side-effects",
        "drug=",
        "category=%20",
        "year=24",
        "year=20x4",
        "class=",
        f"drug={'x' * 201}",
        "&".join(f"category={number}" for number in range(25)),
    ],
)
@pytest.mark.parametrize("is_program", [True, False])
def test_a_malformed_value_is_blamed_on_its_parameter(query: str, is_program: bool) -> None:  # noqa: FBT001 - a parameter of the test
    name = query.partition("=")[0]
    assert faults(f"q=x&{query}", is_program=is_program) == {name: "invalid-parameter"}


def test_every_fault_is_reported_at_once() -> None:
    found = faults("per_page=99&sort=z&colour=red&section=zz")
    assert found == {
        "q": "invalid-parameter",
        "per_page": "invalid-parameter",
        "sort": "invalid-parameter",
        "colour": "unknown-parameter",
        "section": "invalid-parameter",
    }


def test_a_wrong_section_is_told_the_kinds_there_are() -> None:
    (fault,) = read("q=x&section=zz").faults
    assert all(kind in fault.detail for kind in SECTION_KINDS)


def test_a_single_valued_parameter_is_taken_once_only() -> None:
    assert faults("q=a&q=b") == {"q": "invalid-parameter"}
    assert faults("q=a&page=1&page=1") == {"page": "invalid-parameter"}


def test_results_beyond_the_deepest_are_out_of_range() -> None:
    assert faults("q=x&page=200&per_page=50") == {}
    assert faults("q=x&page=201&per_page=50") == {"page": "page-out-of-range"}


def test_a_query_may_have_a_thousand_characters() -> None:
    assert faults("q=" + "x" * 1_000) == {}
    assert faults("q=" + "x" * 1_001) == {"q": "query-too-long"}


def test_a_person_may_leave_out_the_query_and_bring_foreign_parameters() -> None:
    assert faults("utm_source=mail", is_program=False) == {}


def test_repeated_values_of_a_filter_count_once() -> None:
    assert read("q=x&drug=a&drug=b&drug=a").request.drugs == ("a", "b")


def test_a_long_value_is_not_repeated_in_full() -> None:
    (fault,) = read(f"q=x&sort={'z' * 500}").faults
    assert len(fault.detail) < 150


def test_the_query_to_highlight_is_bounded_too() -> None:
    text, found = read_highlight(MultiDict([("h", "y" * 2_000)]))
    assert len(text) == 1_000
    assert [fault.code for fault in found] == ["query-too-long"]
