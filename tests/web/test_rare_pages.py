"""Pages in other languages, of medicines without a class, and addresses that are none."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import create_environ, run_wsgi_app

from indexer import Corpus, Index, ReindexOptions, index, mentions, open_index
from indexer.config import Settings
from indexer.serialization.links import text_fragment
from tests.web.conftest import reading
from webapp import create_app
from webapp.inlines import Inline, InlineText

SENTENCE = "Azathioprine calms an immune system that attacks the wrong target in the body. "
PAGES = {
    "english": f"<html lang=en><h1>Imuran</h1><p>{SENTENCE * 15}</p>",
    "german": f"<html lang=de-AT><h1>Imuran</h1><p>{SENTENCE * 15}</p>",
    "classless": "<html lang=en><h1>Melatonin</h1><p>Melatonin is taken before sleep.</p>",
    "insulin": "<h1>Insulin glargine</h1><p>Insulin glargine is injected once a day.</p>",
    "other": "<h1>Imuran</h1><p>Imuran may be taken with insulin glargine.</p>",
}


@pytest.fixture(scope="module")
def rare(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("rare")
    for name, text in PAGES.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    found = open_index(str(folder / "index"))
    assert found.reindex(Corpus([folder]), ReindexOptions(jobs=1)).failed == ()
    return found


@pytest.fixture
def pages(rare: Index) -> FlaskClient:
    return reading(create_app(Settings(index=rare.location)))


def test_a_reading_grade_is_given_to_english_texts_alone(pages: FlaskClient) -> None:
    assert "grade" in pages.get("/articles/english").text.lower()
    assert "grade" not in pages.get("/articles/german").text.lower()


def test_a_medicine_of_no_known_class_is_compared_with_none(pages: FlaskClient) -> None:
    response = pages.get("/drugs/melatonin")
    assert response.status_code == 200
    assert "of the same class" not in response.text


@pytest.mark.parametrize("host", ["xn--a", "xn--0.example.org", "two words", "a/b"])
def test_an_address_that_cannot_be_a_host_is_refused(pages: FlaskClient, host: str) -> None:
    # Straight to the application: Werkzeug's client cannot name what is no host.
    for given, status in ((host, "400 BAD REQUEST"), ("search.example.org", "200 OK")):
        environ = {**create_environ("/"), "HTTP_HOST": given}
        body, told, _ = run_wsgi_app(pages.application, environ, buffered=True)
        assert (told, bool(list(body))) == (status, True)


def test_two_kinds_of_section_cannot_be_compared_at_once(pages: FlaskClient) -> None:
    response = pages.get("/api/v1/compare?section=dosage&section=storage&a=imuran&b=prograf")
    assert response.status_code == 400
    assert "section was given 2 times and can be given once" in response.text


def test_an_article_too_long_to_be_marked_is_shown_without_marks(
    rare: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = rare.article("english")
    assert rare.marks(article, "azathioprine")
    monkeypatch.setattr(index, "LONGEST_MARKED", 100)
    assert rare.marks(article, "azathioprine") == {}


def test_mentions_are_looked_for_in_so_much_of_an_article(
    rare: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = rare.article("other")
    assert [of.name for [of] in rare.named_in(article).values()] == ["insulin glargine"]
    monkeypatch.setattr(mentions, "LONGEST_SEARCHED", 10)
    assert rare.named_in(article) == {}


def test_who_mentions_a_medicine_of_two_words_is_found_by_both(rare: Index) -> None:
    about = rare.article("insulin").drugs
    assert [of.id for of in rare.mentioning(about).articles] == ["other"]


def test_what_stands_around_words_does_not_overlap() -> None:
    ranges = ((0, 9, "a"), (4, 12, "b"), (10, 13, "i"))
    inlines = [Inline(start, end, f"<{tag}>", f"</{tag}>") for start, end, tag in ranges]
    shown = InlineText("one two three", (), inlines).html(0, 13)
    assert shown == "<a>one two t</a>h<i>ree</i>"


@pytest.mark.parametrize("text", ["", "\n", "• \nsecond line"])
def test_a_passage_without_a_first_line_has_no_directive_to_open_it(text: str) -> None:
    assert text_fragment(text) == ""


def test_the_api_is_told_with_examples_where_no_medicine_is_indexed(
    tmp_path: Path,
) -> None:
    empty = open_index(str(tmp_path / "index"))
    page = tmp_path / "page.html"
    page.write_text("<h1>Nothing</h1><p>A text about no medicine.</p>")
    assert empty.reindex(Corpus([page]), ReindexOptions(jobs=1)).published
    client = reading(create_app(Settings(index=empty.location)))
    told = client.get("/api/docs")
    assert told.status_code == 200
    assert "/api/v1/articles/imuran-guide" in told.text
