"""The web application as `drugsearch serve` runs it, with one route more that does nothing.

    python -m benchmarks.http.server INDEX

Prints its port, serves on 127.0.0.1, and ends on SIGTERM.
"""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import waitress.server
from flask import Response, jsonify

from benchmarks.process import environment
from indexer.cli.serving import adjustments, listen
from indexer.config import Settings
from webapp import create_app

HOST = "127.0.0.1"
TRIVIAL = "/api/trivial"
"""Below /api/, so that it carries the headers that a search does."""
PATIENCE_S = 10.0


@contextmanager
def serving(index: str) -> Iterator[int]:
    """Serve an index from a process of its own, and tell its port; raise ChildProcessError."""
    command = [sys.executable, "-m", "benchmarks.http.server", index]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as process:
        try:
            told = process.stdout.readline() if process.stdout else ""
            if not told.strip():
                raise ChildProcessError("the server ended before it listened")
            yield int(told)
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()


def main() -> None:
    """Serve until a signal."""
    settings = Settings(index=sys.argv[1], port=0)
    # As `drugsearch serve` does: it would warn of each request that waits for a thread.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    app = create_app(settings)
    app.add_url_rule(f"{TRIVIAL}/<int:size>", view_func=trivial)
    with listen(HOST, settings.port) as listener:
        server = waitress.server.create_server(app, **adjustments(settings, listener))
        signal.signal(signal.SIGTERM, _end)
        print(listener.getsockname()[1], flush=True)
        server.run()


def trivial(size: int) -> Response:
    """Answer JSON of about so many bytes."""
    return jsonify(text="x" * size)


def _end(_number: int, _frame: FrameType | None) -> None:
    sys.exit()


if __name__ == "__main__":
    main()
