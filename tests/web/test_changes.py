"""The log tells, once, that an older generation is served in place of a damaged one."""

import io
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from indexer import Corpus, ReindexOptions, open_index
from indexer.config import Settings
from indexer.index import Index
from tests.web.conftest import reading
from tests.web.pages import IMURAN, JAYEMPI, TEGRETOL
from tests.web.test_logs import FORMATTERS, logged
from webapp import create_app, logs


@pytest.fixture
def index(tmp_path: Path) -> Index:
    """Return an index with two generations."""
    index = open_index(str(tmp_path / "index"))
    for number, text in enumerate((IMURAN, TEGRETOL)):
        (tmp_path / "pages").mkdir(exist_ok=True)
        (tmp_path / "pages" / f"{number}.html").write_text(text, encoding="utf-8")
        index.reindex(Corpus([tmp_path / "pages"]), ReindexOptions(jobs=1))
    return index


def served(index: Index) -> FlaskClient:
    return reading(create_app(Settings(index=index.location)))


def lines(log: io.StringIO) -> list[str]:
    return [line for line in log.getvalue().splitlines() if "webapp.index" in line]


def damage(index: Index) -> None:
    """Damage what the newer generation does not share with the older one."""
    root = Path(index.location.removeprefix("whoosh:"))
    old = {path.stat().st_ino for path in (root / "gen-000001").iterdir()}
    own = [path for path in (root / "gen-000002").iterdir() if path.stat().st_ino not in old]
    file = max(own, key=lambda path: path.stat().st_size)
    file.chmod(0o600)
    file.write_bytes(file.read_bytes()[:-1])


@pytest.mark.parametrize("formatter", FORMATTERS)
def test_an_older_generation_in_place_of_a_damaged_one_is_told_once(
    index: Index, formatter: type[logs.TextFormatter] | type[logs.JsonFormatter]
) -> None:
    damage(index)
    client = served(index)
    with logged(formatter) as log:
        for _ in range(3):
            assert client.get("/search?q=imuran").status_code == 200
    (warning,) = lines(log)
    assert "warning" in warning.lower()
    assert "generation 2 is damaged" in warning
    assert "serving 1" in warning


def test_the_end_of_it_is_told_too(index: Index, tmp_path: Path) -> None:
    damage(index)
    client = served(index)
    with logged(logs.TextFormatter) as log:
        client.get("/search?q=imuran")
        client.get("/healthz")
        (tmp_path / "pages" / "2.html").write_text(JAYEMPI, encoding="utf-8")
        another = open_index(index.location)
        another.reindex(Corpus([tmp_path / "pages"]), ReindexOptions(jobs=1))
        client.get("/search?q=imuran")
        client.get("/search?q=imuran")
    damaged, whole = lines(log)
    assert "generation 2 is damaged" in damaged
    assert "serving generation 3, which is whole" in whole


def test_nothing_is_told_of_a_change_that_is_no_trouble(index: Index, tmp_path: Path) -> None:
    client = served(index)
    with logged(logs.TextFormatter) as log:
        client.get("/search?q=imuran")
        (tmp_path / "pages" / "2.html").write_text(JAYEMPI, encoding="utf-8")
        index.reindex(Corpus([tmp_path / "pages"]), ReindexOptions(jobs=1))
        assert client.get("/search?q=jayempi").status_code == 200
    assert lines(log) == []
