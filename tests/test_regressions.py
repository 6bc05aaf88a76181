"""Faults that were found by attacking the program: each test states the promise it broke."""

from __future__ import annotations

import errno
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from indexer import snippets
from indexer.cli.program import run as run_command
from indexer.corpus import Corpus
from indexer.engine.base import DeadlineError
from indexer.engine.whoosh import evaluate, reading
from indexer.engine.whoosh.memory import ENTRY_BYTES
from indexer.engine.whoosh.snapshot import WhooshSnapshot
from indexer.index import Index, open_index
from indexer.model import SearchRequest
from indexer.parsing import parse_article
from indexer.runs import ReindexOptions, Report
from indexer.serialization.links import search_link
from webapp import HEADERS
from webapp.security import is_host

ROOT = Path(__file__).resolve().parents[1]


def page(title: str, text: str) -> str:
    return f"<title>{title}</title><h1>{title}</h1><p>{text}</p>"


def write(folder: Path, **pages: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in pages.items():
        (folder / f"{name}.html").write_text(page(name, text), encoding="utf-8")
    return folder


def index_of(tmp_path: Path) -> Index:
    return open_index(str(tmp_path / "index"))


def run(index: Index, *sources: Path, allow_removals: bool = False) -> Report:
    return index.reindex(
        Corpus(sources), ReindexOptions(jobs=1, allow_removals=allow_removals, checksum=True)
    )


def ids(index: Index) -> list[str]:
    return [summary.id for summary in index.articles()]


def encrypted(path: Path) -> Path:
    """Write an archive with a page in it and one that needs a password."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("open.html", page("open", "Take it with water."))
        archive.writestr("secret.html", "x")
    data = bytearray(path.read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1  # the flag of the archive's directory
    path.write_bytes(data)
    return path


# --- what leaves the sources leaves the index -------------------------------------------------


def test_a_page_that_vanished_leaves_although_another_source_fails(tmp_path: Path) -> None:
    pages = {f"p{number}": "Take it with water." for number in range(6)}
    folder, archive = write(tmp_path / "pages", **pages), encrypted(tmp_path / "more.zip")
    index = index_of(tmp_path)
    assert [one.source for one in run(index, folder, archive).failed] == [f"{archive}/secret.html"]
    (folder / "p3.html").unlink()
    assert run(index, folder, archive).removed == ("p3",)
    assert ids(index) == ["open", "p0", "p1", "p2", "p4", "p5"]


def test_a_page_that_becomes_unreadable_in_its_archive_keeps_its_article(tmp_path: Path) -> None:
    folder, archive = write(tmp_path / "pages", one="Water."), tmp_path / "more.zip"
    with zipfile.ZipFile(archive, "w") as readable:
        readable.writestr("open.html", page("open", "Take it with water."))
        readable.writestr("secret.html", page("secret", "Known once."))
    index = index_of(tmp_path)
    run(index, folder, archive)
    encrypted(archive)
    assert run(index, folder, archive).removed == ()
    assert ids(index) == ["one", "open", "secret"]


@pytest.mark.parametrize("kept", [True, False], ids=["emptied", "missing"])
def test_removals_that_are_allowed_are_made(tmp_path: Path, *, kept: bool) -> None:
    first, second = write(tmp_path / "a", one="Water."), write(tmp_path / "b", two="Food.")
    archive = encrypted(tmp_path / "more.zip")
    index = index_of(tmp_path)
    run(index, first, second, archive)
    (second / "two.html").unlink()
    if not kept:
        second.rmdir()
    assert run(index, first, second, archive).refused
    assert ids(index) == ["one", "open", "two"]
    assert run(index, first, second, archive, allow_removals=True).removed == ("two",)
    assert ids(index) == ["one", "open"]


def test_pages_of_a_locked_folder_stay_and_those_that_vanished_elsewhere_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write(tmp_path / "pages", **{f"p{number}": "Water." for number in range(6)})
    write(source / "sub", inner="Food.")
    index = index_of(tmp_path)
    run(index, source)
    (source / "p1.html").unlink()
    scandir = os.scandir

    def locked(path: Path) -> object:
        if path.name == "sub":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", locked)
    assert run(index, source).removed == ("p1",)
    assert "sub.inner" in ids(index)


def test_a_page_with_the_id_of_one_that_cannot_be_read_does_not_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = write(tmp_path / "a", one="Water."), write(tmp_path / "b", two="Food.")
    for source in (first, second):
        write(source / "sub", inner=f"From {source.name}.")
    index = index_of(tmp_path)
    run(index, first, second)
    before = ids(index)
    assert len(before) == 4
    text = {name: index.article(name).sections[0].text for name in before}
    write(second / "sub", late="Late.")
    scandir = os.scandir

    def locked(path: Path) -> object:
        if path == first / "sub":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return scandir(path)

    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", locked)
        # What bore a digest in its id, because of the page that is locked now, bears it still.
        report = run(index, first, second)
        assert (report.added, report.changed, report.removed) == (("sub.late",), (), ())
        assert ids(index) == sorted([*before, "sub.late"])
        assert {name: index.article(name).sections[0].text for name in before} == text
        # A page that is new waits with its reason.
        third = write(tmp_path / "c", three="Tea.")
        write(third / "sub", inner="From c.")
        reasons = {one.source: one.reason for one in run(index, third, first, second).failed}
        assert "cannot be read just now" in reasons.pop("c/sub/inner.html")
        assert list(reasons) == [str(first / "sub")]
        assert {name: index.article(name).sections[0].text for name in before} == text
    assert run(index, first, second, third).failed == ()
    assert len(ids(index)) == 7


# --- one answer, one generation ---------------------------------------------------------------


def test_an_index_that_was_removed_and_built_again_is_not_mistaken_for_the_old(
    tmp_path: Path,
) -> None:
    first, second = write(tmp_path / "a", imuran="Imuran."), write(tmp_path / "b", humira="Humira.")
    index = index_of(tmp_path)
    run(index, first)
    old = index.status()
    assert [drug.name for drug in index.drugs()] == ["azathioprine"]
    shutil.rmtree(tmp_path / "index")
    run(index, second)
    assert index.status().generation == old.generation
    assert index.status().digest != old.digest
    assert ids(index) == ["humira"]
    assert [drug.name for drug in index.drugs()] == ["adalimumab"]


def test_questions_of_one_block_are_answered_from_one_generation(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a", imuran="Imuran."), write(tmp_path / "b", humira="Humira.")
    index, other = index_of(tmp_path), index_of(tmp_path)
    run(other, first)
    with index.one_generation():
        assert ids(index) == ["imuran"]
        run(other, second, allow_removals=True)
        assert index.status().generation == 1
        assert index.article("imuran").id == "imuran"
        assert [drug.articles for drug in index.drugs()] == [("imuran",)]
    assert index.status().generation == 2
    assert ids(index) == ["humira"]


# --- what strangers type costs a bounded amount of time and memory ----------------------------


@pytest.fixture
def served(tmp_path: Path) -> Index:
    """Return an index of a few pages that all say the same."""
    text = "Take the tablet with water before a meal, unless the doctor told you otherwise."
    pages = write(tmp_path / "pages", **{f"p{number}": text for number in range(4)})
    index = index_of(tmp_path)
    run(index, pages)
    return index


def test_words_that_occur_nowhere_do_not_fill_the_memory(
    served: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "KEPT_BYTES", 50 * ENTRY_BYTES)
    for number in range(100):
        assert not served.search(SearchRequest(text=f"nowhere{number}")).hits
    snapshot = served._engine.snapshot()
    assert isinstance(snapshot, WhooshSnapshot)
    assert len(snapshot._opened.postings._terms) <= 50
    assert served.search(SearchRequest(text="water")).total.articles == 4


def test_a_word_typed_again_and_again_is_looked_for_once(
    served: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = 0

    def counted(deadline: float | None) -> None:
        nonlocal steps
        assert deadline is not None
        steps += 1

    monkeypatch.setattr(evaluate, "check_time", counted)
    taken = []
    for times in (2, 32):
        steps = 0
        request = SearchRequest(text="water " * times, deadline_ms=60_000)
        assert served.search(request).total.articles == 4
        taken.append(steps)
    assert taken[1] <= 2 * taken[0]


def test_a_deadline_holds_within_the_slowest_step(
    served: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = iter(range(1_000))

    def late(deadline: float | None) -> None:
        assert deadline is not None
        if next(checks) == limit:
            raise DeadlineError

    monkeypatch.setattr(evaluate, "check_time", late)
    monkeypatch.setattr(evaluate, "KEPT_BYTES", 0)  # what was worked out before takes no time
    request = SearchRequest(text="tablet with water before a meal", deadline_ms=60_000)
    answers = []
    for limit in range(300):  # noqa: B007 - read by the clock above
        checks = iter(range(1_000))
        answers.append(served.search(request).partial)
    assert answers.index(False) > 30
    assert answers == sorted(answers, reverse=True)


def test_a_page_that_repeats_its_name_without_end_is_understood_in_linear_time() -> None:
    taken = []
    for mentions in (2_000, 8_000):
        data = page("Imuran", "imuran humira xarelto " * mentions).encode()
        started = time.process_time()
        assert parse_article(data, article_id="imuran", source="imuran.html").drugs
        taken.append(time.process_time() - started)
    assert taken[1] < 8 * taken[0] + 0.1


def test_passages_to_quote_are_chosen_from_a_bounded_number_of_matches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = "".join(f"<li>Item {number} has water.</li>" for number in range(50))
    folder = write(tmp_path / "pages")
    text = f"<title>Long</title><h1>Long</h1><ul>{items}<li>Water for the liver.</li></ul>"
    (folder / "long.html").write_text(text, encoding="utf-8")
    index = index_of(tmp_path)
    run(index, folder)

    def quoted() -> str:
        [hit] = index.search(SearchRequest(text="water liver")).hits
        return " ".join(snippet.text for snippet in hit.sections[0].snippets)

    assert "for the liver" in quoted()
    monkeypatch.setattr(snippets, "_MOST_FOUND", 10)
    assert "Item 0" in quoted()
    assert "for the liver" not in quoted()


def test_a_page_that_took_the_name_of_another_leaves_no_trace_of_it(tmp_path: Path) -> None:
    folder = write(tmp_path / "pages", **{f"p{number}": "Water." for number in range(9)})
    index = index_of(tmp_path)
    run(index, folder)
    (folder / "p1.html").rename(folder / "P1.htm")  # the same article id by another name
    (folder / "p2.html").rename(folder / "q2.html")
    (folder / "p3.html").rename(folder / "p2.html")
    report = run(index, folder, allow_removals=True)
    assert (report.articles, report.failed) == (9, ())
    assert ids(index) == ["p0", "p1", "p2", "p4", "p5", "p6", "p7", "p8", "q2"]
    assert index.article("p2").title == "p3"
    assert run(index, folder).generation == report.generation


# --- whatever is asked, and however, the answer is an orderly one -----------------------------


def exchange(port: int, request: bytes) -> str:
    """Send bytes to a server of this machine; return what it answers until it hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        answer = b""
        # Who hangs up before everything was read resets the connection once it has answered.
        with suppress(ConnectionResetError):
            while part := connection.recv(65_536):
                answer += part
    return answer.decode("latin-1")


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Return the port of a running server without an index."""
    folder = tmp_path_factory.mktemp("serve")
    command = [sys.executable, "-m", "indexer", "serve", "--port", "0", "--index", str(folder)]
    with (
        (folder / "log").open("w+") as log,
        subprocess.Popen(command, stderr=log, cwd=ROOT) as server,
    ):
        try:
            while not (started := re.search(r":(\d+)/", (folder / "log").read_text())):
                assert server.poll() is None
                time.sleep(0.05)
            yield int(started[1])
        finally:
            server.terminate()


@pytest.mark.parametrize(
    ("rest", "status"),
    [
        (b"GET /search?q=" + b"a" * 8_200 + b" HTTP/1.1", 431),
        (b"GET / HTTP/1.1\r\nContent-Length: many", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999", 413),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip", 501),
        (b"nonsense", 400),
    ],
)
def test_what_the_server_refuses_itself_carries_the_security_headers(
    port: int, rest: bytes, status: int
) -> None:
    answer = exchange(port, rest + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert re.match(rf"HTTP/1\.\d {status} ", answer)
    for name, value in HEADERS.items():
        assert f"{name}: {value}\r\n" in answer


@pytest.mark.parametrize(
    "host", ["x" * 64, "..", "a..b", "[::1", "a b", "xn--a", "a:b", "-a", "<b>"]
)
def test_a_host_that_cannot_be_is_refused_in_order(port: int, host: str) -> None:
    for path in ("/help", "/api/v1/status", "/static/drugsearch.css"):
        answer = exchange(
            port, f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        )
        assert answer.startswith("HTTP/1.1 400 ")
        assert "Content-Security-Policy: " in answer


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1:8000", "[::1]:80", "a-b.example.", "search_1", "xn--bcher-kva.de"],
)
def test_a_host_that_can_be_is_served(port: int, host: str) -> None:
    request = f"GET /help HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    assert exchange(port, request.encode()).startswith("HTTP/1.1 200 ")


def test_a_long_strange_host_is_refused_at_once() -> None:
    started = time.process_time()
    assert not is_host("aa." * 2_500 + "!")
    assert not is_host("a" * 8_000 + "!")
    assert time.process_time() - started < 0.1


def test_an_interrupt_behind_the_last_word_does_not_change_the_exit_code(tmp_path: Path) -> None:
    script = """
import atexit, os, signal
from indexer.cli import main
atexit.register(lambda: os.kill(os.getpid(), signal.SIGINT))
main(["search", "--index", "none", "imuran"])
"""
    ended = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert (ended.returncode, "Traceback" in ended.stderr) == (3, False)


@pytest.mark.parametrize("option", ["--drug", "--category"])
def test_an_empty_name_to_filter_by_is_wrong_usage(option: str) -> None:
    assert run_command(["search", option, " ", "imuran"]) == 2


def test_a_stray_form_tag_costs_no_text() -> None:
    """One that was never closed took all that followed, because forms are left out."""
    page = (
        "<title>Imuran</title><main><h1>Imuran</h1><p>Take it with water in the morning.</p>"
        "<h2>Doses<form></h2><p>Take one tablet a day, and never two.</p></main>"
    )
    article = parse_article(page.encode(), article_id="a", source="a.html")
    assert "never two" in article.sections[-1].text
    asking = page.replace("<form>", "<form action=/s><input name=q>")
    article = parse_article(asking.encode(), article_id="a", source="a.html")
    assert "Doses" in article.sections[-1].heading


def test_half_a_character_in_a_query_is_no_failure_of_its_address() -> None:
    """Found by fuzzing: a shell gives what is no UTF-8 so."""
    assert search_link("/search", SearchRequest(text="a\udc90b")) == "/search?q=a%3Fb"


@pytest.mark.parametrize(
    "left_open", ["<button>Close", "<noscript>", "<p><noscript>", "<p><button>"]
)
def test_a_page_goes_on_behind_what_it_left_open(left_open: str) -> None:
    """Found in damaged pages: the rest of a leaflet was taken for the label of a button."""
    text = f"<h1>Imuran</h1><p>Take it with water.</p>{left_open}<section><p>Never with milk."
    article = parse_article(text.encode(), article_id="a", source="a.html")
    assert "Never with milk." in " ".join(section.text for section in article.sections)


def test_a_table_that_was_never_closed_keeps_its_rows() -> None:
    """It swallows the article, and cells beside what text gathers in were taken for scraps."""
    prose = "".join(
        f"<h3>Part {number}</h3><p>Tell your doctor about all that you take, and never take two "
        "doses together; whoever has swallowed too much calls the poison centre at once.</p>"
        for number in range(6)
    )
    page = (
        "<title>Ondansetron</title><body><h1>Ondansetron</h1><p>It prevents nausea.</p><h2>Doses"
        "</h2><table><tr><th>Reason</th><th>Dose</th></tr><tr><td>Strong chemotherapy</td><td>24 "
        f"mg once</td></tr><tr><td>Operation</td><td>16 mg once</td>{prose}"
    )
    article = parse_article(page.encode(), article_id="a", source="a.html")
    text = "\n".join(section.text for section in article.sections)
    for told in ("Strong chemotherapy", "24 mg once", "16 mg once", "poison centre"):
        assert told in text
