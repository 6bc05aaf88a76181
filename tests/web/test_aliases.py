"""A user's own names of medicines, on the pages of a running server."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.config import Settings
from indexer.corpus import Corpus
from indexer.errors import ConfigError
from indexer.index import open_index
from indexer.runs import ReindexOptions
from tests.web.conftest import reading
from tests.web.pages import IMURAN, assert_problem, text_of
from webapp import create_app

FILE = '[[medicine]]\ningredient = "azathioprine"\nnames = ["AZA"]\n'


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "imuran.html").write_text(IMURAN, encoding="utf-8")
    aliases = tmp_path / "aliases.toml"
    aliases.write_text(FILE, encoding="utf-8")
    return Settings(index=str(tmp_path / "index"), aliases=str(aliases), deadline_ms=10_000)


def publish(settings: Settings) -> None:
    index = open_index(settings.index, settings=settings)
    pages = Path(settings.index).parent / "pages"
    assert index.reindex(Corpus([pages]), ReindexOptions(jobs=1)).published


def test_a_running_server_takes_new_names_with_the_generation_built_with_them(
    settings: Settings,
) -> None:
    publish(settings)
    client = reading(create_app(settings))
    assert "Imuran – a guide" in text_of(client.get("/search?q=aza"))
    Path(settings.aliases).write_text(FILE.replace("AZA", "AZT"), encoding="utf-8")
    assert "Imuran – a guide" in text_of(client.get("/search?q=aza"))
    publish(settings)
    assert "Imuran – a guide" in text_of(client.get("/search?q=azt"))
    assert "Imuran – a guide" not in text_of(client.get("/search?q=aza"))
    assert client.get("/readyz").status_code == 200


def test_an_index_of_other_names_is_not_served(settings: Settings) -> None:
    publish(settings)
    client = reading(create_app(Settings(index=settings.index)))
    assert_problem(client.get("/api/v1/search?q=imuran"), 503, "index-unavailable")
    assert client.get("/readyz").status_code == 503


def test_an_application_does_not_start_with_a_wrong_file(settings: Settings) -> None:
    Path(settings.aliases).write_text("[[medicine]]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="number 1"):
        create_app(settings)
