"""Each page design, and the hard cases, come out as a person has read and approved them."""

import pytest

from tests.parsing.golden import GoldenPage, golden_pages, parsed, written


@pytest.mark.parametrize("page", golden_pages(), ids=lambda page: page.source.stem)
def test_a_page_is_read_as_approved(page: GoldenPage) -> None:
    assert written(page.source) == page.expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", golden_pages(), ids=lambda page: page.source.stem)
def test_parsing_is_deterministic(page: GoldenPage) -> None:
    assert parsed(page.source) == parsed(page.source)


def test_every_approved_page_exists() -> None:
    pages = golden_pages()
    assert len(pages) >= 18
    assert {page.expected.name for page in pages} == {
        path.name for path in pages[0].expected.parent.iterdir()
    }


def test_furniture_never_becomes_a_section_or_text() -> None:
    page = next(page for page in golden_pages() if page.source.stem == "wordpress")
    article = parsed(page.source)
    everything = "\n".join(f"{section.heading}\n{section.text}" for section in article.sections)
    for word in (
        "Skip to content", "Aspirin", "Naproxen", "Buy", "Tweet", "letter", "Filed", "About",
        "Paracetamol", "Celecoxib", "forty", "Reply", "Recent", "©", "cookies", "Overdose",
        "Posted", "Contents", "thoughts",
    ):  # fmt: skip
        assert word.casefold() not in everything.casefold()
