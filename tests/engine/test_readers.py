"""Threads that search while generations are published get the answers that one thread gets.

GENERATIONS=50 READS=80000 pytest tests/engine/test_readers.py repeats a long run.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
from whoosh import query as q

from indexer import Corpus, Index, ReindexOptions, SearchRequest, open_index
from indexer.engine import open_engine
from indexer.engine.base import Engine
from indexer.engine.whoosh.snapshot import WhooshSnapshot
from indexer.errors import IndexDamagedError, IndexLockedError
from tests.engine.strategies import article_of, state_of

GENERATIONS = int(os.environ.get("GENERATIONS", "2"))
READS = int(os.environ.get("READS", "100"))
THREADS = 8
ROOT = Path(__file__).resolve().parents[2]
QUERIES = (
    "imuran side effects",
    "liver OR dose",
    '"edition of"',
    "edit* -imuran",
    "imuran liver dose",
    "nothing has zebras",
)
EDITED = 4
"""Pages that every edition changes."""

Answers = tuple[object, ...]


def publish(index: Index, place: Path, edition: int) -> None:
    for number in range(EDITED):
        words = "one edition of the liver" if edition % 2 else "another edition of a dose"
        parts = "".join(f"<h2>Dose {part}</h2><p>{words} {part} mg.</p>" for part in range(3))
        text = f"<title>Imuran {number}</title><h1>Imuran {number}</h1><p>{words}</p>{parts}"
        (place / "pages" / f"edition{number}.html").write_text(text, "utf-8")
    options = ReindexOptions(jobs=1, checksum=True, fresh=edition % 5 == 4)
    assert index.reindex(Corpus([place / "pages"]), options).published


def edition_of(index: Index) -> int:
    """Return which edition is served, as its articles say, and that all say the same."""
    texts = {
        "one edition" in section.text
        for number in range(EDITED)
        for section in index.article(f"edition{number}").sections
    }
    assert len(texts) == 1, "a mixed generation"
    return int(texts.pop())


def answers(index: Index) -> Iterator[Answers]:
    """Yield what is answered to each question, as a reader would see it."""
    for text in QUERIES:
        found = index.search(SearchRequest(text=text, group="section", per_page=10))
        hits = tuple((replace(hit.article, indexed=None), hit.sections) for hit in found.hits)
        yield text, found.total, hits, found.facets
    yield "im", index.suggest("im")
    yield "ids", *(summary.id for summary in index.articles())
    # Whoosh's own matchers, which open what they read when they are first asked.
    snapshot = index._snapshot()
    assert isinstance(snapshot, WhooshSnapshot)
    fuzzy = snapshot.queries.search(q.FuzzyTerm("text", "dosa"), limit=20)
    yield "dosa", fuzzy.total, *map(round_, fuzzy.scores)


def round_(score: float) -> float:
    return round(score, 5)


class Readers:
    """Threads that ask until they are told to stop, and what went wrong."""

    def __init__(self, index: Index, expected: dict[int, list[Answers]]) -> None:
        self.index = index
        self.expected = expected
        self.done = threading.Event()
        self.wrong: list[str] = []
        self.reads = [0] * THREADS
        self.editions: set[int] = set()
        self.threads = [threading.Thread(target=self._read, args=(at,)) for at in range(THREADS)]

    def _read(self, at: int) -> None:
        try:
            while not self.done.is_set():
                with self.index.one_generation():
                    edition = edition_of(self.index)
                    self.editions.add(edition)
                    found = answers(self.index)
                    for answer, right in zip(found, self.expected[edition], strict=True):
                        self.reads[at] += 1
                        if answer != right:
                            self.wrong.append(f"{answer[0]}: {answer} instead of {right}")
        except BaseException as error:
            self.wrong.append(repr(error))
            raise


@pytest.fixture
def _adversarial() -> Iterator[None]:
    """Let threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    yield
    sys.setswitchinterval(before)


