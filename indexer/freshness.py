"""What has to be said when what is served is older than whoever runs it wants it to be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from indexer.model import Status


def age_notices(
    status: Status, newest: date | None, days: int, *, today: date | None = None
) -> Iterator[str]:
    """Yield what has to be said of the age of an index, and of the newest article in it.

    Nothing where no age is too old (0 days), or neither is older than so many days.
    """
    if not days:
        return
    oldest = (today or datetime.now(UTC).date()) - timedelta(days=days)
    if (built := datetime.fromisoformat(status.built_at).date()) < oldest:
        yield (
            f"This index was built on {_written(built)}, more than {_counted(days)} ago. "
            "What was published or changed since is not in it."
        )
    if newest is None:
        yield "No article in this index has a date, so nobody can tell how old they are."
    elif newest < oldest:
        yield (
            f"The newest article in this index is of {_written(newest)}, more than "
            f"{_counted(days)} ago. There may be newer information elsewhere."
        )


def _written(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _counted(days: int) -> str:
    return f"{days:,} {'day' if days == 1 else 'days'}"
