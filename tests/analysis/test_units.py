"""Units, and that no way to write one changes the amount."""

import pytest

from indexer.analysis.folding import fold
from indexer.analysis.units import is_unit, unit_variants

UNITS = (
    "kg g mg mcg ng l dl ml mol mmol meq iu units % h hours min days week months year tablets mmhg "
    "kcal"
).split()


@pytest.mark.parametrize("term", UNITS)
def test_a_unit_is_one_and_is_among_its_variants(term: str) -> None:
    assert is_unit(term)
    assert term in unit_variants(term)


@pytest.mark.parametrize("term", UNITS)
def test_variants_are_folded_and_share_their_variants(term: str) -> None:
    for variant in unit_variants(term):
        assert fold(variant) == variant
        assert unit_variants(variant) == unit_variants(term)


def test_symbol_and_words_stand_for_each_other() -> None:
    assert {"mg", "milligram", "milligrams", "milligramme"} <= set(unit_variants("mg"))
    assert unit_variants(fold("µg")) == unit_variants("micrograms")
    assert unit_variants(fold("percent")) == ("%",)


@pytest.mark.parametrize(
    ("one", "other"), [("mg", "mcg"), ("g", "mg"), ("iu", "unit"), ("ml", "l"), ("min", "h")]
)
def test_m4_no_unit_stands_for_another(one: str, other: str) -> None:
    assert not set(unit_variants(one)) & set(unit_variants(other))


@pytest.mark.parametrize("term", ["dose", "imuran", "5", "d", "", "not"])
def test_other_words_are_no_units_and_vary_alone(term: str) -> None:
    assert not is_unit(term)
    assert unit_variants(term) == (term,)
