"""Requests that are hostile in every part, as bytes to a real server.

Each that the application answers is one line of the log, under the id of the answer, and no line
repeats anything of it; no answer, not even one of the server below the application, tells
anything of the machine.
"""

from __future__ import annotations

import json
import re
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote_from_bytes

import pytest

from tests.deploy.servers import ROOT, SERVING, environment, our_server, started
from tests.web.test_security import HEADERS

TOLD_TO_NOBODY = "correct-horse-battery-staple"
ASKED = b"azathioprine"
REQUEST_ID = re.compile(rb"(?im)^X-Request-Id: ([0-9a-f]{16})\r?$")
LOGGED_ID = re.compile(r'(?:request |"request_id": ")([0-9a-f]{16})')

VALUES = {
    "lines": b"x\r\n2026-01-01 00:00:00.000 INFO webapp.access: GET /forged 200",
    "header": b"x\r\nX-Forged: 1\r\n\r\nHTTP/1.1 200 OK",
    "cr": b"x\r{}",
    "lf": b"x\n{}",
    "nul": b"x\x00y",
    "ansi": b"\x1b[2J\x1b]0;title\x07\x9b1m",
    "separators": "x\u2028y\u2029z\x85w".encode(),
    "direction": "x\u202egnp.exe\u2066\u200f".encode(),
    "not utf-8": b"\xff\xfe\xc0\xaf\xed\xa0\x80",
    "braces": b'"}{"level": "info"} %(message)s %s {0.__class__} ${jndi:ldap://x}',
    "long": b"x" * 3_000,
    "too long": b"x" * 9_000,
}
FIELDS = (
    b"User-Agent",
    b"Referer",
    b"X-Request-Id",
    b"X-Forwarded-For",
    b"X-Forwarded-Host",
    b"Forwarded",
    b"If-None-Match",
    b"Accept-Encoding",
    b"Cookie",
    b"Host",
)
MALFORMED = (
    b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET /" + ASKED + b"\r\n\r\n",
    b"G\x1bT / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    b"GET http://evil.example/" + ASKED + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"POST /search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n",
    b"POST /search HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    b"POST /search HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: x\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
)


@dataclass(frozen=True, slots=True)
class Server:
    """A server, and where its log goes."""

    port: int
    log: Path

    def answer(self, request: bytes) -> bytes:
        """Send bytes; return all that comes back."""
        answered = b""
        with closing(socket.create_connection(("127.0.0.1", self.port), timeout=30)) as connection:
            # A server that refuses hangs up, maybe before all is sent.
            with suppress(ConnectionError):
                connection.sendall(request)
            with suppress(ConnectionError):
                while part := connection.recv(65_536):
                    answered += part
        return answered


@pytest.fixture(params=["text", "json"])
def server(
    location: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[tuple[Server, str]]:
    """Return a server over the test pages, and the form of its log."""
    env = environment(DRUGSEARCH_LOG_FORMAT=request.param, SECRET_KEY=TOLD_TO_NOBODY)
    command = [*our_server(), "--index", location]
    with started(command, env, tmp_path / "log", SERVING) as (_, port):
        yield Server(port, tmp_path / "log"), request.param


def requests() -> Iterator[bytes]:
    """Yield each hostile value in each part of a request."""
    end = b"Host: localhost\r\nConnection: close\r\n\r\n"
    for value in VALUES.values():
        text = ASKED + value
        encoded = quote_from_bytes(text).encode()
        for path in (b"/search?q=", b"/api/v1/search?sort=", b"/articles/", b"/static/", b"/"):
            yield b"GET " + path + encoded + b" HTTP/1.1\r\n" + end
            yield b"GET " + path + text + b" HTTP/1.1\r\n" + end
        yield text + b" / HTTP/1.1\r\n" + end
        for name in FIELDS:
            own = b"" if name == b"Host" else b"Host: localhost\r\n"
            head = b"GET /search?q=" + ASKED + b" HTTP/1.1\r\nConnection: close\r\n" + own
            yield head + name + b": " + text + b"\r\n\r\n"
    yield from MALFORMED


def check(request: bytes, answered: bytes, location: str) -> None:
    """Find an answer that has our headers and nothing of the machine."""
    head, _, body = answered.partition(b"\r\n\r\n")
    status = int(head.split()[1])
    assert status in {200, 400, 404, 405, 413, 431, 501, 505}, (status, request[:200])
    for name, expected in HEADERS.items():
        assert f"\r\n{name}: {expected}\r\n".encode() in head + b"\r\n", (name, request[:200])
    assert b"\r\nContent-Security-Policy: default-src 'none'" in head
    assert not re.search(rb"(?im)^(server|via|x-powered-by|set-cookie|x-forged):", head)
    told = (TOLD_TO_NOBODY, "Traceback", str(ROOT), sys.prefix, location.removeprefix("whoosh:"))
    versions = ("waitress", "werkzeug", f"Python/{sys.version.split()[0]}", version("flask"))
    for word in (*told, *versions):
        assert word.lower().encode() not in (head + body).lower(), (word, request[:200])


@pytest.mark.slow
def test_a_hostile_request_is_one_line_and_learns_nothing(
    server: tuple[Server, str], location: str
) -> None:
    running, form = server
    ids, count = [], 0
    for request in requests():
        for part in answers_in(running.answer(request)):
            check(request, part, location)
            ids += [found.decode() for found in REQUEST_ID.findall(part.partition(b"\r\n\r\n")[0])]
            count += 1
    assert count >= len(VALUES) * 10
    log = running.log.read_text("utf-8")
    assert all(letter == "\n" or letter.isprintable() for letter in log)
    for word in (ASKED.decode(), "forged", "Traceback", TOLD_TO_NOBODY, "jndi", "xxxx"):
        assert word not in log
    lines = [line for line in log.splitlines() if line and not line.startswith("Serving on")]
    assert len(ids) > len(VALUES) * 8
    assert [LOGGED_ID.findall(line) for line in lines] == [[found] for found in ids]
    if form == "json":
        assert all(json.loads(line)["logger"] == "webapp.access" for line in lines)


def answers_in(stream: bytes) -> Iterator[bytes]:
    """Yield the answers that came on a connection: a request cut in two has two of them."""
    while stream:
        head, _, rest = stream.partition(b"\r\n\r\n")
        told = re.search(rb"(?im)^Content-Length: (\d+)\r?$", head)
        length = int(told[1]) if told else len(rest)
        yield head + b"\r\n\r\n" + rest[:length]
        stream = rest[length:]
