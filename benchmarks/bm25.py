"""Plain BM25, the peer that the benchmarks compare with: one bag of stemmed words a document.

A query finds what has any of its words. Robertson and Zaragoza 2009, The Probabilistic Relevance
Framework, https://doi.org/10.1561/1500000019, with the idf of Lucene.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import snowballstemmer

K1 = 1.2
B = 0.75
WORD = re.compile(r"[^\W_]+")


class Bm25:
    """An index in memory over documents given as id and text."""

    def __init__(self, documents: Mapping[str, str]) -> None:
        """Read the documents."""
        self._stemmer = snowballstemmer.stemmer("english")
        self._stems: dict[str, str] = {}
        self._ids = sorted(documents)
        self._postings: dict[str, tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]] = {}
        counts = [Counter(self._terms(documents[name])) for name in self._ids]
        lengths = np.array([max(count.total(), 1) for count in counts], dtype=np.float64)
        norms = K1 * (1 - B + B * lengths / lengths.mean())
        lists: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for number, count in enumerate(counts):
            for term, occurrences in count.items():
                lists[term][0].append(number)
                lists[term][1].append(occurrences)
        for term, (numbers, times) in lists.items():
            places = np.array(numbers, dtype=np.int64)
            found = np.array(times, dtype=np.float64)
            idf = math.log(1 + (len(counts) - len(numbers) + 0.5) / (len(numbers) + 0.5))
            self._postings[term] = (places, idf * found / (found + norms[places]))

    def ranking(self, query: str, depth: int) -> list[str]:
        """Return the ids of the best documents; equal scores go by id."""
        scores = np.zeros(len(self._ids))
        for term in self._terms(query):
            if term in self._postings:
                places, worth = self._postings[term]
                scores[places] += worth
        order = np.argsort(-scores, kind="stable")[:depth]
        return [self._ids[place] for place in order if scores[place] > 0]

    def _terms(self, text: str) -> list[str]:
        """Return the stems of the words of a text."""
        words = WORD.findall(text.lower())
        for word in words:
            if word not in self._stems:
                self._stems[word] = self._stemmer.stemWord(word)
        return [self._stems[word] for word in words]
