"""M9: whoever may be in danger is told what to do before anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.emergency import DEFAULT, is_emergency, read_emergency
from indexer.errors import ConfigError


@pytest.mark.parametrize(
    "query",
    [
        "imuran overdose",
        "took too many valium",
        "what if I take too much imuran",
        "child swallowed a tablet",
        "anaphylaxis after bactrim",
        "I want to kill myself",
        "rat poison",
        "can't breathe after injection",
        "throat swelling",
        "i took 20 tablets",
        "took all my tablets",
        "swallowed the whole packet",
        "cant breathe",
        "unable to breathe",
        "how many tablets to die",
        "my toddler ate my pills",
        "won't wake up",
        "severe allergic reaction",
    ],
)
def test_m9_danger_is_recognised(query: str) -> None:
    assert is_emergency(query)


@pytest.mark.parametrize(
    "query",
    [
        "imuran side effects",
        "how much imuran to take",
        "breathe",
        "",
        "took 20 mg",
        "took 40 years",
        "passed in milk",
    ],
)
def test_m9_other_questions_are_left_alone(query: str) -> None:
    assert not is_emergency(query)


def test_m9_no_number_is_built_in() -> None:
    assert not any(character.isdigit() for character in DEFAULT.text)
    assert DEFAULT.contacts == ()
    assert read_emergency("") == DEFAULT


def test_m9_a_region_names_its_numbers(tmp_path: Path) -> None:
    file = tmp_path / "region.toml"
    file.write_text('text = "Call."\n[[contact]]\nlabel = "Poison centre"\nnumber = "12 34"\n')
    found = read_emergency(str(file))
    assert found.text == "Call."
    assert [(of.label, of.number) for of in found.contacts] == [("Poison centre", "12 34")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("text = 3", "must be a text"),
        ('text = " "', "must be a text"),
        ("contact = 3", "contact a list"),
        ('[[contact]]\nlabel = "x"', "needs a label and a number"),
        ("[[contact]]\nlabel = 1\nnumber = 2", "needs a label and a number"),
        ('phone = "1"', "has phone"),
        ("text", "is no TOML"),
    ],
)
def test_m9_a_malformed_file_is_refused_by_name(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "region.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=said):
        read_emergency(str(file))
    with pytest.raises(ConfigError, match="cannot be read"):
        read_emergency(str(tmp_path / "none.toml"))
