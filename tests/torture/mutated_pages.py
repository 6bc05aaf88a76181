"""Look for text that is lost from damaged pages, with a parser of HTML5 as the oracle.

`mutated_pages.py [--count N] [--seed S] [--only NUMBER]`. Two hops are compared, because what
content detection leaves out between them is left out on purpose: what a browser shows must be in
our tree, and what of our tree is chosen must be in the article.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from bs4 import Tag

from indexer.errors import CorpusError
from indexer.model import Article
from indexer.parsing import parse_article
from indexer.parsing.cleaning import clean
from indexer.parsing.content import find_content
from indexer.parsing.decoding import decode
from indexer.parsing.limits import Job, ParserPool
from indexer.parsing.markup import is_text, parse_markup
from indexer.runs import Failure
from tests.torture.mutations import mutated, real_pages

try:
    from selectolax import lexbor
except ImportError:
    HAS_ORACLE = False
else:
    HAS_ORACLE = True

# What is no text of an article wherever it stands, as the parser's documentation tells.
NO_TEXT: Final = tuple(
    "head title script style template noscript noframes noembed svg math canvas iframe object "
    "embed applet audio video map area del s strike datalist output meter progress input select "
    "textarea button frameset".split()
)
WORD: Final = re.compile(r"\w+")
# What a page is set aside for that no page may be set aside for.
CRASHES: Final = ("the parser failed", "ended its parser", "took longer")
FEW_WORDS: Final = 20
"""Of a page that is nearly empty nothing needs to be kept."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was lost of a page, at which hop."""

    lost: tuple[str, ...]
    shown: int
    """Words that a browser shows."""


def oracle_text(text: str) -> str:
    """Return what a browser shows of a body, by an independent parser."""
    tree = lexbor.LexborHTMLParser(text.replace("\0", ""))
    tree.strip_tags(list(NO_TEXT), recursive=True)
    return clean(tree.body.text(separator=" ")) if tree.body else ""


def tree_text(roots: Iterable[Tag], dropped: frozenset[int] = frozenset()) -> str:
    """Return the text of our tree, without what is dropped and what is no text."""
    parts: list[str] = []
    stack: list[object] = []
    stack.extend(reversed([*roots]))
    while stack:
        node = stack.pop()
        if isinstance(node, Tag):
            if node.name not in NO_TEXT and id(node) not in dropped:
                stack.extend(reversed(node.contents))
        elif is_text(node):
            parts.append(node)
    return clean(" ".join(parts))


def article_text(article: Article) -> str:
    """Return all that is kept of a page's text."""
    parts = [part for section in article.sections for part in (section.heading, section.text)]
    return " ".join([article.title, *parts])


def lost_words(shown: str, kept: str) -> list[str]:
    """Return the words of one text that another has not, whole or in two parts."""
    gone = set(WORD.findall(shown)) - set(WORD.findall(kept))
    joined = re.sub(r"\s+", "", kept) if gone else ""
    return sorted(word for word in gone if word not in joined)


def lost_characters(shown: str, kept: str) -> str:
    """Return the letters and digits that one text has more often than another."""
    gone = Counter(filter(str.isalnum, shown)) - Counter(filter(str.isalnum, kept))
    return "".join(sorted(gone.elements()))


def look(job: Job) -> Looked:
    """Parse a page, and compare what is left of it at each hop.

    Raises CorpusError for a page that is set aside.
    """
    decoded = decode(job.data)
    shown = oracle_text(decoded.text) if HAS_ORACLE else ""
    lost: list[str] = []
    try:
        article = parse_article(job.data, article_id=job.article_id, source="page.html")
    except CorpusError as error:
        # What is left of a page may be headings alone, which is told; but not because of us.
        if "no text" in str(error):
            words = lost_words(shown, tree_text([parse_markup(decoded.text)]))
            if len(words) > FEW_WORDS:
                return Looked((f"set aside, but a browser shows: {words[:8]}",), len(words))
        raise
    page = parse_markup(decoded.text)
    ours = tree_text([page])
    if words := lost_words(shown, ours):
        lost.append(f"words a browser shows: {words[:8]}")
    if characters := lost_characters(shown, ours):
        lost.append(f"characters a browser shows: {characters[:60]}")
    content = find_content(page)
    chosen = tree_text(content.roots, content.dropped)
    if words := lost_words(chosen, article_text(article)):
        lost.append(f"words that were chosen: {words[:8]}")
    return Looked(tuple(lost), len(WORD.findall(shown)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of all pages."""

    pages: int
    parsed: int
    words: int
    lost: tuple[str, ...]
    crashes: tuple[str, ...]
    reasons: Counter[str]
    """Why pages were set aside, without the figures."""


def campaign(
    seed: int, numbers: Iterable[int], tell: Callable[[str], None] = lambda _: None
) -> Result:
    """Look at damaged pages by their numbers, under the limits of a run; tell what is lost."""
    pages = real_pages()
    lost: list[str] = []
    crashes: list[str] = []
    reasons: Counter[str] = Counter()
    total = parsed = words = 0

    def jobs() -> Iterator[Job]:
        for number in numbers:
            name, data = mutated(pages, seed, number)
            yield Job(name=name, article_id="a", data=data)

    with ParserPool(look, jobs=1) as pool:
        for outcome in pool.run(jobs()):
            total += 1
            if total % 1_000 == 0:
                tell(f"{total:,} pages")
            if isinstance(outcome.value, Failure):
                reason = outcome.value.reason
                reasons[re.sub(r"\d[\d,.]*", "N", reason)] += 1
                if reason.startswith(CRASHES):
                    crashes.append(f"{outcome.name}: {reason}")
                    tell(crashes[-1])
                continue
            parsed += 1
            words += outcome.value.shown
            for what in outcome.value.lost:
                lost.append(f"{outcome.name}: {what}")
                tell(lost[-1])
    return Result(
        pages=total,
        parsed=parsed,
        words=words,
        lost=tuple(lost),
        crashes=tuple(crashes),
        reasons=reasons,
    )


def main() -> int:
    """Run a campaign and tell what came of it; return 1 if text was lost or a parser crashed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=int(os.environ.get("PAGES", "20000")))
    seed = os.environ.get("SEED") or random.SystemRandom().randrange(1, 1_000_000)
    parser.add_argument("--seed", type=int, default=int(seed))
    parser.add_argument("--only", type=int, help="the number of one page to look at again")
    chosen = parser.parse_args()
    print(f"Seed {chosen.seed}; oracle: {'lexbor' if HAS_ORACLE else 'none'}", flush=True)
    numbers = range(chosen.count) if chosen.only is None else (chosen.only,)
    result = campaign(chosen.seed, numbers, partial(print, flush=True))
    print(
        f"{result.pages:,} pages, {result.parsed:,} parsed with {result.words:,} words shown; "
        f"{len(result.lost)} losses, {len(result.crashes)} crashes, set aside: "
        f"{dict(result.reasons.most_common())}"
    )
    return 1 if result.lost or result.crashes else 0


if __name__ == "__main__":
    sys.exit(main())
