"""Caps on a page, and the workers that hold pages to time and memory."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.errors import CorpusError
from indexer.parsing import limits, markup, parse_page
from indexer.parsing.limits import Job, Outcome, ParserPool
from indexer.runs import Failure

ROOT = Path(__file__).resolve().parents[2]
PAGE = b"<h1>Imuran</h1><p>It calms the immune system.</p>"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's promise is Linux's")


def work(job: Job) -> str:
    """Do what the job's data says, as a page that is out to break its parser."""
    match job.data:
        case b"hang":
            while True:
                pass
        case b"die":
            os.kill(os.getpid(), signal.SIGKILL)
        case b"exit":
            os._exit(3)
        case b"gorge":
            bytearray(8 * 1024**3)
        case b"reject":
            raise CorpusError("not an HTML page")
        case b"defect":
            raise KeyError("a bug")
    return f"{job.article_id} {len(job.data)}"


def spend(job: Job) -> str:
    """Take the seconds by the clock, or of a processor, that the job's data says."""
    how, seconds = job.data.split()
    if how == b"clock":
        time.sleep(float(seconds))
    else:
        while time.process_time() < float(seconds):
            pass
    return f"{job.article_id} {len(job.data)}"


def job(name: str, data: bytes = b"fine") -> Job:
    return Job(name=name, article_id="a", data=data)


def reason(outcome: Outcome[str]) -> str:
    assert isinstance(outcome.value, Failure)
    assert outcome.value.source == outcome.name
    return outcome.value.reason


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (
            b"<p>" + b"x" * (4 * 1024 * 1024),
            "more than 4 MiB, which is the most that a page may have",
        ),
        (b"<div>" * 1_001 + b"x", "elements nested more than 1,000 deep"),
        (b"<p " + b" ".join(b"a%d=1" % n for n in range(257)) + b">x", "more than 256 attributes"),
        (b"<html><head><title>Only a title</title></head></html>", "no text of an article"),
        (b"<h1>Imuran</h1><h2>Side effects</h2>", "no text of an article"),
        (b"<frameset><frame src=a.html></frameset>", "no text of an article"),
    ],
)
def test_a_page_that_breaks_a_cap_is_set_aside_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(CorpusError, match=why):
        parse_page(data, article_id="a", source="a.html")


def test_a_page_with_too_many_elements_is_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "MAX_ELEMENTS", 1_000)
    with pytest.raises(CorpusError, match="more than 1,000 elements"):
        parse_page(b"<i>x</i>" * 1_001, article_id="a", source="a.html")


def test_a_page_just_below_the_caps_is_parsed() -> None:
    deep = parse_page(b"<div>" * 900 + b"text", article_id="a", source="a.html")
    assert deep.sections[0].text == "text"
    lists = parse_page(b"<ul><li>x" * 400, article_id="a", source="a.html")
    assert lists.sections[0].text.count("x") == 400
    many = parse_page(b"<p>x</p>" * 20_000, article_id="a", source="a.html")
    assert len(many.sections[0].blocks) == 20_000


def test_outcomes_come_in_the_order_of_the_jobs() -> None:
    with ParserPool(work, jobs=2) as pool:
        outcomes = list(pool.run(job(f"page-{number}") for number in range(50)))
    assert [outcome.name for outcome in outcomes] == [f"page-{number}" for number in range(50)]
    assert {outcome.value for outcome in outcomes} == {"a 4"}


def test_a_page_that_breaks_its_worker_costs_nobody_else() -> None:
    attacks = [b"hang", b"die", b"exit", b"gorge", b"reject", b"defect"]
    jobs = [job(f"{attack!r} {turn}", attack) for turn in range(2) for attack in attacks]
    mixed = [each for attack in jobs for each in (attack, job("fine"))]
    with ParserPool(work, jobs=2, seconds=0.4) as pool:
        outcomes = list(pool.run(mixed))
    assert [outcome.value for outcome in outcomes[1::2]] == ["a 4"] * len(jobs)
    reasons = [reason(outcome) for outcome in outcomes[::2]]
    assert reasons[:6] == reasons[6:]
    assert reasons[0] == "needed more than 0.4 s of processor time"
    assert "signal 9" in reasons[1]
    assert "exit status 3" in reasons[2]
    assert reasons[3] == "needed more than 1 GiB of memory" or sys.platform != "linux"
    assert reasons[4] == "not an HTML page"
    assert "KeyError" in reasons[5]


