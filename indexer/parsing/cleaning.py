"""Strings of a page made clean: one form of each character, nothing invisible, plain spaces."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Nothing a reader sees: controls, soft hyphen, zero-width characters, direction marks, joiners,
# variation selectors, the byte order mark, interlinear annotation marks. White space among the
# controls is left for `one_line`.
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180b-\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb]+"
)
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_NOT_SLUG: Final = re.compile(r"[^a-z0-9]+")
_SLUG_LENGTH: Final = 80


def clean(text: str) -> str:
    """Return the text in NFC without invisible characters; lone surrogates become U+FFFD.

    White space is left as it is.
    """
    if text.isascii() and text.isprintable():
        return text
    visible = _SURROGATES.sub("\ufffd", _INVISIBLE.sub("", text))
    return unicodedata.normalize("NFC", visible)


def one_line(text: str) -> str:
    """Return the text clean, with every run of white space made one space, none at the ends."""
    line = " ".join(text.split())
    if line.isprintable() and line.isascii():
        # Nine lines in ten; what follows costs four times as much.
        return line
    return " ".join(clean(text).split())


def bounded(text: str, length: int) -> str:
    """Return the text clean on one line, cut after `length` characters."""
    return one_line(text[: 4 * length])[:length].rstrip()


def slug(text: str) -> str:
    """Return a short name made of `[a-z0-9-]` that begins with a letter or digit.

    A text without Latin letters or digits gives `section`.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", errors="ignore").decode("ascii")
    name = _NOT_SLUG.sub("-", plain.lower()).strip("-")[:_SLUG_LENGTH].strip("-")
    return name or "section"
