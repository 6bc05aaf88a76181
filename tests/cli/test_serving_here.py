"""What `drugsearch serve` tells whoever starts it, in the process that can be looked into."""

import contextlib
import http.client
import io
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexer.cli.serving import announce, is_loopback
from tests.cli.conftest import Outcome, Run
from webapp import HEADERS


class Operator(io.StringIO):
    """A terminal whose reader does something once the server says that it serves."""

    def __init__(self, then: Callable[[int], None]) -> None:
        super().__init__()
        self._then = then
        self.reader: threading.Thread | None = None

    def write(self, text: str) -> int:
        if found := re.match(r"Serving on http://127\.0\.0\.1:(\d+)/", text):
            self.reader = threading.Thread(target=self._then, args=(int(found[1]),))
            self.reader.start()
        return super().write(text)


@pytest.fixture
def serve(run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Outcome]]:
    """Serve until whoever reads along sends a signal; give back what was told, and the code."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def serve_here(then: Callable[[int], None], *arguments: str) -> Outcome:
        operator = Operator(then)
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stderr", operator)
            outcome = run("serve", "--port", "0", *arguments)
        assert operator.reader
        operator.reader.join()
        return Outcome(outcome.code, outcome.out, operator.getvalue())

    yield serve_here
    for number, handler in before.items():
        signal.signal(number, handler)


def refused(port: int) -> tuple[int, dict[str, str]]:
    """Ask with a head that is longer than any query; return what the server itself answers."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as asking:
        asking.request("GET", "/search?q=" + "a" * 9_000)
        response = asking.getresponse()
        response.read()
        return response.status, dict(response.getheaders())


def test_what_the_server_refuses_by_itself_carries_the_headers_of_every_answer(
    serve: Callable[..., Outcome], index: str
) -> None:
    answers = []

    def ask(port: int) -> None:
        try:
            answers.append(refused(port))
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    outcome = serve(ask, "--index", index)
    assert (outcome.code, outcome.err.splitlines()[-1]) == (0, "Stopped.")
    [(status, headers)] = answers
    assert status == 431
    assert HEADERS.items() <= headers.items()
    assert "Server" not in headers


def test_a_connection_that_a_reader_left_open_ends_with_the_server(
    serve: Callable[..., Outcome], index: str
) -> None:
    reading: list[http.client.HTTPConnection] = []

    def ask(port: int) -> None:
        reading.append(http.client.HTTPConnection("127.0.0.1", port, timeout=20))
        try:
            reading[0].request("GET", "/healthz")
            reading[0].getresponse().read()
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    assert serve(ask, "--index", index).code == 0
    with contextlib.closing(reading[0]) as left:
        assert left.sock.recv(1) == b""


def test_ctrl_c_is_told_from_a_stop_that_somebody_planned(
    serve: Callable[..., Outcome], tmp_path: Path
) -> None:
    def stop(_: int) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    outcome = serve(stop, "--index", str(tmp_path / "none"))
    assert outcome.code == 130
    [warned, *_] = outcome.err.splitlines()
    assert "There is no index in" in warned
    assert warned.endswith("Until then every search is answered with 503.")


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104 - what is warned of
        ("::", False),
        ("search.example.org", False),
    ],
)
def test_an_address_that_others_can_reach_is_warned_of(
    capsys: pytest.CaptureFixture[str], host: str, *, is_ours: bool
) -> None:
    assert is_loopback(host) is is_ours
    announce(host, 8000)
    told = capsys.readouterr().err
    shown = f"[{host}]" if ":" in host else host
    assert told.startswith(f"Serving on http://{shown}:8000/ (Ctrl-C to stop)\n")
    assert ("other machines can reach this address" in told) is not is_ours
