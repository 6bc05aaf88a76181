"""Where in a page its article is, and what around and inside it is not article."""

from __future__ import annotations

from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag

_INVISIBLE = {"script", "style", "template", "noscript", "svg", "nav", "form", "head", "title"}


@dataclass(frozen=True, slots=True)
class Content:
    """The elements that hold the article, and those inside them that are no part of it."""

    roots: tuple[Tag, ...]
    dropped: frozenset[int]
    """`id()` of each element to leave out."""
    warnings: tuple[str, ...] = ()

    def is_foreign(self, tag: Tag) -> bool:
        """Say whether an element belongs to something else than the article."""
        return id(tag) in self.dropped


def find_content(page: BeautifulSoup) -> Content:
    """Find the article of a page."""
    root = page.body or page
    dropped = frozenset(id(t) for t in root.find_all(list(_INVISIBLE)))
    return Content((root,), dropped)
