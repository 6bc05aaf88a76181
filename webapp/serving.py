"""What a running application serves: its index and its settings, found from any request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from indexer.config import Settings
from indexer.index import Index

EXTENSION = "drugsearch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """The index that answers, and how the application was set up."""

    index: Index
    settings: Settings
    edition: str
    """Digest of the program's version, templates and static files: part of every ETag."""


def attach(app: Flask, serving: Serving) -> None:
    """Give an application what it serves."""
    app.extensions[EXTENSION] = serving


def serving() -> Serving:
    """Return what the current application serves."""
    return cast("Serving", current_app.extensions[EXTENSION])
