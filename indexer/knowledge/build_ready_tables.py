"""Make `ready_tables.json` of the tables that are edited by hand, and the stems of their words.

Run `python -m indexer.knowledge.build_ready_tables` after an edit of `drug_classes.tsv`,
`section_cues.toml`, `synonyms.toml`, `lasa.toml` or `common_words.txt`, and with another release
of Snowball; a test fails until that is done. Names are analysed, folded and stemmed here once, so
that a search has nothing to do but look them up.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from indexer.analysis.spelling import american
from indexer.analysis.stemming import COMMON_STEMS, Stemmer, has_stem, snowball_stem
from indexer.analysis.tokens import terms as analysed
from indexer.knowledge import lookalikes, sections, synonyms
from indexer.knowledge.drugs import CLASS_PREFIX
from indexer.knowledge.name_tables import written
from indexer.knowledge.packed_names import read_packed
from indexer.knowledge.ready_tables import READY_TABLES
from indexer.knowledge.similar_names import COMMON_WORDS

HERE = Path(__file__).parent
CLASS_TABLE = "drug_classes.tsv"

Json = dict[str, Any]


def build() -> Json:
    """Return all tables."""
    return {
        "classes": _classes((HERE / CLASS_TABLE).read_text(encoding="utf-8")),
        "cues": {table: _cues(cues) for table, cues in read_toml(sections.TABLE).items()},
        "lookalikes": _lookalikes(read_toml(lookalikes.TABLE)),
        "synonyms": _synonyms(read_toml(synonyms.TABLE)),
    }


def read_toml(table: str) -> Json:
    """Read a table as it is written."""
    return tomllib.loads((HERE / table).read_text(encoding="utf-8"))


def _classes(text: str) -> list[tuple[str, list[str], list[str]]]:
    """Return of each class its key, the labels that it stands for, and its names as entries."""
    found = []
    for line in text.splitlines():
        if line and not line.startswith("#"):
            names, labels = (part.split("|") for part in line.split("\t"))
            key = CLASS_PREFIX + " ".join(analysed(names[0]))
            found.append((key, labels, [written(name, role="class", source="c") for name in names]))
    return found


def _cues(table: Mapping[str, Sequence[str]]) -> Json:
    """Return the cues with their kinds, and by each word that begins one, their numbers."""
    cues = [(kind, text) for kind, texts in table.items() for text in texts]
    first: dict[str, list[int]] = {}
    for number, (kind, text) in enumerate(cues):
        for word in sorted(sections.compiled(kind, text).elements[0] or ()):
            first.setdefault(word, []).append(number)
    return {"cues": cues, "first": first}


def _lookalikes(table: Json) -> Json:
    """Return the pairs by each of their names, folded, and the tall man spellings."""
    spelled = (name for names in table["tall_man"].values() for name in names)
    tall_men = {lookalikes.folded(name): name for name in spelled}
    pairs: dict[str, list[tuple[str, ...]]] = {}
    for source in table["source"]:
        for first, second in source["pairs"]:
            for name, other in ((first, second), (second, first)):
                folded, beside = lookalikes.folded(name), lookalikes.folded(other)
                tall = tall_men.get(folded, name), tall_men.get(beside, other)
                pair = (name, tall[0], other, tall[1], source["name"])
                pairs.setdefault(folded, []).append(pair)
    return {"pairs": pairs, "tall_men": tall_men}


def _synonyms(table: Json) -> Json:
    """Return the groups, and by the stems of each name, its group, register and spelling."""
    stemmer = Stemmer(read_packed().protected)

    def stems(name: str) -> str:
        return " ".join(map(stemmer.stem, analysed(name)))

    names: dict[str, tuple[int, str, str] | None] = {stems(name): None for name in table["apart"]}
    for number, group in enumerate(table["group"]):
        for register in synonyms.REGISTERS:
            for name in group.get(register, ()):
                names[stems(name)] = (number, register, name)
    longest: dict[str, int] = {}
    for name in names:
        first, *rest = name.split(" ")
        longest[first] = max(longest.get(first, 0), len(rest) + 1)
    return {
        "groups": [(group.get("lay", []), group.get("medical", [])) for group in table["group"]],
        "names": names,
        "apart": [" ".join(analysed(name)) for name in table["apart"]],
        "longest": longest,
    }


def common_stems() -> list[str]:
    """Return words that queries are full of, each with what Snowball makes of it.

    They are the words of cues and synonyms, and those that lie near the name of a medicine.
    """
    cues = (cue for kinds in read_toml(sections.TABLE).values() for cue in chain(*kinds.values()))
    table = read_toml(synonyms.TABLE)
    names = chain(table["apart"], *(chain(*group.values()) for group in table["group"]))
    common = (HERE / COMMON_WORDS).read_text(encoding="utf-8").splitlines()
    words = {
        *(word for cue in cues for mark in cue.split() for word in mark.split("|")),
        *(term for name in names for term in analysed(name)),
        *(line for line in common if not line.startswith("#")),
    }
    # An engine asks for the stems of stems, to see which forms belong together.
    words |= {snowball_stem(word) for word in words if has_stem(word)}
    stemmed = (word for word in sorted(words) if has_stem(word) and american(word) == word)
    return [f"{word} {snowball_stem(word)}" for word in stemmed]


def text_of(tables: Json) -> str:
    """Return the tables as they stand in the file: an entry a line, so that changes can be read."""
    return json.dumps(tables, ensure_ascii=False, indent=0, separators=(",", ":")) + "\n"


def main() -> None:
    """Write the tables beside this file, and the stems beside the stemmer."""
    READY_TABLES.write_text(text_of(build()), encoding="utf-8")
    COMMON_STEMS.write_text("\n".join(common_stems()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
