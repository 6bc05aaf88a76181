"""The description of the API: it is valid, it is whole, and answers are as it says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from indexer.config import Settings
from tests.web.described import hold_to_description
from tests.web.pages import assert_problem, page
from webapp import create_app, openapi
from webapp.parameters import SEARCH

TOO_DEEP = "/problems/page-out-of-range"

CASES = 150
"""For each address and mode. Seven addresses take something, four of them can be given what they do
not allow: 1,654 cases in all."""
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
"""What the description allows, and what it does not."""


@pytest.fixture
def described(client: FlaskClient) -> Any:  # noqa: ANN401 - JSON
    """Return the description as a program gets it."""
    response = client.get("/openapi.json")
    assert response.mimetype == "application/json"
    return response.get_json()


def refs(node: object) -> Iterator[str]:
    match node:
        case dict():
            for key, value in node.items():
                if key == "$ref":
                    yield value
                else:
                    yield from refs(value)
        case list():
            for value in node:
                yield from refs(value)


def test_the_description_is_whole(described: Any) -> None:  # noqa: ANN401 - JSON
    assert described["openapi"] == "3.1.0"
    for ref in set(refs(described)):
        found = described
        for part in ref.removeprefix("#/").split("/"):
            found = found[part]
        assert found
    for schema in described["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
        assert schema["description"].strip() == schema["description"]
    for methods in described["paths"].values():
        for parameter in methods["get"]["parameters"]:
            Draft202012Validator.check_schema(parameter["schema"])
            assert parameter["description"]
    identifiers = [methods["get"]["operationId"] for methods in described["paths"].values()]
    assert len(identifiers) == len(set(identifiers))


def test_every_address_for_programs_is_described(app: Flask, described: Any) -> None:  # noqa: ANN401 - JSON
    served = {
        openapi.address_of(rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v") or rule.endpoint.startswith("health.")
    }
    assert set(described["paths"]) == served


def test_parameters_are_described_as_they_are_read(client: FlaskClient) -> None:
    for parameter in SEARCH:
        if "maximum" in parameter.schema:
            most = parameter.schema["maximum"]
            assert isinstance(most, int)
            address = f"/api/v1/search?q=x&{parameter.name}={most + 1}"
            assert_problem(client.get(address), 400)
        for value in parameter.schema.get("enum", ()):  # type: ignore[attr-defined]  # a list
            assert client.get(f"/api/v1/search?q=x&{parameter.name}={value}").status_code == 200
        if "enum" in parameter.schema:
            assert_problem(client.get(f"/api/v1/search?q=x&{parameter.name}=zebra"), 400)


def test_the_description_takes_no_parameters_and_can_be_kept(client: FlaskClient) -> None:
    assert_problem(client.get("/openapi.json?x=1"), 400, "unknown-parameter")
    response = client.get("/openapi.json")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    tag = response.headers["ETag"]
    assert client.get("/openapi.json", headers={"If-None-Match": tag}).status_code == 304


def test_an_answer_that_is_not_as_described_is_noticed(app: Flask, client: FlaskClient) -> None:
    response = client.get("/api/v1/status")
    hold_to_description(response, app)
    broken = {**response.get_json(), "articles": "four"}
    response.set_data(json.dumps(broken))
    with pytest.raises(Exception, match="is not of type 'integer'"):
        hold_to_description(response, app)


# --- for people -------------------------------------------------------------------------------


def documentation(client: FlaskClient) -> BeautifulSoup:
    response = client.get("/api/docs")
    assert response.status_code == 200
    return page(response)


def test_the_page_tells_all_that_is_described(client: FlaskClient, described: Any) -> None:  # noqa: ANN401 - JSON
    soup = documentation(client)
    text = soup.get_text()
    for path, methods in described["paths"].items():
        assert path in text
        for parameter in methods["get"]["parameters"]:
            assert parameter["description"] in text
    for name in described["components"]["schemas"]:
        assert soup.select_one(f"#shape_{name}"), name
    for link in soup.select("main a[href^='#']"):
        assert soup.select_one(str(link["href"])), link


def test_every_example_of_the_page_runs(client: FlaskClient) -> None:
    links = [str(link["href"]) for link in documentation(client).select("main a")]
    examples = [link for link in links if not link.startswith("#")]
    assert len(examples) > 15
    for example in examples:
        assert client.get(example).status_code == 200, example


def test_the_page_needs_no_index(client_without_index: FlaskClient) -> None:
    assert "imuran-guide" in documentation(client_without_index).get_text()


# --- by the thousand --------------------------------------------------------------------------


@pytest.fixture
def api(location: str) -> Any:  # noqa: ANN401 - the library keeps the class to itself
    """Return the description, bound to an application."""
    app = create_app(Settings(index=location, deadline_ms=10_000))
    return schemathesis.openapi.from_wsgi("/openapi.json", app)


PATHS = (
    "/api/v1/audit",
    "/api/v1/articles/{article_id}",
    "/api/v1/articles/{article_id}/sections/{section_id}",
    "/api/v1/compare",
    "/api/v1/drugs",
    "/api/v1/drugs/{name}",
    "/api/v1/export",
    "/api/v1/search",
    "/api/v1/status",
    "/api/v1/suggest",
    "/healthz",
    "/metrics",
    "/readyz",
)


def test_all_that_is_described_is_asked(described: Any) -> None:  # noqa: ANN401 - JSON
    assert set(described["paths"]) == set(PATHS)


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
def test_the_api_answers_whatever_is_asked_as_it_is_described(
    api: Any,  # noqa: ANN401 - as above
    path: str,
    mode: GenerationMode,
) -> None:
    @settings(
        max_examples=CASES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=api[path]["GET"].as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:  # noqa: ANN401 - as above
        # In process, nobody would unpack what is compressed.
        response = case.call(headers={"Accept-Encoding": "identity"})
        # How two parameters bound each other is nothing that a schema of each can say, nor is
        # that a cursor has to come from an answer.
        problem: Any = response.json() if response.status_code == 400 else {}
        faults = [error["parameter"] for error in problem.get("errors", ())]
        is_right = problem.get("type") == TOO_DEEP or faults == ["cursor"]
        case.validate_response(
            response, excluded_checks=[positive_data_acceptance] if is_right else []
        )

    try:
        ask()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE
        assert not api[path]["GET"].query
