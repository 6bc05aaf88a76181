"""gunicorn, as docs/operations.md says to run it: a real server on a free port."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.deploy.servers import DEPLOY, ask, environment, started

LISTENING = r"Listening at: http://127\.0\.0\.1:(\d+)"
FREE = ("--bind", "127.0.0.1:0")
OURS = ("--config", str(DEPLOY / "gunicorn.conf.py"), *FREE, "--workers", "2")


@contextmanager
def gunicorn(
    folder: Path, location: str, *arguments: str, **settings: str
) -> Iterator[tuple[subprocess.Popen[bytes], int, Path]]:
    log = folder / "gunicorn.log"
    env = environment(DRUGSEARCH_INDEX=location, **settings)
    with started([sys.executable, "-m", "gunicorn", *arguments], env, log, LISTENING) as (
        process,
        port,
    ):
        yield process, port, log


def test_the_one_line_serves(tmp_path: Path, location: str) -> None:
    with gunicorn(tmp_path, location, *FREE, "webapp:create_app()") as (_, port, _):
        answer = ask(port, "/api/v1/search?q=imuran")
        assert answer.status == 200
        assert json.loads(answer.body)["total"]["articles"]


def test_the_file_serves_within_its_limits_and_logs_no_query(tmp_path: Path, location: str) -> None:
    chosen = {"DRUGSEARCH_LOG_FORMAT": "json"}
    with gunicorn(tmp_path, location, *OURS, **chosen) as (process, port, log):
        answer = ask(port, "/search?q=imuran")
        assert answer.status == 200
        assert ask(port, f"/search?q={'%C3%A9' * 1_000}").status == 200
        assert ask(port, f"/search?q={'imuran' * 1_500}").status in {400, 414}
        assert ask(port, "/search", X_Long="imuran" * 1_000).status in {400, 431}
        assert ask(port, "/articles/imuran-guide", host="imu ran").status == 400
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    written = log.read_text("utf-8")
    assert "imuran" not in written
    lines = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    told = [line for line in lines if line["logger"] == "webapp.access"]
    assert answer.headers["X-Request-Id"] in [line["request_id"] for line in told]
    assert [line["route"] for line in told][:2] == ["/search", "/search"]


def test_its_processes_count_together_and_begin_anew(tmp_path: Path, location: str) -> None:
    folder = tmp_path / "figures"
    folder.mkdir()
    (folder / "counter_1.db").write_bytes(b"of a process that is gone")
    with gunicorn(tmp_path, location, *OURS, PROMETHEUS_MULTIPROC_DIR=str(folder)) as (_, port, _):
        for _ in range(20):
            assert ask(port, "/search?q=imuran").status == 200
        told = [ask(port, "/metrics").body for _ in range(5)]
    counted = re.findall(r"^drugsearch_searches_total (\S+)$", "\n".join(told), re.MULTILINE)
    assert counted == ["20.0"] * 5


def test_a_wrong_setting_stops_it_with_the_reason(tmp_path: Path, location: str) -> None:
    env = environment(DRUGSEARCH_INDEX=location, DRUGSEARCH_QUERY_REPORT="nowhere")
    ran = subprocess.run(
        [sys.executable, "-m", "gunicorn", *OURS],
        env=env,
        cwd=tmp_path,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode != 0
    assert "DRUGSEARCH_QUERY_REPORT is 'nowhere'; it must be a folder" in ran.stderr.decode()
