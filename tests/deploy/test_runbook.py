"""What docs/operations.md says to do when something is wrong: done, after making it go wrong."""

from __future__ import annotations

import fcntl
import io
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import (
    AbstractContextManager,
    contextmanager,
    nullcontext,
    redirect_stderr,
    redirect_stdout,
)
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from indexer import Corpus, ReindexOptions, Settings, open_index
from indexer.cli import main
from indexer.cli.program import COMMANDS
from tests.deploy.servers import ROOT, SERVING, environment, our_server, program, started
from tests.test_docs import DOCS, assert_shown, code, fences, marked, table
from webapp import create_app

OPERATIONS = DOCS / "operations.md"
OURS_ALONE = re.compile(r"""((?:\w+=\S+ )*)drugsearch ([^;|&]+)(; echo "exit \$\?")?""")
"""A command line that runs drugsearch and nothing else."""
ADDRESS = "http://127.0.0.1:8000"
LEFT = 40_000
"""Bytes that are left on a disk that is full: enough to begin a run and not to end it."""
SPECIMENS = ("imuran-guide.html", "codeine.html", "tegretol-carbamazepine.html")
NEW = "<html><title>Zebrin</title><body><h1>Zebrin</h1><p>Zebrin is kept dry.</p></body>"


@dataclass(slots=True)
class Place:
    """A folder with pages, an index of them, and what commands run there."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    address: str = ADDRESS

    @property
    def index(self) -> Path:
        """Return where its index is."""
        return self.folder / "var/index"

    def reindex(self) -> None:
        """Bring its index up to date."""
        report = open_index(str(self.index)).reindex(
            Corpus([self.folder / "pages"]), ReindexOptions(jobs=1)
        )
        assert report.generation is not None

    def environment(self) -> dict[str, str]:
        """Return the environment of a command."""
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        ours = {"DRUGSEARCH_INDEX": "var/index", "NO_COLOR": "1", "PATH": path}
        return environment(**ours, **self.settings)

    def run(self, command: str) -> str:
        """Run a command of the document as a shell does, and return all that it prints."""
        ran = subprocess.run(
            ["bash", "-c", command.replace(ADDRESS, self.address)],
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
            timeout=60,
        )
        return ran.stdout

    def run_here(self, command: str) -> str | None:
        """Run a command in this process, which is sooner; None where only a shell can."""
        found = OURS_ALONE.fullmatch(command)
        if found is None:
            return None
        chosen, arguments, tells_exit = found.groups()
        printed = io.StringIO()
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            for name in [name for name in os.environ if name.startswith("DRUGSEARCH_")]:
                patch.delenv(name)
            for name, value in self.environment().items():
                patch.setenv(name, value)
            for setting in chosen.split():
                patch.setenv(*setting.split("=", 1))
            with (
                redirect_stdout(printed),
                redirect_stderr(printed),
                pytest.raises(SystemExit) as end,
            ):
                main(shlex.split(arguments))
        return printed.getvalue() + (f"exit {end.value.code}\n" if tells_exit else "")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with four pages and an index of two generations."""
    folder = tmp_path_factory.mktemp("place")
    for name in ("bin", "pages"):
        (folder / name).mkdir()
    shim = folder / "bin/drugsearch"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m indexer "$@"\n', "utf-8")
    shim.chmod(0o755)
    for name in SPECIMENS:
        shutil.copy(ROOT / "corpus" / name, folder / "pages")
    place = Place(folder)
    place.reindex()
    (folder / "pages/zebrin.html").write_text(NEW, "utf-8")
    place.reindex()
    return folder


@pytest.fixture
def place(template: Path, tmp_path: Path) -> Place:
    """Return a copy of that place, to do with as one likes."""
    return Place(shutil.copytree(template, tmp_path, dirs_exist_ok=True))


# --- what goes wrong ----------------------------------------------------------------------------


def damage(path: Path) -> None:
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    path.chmod(0o444)


def newest_damaged(place: Place) -> None:
    damage(place.index / "gen-000002/sources.json")


def all_damaged(place: Place) -> None:
    # The two are links to one file; in a copy of the place they are two.
    for generation in place.index.glob("gen-*"):
        damage(generation / "MAIN_000001.postings")


def other_aliases(place: Place) -> None:
    text = '[[medicine]]\ningredient = "azathioprine"\nbrands = ["Imurek"]\n'
    (place.folder / "aliases.toml").write_text(text, "utf-8")
    place.settings["DRUGSEARCH_ALIASES"] = "aliases.toml"


def pages_gone(place: Place) -> None:
    (place.folder / "pages/codeine.html").unlink()


def set_aside(place: Place) -> None:
    (place.folder / "pages/scan.html").write_bytes(b"%PDF-1.7\n" + bytes(range(256)))


def writable(place: Place) -> None:
    place.index.chmod(0o757)


