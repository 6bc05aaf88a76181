"""What is installed to run drugsearch may be used by anybody for anything, and is listed."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# Of every part of a licence; what obliges whoever passes the program on is none of them.
FREE = re.compile(
    r"MIT|(?:0|[23]-Clause-)?BSD(?:-[23]-Clause)?|PSF-2\.0|ZPL 2\.1|Zlib|CC0-1\.0|Apache-2\.0"
)


def listed() -> dict[str, str]:
    """Return the licences that CONTRIBUTING.md lists."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.partition("<!-- licences -->")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| `(\S+)` \| (.+?) \|$", table, re.MULTILINE))


def locked() -> dict[str, str]:
    """Return what the lock file installs to run, with the versions."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==(\S+)", lock, re.MULTILINE))


def stated(package: str) -> str:
    """Return the licence that a package states, in its classifiers where nowhere else."""
    said = metadata.metadata(package)
    words: list[str] = [*said.get_all("License-Expression", []), *said.get_all("License", [])]
    kinds = [kind for kind in said.get_all("Classifier", []) if kind.startswith("License ::")]
    words += [kind.rpartition(" :: ")[2] for kind in kinds]
    return next(word for word in words if word).removesuffix(" License")


def test_the_licence_of_everything_that_is_installed_to_run_is_listed() -> None:
    assert listed().keys() == locked().keys()
    # Other versions state the same in other words.
    installed = {of: version for of, version in locked().items() if metadata.version(of) == version}
    assert {of: listed()[of] for of in installed} == {of: stated(of) for of in installed}


def test_nothing_that_is_installed_to_run_binds_who_passes_it_on() -> None:
    parts = {part for licence in listed().values() for part in licence.split(" AND ")}
    assert [part for part in parts if not FREE.fullmatch(part)] == []
