"""Markup that is rare: odd tables, long notices, titles above the article, other encodings."""

from __future__ import annotations

import json

import pytest

from indexer.model import Article
from indexer.parsing import parse_page
from indexer.parsing.decoding import decode

HEAD = "<h1>A</h1>"
HEADERS = "<tr><th>Dose</th><th>Often</th></tr>"
ROW = "<tr><td>5 mg</td><td>twice</td></tr>"
FILLER = "<p>" + "It calms an immune system that attacks the wrong target. " * 20 + "</p>"


def parsed(body: str) -> Article:
    return parse_page(body.encode(), article_id="a", source="a.html")


def text_of(body: str) -> str:
    return "\n".join(section.text for section in parsed(body).sections)


# --- encodings --------------------------------------------------------------------------------


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_two_bytes_for_a_letter_are_recognised_in_either_order(codec: str) -> None:
    decoded = decode("<h1>Imuran</h1><p>It calms the immune system.</p>".encode(codec))
    assert "It calms the immune system." in decoded.text
    assert decoded.encoding.name == codec


def test_an_encoding_that_does_not_fit_is_given_up_and_said() -> None:
    bad = b"\xff" * 60
    page = b"<meta charset=big5><h1>A</h1><p>plain words</p>" + bad
    article = parse_page(page, article_id="a", source="a.html")
    assert article.encoding.name == "windows-1252"
    assert any("big5 was declared" in warning for warning in article.warnings)


# --- tables -----------------------------------------------------------------------------------


def test_a_cell_that_hangs_below_leaves_what_is_before_it_empty() -> None:
    rows = (
        "<tr><th>Dose</th><th>Often</th><th>Note</th></tr>"
        "<tr><td>5 mg</td><td>twice</td><td rowspan=2>with food</td></tr>"
        "<tr></tr><tr><td>9 mg</td><td>once</td><td>alone</td></tr>"
    )
    told = text_of(f"<h1>A</h1><table>{rows}</table>")
    assert "9 mg" in told
    assert told.count("with food") >= 1


@pytest.mark.parametrize("span", ["many", "-1", "", "999999", "1.5"])
def test_a_span_that_is_no_number_is_one(span: str) -> None:
    table = (
        "<table><tr><th>Dose</th><th>Often</th></tr>"
        f'<tr><td colspan="{span}">5 mg</td><td>twice</td></tr></table>'
    )
    assert text_of("<h1>A</h1>" + table) == text_of(
        "<h1>A</h1>" + table.replace(f' colspan="{span}"', "")
    )


def test_a_row_without_text_says_nothing() -> None:
    table = (
        "<table><tr><th>Dose</th><th>Often</th></tr>{}<tr><td>5 mg</td><td>twice</td></tr></table>"
    )
    empty = "<tr><td> </td><td></td></tr>"
    assert text_of("<h1>A</h1>" + table.format(empty)) == text_of("<h1>A</h1>" + table.format(""))


def test_a_lone_heading_above_a_column_goes_into_its_rows() -> None:
    told = text_of("<h1>A</h1><table><tr><th>Dose</th></tr><tr><td>5 mg</td></tr></table>")
    assert "Dose: 5 mg" in told


def test_a_comment_in_a_cell_is_no_word_of_it() -> None:
    row = ROW.replace("mg", f"mg<!-- {'word ' * 500} -->")
    told = text_of(f"{HEAD}<table>{HEADERS}{row}</table>")
    assert "Dose: 5 mg" in told
    assert "word" not in told


def test_a_caption_that_was_told_with_a_figure_is_told_once() -> None:
    body = (
        "<h1>A</h1><figure><figcaption>Doses</figcaption><table><caption>Adults</caption>"
        "<tr><th>Dose</th><th>Often</th></tr><tr><td>5 mg</td><td>twice</td></tr></table></figure>"
    )
    told = text_of(body)
    assert told.count("Doses") == told.count("Adults") == 1


def test_a_caption_that_is_hidden_is_not_told() -> None:
    table = f"<table><caption hidden>Adults</caption>{HEADERS}{ROW}</table>"
    assert "Adults" not in text_of(HEAD + FILLER + table)
    assert "Adults" in text_of(HEAD + FILLER + table.replace(" hidden", ""))


# --- what belongs to the article --------------------------------------------------------------


def test_a_title_above_the_article_is_not_taken_from_another_one() -> None:
    page = (
        "<title>Imuran: a guide</title><body><div><h1>Our clinic</h1></div>"
        f"<div><h1>Imuran</h1></div><article>{FILLER}<h2>Dose</h2>{FILLER}</article>"
    )
    article = parsed(page)
    assert article.title.startswith("Imuran")
    assert "Our clinic" not in article.title


def test_a_long_text_beside_the_article_is_no_notice() -> None:
    beside = f"<div><p>{'Keep this guide where it is dry. ' * 30} Price: $ 5.00</p></div>"
    body = f"<title>A</title><body><div>{HEAD}{FILLER * 3}</div>{beside}</body>"
    assert "Keep this guide" in text_of(body)


def test_things_described_by_the_thousand_are_read_up_to_a_limit() -> None:
    things = [{"@type": "Thing", "name": str(number)} for number in range(3_000)]
    late = [*things, {"@type": "Article", "author": {"name": "Somebody"}}]
    early = [late[-1], *things]
    page = "<script type='application/ld+json'>{}</script><h1>A</h1><p>A text.</p>"
    assert parsed(page.format(json.dumps(early))).author == "Somebody"
    assert parsed(page.format(json.dumps(late))).author is None
