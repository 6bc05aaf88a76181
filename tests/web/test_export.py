"""The export of the JSON API: everything that a search lists, answer after answer."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from indexer.cli import main
from indexer.config import Settings
from indexer.corpus import Corpus
from indexer.index import open_index
from indexer.model import SearchRequest
from indexer.runs import ReindexOptions
from indexer.serialization import EXPORT_COLUMNS, Json
from tests.web.conftest import reading
from tests.web.pages import PAGES
from webapp import create_app, exports
from webapp.cursors import LONGEST_CURSOR, Cursor, decode_cursor, encode_cursor, question_of

EXPORT = "/api/v1/export"

Row = dict[str, Json]


def rows_of(response: TestResponse) -> list[Row]:
    assert response.status_code == 200, response.text
    return [json.loads(line) for line in response.text.split("\n")[:-1]]


def following(response: TestResponse) -> str | None:
    found = re.search(r'<([^>]*)>; rel="next"', response.headers["Link"])
    return found[1] if found else None


def answers(client: FlaskClient, address: str | None) -> Iterator[TestResponse]:
    """Yield answer after answer, as a program follows the links."""
    while address:
        response = client.get(address)
        yield response
        address = following(response)


def cursor_of(client: FlaskClient, address: str) -> str:
    link = following(client.get(address))
    assert link is not None
    return link.partition("cursor=")[2]


def assert_problem(response: TestResponse, status: int, slug: str) -> str:
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert response.json is not None
    assert response.json["type"] == f"/problems/{slug}"
    return str(response.json["detail"])


# --- rows -------------------------------------------------------------------------------------


def test_rows_are_those_of_the_search_in_its_order(client: FlaskClient) -> None:
    response = client.get(f"{EXPORT}?q=azathioprine")
    found = client.get("/api/v1/search?q=azathioprine&group=section&per_page=50").json
    assert found is not None
    rows = rows_of(response)
    assert response.mimetype == "application/x-ndjson"
    assert response.headers["X-Total-Count"] == str(found["total"]["sections"]) == str(len(rows))
    assert response.headers["Link"] == '</openapi.json>; rel="service-desc"'
    hits = [(hit["article"], hit["sections"][0]) for hit in found["results"]]
    for row, (article, section) in zip(rows, hits, strict=True):
        assert (row["article"], row["section"], row["score"], row["snippet"]) == (
            article["id"],
            section["id"],
            section["score"],
            "\n".join(snippet["text"] for snippet in section["snippets"]),
        )
        shared = ("title", "source_url", "published", "modified", "publisher_type", "stale")
        assert [row[name] for name in shared] == [article[name] for name in shared]


@pytest.mark.parametrize("form", ["ndjson", "csv"])
@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("q=side+effects", ["side", "effects"]),
        ("q=imuran&sort=title", ["imuran", "--sort", "title"]),
        ("q=imuran&section=adverse-reactions&exact=1", ["imuran", "--section"]),
        ("q=azathioprine&drug=Imuran&expand=none", ["azathioprine", "--drug", "Imuran"]),
        ("q=zebra", ["zebra"]),
    ],
)
def test_the_command_line_writes_the_same(
    location: str,
    client: FlaskClient,
    capsys: pytest.CaptureFixture[str],
    query: str,
    options: list[str],
    *,
    form: str,
) -> None:
    if options[-1] == "--section":
        options = [*options, "adverse-reactions", "--exact"]
    if "expand=none" in query:
        options = [*options, "--expand", "none"]
    with pytest.raises(SystemExit):
        main(["--index", location, "--quiet", "search", "--all", "--format", form, *options])
    assert client.get(f"{EXPORT}?{query}&format={form}").text == capsys.readouterr().out


def test_csv_has_the_columns_of_json(client: FlaskClient) -> None:
    response = client.get(f"{EXPORT}?q=imuran&format=csv")
    assert response.content_type == "text/csv; charset=utf-8; header=present"
    rows = list(csv.DictReader(io.StringIO(response.text, newline="")))
    assert tuple(rows[0]) == EXPORT_COLUMNS
    texts = [row["text"] for row in rows_of(client.get(f"{EXPORT}?q=imuran"))]
    assert [row["text"] for row in rows] == texts


def test_nothing_found_is_an_answer_without_rows(client: FlaskClient) -> None:
    response = client.get(f"{EXPORT}?q=zebra")
    assert (rows_of(response), response.headers["X-Total-Count"]) == ([], "0")
    assert client.get(f"{EXPORT}?q=zebra&format=csv").text.count("\r\n") == 1


def test_head_answers_without_rows(client: FlaskClient) -> None:
    response = client.head(f"{EXPORT}?q=imuran&limit=1")
    assert (response.status_code, response.data) == (200, b"")
    assert following(response)


# --- answer after answer ----------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
@pytest.mark.parametrize("sort", ["relevance", "newest", "title"])
def test_answers_one_after_the_other_are_the_whole(
    client: FlaskClient, limit: int, sort: str
) -> None:
    whole = rows_of(client.get(f"{EXPORT}?q=azathioprine&sort={sort}"))
    parts = [
        rows_of(answer)
        for answer in answers(client, f"{EXPORT}?q=azathioprine&sort={sort}&limit={limit}")
    ]
    assert [row for part in parts for row in part] == whole
    assert all(len(part) == limit for part in parts[:-1])
    assert [row["rank"] for row in whole] == list(range(1, len(whole) + 1))


def test_every_csv_has_its_header(client: FlaskClient) -> None:
    for answer in answers(client, f"{EXPORT}?q=imuran&format=csv&limit=2"):
        assert answer.text.startswith('"rank",')


def test_form_and_size_may_change_on_the_way(client: FlaskClient) -> None:
    cursor = cursor_of(client, f"{EXPORT}?q=imuran&limit=2")
    rest = rows_of(client.get(f"{EXPORT}?q=imuran&limit=500&cursor={cursor}"))
    assert rest == rows_of(client.get(f"{EXPORT}?q=imuran"))[2:]
    assert client.get(f"{EXPORT}?q=imuran&format=csv&cursor={cursor}").status_code == 200


def test_an_answer_that_would_be_too_large_goes_on_in_the_next(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = rows_of(client.get(f"{EXPORT}?q=azathioprine"))
    monkeypatch.setattr(exports, "LARGEST_ANSWER", 10)
    parts = [rows_of(answer) for answer in answers(client, f"{EXPORT}?q=azathioprine")]
    assert all(len(part) == 1 for part in parts)
    assert [row for part in parts for row in part] == whole


def test_who_has_the_answer_already_is_told_so(client: FlaskClient) -> None:
    address = f"{EXPORT}?q=imuran&limit=2"
    tag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304


# --- cursors ----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "x", "AAAA", "é", "a" * 500, "=" * 8])
def test_a_cursor_that_is_none_of_ours_is_refused(client: FlaskClient, text: str) -> None:
    response = client.get(EXPORT, query_string={"q": "imuran", "cursor": text})
    assert "none of this server" in assert_problem(response, 400, "invalid-parameter")


def test_a_cursor_that_was_changed_is_refused(client: FlaskClient) -> None:
    cursor = cursor_of(client, f"{EXPORT}?q=imuran&limit=2")
    for at in range(len(cursor)):
        other = "A" if cursor[at] != "A" else "B"
        changed = f"{cursor[:at]}{other}{cursor[at + 1 :]}"
        assert decode_cursor(changed) is None


@pytest.mark.parametrize(
    "other", ["q=tegretol", "q=imuran&sort=title", "q=imuran&drug=Imuran", "q=imuran&exact=1"]
)
def test_a_cursor_of_another_query_is_refused(client: FlaskClient, other: str) -> None:
    cursor = cursor_of(client, f"{EXPORT}?q=imuran&limit=2")
    response = client.get(f"{EXPORT}?{other}&cursor={cursor}")
    assert "another query" in assert_problem(response, 400, "invalid-parameter")


def test_a_cursor_of_a_generation_that_is_no_longer_served_has_expired(tmp_path: Path) -> None:
    corpus = tmp_path / "pages"
    corpus.mkdir()
    for name, text in PAGES.items():
        (corpus / name).write_text(text, encoding="utf-8")
    index = open_index(str(tmp_path / "index"))
    index.reindex(Corpus([corpus]), ReindexOptions(jobs=1))
    client = reading(create_app(Settings(index=index.location, deadline_ms=10_000)))
    first = client.get(f"{EXPORT}?q=imuran&limit=2")
    address = following(first)
    assert address is not None
    name = next(iter(PAGES))
    (corpus / name).write_text(PAGES[name].replace("tablet", "capsule"), encoding="utf-8")
    index.reindex(Corpus([corpus]), ReindexOptions(jobs=1))
    detail = assert_problem(client.get(address), 410, "cursor-expired")
    assert "Begin anew without a cursor." in detail
    again = client.get(f"{EXPORT}?q=imuran&limit=2")
    assert {row["generation"] for row in rows_of(again)} == {2}
    # Who goes back to the generation goes on where the export was.
    index.rollback()
    assert rows_of(client.get(address))[0]["rank"] == 3


@given(
    st.builds(
        Cursor,
        st.text("0123456789abcdef", min_size=24, max_size=24),
        st.text("0123456789abcdef", min_size=24, max_size=24),
        st.integers(0, 10**9),
    )
)
def test_a_cursor_reads_back_as_it_was(cursor: Cursor) -> None:
    text = encode_cursor(cursor)
    assert decode_cursor(text) == cursor
    assert len(text) <= LONGEST_CURSOR
    assert re.fullmatch(r"[\w-]+", text)


def test_a_question_is_the_same_on_any_page() -> None:
    one = SearchRequest(text="imuran", page=3, per_page=7, deadline_ms=5)
    assert question_of(one) == question_of(SearchRequest(text="imuran", group="section"))
    assert question_of(one) != question_of(SearchRequest(text="imuran", exact=True))


# --- what cannot be answered ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "slug"),
    [
        ("", "invalid-parameter"),
        ("q=imuran&format=xml", "invalid-parameter"),
        ("q=imuran&limit=0", "invalid-parameter"),
        ("q=imuran&limit=1001", "invalid-parameter"),
        ("q=imuran&cursor=a&cursor=b", "invalid-parameter"),
        ("q=imuran&page=2", "unknown-parameter"),
        ("q=imuran&per_page=2", "unknown-parameter"),
        ("q=imuran&explain=1", "unknown-parameter"),
        ("q=" + "x" * 1_001, "query-too-long"),
    ],
)
def test_a_request_that_cannot_be_read_is_a_problem(
    client: FlaskClient, query: str, slug: str
) -> None:
    assert_problem(client.get(f"{EXPORT}?{query}"), 400, slug)


def test_without_an_index_there_is_no_export(client_without_index: FlaskClient) -> None:
    assert_problem(client_without_index.get(f"{EXPORT}?q=imuran"), 503, "index-unavailable")


class Clock:
    """A clock that jumps ahead after so many looks at it."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def __call__(self) -> float:
        self.looks -= 1
        return 0.0 if self.looks >= 0 else 1e9


def test_a_search_that_is_cut_before_its_first_row_is_an_error(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = rows_of(client.get(f"{EXPORT}?q=azathioprine+side+effects"))
    seen = set()
    for looks in range(400):
        monkeypatch.setattr("time.monotonic", Clock(looks))
        response = client.get(f"{EXPORT}?q=azathioprine+side+effects")
        seen.add(response.status_code)
        if response.status_code == 503:
            assert_problem(response, 503, "search-too-long")
            assert response.headers["Retry-After"]
        else:
            # Nothing is ever left out in silence: what is not here is behind the link.
            rows = rows_of(response)
            assert rows == whole[: len(rows)]
            assert bool(following(response)) == (len(rows) < len(whole))
    assert seen == {200, 503}
