"""What the benchmarks of relevance share: pages, an index of them, rankings, tables of figures.

A benchmark turns its data into HTML pages, has them indexed as anybody's pages are, and asks the
index as a reader would. Nothing here knows a collection, and nothing here is part of the product.
"""

from __future__ import annotations

import argparse
import csv
import html
import random
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from indexer import Corpus, Index, ReindexOptions, SearchRequest, open_index
from indexer.model import LARGEST_PAGE_SIZE, Interpretation, Results

SEED = 20240229
"""Makes every sample the same in every run."""

Item = TypeVar("Item")
Ranking = list[str]


@dataclass(frozen=True, slots=True)
class Page:
    """An article to be written as an HTML page; its name becomes the article's id."""

    name: str
    title: str
    body: str
    """HTML below the h1."""
    modified: str = ""
    """ISO 8601 date, empty when the data tells none."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A query whose answer was not the expected one."""

    query: str
    expected: str
    first: str
    notes: str


# --- pages and the index ----------------------------------------------------------------------


def paragraphs(texts: Iterable[str]) -> str:
    """Return texts as HTML paragraphs, empty ones left out."""
    return "\n".join(f"<p>{html.escape(text.strip())}</p>" for text in texts if text.strip())


def write_pages(pages: Iterable[Page], folder: Path) -> int:
    """Write pages into a folder, leave alone what is the same, and return how many there are.

    Pages of an earlier run that are not among these are removed: the folder is the corpus.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = set()
    for page in pages:
        path = folder / f"{page.name}.html"
        content = _document(page).encode()
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)
        written.add(path)
    for path in folder.glob("*.html"):
        if path not in written:
            path.unlink()
    return len(written)


def _document(page: Page) -> str:
    title = html.escape(page.title)
    date = f'<meta property="article:modified_time" content="{page.modified}">\n'
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{title}</title>\n{date if page.modified else ''}</head>\n"
        f"<body>\n<article>\n<h1>{title}</h1>\n{page.body}\n</article>\n</body>\n</html>\n"
    )


def arguments(description: str | None) -> argparse.ArgumentParser:
    """Return a parser of the options that every benchmark has."""
    parser = argparse.ArgumentParser(
        description=(description or "").partition("\n")[0],
    )
    parser.add_argument("data", type=Path, metavar="DIR", help="folder of the data")
    parser.add_argument("--failures", type=Path, metavar="FILE", help="write failures as TSV")
    parser.add_argument("--work", type=Path, metavar="DIR", help="keep pages and index here")
    parser.add_argument("--reuse", action="store_true", help="search the index in --work as it is")
    parser.add_argument("--jobs", type=int, default=1, help="processes that parse (default 1)")
    return parser


@contextmanager
def index_of(pages: Iterable[Page], options: argparse.Namespace, name: str = "") -> Iterator[Index]:
    """Index pages in the folder that was asked for or in a temporary one, and tell how it went."""
    with tempfile.TemporaryDirectory(prefix="drugsearch-bench-") as temporary:
        work = (options.work or Path(temporary)) / name
        index = open_index(str(work / "index"))
        if not (options.reuse and options.work):
            _build(index, pages, work / "pages", options.jobs)
        yield index


def _build(index: Index, pages: Iterable[Page], folder: Path, jobs: int) -> None:
    count = write_pages(pages, folder)
    report = index.reindex(
        Corpus([str(folder)]), ReindexOptions(fresh=True, allow_removals=True, jobs=jobs)
    )
    if not report.published or len(report.failed) == count:
        sys.exit(f"Nothing was indexed: {report.refused or report.failed[:3]}")
    print(
        f"indexed {report.articles} articles, {report.sections} sections"
        f" in {report.seconds:.0f} s; {len(report.failed)} set aside"
    )
    for failure in report.failed[:3]:
        print(f"  {failure.source}: {failure.reason}")


# --- asking -----------------------------------------------------------------------------------


@dataclass(slots=True)
class Watch:
    """Adds up what searches take."""

    seconds: float = 0.0
    searches: int = 0

    def ask(self, index: Index, request: SearchRequest) -> Results:
        """Answer a request and take its time."""
        started = time.perf_counter()
        results = index.search(request)
        self.seconds += time.perf_counter() - started
        self.searches += 1
        return results

    def __str__(self) -> str:
        """Tell the mean."""
        mean = self.seconds * 1000 / max(self.searches, 1)
        return f"{self.searches} searches, {mean:.1f} ms each"


def ranking(index: Index, text: str, depth: int, watch: Watch) -> tuple[Ranking, Results]:
    """Return the ids of the first articles for a query, and the answer's first page."""
    size = min(depth, LARGEST_PAGE_SIZE)
    ranked: Ranking = []
    first: Results | None = None
    for page in range(1, -(-depth // size) + 1):
        results = watch.ask(index, SearchRequest(text=text, page=page, per_page=size))
        first = first or results
        ranked += [hit.article.id for hit in results.hits]
        if page >= results.pages:
            break
    if first is None:
        raise ValueError(f"no page of a ranking of depth {depth}")
    return ranked[:depth], first


def reading(query: Interpretation) -> str:
    """Return in one line how a query was read."""
    parts = [
        query.mode,
        "drugs: " + ", ".join(f"{drug.name}={drug.ingredient}" for drug in query.drugs),
        "intent: " + ", ".join(f"{intent.kind} ({intent.matched})" for intent in query.intent),
        "dropped: " + ", ".join(query.dropped),
        *query.notes,
    ]
    return "; ".join(part for part in parts if not part.endswith(": "))


def sample(items: Sequence[Item], size: int | None) -> list[Item]:
    """Return a sample of a size, the same in every run, in the order of the items."""
    if size is None or size >= len(items):
        return list(items)
    chosen = random.Random(SEED).sample(range(len(items)), size)  # noqa: S311 (no secret)
    return [items[number] for number in sorted(chosen)]


# --- figures ----------------------------------------------------------------------------------


def mean(values: Iterable[float]) -> float:
    """Return the mean, 0 of nothing."""
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows as lines of columns: the first to the left, the others to the right."""
    lines = [list(header), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if number == 0 else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def write_failures(failures: Sequence[Failed], file: Path | None) -> None:
    """Write failures as tab-separated values, if a file was asked for."""
    if file is None:
        return
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, delimiter="\t", lineterminator="\n")
        writer.writerow(["query", "expected", "first", "notes"])
        for failed in failures:
            row = (failed.query, failed.expected, failed.first, failed.notes)
            writer.writerow([" ".join(cell.split()) for cell in row])
    print(f"{len(failures)} failures in {file}")
