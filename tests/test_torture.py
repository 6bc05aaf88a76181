"""The long campaigns: each can be run by its name, and one that fails says so."""

import re
from pathlib import Path

import pytest

from tests.torture import __main__ as torture

ROOT = Path(__file__).resolve().parents[1]
PASSES = torture.Campaign(name="passes", promise="ends well", command=("-c", "print('fine')"))
FAILS = torture.Campaign(
    name="fails",
    promise="ends badly",
    command=("-c", "import os; raise SystemExit(os.environ['SEED'] + os.environ['HOW_OFTEN'])"),
    settings={"HOW_OFTEN": " times"},
)


def test_a_campaign_names_files_that_read_its_settings() -> None:
    """What is misspelt would run the short version for hours and call it the long one."""
    names = [campaign.name for campaign in torture.CAMPAIGNS]
    assert len(set(names)) == len(names)
    for campaign in torture.CAMPAIGNS:
        files = [ROOT / word for word in campaign.command if word.endswith(".py")]
        assert files, campaign.name
        read = "".join(file.read_text(encoding="utf-8") for file in files)
        for variable in campaign.settings:
            assert re.search(rf'environ(\.get\(|\[)"{variable}"', read), (campaign.name, variable)


def test_a_campaign_that_fails_fails_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others run none the less, and the log has what was said, with the seed."""
    monkeypatch.setattr(torture, "CAMPAIGNS", (FAILS, PASSES))
    monkeypatch.setattr(torture, "ROOT", tmp_path)
    monkeypatch.setattr(torture, "LOGS", tmp_path / "logs")
    assert torture.main(["--seed", "7"]) == 1
    seed, failed, passed = capsys.readouterr().out.splitlines()
    assert seed == "Seed 7; logs in logs/"
    assert re.match(r"fails +FAILED .* ends badly$", failed)
    assert re.match(r"passes +held .* ends well$", passed)
    assert (tmp_path / "logs" / "fails.log").read_text(encoding="utf-8") == "7 times\n"
    assert torture.main(["passes"]) == 0
