"""Damaged pages lose no text and stop no parser: the short version of the campaign."""

from __future__ import annotations

import os

import pytest

from indexer.parsing import markup
from indexer.parsing.limits import Job
from tests.torture.mutated_pages import (
    HAS_ORACLE,
    campaign,
    look,
    lost_characters,
    lost_words,
)
from tests.torture.mutations import mutated, real_pages

SEED = int(os.environ.get("SEED", "20261126"))
PAGES = int(os.environ.get("PAGES", "120"))


@pytest.mark.slow
def test_damaged_pages_are_read_whole_or_set_aside_with_a_reason() -> None:
    """Without the independent parser, what it would show is not compared; the rest is."""
    print(f"SEED={SEED} PAGES={PAGES}")
    result = campaign(SEED, range(PAGES))
    assert result.crashes == ()
    assert result.lost == ()
    assert result.pages == PAGES
    assert result.parsed > 0.8 * PAGES


@pytest.mark.skipif(not HAS_ORACLE, reason="selectolax is not installed: nothing to compare with")
def test_a_parser_that_loses_text_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser goes on behind an `embed`; libxml2 puts all that follows inside."""
    page = b"<title>T</title><body><p>Take it in the morning.</p><embed><p>Never with milk.</p>"
    job = Job(name="page", article_id="a", data=page)
    assert look(job).lost == ()
    monkeypatch.setattr(markup, "_VOID", "")
    assert "milk" in look(job).lost[0]


def test_losses_are_words_and_letters_that_are_gone() -> None:
    assert lost_words("take 5 mg", "mg 5take") == []
    assert lost_words("do not take it", "do take it") == ["not"]
    assert lost_characters("not, not", "not") == "not"
    assert lost_characters("a-b", "b a") == ""


def test_a_damaged_page_is_the_same_again_by_its_number() -> None:
    pages = real_pages()
    first = [mutated(pages, 1, number) for number in range(5)]
    assert [mutated(pages, 1, number) for number in range(5)] == first
    assert len({data for _, data in first}) == 5
