"""Addresses of searches and articles: all that is asked for stands in the address."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, partial
from typing import Final
from urllib.parse import quote, quote_plus

from indexer.model import DEEPEST_RESULT, Results, SearchRequest
from indexer.serialization.search_shapes import SearchLinks

API_SEARCH: Final = "/api/v1/search"

FRAGMENT_WORDS = 4
"""Words that a text fragment has of either end of a long sentence: enough to be met but once."""

_DEFAULT: Final = SearchRequest(text="")


def search_links(results: Results) -> SearchLinks:
    """Return the addresses of an answer, of the pages around it, and of its page for people."""
    request, last = results.request, last_page(results)

    def at(page: int) -> str:
        return search_link(API_SEARCH, request, page=page)

    return {
        "self": at(request.page),
        "first": at(1),
        "prev": at(min(request.page - 1, last)) if request.page > 1 else None,
        "next": at(request.page + 1) if request.page < last else None,
        "last": at(last),
        "html": search_link("/search", replace(request, explain=False), page=request.page),
    }


def last_page(results: Results) -> int:
    """Return the number of the last page that can be asked for, 1 when nothing was found."""
    return max(1, min(results.pages, DEEPEST_RESULT // results.request.per_page))


def search_link(path: str, request: SearchRequest, *, page: int = 1) -> str:
    """Return a path with the parameters that repeat a request; defaults are left out."""
    default = _DEFAULT
    parameters = [("q", request.text)]
    parameters += [("drug", name) for name in request.drugs]
    parameters += [("section", kind) for kind in request.sections]
    parameters += [("class", name) for name in request.classes]
    parameters += [("category", name) for name in request.categories]
    parameters += [("year", year) for year in request.years]
    parameters += [("article", article_id) for article_id in request.articles]
    parameters += [("without", name) for name in request.without]
    optional = {
        "sort": (request.sort, default.sort),
        "group": (request.group, default.group),
        "page": (page, default.page),
        "per_page": (request.per_page, default.per_page),
        "expand": ("auto" if request.expand else "none", "auto"),
        "exact": (int(request.exact), 0),
        "explain": (int(request.explain), 0),
    }
    parameters += [
        (name, str(value)) for name, (value, usual) in optional.items() if value != usual
    ]
    return f"{path}?{'&'.join(f'{name}={_quoted(value)}' for name, value in parameters)}"


# A page of results has thirty addresses with the same words in them. What was typed may hold
# halves of characters, which no address can.
_quoted = lru_cache(maxsize=256)(partial(quote_plus, errors="replace"))


def article_link(article_id: str, *, section_id: str | None = None, query: str = "") -> str:
    """Return the address of an article's page, at a section, with a query's words marked."""
    words = f"?h={_quoted(query)}" if query else ""
    place = f"#{quote(section_id)}" if section_id else ""
    return f"/articles/{quote(article_id)}{words}{place}"


def compare_link(path: str, kind: str, first: str, second: str) -> str:
    """Return the address of a comparison of two medicines."""
    return f"{path}?section={_quoted(kind)}&a={_quoted(first)}&b={_quoted(second)}"


def text_fragment(text: str) -> str:
    """Return the directive that opens a page at the first line of a passage, empty for none.

    As the URL Fragment Text Directives of the WICG have it: `:~:text=first words,last words`.
    """
    words = text.partition("\n")[0].lstrip("• ").split()
    if not words:
        return ""
    parts = [words]
    if len(words) > 2 * FRAGMENT_WORDS:
        parts = [words[:FRAGMENT_WORDS], words[-FRAGMENT_WORDS:]]
    # A hyphen would make a prefix or suffix of what it stands beside.
    quoted = (quote(" ".join(part), safe="").replace("-", "%2D") for part in parts)
    return f":~:text={','.join(quoted)}"
