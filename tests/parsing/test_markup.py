"""The tree is the one that BeautifulSoup's own builder makes, link by link.

But for what libxml2 reads otherwise than a browser, which loses text: that is tested by itself.
"""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from bs4.element import PageElement
from hypothesis import given

from indexer.parsing import parse_article
from indexer.parsing.decoding import decode
from indexer.parsing.markup import parse_markup
from tests.parsing.strategies import markup

PAGES = sorted((Path(__file__).parent / "in").glob("*.html"))
LINKS = ("parent", "next_element", "previous_element", "next_sibling", "previous_sibling")

# The elements of HTML 5 begin the body; libxml2 would leave them in the head.
ENDS_OF_PAGE = re.compile(r"</(?:body|html)>", re.IGNORECASE)
HEAD = "<html><head><title>x</title></head><body>"


def nodes_of(page: BeautifulSoup) -> list[PageElement]:
    nodes: list[PageElement] = []
    waiting: list[PageElement] = [page]
    while waiting:
        node = waiting.pop()
        nodes.append(node)
        if isinstance(node, Tag):
            waiting.extend(reversed(node.contents))
    return nodes


def described(page: BeautifulSoup) -> list[object]:
    """Describe each node by what it is and by the numbers of those that it is linked to."""
    nodes = nodes_of(page)
    numbers = {id(node): number for number, node in enumerate(nodes)}
    found: list[object] = []
    for node in nodes:
        linked = [getattr(node, link) for link in LINKS]
        links = [None if other is None else numbers[id(other)] for other in linked]
        if isinstance(node, Tag):
            types = node.interesting_string_types
            found.append((node.name, list(node.attrs.items()), links, types, node.prefix))
        else:
            found.append((type(node), str(node), links))
    return found


def assert_same_tree(text: str) -> None:
    theirs = BeautifulSoup(ENDS_OF_PAGE.sub("", text) + "\n", "lxml", multi_valued_attributes=None)
    ours = parse_markup(text)
    assert described(ours) == described(theirs)
    assert ours.get_text() == theirs.get_text()
    assert ours.elements == ours.find_all()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_has_the_tree_of_beautifulsoup(path: Path) -> None:
    assert_same_tree(decode(path.read_bytes()).text)


@given(markup)
def test_a_broken_page_has_the_tree_of_beautifulsoup(text: str) -> None:
    text = text.replace("button>", "b>").replace("<button", "<b")  # ends where a browser ends it
    assert_same_tree(HEAD + text.replace("\0", "").encode(errors="replace").decode())


@pytest.mark.parametrize(
    "text",
    [
        "<pre> \n <b> </b></pre> \n <textarea>  </textarea>  ",
        "<script> a </script><style> b </style><template>c<i>d</i></template>",
        "<ruby>x<rp>(</rp><rt>y <b>z</b></rt><rp>)</rp></ruby>",
        "<!doctype html><p>a<!-- b -->c<!----><?php d ?>e&amp;f<![CDATA[g]]>",
        "<ul><li>a<li>b<p>c</ul></li></p></div>d",
        "<body class=a><p>x</p><body class=b id=c>y</body></html>z",
        "<x:y z:w=1>a</x:y><br/><img src=a>",
        '<meta charset=latin-1><meta http-equiv=content-type content="text/html; charset=x">',
    ],
)
def test_an_odd_page_has_the_tree_of_beautifulsoup(text: str) -> None:
    assert_same_tree(text)


def test_an_element_that_no_head_may_hold_begins_the_body() -> None:
    page = parse_markup("<head><title>x</title><main>text</main></head><body class=a>more</body>")
    assert page.body is not None
    assert page.body.attrs == {"class": "a"}
    assert page.body.get_text() == "textmore\n"
    assert page.head is not None
    assert page.head.get_text() == "x"


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("<p>a</p></body></html><p>b</p>", "<p>a</p><p>b</p>"),
        (
            "<table><tr><td>a</BODY ></html\n>b</td></tr></table>c",
            "<table><tr><td>ab</td></tr></table>c",
        ),
        ("<p>a<embed src=x>b</p>c", '<p>a<embed src="x"></embed>b</p>c'),
        ("<svg><path d=x><g>a<p>b</p>c", '<svg><path d="x"><g>a</g></path></svg><p>b</p>c'),
        ("<svg><svg><math>a<p>b</p>c", "<svg><svg><math>a</math></svg></svg><p>b</p>c"),
        ("<math><mi>x<div>a</div></math>b", "<math><mi>x</mi></math><div>a</div>b"),
        (
            "<svg><foreignObject><p>a</p></foreignObject></svg>b",
            "<svg><foreignobject><p>a</p></foreignobject></svg>b",
        ),
    ],
)
def test_text_stands_where_a_browser_has_it(text: str, body: str) -> None:
    page = parse_markup(f"{HEAD}{text}")
    assert page.body is not None
    assert page.body.decode_contents().rstrip("\n") == body
    assert page.elements == page.find_all()


def test_a_message_for_those_without_scripts_is_no_text() -> None:
    text = "<h1>Imuran</h1><p>Take it.</p><noscript><p>Turn scripts on.</p></noscript><p>Daily."
    article = parse_article(text.encode(), article_id="a", source="a.html")
    assert [section.text for section in article.sections] == ["Take it.\nDaily."]


def test_a_paragraph_ends_a_message_that_another_left_open() -> None:
    text = "<h1>Imuran</h1><p>Take it.<noscript>Turn scripts on.<p>Never with milk."
    article = parse_article(text.encode(), article_id="a", source="a.html")
    assert [section.text for section in article.sections] == ["Take it.\nNever with milk."]
