"""The medicines that articles are about, and what is listed of each."""

from __future__ import annotations

import pytest

from indexer.knowledge.drugs import DrugKnowledge
from indexer.medicines import Medicines
from indexer.model import Drug

NAMED = [
    (Drug(name="Zocor", ingredient="simvastatin", role="brand"), ("b", "c")),
    (Drug(name="simvastatin", ingredient="simvastatin", role="ingredient"), ("a", "b")),
    (Drug(name="Lipitor", ingredient="atorvastatin", role="brand"), ("a",)),
    (Drug(name="Unheard", ingredient=None, role="brand"), ("d",)),
    (Drug(name="Vytorin", ingredient="ezetimibe / simvastatin", role="brand"), ("e",)),
    (Drug(name="Bactrim", ingredient="sulfamethoxazole / trimethoprim", role="brand"), ("f",)),
]


@pytest.fixture
def medicines() -> Medicines:
    drugs = (drug for drug, _ in NAMED)
    return Medicines(NAMED, DrugKnowledge.shipped().with_names(drugs))


def test_a_medicine_is_listed_once_with_all_its_brands_and_articles(medicines: Medicines) -> None:
    entry = medicines.entry("simvastatin")
    assert (entry.name, entry.brands, entry.articles) == (
        "simvastatin",
        ("Zocor",),
        ("a", "b", "c"),
    )
    assert entry.drug_class == "HMG-CoA Reductase Inhibitor"
    assert medicines.entry("unheard").name == "Unheard"
    assert "azathioprine" not in medicines
    with pytest.raises(KeyError):
        medicines.entry("azathioprine")


def test_the_list_goes_from_a_to_z_and_has_what_the_entries_say(medicines: Medicines) -> None:
    names = [entry.name for entry in medicines.entries.values()]
    assert names == sorted(names, key=str.casefold)
    assert set(medicines.entries) == set(medicines)
    assert medicines.entries["unheard"] == medicines.entry("unheard")


def test_a_class_has_those_of_its_medicines_that_articles_are_about(medicines: Medicines) -> None:
    of_class = medicines.of_class("HMG-CoA Reductase Inhibitor")
    assert list(of_class) == ["atorvastatin", "ezetimibe / simvastatin", "simvastatin"]
    assert list(medicines.of_class("no such class")) == []


def test_a_combination_belongs_to_each_of_its_ingredients(medicines: Medicines) -> None:
    assert medicines.combinations == {
        "ezetimibe": ("ezetimibe / simvastatin",),
        "simvastatin": ("ezetimibe / simvastatin",),
        "sulfamethoxazole": ("sulfamethoxazole / trimethoprim",),
        "trimethoprim": ("sulfamethoxazole / trimethoprim",),
    }
