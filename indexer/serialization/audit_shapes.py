"""The shapes of an audit and of a row of an export, as types."""

from __future__ import annotations

from typing import TypedDict

from indexer.findings import FindingCode
from indexer.model import Mode
from indexer.serialization.search_shapes import PageJson
from indexer.serialization.shapes import ProvenanceJson


class FindingJson(TypedDict):
    """Something that an editor may want to mend.

    `article` and `section` are ids, `url` is the address of that place on this server; `source` is
    the page below its source, `source_url` the article's own address. What concerns a medicine over
    several articles names none of them, and a page that was set aside names its source alone.
    """

    code: FindingCode
    drug: list[str]
    article: str | None
    section: str | None
    title: str | None
    source: str | None
    url: str | None
    source_url: str | None
    detail: str


class FindingKindJson(TypedDict):
    """A kind of finding, what can be done about it, and how many were found."""

    code: FindingCode
    title: str
    advice: str
    count: int


class AuditJson(TypedDict):
    """What in a generation of the index needs an editor.

    `today` is the day to which ages are counted, `seconds` the time that the audit took when it was
    made, `total` the number of findings of the kinds and medicines that were asked for.
    `knows_set_aside` is false for an index that does not tell which pages were set aside.
    """

    generation: int
    built_at: str
    today: str
    articles: int
    drugs: int
    knows_set_aside: bool
    seconds: float
    total: int
    codes: list[FindingKindJson]
    findings: list[FindingJson]


class AuditAnswer(AuditJson):
    """A page of the findings of an audit."""

    page: PageJson


class ExportedJson(ProvenanceJson):
    """A row of an export: a section, whole, with its rank and where it is from.

    `mode` is `partial` where nothing has all that was asked for; `searched` is the query that was
    searched for, `url` the address of the section on this server.
    """

    rank: int
    score: float
    mode: Mode
    searched: str
    article: str
    title: str
    section: str
    heading: str
    path: list[str]
    kind: str
    loinc: str | None
    url: str
    source_url: str | None
    drugs: list[str]
    ingredients: list[str]
    published: str | None
    modified: str | None
    notices: list[str]
    generation: int
    built_at: str
    snippet: str
    text: str