@pytest.mark.slow
@pytest.mark.usefixtures("_adversarial")
def test_eight_threads_get_the_answers_of_one_while_generations_are_published(
    tmp_path: Path,
) -> None:
    (tmp_path / "pages").mkdir()
    for path in sorted((ROOT / "corpus").glob("*.html"))[:4]:
        shutil.copy(path, tmp_path / "pages")
    index = open_index(str(tmp_path / "index"))
    expected: dict[int, list[Answers]] = {}
    for edition in range(2):
        publish(index, tmp_path, edition)
        expected[edition] = list(answers(index))
        assert edition_of(index) == edition
    assert expected[0] != expected[1]
    readers = Readers(index, expected)
    for thread in readers.threads:
        thread.start()
    edition = 2
    # On a busy machine all readers may sleep through a generation: then there is another.
    while edition < GENERATIONS + 2 or sum(readers.reads) < READS or len(readers.editions) < 2:
        if edition < GENERATIONS + 2 or (len(readers.editions) < 2 and edition < 20 * GENERATIONS):
            publish(index, tmp_path, edition)
            if edition % 7 == 2:
                index.rollback()
                index.collect_garbage()
            edition += 1
        if readers.wrong:
            break
    readers.done.set()
    for thread in readers.threads:
        thread.join()
    print(f"{edition - 2} generations, {sum(readers.reads)} answers by {THREADS} threads")
    assert readers.wrong == []
    assert readers.editions == {0, 1}
    assert min(readers.reads) > 0


def test_of_two_indexers_at_once_one_is_told_and_neither_loses_anything(tmp_path: Path) -> None:
    location = str(tmp_path / "index")
    engine = open_engine(location)
    done: list[str] = []
    refused: list[str] = []

    def index(name: str) -> None:
        for number in range(5):
            article = article_of(f"{name}{number}", "dose")
            own = open_engine(location)
            while article.article.id not in done:
                try:
                    with own.writer(fresh=False) as writer:
                        writer.put(article, state_of(article))
                except IndexLockedError as error:
                    refused.append(str(error))
                else:
                    done.append(article.article.id)

    threads = [threading.Thread(target=index, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all("is being written by process" in each or "another" in each for each in refused)
    assert [summary.id for summary in engine.snapshot().summaries()] == sorted(done)
    assert len(done) == 10
    assert engine.verify().problems == ()


# --- moments that are too short to meet by chance ---------------------------------------------


def overtaken(monkeypatch: pytest.MonkeyPatch, place: str, engine: Engine) -> None:
    """Have two generations published while something of the served one is about to be read."""
    module, _, name = place.rpartition(".")
    real = getattr(import_module(module), name)
    overtaken_once: list[bool] = []

    def read(*arguments: object, **options: object) -> object:
        if not overtaken_once:
            overtaken_once.append(True)
            for number in range(2):
                with engine.writer(fresh=True) as writer:
                    article = article_of(f"b{number}", "dose")
                    writer.put(article, state_of(article))
                    writer.set_aside([])
        return real(*arguments, **options)

    monkeypatch.setattr(place, read)


@pytest.mark.parametrize(
    ("moment", "ask"),
    [
        ("snapshot.read_segments", lambda engine: engine.snapshot().article("b1").id),
        ("snapshot.read_failures", lambda engine: engine.snapshot().article("b1").id),
        ("read_states", lambda engine: engine.baseline().states["b1.html"].article_id),
        ("read_failures", lambda engine: engine.baseline().states["b1.html"].article_id),
        ("verification.verify_generation", lambda engine: "b1" * (not engine.verify().problems)),
    ],
)
def test_who_is_overtaken_while_opening_a_generation_opens_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str, ask: Callable[[Engine], str]
) -> None:
    engine = open_engine(str(tmp_path / "index"))
    with engine.writer(fresh=True) as writer:
        writer.put(article_of("a", "dose"), state_of(article_of("a", "dose")))
        writer.set_aside([])
    reader = open_engine(str(tmp_path / "index"))
    overtaken(monkeypatch, f"indexer.engine.whoosh.{moment}", engine)
    assert ask(reader) == "b1"


def test_a_file_that_somebody_removed_from_what_is_served_is_damage(tmp_path: Path) -> None:
    engine = open_engine(str(tmp_path / "index"))
    with engine.writer(fresh=True) as writer:
        writer.put(article_of("a", "dose"), state_of(article_of("a", "dose")))
        writer.set_aside([])
    assert engine.status().articles == 1
    shutil.rmtree(tmp_path / "index" / "gen-000001")
    for attempt in (engine.snapshot, engine.baseline):
        with pytest.raises(IndexDamagedError, match="was removed from the index"):
            attempt()
    assert engine.verify().generation is None
