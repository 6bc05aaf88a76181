"""The shapes of the answers to searches, as types; `shapes` says what that is for."""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict

from indexer.model import MarkKind, Mode, Via
from indexer.serialization.shapes import DrugJson, NoticeJson, SummaryJson

# Keys that are words of the language need the form in which keys are strings.
_From = TypedDict("_From", {"from": str})


class IntentJson(TypedDict):
    """The kind of section that a query asks for, and the words that ask for it."""

    kind: str
    matched: str
    loinc: str | None


class ExpansionJson(_From):
    """Names that were searched for although they were not typed, and why.

    `to` are the `names` in one text; `disable` is the address of the same search without them.
    """

    to: str
    names: list[str]
    why: str
    disable: str


class QueryJson(TypedDict):
    """How a query was read: what was understood, added or given up.

    `ran` is what was searched for: `corrected` where that is not null, else `text`. `mode` is
    `partial` when no section matched everything; `dropped` is then what none of those listed has.
    """

    text: str
    ran: str
    mode: Mode
    concepts: int
    dropped: list[str]
    drugs: list[DrugJson]
    intent: list[IntentJson]
    expansions: list[ExpansionJson]
    corrected: str | None
    notes: list[str]


class TotalJson(TypedDict):
    """How much was found: exact (`eq`), or cut short by the deadline (`gte`)."""

    articles: int
    sections: int
    relation: Literal["eq", "gte", "approx"]


MarkJson: TypeAlias = tuple[int, int, MarkKind]


class SnippetJson(TypedDict):
    """Whole sentences of a section, word for word.

    `marks` are half-open ranges of code points of `text`; `direct` is what was asked for,
    `related` another name of it. `html` is the same text escaped, with `<mark>`. `char_start` is
    where the text begins in the section's text.
    """

    text: str
    marks: list[MarkJson]
    html: str
    char_start: int


class ReasonJson(TypedDict):
    """Which term met which field of a section, and by which way."""

    field: str
    term: str
    via: Via


class ScorePartJson(TypedDict):
    """One addend of a score."""

    name: str
    value: float


class SectionHitJson(TypedDict):
    """A section that answers.

    `fragment_url` opens its page at the first sentence of the first snippet. `explain` is there
    when it was asked for.
    """

    id: str
    heading: str
    path: list[str]
    kind: str
    loinc: str | None
    url: str
    fragment_url: str
    score: float
    snippets: list[SnippetJson]
    why: list[ReasonJson]
    explain: NotRequired[list[ScorePartJson]]


class HitJson(TypedDict):
    """An article with its best sections; one section where results are sections.

    `rank` counts from 1, over all pages. `lasa` are names that its medicines are easily taken
    for, where no notice says so.
    """

    rank: int
    article: SummaryJson
    score: float
    more_sections: int
    lasa: list[str]
    sections: list[SectionHitJson]


class BestJson(TypedDict):
    """The section that answers a query for one medicine and one kind of section.

    `text` is all of it; `marks` are ranges in it, of its first 6,000 code points.
    """

    article_id: str
    section_id: str
    heading: str
    kind: str
    url: str
    text: str
    marks: list[MarkJson]


class FacetValueJson(TypedDict):
    """One value of a facet: `value` is what its parameter takes, `count` articles have it."""

    value: str
    label: str
    count: int
    selected: bool


_ClassFacet = TypedDict("_ClassFacet", {"class": list[FacetValueJson]})


class FacetsJson(_ClassFacet):
    """The facets of everything that was found, each counted with every filter but its own."""

    section: list[FacetValueJson]
    drug: list[FacetValueJson]
    category: list[FacetValueJson]
    year: list[FacetValueJson]


class SuggestionJson(TypedDict):
    """Something that may be meant: what to show, and the query to send.

    `lasa` belongs beside it. `url` is the page of it, null where there is none.
    """

    label: str
    detail: str
    q: str
    url: str | None
    lasa: list[str]


class WaysOnJson(TypedDict):
    """Names that an unknown word may be a slip of, and where to read on."""

    did_you_mean: list[SuggestionJson]
    related: list[SuggestionJson]


class ContactJson(TypedDict):
    """Whom to call."""

    label: str
    number: str


class EmergencyJson(TypedDict):
    """What belongs above everything else when a query speaks of somebody in danger."""

    text: str
    contacts: list[ContactJson]


class PageJson(TypedDict):
    """Which page of the results this is: its number, its size, and how many there are."""

    number: int
    size: int
    pages: int


class SearchLinks(TypedDict):
    """Addresses of this answer, of the pages around it, and of its page for people."""

    self: str
    first: str
    prev: str | None
    next: str | None
    last: str
    html: str


class MetaJson(TypedDict):
    """What was searched, how long that took, and whether the deadline cut it (`partial`)."""

    took_ms: float
    partial: bool
    generation: int
    built_at: str
    articles: int
    sections: int
    disclaimer: str
    safety: str


class SearchAnswer(TypedDict):
    """The answer to a search. `notices` have to be read before the results."""

    query: QueryJson
    total: TotalJson
    results: list[HitJson]
    best: BestJson | None
    facets: FacetsJson
    suggestions: WaysOnJson
    notices: list[NoticeJson]
    emergency: EmergencyJson | None
    page: PageJson
    links: SearchLinks
    meta: MetaJson


class SuggestionGroupJson(TypedDict):
    """Suggestions of one type, best first."""

    type: Literal["drug", "section", "article"]
    items: list[SuggestionJson]


class SuggestAnswer(TypedDict):
    """What the beginning of a query may become."""

    q: str
    groups: list[SuggestionGroupJson]
