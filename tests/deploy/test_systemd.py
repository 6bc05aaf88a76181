"""The units of docs/deploy: what systemd says of them, and what they rely on."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from indexer.cli.program import COMMANDS, program
from tests.deploy.servers import DEPLOY
from tests.deploy.servers import program as installed
from tests.test_docs import variables_read

UNITS = sorted(path for path in DEPLOY.iterdir() if path.suffix in {".service", ".timer"})
INSTALLED = "/opt/drugsearch/.venv/bin/drugsearch"
MOST_EXPOSED = 2.0
"""Of ten; systemd calls less than two safe or OK."""


@pytest.fixture
def units(tmp_path: Path) -> list[str]:
    """Return copies of the units that start a program which is there."""
    copies = []
    for unit in UNITS:
        text = unit.read_text("utf-8")
        assert (unit.suffix == ".timer") or INSTALLED in text
        copy = tmp_path / unit.name
        copy.write_text(text.replace(INSTALLED, sys.executable), "utf-8")
        copies.append(str(copy))
    return copies


def test_systemd_has_nothing_to_complain_of(units: list[str]) -> None:
    analyze = installed("systemd-analyze")
    ran = subprocess.run(
        [analyze, "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_unit_that_is_wrong_would_be_noticed(units: list[str]) -> None:
    analyze = installed("systemd-analyze")
    Path(units[0]).write_text("[Service]\nProtectSystm=strict\nExecStart=/nowhere\n", "utf-8")
    ran = subprocess.run(
        [analyze, "verify", "--man=no", units[0]], capture_output=True, text=True, check=False
    )
    assert "ProtectSystm" in ran.stderr


def test_the_services_may_do_little(units: list[str]) -> None:
    analyze = installed("systemd-analyze")
    for unit in units:
        if unit.endswith(".service"):
            ran = subprocess.run(
                [analyze, "security", "--offline=yes", "--no-pager", unit],
                capture_output=True,
                text=True,
                check=False,
            )
            exposure = re.search(r"Overall exposure level for .*: ([\d.]+)", ran.stdout)
            assert exposure, ran.stdout + ran.stderr
            assert float(exposure[1]) <= MOST_EXPOSED


def test_they_start_commands_with_options_and_variables_that_there_are() -> None:
    for unit in UNITS:
        text = unit.read_text("utf-8")
        starts = rf"^ExecStart={INSTALLED} (\w+)(.*)$"
        for command, options in re.findall(starts, text, re.MULTILINE):
            assert command in COMMANDS
            found = program.get_command(click.Context(program), command)
            assert found is not None
            known = {name for part in found.params for name in part.opts}
            assert set(options.split()) <= known
        assert set(re.findall(r"^Environment=(\w+)=", text, re.MULTILINE)) <= variables_read()


def test_the_timer_starts_the_service_and_who_serves_cannot_write() -> None:
    names = {unit.name for unit in UNITS}
    assert {"drugsearch-reindex.timer", "drugsearch-reindex.service"} <= names
    users = {
        unit.name: re.findall(r"^User=(.+)$", unit.read_text("utf-8"), re.MULTILINE)
        for unit in UNITS
    }
    assert users["drugsearch.service"] != users["drugsearch-reindex.service"]
