"""Starts what the documents say how to start, on free ports, and asks it."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "docs/deploy"
LONGEST_START = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered."""

    status: int
    headers: http.client.HTTPMessage
    body: str


def program(name: str) -> str:
    """Return where a program is; skip without it, fail where it must not be missing."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found:
        return found
    reason = f"{name} is not installed here"
    if os.environ.get("REQUIRE_SERVERS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def environment(**settings: str) -> dict[str, str]:
    """Return this process's environment with these settings of ours and no others."""
    kept = {name: value for name, value in os.environ.items() if "DRUGSEARCH_" not in name}
    return {**kept, "PYTHONPATH": str(ROOT), **settings}


@contextmanager
def started(
    command: Sequence[str], env: dict[str, str], log: Path, listening: str
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run a server; yield it and its port, which the log tells by the pattern `listening`."""
    with log.open("wb") as told:
        process = subprocess.Popen(command, env=env, stdout=told, stderr=told, cwd=log.parent)
    try:
        yield process, port_told(process, log, listening)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def port_told(process: subprocess.Popen[bytes], log: Path, listening: str) -> int:
    """Wait until a server says where it listens."""
    until = time.monotonic() + LONGEST_START
    while time.monotonic() < until and process.poll() is None:
        if found := re.search(listening, log.read_text("utf-8", "replace")):
            return int(found[1])
        time.sleep(0.05)
    pytest.fail(f"it did not start:\n{log.read_text('utf-8', 'replace')}")


def wait_until_it_listens(port: int) -> None:
    """Wait until somebody listens on a port."""
    until = time.monotonic() + LONGEST_START
    while time.monotonic() < until:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"nobody listens on {port}")


def ask(
    port: int,
    path: str,
    *,
    tls: bool = False,
    host: str = "search.example.org",
    source: str = "127.0.0.1",
    method: str = "GET",
    **headers: str,
) -> Answer:
    """Ask a server on this machine."""
    connection: http.client.HTTPConnection
    if tls:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection(
            "127.0.0.1", port, timeout=30, source_address=(source, 0), context=context
        )
    else:
        connection = http.client.HTTPConnection(
            "127.0.0.1", port, timeout=30, source_address=(source, 0)
        )
    with closing(connection):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers={"Host": host, **named})
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read().decode())


def our_server() -> list[str]:
    """Return the command line of `drugsearch serve` on a free port."""
    return [sys.executable, "-m", "indexer", "serve", "--port", "0"]


SERVING = r"Serving on http://127\.0\.0\.1:(\d+)/"
