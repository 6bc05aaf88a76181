"""The web application only reads: no request, whatever its method, changes anything.

A process of its own asks every route there is, with a hook that sees each file that is opened, and
each that is renamed, removed or made: such a hook cannot be taken off again.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

ASKING = r"""
import json, os, sys
from indexer.config import Settings
from webapp import create_app

CHANGING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
EVENTS = {
    "os.chmod", "os.chown", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir",
    "os.symlink", "os.truncate", "os.utime", "shutil.copyfile", "shutil.move", "shutil.rmtree",
    "subprocess.Popen", "os.system", "os.exec", "os.fork", "os.posix_spawn", "socket.connect",
}
seen = []

def hook(event, arguments):
    if event == "open":
        path, _, flags = arguments
        if isinstance(flags, int) and flags & CHANGING:
            seen.append(["open", str(path)])
    elif event in EVENTS:
        seen.append([event, str(arguments)])

app = create_app(Settings(index=sys.argv[1]))
client = app.test_client()
values = {"article_id": "imuran-guide", "section_id": "side-effects", "name": "Imuran",
          "slug": "not-found", "filename": "drugsearch.css"}
hostile = {"article_id": "../../etc/passwd", "section_id": "..%2f..", "name": "../CURRENT",
           "slug": "../x", "filename": "../../setup.cfg"}
queries = ["", "?q=imuran", "?q=imuran&reindex=1&delete=1", "?format=csv&q=imuran",
           "?a=imuran&b=tegretol&section=dosage", "?_method=DELETE&q=x"]
methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]
with app.test_request_context():
    rules = list(app.url_map.iter_rules())
client.get("/")  # what is made at the first request of all, such as parsed templates
sys.addaudithook(hook)
answers = []
for rule in rules:
    for given in (values, hostile):
        path = rule.rule
        for name in rule.arguments:
            for converter in ("", "path:"):
                path = path.replace(f"<{converter}{name}>", given[name])
        for query in queries:
            for method in methods:
                body = {"json": {"q": "x"}} if method in ("POST", "PUT", "PATCH") else {}
                response = client.open(path + query, method=method, **body)
                answers.append([method, path, response.status_code])
                response.close()
print(json.dumps({"seen": seen, "answers": answers, "rules": [rule.rule for rule in rules]}))
"""


def state_of(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Return what would tell that somebody was at work in a folder."""
    return {
        str(path.relative_to(folder)): (
            path.stat().st_mtime_ns,
            path.stat().st_mode,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in sorted(folder.rglob("*"))
    }


@pytest.mark.slow
def test_no_request_of_any_method_changes_anything(location: str) -> None:
    folder = Path(location.removeprefix("whoosh:"))
    before = state_of(folder)
    told = subprocess.run(
        [sys.executable, "-c", ASKING, location],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "DRUGSEARCH_LOG_LEVEL": "error"},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    found = json.loads(told.stdout)
    assert len(found["rules"]) >= 25
    assert found["seen"] == []
    assert state_of(folder) == before
    for method, path, status in found["answers"]:
        if method in {"GET", "HEAD"}:
            assert status in {200, 301, 304, 308, 400, 404, 405, 410}, (method, path, status)
        else:
            assert status in {404, 405}, (method, path, status)
