"""What stands in the log, line by line, as text or as JSON.

Whatever a message holds, a record stays one line of JSON, or begins the only line of text that
does not begin with a blank: nobody can write a line that looks like one of ours. Records that are
made while a request is answered carry its id. Of an exception the places are told and the class,
never its message, which may repeat what was asked.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import TypeAlias

from flask import g, has_request_context

from indexer.config import Settings

ExcInfo: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)

OURS = "webapp"
"""The logger that all of the application's are below."""

_LINES = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# What terminals obey, and what turns the direction of what follows.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_PATH_SERVED = re.compile(r"(while serving) .*", re.DOTALL)


class TextFormatter(logging.Formatter):
    """A line for people; what a record has beyond one line is indented below it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text."""
        time = _time(record).isoformat(" ", "milliseconds").removesuffix("+00:00")
        told = getattr(record, "told", {})
        more = f" generation {told['generation']}" if told.get("generation") is not None else ""
        message, named = record.getMessage(), _request(record)
        more += f" request {named}" if named not in message else ""
        more += f" {told['address']}" if "address" in told else ""
        text = f"{time} {record.levelname} {record.name}: {message}{more}"
        if record.exc_info:
            text += f"\n{self.formatException(record.exc_info)}"
        text = _LINES.sub("\n  ", text)
        return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - logging's own name
        """Return where an exception arose and its class, without its message."""
        return _places(ei)


class JsonFormatter(TextFormatter):
    """One line of JSON a record, in ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON."""
        told: dict[str, object] = {
            "time": _time(record).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if named := _request(record):
            told["request_id"] = named
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps({**told, **getattr(record, "told", {})})


def start_logging(settings: Settings) -> None:
    """Send the log of this process to stderr, in the form that the settings name."""
    logging.basicConfig(level=settings.log_level.upper(), handlers=[_handler(settings)])
    waitress = logging.getLogger("waitress")
    waitress.addFilter(without_paths)
    # It warns of each request that waits for a thread, which is what the threads are for.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def attach(settings: Settings) -> None:
    """Send the application's own log to stderr where nobody else has taken care of it.

    So it is under a server that knows nothing of our settings; and as Flask does with its logger.
    """
    ours = logging.getLogger(OURS)
    if not ours.hasHandlers():
        ours.addHandler(_handler(settings))
        ours.setLevel(settings.log_level.upper())


def without_paths(record: logging.LogRecord) -> bool:
    """Take the path out of what waitress says of a request: it names what somebody read."""
    record.msg = _PATH_SERVED.sub(r"\1 a request", str(record.msg))
    return True


def _handler(settings: Settings) -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if settings.log_format == "json" else TextFormatter())
    return handler


def _time(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _request(record: logging.LogRecord) -> str:
    """Return the id of the request that a record was made in, empty outside of one."""
    told = getattr(record, "told", {})
    if "request_id" in told:
        return str(told["request_id"])
    return str(g.get("request_id", "")) if has_request_context() else ""


def _places(exception: ExcInfo) -> str:
    kind, _, places = exception
    frames = "".join(traceback.format_tb(places))
    return f"{frames}{kind.__qualname__ if kind else ''}"
