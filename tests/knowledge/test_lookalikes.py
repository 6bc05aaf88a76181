"""Names of medicines that must not be taken for one another."""

import tomllib
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from itertools import pairwise, takewhile
from operator import eq

import pytest

from indexer.knowledge.drugs import DrugKnowledge
from indexer.knowledge.lookalikes import (
    TABLE,
    Lookalike,
    are_lookalikes,
    lookalikes,
    lookalikes_of,
    tall_man,
)
from indexer.model import Drug

TEXT = files("indexer.knowledge").joinpath(TABLE).read_text(encoding="utf-8")
DATA = tomllib.loads(TEXT)
PAIRS = [(*pair, source["name"]) for source in DATA["source"] for pair in source["pairs"]]
NAMES = sorted({name for first, second, _ in PAIRS for name in (first, second)})
TALL_MEN = [*DATA["tall_man"]["fda"], *DATA["tall_man"]["own"]]

SHARED_BEGINNING = 2
SHARED_END = 3


@pytest.fixture(scope="module")
def shipped() -> DrugKnowledge:
    return DrugKnowledge.shipped()


def others(pairs: tuple[Lookalike, ...]) -> list[str]:
    return [pair.other for pair in pairs]


def shared(name: str, other: str) -> int:
    """Count the letters that two names share at their beginning."""
    return sum(takewhile(bool, map(eq, name, other)))


def difference(name: str, other: str) -> range:
    """Return where a name has letters that its partner has not, by the rule of the table."""
    name, other = name.casefold(), other.casefold()
    start = shared(name, other)
    end = shared(name[start:][::-1], other[start:][::-1])
    start = start if start >= SHARED_BEGINNING else 0
    end = end if end >= SHARED_END else 0
    return range(start, len(name) - end)


# --- the table --------------------------------------------------------------------------------


def test_the_table_lists_what_it_promises() -> None:
    assert len(PAIRS) >= 150
    assert sum(source.startswith("FDA") for *_, source in PAIRS) >= 50
    assert {source for *_, source in PAIRS if not source.startswith("FDA")} == {"own"}


def test_no_pair_is_listed_twice() -> None:
    pairs = sorted(sorted(map(str.casefold, pair[:2])) for pair in PAIRS)
    assert not [pair for pair, following in pairwise(pairs) if pair == following]


def test_a_name_is_always_written_the_same_way() -> None:
    assert len({name.casefold() for name in NAMES}) == len(NAMES)


def test_every_listed_name_is_known_or_said_to_be_in_no_list(shipped: DrugKnowledge) -> None:
    assert [name for name in NAMES if shipped.resolve(name) is None] == DATA["unlisted"]


def test_a_listed_ingredient_is_the_key_of_its_medicine(shipped: DrugKnowledge) -> None:
    # Otherwise the pair would not be found from the brands of the ingredient.
    for name in NAMES:
        resolved = shipped.resolve(name)
        if resolved is not None and name == name.lower():
            assert resolved.key == name


def test_the_names_of_a_pair_never_belong_to_the_same_medicine(shipped: DrugKnowledge) -> None:
    for first, second, _ in PAIRS:
        owners = {owner.key for owner in shipped.resolve_all(first)}
        assert owners.isdisjoint(owner.key for owner in shipped.resolve_all(second)), first


# --- tall man letters -------------------------------------------------------------------------


def test_tall_man_changes_nothing_but_the_case_of_a_listed_name() -> None:
    folded = [written.casefold() for written in TALL_MEN]
    assert set(folded) <= {name.casefold() for name in NAMES}
    assert len(set(folded)) == len(folded)
    assert set(TALL_MEN).isdisjoint(NAMES)
    for name in NAMES:
        written = tall_man(name)
        assert written is None or written.casefold() == name.casefold()


def test_a_pair_carries_the_tall_man_spelling_of_both_names() -> None:
    for name in NAMES:
        for pair in lookalikes(name):
            assert pair.tall_man == (tall_man(name) or name)
            assert pair.other_tall_man == (tall_man(pair.other) or pair.other)


def test_own_capitals_stand_where_the_name_differs_from_a_partner() -> None:
    for written in DATA["tall_man"]["own"]:
        name = lookalikes(written)[0].name
        capitals = {at for at, (a, b) in enumerate(zip(written, name, strict=True)) if a != b}
        places = [difference(name, pair.other) for pair in lookalikes(name)]
        assert any(capitals <= set(place) for place in places), written


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("azathioprine", "azaTHIOprine"),
        ("AZACITIDINE", "azaCITIDine"),
        ("prednisolone", "prednisoLONE"),
        ("hydroxyzine", "hydrOXYzine"),
        ("hydromorphone", "HYDROmorphone"),
        ("Zyprexa", "ZyPREXA"),
        ("toprol xl", "TopROL-XL"),
        ("omeprazole", None),
        ("Lasix", None),
        ("ibuprofen", None),
        ("", None),
    ],
)
def test_tall_man_letters_are_those_of_the_fda_or_of_the_rule(
    name: str, written: str | None
) -> None:
    assert tall_man(name) == written


# --- by name ----------------------------------------------------------------------------------


