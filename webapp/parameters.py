"""The parameters that an address takes: one table, from which they are read and described."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

from indexer.findings import FINDING_CODES
from indexer.knowledge.sections import KINDS
from indexer.model import DEEPEST_RESULT, LARGEST_PAGE_SIZE, LONGEST_QUERY, Group, Sort
from indexer.serialization import ExportForm

LONGEST_NAME = 200
"""Characters of the name of a drug or category in a filter."""
MOST_NAMES = 24
"""Values of one repeatable parameter: as many as there are kinds of sections."""
USUAL_SUGGESTIONS = 8
MOST_SUGGESTIONS = 20
"""Suggestions of one type: more than that is a list of results."""

SORTS: tuple[Sort, ...] = get_args(Sort)
GROUPS: tuple[Group, ...] = get_args(Group)
EXPANDING = ("auto", "none")
SWITCH = ("0", "1")
SECTION_KINDS = tuple(kind.name for kind in KINDS)

Schema = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of the query string; `schema` is that of one of its values."""

    name: str
    description: str
    schema: Schema
    is_required: bool = False
    is_repeatable: bool = False


def _text(name: str, description: str, **rest: object) -> Parameter:
    schema = MappingProxyType({"type": "string", "maxLength": LONGEST_QUERY, **rest})
    return Parameter(name=name, description=description, schema=schema, is_required=True)


def _names(name: str, description: str, **rest: object) -> Parameter:
    # At least one character that is no blank; Python has five blanks more than patterns have.
    usual = {"minLength": 1, "maxLength": LONGEST_NAME, "pattern": r"[^\s\u001c-\u001f\u0085]"}
    schema = MappingProxyType({"type": "string", **(rest or usual)})
    return Parameter(name=name, description=description, schema=schema, is_repeatable=True)


def choice(name: str, description: str, choices: Sequence[str]) -> Parameter:
    """Return a parameter that takes one of a few words, the first where it is left out."""
    schema = {"type": "string", "enum": list(choices), "default": choices[0]}
    return Parameter(name=name, description=description, schema=MappingProxyType(schema))


def number(name: str, description: str, *, default: int, most: int) -> Parameter:
    """Return a parameter that takes a whole number from 1 on."""
    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": default}
    return Parameter(name=name, description=description, schema=MappingProxyType(schema))


QUERY = _text("q", "What to search for; help and docs/query-syntax.md tell what it can say.")
FILTERS = (
    _names("drug", "Only articles about this medicine, under any of its names."),
    _names("section", "Only sections of this kind.", enum=list(SECTION_KINDS)),
    _names("class", "Only articles about medicines of this class, as the facet names it."),
    _names("category", "Only articles of this category."),
    _names("year", "Only articles whose latest date is of this year.", pattern="^[0-9]{4}$"),
    _names("article", "Only the article with this id."),
)
WITHOUT = _names(
    "without",
    "A name that is not searched for although it is another name of what was typed.",
)
BREADTH = (
    choice("expand", "`none` does not look for other names of what was typed.", EXPANDING),
    choice("exact", "`1`: no stems, no other names, no corrections, no intents.", SWITCH),
)
SORT = choice("sort", "The order of the results.", SORTS)
GROUP = choice("group", "A result is an article with up to three sections, or a section.", GROUPS)
PAGE = number(
    "page",
    f"Which page of the results; page x per_page is at most {DEEPEST_RESULT:,}.",
    default=1,
    most=DEEPEST_RESULT,
)
PER_PAGE = number("per_page", "Results on a page.", default=10, most=LARGEST_PAGE_SIZE)
EXPLAIN = choice("explain", "`1` adds `explain` to each section: the parts of its score.", SWITCH)

SEARCH = (QUERY, *FILTERS, WITHOUT, SORT, GROUP, PAGE, PER_PAGE, *BREADTH, EXPLAIN)

EXPORT_FORMS: tuple[ExportForm, ...] = get_args(ExportForm)
USUAL_ROWS = MOST_ROWS = 1_000
"""Rows of one answer: some megabytes, made within a second."""

EXPORT = (
    QUERY,
    *FILTERS,
    WITHOUT,
    SORT,
    *BREADTH,
    choice("format", "A line of JSON for each section, or CSV with a header.", EXPORT_FORMS),
    number("limit", "Rows wanted of an answer.", default=USUAL_ROWS, most=MOST_ROWS),
    Parameter(
        name="cursor",
        description="Where to go on: from the `next` link of the answer before, as it is.",
        schema=MappingProxyType({"type": "string", "pattern": "^[A-Za-z0-9_-]{40,200}$"}),
    ),
)

AuditForm: TypeAlias = Literal["json", "csv"]
AUDIT_FORMS: tuple[AuditForm, ...] = get_args(AuditForm)
USUAL_FINDINGS = 50
"""Findings of one page."""

AUDIT = (
    _names("code", "Only findings of this kind.", enum=list(FINDING_CODES)),
    _names("drug", "Only findings about this medicine, under any of its names."),
    choice("format", "JSON page by page, or all findings as one table.", AUDIT_FORMS),
    number("page", "Which page of the findings in JSON.", default=1, most=DEEPEST_RESULT),
    number("per_page", "Findings on a page.", default=USUAL_FINDINGS, most=MOST_ROWS),
)

SUGGEST = (
    _text("q", "The beginning of a query."),
    number(
        "limit",
        "Suggestions wanted of each type.",
        default=USUAL_SUGGESTIONS,
        most=MOST_SUGGESTIONS,
    ),
)


_NAME: Schema = FILTERS[0].schema

COMPARE = (
    Parameter(
        name="section",
        description="The kind of section to compare.",
        schema=FILTERS[1].schema,
        is_required=True,
    ),
    Parameter(name="a", description="A medicine, by any name.", schema=_NAME, is_required=True),
    Parameter(
        name="b", description="Another medicine, by any name.", schema=_NAME, is_required=True
    ),
)


def names_of(parameters: Sequence[Parameter]) -> tuple[str, ...]:
    """Return the names of parameters, in order."""
    return tuple(parameter.name for parameter in parameters)
