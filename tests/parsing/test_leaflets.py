"""Real pages: the 502 package leaflets of the European Medicines Agency, where they are."""

import html
import re
from collections import Counter
from pathlib import Path

import pytest

from indexer.model import Article
from indexer.parsing import parse_article, parse_page

LEAFLETS = Path(__file__).resolve().parents[2] / "../shared/data/epi_html_en"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not LEAFLETS.is_dir(), reason="the leaflets are not on this machine"),
]

HEADING = re.compile(r"<h2[^>]*>(.*?)</h2>", re.DOTALL)
INLINE = re.compile(r"</?(?:a|b|em|i|strong|code)\b[^>]*>")
TAG = re.compile(r"<[^>]*>")
WORD = re.compile(r"\w{3,}")
MAIN = re.compile(r"What is in this leaflet$|[1-6]\. ")
MAIN_SECTIONS = 7


@pytest.fixture(scope="module")
def leaflets() -> dict[Path, Article]:
    return {
        path: parse_page(path.read_bytes(), article_id=path.stem, source=path.name)
        for path in sorted(LEAFLETS.glob("*.html"))
    }


def plain(markup: str) -> str:
    """Take the tags out of simple markup, without a parser."""
    return " ".join(html.unescape(TAG.sub(" ", INLINE.sub("", markup))).split())


def headings_in(path: Path) -> list[str]:
    return [plain(found) for found in HEADING.findall(path.read_text(encoding="utf-8"))]


def test_every_leaflet_has_its_sections_in_order(leaflets: dict[Path, Article]) -> None:
    assert len(leaflets) == 502
    plain_leaflets = 0
    for path, article in leaflets.items():
        marked_up = headings_in(path)
        sections = [section for section in article.sections if section.level == 2]
        found = [section.heading for section in sections]
        rest = iter(marked_up)
        assert all(heading in rest for heading in found), f"{path.name}: other, or other order"
        # Some leaflets have whole lists and paragraphs marked up as headings; those are text.
        main = [heading for heading in marked_up if MAIN.match(heading)]
        assert [heading for heading in found if MAIN.match(heading)] == main, path.name
        assert len(main) == MAIN_SECTIONS
        assert {section.path for section in sections} == {()}
        plain_leaflets += len(sections) == MAIN_SECTIONS
    assert plain_leaflets >= 412


def test_no_word_of_a_leaflet_is_lost(leaflets: dict[Path, Article]) -> None:
    for path, article in leaflets.items():
        source = path.read_text(encoding="utf-8")
        wanted = Counter(WORD.findall(plain(source[source.index("<body>") :])))
        text = " ".join(f"{section.heading} {section.text}" for section in article.sections)
        assert Counter(WORD.findall(text)) == wanted, path.name


def test_the_jayempi_leaflet_is_understood() -> None:
    path = LEAFLETS / "jayempi.html"
    article = parse_article(path.read_bytes(), article_id="jayempi", source="jayempi.html")
    effects = next(part for part in article.sections if part.heading == "4. Possible side effects")
    assert (effects.id, effects.level) == ("4-possible-side-effects", 2)
    assert effects.kind == "adverse-reactions"
    assert "azathioprine" in {drug.ingredient for drug in article.drugs}
