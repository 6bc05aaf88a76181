"""Superscripts and subscripts in plain text, so that 10<sup>6</sup> never reads 106.

A figure that is raised above a figure is written with a caret (`10^6`): superscript digits would
be folded back into `106` by any search that folds Unicode. After a unit they are superscript
digits (`75 mg/m²`), as people write them. Lowered text joins (`CO2`, `Cmax`, `t1/2`).
"""

from __future__ import annotations

import re
from typing import Final

_POWERS: Final = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_POWER: Final = re.compile(r"[+\-−]?[0-9]{1,2}")
_UNIT: Final = re.compile(r"(?:^|[\s\d/·*(])(?:[mcdkµμn]?m|[dhcm]?l|s|in|ft|kg|g|h|min)$")
_ORDINAL: Final = re.compile(r"(?:st|nd|rd|th)", re.IGNORECASE)


def superscript(before: str, raised: str) -> str:
    """Return how the raised text is written after the text before it."""
    inner = raised.strip()
    if not inner or not before or before[-1].isspace():
        return raised
    if before[-1].isdigit() and _ORDINAL.fullmatch(inner):
        return inner
    if _POWER.fullmatch(inner) and _UNIT.search(before):
        return inner.translate(_POWERS)
    return f"^{inner}" if inner[0].isalnum() or inner[0] in "+-−" else raised


def subscript(before: str, lowered: str) -> str:
    """Return how the lowered text is written after the text before it."""
    inner = lowered.strip()
    if inner and before and before[-1].isdigit() and inner[0].isdigit():
        return f"_{inner}"
    return lowered
