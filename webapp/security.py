"""What every response carries and every request must respect.

The application only ever reads: GET and HEAD, no cookies, no sessions, nothing from elsewhere.
Its pages have no inline script or style, so the policy needs no exception.
"""

from __future__ import annotations

import re
import secrets
from functools import lru_cache
from types import MappingProxyType

from flask import Flask, Response, abort, g, request
from werkzeug.exceptions import SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix

from indexer.config import Settings

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "object-src 'none'"
)

HEADERS = MappingProxyType(
    {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "X-Content-Type-Options": "nosniff",
        # Queries about medicines are health data; they stand in the address.
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
        "X-Frame-Options": "DENY",
    }
)

# Any page may read the API. Reading needs no preflight, so OPTIONS stays refused.
CROSS_ORIGIN_HEADERS = MappingProxyType(
    {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "ETag, Link, RateLimit, "
        "RateLimit-Policy, Retry-After, Server-Timing, X-Request-Id, X-Total-Count",
    }
)

LARGEST_BODY = 16 * 1024
"""Bytes. No route takes a body; this bounds what is read before it is refused."""

REQUEST_ID_BYTES = 8

# Labels as RFC 1123 has them, and the underscore that names of containers have; an address of
# IPv6 stands in brackets.
_HOST = re.compile(
    r"\w(?:[\w-]{0,61}\w)?(?:\.\w(?:[\w-]{0,61}\w)?)*\.?(?::\d{1,5})?"
    r"|\[[0-9a-f:.]{2,45}\](?::\d{1,5})?",
    re.ASCII | re.IGNORECASE,
)


def attach(app: Flask, settings: Settings) -> None:
    """Set an application's limits, trusted hosts and headers."""
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
    )
    app.before_request(name_request)
    app.before_request(refuse_strange_host)
    app.before_request(refuse_large_body)
    app.after_request(add_headers)
    if hops := settings.proxy_hops:
        proxied = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops)
        app.wsgi_app = proxied  # type: ignore[method-assign]  # Flask's documented way


def name_request() -> None:
    """Give the request an id, the same in its response, its error page and the log."""
    g.request_id = secrets.token_hex(REQUEST_ID_BYTES)


def request_id() -> str:
    """Return the id of the current request."""
    return str(g.request_id)


def refuse_strange_host() -> None:
    """Refuse what cannot be the name of a host: no page with links could be built for it."""
    host = request.environ.get("HTTP_HOST", "")
    if host and not is_host(host):
        raise SecurityError


@lru_cache(maxsize=64)
def is_host(text: str) -> bool:
    """Say whether a text is a host name or an address, with or without a port."""
    if not _HOST.fullmatch(text):
        return False
    try:
        text.encode("ascii").decode("idna")
    except UnicodeError:
        return False
    return True


def refuse_large_body() -> None:
    """Refuse a body above the limit before any of it is read."""
    if (request.content_length or 0) > LARGEST_BODY:
        abort(413)


def add_headers(response: Response) -> Response:
    """Add the headers that every response carries, errors and static files included."""
    # Nothing else sets these; to look for each among all others costs more than the search page.
    response.headers.extend(HEADERS)
    response.headers.add("X-Request-Id", request_id())
    response.headers.setdefault("Cache-Control", "no-store")
    if request.path.startswith("/api/") or request.path == "/openapi.json":
        response.headers.extend(CROSS_ORIGIN_HEADERS)
    return response
