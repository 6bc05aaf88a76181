"""Real pages, damaged in the ways in which pages come damaged; each is told by seed and number."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
SAMPLES: Final = ROOT / "corpus"
LEAFLETS: Final = ROOT / "../shared/data/epi_html_en"
"""Real leaflets, beside a developer's checkout."""

MOST_BYTES: Final = 60_000
"""A longer page is cut there first: damage is a matter of places, not of length."""
MOST_MUTATIONS: Final = 6

TAG: Final = re.compile(rb"<[a-zA-Z/][^<>]*>")
# Without the end of its title a page has no text at all; that is one damage of many.
END_TAG: Final = re.compile(rb"</(?!title|style|script)[^<>]*>", re.IGNORECASE)
ATTRIBUTE: Final = re.compile(rb"""=\s*["'][^"'<>]*["']""")
ENTITY: Final = re.compile(rb"&#?\w+;")
DOCTYPE: Final = re.compile(rb"<!doctype[^>]*>", re.IGNORECASE)
CHARSET: Final = re.compile(rb"""charset\s*=\s*["']?[\w-]+""", re.IGNORECASE)
NAMES: Final = (
    b"a b div em form h1 h2 h3 h6 i li main nav ol p span table tbody td th tr ul article section "
    b"blockquote body br button center dd details dl dt embed fieldset figure font footer head "
    b"header hr html iframe img label legend link math meta noscript object option pre q ruby "
    b"script select small strong style sub sup svg template textarea title u"
).split()  # fmt: skip
LABELS: Final = (
    b"utf-8", b"utf-16", b"utf-7", b"iso-8859-1", b"windows-1252", b"koi8-r", b"shift_jis",
    b"gb18030", b"iso-2022-jp", b"none",
)  # fmt: skip
OPENED: Final = (b'"', b"'", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?", b"<!", b"</", b"<", b"&")

Mutation = Callable[[bytes, random.Random], bytes]


def place(data: bytes, rng: random.Random) -> int:
    """Choose a place in a page."""
    return rng.randrange(len(data) + 1)


def replaced(data: bytes, pattern: re.Pattern[bytes], new: bytes, rng: random.Random) -> bytes:
    """Put something in the place of one of the things that look so."""
    found = list(pattern.finditer(data))
    if not found:
        return data
    chosen = rng.choice(found)
    return data[: chosen.start()] + new + data[chosen.end() :]


def inserted(data: bytes, new: bytes, rng: random.Random) -> bytes:
    """Put something anywhere."""
    at = place(data, rng)
    return data[:at] + new + data[at:]


def flip_bytes(data: bytes, rng: random.Random) -> bytes:
    """Change some bits of some bytes."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 20)):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def delete_bytes(data: bytes, rng: random.Random) -> bytes:
    """Delete some single bytes."""
    for _ in range(rng.randint(1, 10)):
        at = place(data, rng)
        data = data[:at] + data[at + 1 :]
    return data


def double_span(data: bytes, rng: random.Random) -> bytes:
    """Write a span twice."""
    at = place(data, rng)
    end = at + rng.choice((1, 10, 100, 2_000))
    return data[:end] + data[at:end] + data[end:]


def cut_span(data: bytes, rng: random.Random) -> bytes:
    """Leave a span out."""
    at = place(data, rng)
    return data[:at] + data[at + rng.choice((5, 50, 500, 5_000)) :]


def drop_tags(data: bytes, rng: random.Random) -> bytes:
    """Leave out some tags."""
    for _ in range(rng.randint(1, 5)):
        data = replaced(data, TAG, b"", rng)
    return data


def drop_end_tags(data: bytes, rng: random.Random) -> bytes:
    """Leave out some share of the end tags."""
    share = rng.choice((0.02, 0.2, 1.0))
    return END_TAG.sub(lambda found: b"" if rng.random() < share else found[0], data)


def insert_tags(data: bytes, rng: random.Random) -> bytes:
    """Begin or end elements anywhere."""
    for _ in range(rng.randint(1, 4)):
        form = rng.choice((b"<%s>", b"</%s>", b"<%s/>", b"<%s class=x id=x>", b"<%s"))
        data = inserted(data, form % rng.choice(NAMES), rng)
    return data


def swap_tags(data: bytes, rng: random.Random) -> bytes:
    """Change the places of two tags."""
    found = list(TAG.finditer(data))
    if not found:
        return data
    first, second = sorted(rng.choices(found, k=2), key=re.Match.start)
    if first is second:
        return data
    between = data[first.end() : second.start()]
    return data[: first.start()] + second[0] + between + first[0] + data[second.end() :]


def rename_tags(data: bytes, rng: random.Random) -> bytes:
    """Make tags those of other elements."""
    for _ in range(rng.randint(1, 4)):
        form = rng.choice((b"<%s>", b"</%s>"))
        data = replaced(data, TAG, form % rng.choice(NAMES), rng)
    return data


def break_attributes(data: bytes, rng: random.Random) -> bytes:
    """Leave values out, or without their quotes."""
    broken = rng.choice((b"=", b'="', b"='", b"=a b", b'=""', b'="x" "', b"=<", b"=>"))
    return replaced(data, ATTRIBUTE, broken, rng)


def open_something(data: bytes, rng: random.Random) -> bytes:
    """Open a quote, a comment or the like, and leave it so."""
    return inserted(data, rng.choice(OPENED), rng)


def cut_entities(data: bytes, rng: random.Random) -> bytes:
    """Cut references to characters, or write odd ones."""
    odd = rng.choice((b"&", b"&#", b"&#x", b"&am", b"&nosuch;", b"&#0;", b"&#xD800;", b"&lt"))
    return rng.choice((replaced(data, ENTITY, odd, rng), inserted(data, odd, rng)))


def move_doctype(data: bytes, rng: random.Random) -> bytes:
    """Leave the declaration of the type out, or write it anywhere."""
    moved = DOCTYPE.sub(b"", data)
    return rng.choice((moved, inserted(moved, b"<!DOCTYPE html>", rng)))


def change_charset(data: bytes, rng: random.Random) -> bytes:
    """Say another encoding than the page has."""
    label = rng.choice(LABELS)
    if CHARSET.search(data):
        return CHARSET.sub(b"charset=" + label, data)
    return b"<meta charset=" + label + b">" + data


def truncate(data: bytes, rng: random.Random) -> bytes:
    """End a page too early."""
    return data[: place(data, rng)]


MUTATIONS: Final[tuple[Mutation, ...]] = (
    flip_bytes, delete_bytes, double_span, cut_span, drop_tags, drop_end_tags, insert_tags,
    swap_tags, rename_tags, break_attributes, open_something, cut_entities, move_doctype,
    change_charset, truncate,
)  # fmt: skip


def real_pages() -> list[Path]:
    """Return the samples, and the leaflets where they are."""
    return [*sorted(SAMPLES.rglob("*.html")), *sorted(LEAFLETS.glob("*.html"))]


def mutated(pages: Sequence[Path], seed: int, number: int) -> tuple[str, bytes]:
    """Return a damaged page of a campaign, and its name: what it was and what was done to it."""
    rng = random.Random(f"{seed}:{number}")
    origin = rng.choice(pages)
    data = origin.read_bytes()[:MOST_BYTES]
    done = [origin.name]
    if rng.random() < 1 / len(MUTATIONS):
        other = rng.choice(pages)
        rest = other.read_bytes()[:MOST_BYTES]
        data = data[: place(data, rng)] + rest[place(rest, rng) :]
        done.append(f"splice {other.name}")
    for mutation in rng.choices(MUTATIONS, k=rng.randint(1, MOST_MUTATIONS)):
        data = mutation(data, rng)
        done.append(mutation.__name__)
    return f"{seed}:{number} ({', '.join(done)})", data
