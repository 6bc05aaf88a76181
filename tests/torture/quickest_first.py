"""A plugin of pytest for `mutants`: the quickest tests first, and of some changes other tests only.

A test that fails ends the run, so most changes are noticed before a slow test begins. How long
each takes, and which reach a function, mutmut has noted in the folder that it works in.
"""

import json
import os
import re
from pathlib import Path

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put tests in the order of how long they took; leave out those that were tried before."""
    noted = Path("mutmut-stats.json")
    if not noted.exists():
        return
    stats = json.loads(noted.read_text(encoding="utf-8"))
    if "OTHER_TESTS" in os.environ:
        function = re.sub(r"__mutmut_\d+$", "", os.environ["MUTANT_UNDER_TEST"])
        tried = set(stats["tests_by_mangled_function_name"].get(function, ()))
        items[:] = [item for item in items if item.nodeid not in tried]
    seconds = stats["duration_by_test"]
    items.sort(key=lambda item: seconds.get(item.nodeid, 0.0))