@LINUX
def test_time_is_that_of_the_processor_and_a_page_may_wait_its_turn() -> None:
    jobs = [job(name, name.encode()) for name in ("clock 0.4", "clock 600", "clock 0")]
    with ParserPool(spend, jobs=1, seconds=0.1) as pool:
        first, second, third = pool.run(jobs)
    assert (first.value, third.value) == ("a 9", "a 7")
    assert reason(second) == "took longer than 1.2 s"


@LINUX
def test_each_page_has_its_own_time() -> None:
    with ParserPool(spend, jobs=1, seconds=0.3) as pool:
        # In all, as a process counts: the third ends after 0.6 s, twice what one page may take.
        [ready] = pool.run([job("ready", b"clock 0")])
        before = pool._workers[0].process
        outcomes = list(pool.run(job(f"{n}", b"processor 0.%d" % n) for n in (2, 4, 6)))
        assert [worker.process for worker in pool._workers] == [before]
    assert [outcome.value for outcome in (ready, *outcomes)] == ["a 7", *["a 13"] * 3]


def test_jobs_are_taken_only_when_there_is_room() -> None:
    taken = 0

    def jobs() -> Iterator[Job]:
        nonlocal taken
        for number in range(10_000):
            taken += 1
            yield job(str(number))

    with ParserPool(work, jobs=2) as pool:
        outcomes = pool.run(jobs())
        for _ in range(5):
            next(outcomes)
        assert taken < 5 + 2 * 33


def test_no_pages_start_no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    with ParserPool(work) as pool:
        monkeypatch.setattr(pool, "_hire", lambda: pytest.fail("a worker was started"))
        assert list(pool.run([])) == []


def test_one_page_starts_one_worker() -> None:
    with ParserPool(work, jobs=8) as pool:
        assert len(list(pool.run([job("one")]))) == 1
        assert len(pool._workers) == 1


def test_leaving_early_ends_all_workers() -> None:
    with ParserPool(work, jobs=2) as pool:
        next(pool.run([job("fine"), job("hang", b"hang"), job("hang", b"hang")]))
        processes = [worker.process for worker in pool._workers]
        assert processes
    assert not any(process.is_alive() for process in processes)


def test_a_pool_can_run_again() -> None:
    with ParserPool(work, jobs=1) as pool:
        assert [each.value for each in pool.run([job("one")])] == ["a 4"]
        pool._workers[0].process.kill()
        pool._workers[0].process.join()
        assert [each.value for each in pool.run([job("two")])] == ["a 4"]


def test_workers_that_cannot_start_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_limit_memory", lambda _: os._exit(7))
    monkeypatch.setattr("threading.active_count", lambda: 1)
    with (
        ParserPool(work, jobs=1) as pool,
        pytest.raises(CorpusError, match=r"no page can be parsed.*exit status 7"),
    ):
        list(pool.run([job("one")]))


ORPHANS = """
import sys, os
from indexer.parsing.limits import Job, ParserPool
from tests.parsing.test_limits import work
with ParserPool(work, jobs=2, seconds=60) as pool:
    jobs = [Job(name="a", article_id="a", data=b"fine")]
    jobs += [Job(name="b", article_id="b", data=b"hang")] * 2
    for outcome in pool.run(jobs):
        print(*[worker.process.pid for worker in pool._workers], flush=True)
"""


@LINUX
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_no_worker_outlives_its_parent(number: signal.Signals) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", ORPHANS],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with parent:
        assert parent.stdout
        workers = [int(pid) for pid in parent.stdout.readline().split()]
        assert workers
        parent.send_signal(number)
        parent.wait(timeout=10)
    deadline = time.monotonic() + 5
    while any(_runs(pid) for pid in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
