"""How much a page may cost."""

from __future__ import annotations

from typing import Final

MAX_BYTES: Final = 4 * 1024 * 1024
MAX_ELEMENTS: Final = 200_000
MAX_DEPTH: Final = 1_000
MAX_ATTRIBUTES: Final = 256
