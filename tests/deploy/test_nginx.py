"""nginx in front, with the file of docs/deploy: real servers on free ports."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deploy.servers import (
    DEPLOY,
    SERVING,
    ask,
    environment,
    free_port,
    our_server,
    program,
    started,
    wait_until_it_listens,
)

AROUND = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/main.log notice;
{user}
events {{}}
http {{
    access_log {folder}/default.log;
    {temporary}
    include {folder}/drugsearch.conf;
}}
"""
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@dataclass(frozen=True, slots=True)
class Front:
    """A proxy that is running, and the application behind it."""

    folder: Path
    plain: int
    tls: int
    application: subprocess.Popen[bytes]

    @property
    def written(self) -> str:
        """Return all that any log holds."""
        return "".join(path.read_text("utf-8", "replace") for path in self.folder.glob("*.log"))


def certificate(folder: Path) -> None:
    options = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1"
    named = [
        "-subj",
        "/CN=search.example.org",
        "-keyout",
        f"{folder}/key",
        "-out",
        f"{folder}/cert",
    ]
    command = [program("openssl"), *options.split(), *named]
    subprocess.run(command, check=True, capture_output=True)


def configuration(folder: Path, upstream: int, plain: int, tls: int) -> Path:
    """Write the file of docs/deploy for these ports and this folder, and what stands around."""
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    for written, put in (
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{upstream};"),
        ("    listen [::]:80;\n", ""),
        ("    listen [::]:443 ssl http2;\n", ""),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{tls} ssl http2;"),
        ("/etc/ssl/certs/drugsearch.pem", f"{folder}/cert"),
        ("/etc/ssl/private/drugsearch.key", f"{folder}/key"),
        ("/var/log/nginx/", f"{folder}/"),
    ):
        assert written in text, f"{written!r} is not in nginx.conf"
        text = text.replace(written, put)
    (folder / "drugsearch.conf").write_text(text, "utf-8")
    temporary = "\n    ".join(f"{name}_temp_path {folder}/{name};" for name in TEMPORARY)
    user = "user root;" if os.geteuid() == 0 else ""
    around = folder / "around.conf"
    around.write_text(AROUND.format(folder=folder, user=user, temporary=temporary), "utf-8")
    return around


@contextmanager
def front(folder: Path, location: str, **settings: str) -> Iterator[Front]:
    nginx = program("nginx")
    certificate(folder)
    env = environment(
        DRUGSEARCH_INDEX=location,
        DRUGSEARCH_PROXY_HOPS="1",
        DRUGSEARCH_TRUSTED_HOSTS="search.example.org",
        **settings,
    )
    with started(our_server(), env, folder / "application.log", SERVING) as (application, port):
        plain, tls = free_port(), free_port()
        around = configuration(folder, port, plain, tls)
        tested = subprocess.run([nginx, "-t", "-c", around], capture_output=True, check=False)
        assert tested.returncode == 0, tested.stderr.decode()
        with (folder / "stderr.log").open("wb") as stderr:
            proxy = subprocess.Popen([nginx, "-c", around], stderr=stderr)
        try:
            wait_until_it_listens(tls)
            yield Front(folder, plain, tls, application)
        finally:
            proxy.terminate()
            proxy.wait(timeout=30)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, location: str) -> Iterator[Front]:
    with front(tmp_path_factory.mktemp("nginx"), location) as running:
        yield running


def test_it_answers_with_the_headers_of_the_application_and_its_own(running: Front) -> None:
    answer = ask(running.tls, "/search?q=imuran", tls=True)
    assert answer.status == 200
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "X-Request-Id"):
        assert len(answer.headers.get_all(name) or ()) == 1
    assert answer.headers["Server-Timing"]
    assert answer.headers["Server"] == "nginx"


def test_addresses_are_those_of_the_proxy(running: Front) -> None:
    description = ask(running.tls, "/opensearch.xml", tls=True).body
    assert "https://search.example.org/search?q={searchTerms}" in description
    forged = ask(
        running.tls,
        "/opensearch.xml",
        tls=True,
        X_Forwarded_Host="evil.example.org",
        X_Forwarded_Prefix="/evil",
        X_Forwarded_Proto="http",
        X_Forwarded_For="203.0.113.9",
    ).body
    assert forged == description


def test_without_tls_it_only_leads_to_where_there_is(running: Front) -> None:
    answer = ask(running.plain, "/search?q=imuran")
    assert answer.status == 301
    assert answer.headers["Location"] == "https://search.example.org/search?q=imuran"


def test_what_is_too_long_is_refused(running: Front) -> None:
    assert ask(running.tls, f"/search?q={'a' * 9_000}", tls=True).status == 414
    assert ask(running.tls, "/search", tls=True, Content_Length="20000").status == 413
    assert ask(running.tls, "/search", tls=True, host="evil.example.org").status == 400


def test_figures_are_for_who_runs_the_server(running: Front) -> None:
    assert ask(running.tls, "/metrics", tls=True).status == 200
    assert ask(running.tls, "/metrics", tls=True, source="127.0.0.2").status == 403


def test_no_client_can_be_another_one(tmp_path: Path, location: str) -> None:
    with front(tmp_path, location, DRUGSEARCH_RATE_LIMIT="3") as running:
        statuses = [
            ask(running.tls, "/help", tls=True, X_Forwarded_For=f"203.0.113.{number}").status
            for number in range(4)
        ]
        assert statuses == [200, 200, 200, 429]
        assert ask(running.tls, "/help", tls=True, source="127.0.0.2").status == 200


def test_no_log_tells_what_is_asked_even_when_the_application_is_gone(
    tmp_path: Path, location: str
) -> None:
    with front(tmp_path, location) as running:
        answer = ask(running.tls, "/search?q=azathioprine", tls=True, Referer="azathioprine")
        ask(running.plain, "/search?q=azathioprine")
        ask(running.tls, f"/search?q={'azathioprine' * 900}", tls=True)
        for path in ("/articles/azathioprine", "/azathioprine"):
            assert ask(running.tls, path, tls=True).status == 404
        running.application.terminate()
        running.application.wait(timeout=30)
        assert ask(running.tls, "/search?q=azathioprine", tls=True).status == 502
    assert answer.headers["X-Request-Id"] in (tmp_path / "drugsearch.log").read_text("utf-8")
    assert " 502 " in (tmp_path / "drugsearch.log").read_text("utf-8")
    assert "azathioprine" not in running.written
