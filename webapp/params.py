"""Query parameters of a request, read once for pages and API alike.

What a person types is never wrong, only parameters are: each fault names its parameter, all of
them are reported at once, and the request that comes with them has the default in the place of
whatever could not be read, so that a page can still show its form filled.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from indexer.findings import FINDING_CODES, FindingCode
from indexer.model import DEEPEST_RESULT, LARGEST_PAGE_SIZE, LONGEST_QUERY, SearchRequest
from indexer.serialization import ExportForm
from webapp.parameters import (
    AUDIT,
    AUDIT_FORMS,
    COMPARE,
    EXPANDING,
    EXPORT,
    EXPORT_FORMS,
    GROUPS,
    LONGEST_NAME,
    MOST_NAMES,
    MOST_ROWS,
    MOST_SUGGESTIONS,
    SEARCH,
    SECTION_KINDS,
    SORTS,
    SUGGEST,
    SWITCH,
    USUAL_FINDINGS,
    USUAL_ROWS,
    USUAL_SUGGESTIONS,
    AuditForm,
    names_of,
)

MOST_OPENED = 10
"""Articles on a page of results of which all that matched is listed."""
LONGEST_QUOTE = 40
"""Characters of a refused value that its fault repeats."""
MOST_DIGITS = 9

Choice = TypeVar("Choice", bound=str)


class Parameters(Protocol):
    """The decoded query string: what Werkzeug's MultiDict offers and is needed here."""

    def getlist(self, key: str) -> list[str]:
        """Return all values of a parameter, in order."""

    def keys(self) -> Iterable[str]:
        """Return the names of the parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with one parameter; `code` names the type of the problem."""

    parameter: str
    detail: str
    code: str = "invalid-parameter"


@dataclass(frozen=True, slots=True)
class Reading:
    """A request as far as it could be read, and every fault found on the way."""

    request: SearchRequest
    faults: tuple[Fault, ...]


