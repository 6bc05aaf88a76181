"""What is known of one generation of an index beside its sections."""

from __future__ import annotations

import threading
from datetime import date
from typing import TYPE_CHECKING

from indexer.engine.base import Snapshot
from indexer.errors import NotFoundError
from indexer.knowledge.aliases import Aliases
from indexer.knowledge.drugs import DrugKnowledge
from indexer.medicines import Medicines
from indexer.model import ArticleSummary
from indexer.names import Names

if TYPE_CHECKING:
    from indexer.findings import Audit
    from indexer.suggesting import Completions


class Known:
    """What is known of one generation beside its sections. Safe to share between threads.

    What a search needs is worked out at once: the names that articles teach. What takes a look at
    every article waits until somebody wants it, with the snapshot of whoever that is.
    """

    def __init__(self, digest: str, snapshot: Snapshot, aliases: Aliases) -> None:
        """Learn the names of medicines from a snapshot of the generation."""
        self.digest = digest
        named = tuple(snapshot.drugs())
        knowledge = DrugKnowledge.shipped_with(aliases).with_names(drug for drug, _ in named)
        self.medicines = Medicines(named, knowledge)
        self.names = Names(knowledge=knowledge, combinations=self.medicines.combinations)
        self.kinds: dict[str, tuple[str, ...]] = {}
        """The kinds of sections about a medicine, by key; each is looked up once."""
        self._lock = threading.Lock()
        self._articles: tuple[ArticleSummary, ...] | None = None
        self._completions: Completions | None = None
        # A lock of its own: it takes seconds, and searches must not wait for it.
        self._auditing = threading.Lock()
        self._audit: Audit | None = None

    def key_of(self, name: str) -> str:
        """Return the key of the medicine that has this name; raise NotFoundError."""
        for owner in self.names.knowledge.resolve_all(name):
            if owner.key in self.medicines:
                return owner.key
        message = f"No article in this index is about a medicine called {name!r}."
        raise NotFoundError(message)

    def articles(self, snapshot: Snapshot) -> tuple[ArticleSummary, ...]:
        """Return what is known of every article, by id."""
        with self._lock:
            if self._articles is None:
                self._articles = tuple(snapshot.summaries())
            return self._articles

    def audit(self, snapshot: Snapshot, today: date) -> Audit:
        """Return what needs an editor, with ages counted to a day."""
        from indexer import auditing  # noqa: PLC0415 - nobody who searches needs it

        with self._auditing:
            if self._audit is None or self._audit.today != today.isoformat():
                self._audit = auditing.audit(snapshot, self.names, self.medicines, today=today)
            return self._audit

    def completions(self, snapshot: Snapshot) -> Completions:
        """Return what can be completed."""
        from indexer.suggesting import Completions  # noqa: PLC0415 - a search completes nothing

        articles = self.articles(snapshot)
        with self._lock:
            if self._completions is None:
                names = self.names
                self._completions = Completions(
                    names.knowledge, names.similar, self.medicines, articles
                )
            return self._completions
