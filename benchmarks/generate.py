"""Make sections and queries to measure over, as many as are asked for, out of MedQuAD.

    python -m benchmarks.generate MEDQUAD_DIR OUT_DIR --sizes 5000,50000,200000,500000

MedQuAD (Ben Abacha and Demner-Fushman 2019, https://doi.org/10.1186/s12859-019-3119-4, CC BY 4.0)
has 26,000 sections' worth of answers when no source is missing, and questions about 1,300
medicines without any. At most half of a set are the former, as they are; the rest are those
questions, answered with runs of real sentences about other things. So headings, words and their
frequencies are real, but the vocabulary stops growing where MedQuAD's does: rare words are commoner
than they would be.

A set is written article by article, and what an article says depends on its name and the seed
alone. So the same seed gives the same bytes, and half a million sections need no more memory
than five thousand.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from benchmarks.documents import Document
from benchmarks.pairs import Pair, read_pairs
from benchmarks.questions import queries_of

SIZES = "5000,50000,200000"
SEED = 7

MOST_REAL = 20_000
"""Real sections in a set; a smaller one has half of it."""
SHORTEST, LONGEST = 70, 230
"""Words at which a real section ends with its sentence."""
WORTHWHILE = 25
"""Words that the rest of an answer needs, to be a section of its own."""
LONGEST_SENTENCE = 120
"""Words; what has more is a list that lost its lines."""

LENGTH = (4.95, 0.4)
"""Mean and deviation of the logarithm of a made section's words: 141 in the middle."""
MADE_SHORTEST, MADE_LONGEST = 50, 300
MOST_IN_A_ROW = 4
"""Sentences that stay together."""
NAMED = 0.25
"""Share of the runs in which the medicine stands for what the text was about."""
FILLED = 0.6
"""Share of the made sections that have one of these sentences."""
FILLERS = (
    "{0} may cause side effects.",
    "Take {0} exactly as directed.",
    "Before taking {0}, tell your doctor about all other medicines.",
    "{0} is usually taken once a day with food.",
    "The dosage of {0} is based on your medical condition.",
)
KEPT = 0.5
"""Share of a medicine's questions that its second and further articles have."""

SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])|\n+")


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive sentences about something: a real section before they are joined."""

    pair: Pair
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """The name of a made article: a medicine's first, second, … one."""

    drug: str
    version: int


Real = tuple[Run, ...]
"""The sections of a real article."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What sets are made of."""

    seed: int
    articles: tuple[Real, ...]
    runs: tuple[Run, ...]
    drugs: Mapping[str, tuple[Pair, ...]]
    """The questions about each medicine."""

    def chance(self, *name: object) -> random.Random:
        """Return chance that depends on the seed and a name alone."""
        return random.Random(" ".join(map(str, (self.seed, *name))))  # noqa: S311 (no secret)


