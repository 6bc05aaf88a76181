"""The one family of exceptions that drugsearch raises on purpose.

    IndexerError                    base, never raised itself
    ├── QueryError                  a parameter or filter that its sender can correct
    ├── ConfigError                 a setting or an argument that cannot be used
    ├── IndexUnavailableError       no index here that can be served
    │   ├── IndexDamagedError       its bytes are not the bytes that were published
    │   └── IndexLockedError        another writer is at work
    ├── CorpusError                 a source or page that cannot be read or parsed
    │   └── RemovalGuardError       publishing would remove too much of what is served
    └── NotFoundError               no such article, section or drug

Every message says what to do next. The edges translate a class into an exit code or an HTTP
status; nothing below them knows either.
"""

from __future__ import annotations


class IndexerError(Exception):
    """Base of every error that drugsearch raises on purpose; never raised itself."""


class QueryError(IndexerError):
    """A query parameter or filter is wrong, and whoever sent it can correct it."""

    def __init__(
        self,
        message: str,
        *,
        parameter: str | None = None,
        value: str | None = None,
        code: str = "invalid-parameter",
    ) -> None:
        """Say what is wrong, with which parameter and value; `code` names the problem type."""
        super().__init__(message)
        self.parameter = parameter
        self.value = value
        self.code = code


class ConfigError(IndexerError):
    """A setting is missing or malformed, or names something that does not exist."""


class IndexUnavailableError(IndexerError):
    """There is no index at the location that can be served: none built, damaged, unreachable."""


class IndexDamagedError(IndexUnavailableError):
    """The bytes of an index are not the bytes that were published."""


class IndexLockedError(IndexUnavailableError):
    """Another process is writing the index."""


class CorpusError(IndexerError):
    """A source or one of its pages cannot be read or parsed."""


class RemovalGuardError(CorpusError):
    """A run would remove more of the served articles than is likely to be meant."""


class NotFoundError(IndexerError):
    """The index holds no such article, section or drug."""
