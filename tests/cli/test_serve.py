"""`drugsearch serve`: a real server on a free port."""

import http.client
import json
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.cli.conftest import Process, command_line


@contextmanager
def served(*arguments: str) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """Run a server; yield its process and its port once it listens."""
    process = subprocess.Popen(
        command_line("serve", "--port", "0", *arguments), stderr=subprocess.PIPE
    )
    try:
        assert process.stderr
        line = process.stderr.readline().decode()
        found = re.fullmatch(r"Serving on http://127\.0\.0\.1:(\d+)/ \(Ctrl-C to stop\)\n", line)
        assert found, line
        yield process, int(found[1])
    finally:
        process.terminate()
        process.communicate(timeout=20)


def answer(port: int, path: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


def test_it_serves_once_it_says_so_without_naming_its_software(index: str) -> None:
    with served("--index", index) as (_, port):
        response, body = answer(port, "/api/v1/search?q=imuran+bruising")
        assert response.status == 200
        assert json.loads(body)["total"]["articles"] == 1
        assert "waitress" not in str(response.headers).lower()
        assert answer(port, "/search?q=" + "a" * 9_000)[0].status == 431


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_it_stops_in_order(index: str, number: signal.Signals, code: int) -> None:
    with served("--index", index) as (process, _):
        process.send_signal(number)
        _, complaint = process.communicate(timeout=20)
        assert (process.returncode, complaint) == (code, b"Stopped.\n")


def test_a_taken_port_is_3_and_said(process: Process, index: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        outcome = process("serve", "--index", index, "--port", port)
    assert outcome.returncode == 3
    assert f"cannot listen on 127.0.0.1:{port}: ".encode() in outcome.stderr
    assert b"Traceback" not in outcome.stderr


def test_an_address_that_is_none_is_3_and_said(process: Process, index: str) -> None:
    outcome = process("serve", "--index", index, "--host", "256.1.2.3", "--port", "0")
    assert outcome.returncode == 3
    assert b"cannot listen on 256.1.2.3:0" in outcome.stderr


def test_out_of_range_is_wrong_usage(process: Process) -> None:
    assert process("serve", "--port", "65536").returncode == 2
    assert process("serve", "--threads", "0").returncode == 2
