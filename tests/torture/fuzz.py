"""Fuzz the readers of what strangers write, guided by the branches that inputs reach.

`fuzz.py {query,page,snippet} [--seconds N] [--seed S]`. Each input is held to what is promised of
every input, not only to not crashing; one that breaks a promise is written to a folder that is
printed, as `crash-…`. Needs atheris, of requirements.lock in this folder.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import atheris

with atheris.instrument_imports(include=["indexer"]):
    from indexer.analysis.tokens import terms
    from indexer.corpus import Corpus
    from indexer.errors import CorpusError, IndexerError
    from indexer.highlights import Highlight
    from indexer.index import Index, open_index
    from indexer.knowledge.drugs import DrugKnowledge
    from indexer.model import Block, SearchRequest, Section, Snippet
    from indexer.parsing import parse_article
    from indexer.query.plan import leaves
    from indexer.query.syntax import parse_query
    from indexer.query.understanding import understand
    from indexer.runs import ReindexOptions
    from indexer.snippets import LONGEST_TOTAL, best_snippets

ROOT: Final = Path(__file__).resolve().parents[2]
SAMPLES: Final = ROOT / "corpus"
GOLDEN: Final = ROOT / "tests" / "golden"
MOST_LEAVES: Final = 5_000
"""Of a plan: what the longest query may ask an engine for."""
MOST_BYTES: Final = 4_096


def require(holds: object, what: str) -> None:
    """Fail if a promise is broken, also where assertions are off."""
    if not holds:
        raise AssertionError(what)


def check_snippet(snippet: Snippet, text: str) -> None:
    """Check that a snippet is an exact quotation, its marks sorted, disjoint and inside."""
    end = snippet.start + len(snippet.text)
    require(bool(snippet.text) and text[snippet.start : end] == snippet.text, "no quotation")
    last = 0
    for mark in snippet.marks:
        require(last <= mark.start < mark.end <= len(snippet.text), "a mark outside")
        last = mark.end


# --- what is fuzzed -----------------------------------------------------------------------------


def query_target(folder: Path) -> Callable[[bytes], None]:
    """Put queries to an index of the samples."""
    index: Index = open_index(str(folder / "index"))
    index.reindex(Corpus([SAMPLES]), ReindexOptions(jobs=1))
    knowledge = DrugKnowledge.shipped()
    texts = {
        (summary.id, section.id): section.text
        for summary in index.articles()
        for section in index.article(summary.id).sections
    }

    def look(data: bytes) -> None:
        text = data.decode("utf-8", errors="surrogateescape")
        group = "section" if len(data) % 2 else "article"
        try:
            understood = understand(parse_query(text), knowledge)
            results = index.search(SearchRequest(text=text, group=group))  # type: ignore[arg-type]
        except IndexerError:
            return
        found = sum(1 for concept in understood.concepts for _ in leaves(concept.node))
        require(found <= MOST_LEAVES, f"a plan of {found} leaves")
        require(results.query.text == text, "another query was answered")
        require(len(results.hits) <= results.request.per_page, "too many hits")
        for hit in results.hits:
            for section in hit.sections:
                for snippet in section.snippets:
                    check_snippet(snippet, texts[hit.article.id, section.id])

    return look


def page_target(folder: Path) -> Callable[[bytes], None]:  # noqa: ARG001 - like the others
    """Parse pages."""

    def look(data: bytes) -> None:
        try:
            article = parse_article(data, article_id="a", source="page.html")
        except CorpusError as error:
            require(str(error), "set aside without a reason")
            return
        ids = [section.id for section in article.sections]
        require(len(set(ids)) == len(ids), "two sections of one id")
        require(any(section.text for section in article.sections), "an article without text")
        for section in article.sections:
            lines = section.text.split("\n") if section.text else []
            require(len(lines) == len(section.blocks), "blocks are not lines")
            for number, block in enumerate(section.blocks):
                require(0 <= block.start < block.end <= len(section.text), "a block outside")
                require(block.lead is None or 0 <= block.lead < number, "a lead behind")

    return look


def snippet_target(folder: Path) -> Callable[[bytes], None]:  # noqa: ARG001 - like the others
    """Quote a text for words: the first line is what is asked for, the others are the text."""

    def look(data: bytes) -> None:
        asked, _, text = data.decode("utf-8", errors="replace").partition("\n")
        blocks: list[Block] = []
        at = 0
        for number, line in enumerate(text.split("\n")):
            if line.strip():
                kind = ("paragraph", "item", "row", "term", "quote")[len(line) % 5]
                lead = number - 1 if kind == "item" and 0 < number == len(blocks) else None
                end = at + len(line)
                blocks.append(Block(kind=kind, start=at, end=end, lead=lead))  # type: ignore[arg-type]
            at += len(line) + 1
        section = Section(id="s", heading="H", level=2, text=text, blocks=tuple(blocks))
        wanted = [
            Highlight(terms=tuple(terms(word)), kind="direct", concept=number)
            for number, word in enumerate(asked.split(" ")[:20])
            if list(terms(word))
        ]
        snippets = best_snippets(section, wanted)
        for snippet in snippets:
            check_snippet(snippet, text)
        starts = [snippet.start for snippet in snippets]
        require(starts == sorted(starts), "not in reading order")
        total = sum(len(snippet.text) for snippet in snippets)
        longest = max((len(snippet.text) for snippet in snippets), default=0)
        require(total <= max(LONGEST_TOTAL, 2 * longest), f"{total} characters quoted")

    return look


TARGETS: Final = {"query": query_target, "page": page_target, "snippet": snippet_target}


def seeds(name: str) -> list[bytes]:
    """Return real inputs to begin with."""
    if name == "query":
        lines = "\n".join(
            path.read_text(encoding="utf-8") for path in sorted(GOLDEN.glob("*.tsv"))
        ).splitlines()
        return sorted({line.split("\t")[1].encode() for line in lines if "\t" in line})
    pages = [path.read_bytes() for path in sorted(SAMPLES.rglob("*.htm*"))]
    if name == "page":
        return [data[:MOST_BYTES] for data in pages]
    articles = [parse_article(data, article_id="a", source="page.html") for data in pages]
    return [
        f"dose liver {section.heading}\n{section.text}".encode()[:MOST_BYTES]
        for article in articles
        for section in article.sections[:4]
    ]


def main() -> None:
    """Fuzz one of the targets; atheris ends the process, with another status than 0 at a crash."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=600)
    seed = os.environ.get("SEED") or random.SystemRandom().randrange(1, 1_000_000)
    parser.add_argument("--seed", type=int, default=int(seed))
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    print(f"Seed {chosen.seed}; what breaks a promise goes to {folder}", flush=True)
    look = TARGETS[chosen.target](folder)
    (folder / "seeds").mkdir()
    for number, data in enumerate(seeds(chosen.target)):
        (folder / "seeds" / f"{number:04}").write_bytes(data)
    longest = 1_000 if chosen.target == "query" else MOST_BYTES
    options = [
        f"-seed={chosen.seed}", f"-max_total_time={chosen.seconds}", f"-max_len={longest}",
        "-timeout=30", "-rss_limit_mb=2048", "-print_final_stats=1", f"-artifact_prefix={folder}/",
        str(folder / "seeds"),
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options], look)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
