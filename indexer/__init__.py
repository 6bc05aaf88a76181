"""drugsearch: full-text search over articles about medicines.

`open_index` gives the one object to work with:

    from indexer import Corpus, ReindexOptions, SearchRequest, open_index

    index = open_index("var/index")
    index.reindex(Corpus(["corpus"]), ReindexOptions())
    results = index.search(SearchRequest(text="imuran side effects"))

The names below are the public ones; they are imported when they are first used, so that a
program pays only for what it needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.config import Settings
    from indexer.corpus import Corpus
    from indexer.errors import (
        ConfigError,
        CorpusError,
        IndexDamagedError,
        IndexerError,
        IndexLockedError,
        IndexUnavailableError,
        NotFoundError,
        QueryError,
        RemovalGuardError,
    )
    from indexer.index import Index, open_index
    from indexer.model import Results, SearchRequest
    from indexer.runs import ReindexOptions, Report

__all__ = [
    "ConfigError",
    "Corpus",
    "CorpusError",
    "Index",
    "IndexDamagedError",
    "IndexLockedError",
    "IndexUnavailableError",
    "IndexerError",
    "NotFoundError",
    "QueryError",
    "ReindexOptions",
    "RemovalGuardError",
    "Report",
    "Results",
    "SearchRequest",
    "Settings",
    "open_index",
]

_MODULES = {
    "Settings": "config",
    "Corpus": "corpus",
    "Index": "index",
    "open_index": "index",
    "ReindexOptions": "runs",
    "Report": "runs",
    "Results": "model",
    "SearchRequest": "model",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for."""
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_MODULES.get(name, 'errors')}"), name)
