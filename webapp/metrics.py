"""What a running application counts, in the words of Prometheus.

Counters, histograms and facts of the index; no text of a query, no address and no client. Every
label takes one of few values: rules of routes, names of phases, statuses, classes of errors.

An application has a registry of its own, so that two in one process count apart. Several server
processes behind one address each count by themselves, unless PROMETHEUS_MULTIPROC_DIR names a
folder before they start: then they count together, in files there, and any of them tells the sum.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from indexer.errors import IndexUnavailableError
from indexer.model import Status

MEDIA_TYPE = "text/plain"
CONTENT_TYPE = f"{MEDIA_TYPE}; version=0.0.4; charset=utf-8"

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Seconds: from an answer out of memory to one that no deadline should have allowed."""

TOGETHER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable of prometheus_client that has several processes count together."""


class Metrics:
    """What one application counts. Safe to share between threads."""

    def __init__(self, status: Callable[[], Status]) -> None:
        """Take what tells the state of the index; it is asked with each look at the figures."""
        self._registry = CollectorRegistry()
        self._status = status
        self.requests = self._histogram("request", "Seconds that requests took.", "route")
        self.phases = self._histogram(
            "phase", "Seconds that phases of an answer took: search, render.", "route", "phase"
        )
        self.responses = self._counter("responses", "Responses by status.", "route", "status")
        self.searches = self._counter("searches", "Searches that were answered.")
        self.searches_without_hits = self._counter(
            "searches_without_hits", "Searches that found nothing."
        )
        self.partial_answers = self._counter(
            "partial_answers", "Searches where no section had all that was asked for."
        )
        self.searches_cut = self._counter("searches_cut", "Searches that the deadline stopped.")
        self.searches_from_memory = self._counter(
            "searches_from_memory", "Searches answered with what was kept in memory."
        )
        self.suggestions = self._counter(
            "suggestions", "Requests for completions, by whether there were some.", "offered"
        )
        self.rate_limited = self._counter("rate_limited", "Requests refused as too many.")
        self.errors = self._counter(
            "errors", "Errors that requests ended with, by their class.", "error"
        )

    def exposition(self) -> bytes:
        """Return all figures as text, those of other processes too where they count together."""
        registry = self._registry
        if os.environ.get(TOGETHER):
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # theirs
        facts = CollectorRegistry()
        facts.register(_IndexFacts(self._status))
        if registry is self._registry:
            ProcessCollector(registry=facts)
        return generate_latest(registry) + generate_latest(facts)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"drugsearch_{name}", text, labels, registry=self._registry)

    def _histogram(self, name: str, text: str, *labels: str) -> Histogram:
        return Histogram(
            f"drugsearch_{name}_seconds", text, labels, registry=self._registry, buckets=BUCKETS
        )


class _IndexFacts(Collector):
    """What is served, looked up when somebody wants to know."""

    def __init__(self, status: Callable[[], Status]) -> None:
        self._status = status

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield what is told of the index; that there is none, where none can be served."""
        try:
            served = self._status()
        except IndexUnavailableError:
            yield _gauge("up", "Whether an index can be served.", 0)
            return
        built = datetime.fromisoformat(served.built_at)
        age = (datetime.now(UTC) - built).total_seconds()
        yield _gauge("up", "Whether an index can be served.", 1)
        yield _gauge("degraded", "Whether a newer generation is damaged.", bool(served.notes))
        yield _gauge("generation", "The generation that is served.", served.generation)
        yield _gauge("age_seconds", "Seconds since it was built.", max(age, 0.0))
        yield _gauge("articles", "Articles in it.", served.articles)
        yield _gauge("sections", "Sections in it.", served.sections)


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"drugsearch_index_{name}", text, value=float(value))
