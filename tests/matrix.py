"""Run the tests with the oldest and the newest dependencies that setup.cfg allows.

`python tests/matrix.py [oldest] [newest]` makes an environment in a temporary folder for each, and
for each supported Python on the PATH. What develops (pytest and the like) is as locked. Tests in a
browser are left out: they test the browser's side, which no dependency changes.
"""

from __future__ import annotations

import argparse
import configparser
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("python3.11", "python3.12", "python3.13", "python3.14")
ENDS = ("oldest", "newest")


def requirements(end: str) -> tuple[str, ...]:
    """Return what setup.cfg asks for to run: as it asks, or each at its lower bound."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = config["options"]["install_requires"].split("\n")
    asked = tuple(line for line in lines if line and not line.startswith("#"))
    if end == "newest":
        return asked
    return tuple(re.sub(r">=([\d.]+).*", r"==\1", line) for line in asked)


def locked_for_development() -> tuple[str, ...]:
    """Return what the development lock has and the lock to run has not."""
    run, develop = (
        re.findall(r"^[\w.-]+==\S+", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    return tuple(line for line in develop if line not in run)


def run_suite(python: str, end: str) -> bool:
    """Run the tests in a fresh environment; return whether all passed."""
    with tempfile.TemporaryDirectory(prefix="drugsearch-matrix-") as folder:
        command([python, "-m", "venv", folder])
        inside = f"{folder}/bin/python"
        pip = [inside, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
        # The libraries that run last: what they ask for wins over what development would like.
        command([*pip, "--no-deps", *locked_for_development()])
        command([*pip, "--upgrade", "--upgrade-strategy", "eager", *requirements(end)])
        command([*pip, "--no-deps", "--editable", str(ROOT)])
        command([inside, "-m", "pip", "--disable-pip-version-check", "check"])
        print(f"== {python}, {end} dependencies", flush=True)
        suite = [inside, "-m", "pytest", "--quiet", "--numprocesses", "auto", "-m", "not browser"]
        return (
            subprocess.run([*suite, "-p", "no:cacheprovider"], cwd=ROOT, check=False).returncode
            == 0
        )


def starts(python: str) -> bool:
    """Say whether an interpreter is there; the shim of a version manager may be there alone."""
    if not shutil.which(python):
        return False
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def command(words: Sequence[str]) -> None:
    """Run a command that must not fail."""
    subprocess.run(words, cwd=ROOT, check=True)


def main() -> int:
    """Run every combination; return 1 if a test failed in one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ends", nargs="*", choices=(*ENDS, []), metavar="oldest|newest")
    chosen = parser.parse_args().ends or ENDS
    pythons = [python for python in PYTHONS if starts(python)]
    failed = [
        f"{python}, {end}" for python in pythons for end in chosen if not run_suite(python, end)
    ]
    print(f"Failed with: {'; '.join(failed)}" if failed else f"All passed with {pythons}, {chosen}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
