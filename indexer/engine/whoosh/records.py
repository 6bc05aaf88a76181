"""Articles and sections as JSON texts: what the index stores of them, and back.

Only what differs from a default is written, so that a record is hardly longer than the text it
holds. JSON, not pickle: reading a record can never run anything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from typing import Any

from indexer.faults import HeadingFault
from indexer.model import Article, Block, Drug, Encoding, Notice, Section

_ARTICLE_FIELDS = tuple(field.name for field in fields(Article) if field.name != "sections")

Json = dict[str, Any]

# Made once: `json.dumps` makes an encoder for each call that is not by its defaults.
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def section_record(section: Section, article: Article | None = None) -> str:
    """Return the record of a section; the first of an article carries the article's own facts."""
    record = _section(section)
    if article is not None:
        record["article"] = _article(article)
    return _encode(record)


def read_section(record: str | bytes) -> Section:
    """Return the section of a record."""
    return _read_section(json.loads(record))


def read_article(
    record: str | bytes, section_of: Callable[[Sequence[str]], Sequence[Section]]
) -> Article:
    """Return the article whose first section's record this is.

    `section_of` is asked once for the sections that have a record of their own.
    """
    header = json.loads(record)["article"]
    outline = header.pop("outline")
    stored = iter(section_of([entry for entry in outline if isinstance(entry, str)]))
    sections = tuple(
        next(stored) if isinstance(entry, str) else _read_section(entry) for entry in outline
    )
    return Article(sections=sections, **_read_header(header))


def read_header(record: str | bytes) -> Article:
    """Return the article of its first section's record without any of its sections."""
    header = json.loads(record)["article"]
    del header["outline"]
    return Article(sections=(), **_read_header(header))


def _section(section: Section) -> Json:
    record: Json = {"id": section.id, "heading": section.heading, "level": section.level}
    if section.path:
        record["path"] = section.path
    record["kind"] = section.kind
    record["rule"] = section.rule
    if section.text:
        record["text"] = section.text
        record["blocks"] = section.blocks
    return record


def _read_section(record: Json) -> Section:
    return Section(
        id=record["id"],
        heading=record["heading"],
        level=record["level"],
        path=tuple(record.get("path", ())),
        kind=record["kind"],
        rule=record["rule"],
        text=record.get("text", ""),
        blocks=tuple(map(Block._make, record.get("blocks", ()))),
    )


def _article(article: Article) -> Json:
    header: Json = {}
    for name in _ARTICLE_FIELDS:
        value = getattr(article, name)
        if value not in (None, ()):
            header[name] = value
    header["drugs"] = [asdict(drug) for drug in article.drugs]
    header["notices"] = [asdict(notice) for notice in article.notices]
    header["encoding"] = asdict(article.encoding)
    if article.heading_faults:
        header["heading_faults"] = [asdict(fault) for fault in article.heading_faults]
    header["outline"] = [
        section.id if section.text else _section(section) for section in article.sections
    ]
    return header


def _read_header(header: Json) -> Json:
    values = {
        name: tuple(value) if isinstance(value, list) else value for name, value in header.items()
    }
    values["drugs"] = tuple(
        Drug(**{**drug, "evidence": tuple(drug["evidence"])}) for drug in header["drugs"]
    )
    values["notices"] = tuple(Notice(**notice) for notice in header["notices"])
    values["encoding"] = Encoding(**header["encoding"])
    faults = header.get("heading_faults", ())
    values["heading_faults"] = tuple(HeadingFault(**fault) for fault in faults)
    return values
