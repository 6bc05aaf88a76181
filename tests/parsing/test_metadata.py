"""What a page says of itself, and which of its statements wins."""

import json

import pytest

from indexer.model import Article
from indexer.parsing import parse_page
from indexer.parsing.metadata import iso_date, title_of_file, title_without_site

TEXT = "<p>Imuran calms the immune system.</p>"


def parsed(head: str = "", body: str = TEXT, source: str = "folder/imuran-guide.html") -> Article:
    page = f"<html><head>{head}</head><body>{body}</body></html>"
    return parse_page(page.encode(), article_id="a", source=source)


def linked(**properties: object) -> str:
    data = json.dumps({"@type": "Article"} | properties)
    return f'<script type="application/ld+json">{data}</script>'


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>Window</title>", f"<h1>Heading</h1>{TEXT}", "Heading"),
        ('<meta property="og:title" content="Graph"><title>Window</title>', TEXT, "Graph"),
        (f"{linked(headline='Linked')}<title>Window</title>", TEXT, "Linked"),
        ("<title>Imuran | Sample Site</title>", TEXT, "Imuran"),
        (
            '<title>Imuran - Site</title><meta property="og:site_name" content="Site">',
            TEXT,
            "Imuran",
        ),
        ("<title>Imuran - side effects</title>", TEXT, "Imuran - side effects"),
        ("<title>Imuran - A guide - Site</title>", TEXT, "Imuran - A guide"),
        (
            "<title>Imuran tablets - Site</title>",
            f"<h2>Imuran tablets</h2>{TEXT}",
            "Imuran tablets",
        ),
        ("", TEXT, "imuran guide"),
        ("<title> </title>", "<h1> </h1>" + TEXT, "imuran guide"),
        ("<title>Imuran &amp; you</title>", TEXT, "Imuran & you"),
    ],
)
def test_the_title_is_what_readers_see_first(head: str, body: str, title: str) -> None:
    assert parsed(head, body).title == title


@pytest.mark.parametrize(
    ("title", "site", "heading", "cut"),
    [
        ("Imuran", "", "", "Imuran"),
        ("Site | Imuran", "Site", "", "Imuran"),
        ("Imuran » Site", "", "", "Imuran"),
        ("Imuran – pills.example.org", "", "", "Imuran"),
        ("Imuran - what to know", "", "", "Imuran - what to know"),
        ("Imuran - Corner", "", "Imuran once a day", "Imuran"),
        ("co-trimoxazole", "", "", "co-trimoxazole"),
    ],
)
def test_the_name_of_the_site_is_cut_only_when_sure(
    title: str, site: str, heading: str, cut: str
) -> None:
    assert title_without_site(title, site, heading) == cut


@pytest.mark.parametrize(
    ("said", "iso"),
    [
        ("2023-11-20", "2023-11-20"),
        ("2023-11-20T08:15:00+00:00", "2023-11-20T08:15:00+00:00"),
        ("2023-11-20T08:15:00Z", "2023-11-20T08:15:00+00:00"),
        (" 2023-11-20 08:15 ", "2023-11-20T08:15:00"),
        ("November 20, 2023", "2023-11-20"),
        ("20 November 2023", "2023-11-20"),
        ("2023-13-45", None),
        ("2023-11-20T99:00", None),
        ("yesterday", None),
        ("", None),
        ("11/2/2016", None),
    ],
)
def test_a_date_is_iso_8601_or_none(said: str, iso: str | None) -> None:
    assert iso_date(said) == iso


def test_dates_come_from_the_most_deliberate_statement() -> None:
    body = '<p><time class="entry-date published" datetime="2020-01-01">then</time></p>' + TEXT
    meta = '<meta property="article:published_time" content="2021-01-01">'
    assert parsed(linked(datePublished="2022-01-01") + meta, body).published == "2022-01-01"
    assert parsed(meta, body).published == "2021-01-01"
    assert parsed("", body).published == "2020-01-01"
    assert parsed(linked(datePublished="soon"), body).published == "2020-01-01"
    assert parsed('<meta name="date" content="2019-02-03">').published == "2019-02-03"


def test_the_only_date_of_a_post_is_both() -> None:
    body = '<time class="entry-date published updated" datetime="2020-01-01">then</time>' + TEXT
    assert (parsed("", body).published, parsed("", body).modified) == ("2020-01-01", "2020-01-01")


