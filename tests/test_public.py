"""What other programs may rely on: the public names, their cost, the version."""

from __future__ import annotations

import re
import subprocess
import sys
from configparser import ConfigParser
from importlib import metadata
from pathlib import Path

import pytest

import indexer
from indexer import open_index

ROOT = Path(__file__).resolve().parents[1]

HEAVY = ("bs4", "click", "flask", "lxml", "numpy", "rich", "waitress", "whoosh")
"""What a program that only imports the package must not pay for."""


def documented() -> dict[str, str]:
    """Return the public names of docs/api.md, each with what is said of it."""
    text = (ROOT / "docs/api.md").read_text("utf-8").partition("<!-- public-names -->")[2]
    return dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", text, flags=re.MULTILINE))


def test_the_public_names_are_the_documented_ones() -> None:
    assert sorted(indexer.__all__) == sorted(documented())


@pytest.mark.parametrize("name", indexer.__all__)
def test_a_public_name_can_be_imported_and_says_what_it_is(name: str) -> None:
    # Not inherited: every class has a docstring of its own.
    assert (
        vars(getattr(indexer, name))["__doc__"] if name[0].isupper() else indexer.open_index.__doc__
    )


def test_the_methods_of_an_index_are_documented() -> None:
    methods = {name for name in vars(indexer.Index) if not name.startswith("_")}
    assert set(re.findall(r"`(\w+)`", documented()["Index"])) == methods


def test_a_name_that_is_not_public_is_refused() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        indexer.no_such_name  # noqa: B018 - asking for it is the test


def test_importing_the_package_loads_no_library() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, indexer; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    ).stdout.split()
    assert not [name for name in loaded if name.partition(".")[0] in HEAVY]


LATER = (
    "bs4",
    "difflib",
    "flask",
    "indexer.corpus",
    "indexer.corrections",
    "indexer.evaluation",
    "indexer.knowledge.similar_names",
    "indexer.suggesting",
    "lxml",
    "rich",
    "snowballstemmer",
    "tomllib",
)
"""What a search of known words has no use for; loading it would take longer than the search."""


def test_a_search_loads_only_what_it_needs(tmp_path: Path) -> None:
    index = open_index(str(tmp_path / "index"))
    index.reindex(indexer.Corpus([ROOT / "corpus"]), indexer.ReindexOptions())
    search = (
        "import sys\n"
        "from indexer.cli.program import run\n"
        f"assert run(['search', '--index', {index.location!r}, 'imuran', 'side', 'effects']) == 0\n"
        f"print(*(name for name in {LATER} if name in sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", search],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    )
    assert done.stderr.splitlines()[-1] == ""


def test_the_program_tells_the_version_of_its_distribution() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "indexer", "--version"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    ).stdout
    assert told == f"drugsearch {metadata.version('drugsearch')}\n"


def test_the_version_is_that_of_the_sources() -> None:
    config = ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    assert metadata.version("drugsearch") == config["metadata"]["version"]
