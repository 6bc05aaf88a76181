"""The tables that are edited by hand, in the form in which the program reads them.

TOML is for people: Python takes 40 ms to read the three files that a search needs, and stems and
folds their words on top. `ready_tables.json` holds the same, worked out (`build_ready_tables`), and
takes 1 ms; a test compares the two.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

READY_TABLES: Final = Path(__file__).with_name("ready_tables.json")


@cache
def _tables() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(READY_TABLES.read_bytes())
    return found


def ready_table(name: str) -> Any:  # noqa: ANN401 - JSON; whoever asks knows the shape
    """Return one of the tables: `classes`, `cues`, `lookalikes` or `synonyms`."""
    return _tables()[name]
