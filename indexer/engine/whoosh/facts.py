"""What lists, filters and facets need of every section and article, as arrays of a segment.

Of each row (a section): `article` (its number in the segment), `order` (its place among those of
its article that have text), `kind`, `contents`, `heading_words`, and for each field its `length`
in terms. Of each article: `first_row`, its id, title and date, and for each facet the values it
has. Values that repeat stand once, as strings, and everywhere else as their number.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from indexer.engine.base import AnalysedArticle, AnalysedSection
from indexer.engine.whoosh.arrays import Array, Arrays, ArrayWriter, Strings, ranges, smallest_type
from indexer.model import Drug
from indexer.query.plan import WORD_FIELDS

ROW_FACTS = (
    "article",
    "order",
    "kind",
    "contents",
    "heading_words",
    *(f"{field}.length" for field in WORD_FIELDS),
)
ARTICLE_STRINGS = ("ids", "titles", "dates")
FACETS = ("subject", "class", "category", "publisher", "year", "drug")
"""`subject` holds keys of drugs, `drug` what an article says of a drug (see `drug_value`)."""


class FactsBuilder:
    """Takes articles one after the other, and writes what is known of them."""

    def __init__(self) -> None:
        self._rows = array("I")
        """The ROW_FACTS of each row, one row after the other."""
        self._section_ids: list[str] = []
        self._strings: dict[str, list[str]] = {name: [] for name in ARTICLE_STRINGS}
        self._first_rows = array("I")
        self._kinds: dict[str, int] = {}
        self._values: dict[str, dict[str, int]] = {name: {} for name in FACETS}
        self._codes = {name: array("I") for name in FACETS}
        self._ends = {name: array("I") for name in FACETS}

    def add(self, analysed: AnalysedArticle) -> None:
        """Take an article."""
        article = analysed.article
        number = len(self._first_rows)
        self._first_rows.append(len(self._section_ids))
        title = _length(analysed.title)
        for order, section in enumerate(analysed.sections):
            self._add_row(section, number, order, title)
        date = article.modified or article.published or ""
        strings = (article.id, article.title, date)
        for name, string in zip(ARTICLE_STRINGS, strings, strict=True):
            self._strings[name].append(string)
        values: tuple[Iterable[str], ...] = (
            analysed.subjects,
            analysed.classes,
            article.categories,
            (article.publisher_type,),
            (date[:4],) if date else (),
            map(drug_value, article.drugs),
        )
        for name, held in zip(FACETS, values, strict=True):
            known = self._values[name]
            codes = self._codes[name]
            codes.extend(known.setdefault(value, len(known)) for value in dict.fromkeys(held))
            self._ends[name].append(len(codes))

    def _add_row(self, section: AnalysedSection, article: int, order: int, title: int) -> None:
        heading = section.heading
        words = _length(heading)
        is_numbered = bool(heading) and heading[0].replace(".", "").isdecimal()
        kind = self._kinds.setdefault(section.section.kind, len(self._kinds))
        facts = (
            article,
            order,
            kind,
            section.contents,
            words - is_numbered,
            _length(section.text),
            words,
            _length(section.path),
            title,
        )
        self._rows.extend(facts)
        self._section_ids.append(section.section.id)

    def write(self, writer: ArrayWriter) -> None:
        """Write everything that was taken."""
        rows = np.frombuffer(self._rows, dtype=np.uint32).reshape(-1, len(ROW_FACTS))
        for at, name in enumerate(ROW_FACTS):
            writer.write(name, _compact(rows[:, at]))
        writer.write_strings("section_ids", self._section_ids)
        writer.write_strings("kinds", self._kinds)
        writer.write("first_row", _compact(self._first_rows))
        for name, strings in self._strings.items():
            writer.write_strings(name, strings)
        for name in FACETS:
            writer.write_strings(f"{name}.values", self._values[name])
            writer.write(f"{name}.codes", _compact(self._codes[name]))
            writer.write(f"{name}.ends", _compact(self._ends[name]))


@dataclass(frozen=True, slots=True)
class Coded:
    """Values of each of some things, as numbers of strings."""

    values: Strings
    codes: Array
    ends: Array

    @property
    def starts(self) -> NDArray[np.int64]:
        """Return where the values of each thing begin among the codes."""
        starts = np.zeros(len(self.ends), dtype=np.int64)
        starts[1:] = self.ends[:-1]
        return starts

    @property
    def counts(self) -> NDArray[np.int64]:
        """Return how many values each thing has."""
        return self.ends - self.starts


def open_coded(arrays: Arrays, facet: str) -> Coded:
    """Return the values of a facet that the articles of an open segment have."""
    return Coded(
        arrays.strings(f"{facet}.values"), arrays[f"{facet}.codes"], arrays[f"{facet}.ends"]
    )


@dataclass(frozen=True, slots=True)
class FactsPart:
    """The facts of a segment that is to be merged, and which rows of it are kept."""

    arrays: Arrays
    kept: NDArray[np.bool_]


def merge_facts(writer: ArrayWriter, parts: Sequence[FactsPart]) -> None:
    """Write the facts of the segment that others are merged into, in their order."""
    articles = [_kept_articles(part) for part in parts]
    before = 0
    rows: dict[str, list[Array]] = {name: [] for name in ROW_FACTS}
    kinds: dict[str, int] = {}
    for part, kept in zip(parts, articles, strict=True):
        renumbered = np.cumsum(kept) - 1 + before
        before += int(kept.sum())
        kind_numbers = _renumbered(part.arrays.strings("kinds"), kinds)
        for name in ROW_FACTS:
            numbers = part.arrays[name][part.kept]
            if name == "article":
                numbers = renumbered[numbers]
            elif name == "kind":
                numbers = kind_numbers[numbers]
            rows[name].append(numbers)
    for name, pieces in rows.items():
        writer.write(name, _compact(np.concatenate(pieces)))
    writer.write_strings("kinds", kinds)
    writer.write_strings("section_ids", _strings(parts, "section_ids", [p.kept for p in parts]))
    orders = np.concatenate(rows["order"])
    writer.write("first_row", _compact(np.flatnonzero(orders == 0)))
    for name in ARTICLE_STRINGS:
        writer.write_strings(name, _strings(parts, name, articles))
    for name in FACETS:
        _merge_facet(writer, name, parts, articles)


def drug_value(drug: Drug) -> str:
    """Return what an article says of a drug as a string; without its evidence, which is long."""
    return json.dumps(asdict(replace(drug, evidence=())), ensure_ascii=False, sort_keys=True)


def read_drug_value(value: str) -> Drug:
    """Return the drug of a string that `drug_value` made."""
    return Drug(**{**json.loads(value), "evidence": ()})


def _merge_facet(
    writer: ArrayWriter,
    name: str,
    parts: Sequence[FactsPart],
    articles: Sequence[NDArray[np.bool_]],
) -> None:
    known: dict[str, int] = {}
    codes: list[Array] = []
    counts: list[Array] = []
    for part, kept in zip(parts, articles, strict=True):
        coded = open_coded(part.arrays, name)
        numbers = _renumbered(coded.values, known)
        counts.append(coded.counts[kept])
        codes.append(numbers[coded.codes[ranges(coded.starts[kept], coded.counts[kept])]])
    writer.write_strings(f"{name}.values", known)
    writer.write(f"{name}.codes", _compact(np.concatenate(codes)))
    writer.write(f"{name}.ends", _compact(np.cumsum(np.concatenate(counts))))


def _kept_articles(part: FactsPart) -> NDArray[np.bool_]:
    """Return which articles have rows that are kept: all of an article's rows are, or none."""
    return part.kept[part.arrays["first_row"]]


def _renumbered(values: Iterable[str], known: dict[str, int]) -> NDArray[np.int64]:
    """Return the number in `known` of each value, adding those that it lacks."""
    return np.array([known.setdefault(value, len(known)) for value in values], dtype=np.int64)


def _strings(parts: Sequence[FactsPart], name: str, kept: Sequence[NDArray[np.bool_]]) -> list[str]:
    return [
        string
        for part, flags in zip(parts, kept, strict=True)
        for string, is_kept in zip(part.arrays.strings(name), flags.tolist(), strict=True)
        if is_kept
    ]


def _length(terms: Sequence[str]) -> int:
    """Count the terms of a field without its gaps."""
    return len(terms) - terms.count("")


def _compact(numbers: Array | array[int]) -> Array:
    whole = np.asarray(numbers)
    return whole.astype(smallest_type(int(whole.max(initial=0))))
