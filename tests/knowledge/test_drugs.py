"""The names of medicines that come with the package."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from indexer.analysis.tokens import terms
from indexer.knowledge.drugs import DrugKnowledge, key_of
from indexer.model import Drug


@pytest.fixture(scope="module")
def shipped() -> DrugKnowledge:
    return DrugKnowledge.shipped()


@pytest.mark.parametrize(
    ("name", "key", "role"),
    [
        ("Imuran", "azathioprine", "brand"),
        ("IMURAN", "azathioprine", "brand"),
        ("Oxtellar XR", "oxcarbazepine", "brand"),
        ("oxtellar", "oxcarbazepine", "brand"),
        ("azathioprine", "azathioprine", "ingredient"),
        ("azathioprine sodium", "azathioprine", "ingredient"),
        ("paracetamol", "acetaminophen", "ingredient"),
        ("leuprorelin", "leuprolide", "ingredient"),
        ("Lipitor", "atorvastatin", "brand"),
        ("statins", "class:statin", "class"),
        ("lopinavir and ritonavir", "lopinavir / ritonavir", "ingredient"),
    ],
)
def test_every_name_of_a_medicine_resolves_to_its_key(
    shipped: DrugKnowledge, name: str, key: str, role: str
) -> None:
    resolved = shipped.resolve(name)
    assert resolved is not None
    assert (resolved.key, resolved.role) == (key, role)


def test_names_keep_the_form_people_write(shipped: DrugKnowledge) -> None:
    names = {name.name for name in shipped.names("azathioprine")}
    assert {"Imuran", "azathioprine"} <= names
    assert shipped.names("azathioprine")[0].name == "azathioprine"


@pytest.mark.parametrize(
    "word", ["called", "in", "human", "air", "water", "the", "5", "", "Jayempi"]
)
def test_a_word_that_no_list_knows_is_no_medicine(shipped: DrugKnowledge, word: str) -> None:
    assert shipped.resolve(word) is None


def test_names_are_found_left_to_right_the_longest_first(shipped: DrugKnowledge) -> None:
    words = terms("Imuran, lopinavir and ritonavir, allopurinol")
    found = shipped.find(words)
    assert [(span.start, span.end, span.drug.key) for span in found] == [
        (0, 1, "azathioprine"),
        (1, 4, "lopinavir / ritonavir"),
        (4, 5, "allopurinol"),
    ]


def test_a_page_teaches_a_name_without_changing_the_shipped_knowledge(
    shipped: DrugKnowledge,
) -> None:
    jayempi = Drug(name="Jayempi", ingredient="azathioprine", role="brand")
    taught = shipped.with_names([jayempi, jayempi])
    resolved = taught.resolve("jayempi")
    assert resolved is not None
    assert resolved.key == "azathioprine"
    assert "Jayempi" in {name.name for name in taught.names("azathioprine")}
    assert taught.names("azathioprine")[0].name == "azathioprine"
    assert "jayempi" in taught.protected
    assert shipped.resolve("jayempi") is None


def test_a_known_name_is_not_taught_again(shipped: DrugKnowledge) -> None:
    imuran = Drug(name="Imuran", ingredient="azathioprine", role="brand")
    assert shipped.with_names([imuran]) is shipped
    shouted = Drug(name="IMURAN®", ingredient="azathioprine", role="brand")
    assert shipped.with_names([shouted]) is shipped


def test_a_known_name_of_another_medicine_gets_one_more_owner(shipped: DrugKnowledge) -> None:
    other = Drug(name="imuran", ingredient="allopurinol", role="brand")
    owners = [name.key for name in shipped.with_names([other]).resolve_all("Imuran")]
    assert owners == ["azathioprine", "allopurinol"]


def test_the_class_of_a_medicine_is_told(shipped: DrugKnowledge) -> None:
    assert shipped.class_of("azathioprine") == "Purine Antimetabolite"
    assert shipped.class_of("no such key") is None
    assert "atorvastatin" in shipped.members("class:statin")


def test_a_key_is_the_ingredient_or_the_name_itself() -> None:
    assert key_of(Drug(name="Imuran", ingredient="azathioprine", role="brand")) == "azathioprine"
    assert key_of(Drug(name="Statins", ingredient=None, role="class")) == "class:statins"
    assert key_of(Drug(name="Xyzal", ingredient=None, role="brand")) == "xyzal"


def test_threads_share_the_knowledge(shipped: DrugKnowledge) -> None:
    words = terms("Imuran is azathioprine")
    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(lambda _: shipped.find(words), range(50)))
    assert len(answers) == 1


def test_the_name_of_a_key_is_the_first_of_its_names(shipped: DrugKnowledge) -> None:
    for key in ("azathioprine", "class:statin", "acetaminophen"):
        assert shipped.name_of(key) == shipped.names(key)[0].name
    assert shipped.name_of("no such key") is None
