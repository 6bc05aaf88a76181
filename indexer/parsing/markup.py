"""Text to a tree of tags, under caps that are enforced while the tree grows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from bs4 import BeautifulSoup, Tag
from bs4.builder import ParserRejectedMarkup
from bs4.element import CData, NamespacedAttribute, NavigableString, RubyTextString

from indexer.errors import CorpusError
from indexer.parsing.limits import MAX_ATTRIBUTES, MAX_DEPTH, MAX_ELEMENTS

_TEXT_TYPES: Final = frozenset({NavigableString, CData, RubyTextString})
_XML_DECLARATION: Final = re.compile(r"\A\s*<\?xml[^>]*>")
# What a head may hold (HTML, section 4.2); any other element begins the body.
_IN_HEAD: Final = frozenset(
    "base basefont bgsound link meta noframes noscript script style template title".split()
)


class _CappedSoup(BeautifulSoup):
    """A tree that refuses to grow beyond the caps.

    libxml2 knows the elements of HTML 4 and leaves any other, such as `main`, in a head that the
    page does not end itself; here it begins the body, as in a browser.
    """

    _elements = 0
    _early_body: Tag | None = None

    def reset(self) -> None:
        """Begin anew; BeautifulSoup does so each time it tries a page."""
        super().reset()
        self._early_body = None

    def handle_starttag(  # noqa: PLR0913, PLR0917 - the signature is BeautifulSoup's
        self,
        name: str,
        namespace: str | None,
        nsprefix: str | None,
        attrs: Mapping[str | NamespacedAttribute, str],
        sourceline: int | None = None,
        sourcepos: int | None = None,
        namespaces: dict[str, str] | None = None,
    ) -> Tag | None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise CorpusError(f"more than {MAX_ELEMENTS:,} elements")
        if len(self.tagStack) > MAX_DEPTH:
            raise CorpusError(f"elements nested more than {MAX_DEPTH:,} deep")
        if len(attrs) > MAX_ATTRIBUTES:
            raise CorpusError(f"an element with more than {MAX_ATTRIBUTES} attributes")
        if name == "body" and self._early_body is not None:
            for key, value in attrs.items():
                self._early_body.attrs.setdefault(key, value)
            return self._early_body
        if name not in _IN_HEAD and self._is_in_head():
            self.handle_endtag("head")
            self._early_body = super().handle_starttag("body", None, None, {})
        return super().handle_starttag(
            name, namespace, nsprefix, attrs, sourceline, sourcepos, namespaces
        )

    def _is_in_head(self) -> bool:
        return self.currentTag is not None and self.currentTag.name == "head"


def parse_markup(text: str) -> BeautifulSoup:
    """Parse a page's text with lxml, whatever its state.

    Attributes keep their plain string values. Raises CorpusError when the page breaks a cap.
    """
    # NUL is no character of HTML, and what an XML declaration says of the encoding is over. The
    # line break keeps BeautifulSoup from taking a short text for the name of a file.
    markup = _XML_DECLARATION.sub("", text.replace("\0", "")) + "\n"
    try:
        return _CappedSoup(markup, "lxml", multi_valued_attributes=None)
    except ParserRejectedMarkup as error:
        raise CorpusError(f"the HTML parser rejected the page: {error}") from error


def is_text(node: object) -> bool:
    """Say whether a node of the tree is text a browser shows: no comment, no declaration."""
    # By exact type: comments, scripts and declarations are subclasses of NavigableString too.
    return type(node) in _TEXT_TYPES
