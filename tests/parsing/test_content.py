"""Articles are found whole, and alone, in pages as they occur.

In each page all words of the article begin with `keep`, all words around it with `junk`.
"""

# ruff: noqa: E501 - pages are written as pages are

import re

import pytest

from indexer.model import Article
from indexer.parsing import parse_page
from indexer.parsing.chrome import suspect, words_of
from indexer.parsing.markup import parse_markup

LONG = " ".join(f"keep{number}." for number in range(60))
JUNK_PROSE = " ".join(f"junk{number}." for number in range(200))
LINKS = "".join(f'<li><a href="/{word}">junk{word}</a></li>' for word in "abcdef")

PAGES = {
    "old WordPress theme": f"""
        <div id="page"><div id="header"><h1><a href="/">junksite</a></h1></div>
        <div id="content" class="narrowcolumn"><div class="navigation"><a href="/p">junk</a></div>
        <div class="post" id="post-3"><h2>keeptitle</h2><div class="entry"><p>{LONG}</p>
        <h3>keephead</h3><p>keeptext</p><p class="postmetadata">junkmeta</p></div></div>
        <h3 id="comments">3 Responses to junk</h3><ol class="commentlist"><li>junkcomment</li></ol>
        <div id="respond"><h3>Leave a Reply</h3><form><p>junkform</p></form></div></div>
        <div id="sidebar"><ul><li><h2>junkhead</h2><ul>{LINKS}</ul></li></ul></div>
        <div id="footer"><p>junkfoot</p></div></div>""",
    "page builder": f"""
        <div class="elementor elementor-12"><section class="elementor-section"><div class="elementor-widget elementor-widget-heading">
        <div class="elementor-widget-container"><h1>keeptitle</h1></div></div>
        <div class="elementor-widget elementor-widget-text-editor"><div class="elementor-widget-container"><p>{LONG}</p></div></div>
        <div class="elementor-widget elementor-widget-share-buttons"><a href="#">junkshare</a></div></section>
        <section class="elementor-section"><div class="elementor-widget-text-editor"><h2>keephead</h2><p>keeptext</p></div></section></div>
        <div class="elementor-location-footer"><nav><ul>{LINKS}</ul></nav></div>""",
    "Drupal": f"""
        <div class="layout-container"><header role="banner"><div class="region region-header">junkhead</div></header>
        <div class="region region-breadcrumb"><nav class="breadcrumb"><ol>{LINKS}</ol></nav></div>
        <main role="main"><div class="layout-content"><h1 class="page-title">keeptitle</h1>
        <article class="node node--type-page"><div class="node__content"><div class="field field--name-body"><p>{LONG}</p><h2>keephead</h2><p>keeptext</p></div></div></article></div>
        <aside class="layout-sidebar-first"><div class="region region-sidebar-first"><h2>junkmenu</h2><p>junkprose junkmore</p></div></aside></main>
        <footer role="contentinfo"><p>junkfoot</p></footer></div>""",
    "MediaWiki": f"""
        <div id="mw-page-base"></div><div id="content" class="mw-body" role="main"><h1 id="firstHeading">keeptitle</h1>
        <div id="bodyContent"><div id="siteSub">keepsub</div><div class="mw-parser-output"><p>{LONG}</p>
        <div id="toc" class="toc"><h2>Contents</h2><ul>{LINKS}</ul></div>
        <h2><span id="k">keephead</span><span class="mw-editsection">[<a href="/e">junkedit</a>]</span></h2><p>keeptext<sup class="reference"><a href="#n">keep1</a></sup></p></div>
        <div id="catlinks" class="catlinks"><a href="/c">junkcat</a></div></div></div>
        <div id="mw-navigation"><h2>junknav</h2><ul>{LINKS}</ul></div><div id="footer" role="contentinfo">junkfoot</div>""",
    "documentation generator": f"""
        <div class="document"><div class="sphinxsidebar" role="navigation"><h3>junktoc</h3><ul>{LINKS}</ul></div>
        <div class="body" role="main"><section id="see-also-information-about-cookies"><h1>keeptitle<a class="headerlink" href="#t">¶</a></h1><p>{LONG}</p>
        <h2 id="cookies-and-prices">keephead<a class="headerlink" href="#h">¶</a></h2><p>keeptext</p></section></div></div>
        <div class="footer">© junk</div>""",
    "a form around everything": f"""
        <form id="aspnetForm" action="/page.aspx"><input type="hidden" name="v" value="junk">
        <div id="top"><ul>{LINKS}</ul></div><div id="main"><h1>keeptitle</h1><p>{LONG}</p><h2>keephead</h2><p>keeptext</p></div>
        <div id="bottom"><a href="/x">junkx</a></div></form>""",
    "nothing but divisions": f"""
        <div><div><a href="/">junkhome</a> | <a href="/a">junkabout</a> | <a href="/c">junkcontact</a></div>
        <div><div><p>keepintro keepmore keepwords keephere.</p><p>{LONG}</p><p>keepend</p></div></div>
        <div><small>© 2011 junk. All rights reserved.</small></div></div>""",
    "comments longer than the article": f"""
        <div class="wrap"><h1>keeptitle</h1><p>keepone keeptwo</p><h2>keephead</h2><p>keeptext</p>
        <div id="comments" class="comments-area"><h2>9 comments</h2><p>{JUNK_PROSE}</p></div></div>""",
    "comments longer than the article of a blog": f"""
        <main><article class="post"><h1>keeptitle</h1><div class="entry-content"><p>keepone keeptwo</p></div></article>
        <ol class="comment-list"><li><article class="comment-body"><p>{JUNK_PROSE}</p></article></li></ol></main>""",
    "a wrapper called after its sidebar": f"""
        <div class="content-sidebar-wrap sidebar-right"><div class="content"><h1>keeptitle</h1><p>{LONG}</p></div>
        <div class="sidebar"><p>junkprose. junkmore.</p></div></div>""",
    "states of the page are no names": f"""
        <body class="cookies-not-set has-sidebar no-comments"><div class="post has-comments with-sidebar tag-cookies category-prices">
        <h1>keeptitle</h1><p>{LONG}</p></div></body>""",
    "title and lead above the main part": f"""
        <title>keeptitle | Site</title><header class="site"><a href="/">junkhome</a></header>
        <div class="page-header"><h1>keeptitle</h1><p>keeplead keepmore.</p></div>
        <main><p>{LONG}</p><h2>keephead</h2><p>keeptext</p></main><footer>junkfoot</footer>""",
    "an article in several parts": f"""
        <main><h1>keeptitle</h1><article><h2>keepa</h2><p>{LONG}</p></article><article><h2>keepb</h2><p>{LONG}</p></article>
        <div class="related-articles"><article><h3><a href="/r">junkrelated</a></h3></article></div></main>""",
    "teasers of other articles": f"""
        <article><h1>keeptitle</h1><p>{LONG}</p></article><section><h2>junkmore</h2>
        <article><h3><a href="/1">junkone</a></h3><p>junktwo</p></article><article><h3><a href="/2">junkthree</a></h3></article></section>""",
    "asides of both kinds": f"""
        <article><h1>keeptitle</h1><p>{LONG}</p><aside><h3>keepfacts</h3><p>keepaside keepmore.</p></aside>
        <aside><p><a href="/x">junkaside junkmore</a></p></aside><footer><h2>keepsources</h2><ol><li>keepsource keeplabel keep2020</li></ol></footer></article>
        <aside><p>junkoutside of the article</p></aside>""".replace("of the article", "junk"),
    "a shop": f"""
        <div id="wrap"><div id="product"><h1>keeptitle</h1><div class="buybox"><span class="price">$9</span> junkstock</div>
        <div class="tabs"><a href="#a">junkdesc</a> <a href="#b">junkrev</a></div><div id="product-description"><p>{LONG}</p><h2>keephead</h2><p>keeptext</p>
        <p><a class="btn btn-buy add-to-cart" href="/c">junkadd</a></p></div>
        <div id="reviews"><h2>junkreviews</h2><p>{JUNK_PROSE}</p></div></div></div>""",
    "columns of a grid": f"""
        <div class="container"><div class="row"><div class="col-md-8"><h1>keeptitle</h1><p>{LONG}</p></div>
        <div class="col-md-4"><h4>junktop</h4><ul>{LINKS}</ul></div></div></div>""",
    "a window in front of the page": f"""
        <div class="app" aria-hidden="true"><h1>keeptitle</h1><p>{LONG}</p></div>
        <div role="dialog" aria-label="x"><h2>junkhead</h2><p>junkprose</p></div>""",
    "one cell of a layout table": f"""
        <table><tr><td colspan=2><img src=x><b>junkname</b></td></tr><tr><td><a href=a>junka</a><br><a href=b>junkb</a></td>
        <td><b>keeptitle</b><p>{LONG}<p>keeptext</td></tr></table>""",
    "furniture inside the text": f"""
        <article><h1>keeptitle</h1><div class="post-content"><p>{LONG}</p><div class="addtoany_share_save_container"><a href="#">junkshare</a></div>
        <p>keepmid</p><div class="code-block ad-container"><p>junkad</p></div><div class="wp-block-group newsletter-box"><p>junknews</p></div>
        <div class="yarpp yarpp-related"><h3>junkrel</h3><ol>{LINKS}</ol></div><p>keepend</p></div></article>""",
    "notices of the cookie kind": f"""
        <div class="cc-window cookie-consent">junkcookie</div><main><h1>keeptitle</h1><p>{LONG}</p></main>
        <div id="onetrust-consent-sdk"><div id="onetrust-banner-sdk" role="dialog">junkconsent</div></div><div id="CybotCookiebotDialog">junkbot</div>""",
    "text beside the named content": f"""
        <main><h1>keeptitle</h1><p class="lead">keeplead keepmore keepwords.</p><div class="entry-content"><p>{LONG}</p></div>
        <section><h2>keepsources</h2><p>keepsource keeplabel of keep2020</p></section><p><a href="/n">junknext</a></p></main>""".replace(" of ", " "),
    "references are no menu": f"""
        <body><h1>keeptitle</h1><p>{LONG}</p><h2>keeprefs</h2><ol>
        <li><a href="http://a">keepa keepb keepc keepd keepe keepf keepg</a></li><li><a href="http://b">keeph keepi keepj keepk keepl keepm keepn</a></li>
        <li><a href="http://c">keepo keepp keepq keepr keeps keepv keepu</a></li></ol></body>""",
    "a table with a column of prices": f"""
        <main><h1>keeptitle</h1><p>{LONG}</p><table><tr><th>keepname</th><th class="price">keepcost</th><th>keepuse</th></tr>
        <tr><td>keepa</td><td class="cost">keepb</td><td>keepc</td></tr></table></main>""".replace('class="price"', ""),
    "columns named by their place": f"""
        <h1>keeptitle</h1><div class="left"><ul>{LINKS}</ul></div><div class="right"><p>{LONG}</p><h2>keephead</h2><p>keeptext</p></div>""",
    "a wrapper below the title": f"""
        <h1>keeptitle</h1><div class="sidebar-content"><div class="text"><p>{LONG}</p></div><div class="sidebar">junkprose junkmore.</div></div>""",
    "a menu that was never closed": f"""
        <div><nav><ul><li><a href="/">keephome</a></li></ul><div><h1>keeptitle</h1><p>{LONG}</p></div></div>""",
    "the line that ends a post of an old theme": f"""
        <div id="content"><div class="post"><h1>keeptitle</h1><div class="entry-content"><p>{LONG}</p><h2>keephead</h2><p>keeptext</p></div>
        <div class="entry-utility">junkposted in <a href="/c" rel="category tag">junkcat</a>, and junktagged <a href="/t" rel="tag">junktag</a>. Bookmark the <a href="/p">junklink</a>.</div></div></div>""",
    "neither head nor body marked": f"""
        <!doctype html><meta charset="utf-8"><title>keeptitle</title><link rel="icon" href="data:,"><header><a href="/">junkhome</a></header>
        <main><h1>keeptitle</h1><p>{LONG}</p><h2>keephead</h2><p>keeptext</p></main><footer>junkfoot</footer>""",
    "a page that is all furniture": f"""
        <div class="sidebar"><p>{LONG}</p></div><div class="sidebar"><p>{LONG}</p></div><div class="sidebar"><p>keeptwo {LONG}</p></div>""",
}  # fmt: skip


