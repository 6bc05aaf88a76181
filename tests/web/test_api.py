"""The JSON API as a program meets it."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from tests.web.pages import ESCAPED_XSS, XSS, assert_problem, page
from webapp.caching import with_validator
from webapp.serving import serving

# JSON is read as it comes; what it must look like is what these tests say.
Answer = dict[str, Any]


def ask(client: FlaskClient, query: str) -> Answer:
    """Search and return the answer."""
    response = client.get(f"/api/v1/search?{query}")
    assert response.status_code == 200, response.text
    assert response.mimetype == "application/json"
    answer: Answer = json.loads(response.text)
    return answer


def hits(answer: Answer) -> list[tuple[str, str]]:
    return [
        (result["article"]["id"], section["id"])
        for result in answer["results"]
        for section in result["sections"]
    ]


def test_completions_come_in_typed_groups(client: FlaskClient) -> None:
    response = client.get("/api/v1/suggest?q=imu&limit=2")
    assert response.status_code == 200
    answer = response.get_json()
    assert answer["q"] == "imu"
    first = answer["groups"][0]
    assert first["type"] == "drug"
    assert set(first["items"][0]) == {"label", "detail", "q", "url", "lasa"}
    assert all(len(group["items"]) <= 2 for group in answer["groups"])


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("", "q"), ("q=imu&limit=0", "limit"), ("q=imu&limit=21", "limit"), ("q=imu&x=1", "x")],
)
def test_a_wrong_parameter_of_a_completion_is_named(
    client: FlaskClient, query: str, parameter: str
) -> None:
    response = client.get(f"/api/v1/suggest?{query}")
    assert response.status_code == 400
    assert response.get_json()["errors"][0]["parameter"] == parameter


def test_danger_and_look_alikes_are_told_by_the_api(client: FlaskClient) -> None:
    answer = ask(client, "q=imuran+overdose")
    assert "emergency number" in answer["emergency"]["text"]
    assert answer["notices"][0]["code"] == "lasa"


def test_a_search_answers_in_the_shape_of_the_contract(client: FlaskClient) -> None:
    answer = ask(client, "q=imuran+side+effects")
    assert list(answer) == [
        "query",
        "total",
        "results",
        "best",
        "facets",
        "suggestions",
        "notices",
        "emergency",
        "page",
        "links",
        "meta",
    ]
    assert answer["query"]["text"] == "imuran side effects"
    assert answer["query"]["mode"] == "all"
    assert answer["query"]["drugs"][0]["ingredient"] == "azathioprine"
    assert answer["query"]["intent"][0]["kind"] == "adverse-reactions"
    assert answer["total"]["articles"] == len(answer["results"])
    assert answer["page"] == {"number": 1, "size": 10, "pages": 1}
    assert answer["meta"]["articles"] == 4
    assert answer["meta"]["partial"] is False
    first = answer["results"][0]
    assert first["article"]["id"] == "imuran-guide"
    assert first["article"]["url"] == "/articles/imuran-guide"
    section = first["sections"][0]
    assert section["url"].startswith("/articles/imuran-guide?h=imuran+side+effects#")
    assert section["kind"] == "adverse-reactions"
    assert section["snippets"]


def test_marks_point_at_what_the_html_marks(client: FlaskClient) -> None:
    answer = ask(client, "q=imuran+side+effects")
    snippets = [
        snippet
        for result in answer["results"]
        for section in result["sections"]
        for snippet in section["snippets"]
    ]
    assert any(snippet["marks"] for snippet in snippets)
    for snippet in snippets:
        marked = [html.escape(snippet["text"][start:end]) for start, end, _ in snippet["marks"]]
        assert re.findall(r"<mark[^>]*>(.*?)</mark>", snippet["html"], re.DOTALL) == marked


def test_page_and_api_list_the_same_hits_in_the_same_order(client: FlaskClient) -> None:
    for query in ("q=side+effects", "q=azathioprine", "q=imuran+OR+tegretol&sort=title"):
        listed = [
            (address.partition("?")[0].removeprefix("/articles/"), address.partition("#")[2])
            for link in page(client.get(f"/search?{query}")).select(".hit-section h3 a")
            for address in [str(link["href"])]
        ]
        assert listed
        assert listed == hits(ask(client, query))


def test_filters_narrow_and_are_told_in_the_facets(client: FlaskClient) -> None:
    everything = ask(client, "q=side+effects")
    filtered = ask(client, "q=side+effects&drug=Imuran")
    assert 0 < filtered["total"]["articles"] < everything["total"]["articles"]
    assert {found for found, _ in hits(filtered)} <= {"imuran-guide", "jayempi"}
    assert [value["selected"] for value in filtered["facets"]["drug"] if value["selected"]]


def test_pages_are_linked_in_the_body_and_in_the_header(client: FlaskClient) -> None:
    response = client.get("/api/v1/search?q=side+effects&per_page=1&page=2")
    links = json.loads(response.text)["links"]
    assert links["self"] == "/api/v1/search?q=side+effects&page=2&per_page=1"
    assert links["prev"] == "/api/v1/search?q=side+effects&per_page=1"
    assert links["next"] == "/api/v1/search?q=side+effects&page=3&per_page=1"
    assert links["html"] == "/search?q=side+effects&page=2&per_page=1"
    for relation in ("first", "prev", "next", "last"):
        assert f'<{links[relation]}>; rel="{relation}"' in response.headers["Link"]


def test_pages_together_hold_every_hit_once(client: FlaskClient) -> None:
    whole = ask(client, "q=side+effects")
    pages = [ask(client, f"q=side+effects&per_page=1&page={number}") for number in (1, 2, 3, 4)]
    assert [hit for part in pages for hit in hits(part)] == hits(whole)


def test_a_page_past_the_end_is_empty_and_leads_back(client: FlaskClient) -> None:
    answer = ask(client, "q=imuran&page=900")
    assert answer["results"] == []
    assert answer["total"]["articles"] > 0
    assert answer["links"]["next"] is None
    assert answer["links"]["prev"] == answer["links"]["last"]


def test_finding_nothing_is_no_error(client: FlaskClient) -> None:
    answer = ask(client, "q=warfarin+dosage")
    assert answer["total"] == {"articles": 0, "sections": 0, "relation": "eq"}
    assert answer["results"] == []


def test_explain_tells_the_parts_of_a_score(client: FlaskClient) -> None:
    section = ask(client, "q=imuran&explain=1")["results"][0]["sections"][0]
    assert sum(part["value"] for part in section["explain"]) == pytest.approx(
        section["score"], abs=1e-4
    )
    assert "explain" not in ask(client, "q=imuran")["results"][0]["sections"][0]


def test_an_answer_says_how_long_it_took(client: FlaskClient) -> None:
    response = client.get("/api/v1/search?q=imuran")
    assert re.fullmatch(
        r"search;dur=\d+\.\d, render;dur=\d+\.\d", response.headers["Server-Timing"]
    )


def test_an_article_is_answered_whole(client: FlaskClient) -> None:
    article = json.loads(client.get("/api/v1/articles/imuran-guide").text)
    assert article["title"] == "Imuran – a guide"
    assert article["modified"].startswith("2024-02-06")
    assert [section["heading"] for section in article["sections"]][-1] == "Interactions"
    assert article["disclaimer"]


def test_a_section_is_answered_alone(client: FlaskClient) -> None:
    section = json.loads(client.get("/api/v1/articles/imuran-guide/sections/interactions").text)
    assert section["heading"] == "Interactions"
    assert section["article"]["id"] == "imuran-guide"
    assert section["links"]["html"] == "/articles/imuran-guide#interactions"


def test_drugs_are_listed_and_found_by_any_name(client: FlaskClient) -> None:
    listed = json.loads(client.get("/api/v1/drugs").text)
    names = [drug["name"] for drug in listed["drugs"]]
    assert names == sorted(names)
    assert "azathioprine" in names
    for name in ("azathioprine", "Imuran", "imuran", "Jayempi"):
        drug = json.loads(client.get(f"/api/v1/drugs/{name}").text)
        assert drug["name"] == "azathioprine"
        assert set(drug["articles"]) == {"imuran-guide", "jayempi"}


def test_status_says_what_is_served(client: FlaskClient) -> None:
    status = json.loads(client.get("/api/v1/status").text)
    assert status["articles"] == 4
    assert {"generation", "built_at", "sections", "schema"} <= set(status)


def test_every_faulty_parameter_is_named_at_once(client: FlaskClient) -> None:
    members = assert_problem(
        client.get("/api/v1/search?per_page=500&sort=best&colour=red"), 400, "invalid-parameter"
    )
    assert isinstance(members["errors"], list)
    assert {error["parameter"] for error in members["errors"]} == {
        "q",
        "per_page",
        "sort",
        "colour",
    }


@pytest.mark.parametrize(
    ("address", "status", "slug"),
    [
        ("/api/v1/search", 400, "invalid-parameter"),
        ("/api/v1/search?q=a&q=b", 400, "invalid-parameter"),
        ("/api/v1/search?q=a&section=zz", 400, "invalid-parameter"),
        ("/api/v1/search?q=a&fuzzy=1", 400, "unknown-parameter"),
        ("/api/v1/search?q=" + "x" * 1_001, 400, "query-too-long"),
        ("/api/v1/search?q=a&page=1000&per_page=50", 400, "page-out-of-range"),
        ("/api/v1/status?verbose=1", 400, "unknown-parameter"),
        ("/api/v1/drugs?letter=a", 400, "unknown-parameter"),
        ("/api/v1/drugs/imuran?x=1", 400, "unknown-parameter"),
        ("/api/v1/articles/imuran-guide?h=x", 400, "unknown-parameter"),
        ("/api/v1/articles/imuran-guide/sections/interactions?x=1", 400, "unknown-parameter"),
        ("/api/v1/articles/nothing", 404, "not-found"),
        ("/api/v1/articles/..%2f..%2fetc%2fpasswd", 404, "not-found"),
        ("/api/v1/articles/imuran-guide/sections/nothing", 404, "not-found"),
        ("/api/v1/articles/nothing/sections/nothing", 404, "not-found"),
        ("/api/v1/drugs/nothing", 404, "not-found"),
        ("/api/v1/nothing", 404, "not-found"),
        ("/api/", 404, "not-found"),
    ],
)
def test_errors_are_problems(client: FlaskClient, address: str, status: int, slug: str) -> None:
    assert_problem(client.get(address), status, slug)


def test_a_problem_repeats_the_address_that_was_asked(client: FlaskClient) -> None:
    members = assert_problem(client.get("/api/v1/search?q=%ff%3Cb%3E&page=0"), 400)
    assert members["instance"] == "/api/v1/search?q=%ff%3Cb%3E&page=0"


def test_html_in_a_query_is_never_markup(client: FlaskClient) -> None:
    response = client.get("/api/v1/search", query_string={"q": f"tremor {XSS}"})
    assert response.mimetype == "application/json"
    assert json.loads(response.text)["query"]["text"] == f"tremor {XSS}"


def test_html_in_an_article_is_escaped_in_snippets(client: FlaskClient) -> None:
    found = ask(client, "q=tacrolimus+tremor")
    snippets = [
        snippet
        for result in found["results"]
        for section in result["sections"]
        for snippet in section["snippets"]
    ]
    assert any(ESCAPED_XSS in re.sub("</?mark[^>]*>", "", of["html"]) for of in snippets)
    for snippet in snippets:
        tags = set(re.findall(r"<[^>]*>", snippet["html"]))
        assert tags <= {"<mark>", "</mark>", '<mark class="related">'}


@pytest.mark.parametrize(
    "query",
    [
        '"',
        "(((",
        "OR OR",
        "-",
        "*",
        "drug:",
        "section:zz",
        "\x00",
        "😀",
        "title:*2024",
        '"a b"~3',
        " ",
        "",
        "\ufffe",
    ],
)
def test_any_string_is_a_query(client: FlaskClient, query: str) -> None:
    assert client.get("/api/v1/search", query_string={"q": query}).status_code == 200
    assert client.get("/search", query_string={"q": query}).status_code == 200
    marked = client.get("/articles/imuran-guide", query_string={"h": query})
    assert marked.status_code == 200


def test_bytes_that_are_no_text_are_searched_all_the_same(client: FlaskClient) -> None:
    assert client.get("/api/v1/search?q=%ff%fe%ed%a0%80").status_code == 200


def test_a_known_answer_is_not_sent_twice(client: FlaskClient) -> None:
    for address in ("/api/v1/search?q=imuran", "/api/v1/drugs", "/", "/articles/imuran-guide"):
        first = client.get(address)
        assert first.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
        assert first.headers["Vary"] == "Accept-Encoding"
        assert first.headers["ETag"].startswith('W/"')
        again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304
        assert again.text == ""
        other = client.get("/api/v1/drugs/imuran", headers={"If-None-Match": first.headers["ETag"]})
        assert other.status_code == 200


def test_an_answer_cut_short_is_not_kept(app: Flask) -> None:
    with app.test_request_context("/search?q=x"):
        response = with_validator(Response(), serving().index.status(), complete=False)
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers


def test_head_answers_as_get_without_a_body(client: FlaskClient) -> None:
    response = client.head("/api/v1/search?q=imuran")
    assert response.status_code == 200
    assert response.text == ""
    assert response.headers["ETag"] == client.get("/api/v1/search?q=imuran").headers["ETag"]
