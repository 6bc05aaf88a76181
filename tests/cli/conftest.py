"""A corpus of four small articles, an index of it, and two ways to run the command line."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

from indexer.cli import main

PAGES = {
    "imuran.html": """
        <h1>Imuran (azathioprine)</h1>
        <p>Imuran is a brand of azathioprine, a medicine that calms the immune system.</p>
        <h2>Side effects</h2>
        <p>Common side effects of Imuran are nausea and tiredness.</p>
        <h3>Serious side effects</h3>
        <p>Call a doctor at once if you have a fever or unusual bruising.</p>
        <h2>Interactions</h2>
        <p>Do not take Imuran with allopurinol unless the dose is lowered.</p>
        <h2>Dosage</h2>
        <p>The usual starting dose is 50 mg once a day.</p>
        """,
    "prograf.html": """
        <h1>Prograf (tacrolimus)</h1>
        <p>Prograf is a brand of tacrolimus, taken after a transplant.</p>
        <h2>Side effects</h2>
        <p>Tremor and headache are common.</p>
        <h2>Storage</h2>
        <p>Keep the capsules dry.</p>
        """,
    "clinic/glyburide.html": """
        <h1>Glyburide</h1>
        <p>Glyburide lowers blood sugar.</p>
        <h2>Dosage</h2>
        <p>It is taken with breakfast.</p>
        """,
    "clinic/flomax.html": """
        <h1>Flomax (tamsulosin)</h1>
        <p>Flomax relaxes the muscles of the prostate \u00b5 \u2014 \u201cquoted\u201d.</p>
        <h2>How to store it</h2>
        <p>Keep it at room temperature.</p>
        """,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command line came to."""

    code: int
    out: str
    err: str


Run: TypeAlias = Callable[..., Outcome]
Process: TypeAlias = Callable[..., "subprocess.CompletedProcess[bytes]"]


def write_pages(folder: Path) -> Path:
    """Write the sample pages below a folder."""
    for name, body in PAGES.items():
        page = folder / name
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(
            f"<!doctype html><html lang=en><head><title>{name}</title></head>"
            f"<body><main>{body}</main></body></html>",
            encoding="utf-8",
        )
    return folder


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the settings of whoever runs the tests, and their index, out of them."""
    for name in [name for name in os.environ if name.startswith("DRUGSEARCH_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process."""

    def run_here(*arguments: str) -> Outcome:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main(arguments)
        written = capsys.readouterr()
        assert isinstance(end.value.code, int)
        return Outcome(end.value.code, written.out, written.err)

    return run_here


@pytest.fixture
def process() -> Process:
    """Run a command line in a process of its own."""

    def run_outside(
        *arguments: str, environment: dict[str, str] | None = None
    ) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(
            command_line(*arguments),
            env={**os.environ, **(environment or {})},
            capture_output=True,
            check=False,
            timeout=60,
        )

    return run_outside


def command_line(*arguments: str) -> Sequence[str]:
    """Return what starts the program outside, however it is installed."""
    return [sys.executable, "-m", "indexer", *arguments]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Return a folder of four articles that a test may change."""
    return write_pages(tmp_path / "corpus")


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the location of an index of the four articles, for reading only."""
    folder = tmp_path_factory.mktemp("read-only")
    with pytest.raises(SystemExit) as end:
        main(
            [
                "--quiet",
                "--index",
                str(folder / "index"),
                "reindex",
                str(write_pages(folder / "in")),
            ]
        )
    assert end.value.code == 0
    return str(folder / "index")
