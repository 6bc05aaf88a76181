"""The golden pages: what each looks like in JSON when it is parsed."""

import json
from dataclasses import dataclass
from pathlib import Path

from indexer.model import Article, Section
from indexer.parsing import parse_page

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class GoldenPage:
    source: Path
    expected: Path


def golden_pages() -> list[GoldenPage]:
    return [
        GoldenPage(source, HERE / "out" / f"{source.stem}.json")
        for source in sorted((HERE / "in").glob("*.html"))
    ]


def parsed(source: Path) -> Article:
    return parse_page(source.read_bytes(), article_id=source.stem, source=source.name)


def written(source: Path) -> str:
    """Write a parsed page as JSON in which a person can follow every block."""
    article = parsed(source)
    about = {
        "title": article.title,
        "url": article.url,
        "published": article.published,
        "modified": article.modified,
        "language": article.language,
        "author": article.author,
        "categories": list(article.categories),
        "tags": list(article.tags),
        "encoding": [article.encoding.name, article.encoding.source],
        "warnings": list(article.warnings),
        "sections": [_section(section) for section in article.sections],
    }
    return json.dumps(about, ensure_ascii=False, indent=1) + "\n"


def _section(section: Section) -> dict[str, object]:
    return {
        "id": section.id,
        "heading": section.heading,
        "level": section.level,
        "path": list(section.path),
        "blocks": [
            f"{block.kind}{f' <- {block.lead}' if block.lead is not None else ''}"
            f"{f' depth {block.depth}' if block.depth else ''}"
            f" | {section.text[block.start : block.end]}"
            for block in section.blocks
        ],
    }
