"""What processes may take and have taken."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from benchmarks.process import CommandError, environment, folder_bytes, memory, run

CAP = """
from benchmarks.process import cap_memory
cap_memory(600)
bytearray(10 ** 9)
"""


def test_a_command_is_measured() -> None:
    spent = run([sys.executable, "-c", "sum(range(3_000_000)); print('done')"])
    assert spent.output == "done\n"
    assert spent.wall_s > 0
    assert spent.cpu_s > 0
    assert spent.peak_mb > 1


def test_a_command_that_fails_is_told_with_what_it_said() -> None:
    with pytest.raises(CommandError, match=r"ended with 3: too bad"):
        run([sys.executable, "-c", "import sys; print('too bad', file=sys.stderr); sys.exit(3)"])
    assert run([sys.executable, "-c", "raise SystemExit(3)"], codes=(0, 3)).output == ""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not keep RLIMIT_AS")
def test_who_runs_away_ends_with_an_error() -> None:
    with pytest.raises(CommandError, match="MemoryError"):
        run([sys.executable, "-c", CAP])


def test_commands_do_not_see_settings_of_drugsearch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRUGSEARCH_THREADS", "1")
    monkeypatch.setenv("OTHER", "1")
    assert "DRUGSEARCH_THREADS" not in environment()
    assert environment()["OTHER"] == "1"


def test_a_file_with_two_names_counts_once(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 100)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b").write_bytes(b"x" * 10)
    os.link(tmp_path / "a", tmp_path / "sub" / "c")
    assert folder_bytes(tmp_path) == 110


def test_memory_is_told() -> None:
    now = memory()
    assert 0 < now.own_mb <= now.resident_mb <= now.peak_mb * 1.01
