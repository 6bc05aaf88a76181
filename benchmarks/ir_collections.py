"""Ask two classic test collections, Cranfield and NPL (Vaswani), and compare with plain BM25.

    python benchmarks/ir_collections.py DATA/ir [--failures FILE]

They are about aerodynamics and electronics, in whole sentences: what is measured is finding and
ranking as such, without any knowledge of medicines.

Cranfield's judgments grade 1 (a complete answer) to 4 (of minimum interest), and -1 or 5 for no
interest, so gains are 5 minus the grade. They number queries by their place in `cran.qry`, not by
the ids there. NPL has no grades and no titles; its texts begin with the title, set off by two
spaces or the end of the line, and its queries are in capitals, where AND would be an operator.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bm25 import Bm25
from figures import Grades, figures
from ir_measures import AP, R, nDCG
from relevance import (
    Failed,
    Page,
    Ranking,
    Watch,
    arguments,
    index_of,
    mean,
    paragraphs,
    ranking,
    reading,
    table,
    write_failures,
)

MEASURES = (nDCG @ 10, AP, R @ 100)
DEPTH = 100
SEEN = 10  # hits; a query fails when nothing relevant is among them
BEST_GRADE = 1
NO_INTEREST = 5


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents as title and text, queries, and how relevant which document is to which query."""

    name: str
    documents: dict[str, tuple[str, str]]
    queries: dict[str, str]
    grades: Grades


def cranfield(folder: Path) -> Collection:
    """Read Cranfield 1400."""
    documents = {}
    for number, fields in _records((folder / "cran.all.1400").read_text(encoding="latin-1")):
        title, text = fields.get("T", ""), fields.get("W", "")
        documents[f"cran-{number}"] = (title.removesuffix(" ."), text.removeprefix(title).strip())
    records = _records((folder / "cran.qry").read_text(encoding="latin-1"))
    queries = {
        str(place): fields["W"].removesuffix(" .")
        for place, (_, fields) in enumerate(records, start=1)
    }
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (folder / "cranqrel").read_text(encoding="latin-1").splitlines():
        query, document, grade = line.split()
        is_relevant = BEST_GRADE <= int(grade) < NO_INTEREST
        grades[query][f"cran-{document}"] = NO_INTEREST - int(grade) if is_relevant else 0
    return Collection("Cranfield", documents, queries, grades)


def _records(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield number and fields of each record of SMART's format."""
    for record in re.split(r"^\.I +", text, flags=re.MULTILINE)[1:]:
        number, *fields = re.split(r"^\.([A-Z])[ ]*$", record, flags=re.MULTILINE)
        named = zip(fields[::2], fields[1::2], strict=True)
        yield number.strip(), {name: " ".join(value.split()) for name, value in named}


def npl(folder: Path) -> Collection:
    """Read NPL in the format of TREC."""
    text = (folder / "corpus" / "doc-text.trec").read_text(encoding="latin-1")
    documents = {}
    for number, body in re.findall(r"<DOCNO>(\d+)</DOCNO>\n(.*?)</DOC>", text, re.DOTALL):
        first, _, second = body.strip().partition("\n")
        title, parted, _ = f"{first}\n{second.partition(chr(10))[0]}".partition("  ")
        title = title if parted else first
        rest = body.strip().removeprefix(title)
        documents[f"npl-{number}"] = (" ".join(title.split()), " ".join(rest.split()))
    topics = (folder / "query-text.trec").read_text(encoding="latin-1")
    queries = {
        number: " ".join(query.split()).lower()
        for number, query in re.findall(
            r"<num>(\d+)</num>\s*<title>(.*?)</title>", topics, re.DOTALL
        )
    }
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (folder / "qrels").read_text(encoding="latin-1").splitlines():
        query, _, document, grade = line.split()
        grades[query][f"npl-{document}"] = int(grade)
    return Collection("NPL", documents, queries, grades)


def pages_of(collection: Collection) -> Iterator[Page]:
    """Yield each document as a page; what is a title and nothing more has it as its text."""
    for name, (title, text) in collection.documents.items():
        yield Page(name, title or name, paragraphs([text or title]))


def row(name: str, collection: Collection, runs: dict[str, Ranking]) -> list[str]:
    """Return the means of a run as a row."""
    found = figures(MEASURES, collection.grades, runs)
    empty = sum(not ranked for ranked in runs.values())
    cells = [f"{mean(found[str(measure)].values()):.4f}" for measure in MEASURES]
    return [name, str(len(runs)), *cells, str(empty)]


def failure(collection: Collection, query: str, ranked: Ranking, notes: str) -> Failed | None:
    """Return a query with nothing relevant among what a reader sees."""
    relevant = [name for name, grade in collection.grades[query].items() if grade > 0]
    if not relevant or set(relevant) & set(ranked[:SEEN]):
        return None
    expected = "; ".join(f"{name} {collection.documents[name][0]}" for name in relevant[:3])
    first = f"{ranked[0]} {collection.documents[ranked[0]][0]}" if ranked else "nothing"
    return Failed(collection.queries[query], expected, first, notes)


def main() -> None:
    """Index each collection, ask its queries, print the figures of both."""
    options = arguments(__doc__).parse_args()
    failures = []
    rows = []
    for collection in (cranfield(options.data / "cran"), npl(options.data / "vaswani_npl")):
        peer = Bm25(
            {name: f"{title}\n{text}" for name, (title, text) in collection.documents.items()}
        )
        runs: dict[str, Ranking] = {}
        watch = Watch()
        with index_of(pages_of(collection), options, collection.name.lower()) as index:
            for query, text in collection.queries.items():
                runs[query], results = ranking(index, text, DEPTH, watch)
                notes = f"{results.total.articles} found; {reading(results.query)}"
                failures.append(failure(collection, query, runs[query], notes))
        peers = {query: peer.ranking(text, DEPTH) for query, text in collection.queries.items()}
        print(f"{collection.name}: {watch}")
        rows.append(row(f"{collection.name} drugsearch", collection, runs))
        rows.append(row(f"{collection.name} BM25", collection, peers))
    print(table(["collection", "queries", *map(str, MEASURES), "nothing found"], rows))
    write_failures([failed for failed in failures if failed], options.failures)


if __name__ == "__main__":
    main()
