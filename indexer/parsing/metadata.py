"""What a page says of itself: title, address, dates, author, categories, tags, language.

Several formats say the same thing; the most deliberate one wins: JSON-LD, then OpenGraph and
other `meta` elements, then what is visible (`time`, `rel` links, WordPress classes). What cannot
be understood is left out, with a warning where that helps.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from urllib.parse import urlsplit

from bs4 import Tag

from indexer.parsing.cleaning import bounded
from indexer.parsing.content import Content
from indexer.parsing.linked_data import LinkedData, read_linked_data
from indexer.parsing.markup import Page

_TITLE_LENGTH: Final = 300
_NAME_LENGTH: Final = 100
_URL_LENGTH: Final = 2_000
_MAX_NAMES: Final = 50

_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_ISO: Final = re.compile(r"\d{4}-\d\d(?:-\d\d)?")
_FORMATS: Final = (
    "%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%Y/%m/%d", "%a, %d %b %Y %H:%M:%S %Z",
)  # fmt: skip
_PUBLISHED: Final = (
    "article:published_time", "datepublished", "date", "dc.date", "dc.date.issued",
    "dcterms.created", "dcterms.issued", "pubdate", "publish-date", "publication_date",
    "citation_publication_date", "citation_date", "parsely-pub-date",
)  # fmt: skip
_MODIFIED: Final = (
    "article:modified_time", "og:updated_time", "datemodified", "last-modified", "lastmod",
    "dcterms.modified", "dc.date.modified", "revised",
)  # fmt: skip
_AUTHORS: Final = (
    "author",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "citation_author",
    "parsely-author",
)
_SECTIONS: Final = ("article:section", "category", "parsely-section")
_TIME_PUBLISHED: Final = frozenset({"entry-date", "published", "post-date", "dt-published"})
_TIME_MODIFIED: Final = frozenset({"updated", "modified", "dt-updated", "entry-modified-date"})
_SUFFIX: Final = re.compile(r"(?<!\s)\s+(?:[|»·]|::|[-–—])\s+")
_DASH: Final = re.compile(r"\s+[-–—]\s+")
_HOST: Final = re.compile(
    r"(?<![\w-])[\w-]+\.(?:com|org|net|info|gov|edu|[a-z]{2})\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a page says of itself; None and empty where it says nothing that can be used."""

    title: str
    url: str | None = None
    published: str | None = None
    modified: str | None = None
    language: str | None = None
    author: str | None = None
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def read_metadata(
    page: Page, content: Content, *, headings: Sequence[tuple[int, str]], source: str
) -> Metadata:
    """Read a page's metadata.

    `headings` are levels and texts of the content's headings: the first `h1` is the title if
    there is one; the file name in `source` is the last resort.
    """
    heading = next((text for level, text in headings if level == 1), "")
    first = headings[0][1] if headings else ""
    data = read_linked_data(page)
    meta = _Meta(page)
    visible = _Visible(page, content)
    dates = {
        "published": _first_date(data.published, *meta.all(_PUBLISHED), *visible.published),
        "modified": _first_date(data.modified, *meta.all(_MODIFIED), *visible.modified),
    }
    return Metadata(
        title=heading or _title(page, data, meta, first) or title_of_file(source),
        url=_first_url(meta.links("canonical"), meta.all(("og:url",)), (data.url,)),
        language=_language(page, meta, data),
        author=next(_names((data.author, *meta.all(_AUTHORS), *visible.authors)), None),
        categories=tuple(_names((*data.sections, *meta.all(_SECTIONS), *visible.categories))),
        tags=tuple(_names((*data.keywords, *meta.all(("article:tag",)), *visible.tags))),
        warnings=data.warnings,
        **dates,
    )


def iso_date(text: str) -> str | None:
    """Return a date, or a date and time, in ISO 8601; None when it cannot be understood."""
    plain = bounded(text, _NAME_LENGTH)
    if not plain:
        return None
    try:
        if len(plain) == len("2024-01-31"):
            return date.fromisoformat(plain).isoformat()
        if _ISO.match(plain) and len(plain) > len("2024-01-31"):
            return datetime.fromisoformat(plain).isoformat()
    except ValueError:
        return None
    for form in _FORMATS:
        try:
            return datetime.strptime(plain, form).date().isoformat()  # noqa: DTZ007 - a day
        except ValueError:
            continue
    return None


def title_without_site(title: str, site: str, heading: str = "") -> str:
    """Cut the name of the site from the title of a browser window.

    A part after a dash is the site's name only if something says so: `site`, another separator,
    the name of a host, or the article's first heading, which begins like the part before.
    """
    separators = list(_SUFFIX.finditer(title))
    if not separators:
        return title
    first, last = separators[0], separators[-1]
    ending = title[last.end() :]
    if site and ending.casefold() == site.casefold():
        return title[: last.start()]
    if site and title[: first.start()].casefold() == site.casefold():
        return title[first.end() :]
    sure = not _DASH.fullmatch(last.group()) or len(separators) > 1
    sure = sure or _HOST.search(ending) is not None
    sure = sure or heading.casefold().startswith(title[: last.start()].casefold())
    return title[: last.start()] if sure else title


