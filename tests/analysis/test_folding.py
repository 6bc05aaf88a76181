"""Which spellings are one term, and that numbers keep what they say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis.folding import LONGEST_TERM, fold


@pytest.mark.parametrize(
    ("word", "term"),
    [
        ("Imuran", "imuran"),
        ("AZATHIOPRINE", "azathioprine"),
        ("naïve", "naive"),
        ("cafe\N{COMBINING ACUTE ACCENT}", "cafe"),
        ("Straße", "strasse"),
        ("ﬁsh", "fish"),
        ("œdema", "oedema"),
        ("Ångström", "angstrom"),
        ("ｆｕｌｌ", "full"),
        ("so\N{SOFT HYPHEN}dium", "sodium"),
        ("so\N{ZERO WIDTH SPACE}dium", "sodium"),
        ("Crohn\N{RIGHT SINGLE QUOTATION MARK}s", "crohn's"),
        ("'tis'", "tis"),
        ("ΑΣ", "ασ"),
    ],
)
def test_case_accents_ligatures_width_and_quotes_fold(word: str, term: str) -> None:
    assert fold(word) == term


@pytest.mark.parametrize(
    ("word", "term"),
    [
        ("5", "5"),
        ("5.0", "5"),
        ("5.00", "5"),
        (".5", "0.5"),
        ("0,5", "0.5"),
        ("0,125", "0.125"),
        ("1,5", "1.5"),
        ("2,500", "2500"),
        ("1,234,567", "1234567"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("7.2.1", "7.2.1"),
        ("1.0.0", "1.0.0"),
        ("0.50", "0.5"),
        ("007", "007"),
        ("\N{FULLWIDTH DIGIT FIVE}", "5"),
        ("\N{ARABIC-INDIC DIGIT FIVE}", "5"),
        ("10⁶", "10^6"),
        ("10⁻³", "10^-3"),
        ("10\N{ZERO WIDTH SPACE}⁶", "10^6"),
        ("½", "1/2"),
    ],
)
def test_m4_numbers_fold_to_one_spelling_and_keep_their_value(word: str, term: str) -> None:
    assert fold(word) == term


@pytest.mark.parametrize("micro", ["\N{MICRO SIGN}g", "\N{GREEK SMALL LETTER MU}g", "ug", "MCG"])
def test_every_spelling_of_microgram_is_mcg(micro: str) -> None:
    assert fold(micro) == "mcg"


@pytest.mark.parametrize(
    ("word", "term"), [("µL", "ul"), ("µmol", "umol"), ("µm", "um"), ("mcmol", "umol")]
)
def test_other_micro_units_are_written_with_u(word: str, term: str) -> None:
    assert fold(word) == term


@pytest.mark.parametrize(
    ("word", "term"),
    [("α", "alpha"), ("Ω", "omega"), ("β2", "beta2"), ("µ", "mu"), ("ς", "sigma"), ("αβ", "αβ")],
)
def test_single_greek_letters_fold_to_their_names(word: str, term: str) -> None:
    assert fold(word) == term


def test_percent_is_its_sign() -> None:
    assert fold("percent") == fold("％") == fold("%") == "%"


def test_long_words_are_cut() -> None:
    assert fold("a" * 1_000) == "a" * LONGEST_TERM


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="0123456789.,^'µμαβg⁶½/%\N{SOFT HYPHEN}a", max_size=80))
def test_folding_twice_is_folding_once_for_what_resembles_numbers(text: str) -> None:
    assert fold(fold(text)) == fold(text)
