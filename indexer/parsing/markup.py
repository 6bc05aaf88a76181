"""Text to a tree of tags, under caps that are enforced while the tree grows.

The tree is BeautifulSoup's, with every link that it sets, so that all ways to read it work. But its
own builder asks, of each element, what only XML, other parsers and output need: name spaces, line
numbers, filters, the encoding to write. That took 90 % of the time, lxml itself 5 %. What is
overridden here does the same for HTML from lxml, three times faster; a test compares the trees.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias, TypeGuard

from bs4 import BeautifulSoup, Tag
from bs4.builder import HTMLTreeBuilder, ParserRejectedMarkup
from bs4.builder._lxml import LXMLTreeBuilder
from bs4.element import CData, NamespacedAttribute, NavigableString, PageElement, RubyTextString

from indexer.errors import CorpusError
from indexer.parsing.limits import MAX_ATTRIBUTES, MAX_DEPTH, MAX_ELEMENTS

_Attributes: TypeAlias = Mapping[str | NamespacedAttribute, str]

_TEXT_TYPES: Final = frozenset({NavigableString, CData, RubyTextString})
_XML_DECLARATION: Final = re.compile(r"\A\s*<\?xml[^>]*>")
# What a head may hold (HTML, section 4.2); any other element begins the body.
_IN_HEAD: Final = frozenset(
    "base basefont bgsound link meta noframes noscript script style template title".split()
)
# There libxml2 stops reading; a browser goes on with the text behind (HTML, section 13.2.6.4).
_ENDS_OF_PAGE: Final = re.compile(r"</(?:body|html)(?:[\s/][^<>]*)?>", re.IGNORECASE)
# Holds nothing (HTML, section 13.1.2), while libxml2 puts all that follows inside, as if unread.
_VOID: Final = "embed"
# An element of HTML in a drawing or formula ends it (HTML, section 13.2.6.5), but for some places.
_FOREIGN: Final = ("svg", "math")
_FOREIGN_WITH_HTML: Final = ("foreignobject", "desc", "annotation-xml")
_ENDING_FOREIGN: Final = frozenset(
    "b big blockquote center code dd div dl dt em h1 h2 h3 h4 h5 h6 hr i img li menu ol p pre "
    "ruby s small span strong strike sub sup table tt u ul var".split()
)
# What is left out of an article, though a page whose end tag got lost goes on inside; and what
# neither holds (HTML, section 4.10.6), but for a heading that opens something.
_LEFT_OPEN: Final = ("button", "noscript")
_ENDING_LEFT_OPEN: Final = frozenset("article button dl li main ol section table ul".split())
# Some of those that end a paragraph, and all that is in it (HTML, section 13.2.6.4.7).
_ENDING_PARAGRAPH: Final = frozenset("blockquote div h1 h2 h3 h4 h5 h6 p".split())
_SPACES: Final = "".join(BeautifulSoup.ASCII_SPACES)
_PRESERVING: Final = HTMLTreeBuilder.DEFAULT_PRESERVE_WHITESPACE_TAGS
_CONTAINERS: Final = HTMLTreeBuilder.DEFAULT_STRING_CONTAINERS
"""The classes of the strings inside some elements: scripts are no text."""


class Page(BeautifulSoup):
    """A tree that refuses to grow beyond the caps.

    libxml2 knows the elements of HTML 4 and leaves any other, such as `main`, in a head that the
    page does not end itself; here it begins the body, as in a browser.
    """

    elements: list[Tag]
    """All elements, in document order."""

    def reset(self) -> None:
        """Begin anew; BeautifulSoup does so each time it tries a page."""
        super().reset()
        self.elements = []
        self._early_body: Tag | None = None
        self._noscript_in_paragraph = False

    def named(self, *names: str) -> list[Tag]:
        """Return all elements of some names, in document order: `find_all`, but faster."""
        return [tag for tag in self.elements if tag.name in names]

    def first(self, name: str) -> Tag | None:
        """Return the first element of a name: `find`, but faster."""
        return next((tag for tag in self.elements if tag.name == name), None)

    def handle_starttag(  # noqa: PLR0913, PLR0917 - the signature is BeautifulSoup's
        self,
        name: str,
        namespace: str | None,  # noqa: ARG002 - HTML has none
        nsprefix: str | None,  # noqa: ARG002
        attrs: _Attributes,
        sourceline: int | None = None,  # noqa: ARG002 - lxml does not tell
        sourcepos: int | None = None,  # noqa: ARG002
        namespaces: dict[str, str] | None = None,  # noqa: ARG002
    ) -> Tag | None:
        """Begin an element."""
        if len(self.elements) >= MAX_ELEMENTS:
            raise CorpusError(f"more than {MAX_ELEMENTS:,} elements")
        if len(self.tagStack) > MAX_DEPTH:
            raise CorpusError(f"elements nested more than {MAX_DEPTH:,} deep")
        if len(attrs) > MAX_ATTRIBUTES:
            raise CorpusError(f"an element with more than {MAX_ATTRIBUTES} attributes")
        if name == "body" and self._early_body is not None:
            for key, value in attrs.items():
                self._early_body.attrs.setdefault(key, value)
            return self._early_body
        if self.current_data:
            self.endData()
        if self.tagStack[-1].name == "head" and name not in _IN_HEAD:
            self.handle_endtag("head")
            self._early_body = self._begin("body", {})
        self._end_left_open(name)
        tag = self._begin(name, attrs)
        if name == _VOID:
            self.popTag()
        return tag

    def _end_left_open(self, name: str) -> None:
        """End what a page never ends, and an element of this name cannot stand in."""
        if name in _ENDING_FOREIGN:
            self._end_foreign()
        if name in _ENDING_LEFT_OPEN:
            self._end_all(_LEFT_OPEN)
        elif name == "noscript" and not self.open_tag_counter[name]:
            self._noscript_in_paragraph = bool(self.open_tag_counter["p"])
        elif name in _ENDING_PARAGRAPH and self._noscript_in_paragraph:
            # A paragraph that holds it cannot go on where the next one begins.
            self._end_all(("noscript",))
            self._noscript_in_paragraph = False

    def _end_foreign(self) -> None:
        """End the drawings and formulas that are open."""
        if any(self.open_tag_counter[name] for name in _FOREIGN_WITH_HTML):
            return
        self._end_all(_FOREIGN)

    def _end_all(self, names: Iterable[str]) -> None:
        """End the elements of some names that are open."""
        for name in names:
            while self.open_tag_counter[name]:
                self.handle_endtag(name)

    def handle_endtag(self, name: str, nsprefix: str | None = None) -> None:  # noqa: ARG002
        """End the innermost open element of a name and all inside it, if one is open."""
        if self.current_data:
            self.endData()
        while self.open_tag_counter[name]:
            ended = self.tagStack[-1].name
            self.popTag()
            if ended == name:
                return

    def endData(  # noqa: N802 - BeautifulSoup's names
        self,
        containerClass: type[NavigableString] | None = None,  # noqa: N803
    ) -> None:
        """Put the text that was collected into the tree."""
        if not self.current_data:
            return
        text = "".join(self.current_data)
        self.current_data.clear()
        if not self.preserve_whitespace_tag_stack and not text.strip(_SPACES):
            text = "\n" if "\n" in text else " "
        container = containerClass or NavigableString
        if self.string_container_stack and containerClass is None:
            container = _CONTAINERS[self.string_container_stack[-1].name]
        string = str.__new__(container, text)
        string.next_element = string.next_sibling = None
        self._append(string)

    def popTag(self) -> Tag | None:  # noqa: N802
        """End the innermost open element."""
        name = self.tagStack.pop().name
        self.open_tag_counter[name] -= 1
        if name in _PRESERVING:
            self.preserve_whitespace_tag_stack.pop()
        elif name in _CONTAINERS:
            self.string_container_stack.pop()
        self.currentTag = self.tagStack[-1]
        return self.currentTag

    def _begin(self, name: str, attributes: _Attributes) -> Tag:
        """Put an element into the tree, and open it."""
        tag = Element.__new__(Element)
        tag.name = name
        tag.attrs = dict(attributes) if attributes else {}
        tag.contents = []
        self._append(tag)
        self.elements.append(tag)
        self.tagStack.append(tag)
        self.currentTag = tag
        self.open_tag_counter[name] += 1
        if name in _PRESERVING:
            self.preserve_whitespace_tag_stack.append(tag)
        elif name in _CONTAINERS:
            tag.interesting_string_types = {_CONTAINERS[name]}
            self.string_container_stack.append(tag)
        return tag

    def _append(self, node: PageElement) -> None:
        """Make a node the last of the tree, inside the innermost open element."""
        parent, previous = self.tagStack[-1], self._most_recent_element
        siblings = parent.contents
        node.parent = parent
        node.previous_element = previous
        if previous is not None:
            previous.next_element = node
        if siblings:
            node.previous_sibling = siblings[-1]
            siblings[-1].next_sibling = node
        else:
            node.previous_sibling = None
        siblings.append(node)
        self._most_recent_element = node


class Element(Tag):
    """A tag; what is the same for all elements of HTML stands in the class."""

    parser_class = Page
    namespace = None
    prefix = None
    _namespaces: dict[str, str] = {}  # noqa: RUF012 - BeautifulSoup declares it; never written
    sourceline = None
    sourcepos = None
    known_xml = False
    can_be_empty_element = None
    cdata_list_attributes = None
    preserve_whitespace_tags = _PRESERVING
    interesting_string_types = Tag.MAIN_CONTENT_STRING_TYPES
    next_element = None
    next_sibling = None


class _Builder(LXMLTreeBuilder):
    """Hand the events of lxml to the tree: HTML has no name spaces to be looked after."""

    def initialize_soup(self, soup: BeautifulSoup) -> None:
        """Begin a tree."""
        super().initialize_soup(soup)
        self._page = soup
        self._pieces = soup.current_data

    # Declared for what lxml gives of HTML, which is never bytes.

    def start(self, tag: str, attrib: _Attributes, nsmap: object = None) -> None:  # type: ignore[override] # noqa: ARG002
        """Begin an element."""
        self._page.handle_starttag(tag, None, None, attrib)

    def end(self, tag: str) -> None:  # type: ignore[override]
        """End an element."""
        self._page.handle_endtag(tag)

    def data(self, data: str) -> None:  # type: ignore[override]
        """Take in a piece of text; what stands between two tags may come in several."""
        self._pieces.append(data)


def parse_markup(text: str) -> Page:
    """Parse a page's text with lxml, whatever its state.

    Attributes keep their plain string values. Raises CorpusError when the page breaks a cap.
    """
    # NUL is no character of HTML, and what an XML declaration says of the encoding is over. The
    # line break keeps BeautifulSoup from taking a short text for the name of a file.
    markup = _XML_DECLARATION.sub("", text.replace("\0", "")) + "\n"
    markup = _ENDS_OF_PAGE.sub("", markup)
    try:
        return Page(markup, builder=_Builder, multi_valued_attributes=None)
    except ParserRejectedMarkup as error:  # pragma: no cover - no text is known that lxml rejects
        raise CorpusError(f"the HTML parser rejected the page: {error}") from error


def is_text(node: object) -> TypeGuard[NavigableString]:
    """Say whether a node of the tree is text a browser shows: no comment, no declaration."""
    # By exact type: comments, scripts and declarations are subclasses of NavigableString too.
    return type(node) in _TEXT_TYPES
