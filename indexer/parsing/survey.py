"""Figures about each element of a page: how many words, how many of them in links.

One walk in document order gives every element a number; its subtree is the range of numbers up
to its `end`. Every question about subtrees is then arithmetic on lists, and the time for a page
grows with its size, however deep it is nested.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final

from bs4 import Tag

from indexer.parsing.chrome import words_of
from indexer.parsing.markup import is_text

# Never text of an article. Text that is struck out no longer holds: a dose that was corrected
# must not be found beside the one that replaces it.
_NEVER: Final = frozenset(
    "head title script style template noscript noframes svg canvas iframe object embed "
    "applet audio video map area del s strike datalist output meter progress".split()
)
STRUCK_OUT: Final = frozenset({"del", "s", "strike"})
_CONTROLS: Final = frozenset({"input", "select", "textarea", "button"})
_UNREAD: Final = _NEVER | _CONTROLS
_NOT_SHOWN: Final = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_FOR_SCREEN_READERS: Final = frozenset(
    {"screen-reader-text", "sr-only", "visually-hidden", "visuallyhidden", "assistive-text"}
)
_READ_ALOUD: Final = frozenset({"h1", "caption", "th", "td", "sup", "sub"})
_OPENERS: Final = frozenset({"accordion", "collapsible", "collapse", "toggle", "expand", "faq"})


class Survey:
    """The elements of a page in document order, with their figures.

    `words` and `linked` count the words of a subtree, all and those in links; `links` and
    `controls` its links and form controls. Elements in `gone` (by number) and their subtrees no
    longer count after `recount`.
    """

    def __init__(self, root: Tag) -> None:
        self.tags: list[Tag] = []
        self.parents: list[int] = []
        self.ends: list[int] = []
        self.hidden: list[int] = []
        self.struck_out = False
        self.gone: set[int] = set()
        self.never: set[int] = set()
        """`id()` of the elements that were not even counted."""
        self._own: list[tuple[int, int, int, int]] = []
        self._controlled: set[str] = set()
        self._counted = -1
        self._marks = bytearray()
        self._walk(root)
        self.hidden = [index for index in self.hidden if not self._can_be_opened(self.tags[index])]
        self.recount()

    def recount(self) -> None:
        """Add up the figures of all subtrees, without what is gone."""
        if self._counted == len(self.gone):
            return
        self._counted = len(self.gone)
        self._marks = marks = self._gone_marks()
        size = len(self.tags)
        words, linked, links, controls = ([0] * size for _ in range(4))
        for index in range(size - 1, -1, -1):
            if marks[index]:
                continue
            own = self._own[index]
            words[index] += own[0]
            linked[index] += own[1]
            links[index] += own[2]
            controls[index] += own[3]
            parent = self.parents[index]
            if parent >= 0:
                words[parent] += words[index]
                linked[parent] += linked[index]
                links[parent] += links[index]
                controls[parent] += controls[index]
        self.words, self.linked, self.links, self.controls = words, linked, links, controls

    def children(self, index: int) -> list[int]:
        """Return the numbers of an element's children."""
        found = []
        child = index + 1
        while child < self.ends[index]:
            found.append(child)
            child = self.ends[child]
        return found

    def path(self, index: int) -> list[int]:
        """Return an element and its ancestors, innermost first."""
        found = []
        while index >= 0:
            found.append(index)
            index = self.parents[index]
        return found

    def is_gone(self, index: int) -> bool:
        """Say whether an element or one around it was gone at the last count."""
        return bool(self._marks[index])

    def within(self, index: int, sought: Sequence[int]) -> Sequence[int]:
        """Return those of some numbers, in ascending order, that belong to a subtree."""
        return sought[bisect_left(sought, index) : bisect_left(sought, self.ends[index])]

    def larger(self, indexes: Iterable[int], share: float) -> list[int]:
        """Return those of some elements that have that share of the words of the largest one."""
        indexes = list(indexes)
        largest = max((self.words[index] for index in indexes), default=0)
        return [index for index in indexes if self.words[index] >= max(share * largest, 1)]

    def outermost(self, indexes: Iterable[int]) -> list[int]:
        """Return those of some elements, in ascending order, that stand in none of the others."""
        found: list[int] = []
        for index in indexes:
            if not found or index >= self.ends[found[-1]]:
                found.append(index)
        return found

    def _gone_marks(self) -> bytearray:
        marks = bytearray(len(self.tags))
        for index in self.gone:
            end = self.ends[index]
            marks[index:end] = b"\x01" * (end - index)
        return marks

    def _walk(self, root: Tag) -> None:
        stack: list[tuple[Tag, int, bool]] = [(root, -1, False)]
        while stack:
            tag, parent, in_link = stack.pop()
            index = len(self.tags)
            linked = in_link or (tag.name == "a" and "href" in tag.attrs)
            self.tags.append(tag)
            self.parents.append(parent)
            if tag.attrs:
                self._note_attributes(tag, index)
            words = controls = 0
            children: list[tuple[Tag, int, bool]] = []
            for child in tag.contents:
                if is_text(child):
                    words += len(child.split())
                elif isinstance(child, Tag):
                    name = child.name
                    controls += name in _CONTROLS
                    if name in _UNREAD and _is_never_text(child):
                        self.never.add(id(child))
                        self.struck_out = self.struck_out or name in STRUCK_OUT
                    else:
                        children.append((child, index, linked))
            self._own.append((words, words if linked else 0, tag.name == "a", controls))
            stack.extend(reversed(children))
        self._close_ranges()

    def _close_ranges(self) -> None:
        self.ends = list(range(1, len(self.tags) + 1))
        for index in range(len(self.tags) - 1, 0, -1):
            parent = self.parents[index]
            self.ends[parent] = max(self.ends[parent], self.ends[index])

    def _note_attributes(self, tag: Tag, index: int) -> None:
        attributes = tag.attrs
        for key in ("aria-controls", "data-target", "data-bs-target"):
            if key in attributes:
                self._controlled.update(str(attributes[key]).replace("#", " ").split())
        if _is_hidden(tag):
            self.hidden.append(index)

    def _can_be_opened(self, tag: Tag) -> bool:
        """Say whether a reader opens a hidden part by a control that names it."""
        return str(tag.attrs.get("id", "")) in self._controlled or (
            tag.attrs.get("role") == "tabpanel"
        )


def _is_never_text(tag: Tag) -> bool:
    """Say whether an element of `_UNREAD` is no text: all but buttons that title a part."""
    return tag.name != "button" or not _is_opener(tag)


def _is_opener(button: Tag) -> bool:
    """Say whether a button opens a part of the text, which it then titles."""
    attributes = button.attrs
    if "aria-controls" in attributes or "aria-expanded" in attributes:
        return True
    names = str(attributes.get("class", "")).split()
    parent = button.parent.name if button.parent else ""
    return parent in {"h2", "h3", "h4", "h5", "h6", "dt", "summary"} or any(
        not _OPENERS.isdisjoint(words_of(name)) for name in names
    )


def _is_hidden(tag: Tag) -> bool:
    attributes = tag.attrs
    if "hidden" in attributes and attributes["hidden"] != "until-found":
        return True
    if str(attributes.get("aria-hidden", "")).lower() == "true":
        return True
    if "style" in attributes and _NOT_SHOWN.search(str(attributes["style"])):
        return True
    return (
        "class" in attributes
        and tag.name not in _READ_ALOUD
        and not _FOR_SCREEN_READERS.isdisjoint(str(attributes["class"]).split())
    )
