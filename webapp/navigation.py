"""Ways on from a list of results: filters, orders, pages. All state stands in the address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from indexer.model import (
    LARGEST_PAGE_SIZE,
    FacetValue,
    Group,
    Results,
    SearchRequest,
    Sort,
)
from indexer.serialization import last_page, search_link
from webapp.rendering import kind_label

PATH = "/search"
EXPORT = "/api/v1/export"

PAGES_AROUND = 2
"""Page numbers shown on either side of the current one."""
PAGE_SIZES = (10, 20, LARGEST_PAGE_SIZE)
OPEN_VALUES = 8
"""Values of a facet that are shown at once; the others unfold."""
MOST_VALUES = 60
"""Values of a facet that are shown at all, the most frequent ones: a page stays a page."""

_SORT_LABELS: tuple[tuple[Sort, str], ...] = (
    ("relevance", "Best match"),
    ("newest", "Newest"),
    ("title", "A to Z"),
)
_GROUP_LABELS: tuple[tuple[Group, str], ...] = (
    ("article", "Articles"),
    ("section", "Single sections"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several ways to see the same results."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    """A filter in force, and the request without it."""

    facet: str
    label: str
    without: SearchRequest

    @property
    def url(self) -> str:
        """Return the address of the results without it."""
        return link(self.without)


@dataclass(frozen=True, slots=True)
class OtherName:
    """A name that was searched for too; `url` has the results without it."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetField:
    """A facet as a group of checkboxes; `rest` unfolds, `left_out` counts the rarest."""

    name: str
    label: str
    values: tuple[FacetValue, ...]
    rest: tuple[FacetValue, ...]
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pager:
    """The pages around the current one; None in `pages` stands for those left out."""

    previous: str | None
    next: str | None
    pages: tuple[Choice | None, ...]
    sizes: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class _Filter:
    """A filter: its parameter, what people call it, where requests and facets keep it."""

    name: str
    label: str
    attribute: str
    facet: str | None
    """None for what has no facet: of articles, each would count one."""


_FILTERS = (
    _Filter("section", "Section", "sections", "section"),
    _Filter("drug", "Medicine", "drugs", "drug"),
    _Filter("class", "Class", "classes", "drug_class"),
    _Filter("category", "Category", "categories", "category"),
    _Filter("year", "Year", "years", "year"),
    _Filter("article", "Article", "articles", None),
)


def link(request: SearchRequest, *, page: int = 1) -> str:
    """Return the address of a page of results."""
    return search_link(PATH, request, page=page)


def switched(
    request: SearchRequest,
    *,
    exact: bool | None = None,
    expand: bool | None = None,
    with_all_names: bool = False,
) -> str:
    """Return the address of the same search, reading its words more or less widely."""
    return link(
        replace(
            request,
            exact=request.exact if exact is None else exact,
            expand=request.expand if expand is None else expand,
            without=() if with_all_names else request.without,
        )
    )


def opened(request: SearchRequest, open_articles: Sequence[str], place: str = "") -> str:
    """Return the address of this page with all that matched of some articles, at a place of it."""
    more = urlencode([("more", article_id) for article_id in open_articles])
    address = link(request, page=request.page)
    return f"{address}{'&' if more else ''}{more}{'#' if place else ''}{place}"


def export(request: SearchRequest) -> str:
    """Return the address of all that was found, whole, as a table."""
    plain = replace(request, group="article", per_page=10, explain=False)
    return f"{search_link(EXPORT, plain)}&format=csv"


def all_of(request: SearchRequest, article_id: str) -> str:
    """Return the address of all the sections that an article has among the results."""
    return link(replace(request, articles=(article_id,), group="section"))


def other_names(request: SearchRequest, names: Sequence[str]) -> tuple[OtherName, ...]:
    """Return names that were searched for too, each removable by itself."""
    return tuple(
        OtherName(name, link(replace(request, without=(*request.without, name)))) for name in names
    )


def active_filters(request: SearchRequest) -> tuple[ActiveFilter, ...]:
    """Return the filters in force, each removable by itself."""
    return tuple(
        ActiveFilter(
            field.label,
            _value_label(field.name, value),
            _with(request, field, _without(values, value)),
        )
        for field in _FILTERS
        for values in [_asked(request, field)]
        for value in values
    )


def without_filters(request: SearchRequest) -> SearchRequest:
    """Return a request with all its filters taken off."""
    for field in _FILTERS:
        request = _with(request, field, ())
    return request


def facet_fields(results: Results) -> tuple[FacetField, ...]:
    """Return the facets as groups of checkboxes; a filter in force is always among them."""
    fields = (
        _field(
            field.name,
            field.label,
            getattr(results.facets, field.facet),
            [(value, _value_label(field.name, value)) for value in _asked(results.request, field)],
        )
        for field in _FILTERS
        if field.facet
    )
    return tuple(field for field in fields if field.values)


def _with(request: SearchRequest, field: _Filter, values: tuple[str, ...]) -> SearchRequest:
    changed: dict[str, Any] = {field.attribute: values}
    return replace(request, **changed)


def _asked(request: SearchRequest, field: _Filter) -> tuple[str, ...]:
    values: tuple[str, ...] = getattr(request, field.attribute)
    return values


def _value_label(name: str, value: str) -> str:
    return (kind_label(value) or "Other") if name == "section" else value


def sort_choices(request: SearchRequest) -> tuple[Choice, ...]:
    """Return the orders in which the results can stand."""
    return tuple(
        Choice(label, link(replace(request, sort=sort)), request.sort == sort)
        for sort, label in _SORT_LABELS
    )


def group_choices(request: SearchRequest) -> tuple[Choice, ...]:
    """Return what a result can be: an article with its best sections, or a section alone."""
    return tuple(
        Choice(label, link(replace(request, group=group)), request.group == group)
        for group, label in _GROUP_LABELS
    )


def pager(results: Results) -> Pager:
    """Return the way to the other pages of the results."""
    request, last = results.request, last_page(results)
    numbers = [
        number
        for number in range(1, last + 1)
        if number in {1, last} or abs(number - request.page) <= PAGES_AROUND
    ]
    sizes = tuple(
        Choice(str(size), link(replace(request, per_page=size)), request.per_page == size)
        for size in PAGE_SIZES
    )
    return Pager(
        previous=link(request, page=min(request.page - 1, last)) if request.page > 1 else None,
        next=link(request, page=request.page + 1) if request.page < last else None,
        pages=tuple(_with_gaps(numbers, request)),
        sizes=sizes,
    )


def _with_gaps(numbers: Sequence[int], request: SearchRequest) -> Iterator[Choice | None]:
    before = 0
    for number in numbers:
        if number > before + 1:
            yield None
        yield Choice(str(number), link(request, page=number), number == request.page)
        before = number


def _without(values: tuple[str, ...], value: str) -> tuple[str, ...]:
    return tuple(other for other in values if other != value)


def _field(
    name: str,
    label: str,
    found: Sequence[FacetValue],
    asked: Sequence[tuple[str, str]],
) -> FacetField:
    """Put the values in force first, then the most frequent."""
    selected = [value for value in found if value.selected]
    if not selected:
        selected = [
            FacetValue(value=value, label=text, count=0, selected=True) for value, text in asked
        ]
    others = [value for value in found if not value.selected]
    shown = max(OPEN_VALUES - len(selected), 0)
    return FacetField(
        name=name,
        label=label,
        values=(*selected, *others[:shown]),
        rest=tuple(others[shown:MOST_VALUES]),
        left_out=max(len(others) - MOST_VALUES, 0),
    )
