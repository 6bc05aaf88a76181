"""What a page is called: a name that can be shown, an id that can stand in an address.

The same paths give the same names and ids, whatever the file system and the order of its entries.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata

HTML_SUFFIXES = (".html", ".htm", ".xhtml")

ID_LENGTH = 120
SHORT_DIGEST_BYTES = 4


def printable(path: str) -> str:
    """Spell a path so that it can be stored and shown, whatever bytes the file system holds."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def unique(wanted: str, key: str, taken: set[str]) -> str:
    """Tell a name from those that are taken by the digest of a key."""
    result, salt = wanted, key
    while result in taken:
        result = f"{wanted}-{_short_digest(salt)}"
        salt += "+"
    taken.add(result)
    return result


def slug_of(path: str) -> str:
    """Make an article id of a path: lower-case ASCII, its folders joined by dots.

    A dot, because names of pages are full of hyphens and underscores: so `a/b.html` and
    `a-b.html` stay apart. A part that loses letters or digits on the way, for being in another
    script, is told apart by a digest.
    """
    folders, name = os.path.split(path)
    stem = name[: name.rindex(".")] if name.lower().endswith(HTML_SUFFIXES) else name
    slug = ".".join(_slug_part(part) for part in [*filter(None, folders.split("/")), stem])
    longest = ID_LENGTH - len(_short_digest("")) - 1  # leaves room to tell it from another
    if len(slug) > longest:
        short = _short_digest(path)
        slug = f"{slug[: longest - len(short) - 1].rstrip('.-_')}-{short}"
    return slug


def _slug_part(part: str) -> str:
    letters = unicodedata.normalize("NFKD", part).casefold()
    letters = "".join(c for c in letters if not unicodedata.combining(c))
    slug = re.sub(r"[^a-z0-9._-]+", "-", letters).strip("._-")
    if slug and not any(c.isalnum() and not c.isascii() for c in letters):
        return slug
    return f"{slug}-{_short_digest(part)}".lstrip("-")


def _short_digest(text: str) -> str:
    data = os.fsencode(text)
    return hashlib.blake2b(data, digest_size=SHORT_DIGEST_BYTES).hexdigest()
