"""Real pages with the damage that pages meet: cut, garbled, spliced, with tags gone or doubled."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Final

TAG: Final = re.compile(rb"<[^<>]*>")
END_TAG: Final = re.compile(rb"</[^<>]*>")
ENTITY: Final = re.compile(rb"&#?\w+;")
ATTRIBUTE: Final = re.compile(rb"""\s[\w-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)""")
DOCTYPE: Final = re.compile(rb"<!doctype[^>]*>", re.IGNORECASE)

# Tags that pages are full of; none of them says that what it holds is the article, or is none.
INSERTED: Final = (
    *(b"<p>", b"</p>", b"<div>", b"</div>", b"<b>", b"</b>", b"<i>", b"<a href=x>", b"</a>"),
    *(b"<table>", b"<tr>", b"<td>", b"</table>", b"<ul>", b"<li>", b"</ul>", b"<h2>", b"</h3>"),
    *(b"<br>", b"</br>", b"<span>", b"</span>", b"<font>", b"<center>", b"<em>", b"<sup>"),
    *(b"</body>", b"</html>", b"<body>", b"<html>", b"<head>", b"</head>", b"<!-->", b"<!---->"),
    *(b"<!", b"<?x", b"</", b"<", b">", b"&", b"&#", b"&#x", b"\0", b'"', b"'", b"</ p>", b"<p/>"),
    *(b"<![CDATA[x]]>", b"<svg>", b"</svg>", b"<math>", b"</math>", b"<form>", b"</form>"),
)

Mutation = Callable[[random.Random, bytes], bytes]


def flip(chance: random.Random, data: bytes) -> bytes:
    """Change a few bytes."""
    changed = bytearray(data)
    for _ in range(chance.randrange(1, 12)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def cut_span(chance: random.Random, data: bytes) -> bytes:
    """Take out up to a kilobyte."""
    at = chance.randrange(len(data))
    return data[:at] + data[at + chance.randrange(1, 1_000) :]


def double_span(chance: random.Random, data: bytes) -> bytes:
    """Repeat up to a kilobyte."""
    at = chance.randrange(len(data))
    return data[: at + chance.randrange(1, 1_000)] + data[at:]


def truncate(chance: random.Random, data: bytes) -> bytes:
    """End before the end."""
    return data[: chance.randrange(len(data) // 4, len(data))]


def without(chance: random.Random, data: bytes, pattern: re.Pattern[bytes]) -> bytes:
    """Take out some of what a pattern matches."""
    found = list(pattern.finditer(data))
    gone = set(chance.sample(range(len(found)), min(len(found), chance.randrange(1, 20))))
    pieces, end = [], 0
    for number, match in enumerate(found):
        if number in gone:
            pieces.append(data[end : match.start()])
            end = match.end()
    return b"".join([*pieces, data[end:]])


def drop_tags(chance: random.Random, data: bytes) -> bytes:
    """Take out a few tags."""
    return without(chance, data, TAG)


def drop_end_tags(chance: random.Random, data: bytes) -> bytes:
    """Take out a few end tags."""
    return without(chance, data, END_TAG)


def drop_attributes(chance: random.Random, data: bytes) -> bytes:
    """Take out a few attributes."""
    return without(chance, data, ATTRIBUTE)


def insert(chance: random.Random, data: bytes) -> bytes:
    """Put tags and parts of tags anywhere."""
    for _ in range(chance.randrange(1, 8)):
        at = chance.randrange(len(data))
        data = data[:at] + chance.choice(INSERTED) + data[at:]
    return data


def swap_tags(chance: random.Random, data: bytes) -> bytes:
    """Let two tags change places."""
    found = list(TAG.finditer(data))
    if len(found) < 2:
        return data
    one, other = sorted(chance.sample(found, 2), key=lambda match: match.start())
    between = data[one.end() : other.start()]
    return data[: one.start()] + other[0] + between + one[0] + data[other.end() :]


def open_quote(chance: random.Random, data: bytes) -> bytes:
    """Take out one quotation mark of an attribute."""
    quotes = [match.start() for match in re.finditer(rb'"', data)]
    if not quotes:
        return data
    at = chance.choice(quotes)
    return data[:at] + data[at + 1 :]


def break_entities(chance: random.Random, data: bytes) -> bytes:
    """Cut entities off before their ends."""
    return ENTITY.sub(lambda m: m[0][:-1] if chance.random() < 0.3 else m[0], data)


def move_doctype(chance: random.Random, data: bytes) -> bytes:
    """Put the doctype somewhere else, or take it out."""
    bare = DOCTYPE.sub(b"", data)
    at = chance.randrange(len(bare))
    return bare if chance.random() < 0.5 else bare[:at] + b"<!DOCTYPE html>" + bare[at:]


def relabel(chance: random.Random, data: bytes) -> bytes:
    """Say another encoding."""
    names = (b"utf-8", b"iso-8859-1", b"utf-16", b"shift_jis", b"x-none", b"")
    return re.sub(rb"charset=[\"']?[\w-]+", b"charset=" + chance.choice(names), data)


MUTATIONS: Final[tuple[Mutation, ...]] = (
    flip,
    cut_span,
    double_span,
    truncate,
    drop_tags,
    drop_end_tags,
    drop_attributes,
    insert,
    swap_tags,
    open_quote,
    break_entities,
    move_doctype,
    relabel,
)


def mutate(chance: random.Random, data: bytes) -> tuple[str, bytes]:
    """Damage a page in one to three ways; return their names and what became of it."""
    chosen = chance.choices(MUTATIONS, k=chance.choice((1, 1, 1, 2, 3)))
    for mutation in chosen:
        data = mutation(chance, data) or data
    return "+".join(mutation.__name__ for mutation in chosen), data