@contextmanager
def no_index(place: Place) -> Iterator[None]:
    program("curl")
    shutil.rmtree(place.folder / "var")
    env = environment(DRUGSEARCH_INDEX=str(place.index))
    with started(our_server(), env, place.folder / "log", SERVING) as (_, port):
        place.address = f"http://127.0.0.1:{port}"
        yield
    assert "no index to serve: There is no index in" in (place.folder / "log").read_text("utf-8")


@contextmanager
def disk_full(place: Place) -> Iterator[None]:
    """Move the index to a file system that something else fills."""
    if os.geteuid() != 0 or sys.platform != "linux":
        pytest.skip("only root can mount a small file system")
    kept = place.folder / "kept"
    place.index.parent.rename(kept)
    place.index.parent.mkdir()
    size = 2 * sum(path.stat().st_size for path in kept.rglob("*")) + 1_000_000
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place.index.parent)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a file system")
    try:
        subprocess.run(["cp", "-a", f"{kept}/index", str(place.index.parent)], check=True)
        room = os.statvfs(place.index.parent)
        rest = room.f_bavail * room.f_frsize - LEFT
        (place.index.parent / "copy.tar").write_bytes(bytes(rest))
        yield
    finally:
        subprocess.run(["umount", str(place.index.parent)], check=True)


@contextmanager
def locked(place: Place) -> Iterator[None]:
    with (place.index / "builder.lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def port_taken(place: Place) -> Iterator[None]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place.settings["DRUGSEARCH_PORT"] = str(taken.getsockname()[1])
        yield


def as_it_is(_: Place) -> None:
    """Nothing is wrong."""


STATES: Mapping[str, Callable[[Place], AbstractContextManager[None] | None]] = {
    "back-up": as_it_is,
    "upgrade": as_it_is,
    "no index": no_index,
    "other aliases": other_aliases,
    "newest damaged": newest_damaged,
    "all damaged": all_damaged,
    "disk full": disk_full,
    "locked": locked,
    "old": as_it_is,
    "pages gone": pages_gone,
    "set aside": set_aside,
    "bad pages": as_it_is,
    "writable": writable,
    "port taken": port_taken,
}


@pytest.mark.parametrize(
    ("name", "block"), marked(OPERATIONS, "runbook:"), ids=lambda value: value.split("\n")[0]
)
def test_what_the_runbook_says_is_what_happens(place: Place, name: str, block: str) -> None:
    ((_, text),) = fences(block)
    examples = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
    assert examples
    with STATES[name](place) or nullcontext():
        for example in examples:
            command, _, shown = example.partition("\n")
            printed = place.run_here(command)
            assert_shown(shown, place.run(command) if printed is None else printed)


def test_every_way_to_go_wrong_is_in_the_runbook() -> None:
    assert [name for name, _ in marked(OPERATIONS, "runbook:")] == list(STATES)


def test_what_is_left_to_people_is_said_to_be_and_can_be_typed() -> None:
    """Commands are run by a test, or stand under a comment that says why they are not."""
    left = [text for _, block in marked(OPERATIONS, "by hand:") for _, text in fences(block)]
    tried = [text for _, block in marked(OPERATIONS, "runbook:") for _, text in fences(block)]
    shown = fences(OPERATIONS.read_text("utf-8"))
    commands = [text for language, text in shown if language in {"sh", "console"}]
    assert sorted(commands) == sorted(left + tried)
    for text in left:
        assert subprocess.run(["bash", "-n", "-c", text], check=False).returncode == 0
        assert all((ROOT / name).exists() for name in re.findall(r"docs/deploy/[\w.-]+", text))


def test_every_command_that_is_named_is_one() -> None:
    text = OPERATIONS.read_text("utf-8")
    named = re.findall(r"(?:`|^\$ )(?:\w+=\S+ )*drugsearch (\w+)", text, re.MULTILINE)
    assert set(named) <= set(COMMANDS)


def test_every_file_of_an_index_is_told(place: Place) -> None:
    def unnumbered(name: str) -> str:
        return re.sub(r"\d+(?=[./]|$)", "N", name)

    there = {unnumbered(path.name) for path in place.index.rglob("*")}
    rows = table(OPERATIONS, "index files")
    assert {unnumbered(code(row[0]).rstrip("/")) for row in rows} == there


def test_every_figure_is_told(place: Place) -> None:
    client = create_app(Settings(index=str(place.index))).test_client()
    client.get("/search?q=imuran")
    answered = client.get("/metrics").text
    figures = set(re.findall(r"^# TYPE (drugsearch_\w+)", answered, re.MULTILINE))
    text = OPERATIONS.read_text("utf-8")
    told = set(re.findall(r"drugsearch_\w+", text))
    told |= {f"drugsearch_searches{part}_total" for part in re.findall(r"`(_\w+)`", text)}
    assert {name for name in figures if not name.endswith("_created")} <= told
