"""What a page itself calls its content: by element, role, microdata, class or id."""

from __future__ import annotations

from typing import Final

from bs4 import Tag

_CONTENT_NAMES: Final = frozenset(
    "entry-content post-content article-content article-body articlebody article__body "
    "article__content entry__content post__content post-body postbody story-body storytext "
    "td-post-content single-content blog-content node__content field--name-body "
    "mw-parser-output markdown-body wp-block-post-content theme-content page-content "
    "content-body contentbody main-content maincontent body-content entry-body entrytext".split()
)
_CONTENT_IDS: Final = frozenset(
    "content main main-content maincontent article bodycontent page-content post primary".split()
)


def may_tell(tag: Tag) -> bool:
    """Say whether an element has anything that the questions below look at: few have."""
    return bool(tag.attrs) or tag.name in {"article", "main"}


def is_anchor(tag: Tag) -> bool:
    """Say whether an element is, by its own word, the place of the article."""
    return is_main(tag) or is_article_body(tag) or is_named_content(tag)


def is_article_body(tag: Tag) -> bool:
    """Say whether microdata calls an element the body of the article."""
    return tag.attrs.get("itemprop") == "articleBody"


def is_named_content(tag: Tag) -> bool:
    """Say whether a class, as themes use them, calls an element the content."""
    return "class" in tag.attrs and not _CONTENT_NAMES.isdisjoint(
        str(tag.attrs["class"]).lower().split()
    )


def is_article(tag: Tag) -> bool:
    """Say whether an element is an article, this one or another."""
    return tag.name == "article" or tag.attrs.get("role") == "article"


def is_main(tag: Tag) -> bool:
    """Say whether an element is the main part of the page."""
    return tag.name == "main" or tag.attrs.get("role") == "main"


def has_content_id(tag: Tag) -> bool:
    """Say whether an id calls an element the content."""
    return str(tag.attrs.get("id", "")).lower() in _CONTENT_IDS
