"""Answers while generations are published: each is of one generation, and none fails."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Self

import pytest
from flask.testing import FlaskClient

from indexer.config import Settings
from indexer.corpus import Corpus
from indexer.index import Index, open_index
from indexer.runs import ReindexOptions
from webapp import create_app

STATES = {"first": ("Imuran", 9), "second": ("Humira", 4)}
PAGES = 5
READERS = 3
PAUSE = 0.002
"""Seconds between two questions of a reader, so that the writer gets its share of the machine."""
PUBLISHED = 6
"""Generations during the run: about five seconds."""

ADDRESSES = (
    "/",
    "/search?q=liver",
    "/api/v1/search?q=liver+dose&group=section&per_page=50",
    "/api/v1/articles/page3",
    "/articles/page3?h=liver",
    "/api/v1/drugs",
    "/drugs",
    "/drugs/imuran",
    "/drugs/humira",
)

VARIES = re.compile(
    r"(?<=took_ms\":)[\d.]+|(?<=generation\":)\d+|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    r"|[Gg]eneration \d+|(?:under )?[\d.]+ ms|\b[0-9a-f]{16}\b"
)
"""What two generations of the same pages, or two requests, need not have in common."""


def write(folder: Path, state: str) -> None:
    drug, sections = STATES[state]
    for number in range(PAGES):
        parts = "".join(
            f"<h2>{drug} part {part}</h2><p>The liver and a dose of {part} mg, {state}.</p>"
            for part in range(sections)
        )
        title = f"{drug} {state} {number}"
        page = f"<title>{title}</title><h1>{title}</h1><p>About {drug}.</p>{parts}"
        (folder / f"page{number}.html").write_text(page, encoding="utf-8")


def publish(index: Index, folder: Path, state: str, *, fresh: bool = False) -> int:
    write(folder, state)
    report = index.reindex(Corpus([folder]), ReindexOptions(jobs=1, checksum=True, fresh=fresh))
    assert report.published
    assert report.generation
    return report.generation


def client_of(location: Path) -> FlaskClient:
    settings = Settings(index=str(location), deadline_ms=60_000)
    return create_app(settings).test_client()


def ask(client: FlaskClient, address: str) -> tuple[int, str, str | None]:
    answer = client.get(address)
    return answer.status_code, VARIES.sub("*", answer.text), answer.headers.get("ETag")


class Readers:
    """Threads that ask until they are told to stop, and what they got."""

    def __init__(self, client: FlaskClient, expected: dict[tuple[int, str], set[str]]) -> None:
        self.client = client
        self.expected = expected
        self.statuses: Counter[int] = Counter()
        self.strange: list[str] = []
        self.states_of_tag: defaultdict[str, set[str]] = defaultdict(set)
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=self._read, args=(n,)) for n in range(READERS)]

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def _read(self, first: int) -> None:
        client = self.client.application.test_client()
        turn = first
        while not self.stop.wait(PAUSE):
            address = ADDRESSES[turn % len(ADDRESSES)]
            turn += 1
            status, text, tag = ask(client, address)
            self.statuses[status] += 1
            states = self.expected.get((status, f"{address} {text}"), set())
            if not states:
                self.strange.append(f"{status} {address}")
            elif tag and len(states) == 1:
                self.states_of_tag[f"{address} {tag}"] |= states


@pytest.fixture
def expected(tmp_path: Path) -> dict[tuple[int, str], set[str]]:
    """Return the answers of one thread over each state, and the states that give them."""
    answers: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    for state in STATES:
        folder = tmp_path / state
        folder.mkdir()
        publish(open_index(str(tmp_path / f"index-{state}")), folder, state)
        client = client_of(tmp_path / f"index-{state}")
        for address in ADDRESSES:
            status, text, _ = ask(client, address)
            answers[status, f"{address} {text}"].add(state)
    return dict(answers)


def test_every_answer_is_of_one_generation_while_others_are_published(
    tmp_path: Path, expected: dict[tuple[int, str], set[str]]
) -> None:
    folder, location = tmp_path / "pages", tmp_path / "index"
    folder.mkdir()
    index = open_index(str(location))
    publish(index, folder, "first")
    client = client_of(location)
    with Readers(client, expected) as readers:
        for turn in range(PUBLISHED):
            state = "first" if turn % 2 else "second"
            number = publish(index, folder, state, fresh=turn % 3 == 2)
            asked = time.monotonic()
            assert client.get("/api/v1/status").json["generation"] == number  # type: ignore[index]
            assert time.monotonic() - asked < 1
            if turn == PUBLISHED // 2:
                index.rollback()
                index.collect_garbage()
    assert sum(readers.statuses.values()) > PUBLISHED * len(ADDRESSES)
    assert set(readers.statuses) <= {200, 404}
    assert readers.strange == []
    assert [tag for tag, states in readers.states_of_tag.items() if len(states) > 1] == []


def test_answers_are_503_while_the_index_is_gone_and_right_once_it_is_back(tmp_path: Path) -> None:
    folder, location = tmp_path / "pages", tmp_path / "index"
    folder.mkdir()
    publish(open_index(str(location)), folder, "first")
    client = client_of(location)
    assert client.get("/drugs/imuran").status_code == 200
    location.rename(tmp_path / "away")
    assert {client.get(address).status_code for address in (*ADDRESSES, "/readyz")} == {503}
    publish(open_index(str(location)), folder, "second")
    assert client.get("/drugs/imuran").status_code == 404
    assert client.get("/drugs/humira").status_code == 200
