"""When an interrupt ends a run and when it waits."""

import os
import signal
from collections.abc import Iterator

import pytest

from indexer.cli.interrupts import Watch


@pytest.fixture
def watch() -> Iterator[Watch]:
    with Watch(None) as watching:
        yield watching


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_an_interrupt_ends_the_work_at_once(watch: Watch) -> None:
    watch.scanned(pages=3)
    with pytest.raises(KeyboardInterrupt):
        interrupt()


@pytest.mark.parametrize("step", ["scanned", "advanced", "publishing"])
def test_an_interrupt_that_was_lost_ends_the_work_at_the_next_step(watch: Watch, step: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupt()
    with pytest.raises(KeyboardInterrupt):
        getattr(watch, step)(**({} if step == "publishing" else {"pages": 1}))


def test_while_publishing_the_first_interrupt_waits_and_the_second_does_not(watch: Watch) -> None:
    watch.publishing()
    interrupt()
    assert watch.interrupts == 1
    with pytest.raises(KeyboardInterrupt):
        interrupt()


def test_who_was_deaf_to_interrupts_stays_so() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Watch(None) as watch:
            interrupt()
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        assert watch.interrupts == 0
    finally:
        signal.signal(signal.SIGINT, before)
