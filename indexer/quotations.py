"""How a passage is quoted in a single line: cut around what matters, and told to be cut."""

from __future__ import annotations

import re
from typing import Final

LONGEST_QUOTE: Final = 160
"""Characters of a passage that are quoted: about two lines of a terminal."""


def shortened(text: str) -> str:
    """Return a passage as one line, cut at its end."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_QUOTE else f"{line[: LONGEST_QUOTE - 1].rstrip()}…"


def line_with(words: re.Pattern[str], text: str) -> str:
    """Return the line of a text that has some words, cut around them; empty where none has."""
    for line in text.split("\n"):
        if found := words.search(line):
            start = max(found.start() - LONGEST_QUOTE // 2, 0)
            end = start + LONGEST_QUOTE
            cut = line[start:end].strip()
            return f"{'…' if start else ''}{cut}{'…' if end < len(line) else ''}"
    return ""