def test_every_pair_is_found_from_either_name() -> None:
    for first, second, source in PAIRS:
        for name, other in ((first, second), (second, first)):
            found = [pair for pair in lookalikes(name) if pair.other == other]
            assert [(pair.name, pair.source) for pair in found] == [(name, source)]


@pytest.mark.parametrize("typed", ["Zyprexa", "ZYPREXA", "zyprexa", "Zyprexa\N{REGISTERED SIGN}"])
def test_a_name_is_found_however_it_is_written(typed: str) -> None:
    assert others(lookalikes(typed)) == ["Zyrtec", "Zantac"]


@pytest.mark.parametrize("typed", ["Toprol", "Toprol-XL", "toprol xl"])
def test_the_letters_of_a_release_make_no_other_name(typed: str) -> None:
    assert others(lookalikes(typed)) == ["Topamax", "Tegretol"]


@pytest.mark.parametrize("name", ["", "XR", "ibuprofen", "Imuran", "no medicine", "aza"])
def test_a_name_that_is_not_listed_has_no_lookalikes(name: str) -> None:
    assert lookalikes(name) == ()


# --- by medicine ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Imuran", ["azacitidine", "azithromycin"]),
        ("azathioprine", ["azacitidine", "azithromycin"]),
        ("azathioprine sodium", ["azacitidine", "azithromycin"]),
        ("Vidaza", ["azathioprine"]),
        ("paracetamol", []),
        ("Metadate", ["methadone", "dexmethylphenidate"]),
        ("Lamictal", ["Lamisil", "lamivudine", "labetalol", "Lomotil", "Ludiomil"]),
        ("lamotrigine", ["lamivudine"]),
        ("statins", []),
        # Contains tramadol and acetaminophen: a medicine of its own.
        ("Ultracet", []),
    ],
)
def test_a_medicine_has_the_pairs_of_its_name_and_then_of_its_ingredient(
    shipped: DrugKnowledge, name: str, expected: list[str]
) -> None:
    resolved = shipped.resolve(name)
    assert resolved is not None
    assert others(lookalikes_of(resolved, shipped)) == expected


def test_the_pair_of_an_ingredient_tells_the_name_that_is_listed(shipped: DrugKnowledge) -> None:
    imuran = Drug(name="Imuran", ingredient="azathioprine", role="brand")
    pair = lookalikes_of(imuran, shipped)[0]
    assert (pair.name, pair.tall_man, pair.other_tall_man) == (
        "azathioprine",
        "azaTHIOprine",
        "azaCITIDine",
    )


def test_a_value_of_a_page_and_a_known_name_give_the_same_pairs(shipped: DrugKnowledge) -> None:
    resolved = shipped.resolve("Xanax")
    assert resolved is not None
    drug = Drug(name="Xanax", ingredient="alprazolam", role="brand")
    assert lookalikes_of(drug, shipped) == lookalikes_of(resolved, shipped)


def test_a_brand_whose_ingredient_a_page_does_not_tell_is_looked_up(
    shipped: DrugKnowledge,
) -> None:
    drug = Drug(name="Imuran", ingredient=None, role="brand")
    assert others(lookalikes_of(drug, shipped)) == ["azacitidine", "azithromycin"]


def test_a_brand_that_nobody_knows_has_the_pairs_of_its_name(shipped: DrugKnowledge) -> None:
    drug = Drug(name="Durasal", ingredient=None, role="brand")
    assert others(lookalikes_of(drug, shipped)) == ["Durezol"]


def test_a_name_that_a_page_teaches_for_the_same_medicine_is_no_lookalike(
    shipped: DrugKnowledge,
) -> None:
    taught = shipped.with_names([Drug(name="Kuric", ingredient="fluorouracil", role="brand")])
    carac = Drug(name="Carac", ingredient="fluorouracil", role="brand")
    assert others(lookalikes_of(carac, shipped)) == ["Kuric"]
    assert lookalikes_of(carac, taught) == ()


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("azathioprine", "azacitidine", True),
        ("Imuran", "Vidaza", True),
        ("Imuran", "azacitidine", True),
        ("Zyprexa", "Zyrtec", True),
        # The brands look alike, the ingredients do not.
        ("olanzapine", "cetirizine", False),
        ("Zyprexa", "cetirizine", False),
        ("Durasal", "Durezol", True),
        ("azathioprine", "Imuran", False),
        ("azathioprine", "azathioprine", False),
        ("ibuprofen", "aspirin", False),
        ("", "", False),
    ],
)
def test_two_names_are_lookalikes_when_they_or_their_ingredients_are(
    shipped: DrugKnowledge, first: str, second: str, *, expected: bool
) -> None:
    assert are_lookalikes(first, second, shipped) == expected
    assert are_lookalikes(second, first, shipped) == expected


def test_threads_share_the_table(shipped: DrugKnowledge) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lookalikes, ["azathioprine"] * 64))
    assert len(found) == 1
    assert are_lookalikes("Imuran", "Vidaza", shipped)


def test_m2_every_look_alike_shows_its_class() -> None:
    knowledge = DrugKnowledge.shipped()
    resolved = {name: knowledge.resolve(name) for name in NAMES}
    without = [name for name, drug in resolved.items() if drug and not knowledge.class_of(drug.key)]
    assert without == []
