"""Sets of sections out of MedQuAD."""

from __future__ import annotations

import json
import random
from itertools import groupby
from pathlib import Path

import pytest

from benchmarks.documents import Document, Reading, read_queries
from benchmarks.generate import documents_of, material_of
from benchmarks.pairs import read_pairs
from benchmarks.questions import queries_of
from tests.benchmarks.conftest import command

SENTENCE = "Number {} says that some people with this condition have more of it than others do."
PAIR = "<QAPair pid='{}'><Question qtype='{}'>{}</Question><Answer>{}</Answer></QAPair>"
PAGE = "<Document url='{}'><Focus>{}</Focus><QAPairs>{}</QAPairs></Document>"
DRUGS = ("Imuran", "Plavix", "Zocor")


@pytest.fixture(scope="module")
def medquad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten answered pages of two questions each, and three medicines' questions."""
    folder = tmp_path_factory.mktemp("medquad")
    _write(folder / "1_Conditions", 10, "Gout {}", "What causes gout {} ?", sentences=30)
    _write(folder / "11_Drugs", len(DRUGS), "{}", "What are side effects of {} ?", sentences=0)
    return folder


def _write(folder: Path, count: int, focus: str, question: str, *, sentences: int) -> None:
    folder.mkdir()
    for number in range(count):
        name = focus.format(number if sentences else DRUGS[number])
        answer = " ".join(SENTENCE.format(at) for at in range(sentences))
        pairs = "".join(PAIR.format(at, "causes", question.format(name), answer) for at in (1, 2))
        text = PAGE.format(f"pages/{name}", name, pairs)
        (folder / f"{number}.xml").write_text(text, encoding="utf-8")


def _set(medquad: Path, size: int, seed: int = 7) -> list[Document]:
    return list(documents_of(material_of(read_pairs(medquad), seed), size))


def test_a_set_has_exactly_so_many_sections(medquad: Path) -> None:
    assert [len(_set(medquad, size)) for size in (1, 10, 333)] == [1, 10, 333]


def test_the_same_seed_gives_the_same_set(medquad: Path) -> None:
    assert _set(medquad, 200) == _set(medquad, 200)
    assert _set(medquad, 200) != _set(medquad, 200, seed=8)


def test_a_set_has_both_real_and_made_sections(medquad: Path) -> None:
    drugs = [document.drug in DRUGS for document in _set(medquad, 40)]
    assert 20 <= sum(drugs) < 40


def test_the_sections_of_an_article_stand_together(medquad: Path) -> None:
    addresses = [one.url.partition("#")[0] for one in _set(medquad, 100)]
    in_a_row = [address for address, _ in groupby(addresses)]
    assert len(in_a_row) == len(set(in_a_row))
    assert len(in_a_row) < len(addresses)


def test_sections_are_as_long_as_real_ones(medquad: Path) -> None:
    lengths = [len(one.body.split()) for one in _set(medquad, 100)]
    assert min(lengths) >= 25
    assert max(lengths) < 450


def test_without_medicines_there_is_nothing_to_make(medquad: Path) -> None:
    pairs = [pair for pair in read_pairs(medquad) if not pair.is_about_medicine]
    with pytest.raises(ValueError, match="medicines"):
        material_of(pairs, 7)


def test_queries_are_distinct_plain_words(medquad: Path) -> None:
    queries = queries_of(read_pairs(medquad), random.Random(7))
    for texts in queries.values():
        assert texts
        assert len(set(texts)) == len(texts)
        assert all(text.replace(" ", "").isalnum() and text.islower() for text in texts)
    assert all(len(text.split()) > 1 for text in queries["phrase"])


def test_the_command_writes_what_the_engines_read(medquad: Path, tmp_path: Path) -> None:
    command("benchmarks.generate", medquad, tmp_path, "--sizes", "5,12")
    reading = Reading(tmp_path / "d12.jsonl")
    assert list(reading) == _set(medquad, 12)
    assert reading.count == 12
    assert len(list(Reading(tmp_path / "d5.jsonl"))) == 5
    named = json.loads((tmp_path / "queries.json").read_text(encoding="utf-8"))
    assert read_queries(tmp_path / "queries.json").words == tuple(named["q"])