def material_of(pairs: Sequence[Pair], seed: int) -> Material:
    """Return what sets are made of; raise ValueError when there is nothing of one sort."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    articles: dict[str, list[Run]] = {}
    drugs: dict[str, list[Pair]] = {}
    for pair in pairs:
        if pair.answer:
            articles.setdefault(pair.document, []).extend(_runs(pair, chance))
        if pair.is_about_medicine:
            drugs.setdefault(pair.focus, []).append(pair)
    runs = tuple(run for found in articles.values() for run in found)
    if not runs or not drugs:
        raise ValueError("the folder needs answers, and questions about medicines (11_*, 12_*)")
    return Material(
        seed=seed,
        articles=tuple(tuple(found) for found in articles.values() if found),
        runs=runs,
        drugs={drug: tuple(asked) for drug, asked in drugs.items()},
    )


def _runs(pair: Pair, chance: random.Random) -> Iterator[Run]:
    """Cut an answer into sections at the ends of sentences."""
    parts = (" ".join(part.split()).strip(" -") for part in SENTENCE.split(pair.answer))
    target = chance.randint(SHORTEST, LONGEST)
    current: list[str] = []
    words = 0
    for sentence in parts:
        length = len(sentence.split())
        if not 0 < length < LONGEST_SENTENCE:
            continue
        current.append(sentence)
        words += length
        if words >= target:
            yield Run(pair, tuple(current))
            current, words, target = [], 0, chance.randint(SHORTEST, LONGEST)
    if words >= WORTHWHILE:
        yield Run(pair, tuple(current))


def documents_of(material: Material, size: int) -> Iterator[Document]:
    """Yield a set of so many sections, those of an article together."""
    chance = material.chance("order", size)
    most_real = min(MOST_REAL, size // 2)
    real = list(material.articles)
    chance.shuffle(real)
    names: list[Real | Made] = []
    count = 0
    for article in real:
        if count < most_real:
            names.append(article[: most_real - count])
            count += len(article)
    made = _made(material, size - min(count, most_real))
    chance.shuffle(made)
    names += made
    chance.shuffle(names)
    written = (document for name in names for document in _article(material, name))
    yield from islice(written, size)


def _made(material: Material, needed: int) -> list[Made]:
    """Return the names of made articles that have enough sections together."""
    names: list[Made] = []
    version = 0
    while needed > 0:
        for drug in material.drugs:
            names.append(Made(drug, version))
            needed -= len(_asked(material, names[-1]))
        version += 1
    return names


def _asked(material: Material, made: Made) -> list[Pair]:
    """Return the questions that a made article answers."""
    asked = material.drugs[made.drug]
    if not made.version:
        return list(asked)
    chance = material.chance("asked", made.drug, made.version)
    return [pair for pair in asked if chance.random() < KEPT]


def _article(material: Material, name: Real | Made) -> Iterator[Document]:
    if isinstance(name, Made):
        chance = material.chance("text", name.drug, name.version)
        for number, pair in enumerate(_asked(material, name)):
            body = _body(material, name.drug, chance)
            yield _document(pair, body, f"{pair.url}?v={name.version}#{number}")
    else:
        for number, run in enumerate(name):
            yield _document(run.pair, " ".join(run.sentences), f"{run.pair.url}#{number}")


def _body(material: Material, drug: str, chance: random.Random) -> str:
    target = int(min(MADE_LONGEST, max(MADE_SHORTEST, chance.lognormvariate(*LENGTH))))
    parts: list[str] = []
    words = 0
    while words < target:
        run = chance.choice(material.runs)
        start = chance.randrange(len(run.sentences))
        part = " ".join(run.sentences[start : start + chance.randint(1, MOST_IN_A_ROW)])
        if chance.random() < NAMED:
            part = _naming(run.pair.focus).sub(lambda _: drug, part)
        parts.append(part)
        words += len(part.split())
    if chance.random() < FILLED:
        filler = chance.choice(FILLERS).format(drug)
        parts.insert(chance.randrange(len(parts) + 1), filler)
    return " ".join(parts)


@cache
def _naming(focus: str) -> re.Pattern[str]:
    return re.compile(re.escape(focus), re.IGNORECASE)


def _document(pair: Pair, body: str, url: str) -> Document:
    return Document(
        title=pair.focus,
        heading=pair.question,
        body=body,
        url=url,
        drug=pair.focus,
        category=pair.kind,
    )


def write_set(material: Material, size: int, folder: Path) -> Path:
    """Write a set of so many sections and return its file."""
    path = folder / f"d{size}.jsonl"
    with path.open("w", encoding="utf-8") as lines:
        for document in documents_of(material, size):
            lines.write(json.dumps(asdict(document), ensure_ascii=False) + "\n")
    return path


def main() -> None:
    """Make the sets and the queries that the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("medquad", type=Path, metavar="MEDQUAD_DIR", help="folders of XML files")
    parser.add_argument("out", type=Path, metavar="OUT_DIR", help="where to write")
    parser.add_argument("--sizes", default=SIZES, metavar="N,N", help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=SEED, help="default: %(default)s")
    given = parser.parse_args()
    pairs = read_pairs(given.medquad)
    try:
        material = material_of(pairs, given.seed)
    except ValueError as error:
        parser.error(str(error))
    given.out.mkdir(parents=True, exist_ok=True)
    queries = queries_of(pairs, material.chance("queries"))
    (given.out / "queries.json").write_text(json.dumps(queries), encoding="utf-8")
    for size in map(int, given.sizes.split(",")):
        print(write_set(material, size, given.out))


if __name__ == "__main__":
    main()
