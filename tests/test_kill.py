"""The indexer killed at any moment loses nothing that was served.

KILLS=100 SEED=7 pytest tests/test_kill.py repeats a long run.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from indexer import Corpus, ReindexOptions, SearchRequest, open_index

ROOT = Path(__file__).parents[1]
KILLS = int(os.environ.get("KILLS", "8"))
SEED = int(os.environ.get("SEED", "1"))
EDITED = ("imuran-guide", "codeine", "tegretol-carbamazepine")
QUERIES = ("imuran serious side effects", "prograf grapefruit", "glyburide insulin 20 units")


def answers(location: str) -> list[list[tuple[str, str, float]]]:
    index = open_index(location)
    return [
        [
            (hit.article.id, section.id, section.score)
            for hit in index.search(SearchRequest(text=query)).hits
            for section in hit.sections
        ]
        for query in QUERIES
    ]


def edition(pages: Path, number: int) -> None:
    """Make another edition of the corpus: some pages say which it is."""
    for name in EDITED:
        text = (ROOT / "corpus" / f"{name}.html").read_text("utf-8")
        told = text.replace("</h1>", f"</h1><p>Edition{number} of this page.</p>")
        (pages / f"{name}.html").write_text(told, "utf-8")


def served_edition(location: str) -> int:
    """Return which edition is served; all articles that tell must tell the same."""
    index = open_index(location)
    found = set()
    for name in EDITED:
        words = " ".join(section.text for section in index.article(name).sections).split()
        found.add(next(int(word[7:]) for word in words if word.startswith("Edition")))
    assert len(found) == 1, "a mixed generation is served"
    return found.pop()


def check_tidy(location: str) -> None:
    """Check that a run that was done left two generations at most, and nothing else."""
    left = [path.name for path in Path(location).iterdir()]
    assert len([name for name in left if name.startswith("gen-")]) <= 2
    assert {name for name in left if not name.startswith("gen-")} <= {"CURRENT", "builder.lock"}


def test_killing_the_indexer_at_any_moment_loses_nothing_that_was_served(tmp_path: Path) -> None:
    print(f"seed {SEED}, {KILLS} kills")
    chance = random.Random(SEED)
    pages, location = tmp_path / "pages", str(tmp_path / "index")
    shutil.copytree(ROOT / "corpus", pages)
    edition(pages, 0)
    open_index(location).reindex(Corpus([pages]), ReindexOptions())
    expected = answers(location)
    articles = len(open_index(location).articles())
    edition(pages, 1)
    started = time.monotonic()
    command = [sys.executable, "-m", "indexer", "reindex", str(pages), "--index", location]
    subprocess.run([*command, "--quiet"], cwd=ROOT, check=True, timeout=120)
    takes = time.monotonic() - started
    served, acknowledged_runs = 1, 0
    for number in range(2, KILLS + 2):
        edition(pages, number)
        process = subprocess.Popen(
            [*command, *chance.choice(([], ["--fresh"]))],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(chance.uniform(0.0, 1.2 * takes))
        process.send_signal(signal.SIGKILL)
        acknowledged = process.wait() == 0
        found = served_edition(location)
        assert found in {served, number}, f"kill {number}: an edition never published is served"
        assert found == number or not acknowledged, f"kill {number}: a published edition is lost"
        served = found
        acknowledged_runs += acknowledged
        if acknowledged:
            check_tidy(location)
        assert len(open_index(location).articles()) == articles
        assert open_index(location).verify().problems == ()
        assert [[hit[:2] for hit in hits] for hits in answers(location)] == [
            [hit[:2] for hit in hits] for hits in expected
        ]
    subprocess.run([*command, "--quiet"], cwd=ROOT, check=True, timeout=120)
    assert served_edition(location) == KILLS + 1
    check_tidy(location)
    print(f"{KILLS} kills, {acknowledged_runs} of them too late")
