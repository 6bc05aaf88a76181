"""Damaged real pages: each is read whole, or set aside with its reason.

The oracle is another HTML parser, lexbor. Each piece of text of a page is marked with a word of its
own before the page is damaged. A mark that lexbor still finds below the very elements that it
stood below before, in a page with as many articles in it, is text that damage elsewhere must not
cost: it has to be in our article if it was in that of the page before.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from indexer.errors import CorpusError
from indexer.model import Article
from indexer.parsing import parse_article
from indexer.parsing.decoding import decode
from indexer.parsing.limits import Job, ParserPool
from indexer.runs import Failure
from tests.parsing.mutations import mutate

ROOT = Path(__file__).resolve().parents[2]
LEAFLETS = ROOT.parent / "shared" / "data" / "epi_html_en"

# As often as one likes: PAGES=20000 SEED=7 pytest tests/parsing/test_mutated_pages.py
PAGES = int(os.environ.get("PAGES", "300"))
SEED = int(os.environ.get("SEED", "1"))

COSTLY = ("took", "needed", "ended its parser", "the parser failed")
"""How the reason begins of a page that cost its parser."""

STARTS = re.compile(rb"(<(?:p|li|td|th|dd|dt|h[1-6]|div|b|strong|span)\b[^<>]*>)(?=[^<]{12})")
MARK = re.compile(r"qzx\d+qzx")
# What our parser leaves out, or reads in another way, wherever it stands. A title may come from
# elsewhere, and the head of a column is told with the cells below it: with none it is not told.
UNLIKE = frozenset(
    "h1 thead script style template noscript noframes noembed svg math canvas iframe object embed "
    "applet audio video textarea select option button title frameset plaintext xmp del s "
    "strike".split()
)
Chain = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Original:
    """A page whose texts are marked, and where the marks stand that our article of it has."""

    data: bytes
    chains: Mapping[str, Chain]
    articles: int


def page_of(job: Job) -> Article:
    return parse_article(job.data, article_id=job.article_id, source=job.name)


def marks_of(article: Article) -> frozenset[str]:
    """Return the marks in an article; one that a stray tag parts is there all the same."""
    texts = [article.title]
    for section in article.sections:
        texts += [section.heading, section.text]
    return frozenset(MARK.findall("".join("".join(texts).split())))


def chains_of(data: bytes) -> tuple[dict[str, Chain], int]:
    """Return below which elements each mark stands, as lexbor reads a page, and its articles."""
    tree = LexborHTMLParser(decode(data).text)
    found: dict[str, Chain] = {}
    body = tree.body
    if body is None:
        return found, 0
    doubled = set()
    for node in body.traverse(include_text=True):
        if node.tag == "-text":
            for mark in MARK.findall(node.text_content or ""):
                if mark in found:
                    doubled.add(mark)
                found[mark] = chain_of(node)
    kept = {mark: chain for mark, chain in found.items() if mark not in doubled}
    return kept, len(tree.css("main, article, [role=main]"))


def chain_of(node: LexborNode) -> Chain:
    chain = []
    parent = node.parent
    while parent is not None and parent.tag != "html":
        attributes = sorted((name, value or "") for name, value in parent.attributes.items())
        chain.append(f"{parent.tag} {attributes}")
        parent = parent.parent
    return tuple(chain)


@cache
def original(path: Path) -> Original | None:
    """Mark the texts of a page; None for one whose encoding is not that of the marks."""
    numbers = iter(range(1_000_000))
    data = STARTS.sub(lambda m: m[1] + b"qzx%dqzx " % next(numbers), path.read_bytes())
    try:
        kept = marks_of(parse_article(data, article_id="a", source=path.name))
    except CorpusError:
        return None
    chains, articles = chains_of(data)
    return Original(
        data,
        {
            mark: chain
            for mark, chain in chains.items()
            if mark in kept and UNLIKE.isdisjoint(each.partition(" ")[0] for each in chain)
        },
        articles,
    )


def jobs(seed: int, count: int) -> Iterator[Job]:
    """Yield damaged pages; each follows from its seed and number alone."""
    samples = sorted((ROOT / "corpus").rglob("*.htm*"))  # few, of many designs
    leaflets = sorted(LEAFLETS.glob("*.html")) or samples  # many, of one
    for number in range(count):
        chance = random.Random(f"{seed} {number}")
        path = chance.choice(chance.choice((samples, leaflets)))
        if (page := original(path)) is not None:
            names, data = mutate(chance, page.data)
            yield Job(name=f"{number} {names} {path}", article_id="a", data=data)


def lost(job: Job, article: Article) -> list[str]:
    """Return the marks that an article of a damaged page should have and has not."""
    page = original(Path(job.name.split(" ", 2)[2]))
    assert page is not None
    chains, articles = chains_of(job.data)
    if articles != page.articles:
        return []
    there = marks_of(article)
    return [
        mark
        for mark, chain in chains.items()
        if mark not in there and page.chains.get(mark) == chain
    ]


@pytest.mark.slow
def test_damage_costs_a_page_no_other_text_and_no_page_its_parser() -> None:
    print(f"seed {SEED}, {PAGES} pages")
    made: dict[str, Job] = {}

    def remembered() -> Iterator[Job]:
        for job in jobs(SEED, PAGES):
            made[job.name] = job
            yield job

    read, aside = 0, 0
    losses: dict[str, list[str]] = {}
    with ParserPool(page_of) as pool:
        for outcome in pool.run(remembered()):
            job = made.pop(outcome.name)
            if isinstance(outcome.value, Failure):
                assert outcome.value.reason, outcome.name
                assert not outcome.value.reason.startswith(COSTLY), (outcome.name, outcome.value)
                aside += 1
                continue
            read += 1
            if gone := lost(job, outcome.value):
                losses[outcome.name] = gone
    print(f"{read} read, {aside} set aside, {len(losses)} with a loss")
    assert losses == {}
    assert read > 0.8 * (read + aside)