def test_dates_of_comments_and_other_articles_are_not_the_articles() -> None:
    body = (
        f"<main><h1>Imuran</h1>{TEXT}</main>"
        '<div class="comments-area"><time datetime="2001-01-01">then</time></div>'
        '<div class="related-posts"><time class="published" datetime="2002-02-02">x</time></div>'
    )
    assert parsed("", body).published is None


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://x.example.org/imuran", True),
        ("http://x.example.org/imuran?a=1", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("/imuran", False),
        ("https://", False),
        ("https://[x", False),
        ("https://x.example.org/a b", False),
        ("https://x.example.org/" + "a" * 3_000, False),
    ],
)
def test_only_web_addresses_are_kept(address: str, *, kept: bool) -> None:
    article = parsed(f'<link rel="canonical" href="{address}">')
    assert article.url == (address if kept else None)


def test_categories_and_tags_are_told_apart_and_listed_once() -> None:
    head = (
        linked(articleSection=["Pain Relief"], keywords="Imuran, Azathioprine")
        + '<meta property="article:section" content="Pain relief">'
        + '<meta property="article:tag" content="Imuran">'
    )
    body = (
        f'{TEXT}<p>In <a rel="category tag" href="/c">Immune system</a>, tagged '
        '<a rel="tag" href="/t">transplant</a></p>'
    )
    article = parsed(head, body)
    assert article.categories == ("Pain Relief", "Immune system")
    assert article.tags == ("Imuran", "Azathioprine", "transplant")


@pytest.mark.parametrize(
    "data",
    [
        "{broken",
        "[" * 50_000,
        "null",
        "[1, 2]",
        '{"@graph": {"@graph": null}}',
        '{"@type": 7, "headline": {"name": 5}}',
        '{"@type": "Article", "author": {"@id": "#nobody"}, "keywords": [null, {}, []]}',
        '"\\ud800"',
    ],
)
def test_odd_linked_data_never_fails_a_page(data: str) -> None:
    article = parsed(f'<script type="application/ld+json">{data}</script>')
    assert article.sections[0].text == "Imuran calms the immune system."
    assert article.author is None


def test_an_author_is_found_by_reference_through_the_graph() -> None:
    graph = [
        {"@type": "Article", "author": {"@id": "#d"}},
        {"@type": "Organization", "@id": "#d", "name": "Sample desk"},
    ]
    head = f'<script type="application/ld+json">{json.dumps({"@graph": graph})}</script>'
    assert parsed(head).author == "Sample desk"
    assert parsed('<meta name="author" content="Sample house">').author == "Sample house"
    assert (
        parsed("", f'{TEXT}<p>By <a rel="author" href="/d">the desk</a></p>').author == "the desk"
    )


@pytest.mark.parametrize("name", ["author", "DC.creator", "dcterms.creator", "citation_author"])
def test_every_vocabulary_names_the_author(name: str) -> None:
    assert parsed(f'<meta name="{name}" content="Sample house">').author == "Sample house"


def test_the_line_below_a_post_still_tells_its_categories_and_tags() -> None:
    body = (
        f'<div class="entry-content">{TEXT}</div><div class="entry-utility">Posted in '
        '<a rel="category tag" href="/c">Immune system</a>, tagged <a rel="tag" href="/t">gout</a>.'
        "</div>"
    )
    article = parsed("", body)
    assert (article.categories, article.tags) == (("Immune system",), ("gout",))
    assert [section.text for section in article.sections] == ["Imuran calms the immune system."]


def test_the_language_is_a_language_tag_or_none() -> None:
    page = f"<html lang='{{}}'><body>{TEXT}</body></html>"
    for said, language in (("en-US", "en-US"), ("pt_BR", "pt-BR"), ("", None), ("<x>", None)):
        data = page.format(said).encode()
        assert parse_page(data, article_id="a", source="a.html").language == language
    assert parsed('<meta property="og:locale" content="en_GB">').language == "en-GB"


def test_strings_are_clean_and_bounded() -> None:
    article = parsed(f"<title>a\u200bb\x07 {'x' * 5_000}</title>")
    assert article.title.startswith("ab x")
    assert len(article.title) <= 300


def test_a_file_name_is_a_title_of_last_resort() -> None:
    assert title_of_file("a/b/side-effects_2.html") == "side effects 2"
    assert title_of_file(".html") == "Untitled"
