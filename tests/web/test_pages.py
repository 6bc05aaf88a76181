"""What a reader sees."""

from __future__ import annotations

from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from indexer.query.grammar import OPERATORS
from tests.web.pages import XSS, page, text_of, without_own_scripts


def title(soup: BeautifulSoup) -> str:
    assert soup.title is not None
    return soup.title.get_text()


def href(soup: BeautifulSoup, selector: str) -> str:
    link = soup.select_one(selector)
    assert link is not None, selector
    return str(link["href"])


# --- home -------------------------------------------------------------------------------------


def test_the_first_page_says_what_is_indexed(client: FlaskClient) -> None:
    response = client.get("/")
    text = text_of(response)
    assert "Articles 4" in text
    assert "Medicines A–Z" in text
    for name in ("azathioprine", "carbamazepine", "tacrolimus"):
        assert name in text
    assert page(response).select_one("form[role=search] input[name=q]")


def test_the_examples_on_the_first_page_find_something(client: FlaskClient) -> None:
    links = page(client.get("/")).select(".examples a")
    assert links
    for link in links:
        assert page(client.get(str(link["href"]))).select(".hit")


@pytest.mark.parametrize(
    "address",
    ["/", "/search?q=imuran", "/articles/imuran-guide?h=imuran", "/drugs", "/drugs/imuran"],
)
def test_no_link_on_a_page_is_dead(client: FlaskClient, address: str) -> None:
    soup = page(client.get(address))
    addresses = {str(link["href"]) for link in soup.select("a[href], link[href]")}
    for found in sorted(addresses):
        parts = urlsplit(found)
        if parts.scheme:
            continue
        target = client.get(found.partition("#")[0] or address)
        assert target.status_code == 200, found
        if parts.fragment:
            assert page(target).find(id=parts.fragment), found


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/search",
        "/search?q=imuran+side+effects",
        "/search?q=warfarin",
        "/articles/imuran-guide",
        "/articles/hostile",
        "/articles/nothing",
        "/drugs",
        "/drugs/imuran",
        "/help",
        "/about/safety",
        "/nowhere",
    ],
)
def test_every_page_can_be_found_one_s_way_in(client: FlaskClient, address: str) -> None:
    soup = page(client.get(address))
    assert soup.html is not None
    assert soup.html["lang"] == "en"
    assert title(soup).endswith(" – drugsearch")
    assert len(soup.select("h1")) == 1
    assert len(soup.select("main")) == 1
    assert soup.select_one("header form[role=search], main form[role=search]")
    assert href(soup, "a.skip") == "#page_main"
    assert soup.select_one('meta[name="description"]')
    assert href(soup, 'footer a[href="/about/safety"]')
    footer = soup.select_one("footer.colophon")
    assert footer is not None
    assert "not medical advice" in footer.get_text()
    levels = [int(tag.name[1]) for tag in soup.select("h1, h2, h3, h4, h5, h6")]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [str(tag["id"]) for tag in soup.select("[id]")]
    assert len(ids) == len(set(ids))
    for labelled in soup.select("[aria-labelledby]"):
        assert soup.find(id=str(labelled["aria-labelledby"]))


# --- results ----------------------------------------------------------------------------------


def test_results_show_the_section_that_answers(client: FlaskClient) -> None:
    soup = page(client.get("/search?q=imuran+side+effects"))
    assert title(soup) == "imuran side effects – drugsearch"
    first = soup.select_one(".hit")
    assert first is not None
    assert "Imuran – a guide" in first.get_text()
    assert "notes.example.org" in first.get_text()
    assert "6 February 2024" in first.get_text()
    assert "Side effects" in [badge.get_text() for badge in first.select(".badge")]
    marked = " ".join(mark.get_text().lower() for mark in first.select(".snippet mark"))
    assert "side effects" in marked
    address = href(soup, ".hit-section h3 a")
    assert address.startswith("/articles/imuran-guide?h=imuran+side+effects#")


def test_a_page_without_a_date_says_so(client: FlaskClient) -> None:
    assert "no date found" in text_of(client.get("/search?q=jayempi"))