class _Meta:
    """The `meta` and `link` elements of a page, by name."""

    def __init__(self, page: Page) -> None:
        self._values: dict[str, list[str]] = {}
        self._links: dict[str, list[str]] = {}
        for tag in page.named("meta"):
            value = str(tag.attrs.get("content", ""))
            for key in ("name", "property", "itemprop", "http-equiv"):
                name = str(tag.attrs.get(key, "")).strip().lower()
                if name and value.strip():
                    self._values.setdefault(name, []).append(value)
        for tag in page.named("link"):
            for relation in _tokens(tag, "rel"):
                self._links.setdefault(relation, []).append(str(tag.attrs.get("href", "")))

    def all(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the values of all `meta` elements of some names, in the order of the names."""
        return tuple(value for name in names for value in self._values.get(name, ()))

    def links(self, relation: str) -> tuple[str, ...]:
        """Return the addresses of all `link` elements of a relation."""
        return tuple(self._links.get(relation, ()))


class _Visible:
    """What the body shows: dates, and links that say what they are."""

    def __init__(self, page: Page, content: Content) -> None:
        self.published: list[str] = []
        self.modified: list[str] = []
        self.authors: list[str] = []
        self.categories: list[str] = []
        self.tags: list[str] = []
        loose: list[str] = []
        for tag in page.named("time", "a", "abbr", "span"):
            if not _is_marked(tag) or content.is_foreign(tag):
                continue
            if tag.name == "a":
                self._take_link(tag)
            else:
                self._take_time(tag, loose)
        self.published += loose[:1] if not self.published and not self.modified else []

    def _take_link(self, tag: Tag) -> None:
        relations = _tokens(tag, "rel")
        text = tag.get_text()
        if "category" in relations:
            self.categories.append(text)
        elif "tag" in relations:
            self.tags.append(text)
        elif "author" in relations:
            self.authors.append(text)

    def _take_time(self, tag: Tag, loose: list[str]) -> None:
        classes = _tokens(tag, "class")
        value = str(tag.attrs.get("datetime") or tag.attrs.get("title") or tag.get_text())
        role = str(tag.attrs.get("itemprop", ""))
        updated = not classes.isdisjoint(_TIME_MODIFIED)
        if not classes.isdisjoint(_TIME_PUBLISHED) or role == "datePublished":
            self.published.append(value)
        # WordPress marks the only date of a post `entry-date published updated`.
        if updated or role == "dateModified":
            self.modified.append(value)
        elif tag.name == "time":
            loose.append(value)


def _is_marked(tag: Tag) -> bool:
    attributes = tag.attrs
    return (
        tag.name == "time"
        or "rel" in attributes
        or "itemprop" in attributes
        or (
            tag.name != "a"
            and not _tokens(tag, "class").isdisjoint(_TIME_PUBLISHED | _TIME_MODIFIED)
        )
    )


def _tokens(tag: Tag, name: str) -> frozenset[str]:
    return frozenset(str(tag.attrs.get(name, "")).lower().split())


def _title(page: Page, data: LinkedData, meta: _Meta, heading: str) -> str:
    """Choose a title for a page without an `h1`; `heading` is its first heading."""
    candidates = [*meta.all(("og:title",)), data.headline, *meta.all(("twitter:title",))]
    for candidate in candidates:
        title = bounded(candidate, _TITLE_LENGTH)
        if title:
            return title
    site = bounded("".join(meta.all(("og:site_name",))[:1]), _NAME_LENGTH)
    window = page.first("title")
    title = bounded(window.get_text(), _TITLE_LENGTH) if window else ""
    return title_without_site(title, site, heading)


def title_of_file(source: str) -> str:
    """Make a title of the name of a file: `side-effects.html` is `side effects`."""
    name = source.rpartition("/")[2]
    stem = name.rpartition(".")[0] if "." in name else name
    return bounded(re.sub(r"[-_]+", " ", stem), _TITLE_LENGTH) or "Untitled"


def _first_date(*candidates: str) -> str | None:
    return next((found for text in candidates if (found := iso_date(text))), None)


def _first_url(*groups: Iterable[str]) -> str | None:
    for group in groups:
        for text in group:
            url = text.strip()
            if _is_web_address(url):
                return url
    return None


def _is_web_address(url: str) -> bool:
    if not url or len(url) > _URL_LENGTH or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _language(page: Page, meta: _Meta, data: LinkedData) -> str | None:
    html = page.first("html")
    said = (
        str(html.attrs.get("lang") or html.attrs.get("xml:lang") or "") if html else "",
        *meta.all(("content-language", "og:locale", "dc.language")),
        data.language,
    )
    for text in said:
        if _LANGUAGE.fullmatch(text.strip()):
            return text.strip().replace("_", "-")
    return None


def _names(candidates: Iterable[str]) -> Iterator[str]:
    """Yield the names, clean, each once; addresses are no names."""
    seen: set[str] = set()
    for candidate in candidates:
        name = bounded(candidate, _NAME_LENGTH)
        if name and name.casefold() not in seen and "://" not in name and len(seen) < _MAX_NAMES:
            seen.add(name.casefold())
            yield name
