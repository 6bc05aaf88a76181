"""A small set of sections in plain words that no stemmer changes, and what is in it."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from benchmarks.documents import Document, Queries
from benchmarks.engines import ENGINES

ROOT = Path(__file__).parents[2]
WORDS = (
    "milk salt iron zinc lung skin vein pain rash pill bark corn fork germ harm kelp limb moth neck"
).split()
SECTIONS = 90


@dataclass(frozen=True, slots=True)
class Sample:
    """Sections and queries, and the files that have them."""

    documents: tuple[Document, ...]
    queries: Queries
    documents_file: Path
    queries_file: Path


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    folder = tmp_path_factory.mktemp("sample")
    chance = random.Random(5)
    documents = tuple(_document(number, chance) for number in range(SECTIONS))
    words = ("zinc", "milk rash", "kelp limb moth", "absent neck", "absent")
    named = {"q": words, "phrase": ("milk salt", "rash pill"), "prefix": ("mi", "ker", "l")}
    documents_file, queries_file = folder / "documents.jsonl", folder / "queries.json"
    lines = (json.dumps(asdict(document)) + "\n" for document in documents)
    documents_file.write_text("".join(lines), encoding="utf-8")
    queries_file.write_text(json.dumps(named), encoding="utf-8")
    queries = Queries(words=words, phrases=named["phrase"], prefixes=named["prefix"])
    return Sample(documents, queries, documents_file, queries_file)


def _document(number: int, chance: random.Random) -> Document:
    """Return a section that is alone in its article, so that titles count for every one."""
    body = [chance.choice(WORDS) for _ in range(chance.randint(5, 14))]
    if number % 7 == 0:
        body += ["milk", "salt"]
    return Document(
        title=chance.choice(WORDS),
        heading=f"{chance.choice(WORDS)} {chance.choice(WORDS)}",
        body=" ".join(body),
        url=f"page-{number}#0",
        drug=chance.choice(WORDS),
        category="sample",
    )


def need(engine: str) -> None:
    """Skip the test where an engine's library is not installed."""
    if not ENGINES[engine].is_installed:
        pytest.skip(f"{engine} is not installed; `make bench` brings it")


def command(module: str, *arguments: object, code: int = 0) -> str:
    """Run a module of the benchmarks, and return what it prints; fail for another exit code."""
    ended = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == code, ended.stderr
    return ended.stdout if code == 0 else ended.stderr


def lines_of(text: str) -> Sequence[dict[str, object]]:
    """Read lines of JSON."""
    return [json.loads(line) for line in text.splitlines()]
