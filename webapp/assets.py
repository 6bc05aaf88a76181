"""Static files under addresses that carry a digest of their content, and so may be kept for good.

`/static/drugsearch.css?v=3f9c…` changes with the file: a browser never asks again for the same
content and never shows a page with yesterday's style.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

FOLDER = "static"

FOREVER = "public, max-age=31536000, immutable"
ASK_EACH_TIME = "public, max-age=0, must-revalidate"

DIGEST_BYTES = 8
"""64 bits: enough to tell the versions of one file apart."""


def attach(app: Flask) -> None:
    """Serve static files, put digests into their addresses, and let those be kept."""
    app.static_folder = FOLDER
    app.add_url_rule(f"/{FOLDER}/<path:filename>", "static", app.send_static_file)
    folder = Path(app.root_path) / FOLDER
    digests = {
        path.relative_to(folder).as_posix(): digest([path.read_bytes()])
        for path in folder.rglob("*")
        if path.is_file()
    }

    # Flask's own type: the values of an address are whatever its converters take.
    @app.url_defaults
    def add_digest(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and values.get("filename") in digests:
            values["v"] = digests[values["filename"]]

    @app.after_request
    def let_keep(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code < 400:  # noqa: PLR2004 - HTTP
            named = (request.view_args or {}).get("filename")
            is_current = digests.get(str(named)) == request.args.get("v")
            response.headers["Cache-Control"] = FOREVER if is_current else ASK_EACH_TIME
        return response


def edition_of(app: Flask, version: str) -> str:
    """Return a digest of everything but the index that decides what an answer looks like."""
    folders = (Path(app.root_path) / "templates", Path(app.root_path) / FOLDER)
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    return digest([version.encode(), *(path.read_bytes() for path in files)])


def digest(contents: Iterable[bytes]) -> str:
    """Return a short digest of contents, told apart from one another by their lengths."""
    summed = hashlib.blake2b(digest_size=DIGEST_BYTES)
    for content in contents:
        summed.update(len(content).to_bytes(8, "big") + content)
    return summed.hexdigest()
