"""What holds for every page, however broken."""

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import CorpusError
from indexer.model import Article
from indexer.parsing import parse_page
from indexer.parsing.cleaning import clean, one_line, slug
from indexer.parsing.outline import parent_indexes
from tests.parsing.strategies import markup, pages, words

ID = re.compile(r"[a-z0-9][a-z0-9._-]*")
KINDS_WITHOUT_LEAD = {"caption", "term"}


def article_of(data: bytes) -> Article | None:
    try:
        return parse_page(data, article_id="a", source="folder/a-page.html")
    except CorpusError:
        return None


@given(pages)
def test_any_bytes_parse_or_are_set_aside_with_a_reason(data: bytes) -> None:
    article_of(data)


@given(pages)
def test_the_same_bytes_give_the_same_article(data: bytes) -> None:
    assert article_of(data) == article_of(data)


@given(markup)
def test_section_ids_are_unique_and_well_formed(text: str) -> None:
    article = article_of(text.encode("utf-8", errors="replace"))
    if article:
        ids = [section.id for section in article.sections]
        assert len(set(ids)) == len(ids)
        assert all(ID.fullmatch(section_id) for section_id in ids)


@given(markup)
def test_blocks_cover_the_text_line_by_line(text: str) -> None:
    article = article_of(text.encode("utf-8", errors="replace"))
    for section in article.sections if article else ():
        lines = section.text.split("\n") if section.text else []
        assert len(lines) == len(section.blocks)
        position = 0
        for line, block in zip(lines, section.blocks, strict=True):
            assert (block.start, block.end) == (
                position + len(line) - len(line.lstrip(" ")),
                position + len(line),
            )
            position += len(line) + 1


@given(markup)
def test_the_text_is_clean(text: str) -> None:
    article = article_of(text.encode("utf-8", errors="replace"))
    for section in article.sections if article else ():
        for line in (section.heading, *section.text.split("\n")):
            assert line.strip(" ") == one_line(line)
            assert unicodedata.is_normalized("NFC", line)


@given(markup)
def test_a_lead_is_another_block_before_it(text: str) -> None:
    article = article_of(text.encode("utf-8", errors="replace"))
    for section in article.sections if article else ():
        for number, block in enumerate(section.blocks):
            if block.lead is not None:
                assert 0 <= block.lead < number
                assert block.kind not in KINDS_WITHOUT_LEAD


@given(markup)
def test_paths_name_the_ancestors_of_a_section(text: str) -> None:
    article = article_of(text.encode("utf-8", errors="replace"))
    sections = article.sections if article else ()
    for section, parent in zip(sections, parent_indexes(sections), strict=True):
        if parent is not None:
            assert section.path[-1] == sections[parent].heading
            assert sections[parent].level < section.level
        assert 1 <= section.level <= 6


@given(words)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert one_line(one_line(text)) == one_line(text)


@given(st.text())
def test_every_slug_is_an_id(text: str) -> None:
    assert ID.fullmatch(slug(text))