def test_how_the_query_was_read_is_shown_and_can_be_switched_off(client: FlaskClient) -> None:
    response = client.get("/search?q=imuran+side+effects")
    text = text_of(response)
    assert "Medicine Imuran (azathioprine)" in text
    assert "Looking for Side effects" in text
    assert "Also matched azathioprine" in text
    links = {link.get_text(): str(link["href"]) for link in page(response).select(".reading a")}
    without = client.get(links["Leave out other names"])
    assert "Also matched" not in text_of(without)
    back = {link.get_text(): str(link["href"]) for link in page(without).select(".reading a")}
    assert text_of(client.get(back["Match other names too"])).startswith("Results for")
    assert "exactly as typed" in text_of(client.get(links["Search exactly what I typed"]))


def test_the_query_stays_in_the_search_box(client: FlaskClient) -> None:
    box = page(client.get("/search?q=%22blood+count%22")).select_one("input[name=q]")
    assert box is not None
    assert box["value"] == '"blood count"'


def test_filters_are_a_form_that_needs_no_script(client: FlaskClient) -> None:
    soup = page(client.get("/search?q=side+effects&sort=title&per_page=20"))
    form = soup.select_one("form.facets")
    assert form is not None
    assert form["method"] == "get"
    hidden = {str(tag["name"]): str(tag["value"]) for tag in form.select("input[type=hidden]")}
    assert hidden == {"q": "side effects", "sort": "title", "per_page": "20"}
    names = {str(tag["name"]) for tag in form.select("input[type=checkbox]")}
    assert {"section", "drug"} <= names
    drug = form.select_one("input[name=drug]")
    assert drug is not None
    filtered = client.get("/search", query_string={**hidden, "drug": str(drug["value"])})
    chips = page(filtered).select(".chip")
    assert len(chips) == 1
    assert len(page(filtered).select("input[name=drug][checked]")) == 1
    removed = str(chips[0]["href"])
    assert parse_qs(urlsplit(removed).query) == {
        "q": ["side effects"],
        "sort": ["title"],
        "per_page": ["20"],
    }


def test_several_filters_can_be_cleared_at_once(client: FlaskClient) -> None:
    soup = page(client.get("/search?q=side+effects&drug=imuran&section=adverse-reactions"))
    assert len(soup.select(".chip")) == 2
    assert href(soup, ".filters > a") == "/search?q=side+effects"


def test_m7_an_absence_is_claimed_of_nothing_that_is_there(client: FlaskClient) -> None:
    response = client.get("/search?q=imuran+side+effects+zzyzx")
    assert "no text about Side effects" not in text_of(response)
    assert "Nothing in this index says “zzyzx”" in text_of(response)
    assert "Left out: zzyzx" in text_of(response)
    assert page(response).select(".hit")
    nothing = client.get("/search?q=imuran+%22zzyzx+zz%22")
    assert page(nothing).select_one('.zero a[href="/search?q=Imuran"]')


def test_a_medicine_that_is_nowhere_is_not_offered(client: FlaskClient) -> None:
    response = client.get("/search?q=humira+side+effects")
    assert "Nothing in this index is about humira" in text_of(response)
    assert not page(response).select('.zero a[href="/search?q=Humira"]')


def test_a_filter_that_leaves_nothing_can_be_taken_off(client: FlaskClient) -> None:
    response = client.get("/search?q=side+effects&drug=warfarin")
    assert "Nothing found" in text_of(response)
    assert "Search without the filter warfarin" in text_of(response)


def test_pages_of_results_are_linked(client: FlaskClient) -> None:
    soup = page(client.get("/search?q=side+effects&per_page=1&page=2"))
    assert href(soup, "a[rel=prev]") == "/search?q=side+effects&per_page=1"
    assert href(soup, "a[rel=next]") == "/search?q=side+effects&page=3&per_page=1"
    current = soup.select_one(".pager [aria-current=page]")
    assert current is not None
    assert current.get_text(" ", strip=True) == "Page 2"
    assert "page 2" in title(soup)


def test_a_page_past_the_end_leads_back(client: FlaskClient) -> None:
    response = client.get("/search?q=imuran&page=77")
    assert response.status_code == 200
    assert "There is no page 77" in text_of(response)
    assert page(response).select_one('.zero a[href="/search?q=imuran"]')


def test_single_sections_can_be_listed(client: FlaskClient) -> None:
    soup = page(client.get("/search?q=imuran&group=section"))
    assert all(len(hit.select(".hit-section")) == 1 for hit in soup.select(".hit"))
    assert len(soup.select(".hit")) > 1


