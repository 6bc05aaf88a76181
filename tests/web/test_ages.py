"""What is said when the index, or the newest article in it, is older than its owner wants."""

from __future__ import annotations

from datetime import date

import pytest

from indexer.config import Settings
from indexer.freshness import age_notices
from indexer.index import open_index
from indexer.model import Status
from tests.cli.conftest import Run
from tests.cli.conftest import run as run  # noqa: PLC0414 - a fixture
from tests.web.conftest import reading
from tests.web.pages import page
from webapp import create_app

NEWEST = "The newest article in this index is of 6 February 2024, more than 30 days ago."
PAGES = ("/", "/search?q=imuran", "/search?q=zzyzx", "/articles/imuran-guide", "/drugs", "/help")


def status(built: str) -> Status:
    return Status(
        location="", generation=1, built_at=built, articles=1, sections=1, schema="", notes=()
    )


@pytest.mark.parametrize(
    ("built", "newest", "days", "said"),
    [
        ("2026-10-27T00:00:00Z", date(2026, 10, 27), 30, []),
        (
            "2026-10-26T23:59:59Z",
            date(2026, 10, 27),
            30,
            ["This index was built on 26 Oct"],
        ),
        (
            "2026-11-26T00:00:00Z",
            date(2026, 10, 26),
            30,
            ["The newest article in this"],
        ),
        ("2020-01-01T00:00:00Z", date(2020, 1, 1), 1_000, ["This index", "The newest article"]),
        ("2026-11-26T00:00:00Z", None, 30, ["No article in this index has a date"]),
        ("2020-01-01T00:00:00Z", None, 0, []),
        ("2027-01-01T00:00:00Z", date(2027, 1, 1), 1, []),
    ],
)
def test_an_age_beyond_the_limit_is_said(
    built: str, newest: date | None, days: int, said: list[str]
) -> None:
    told = list(age_notices(status(built), newest, days, today=date(2026, 11, 26)))
    assert [text.startswith(beginning) for text, beginning in zip(told, said, strict=True)] == [
        True
    ] * len(said)


@pytest.mark.parametrize("address", PAGES)
def test_every_page_says_so_above_all_else(location: str, address: str) -> None:
    client = reading(create_app(Settings(index=location, max_age_days=30)))
    for _ in range(2):  # also when it is answered from memory
        main = page(client.get(address)).main
        assert main is not None
        first = main.select_one("*")
        assert first is not None
        assert first.get_text().startswith(NEWEST)


def test_what_to_do_in_an_emergency_stands_above_it(location: str) -> None:
    client = reading(create_app(Settings(index=location, max_age_days=30)))
    main = page(client.get("/search?q=imuran+overdose")).main
    assert main is not None
    emergency, notice = main.select_one(".emergency"), main.select_one(".ages")
    assert emergency is not None
    assert notice is not None
    assert notice in emergency.find_all_next("p")


def test_nothing_is_said_without_a_limit_or_within_it(location: str) -> None:
    for days in (0, 36_500):
        client = reading(create_app(Settings(index=location, max_age_days=days)))
        assert not page(client.get("/search?q=imuran")).select(".ages")
        assert client.get("/readyz").get_json()["notes"] == []


def test_whoever_has_the_page_gets_it_anew_once_there_is_a_limit(location: str) -> None:
    before = reading(create_app(Settings(index=location))).get("/search?q=imuran")
    client = reading(create_app(Settings(index=location, max_age_days=30)))
    headers = {"If-None-Match": before.headers["ETag"]}
    assert client.get("/search?q=imuran", headers=headers).status_code == 200


def test_readiness_and_status_say_so_too(
    location: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = reading(create_app(Settings(index=location, max_age_days=30)))
    (notice,) = client.get("/readyz").get_json()["notes"]
    assert notice.startswith(NEWEST)
    monkeypatch.setenv("DRUGSEARCH_MAX_AGE_DAYS", "30")
    assert f"note: {NEWEST}" in run("status", "--index", location).err


def test_without_an_index_nothing_is_claimed() -> None:
    client = reading(create_app(Settings(index="/nowhere", max_age_days=30)))
    assert not page(client.get("/help")).select(".ages")
    assert client.get("/search?q=imuran").status_code == 503


def test_the_newest_is_the_latest_of_all_dates(location: str) -> None:
    assert open_index(location).newest() == date(2024, 2, 6)
