"""Every byte that is not as it was published is found before anything is answered from it.

DAMAGES=1000 SEED=7 pytest tests/engine/test_damage.py repeats a long run.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer import Corpus, Index, ReindexOptions, SearchRequest, open_index
from indexer.config import Settings
from indexer.errors import IndexDamagedError
from webapp import create_app

DAMAGES = int(os.environ.get("DAMAGES", "100"))
SEED = int(os.environ.get("SEED", "1"))
ROOT = Path(__file__).resolve().parents[2]
PAGES = 6
QUERIES = ("imuran side effects", "liver OR dose OR edition*")
BLOCK = 512

Answers = list[object]


def answers(index: Index) -> Answers:
    """Return all of what is found, as a reader would see it, and a whole article."""
    found: Answers = []
    for text in QUERIES:
        results = index.search(SearchRequest(text=text, group="section", per_page=10))
        for hit in results.hits:
            found += [(hit.article, each) for each in hit.sections]
    return [*found, index.article("edition")]


def publish(place: Path, edition: int, *, fresh: bool = False) -> None:
    text = f"<title>Imuran</title><h1>Imuran</h1><p>Edition{edition} of this page.</p>"
    (place / "pages" / "edition.html").write_text(text, "utf-8")
    options = ReindexOptions(jobs=1, checksum=True, fresh=fresh)
    assert opened(place).reindex(Corpus([place / "pages"]), options).published


def opened(place: Path) -> Index:
    """Open the index as another process would, remembering nothing."""
    return open_index(str(place / "index"))


class Published:
    """An index of two generations, one of which was built on the other, and what each answers."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.older: Answers = []
        self.newer: Answers = []

    def build(self) -> None:
        place = self.place
        (place / "pages").mkdir()
        for path in sorted((ROOT / "corpus").glob("*.html"))[:PAGES]:
            shutil.copy(path, place / "pages")
        publish(place, 1)
        self.older = answers(opened(place))
        publish(place, 2)
        self.newer = answers(opened(place))
        assert self.older != self.newer

    def files(self) -> list[Path]:
        root = self.place / "index"
        return sorted(
            path for path in root.rglob("*") if path.is_file() and path.name != "builder.lock"
        )

    def own(self, generation: int) -> Path:
        """Return a file that one generation has for itself."""
        folder = self.place / "index" / f"gen-{generation:06d}"
        return next(path for path in folder.iterdir() if path.stat().st_nlink == 1)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Published:
    published = Published(tmp_path_factory.mktemp("template"))
    published.build()
    return published


@pytest.fixture
def published(template: Published, tmp_path: Path) -> Published:
    """Return an index of its own, whose generations share files as those of the template do."""
    subprocess.run(["cp", "-a", f"{template.place}/.", str(tmp_path)], check=True)
    own = Published(tmp_path)
    own.older, own.newer = template.older, template.newer
    return own


def flip(data: bytearray, chance: random.Random) -> bytearray:
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return data


def truncate(data: bytearray, chance: random.Random) -> bytearray:
    return data[: chance.randrange(len(data))]


def zero(data: bytearray, chance: random.Random) -> bytearray:
    start = chance.randrange(len(data)) // BLOCK * BLOCK
    data[start : start + BLOCK] = bytes(len(data[start : start + BLOCK]))
    return data


def repeat(data: bytearray, chance: random.Random) -> bytearray:
    start = chance.randrange(len(data)) // BLOCK * BLOCK
    return data[: start + BLOCK] + data[start:]


KINDS: tuple[Callable[[bytearray, random.Random], bytearray], ...] = (flip, truncate, zero, repeat)


def rewrite(path: Path, data: bytes) -> None:
    """Change a file's bytes in place, as a failing disk would."""
    path.chmod(0o644)
    path.write_bytes(data)
    path.chmod(0o444)


def judge(published: Published, path: Path, links: int) -> str:
    """Check that damage to a file is found, and that what is answered is whole all the same."""
    index = opened(published.place)
    if path.name == "CURRENT":
        assert_nothing_is_served(index, path.name)
        with pytest.raises(IndexDamagedError, match="reindex --fresh"):
            index.verify()
        return "nothing served: the pointer"
    found = index.verify()
    assert any(f"{path.parent.name}/{path.name}: " in problem for problem in found.problems)
    if links > 1:
        assert_nothing_is_served(index, path.name)
        assert "reindex --fresh" in found.remedy
        return "nothing served: a shared file"
    if path.parent.name == "gen-000002":
        assert answers(index) == published.older
        [note] = index.status().notes
        assert note.startswith(f"generation 2 is damaged ({path.name}: ")
        assert note.endswith("; serving 1")
        assert "Generation 1 is served" in found.remedy
        return "the generation before served"
    assert answers(index) == published.newer
    assert "What is served is whole" in found.remedy
    return "the newest served: the one before damaged"


