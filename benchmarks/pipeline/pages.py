"""Pages to index: those of a folder, as often as it takes to have many."""

from __future__ import annotations

import re
from pathlib import Path

SUFFIXES = (".html", ".htm")
TITLES = re.compile(rb"<(title|h1)\b[^>]*>", re.IGNORECASE)
PARAGRAPH = re.compile(rb"<p\b[^>]*>([^<]{40,})</p>", re.IGNORECASE)


def pages_of(folder: Path) -> list[Path]:
    """Return the pages below a folder, by name."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)


def copy_pages(source: Path, folder: Path, repeat: int) -> list[Path]:
    """Write each page so many times, under names and titles of their own; return the files.

    Raise ValueError for a folder without pages.
    """
    originals = pages_of(source)
    if not originals:
        message = f"{source} has no page that ends with {' or '.join(SUFFIXES)}"
        raise ValueError(message)
    folder.mkdir(parents=True)
    written = []
    for number, original in enumerate(originals):
        content = original.read_bytes()
        for copy in range(repeat):
            # Pages of subfolders may share their name.
            path = folder / f"{original.stem}-{number}-{copy}.html"
            path.write_bytes(_entitled(content, f"{copy}") if copy else content)
            written.append(path)
    return written


def _entitled(content: bytes, mark: str) -> bytes:
    """Begin a page's title and first-level headings with a mark."""
    return TITLES.sub(lambda tag: tag.group() + f"Copy {mark}: ".encode(), content)


def change(page: Path, word: str) -> None:
    """Write a word at the end of a page's longest paragraph; raise ValueError without any."""
    content = page.read_bytes()
    paragraphs = list(PARAGRAPH.finditer(content))
    if not paragraphs:
        message = f"{page} has no paragraph of text to change"
        raise ValueError(message)
    end = max(paragraphs, key=lambda found: len(found.group(1))).end(1)
    page.write_bytes(content[:end] + f" {word}.".encode() + content[end:])
