"""Change the code a little at a time, and count how often a test notices (mutation testing).

`python -m tests.torture.mutants [--sample N] [--seed S] [NAME ...]` changes the packages that are
named, or all, in a copy below var/mutants/, and prints for each: the seed, how many changes were
tried, killed and survived, the score, and every survivor with its place. Without `--sample` all
changes are tried, which takes hours; with it, as many for each package, drawn at random.

The changes are those of mutmut: a comparison, an operator, a constant, an argument, a value, a
branch, inside functions without decorators. It tries each with those tests that it saw reach the
function. That is quick, but blind for what a fixture does once for a whole file, or a process of
its own; so what survives there is tried alone with all other tests of the package.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
WORK: Final = ROOT / "var" / "mutants"
COPIED: Final = ("indexer", "corpus", "tests", "setup.cfg", "pyproject.toml")
FLOOR: Final = 80.0
"""Percent that have to be killed of each package."""

_CHILDREN: Final = max(1, min(8, os.cpu_count() or 1))
_MEMORY: Final = 6 << 30
"""Bytes a process may have: a change may make a list grow without end."""
_PATIENCE: Final = 600.0
"""Seconds for all tests of a package; who is not through by then hangs."""
# mutmut's notes for a test that failed, and for what came to no end.
_FAILED: Final = frozenset({1, 3})
_ENDLESS: Final = frozenset({-24, 24, 152, 255, 36, -9, -11})
_PYTEST: Final = (
    *("-p", "no:cacheprovider"),
    *("-p", "tests.torture.quickest_first"),
    "--hypothesis-profile=mutants",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """Code to change, and the tests that are there to hold it."""

    name: str
    changed: tuple[str, ...]
    """Patterns of paths."""
    tests: tuple[str, ...]


PACKAGES: Final = (
    Package(
        name="text",
        changed=("indexer/parsing/text.py",),
        tests=(
            "tests/parsing/test_text.py",
            "tests/parsing/test_text_details.py",
            "tests/parsing/test_golden.py",
            "tests/parsing/test_content.py",
            "tests/parsing/test_properties.py",
        ),
    ),
    Package(
        name="snippets",
        changed=("indexer/snippets.py",),
        tests=("tests/test_snippets.py", "tests/test_snippets_choice.py"),
    ),
    Package(
        name="query",
        changed=("indexer/query/*.py",),
        tests=(
            "tests/query",
            "tests/test_searching.py",
            "tests/test_emergency.py",
        ),
    ),
    Package(
        name="engine",
        changed=("indexer/engine/*.py",),
        tests=(
            "tests/engine/test_contract.py",
            "tests/engine/test_row_arithmetic.py",
            "tests/engine/test_edges.py",
            "tests/engine/test_failed_checks.py",
            "tests/engine/test_codec.py",
            "tests/engine/test_generations.py",
            "tests/engine/test_oracle.py",
            "tests/engine/test_segments.py",
            "tests/engine/test_trust.py",
            "tests/engine/test_verify.py",
        ),
    ),
)
_SETTINGS: Final = {"DRUGSEARCH_ORACLE_EXAMPLES": "10", "KILLS": "3"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the packages that are named, or all; return 1 if a score is below the floor."""
    known = {package.name: package for package in PACKAGES}
    parser = argparse.ArgumentParser(
        prog="python -m tests.torture.mutants",
        description="Change the code a little at a time, and count how often a test notices.",
    )
    parser.add_argument(
        "names", nargs="*", choices=[*known, []], metavar="NAME", help="|".join(known)
    )
    parser.add_argument("--sample", type=int, help="changes to try of each package; default: all")
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED", "1")))
    chosen = parser.parse_args(arguments)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    scores = [
        tried(known[name], chosen.sample, chosen.seed) for name in chosen.names or list(known)
    ]
    return 1 if min(scores) < FLOOR else 0


