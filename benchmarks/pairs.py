"""The questions and answers of MedQuAD, as `benchmarks.generate` makes sections of them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ABOUT_MEDICINES = ("11_", "12_")
"""Sources of questions about medicines; their answers are not in MedQuAD, for copyright."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A question and its answer, empty where there is none."""

    document: str
    """Name of the file: what is in one is one article."""
    is_about_medicine: bool
    focus: str
    """What the article is about."""
    url: str
    question: str
    kind: str
    answer: str


def read_pairs(folder: Path) -> list[Pair]:
    """Return every pair, in the order of the files; raise ParseError for one that is no XML."""
    return [pair for path in sorted(folder.glob("*/*.xml")) for pair in _pairs(path)]


def _pairs(path: Path) -> Iterator[Pair]:
    root = ET.parse(path).getroot()  # noqa: S314 (a data set that was downloaded once)
    focus = " ".join((root.findtext("Focus") or "").split())
    for pair in root.iter("QAPair"):
        question = pair.find("Question")
        if question is not None and focus:
            yield Pair(
                document=f"{path.parent.name}/{path.stem}",
                is_about_medicine=path.parent.name.startswith(ABOUT_MEDICINES),
                focus=focus,
                url=root.get("url") or "",
                question=" ".join((question.text or "").split()),
                kind=question.get("qtype") or "",
                answer=(pair.findtext("Answer") or "").strip(),
            )