def test_not_found_is_never_taken_for_safe(client: FlaskClient) -> None:
    response = client.get("/search?q=imuran+pregnancy")
    text = text_of(response)
    assert "does not mean" in text
    assert "safe" in text


def test_a_medicine_that_is_not_there_gets_no_other_one_s_text(client: FlaskClient) -> None:
    response = client.get("/search?q=warfarin+side+effects")
    assert not page(response).select(".hit")
    assert "Nothing found" in text_of(response)
    assert "Medicines A–Z" in text_of(response)


def test_a_medicine_that_is_only_mentioned_is_told_apart(client: FlaskClient) -> None:
    response = client.get("/search?q=allopurinol")
    assert page(response).select(".hit")
    assert "No article found is about allopurinol" in text_of(response)
    assert "No article found" not in text_of(client.get("/search?q=imuran"))


def test_what_was_left_out_is_said(client: FlaskClient) -> None:
    response = client.get("/search?q=imuran+zeppelin")
    text = text_of(response)
    assert "zeppelin" in text.partition("Results for")[2].partition("“")[0] or "Left out" in text


def test_a_hit_says_why_it_was_found(client: FlaskClient) -> None:
    soup = page(client.get("/search?q=imuran+side+effects"))
    why = [" ".join(found.get_text().split()) for found in soup.select(".hit-section .why")]
    assert len(why) == len(soup.select(".hit-section"))
    assert why[0].startswith("Why: ")
    assert "azathioprine: subject of the article" in why[0]
    assert "side effects: kind of section" in why[0]
    assert not soup.select("table.score")
    explained = page(client.get("/search?q=imuran+side+effects&explain=1"))
    assert explained.select("details.parts table.score td")


def test_the_legend_stands_where_both_kinds_of_marks_do(client: FlaskClient) -> None:
    both = page(client.get("/search?q=imuran"))
    kinds = {bool(mark.get("class")) for mark in both.select(".snippet mark")}
    assert bool(both.select(".results-list .legend")) == (kinds == {True, False})
    one = page(client.get("/search?q=dizziness"))
    assert one.select(".snippet mark")
    assert not one.select(".results-list .legend")


def test_faulty_parameters_leave_a_page_that_can_be_used(client: FlaskClient) -> None:
    response = client.get("/search?q=imuran&per_page=500&sort=best&utm_source=mail")
    assert response.status_code == 400
    text = text_of(response)
    assert "per_page" in text
    assert "sort" in text
    assert "utm_source" not in text
    box = page(response).select_one("input[name=q]")
    assert box is not None
    assert box["value"] == "imuran"
    assert page(response).select_one('main a[href="/search?q=imuran"]')


def test_a_query_that_is_too_long_is_told_so(client: FlaskClient) -> None:
    response = client.get("/search?q=" + "x" * 1_500)
    assert response.status_code == 400
    assert "1,500 characters" in text_of(response)


def test_a_search_without_words_asks_for_some(client: FlaskClient) -> None:
    for address in ("/search", "/search?q=", "/search?q=%20&drug=imuran"):
        response = client.get(address)
        assert response.status_code == 200
        assert "What would you like to find?" in text_of(response)


# --- articles ---------------------------------------------------------------------------------


def test_an_article_reads_as_it_was_written(client: FlaskClient) -> None:
    soup = page(client.get("/articles/imuran-guide"))
    assert title(soup) == "Imuran – a guide – drugsearch"
    part = soup.find(id="serious-side-effects")
    assert part is not None
    nested = part.select_one("ul > li > ul > li")
    assert nested is not None
    assert nested.get_text(strip=True) == "dark urine"
    assert [item["value"] for item in part.select("ol > li")] == ["4", "5"]
    assert [row.get_text(" ", strip=True) for row in part.select("tbody tr")] == [
        "Nausea 15%",
        "Fever 2%",
    ]
    assert "Percentage of patients" in [head.get_text(strip=True) for head in part.select("th")]
    quote = part.blockquote
    assert quote is not None
    assert "Never stop azathioprine" in quote.get_text()
    assert "•" not in part.get_text()


def test_an_article_says_where_it_is_from_and_what_it_is_about(client: FlaskClient) -> None:
    text = text_of(client.get("/articles/imuran-guide"))
    assert "notes.example.org" in text
    assert "updated 6 February 2024" in text
    assert "Imuran brand of azathioprine" in text
    assert "in the title" in text
    assert "not medical advice" in text
    assert "no section about" in text


