"""No text of html5lib's tree construction cases is lost: what a browser shows is in the article.

The cases stand beside a developer's checkout; without them there is nothing to compare with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.errors import CorpusError
from indexer.parsing import parse_article

CASES = Path(__file__).resolve().parents[3] / "shared" / "data" / "html5lib-tree-construction"

# Long enough for an article; what a case has is looked for beside it.
TAIL = "<p>It is taken with water in the morning, and never on an empty stomach by anybody.</p>"

# What is never text of an article, whatever it holds.
LEFT_OUT = frozenset(
    "head title script style template noscript noframes noembed svg math canvas iframe object "
    "embed applet audio video map area del s strike datalist output meter progress input select "
    "textarea button option form nav footer header aside address dialog frameset xmp rp".split()
)
# Where the end of a case is not the end of what it opened, the tail would be inside.
SWALLOWING = re.compile(
    r"<(?:plaintext|textarea|title|script|style|select|xmp|frameset|iframe|noscript|noembed|"
    r"noframes|template|svg|math|object|button|video)|<!--|<!\[CDATA\[|<\?",
    re.IGNORECASE,
)
# Pages whose article is an element: what stands outside is not of it.
OUTSIDE = re.compile(r"<(?:main|article)", re.IGNORECASE)

KNOWN = frozenset(
    {
        # libxml2 takes no end of a heading while another heading is open inside.
        "<!doctype html><h1><div><h3><span></h1>foo",
    }
)
"""Cases that no page was ever seen to have, with the reason."""


def cases() -> Iterator[tuple[str, str]]:
    """Yield the pages among the cases, each with the text that a browser shows of its body."""
    for path in sorted(CASES.glob("*.dat")):
        for block in re.split(r"\n\n(?=#data\n)", path.read_text(encoding="utf-8")):
            found = re.match(r"#data\n(.*?)\n?#errors\n(.*)", block.strip("\n"), re.DOTALL)
            if found and "#document-fragment" not in found[2] and "#script-on" not in found[2]:
                yield found[1], shown(found[2].split("#document\n", 1)[1])


def shown(tree: str) -> str:
    """Return the text of a tree as html5lib prints it, without what is left out."""
    texts: list[str] = []
    path: list[str] = []
    for line in re.split(r"\n(?=\| )", tree):
        found = re.fullmatch(r"\| ( *)(.*?)\n?", line, re.DOTALL)
        if found is None:
            continue
        del path[len(found[1]) // 2 :]
        path.append(found[2].strip("<>").split(" ")[-1])
        is_text = found[2].startswith('"') and found[2].endswith('"')
        if is_text and "body" in path and LEFT_OUT.isdisjoint(path):
            texts.append(found[2][1:-1])
    return " ".join(texts)


def missing(words: list[str], text: str) -> list[str]:
    """Return the words that a text lacks; one that a table splits may stand in two parts."""
    return [
        word
        for word in words
        if word not in text
        and not any(word[:at] in text and word[at:] in text for at in range(1, len(word)))
    ]


@pytest.mark.skipif(not CASES.is_dir(), reason=f"{CASES} is not there")
def test_what_a_browser_shows_is_in_the_article() -> None:
    looked_at = 0
    lost: list[tuple[str, object]] = []
    for data, text in cases():
        # A lone X is the label of a button that closes something, and is left out as one.
        words = [word for word in re.findall(r"\w+", text) if word != "X"]
        if not words or OUTSIDE.search(data) or data in KNOWN or "\0" in data:
            continue
        has_tail = not SWALLOWING.search(data)
        try:
            article = parse_article(
                (data + TAIL if has_tail else data).encode(), article_id="case", source="case.html"
            )
        except CorpusError as error:
            # A few letters alone are no article, and the reason says so.
            if has_tail:
                lost.append((data, str(error)))
            continue
        looked_at += 1
        parts = [part for of in article.sections for part in (of.heading, of.text)]
        if gone := missing(words, " ".join([article.title, *parts])):
            lost.append((data, gone))
    assert lost == []
    assert looked_at > 300
