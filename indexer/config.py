"""The settings of drugsearch: read once at the edge, passed down as one frozen value.

An option of the command line beats the environment (`DRUGSEARCH_*`), which beats the default.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from indexer.errors import ConfigError

ENVIRONMENT_PREFIX = "DRUGSEARCH_"

LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("text", "json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting, with its default."""

    index: str = "var/index"
    """Location of the index: `whoosh:DIR` or a plain folder."""
    corpus: str = "corpus"
    """The source that `reindex` takes when none is named."""
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 4
    trusted_hosts: tuple[str, ...] = ()
    """Host names the web application answers to; empty means any."""
    proxy_hops: int = 0
    """How many reverse proxies in front may set `X-Forwarded-*` headers."""
    aliases: str = ""
    """A file with own names of medicines; none where it is empty."""
    deadline_ms: int = 1_000
    """Time a search may take before it answers with what it has."""
    cache_mb: int = 32
    """Megabytes of answers that the web application keeps for who asks the same; 0 for none."""
    rate_limit: int = 0
    """Requests that the web application answers a client within a minute; 0 for any number."""
    max_age_days: int = 0
    """Days after which pages say that the index or its newest article is old; 0: never."""
    query_report: str = ""
    """Folder for the report of queries that find nothing; none is made where it is empty."""
    log_level: str = "info"
    log_format: str = "text"
    """What a line of the log is, `text` or `json`."""
    log_queries: int = 0
    """1 where the log is to tell what was asked, which is health data; else 0."""
    emergency_file: str = ""
    """TOML file with what to do and whom to call in an emergency; empty: a text without numbers."""


def settings_from(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `DRUGSEARCH_*` variables; raise ConfigError for a malformed one."""
    values = os.environ if environment is None else environment
    default = Settings()

    def text(name: str, fallback: str) -> str:
        return values.get(ENVIRONMENT_PREFIX + name, "").strip() or fallback

    def number(name: str, fallback: int, *, least: int, most: int) -> int:
        return checked_number(
            text(name, str(fallback)), name=ENVIRONMENT_PREFIX + name, least=least, most=most
        )

    def one_of(name: str, fallback: str, choices: tuple[str, ...]) -> str:
        value = text(name, fallback).lower()
        if value not in choices:
            message = f"{ENVIRONMENT_PREFIX}{name} is {value!r}; use one of {', '.join(choices)}"
            raise ConfigError(message)
        return value

    return Settings(
        index=text("INDEX", default.index),
        corpus=text("CORPUS", default.corpus),
        host=text("HOST", default.host),
        port=number("PORT", default.port, least=0, most=65_535),
        threads=number("THREADS", default.threads, least=1, most=256),
        trusted_hosts=tuple(text("TRUSTED_HOSTS", "").replace(",", " ").split()),
        proxy_hops=number("PROXY_HOPS", default.proxy_hops, least=0, most=16),
        aliases=text("ALIASES", default.aliases),
        deadline_ms=number("DEADLINE_MS", default.deadline_ms, least=1, most=600_000),
        cache_mb=number("CACHE_MB", default.cache_mb, least=0, most=65_536),
        rate_limit=number("RATE_LIMIT", default.rate_limit, least=0, most=1_000_000),
        max_age_days=number("MAX_AGE_DAYS", default.max_age_days, least=0, most=36_500),
        query_report=text("QUERY_REPORT", default.query_report),
        log_level=one_of("LOG_LEVEL", default.log_level, LOG_LEVELS),
        log_format=one_of("LOG_FORMAT", default.log_format, LOG_FORMATS),
        log_queries=number("LOG_QUERIES", default.log_queries, least=0, most=1),
        emergency_file=text("EMERGENCY", default.emergency_file),
    )


def checked_number(text: str, *, name: str, least: int, most: int) -> int:
    """Read a whole number between `least` and `most`; raise ConfigError naming the setting."""
    # int() also takes 1_0 and the digits of other scripts, which nobody means.
    value = int(text) if text.isascii() and text.isdecimal() else least - 1
    if not least <= value <= most:
        message = f"{name} is {text!r}; it must be a whole number from {least} to {most}"
        raise ConfigError(message)
    return value
