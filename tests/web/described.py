"""Holds answers to the description of the API."""

from __future__ import annotations

import gzip
import json
from functools import lru_cache
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from webapp import openapi
from webapp.problems import PROBLEM_JSON

Json = dict[str, Any]

NDJSON = "application/x-ndjson"
ROW = "#/components/schemas/ExportedJson"
"""What each line of an export is."""


@lru_cache(maxsize=1)
def description_of(app: Flask) -> Json:
    return openapi.description(app)


def hold_to_description(response: TestResponse, app: Flask) -> None:
    """Fail when an answer is none that the description has for its address and status."""
    path = response.request.path
    try:
        rule = app.url_map.bind("localhost").match(path, return_rule=True)[0]
    except HTTPException:
        return
    if rule not in [found for found, _, _ in openapi.described_routes(app)]:
        return
    if response.request.method not in {"GET", "HEAD"} or response.status_code in {400, 413}:
        # What is wrong with hosts, methods and bodies is refused before it gets to an address.
        assert response.mimetype in {PROBLEM_JSON, "text/plain"}
        return
    described = description_of(app)
    operation = described["paths"][openapi.address_of(rule)]["get"]
    status = str(response.status_code)
    if status == "500":
        return
    assert status in operation["responses"], f"{path} answers {status}, which is not described"
    answer = operation["responses"][status]
    if "$ref" in answer:
        answer = described["components"]["responses"][status]
    for header in answer.get("headers", {}):
        # An answer that the deadline cut has no tag.
        assert header in response.headers or response.cache_control.no_store, header
    if response.get_data() and "content" in answer:
        assert response.mimetype in answer["content"]
        _hold_body(response, answer["content"][response.mimetype]["schema"], described)


def _hold_body(response: TestResponse, schema: Json, described: Json) -> None:
    is_lines = response.mimetype == NDJSON
    if schema.get("type") == "string" and not is_lines:
        return
    schema = {"$ref": ROW} if is_lines else schema
    validator = Draft202012Validator({**schema, "components": described["components"]})
    body = response.get_data()
    if response.content_encoding == "gzip":
        body = gzip.decompress(body)
    for text in body.split(b"\n")[:-1] if is_lines else [body]:
        validator.validate(json.loads(text))
