"""What the tests of servers share: an index of a few pages, built once."""

from tests.web.conftest import location as location  # noqa: PLC0414 - a fixture
