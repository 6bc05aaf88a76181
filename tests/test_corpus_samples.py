"""The sample corpus keeps what its README promises: marked, sourced, self-contained, varied."""

import csv
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

# One page is XHTML and opens with an XML declaration, as such pages do; BeautifulSoup warns of it.
pytestmark = pytest.mark.filterwarnings("ignore::bs4.XMLParsedAsHTMLWarning")

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "corpus"
LABELS = ROOT / "../shared/data/openfda_labels"
PAGE_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
SAMPLE_MARK = "Sample text written for drugsearch. Not medical advice."

# What a browser fetches by itself while it shows a page; an <a href> is fetched only on a click.
LOADING_ATTRIBUTES = ("src", "srcset", "poster", "data", "background")
LOADING_LINKS = frozenset({"stylesheet", "icon", "preload", "prefetch", "preconnect", "manifest"})


def pages() -> list[Path]:
    return sorted(path for path in CORPUS.rglob("*") if path.suffix in PAGE_SUFFIXES)


def sources() -> list[dict[str, str]]:
    with (CORPUS / "sources.tsv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def soup_of(page: Path) -> BeautifulSoup:
    raw = page.read_bytes()
    encoding = "cp1252" if b"charset=windows-1252" in raw else "utf-8"
    return BeautifulSoup(raw.decode(encoding), "lxml")


def visible_text(page: Path) -> str:
    soup = soup_of(page)
    for hidden in soup(["script", "style", "template", "noscript"]):
        hidden.decompose()
    assert soup.body is not None
    return " ".join(soup.body.get_text(" ").split())


def cells(row: Tag) -> list[str]:
    return [cell.get_text(" ", strip=True) for cell in row(["td", "th"])]


every_page = pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
every_source = pytest.mark.parametrize("source", sources(), ids=lambda source: source["file"])


@every_page
def test_a_page_is_marked_as_sample_text_for_machines_and_for_readers(page: Path) -> None:
    mark = soup_of(page).find("meta", attrs={"name": "drugsearch-sample"})
    assert isinstance(mark, Tag)
    assert mark["content"] == SAMPLE_MARK
    text = visible_text(page).casefold()
    assert re.search(r"sample text[^.]{0,4}not medical advice", text)


@every_page
def test_a_page_has_the_length_of_an_article(page: Path) -> None:
    assert 600 <= len(visible_text(page).split()) <= 3_000
    assert page.stat().st_size <= 60_000


@every_page
def test_a_page_loads_nothing_from_elsewhere(page: Path) -> None:
    soup = soup_of(page)
    for attribute in LOADING_ATTRIBUTES:
        for element in soup.select(f"[{attribute}]"):
            address = str(element[attribute])
            assert address == "" or address.startswith("data:"), f"{element.name} loads {address}"
    for link in soup.find_all("link"):
        assert not LOADING_LINKS & set(link.get_attribute_list("rel"))
    for style in soup.find_all("style"):
        assert "url(" not in style.get_text()
        assert "@import" not in style.get_text()


@every_page
def test_a_page_links_only_to_itself_and_to_example_hosts(page: Path) -> None:
    for link in soup_of(page).find_all(href=True):
        host = re.match(r"(?:https?:)?//([^/?#]+)", str(link["href"]))
        assert host is None or re.fullmatch(r"(.+\.)?example\.(org|com|net)", host[1])


def test_the_sources_name_every_page_once_and_no_other_file() -> None:
    listed = [source["file"] for source in sources()]
    assert sorted(listed) == sorted(page.relative_to(CORPUS).as_posix() for page in pages())


@every_source
def test_a_source_is_complete(source: dict[str, str]) -> None:
    assert all(source.values())
    assert re.fullmatch(r"(NDA|ANDA|BLA)\d{6}", source["application"])
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", source["set_id"])
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", source["effective"])


@every_source
def test_a_page_names_the_medicine_its_source_is_about(source: dict[str, str]) -> None:
    text = visible_text(CORPUS / source["file"]).casefold()
    brand = source["brand"].split()[0].casefold()
    ingredient = source["ingredient"].split()[0].casefold()
    assert brand in text
    assert text.count(ingredient) + text.count(brand) >= 4


def test_the_corpus_covers_thirty_medicines_in_seven_designs() -> None:
    listed = sources()
    assert len(listed) >= 30
    assert len({source["ingredient"].removesuffix(" sodium") for source in listed}) >= 30
    assert len({source["design"] for source in listed}) >= 7


def test_three_medicines_have_an_article_on_the_brand_and_one_on_the_ingredient() -> None:
    articles = Counter(source["ingredient"] for source in sources())
    assert sum(count > 1 for count in articles.values()) >= 3


def test_one_page_can_only_be_read_with_its_declared_charset() -> None:
    raw = (CORPUS / "pharmacy/glucotrol.htm").read_bytes()
    assert b"charset=windows-1252" in raw
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    assert "5 mg \N{EN DASH} 10 mg" in raw.decode("cp1252")


@pytest.mark.skipif(not LABELS.is_dir(), reason="the public labels are not beside the checkout")
@every_source
def test_a_source_agrees_with_its_label(source: dict[str, str]) -> None:
    answer = json.loads((LABELS / f"{source['application']}.json").read_text(encoding="utf-8"))
    label = answer["results"][0]
    assert label["set_id"] == source["set_id"]
    assert label["effective_time"] == source["effective"].replace("-", "")
    names = " ".join((*label["openfda"]["brand_name"], *label["openfda"]["generic_name"]))
    assert source["brand"].split()[0].casefold() in names.casefold()


def imuran() -> BeautifulSoup:
    return soup_of(CORPUS / "imuran-guide.html")


def test_the_imuran_specimen_says_what_to_do_about_serious_side_effects() -> None:
    sentence = (
        "If you experience any of these serious side effects, seek immediate medical attention."
    )
    paragraph = imuran().find("p", string=sentence)
    assert isinstance(paragraph, Tag)
    following = paragraph.find_next_sibling()
    assert isinstance(following, Tag)
    assert following.name == "ul"
    assert "dark urine" in following.get_text()


def test_the_imuran_specimen_contradicts_itself_and_admits_it() -> None:
    soup = imuran()
    rows = [cells(row) for row in soup("tr")]
    assert ["", "Percentage of Patients"] in rows
    assert ["Mild Side Effects", "15%"] in rows
    text = visible_text(CORPUS / "imuran-guide.html")
    assert "78 % of patients had only mild side effects" in text
    assert "deliberately conflict" in text


def test_the_imuran_specimen_tells_side_effects_in_several_places() -> None:
    content = imuran().select_one(".entry-content")
    assert content is not None
    headings = [heading.get_text(strip=True) for heading in content(["h2", "h3"])]
    assert headings.count("Serious side effects") == 2
    assert headings.count("Common side effects") == 1
    assert "Imuran in figures" in headings
    assert {"Organ transplant", "Rheumatoid arthritis", "Lupus", "Ulcerative colitis"} <= {
        *headings
    }
    assert any("Allopurinol" in heading for heading in headings)
    assert any("pain relief" in heading for heading in headings)
    assert len(content.get_text(" ").split()) >= 1_200


def test_the_imuran_specimen_is_a_whole_wordpress_post() -> None:
    soup = imuran()
    assert {link.get_text() for link in soup.select('a[rel~="category"]')} == {"Pain Relief"}
    tags = {link.get_text() for link in soup.select('.tags-links a[rel="tag"]')}
    assert tags == {"Imuran", "Azathioprine"}
    for part in ("#respond form", ".comment-list", ".widget-area", ".author-box", "nav"):
        assert soup.select_one(part) is not None, part
    for notice in ("#cookie-notice", ".related-posts", ".sharedaddy"):
        assert soup.select_one(notice) is not None, notice
    metadata = soup.find("script", type="application/ld+json")
    assert isinstance(metadata, Tag)
    assert json.loads(metadata.get_text())["@graph"][0]["author"]["name"] == (
        "drugsearch sample desk"
    )