def tried(package: Package, sample: int | None, seed: int) -> float:
    """Try changes of a package, tell what came of them, and return the score in percent."""
    folder = _prepared(package)
    # mutmut makes the changes and learns which test reaches what before it looks for this name.
    _mutmut(folder, "run", "--max-children", str(_CHILDREN), "nothing", may_fail=True)
    names = sorted(_verdicts(folder))
    chosen = names
    if sample is not None and sample < len(names):
        chosen = sorted(random.Random(seed).sample(names, sample))
    print(f"{package.name}: seed {seed}, {len(chosen)} of {len(names)} changes", flush=True)
    _mutmut(folder, "run", "--max-children", str(_CHILDREN), *chosen)
    verdicts = _verdicts(folder)
    doubtful = [name for name in chosen if verdicts[name] not in _FAILED]
    with ThreadPoolExecutor(_CHILDREN) as pool:
        trials = [
            pool.submit(_is_noticed, folder, package, name, once_more=verdicts[name] in _ENDLESS)
            for name in doubtful
        ]
        noticed = [trial.result() for trial in trials]
    survivors = [name for name, seen in zip(doubtful, noticed, strict=True) if not seen]
    killed = len(chosen) - len(survivors)
    score = 100 * killed / len(chosen)
    print(f"{package.name}: {killed} killed, {len(survivors)} survived, score {score:.1f} %")
    for name in survivors:
        print(_told(folder, name), flush=True)
    return score


def _prepared(package: Package) -> Path:
    """Make a copy of the project that mutmut can work in."""
    folder = WORK / package.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "node_modules")
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy2(source, folder / name)
    settings = {
        "source_paths": ("indexer",),
        "also_copy": ("corpus",),
        "only_mutate": package.changed,
        "pytest_add_cli_args": _PYTEST,
        "pytest_add_cli_args_test_selection": _present(package),
        # What a process remembers from a run without a change would hide one.
        "process_isolation": ("forkserver",),
        "timeout_multiplier": ("4.0",),
        "timeout_constant": ("5.0",),
        "use_git_change_detection": ("false",),
    }
    with (folder / "setup.cfg").open("a", encoding="utf-8") as file:
        file.write("\n[mutmut]\n")
        for name, values in settings.items():
            written = values[0] if len(values) == 1 else "".join(f"\n    {each}" for each in values)
            file.write(f"{name} = {written}\n")
    return folder


def _mutmut(folder: Path, *arguments: str, may_fail: bool = False) -> str:
    done = subprocess.run(
        [sys.executable, "-c", "from mutmut.__main__ import cli; cli()", *arguments],
        cwd=folder,
        env={**os.environ, **_SETTINGS, "PYTHONPATH": ""},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and not may_fail:
        sys.exit(f"{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout


def _verdicts(folder: Path) -> dict[str, int | None]:
    """Read what mutmut noted of each change."""
    noted: dict[str, int | None] = {}
    for path in (folder / "mutants" / "indexer").rglob("*.meta"):
        noted |= json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
    if not noted:
        sys.exit(f"mutmut changed nothing in {folder}: run it there to see why")
    return noted


def _is_noticed(folder: Path, package: Package, name: str, *, once_more: bool) -> bool:
    """Say whether any test fails with a change of those that mutmut did not try it with.

    `once_more` also tries the others, patiently: a busy machine is as slow as an endless loop.
    """
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--rootdir=.", *_PYTEST]
    environment = {**os.environ, **_SETTINGS, "PYTHONPATH": ".", "MUTANT_UNDER_TEST": name}
    if not once_more:
        environment["OTHER_TESTS"] = "1"
    try:
        done = subprocess.run(
            [*command, *_present(package)],
            cwd=folder / "mutants",
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return True
    if done.returncode == pytest.ExitCode.USAGE_ERROR:
        sys.exit(done.stderr.decode())
    return done.returncode not in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}


def _present(package: Package) -> tuple[str, ...]:
    return tuple(name for name in package.tests if (ROOT / name).exists())


def _told(folder: Path, name: str) -> str:
    """Write a survivor: its file, its line, and what was changed into what."""
    shown = _mutmut(folder, "show", name).splitlines()
    path = next(line for line in shown if line.startswith("--- ")).removeprefix("--- ")
    before = [line[1:] for line in shown if re.match(r"-(?!--)", line)]
    after = [line[1:].strip() for line in shown if re.match(r"\+(?!\+\+)", line)]
    function = re.sub(r"__mutmut_\d+$", "", name.rpartition(".")[2])
    owner, _, own = function.removeprefix("x_").removeprefix("xǁ").rpartition("ǁ")
    number = _line(folder / path, own, before[0] if before else "")
    place = f"{path}:{number} {owner}{'.' if owner else ''}{own}"
    return f"  {place}\n    - {' '.join(map(str.strip, before))}\n    + {' '.join(after)}"


def _line(path: Path, function: str, text: str) -> int:
    """Find the line that was changed: the first such below the head of its function."""
    inside = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        inside = inside or re.match(rf"\s*def {function}\b", line) is not None
        if inside and line.strip() == text.strip():
            return number
    return 0


if __name__ == "__main__":
    sys.exit(main())
