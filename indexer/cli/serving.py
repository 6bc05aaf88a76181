"""`drugsearch serve`: the web application on a WSGI server made for production."""

from __future__ import annotations

import select
import signal
import socket
from contextlib import closing, suppress
from dataclasses import replace
from ipaddress import ip_address
from types import FrameType

import click
import waitress.channel
import waitress.server
import waitress.task

from indexer.cli import exits
from indexer.cli.console import complain
from indexer.cli.options import Invocation, command
from indexer.config import Settings
from indexer.errors import IndexUnavailableError
from indexer.index import open_index
from webapp import HEADERS, create_app, start_logging

MAX_HEADER_BYTES = 8 * 1024
"""A query has 1,000 characters, nine bytes each when encoded in an address; waitress would take
a quarter of a million bytes."""
MAX_BODY_BYTES = 16 * 1024
"""No request has a body."""


@command("serve")
@click.option(
    "--host", metavar="HOST", help="Address to listen on.  [$DRUGSEARCH_HOST; default: 127.0.0.1]"
)
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    metavar="PORT",
    help="Port to listen on; 0 takes a free one.  [$DRUGSEARCH_PORT; default: 8000]",
)
@click.option(
    "--threads",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Requests answered at the same time.  [$DRUGSEARCH_THREADS; default: 4]",
)
def serve(
    invocation: Invocation, *, host: str | None, port: int | None, threads: int | None
) -> int:
    """Serve the search page and the JSON API until Ctrl-C (exit 130) or SIGTERM (exit 0).

    A new generation of the index is served as soon as `drugsearch reindex` has published it.
    """
    given = invocation.settings
    settings = replace(
        given,
        host=given.host if host is None else host,
        port=given.port if port is None else port,
        threads=given.threads if threads is None else threads,
    )
    start_logging(settings)
    application = create_app(settings)
    try:
        listener = listen(settings.host, settings.port)
    except OSError as error:
        complain(f"drugsearch: cannot listen on {settings.host}:{settings.port}: {error.strerror}")
        complain("Is another server running there? --port 0 takes a free port.")
        return exits.UNAVAILABLE
    warn_without_index(settings)
    with listener:
        server = waitress.server.create_server(application, **adjustments(settings, listener))
        with closing(server):
            server.channel_class = _Channel
            try:
                return run(server, settings.host)
            finally:  # what was to be answered is; readers may have left their connections open
                for channel in tuple(server.active_channels.values()):
                    channel.close()


def warn_without_index(settings: Settings) -> None:
    """Say when there is nothing to serve yet; the pages answer as soon as there is."""
    try:
        open_index(settings.index, settings=settings).status()
    except IndexUnavailableError as error:
        complain(f"drugsearch: {error} Until then every search is answered with 503.")


def listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to an address; raise OSError when it is taken, barred or unknown."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    # `localhost` is both; what people type when it does not work is 127.0.0.1.
    family, _, _, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    return socket.create_server(address[:2], family=family)


def adjustments(settings: Settings, listener: socket.socket) -> dict[str, object]:
    """Return how waitress is to serve."""
    return {
        "sockets": [listener],
        "threads": settings.threads,
        "ident": None,
        "max_request_header_size": MAX_HEADER_BYTES,
        "max_request_body_size": MAX_BODY_BYTES,
        # Behind a proxy the application reads these headers itself, as many as it trusts.
        "clear_untrusted_proxy_headers": settings.proxy_hops == 0,
        # select() ends at 1,024 open files.
        "asyncore_use_poll": hasattr(select, "poll"),
    }


class _Refusal(waitress.task.ErrorTask):  # type: ignore[misc]  # no types
    """What the server itself answers to a request that never reaches the application."""

    def execute(self) -> None:
        """Answer, with the headers that every response carries."""
        self.response_headers.extend(HEADERS.items())
        super().execute()


class _Channel(waitress.channel.HTTPChannel):  # type: ignore[misc]  # no types
    """A connection that refuses with those headers."""

    error_task_class = _Refusal


def announce(host: str, port: int) -> None:
    """Tell where the search page is, and who can reach it."""
    shown = f"[{host}]" if ":" in host else host
    complain(f"Serving on http://{shown}:{port}/ (Ctrl-C to stop)")
    if not is_loopback(host):
        complain(
            "Warning: other machines can reach this address, and there is no log-in. Set "
            "DRUGSEARCH_TRUSTED_HOSTS, and put a proxy with TLS in front."
        )


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach an address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def run(server: waitress.server.BaseWSGIServer, host: str) -> int:
    """Serve until a signal, and say so once a signal would be heeded.

    Requests under way are answered first.
    """
    received: list[int] = []

    def stop(number: int, _: FrameType | None) -> None:
        received.append(number)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    with suppress(KeyboardInterrupt):
        announce(host, server.effective_port)
        server.run()
    complain("Stopped.")
    return exits.INTERRUPTED if signal.SIGINT in received else exits.DONE
