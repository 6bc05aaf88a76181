"""An index of a few articles, built once, and applications over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from werkzeug.test import TestResponse

from indexer.config import Settings
from indexer.corpus import Corpus
from indexer.index import open_index
from indexer.runs import ReindexOptions
from tests.web.browser import served, started_browser
from tests.web.described import hold_to_description
from tests.web.pages import PAGES
from webapp import create_app
from webapp.audit_desk import AuditDesk


class ReadingClient(FlaskClient):
    """Reads every answer to its end, as a browser does, so that no file stays open."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:  # noqa: ANN401 - Werkzeug's own
        """Ask, read the answer, and hold it to the description of the API."""
        response = super().open(*args, buffered=True, **kwargs)
        hold_to_description(response, self.application)
        return response


def reading(app: Flask) -> FlaskClient:
    """Return a client of an application that reads its answers."""
    app.test_client_class = ReadingClient
    return app.test_client()


@pytest.fixture(scope="session", autouse=True)
def patient_audits() -> Iterator[None]:
    """Let requests wait for audits as long as a busy machine needs; how they wait has own tests."""
    with patch.dict(AuditDesk.__init__.__kwdefaults__, patience=120.0):
        yield


@pytest.fixture(scope="session")
def location(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return where an index of the test pages lies."""
    folder = tmp_path_factory.mktemp("web")
    corpus = folder / "corpus"
    corpus.mkdir()
    for name, text in PAGES.items():
        (corpus / name).write_text(text, encoding="utf-8")
    index = open_index(str(folder / "index"))
    report = index.reindex(Corpus([corpus]), ReindexOptions(jobs=1))
    assert report.published
    assert not report.failed
    return index.location


@pytest.fixture
def app(location: str) -> Flask:
    """Return an application over the index of the test pages."""
    return create_app(Settings(index=location, deadline_ms=10_000))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a client of that application."""
    return reading(app)


@pytest.fixture
def client_without_index(tmp_path: Path) -> FlaskClient:
    """Return a client of an application whose index has not been built."""
    return reading(create_app(Settings(index=str(tmp_path / "none"))))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return Chromium, started once."""
    with started_browser() as browser:
        yield browser


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Return where the application over the test pages is served."""
    with served(app) as address:
        yield address