def parsed(markup: str) -> Article:
    return parse_page(markup.encode(), article_id="a", source="a.html")


@pytest.mark.parametrize("name", PAGES)
def test_the_article_is_found_whole_and_alone(name: str) -> None:
    markup = PAGES[name]
    article = parsed(markup)
    found = "\n".join(f"{section.heading}\n{section.text}" for section in article.sections)
    body = re.sub(r"<title>.*?</title>|<[^>]*>", " ", markup)
    kept = re.findall(r"keep\w*", found)
    assert sorted(set(kept)) == sorted(set(re.findall(r"keep\w*", body)))
    assert re.findall(r"junk\w*", found) == []


@pytest.mark.parametrize("name", PAGES)
def test_what_is_around_an_article_gives_no_section(name: str) -> None:
    for section in parsed(PAGES[name]).sections:
        assert section.heading.startswith("keep") or section.heading == "a"


@pytest.mark.parametrize(
    "name",
    [
        "navy", "shared-care", "commentary", "side-effects", "aside-note", "drug-related", "carton",
        "header-note", "banner-warning", "informed-consent", "adverse", "adsorption", "promotional",
        "footnotes", "footnote", "navel", "buyers-guide", "popular", "subscriber", "sociology",
        "tag-cookies", "category-prices", "has-sidebar", "menus-of-care", "pricey", "reviewed",
        "see-also-information-under-the-heading", "wp-block-table", "entry-title", "summary",
    ],
)  # fmt: skip
def test_names_that_only_sound_like_furniture_are_none(name: str) -> None:
    for attribute in ("class", "id"):
        tag = parse_markup(f'<div {attribute}="{name}">x</div>').div
        assert tag is not None
        assert suspect(tag) == ""


@pytest.mark.parametrize(
    "name",
    [
        "sidebar", "primary-sidebar", "related-posts", "relatedPosts", "jp-relatedposts", "comments",
        "comments-area", "commentlist", "cookie-notice", "breadcrumb", "breadcrumbs", "share",
        "share-buttons", "social-share", "sharedaddy", "author-box", "price", "product-price",
        "add_to_cart_button", "widget-area", "site-footer", "newsletter-signup", "ads", "toc",
        "main-navigation", "nav-links", "menu-item", "entry-meta", "searchform", "pagination",
    ],
)  # fmt: skip
def test_names_of_furniture_are_known(name: str) -> None:
    tag = parse_markup(f'<div class="box {name}">x</div>').div
    assert tag is not None
    assert suspect(tag) == "anywhere"


def test_a_page_that_is_read_whole_says_so() -> None:
    article = parsed(PAGES["a page that is all furniture"])
    assert article.warnings == (
        "no article stands out from its surroundings: the whole page was read",
    )


def test_names_are_cut_into_words() -> None:
    assert words_of("relatedPosts_box-2") == ("related", "posts", "box", "2")
    assert words_of("HTMLAside") == ("html", "aside")
