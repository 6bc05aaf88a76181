"""Addresses to ask for: searches as people might make them, none of them twice."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from itertools import chain, islice, product
from urllib.parse import urlencode

from benchmarks.questions import ASPECTS
from indexer.model import DrugEntry
from webapp.api import PREFIX

SEED = 7
MOST = 200_000
"""More than any run asks; they are held in memory."""


def names_of(drugs: Iterable[DrugEntry]) -> list[str]:
    """Return the names of medicines, each once, in order."""
    names = chain.from_iterable((drug.name, *drug.brands) for drug in drugs)
    return sorted({name.casefold() for name in names})


def searches(names: Sequence[str]) -> list[str]:
    """Return distinct searches: a medicine and an aspect, two aspects, or two medicines and one.

    They come in an order of their own, the same each time, so that any row of them is mixed.
    """
    queries = chain(
        product(names, ASPECTS),
        product(names, ASPECTS, ASPECTS),
        product(names, names, ASPECTS),
    )
    # Two medicines of thousands are millions of pairs: no more of them are made than are taken.
    texts = dict.fromkeys(" ".join(words) for words in islice(queries, MOST))
    found = [f"{PREFIX}/search?{urlencode({'q': text})}" for text in texts]
    random.Random(SEED).shuffle(found)  # noqa: S311 (no secret)
    return found
