"""Engines by scheme: `whoosh:var/index`. An implementation is imported when it is first used."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from indexer.engine.base import Engine, OwnNames
from indexer.errors import ConfigError

ENGINES = {"whoosh": ("indexer.engine.whoosh", "WhooshEngine")}
"""Scheme of a location -> module and class. A new engine is one line here."""

DEFAULT_SCHEME = "whoosh"


def open_engine(location: str, names: OwnNames | None = None) -> Engine:
    """Return the engine for a location, `SCHEME:PLACE` or a plain folder; raise ConfigError.

    `names` are those that the articles are analysed and the queries understood with, beside the
    shipped ones.
    """
    scheme, colon, place = location.partition(":")
    if not colon or "/" in scheme or "\\" in scheme:
        scheme, place = DEFAULT_SCHEME, location
    if scheme not in ENGINES:
        message = f"There is no engine {scheme!r}; a location begins with one of: " + ", ".join(
            f"{name}:" for name in sorted(ENGINES)
        )
        raise ConfigError(message)
    if not place:
        message = f"The location {location!r} names no folder; write {scheme}:FOLDER."
        raise ConfigError(message)
    module, name = ENGINES[scheme]
    return cast("Engine", getattr(import_module(module), name)(place, names or OwnNames()))
