"""What parsing and knowledge make of a page together."""

from pathlib import Path

import pytest

from indexer.model import Article
from indexer.parsing import parse_article

CORPUS = Path(__file__).resolve().parents[2] / "corpus"


@pytest.fixture(scope="module")
def guide() -> Article:
    path = CORPUS / "imuran-guide.html"
    return parse_article(path.read_bytes(), article_id="imuran-guide", source=path.name)


def test_the_specimen_says_what_it_is_about(guide: Article) -> None:
    assert guide.title == "Imuran – A Guide to its Uses, Dosage and Side Effects"
    assert guide.categories == ("Pain Relief",)
    assert guide.tags == ("Imuran", "Azathioprine")
    assert {("Imuran", "brand"), ("azathioprine", "ingredient")} <= {
        (drug.name, drug.role) for drug in guide.drugs
    }


def test_side_effects_are_told_in_three_places(guide: Article) -> None:
    serious = [section for section in guide.sections if section.heading == "Serious side effects"]
    assert [section.id for section in serious] == ["serious-side-effects", "serious-side-effects-2"]
    assert {section.kind for section in serious} == {"adverse-reactions"}


def test_sections_inherit_their_kind_from_the_one_above(guide: Article) -> None:
    lupus = next(section for section in guide.sections if section.heading == "Lupus")
    assert lupus.path == ("Conditions treated with Imuran",)
    assert lupus.kind == "indications"
    assert all(section.rule for section in guide.sections)


def test_a_table_row_keeps_its_meaning_alone(guide: Article) -> None:
    text = "\n".join(section.text for section in guide.sections)
    assert "Mild Side Effects — Percentage of Patients: 15%" in text.split("\n")


def test_comments_and_menus_are_no_part_of_it(guide: Article) -> None:
    text = "\n".join(f"{section.heading}\n{section.text}" for section in guide.sections)
    for word in ("Zyloprim", "Reader 1", "Leave a Reply", "Voltaren", "cookies", "Posted on"):
        assert word not in text


def test_every_page_of_the_corpus_is_an_article() -> None:
    pages = [path for path in CORPUS.rglob("*") if path.suffix in {".html", ".htm", ".xhtml"}]
    assert len(pages) >= 12
    for path in pages:
        article = parse_article(path.read_bytes(), article_id=path.stem, source=path.name)
        assert len(article.sections) >= 10, path
        assert any("sample text" in part.text.casefold() for part in article.sections[:2]), path
        assert article.drugs, path
