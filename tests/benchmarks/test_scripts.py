"""The scripts on relevance, which are run as files and not as modules of a package."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.benchmarks.conftest import ROOT

SCRIPTS = ("ir_collections", "labels", "latency", "medquad", "misspellings")
# Started as Python starts a file: its own folder is the first place to look for modules.
START = """
import runpy, sys
sys.path[0] = "benchmarks"
runpy.run_path("benchmarks/{0}.py", run_name="started")
assert "http" not in sys.modules, sys.modules["http"]
"""


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_starts_and_needs_no_module_that_a_package_here_hides(script: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", START.format(script)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
