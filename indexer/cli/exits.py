"""What the exit codes mean, and which error ends in which.

Scripts act on these numbers, so the list is closed: a defect of drugsearch itself ends in
UNAVAILABLE too. No answer can be trusted then, and Python's own 1 would say that a search found
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

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

DONE = 0
NOTHING_FOUND = 1
WRONG_USAGE = 2
UNAVAILABLE = 3
SOURCES_FAILED = 4
NO_SUCH_ARTICLE = 5
BELOW_GATE = 6
INTERRUPTED = 130

EXIT_CODES: Mapping[type[IndexerError], int] = {
    QueryError: WRONG_USAGE,
    ConfigError: WRONG_USAGE,
    IndexUnavailableError: UNAVAILABLE,
    IndexDamagedError: UNAVAILABLE,
    IndexLockedError: UNAVAILABLE,
    CorpusError: SOURCES_FAILED,
    RemovalGuardError: SOURCES_FAILED,
    NotFoundError: NO_SUCH_ARTICLE,
}


def exit_code(error: IndexerError) -> int:
    """Return the exit code of an error: its own class's, or its nearest base's."""
    return next(EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES)
