"""No text makes a regular expression take its time: each is timed on what is hard for such ones."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

import indexer
import webapp

# Tools that read lists which we chose, on the machine of whoever maintains them.
NOT_MET_BY_READERS = re.compile(r"__main__|knowledge\.build_")

UNITS = (
    *'a A1 \n-.,"()<>&/%:;=•',
    *("1.", "1,", "1 ", "1-", "1,1 ", "a ", "a-", "a.", "a,", "a:", "a\n", " a", "Aa", "A a"),
    *("(a", "<a ", "&a", "- ", "\n ", "mg ", "5 mg", "not ", "\u00a0", "https://", "a/"),
)
"""Repeated without end, these are what expressions go back over."""
ENDS = ("", "!", "\0")

LENGTH = 500
MEASURABLE = 0.010
"""Seconds of processor time; less is no matter."""
MOST_GROWTH = 3.4
"""Times as long for twice the text: 2 in proportion, 4 by the square, and some noise."""


Expression = re.Pattern[str] | re.Pattern[bytes]


def patterns() -> Iterator[tuple[str, ModuleType, str, Expression]]:
    """Yield every compiled expression of the packages with where it stands."""
    for package in (indexer, webapp):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if NOT_MET_BY_READERS.search(found.name):
                continue
            module = importlib.import_module(found.name)
            for name, value in vars(module).items():
                if isinstance(value, re.Pattern):
                    yield f"{found.name}.{name}", module, name, value


def seconds(pattern: Any, text: str, uses: set[str]) -> float:  # noqa: ANN401 - of text or bytes
    """Return the processor time that an expression takes for a text, in the ways it is used."""
    subject = text.encode() if isinstance(pattern.pattern, bytes) else text
    start = time.process_time()
    if "match" in uses:
        pattern.match(subject)
    if "fullmatch" in uses:
        pattern.fullmatch(subject)
    if not uses <= {"match", "fullmatch"}:
        for _ in pattern.finditer(subject):
            pass
    return time.process_time() - start


def growth(pattern: Expression, unit: str, end: str, uses: set[str], size: int = LENGTH) -> float:
    """Return how many times as long twice the text takes, 0 where it takes no time; the least."""
    short, long = (unit * (length // len(unit)) + end for length in (size, 2 * size))
    least = float("inf")
    for _ in range(3):
        taken = seconds(pattern, long, uses)
        if taken < MEASURABLE:
            return 0.0
        least = min(least, taken / max(seconds(pattern, short, uses), 1e-6))
        if least < MOST_GROWTH:
            break
    return least


@pytest.mark.parametrize(
    ("module", "name", "pattern"),
    [pytest.param(*rest, id=place) for place, *rest in patterns()],
)
def test_an_expression_takes_time_in_proportion_to_the_text(
    module: ModuleType, name: str, pattern: Expression
) -> None:
    used = re.findall(rf"(?<!\w){name}\.(\w+)", inspect.getsource(module))
    uses = set(used) or {"search"}
    slow = {
        unit: found
        for unit in UNITS
        for end in ENDS
        if (found := growth(pattern, unit, end, uses)) >= MOST_GROWTH
    }
    assert slow == {}


def test_an_expression_that_goes_back_is_noticed() -> None:
    assert growth(re.compile(r"\s*x?\s*y"), " ", "!", {"search"}, 250) >= MOST_GROWTH
    assert growth(re.compile(r"\s+y"), "a", "!", {"search"}, 250) < MOST_GROWTH
