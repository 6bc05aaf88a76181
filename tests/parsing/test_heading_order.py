"""What is wrong with the headings of a page, whatever the outline made of them."""

from __future__ import annotations

import pytest

from indexer.faults import HeadingFault
from indexer.parsing import parse_page

TEXT = "<p>Long enough to be the text of an article, and so to be kept in the index.</p>"


def faults(body: str) -> list[tuple[str, str, int, str]]:
    page = f"<!doctype html><title>Title</title><body>{body}</body>".encode()
    found = parse_page(page, article_id="a", source="a.html").heading_faults
    return [(of.code, of.heading, of.number, of.detail) for of in found]


def test_headings_in_order_have_no_fault() -> None:
    assert faults(f"<main><h1>A</h1>{TEXT}<h2>B</h2>{TEXT}<h3>C</h3>{TEXT}<h2>D</h2>{TEXT}") == []


@pytest.mark.parametrize("first", ["h2", "h3", "h4"])
def test_the_first_heading_may_have_any_level(first: str) -> None:
    assert faults(f"<main><{first}>A</{first}>{TEXT}</main>") == []


def test_a_level_that_is_skipped_is_told_with_both_headings() -> None:
    assert faults(f"<main><h1>A</h1>{TEXT}<h3>B</h3>{TEXT}<h3>C</h3>{TEXT}</main>") == [
        ("skipped-level", "B", 1, "h1 “A”, then h3")
    ]


def test_levels_are_those_of_the_page_and_not_of_the_outline() -> None:
    body = "".join(
        f"<h2>{number}. Part</h2>{TEXT}<h3>Below</h3>{TEXT}<h2>Beside</h2>{TEXT}"
        for number in (1, 2, 3)
    )
    assert faults(f"<main><h1>A</h1>{body}</main>") == []


def test_a_bold_line_is_no_heading_of_the_page() -> None:
    assert faults(f"<main><h1>A</h1>{TEXT}<p><b>Bold</b></p>{TEXT}<h2>B</h2>{TEXT}</main>") == []


def test_every_further_title_is_told() -> None:
    assert faults(f"<main><h1>A</h1>{TEXT}<h1>B</h1>{TEXT}<h1>A</h1>{TEXT}</main>") == [
        ("several-titles", "B", 1, "B"),
        ("several-titles", "A", 2, "A"),
    ]


@pytest.mark.parametrize("inside", ["", " ", "&nbsp;", "<span></span>", "<img src=x alt=''>"])
def test_an_empty_heading_is_told_with_the_one_before(inside: str) -> None:
    assert faults(f"<main><h1>A</h1>{TEXT}<h2>{inside}</h2>{TEXT}</main>") == [
        ("empty-heading", "A", 1, "h2")
    ]


@pytest.mark.parametrize(
    "heading", ["<h2><img src=x alt=Dose></h2>", "<h2 aria-label=Dose><i></i></h2>"]
)
def test_a_heading_that_is_read_aloud_is_not_empty(heading: str) -> None:
    assert faults(f"<main><h1>A</h1>{TEXT}{heading}{TEXT}</main>") == []


def test_roles_and_levels_of_aria_count() -> None:
    heading = "<div role=heading aria-level=4>B</div>"
    assert faults(f"<main><h1>A</h1>{TEXT}{heading}{TEXT}</main>") == [
        ("skipped-level", "B", 1, "h1 “A”, then h4")
    ]


def test_what_is_no_part_of_the_article_is_not_looked_at() -> None:
    menu = "<nav><h1>Menu</h1><h4></h4><h6>Deep</h6></nav>"
    footer = "<footer><h1>About us</h1><h5>Contact</h5></footer>"
    article = f"<main><h1>A</h1>{TEXT * 3}<h2>B</h2>{TEXT * 3}</main>"
    assert faults(f"{menu}{article}{footer}") == []


def test_a_fault_belongs_to_the_article_that_is_parsed() -> None:
    page = f"<main><h1>A</h1>{TEXT}<h2></h2>{TEXT}</main>".encode()
    found = parse_page(page, article_id="a", source="a.html").heading_faults
    assert found == (HeadingFault(code="empty-heading", heading="A", detail="h2"),)
