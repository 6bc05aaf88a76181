"""What all shapes have in common: the type of values, and the sentence that goes with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None

DISCLAIMER = (
    "These are quotations from the indexed articles, not medical advice. What is not found here "
    "may still be true. Ask a doctor or pharmacist before you start, stop or change a medicine."
)
