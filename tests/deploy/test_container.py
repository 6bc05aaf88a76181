"""The Containerfile: looked through, and carried out without a container where none can be made."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from indexer.cli.program import COMMANDS
from indexer.config import Settings
from tests.deploy.servers import DEPLOY, ROOT, SERVING, ask, environment, started
from tests.deploy.servers import program as installed
from tests.test_budget import setup_cfg
from tests.test_docs import variables_read

USER = 10001


@dataclass(frozen=True, slots=True)
class Step:
    """An instruction of the Containerfile."""

    name: str
    text: str


def steps(name: str = "") -> list[Step]:
    """Return the instructions of the Containerfile, or those of a name."""
    text = (DEPLOY / "Containerfile").read_text("utf-8").replace("\\\n", " ")
    lines = (line.strip() for line in text.splitlines())
    found = (line.partition(" ") for line in lines if line and not line.startswith("#"))
    return [Step(word, " ".join(rest.split())) for word, _, rest in found if name in ("", word)]


def only(name: str) -> str:
    ((step),) = steps(name)
    return step.text


def variables() -> dict[str, str]:
    return dict(part.split("=", 1) for step in steps("ENV") for part in shlex.split(step.text))


def test_what_it_is_built_on_has_an_exact_version() -> None:
    assert re.fullmatch(
        r"[\w/.-]+:(?:\d+\.\d+\.\d+[\w.-]*|[\w.-]+@sha256:[0-9a-f]{64})", only("FROM")
    )
    version = re.search(r":(\d+)\.(\d+)\.", only("FROM"))
    assert version
    assert (int(version[1]), int(version[2])) >= (3, 11)


def test_what_it_copies_is_there_and_is_all_that_is_installed() -> None:
    copied = [source for step in steps("COPY") for source in shlex.split(step.text)[:-1]]
    assert all((ROOT / source).exists() for source in copied)
    assert not any(source in {".", "./", "*"} for source in copied)
    packages = {
        name.split(".")[0] for name in setup_cfg()["options.packages.find"]["include"].split()
    }
    named = {"requirements.lock", "pyproject.toml", "setup.cfg", "README.md", "LICENSE"}
    assert set(copied) == packages | named
    assert not steps("ADD")


def test_whatever_is_installed_is_vouched_for() -> None:
    installing = [part for step in steps("RUN") for part in step.text.split("&&") if "pip" in part]
    assert installing
    for part in installing:
        assert "--require-hashes" in part or "--no-index" in part
        assert "--no-deps" in part


def test_it_runs_as_nobody_and_says_whether_it_is_well() -> None:
    assert [step.name for step in steps()][-4:] == ["USER", "HEALTHCHECK", "ENTRYPOINT", "CMD"]
    user, _, group = only("USER").partition(":")
    assert min(int(user), int(group)) >= 1_000
    assert "/healthz" in only("HEALTHCHECK")


def test_its_settings_and_its_command_are_ours() -> None:
    ours = {name for name in variables() if name.startswith("DRUGSEARCH_")}
    assert ours <= variables_read()
    assert only("EXPOSE") == str(Settings().port)
    assert variables()["DRUGSEARCH_INDEX"].startswith(f"{only('VOLUME')}/")
    assert json.loads(only("ENTRYPOINT")) == ["drugsearch"]
    assert set(json.loads(only("CMD"))) <= set(COMMANDS)


# --- carried out --------------------------------------------------------------------------------


@pytest.fixture
def place() -> Iterator[Path]:
    """Return a folder that stands for WORKDIR, and that others may look into."""
    folder = Path(tempfile.mkdtemp(prefix="drugsearch-image-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def as_user(python: str) -> list[str]:
    """Return what runs a command as the user of the image, if its Python can be read by all."""
    prefix = [installed("setpriv"), f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
    tried = subprocess.run([*prefix, python, "-c", ""], capture_output=True, check=False)
    return prefix if tried.returncode == 0 else []


def python_for_all() -> str:
    """Return a Python that the image's user can run, else that of the tests."""
    for python in ("/usr/bin/python3", os.path.realpath(sys.executable)):
        new_enough = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"
        tried = subprocess.run([python, "-c", new_enough], capture_output=True, check=False)
        if tried.returncode == 0 and as_user(python):
            return python
    return os.path.realpath(sys.executable)


@pytest.mark.slow
@pytest.mark.skipif(
    os.environ.get("REQUIRE_SERVERS") != "1" or os.geteuid() != 0,
    reason="downloads every package and gives a folder away, as a build does: REQUIRE_SERVERS=1",
)
def test_its_steps_make_a_program_that_indexes_and_serves(place: Path, tmp_path: Path) -> None:
    python, workdir = python_for_all(), only("WORKDIR")
    (tmp_path / "python").symlink_to(python)
    path = f"{tmp_path}:{os.environ['PATH']}"
    carry_out(place, workdir, {**environment(PATH=path), "PYTHONPATH": ""})

    settings = {name: value.replace(workdir, str(place)) for name, value in variables().items()}
    settings |= {"DRUGSEARCH_HOST": "127.0.0.1", "PATH": f"{place}/.venv/bin:{path}"}
    env = {**environment(**settings), "PYTHONPATH": "", "HOME": str(place)}
    user = as_user(python)
    program = str(place / ".venv/bin" / json.loads(only("ENTRYPOINT"))[0])
    pages = str(shutil.copytree(ROOT / "corpus", place / "pages"))

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, env=env, cwd=place, capture_output=True, text=True, check=False
        )

    assert run(*user, program, "reindex", pages).returncode == 0
    with started(
        [*user, program, *json.loads(only("CMD")), "--port", "0"], env, place / "log", SERVING
    ) as (_, port):
        assert ask(port, "/search?q=imuran").status == 200
        check = json.loads(only("HEALTHCHECK").partition("CMD ")[2])
        for served, code in ((port, 0), (1, 1)):
            assert (
                run(*user, *(part.replace(":8000/", f":{served}/") for part in check)).returncode
                == code
            )

    # Who serves need not be who writes: what root has indexed can be read, and not changed.
    of_root = str(place / "of-root")
    assert run(program, "reindex", "--index", of_root, pages).returncode == 0
    assert run(*user, program, "verify", "--index", of_root).returncode == 0
    refused = run(*user, program, "reindex", "--fresh", "--index", of_root, pages)
    assert not user or (refused.returncode, "Permission denied" in refused.stderr) == (3, True)


def carry_out(place: Path, workdir: str, env: dict[str, str]) -> None:
    """Do what COPY and RUN say, in a folder that stands for WORKDIR."""
    for step in steps():
        if step.name == "COPY":
            *sources, target = shlex.split(step.text)
            for source in sources:
                to = place / target if (ROOT / source).is_dir() else place / target / source
                copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
                copy(ROOT / source, to)
        elif step.name == "RUN":
            ran = subprocess.run(
                ["sh", "-ec", step.text.replace(workdir, str(place))],
                env=env,
                cwd=place,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
                timeout=500,
            )
            assert ran.returncode == 0, ran.stdout.decode()