def assert_nothing_is_served(index: Index, name: str) -> None:
    for attempt in (index.status, lambda: answers(index), lambda: index.suggest("im")):
        with pytest.raises(IndexDamagedError, match=r"reindex --fresh") as caught:
            attempt()
        assert name in str(caught.value)


@pytest.mark.slow
def test_all_damage_is_found_and_nothing_damaged_is_answered_from(published: Published) -> None:
    print(f"seed {SEED}, {DAMAGES} damages")
    chance = random.Random(SEED)
    outcomes: Counter[str] = Counter()
    files = published.files()
    while outcomes.total() < DAMAGES:
        path, kind = chance.choice(files), chance.choice(KINDS)
        whole = path.read_bytes()
        damaged = bytes(kind(bytearray(whole), chance)) if whole else b"x"
        if damaged == whole:  # a block that was zeros, say
            continue
        links = path.stat().st_nlink
        rewrite(path, damaged)
        outcomes[f"{kind.__name__}: {judge(published, path, links)}"] += 1
        rewrite(path, whole)
    assert len(files) > DAMAGES or len({each.partition(": ")[2] for each in outcomes}) > 3
    print("\n".join(f"{count:5} {outcome}" for outcome, count in sorted(outcomes.items())))
    assert answers(opened(published.place)) == published.newer
    assert opened(published.place).verify().problems == ()


def test_a_run_that_finds_nothing_new_mends_a_damaged_generation(published: Published) -> None:
    place = published.place
    publish(place, 2)  # nothing to do: nothing is published
    assert opened(place).status().generation == 2
    rewrite(published.own(2), b"not what it was")
    publish(place, 2)
    index = opened(place)
    assert (index.status().generation, index.status().notes) == (3, ())
    assert "Edition2" in index.article("edition").sections[0].text
    assert index.verify().problems == ()
    assert index.verify().remedy == ""
    assert sorted(path.name for path in (place / "index").glob("gen-*")) == [
        "gen-000001",
        "gen-000003",
    ]


def test_a_stand_in_that_says_what_the_sources_say_is_published_anew(
    published: Published, tmp_path: Path
) -> None:
    publish(tmp_path, 2, fresh=True)  # generations 2 and 3 say the same
    rewrite(published.own(3), b"not what it was")
    assert "serving 2" in opened(tmp_path).status().notes[0]
    publish(tmp_path, 2)
    status = opened(tmp_path).status()
    assert (status.generation, status.notes) == (4, ())
    assert opened(tmp_path).verify().problems == ()


def test_when_nothing_is_whole_a_fresh_run_builds_all_anew(published: Published) -> None:
    place = published.place
    for generation in (1, 2):
        rewrite(published.place / "index" / f"gen-00000{generation}" / "segments.json", b"[]")
    with pytest.raises(IndexDamagedError, match="reindex --fresh"):
        publish(place, 2)
    publish(place, 2, fresh=True)
    assert opened(place).verify().problems == ()
    assert len(list((place / "index").glob("gen-*"))) == 1


def test_a_damaged_generation_is_told_wherever_somebody_looks(
    published: Published, caplog: pytest.LogCaptureFixture
) -> None:
    own = published.own(2)
    older = next((published.place / "index" / "gen-000001").glob("*.toc"))
    rewrite(own, b"not what it was")
    location = str(published.place / "index")
    client = create_app(Settings(index=location)).test_client()
    note = opened(published.place).status().notes[0]
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert (ready.json or {})["notes"] == [note]
    assert (client.get("/api/v1/status").json or {})["notes"] == [note]
    assert note.partition("(")[0] in client.get("/search?q=imuran").text
    rewrite(older, b"neither")
    client = create_app(Settings(index=location)).test_client()
    for address in ("/readyz", "/api/v1/status", "/search?q=imuran", "/"):
        caplog.clear()
        assert client.get(address).status_code == 503
        assert "reindex --fresh" in caplog.text
