"""The description of the API, OpenAPI 3.1, made from the code that answers.

Addresses and methods are those of the routes, summaries the docstrings of their views, parameters
the table that they are read by (`parameters`), and the schemas the types of the shapes that mypy
holds the answers to. So a description can be old, but not wrong.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Flask
from werkzeug.routing import Rule

from webapp.parameters import MOST_NAMES, Parameter
from webapp.problems import PROBLEM_JSON, PROBLEM_TYPES, ProblemJson

View = TypeVar("View", bound=Callable[..., object])
Json = dict[str, Any]

OPENAPI = "3.1.0"
VERSION = "1.0.0"
"""Of the API, as semantic versioning has it: what is added raises the second number."""
JSON = "application/json"

_ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")
_PATH_PARAMETERS: Mapping[str, tuple[str, str]] = {
    "article_id": ("The id of an article.", "imuran-guide"),
    "section_id": ("The id of a section, unique in its article.", "serious-side-effects"),
    "name": ("Any name of a medicine.", "Imuran"),
}
EVERYWHERE = (HTTPStatus.BAD_REQUEST, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
"""Problems that every address can have."""
_HEADERS: Mapping[str, str] = {
    "X-Request-Id": "Names the request in the log of the server.",
    "ETag": "Tells this answer from every other; send it back as If-None-Match.",
    "Cache-Control": "How long the answer may be kept: until it is asked for again.",
    "Link": "Neighbouring pages (`next`, `prev`, `first`, `last`) and this description.",
    "Server-Timing": "What took how long, in milliseconds.",
    "X-Total-Count": "How many rows there are in all.",
    "Retry-After": "Seconds to wait before asking again.",
}


@dataclass(frozen=True, slots=True)
class Described:
    """What a view answers, beside what its route and docstring tell."""

    shape: type | None
    """The shape of a JSON answer; None where `bodies` says more."""
    parameters: tuple[Parameter, ...] = ()
    headers: tuple[str, ...] = ("ETag", "Cache-Control")
    problems: tuple[HTTPStatus, ...] = EVERYWHERE
    example: str = ""
    """The query string of a request to try."""
    bodies: tuple[str, ...] = (JSON,)
    """Media types; JSON has the shape, and so has each line of a text of lines."""


_DESCRIBED: dict[object, Described] = {}


def answers(described: Described) -> Callable[[View], View]:
    """Describe what a view answers; put below its route."""

    def describe(view: View) -> View:
        _DESCRIBED[view] = described
        return view

    return describe


def described_routes(app: Flask) -> Iterator[tuple[Rule, Callable[..., object], Described]]:
    """Yield the routes that are described, in the order of their addresses."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        view = app.view_functions[rule.endpoint]
        if view in _DESCRIBED:
            yield rule, view, _DESCRIBED[view]


def description(app: Flask) -> Json:
    """Return the description of all that an application answers to programs."""
    import msgspec  # noqa: PLC0415 - nothing but this needs it

    routes = tuple(described_routes(app))
    told = (described.shape for _, _, described in routes if described.shape)
    shapes = tuple(dict.fromkeys((ProblemJson, *told)))
    references, schemas = msgspec.json.schema_components(
        shapes, ref_template="#/components/schemas/{name}"
    )
    by_shape = dict(zip(shapes, references, strict=True))
    return {
        "openapi": OPENAPI,
        "info": _INFO,
        "paths": {
            address_of(rule): {"get": _operation(rule, view, described, by_shape)}
            for rule, view, described in routes
        },
        "components": {
            "schemas": {name: _dedented(schema) for name, schema in schemas.items()},
            "headers": {
                name: {"description": text, "schema": {"type": "string"}}
                for name, text in _HEADERS.items()
            },
            "responses": {
                str(status.value): _problem(status, by_shape[ProblemJson])
                for status in (*EVERYWHERE, HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
            },
        },
    }


_INFO: Json = {
    "title": "drugsearch",
    "version": VERSION,
    "summary": "Full-text search over articles about medicines, section by section.",
    "description": (
        "Answers to GET and HEAD alone, without log-in or cookies, for pages of any site. Lists "
        "are never null, what is unknown is null. Parameters that do not exist, or whose values "
        "cannot be read, are refused with the status 400 and named; nothing found is 200. Within "
        "version 1, keys and parameters may be added, and none is renamed, removed or given "
        "another meaning."
    ),
    "license": {"name": "MIT", "identifier": "MIT"},
}


def address_of(rule: Rule) -> str:
    """Return the address of a route as OpenAPI writes it: `/articles/{article_id}`."""
    return _ARGUMENT.sub(r"{\1}", rule.rule)


def _operation(
    rule: Rule,
    view: Callable[..., object],
    described: Described,
    by_shape: Mapping[type, Json],
) -> Json:
    summary, _, more = (inspect.getdoc(view) or "").partition("\n\n")
    names = _ARGUMENT.findall(rule.rule)
    problems = (*described.problems, *((HTTPStatus.NOT_FOUND,) if names else ()))
    responses: Json = {
        "200": {
            "description": summary,
            "headers": _headers(("X-Request-Id", *described.headers)),
            "content": {
                media_type: {"schema": _schema(media_type, described.shape, by_shape)}
                for media_type in described.bodies
            },
        },
    }
    if "ETag" in described.headers:
        responses["304"] = {"description": "It is what If-None-Match names."}
    responses |= {
        str(status.value): {"$ref": f"#/components/responses/{status.value}"}
        for status in sorted(set(problems))
    }
    return {
        "operationId": rule.endpoint.rpartition(".")[2],
        "summary": summary,
        **({"description": more} if more else {}),
        "parameters": [
            *(_in_path(name) for name in names),
            *map(_in_query, described.parameters),
        ],
        "responses": responses,
    }


def _schema(media_type: str, shape: type | None, by_shape: Mapping[type, Json]) -> Json:
    return by_shape[shape] if shape and media_type == JSON else {"type": "string"}


def _in_path(name: str) -> Json:
    text, example = _PATH_PARAMETERS[name]
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": text,
        "schema": {"type": "string", "minLength": 1},
        "example": example,
    }


def _in_query(parameter: Parameter) -> Json:
    schema: Json = dict(parameter.schema)
    if parameter.is_repeatable:
        schema = {"type": "array", "items": schema, "maxItems": MOST_NAMES}
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.is_required,
        "description": parameter.description,
        "schema": schema,
        **({"style": "form", "explode": True} if parameter.is_repeatable else {}),
    }


def _headers(names: Sequence[str]) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _problem(status: HTTPStatus, reference: Json) -> Json:
    titles = [kind.title for kind in PROBLEM_TYPES.values() if kind.status == status]
    is_later = status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
    return {
        "description": "; ".join(titles) or status.phrase,
        "headers": _headers(("X-Request-Id", *(("Retry-After",) if is_later else ()))),
        "content": {PROBLEM_JSON: {"schema": reference}},
    }


def _dedented(schema: Json) -> Json:
    return {**schema, "description": inspect.cleandoc(schema["description"])}
