"""The place in an export where the next answer goes on: a text that clients hand back as it is.

It belongs to one generation of the index and one question. Another generation lists other
sections at the same place, and another question does so too, so neither may be gone on with. The
text holds no secret; its checksum only tells a cursor of ours from any other text.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass, replace
from typing import Final

from indexer.model import SearchRequest
from indexer.serialization import search_link

LONGEST_CURSOR: Final = 200
"""Characters; ours have about 90."""

_CHECK_BYTES: Final = 6
_DIGEST_BYTES: Final = 12
_PURPOSE: Final = b"drugsearch export 1"


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far an export has come."""

    generation: str
    """Digest of the generation that it is of."""
    question: str
    """Digest of what was asked."""
    reached: int
    """Sections that were given already."""


def question_of(request: SearchRequest) -> str:
    """Return what tells a request from all others, its page and its deadline aside."""
    asked = replace(request, page=1, per_page=1, group="section", deadline_ms=None)
    return _digest(search_link("", asked).encode())


def generation_of(digest: str) -> str:
    """Return what tells a generation, by its digest, from all others."""
    return _digest(digest.encode())


def encode_cursor(cursor: Cursor) -> str:
    """Write a cursor."""
    body = json.dumps([cursor.generation, cursor.question, cursor.reached]).encode()
    return base64.urlsafe_b64encode(_check(body) + body).decode().rstrip("=")


def decode_cursor(text: str) -> Cursor | None:
    """Read what `encode_cursor` wrote; None for any other text."""
    if len(text) > LONGEST_CURSOR or not text.isascii():
        return None
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        return None
    check, body = data[:_CHECK_BYTES], data[_CHECK_BYTES:]
    if check != _check(body):
        return None
    generation, question, reached = json.loads(body)
    cursor = Cursor(generation, question, reached)
    return cursor if encode_cursor(cursor) == text else None


def _check(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_CHECK_BYTES, key=_PURPOSE).digest()


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=_DIGEST_BYTES).hexdigest()