def test_every_section_can_be_linked_to(client: FlaskClient) -> None:
    soup = page(client.get("/articles/imuran-guide"))
    sections = [str(part["id"]) for part in soup.select("section.part")]
    contents = [str(link["href"]) for link in soup.select(".contents a")]
    assert contents == [f"#{section}" for section in sections]
    permalinks = [str(link["href"]) for link in soup.select(".permalink")]
    assert set(permalinks) <= set(contents)
    assert len(permalinks) >= len(sections) - 1


def test_the_words_of_a_query_are_marked_in_the_article(client: FlaskClient) -> None:
    response = client.get("/articles/imuran-guide?h=imuran+side+effects")
    soup = page(response)
    marks = [mark.get_text().lower() for mark in soup.select("section.part mark")]
    assert "side effects" in " ".join(marks)
    assert "imuran" in marks
    assert f"{len(marks)} places" in text_of(response)
    assert href(soup, "#find_back") == "/search?q=imuran+side+effects"
    assert not page(client.get("/articles/imuran-guide")).select("mark")


def test_a_highlight_that_is_too_long_leaves_the_article_readable(client: FlaskClient) -> None:
    response = client.get("/articles/imuran-guide?h=" + "x" * 1_001)
    assert response.status_code == 400
    assert "It calms an immune system" in text_of(response)


# --- medicines --------------------------------------------------------------------------------


def test_medicines_are_listed_by_letter(client: FlaskClient) -> None:
    soup = page(client.get("/drugs"))
    assert [str(link["href"]) for link in soup.select(".letters a")] == [
        "#letter_a",
        "#letter_c",
        "#letter_t",
    ]
    assert href(soup, 'a[href="/drugs/azathioprine"]')


def test_a_medicine_is_found_by_any_of_its_names(client: FlaskClient) -> None:
    for name in ("azathioprine", "Imuran", "jayempi"):
        response = client.get(f"/drugs/{name}")
        text = text_of(response)
        assert "Imuran" in text
        assert "Jayempi oral suspension" in text
        assert "2 articles" in text
        assert href(page(response), "link[rel=canonical]") == "http://localhost/drugs/azathioprine"


def test_a_medicine_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    response = client.get("/drugs/warfarin")
    assert response.status_code == 404
    assert "warfarin" in text_of(response)


# --- escaping ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["/search", "/articles/imuran-guide", "/articles/hostile", "/articles/{xss}", "/drugs/{xss}"],
)
def test_what_is_typed_is_never_markup(client: FlaskClient, address: str) -> None:
    query = {"q": XSS, "h": XSS, "drug": XSS, "category": XSS}
    response = client.get(address.format(xss=XSS.replace("/", "")), query_string=query)
    assert "<script" not in without_own_scripts(response.text)
    assert "<img" not in response.text
    soup = page(response)
    assert not [tag for tag in soup.select("*") if any(k.startswith("on") for k in tag.attrs)]


def test_what_an_article_says_is_never_markup(client: FlaskClient) -> None:
    for address in ("/search?q=tremor", "/articles/hostile?h=tremor", "/drugs/tacrolimus", "/"):
        response = client.get(address)
        assert response.status_code == 200
        assert "<script" not in without_own_scripts(response.text)
        assert "<svg onload" not in response.text
        assert "<b onclick" not in response.text
        assert "javascript:" not in response.text
    text = text_of(client.get("/articles/hostile"))
    assert "<script>alert(1)</script> tacrolimus" in text
    assert XSS in text


def test_help_and_safety_can_be_read(client: FlaskClient) -> None:
    assert "adverse-reactions" in text_of(client.get("/help"))
    assert "does not mean safe" in text_of(client.get("/about/safety"))


def test_the_examples_of_the_help_page_find_something(client: FlaskClient) -> None:
    links = [str(link["href"]) for link in page(client.get("/help")).select("table a.query")]
    assert len(links) == len(OPERATORS)
    found = [bool(page(client.get(link)).select(".hit")) for link in links]
    # The test pages are few: none speaks of pregnancy.
    assert [link for link, hit in zip(links, found, strict=True) if not hit] == [
        "/search?q=pregnan*"
    ]


def test_the_help_page_needs_no_index(client_without_index: FlaskClient) -> None:
    assert "Imuran side effects" in text_of(client_without_index.get("/help"))