def read_search(args: Parameters, *, deadline_ms: int, is_program: bool) -> Reading:
    """Read the parameters of a search.

    A program is told about names it got wrong and about a missing `q`; a person's link may carry
    what others added to it, and a page without a query shows its form.
    """
    reader = _Reader(args)
    if is_program:
        reader.refuse_others(names_of(SEARCH))
        reader.require("q")
    request = replace(
        reader.request(deadline_ms),
        group=reader.choice("group", GROUPS),
        page=reader.number("page", default=1, most=DEEPEST_RESULT),
        per_page=reader.number("per_page", default=10, most=LARGEST_PAGE_SIZE),
        explain=reader.choice("explain", SWITCH) == "1",
    )
    if request.page * request.per_page > DEEPEST_RESULT:
        reader.blame(
            "page",
            f"lies beyond result {DEEPEST_RESULT:,}; page x per_page must not exceed that: "
            "narrow the query or add a filter",
            code="page-out-of-range",
        )
    return Reading(request, tuple(reader.faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReading:
    """What is exported, in which form and from where on, and every fault found on the way."""

    request: SearchRequest
    form: ExportForm
    limit: int
    cursor: str | None
    faults: tuple[Fault, ...]


def read_export(args: Parameters, *, deadline_ms: int) -> ExportReading:
    """Read the parameters of an export: those of a search, but for its pages and groups."""
    reader = _Reader(args)
    reader.refuse_others(names_of(EXPORT))
    reader.require("q")
    return ExportReading(
        request=reader.request(deadline_ms),
        form=reader.choice("format", EXPORT_FORMS),
        limit=reader.number("limit", default=USUAL_ROWS, most=MOST_ROWS),
        cursor=reader.text("cursor"),
        faults=tuple(reader.faults),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReading:
    """Which findings are wanted, in which form, and every fault found on the way."""

    codes: tuple[FindingCode, ...]
    drugs: tuple[str, ...]
    form: AuditForm
    page: int
    per_page: int
    faults: tuple[Fault, ...]


def read_audit(args: Parameters, *, is_program: bool) -> AuditReading:
    """Read the parameters of an audit."""
    reader = _Reader(args)
    if is_program:
        reader.refuse_others(names_of(AUDIT))
    return AuditReading(
        codes=reader.choices("code", FINDING_CODES),
        drugs=reader.names("drug"),
        form=reader.choice("format", AUDIT_FORMS),
        page=reader.number("page", default=1, most=DEEPEST_RESULT),
        per_page=reader.number("per_page", default=USUAL_FINDINGS, most=MOST_ROWS),
        faults=tuple(reader.faults),
    )


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is being typed, how many completions are wanted, and every fault found on the way."""

    text: str
    limit: int
    faults: tuple[Fault, ...]


def read_suggest(args: Parameters) -> Beginning:
    """Read the parameters of a completion."""
    reader = _Reader(args)
    reader.refuse_others(names_of(SUGGEST))
    reader.require("q")
    text = reader.query("q")
    limit = reader.number("limit", default=USUAL_SUGGESTIONS, most=MOST_SUGGESTIONS)
    return Beginning(text, limit, tuple(reader.faults))


@dataclass(frozen=True, slots=True)
class Pair:
    """Two medicines, the kind of section to compare, and every fault found on the way."""

    kind: str
    first: str
    second: str
    faults: tuple[Fault, ...]


def read_compare(args: Parameters, *, is_program: bool) -> Pair:
    """Read the parameters of a comparison; a person may leave some for the form to ask."""
    reader = _Reader(args)
    if is_program:
        reader.refuse_others(names_of(COMPARE))
        for name in names_of(COMPARE):
            reader.require(name)
    kinds = reader.kinds("section")
    if len(kinds) > 1:
        reader.blame("section", f"was given {len(kinds)} times and can be given once")
    first, second = (reader.name(name) for name in ("a", "b"))
    return Pair(next(iter(kinds), ""), first, second, tuple(reader.faults))


def read_highlight(args: Parameters) -> tuple[str, tuple[Fault, ...]]:
    """Read the query whose words an article's page is to mark, empty when there is none."""
    reader = _Reader(args)
    return reader.query("h"), tuple(reader.faults)


def read_opened(args: Parameters) -> tuple[str, ...]:
    """Read of which articles a page of results is to list all that matched: their ids.

    What is too much is passed over, as is a name that no result has: they change nothing.
    """
    return tuple(dict.fromkeys(args.getlist("more")))[:MOST_OPENED]


def refuse_all(args: Parameters) -> tuple[Fault, ...]:
    """Read the parameters of something that takes none."""
    reader = _Reader(args)
    reader.refuse_others(())
    return tuple(reader.faults)


class _Reader:
    """Reads parameters one by one and gathers the faults."""

    def __init__(self, args: Parameters) -> None:
        self._args = args
        self.faults: list[Fault] = []

    def blame(self, parameter: str, detail: str, *, code: str = "invalid-parameter") -> None:
        self.faults.append(Fault(parameter=parameter, detail=detail, code=code))

    def refuse_others(self, known: Sequence[str]) -> None:
        taken = f"known are {', '.join(known)}" if known else "none is taken here"
        for name in self._args.keys():  # noqa: SIM118 - iterating a MultiDict is not this protocol
            if name not in known:
                detail = f"is no parameter of this address; {taken}"
                self.blame(name[:LONGEST_QUOTE], detail, code="unknown-parameter")

    def require(self, name: str) -> None:
        if not self._args.getlist(name):
            self.blame(name, "is required")

    def request(self, deadline_ms: int) -> SearchRequest:
        """Return what is searched for; how the answer is laid out is the caller's."""
        return SearchRequest(
            text=self.query("q"),
            drugs=self.names("drug"),
            sections=self.kinds("section"),
            classes=self.names("class"),
            categories=self.names("category"),
            years=self.years("year"),
            articles=self.names("article"),
            without=self.names("without"),
            sort=self.choice("sort", SORTS),
            expand=self.choice("expand", EXPANDING) == "auto",
            exact=self.choice("exact", SWITCH) == "1",
            deadline_ms=deadline_ms,
        )

    def query(self, name: str) -> str:
        text = self._single(name) or ""
        if len(text) <= LONGEST_QUERY:
            return text
        detail = f"has {len(text):,} characters; at most {LONGEST_QUERY:,} are read"
        self.blame(name, detail, code="query-too-long")
        return text[:LONGEST_QUERY]

    def names(self, name: str) -> tuple[str, ...]:
        values = self._several(name)
        good = tuple(value for value in values if value.strip() and len(value) <= LONGEST_NAME)
        if len(good) < len(values):
            self.blame(name, f"must be a name of 1 to {LONGEST_NAME} characters")
        return good

    def name(self, name: str) -> str:
        value = self._single(name)
        if value is not None and not (value.strip() and len(value) <= LONGEST_NAME):
            self.blame(name, f"must be a name of 1 to {LONGEST_NAME} characters")
            return ""
        return value or ""

    def text(self, name: str) -> str | None:
        return self._single(name)

    def kinds(self, name: str) -> tuple[str, ...]:
        return self.choices(name, SECTION_KINDS)

    def choices(self, name: str, choices: Sequence[Choice]) -> tuple[Choice, ...]:
        values = self._several(name)
        for value in values:
            if value not in choices:
                known = ", ".join(choices)
                self.blame(name, f"must be one of {known}; not {_quoted(value)}")
        return tuple(choice for value in values for choice in choices if choice == value)

    def years(self, name: str) -> tuple[str, ...]:
        values = self._several(name)
        good = tuple(value for value in values if is_year(value))
        for value in values:
            if value not in good:
                self.blame(name, f"must be a year of four digits, not {_quoted(value)}")
        return good

    def choice(self, name: str, choices: Sequence[Choice]) -> Choice:
        value = self._single(name)
        for choice in choices:
            if value == choice:
                return choice
        if value is not None:
            self.blame(name, f"must be {' or '.join(choices)}, not {_quoted(value)}")
        return choices[0]

    def number(self, name: str, *, default: int, most: int) -> int:
        value = self._single(name)
        if value is None:
            return default
        is_number = value.isascii() and value.isdigit() and len(value) <= MOST_DIGITS
        if is_number and 1 <= int(value) <= most:
            return int(value)
        detail = f"must be a whole number from 1 to {most:,}, not {_quoted(value)}"
        self.blame(name, detail)
        return default

    def _single(self, name: str) -> str | None:
        values = self._args.getlist(name)
        if len(values) > 1:
            self.blame(name, f"was given {len(values)} times and can be given once")
        return values[0] if values else None

    def _several(self, name: str) -> tuple[str, ...]:
        values = self._args.getlist(name)
        if len(values) > MOST_NAMES:
            self.blame(name, f"was given {len(values)} times and can be given {MOST_NAMES} times")
        return tuple(dict.fromkeys(values[:MOST_NAMES]))


def is_year(text: str) -> bool:
    """Say whether a text is a year as a filter takes it: four digits."""
    return len(text) == len("2026") and text.isascii() and text.isdigit()


def _quoted(value: str) -> str:
    cut = value if len(value) <= LONGEST_QUOTE else value[:LONGEST_QUOTE] + "…"
    return f"“{cut}”"
