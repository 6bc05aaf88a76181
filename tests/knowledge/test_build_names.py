"""How the table of names is built from the public lists."""

import gzip
from importlib.resources import files
from pathlib import Path

import pytest

from indexer.analysis.tokens import terms
from indexer.knowledge.build_names import (
    build,
    clean_brand,
    combination_names,
    display_brand,
    is_generic,
    skeleton,
    spoken_brand,
)
from indexer.knowledge.drugs import DrugKnowledge
from indexer.knowledge.name_lists import Product, Substance, normal, read_words
from indexer.knowledge.packed_names import NAME_INDEX, TABLE, index_of, lines_of
from indexer.knowledge.substances import Ingredients

NAMES = Path(__file__).resolve().parents[2] / "../shared/data/names"
KNOWLEDGE = Path(__file__).resolve().parents[2] / "indexer/knowledge"


def product(ingredient: str) -> Product:
    return Product(brand="X", ingredients=(ingredient,), classes=(), source="f")


@pytest.mark.parametrize(
    ("listed", "spoken"),
    [
        ("DIANEAL LOW CALCIUM W/ DEXTROSE 2.5% IN PLASTIC CONTAINER", "DIANEAL LOW CALCIUM"),
        ("ORTHO-NOVUM 1/35-28", "ORTHO-NOVUM"),
        ("FIORICET W/ CODEINE", "FIORICET WITH CODEINE"),
        ("DEXYCU KIT", "DEXYCU"),
        ("PRINCIPEN '250'", "PRINCIPEN"),
        ("TOPROL-XL", "TOPROL-XL"),
        ("GLUCOPHAGE XR", "GLUCOPHAGE XR"),
    ],
)
def test_a_brand_is_what_people_say_of_it(listed: str, spoken: str) -> None:
    assert clean_brand(listed) == spoken


@pytest.mark.parametrize(
    ("brand", "spoken"),
    [
        ("OXTELLAR XR", "OXTELLAR"),
        ("TOPROL-XL", "TOPROL"),
        ("EXFORGE HCT", ""),
        ("ALLEGRA-D", ""),
        ("K-TAB ER", ""),
        ("IMURAN", ""),
    ],
)
def test_only_the_letters_of_a_release_are_left_out_when_a_brand_is_spoken(
    brand: str, spoken: str
) -> None:
    assert spoken_brand(brand) == spoken


def test_brands_are_capitalised() -> None:
    assert display_brand("DEPO-PROVERA") == "Depo-Provera"
    assert display_brand("TOPROL-XL") == "Toprol-XL"


def test_repeating_the_ingredient_is_no_brand() -> None:
    assert is_generic("METFORMIN HYDROCHLORIDE", ["metformin"])
    assert is_generic("AMLODIPINE AND VALSARTAN TABLETS", ["amlodipine", "valsartan"])
    assert not is_generic("GLUCOPHAGE", ["metformin"])


def test_ingredients_are_written_as_they_are_spoken() -> None:
    assert normal("ESTROGENS, CONJUGATED") == "conjugated estrogens"
    assert normal("ACETIC ACID, GLACIAL") == "acetic acid"


def test_salts_and_synonyms_share_a_key_and_minerals_keep_theirs() -> None:
    products = [
        product(name)
        for name in ("AZATHIOPRINE", "AZATHIOPRINE SODIUM", "POTASSIUM CHLORIDE", "ALBUTEROL")
    ]
    substances = [
        Substance("azathioprine", (), is_listed=True),
        Substance("potassium", (), is_listed=True),
        Substance("salbutamol", ("albuterol", "salbutamolum"), is_listed=True),
        Substance("isoxaflutole", ("balance",), is_listed=True),
    ]
    ingredients = Ingredients(products, substances, {"old name": "new name"})
    assert ingredients.key("azathioprine sodium") == "azathioprine"
    assert ingredients.key("POTASSIUM CHLORIDE") == "potassium chloride"
    assert ingredients.key("salbutamol") == "albuterol"
    assert ingredients.key("old name") == "new name"
    names = {name for _, name, _ in ingredients.names()}
    assert "salbutamol" in names
    assert "balance" not in names


def test_a_distinguishing_suffix_makes_no_other_medicine() -> None:
    products = [product("ADALIMUMAB"), product("ADALIMUMAB-ATTO")]
    assert Ingredients(products, [], {}).key("ADALIMUMAB-ATTO") == "adalimumab"


def test_forms_in_other_languages_have_one_skeleton() -> None:
    assert len({skeleton(name) for name in ("azathioprine", "azathioprinum", "azatioprina")}) <= 2
    assert skeleton("azathioprinum") == skeleton("azathioprine")
    assert skeleton("prednisone") != skeleton("prednisolone")


def test_combinations_are_named_in_both_orders() -> None:
    assert list(combination_names(["a", "b"])) == ["a and b", "a/b", "b and a", "b/a"]
    assert list(combination_names(["a", "b", "c"])) == ["a, b and c", "a/b/c"]


def test_the_stored_terms_are_those_of_the_analysis() -> None:
    """The table stores terms so that it loads fast; the analysis must not have moved on since."""
    for joined in DrugKnowledge.shipped().all_names():
        name = DrugKnowledge.shipped().resolve(joined)
        assert name is not None
        assert " ".join(terms(name.name)) == joined
        # A name is looked up as its own terms before it is analysed.
        assert " ".join(terms(joined)) == joined


def test_the_index_of_names_is_that_of_the_table() -> None:
    """Made by `python -m indexer.knowledge.build_names`; lines are found by bisection."""
    medicines = lines_of(TABLE)
    assert medicines == sorted(medicines)
    assert lines_of(NAME_INDEX) == index_of(medicines)


def test_no_ordinary_word_is_a_name() -> None:
    shipped = DrugKnowledge.shipped()
    for word in read_words(KNOWLEDGE / "ordinary_words.txt"):
        assert word == " ".join(terms(word)), "written as its analysed terms"
        name = shipped.resolve(word)
        assert name is None or name.role == "class"


@pytest.mark.skipif(not NAMES.is_dir(), reason="the public lists lie beside the checkout")
def test_the_shipped_table_is_what_the_lists_give() -> None:
    shipped = files("indexer.knowledge").joinpath(TABLE).read_bytes()
    assert gzip.decompress(shipped).decode().splitlines() == build(NAMES)
