"""Names of medicines that are like what somebody typed."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis.tokens import terms
from indexer.knowledge.drugs import DrugKnowledge
from indexer.knowledge.similar_names import SimilarNames, ordinary_substances
from indexer.model import Drug, Role

EVERY = 100_000


def knowledge(*brands: str) -> DrugKnowledge:
    """Know these names and no others, each the name of a medicine of its own."""
    return taught((name, None, "brand") for name in brands)


def taught(drugs: Iterable[tuple[str, str | None, Role]]) -> DrugKnowledge:
    return DrugKnowledge(()).with_names(
        Drug(name=name, ingredient=ingredient, role=role) for name, ingredient, role in drugs
    )


def edits(typed: str, name: str) -> int:
    """Count edits the slow way: the recursion of the definition, as a table."""
    table = [[row + column for column in range(len(name) + 1)] for row in range(len(typed) + 1)]
    for row in range(1, len(typed) + 1):
        for column in range(1, len(name) + 1):
            table[row][column] = min(
                table[row - 1][column] + 1,
                table[row][column - 1] + 1,
                table[row - 1][column - 1] + (typed[row - 1] != name[column - 1]),
            )
            if row > 1 and column > 1 and typed[row - 2 : row] == name[column - 2 : column][::-1]:
                swapped = table[row - 2][column - 2] + 1
                table[row][column] = min(table[row][column], swapped)
    return table[-1][-1]


def within_reach(typed: str, known: DrugKnowledge) -> dict[str, int]:
    """Compare with every name: the distance of each medicine's nearest name."""
    letters = "".join(term for term in terms(typed) if term)
    allowed = 2 if len(letters) >= 5 else 1
    nearest: dict[str, int] = {}
    for name in known.all_names():
        spelled = name.replace(" ", "")
        if abs(len(spelled) - len(letters)) > allowed:
            continue
        resolved = known.resolve(name)
        assert resolved is not None
        distance = edits(letters, spelled)
        if letters and distance <= allowed:
            nearest[resolved.key] = min(distance, nearest.get(resolved.key, distance))
    return nearest


def found(similar: SimilarNames, typed: str) -> dict[str, int]:
    everything = similar.find(typed, most=EVERY)
    return {one.name.key if one.name else one.text: one.distance for one in everything}


def first_name(similar: SimilarNames, typed: str) -> str:
    return similar.find(typed)[0].text


@pytest.fixture(scope="module")
def shipped() -> SimilarNames:
    return SimilarNames(DrugKnowledge.shipped())


# Few letters, so that names lie close together and every kind of edit occurs.
words = st.text("abα", min_size=1, max_size=8)
names = st.lists(words, min_size=1, max_size=2).map(" ".join)


@given(st.lists(names, max_size=40), names)
def test_every_name_within_the_distance_is_found_and_no_other(known: list[str], typed: str) -> None:
    table = knowledge(*known)
    assert found(SimilarNames(table), typed) == within_reach(typed, table)


@pytest.mark.parametrize(
    "typed", ["prednisolne", "azathiprine", "xmuran", "lasik", "tylnol pm", "asa", "b 21"]
)
def test_no_shipped_name_within_the_distance_is_missed(shipped: SimilarNames, typed: str) -> None:
    assert found(shipped, typed) == within_reach(typed, DrugKnowledge.shipped())


@pytest.mark.parametrize(
    ("typed", "name", "distance"),
    [
        ("azathiprine", "azathioprine", 1),
        ("azathioprin", "azathioprine", 1),
        ("azathiooprine", "azathioprine", 1),
        ("azathyoprine", "azathioprine", 1),
        ("azahtioprine", "azathioprine", 1),
        ("asatioprine", "azathioprine", 2),
        ("Imuren", "Imuran", 1),
        ("omuran", "Imuran", 1),
        ("hydroxicloroquine", "hydroxychloroquine", 2),
        ("paracetemol", "paracetamol", 1),
        ("levothyroxin sodum", "levothyroxine sodium", 2),
        ("ferosamide", "furosemide", 2),
        ("lopinavir and ritonavr", "lopinavir and ritonavir", 1),
    ],
)
def test_the_name_that_was_meant_comes_first(
    shipped: SimilarNames, typed: str, name: str, distance: int
) -> None:
    best = shipped.find(typed)[0]
    assert (best.text, best.distance) == (name, distance)


@pytest.mark.parametrize(
    ("typed", "distance"),
    [("depoprovera", 0), ("depo provera", 0), ("DEPO-PROVERA", 0), ("depo provra", 1)],
)
def test_blanks_and_hyphens_are_no_letters(
    shipped: SimilarNames, typed: str, distance: int
) -> None:
    best = shipped.find(typed)[0]
    assert (best.text, best.distance) == ("Depo-Provera", distance)


def test_a_listed_name_is_found_at_no_distance_before_its_neighbours(
    shipped: SimilarNames,
) -> None:
    best, *others = shipped.find("prednisone")
    assert (best.text, best.distance) == ("prednisone", 0)
    assert all(other.distance > 0 for other in others)
    assert "prednisolone" in {other.text for other in others}


def test_below_five_letters_one_edit_is_allowed_from_five_on_two() -> None:
    similar = SimilarNames(knowledge("Abcd", "Efghi"))
    assert found(similar, "abxd") == {"abcd": 1}
    assert found(similar, "axxd") == {}
    assert found(similar, "efghxx") == {"efghi": 2}
    assert found(similar, "efxx") == {}
    assert found(similar, "abcdxx") == {"abcd": 2}


def test_no_letter_is_edited_twice() -> None:
    # Taking the x out and then swapping a and c would be two edits, were it allowed.
    similar = SimilarNames(knowledge("cabinet"))
    assert found(similar, "acbinet") == {"cabinet": 1}
    assert found(similar, "axcbinet") == {}


def test_a_name_that_several_edits_lead_to_counts_once(shipped: SimilarNames) -> None:
    reached = list(shipped._columns.within("prednisone", 2))
    assert len(reached) == len({name for name, _ in reached})
    assert ("prednisone", 0) in reached


def test_fewer_edits_come_first() -> None:
    assert first_name(SimilarNames(knowledge("Abavex", "Abavuxon")), "abavuxo") == "Abavuxon"


def test_of_equal_distance_the_name_with_the_same_first_letter_comes_first() -> None:
    assert first_name(SimilarNames(knowledge("Adolen", "Zadolin")), "zadolen") == "Zadolin"


def test_a_name_of_a_list_of_products_comes_before_one_of_the_vocabulary_alone(
    shipped: SimilarNames,
) -> None:
    best, second, *_ = shipped.find("colchicene")
    assert (best.text, second.text) == ("colchicine", "colchiceine")
    assert best.distance == second.distance == 1
    assert second.name is not None
    assert second.name.source == "DrugBank vocabulary"


def test_an_ingredient_comes_before_a_brand() -> None:
    known = taught([("Solirax", "melazine", "brand"), ("solirex", "solirex", "ingredient")])
    assert first_name(SimilarNames(known), "solirix") == "solirex"


def test_what_is_alike_in_everything_is_in_alphabetical_order() -> None:
    similar = SimilarNames(knowledge("Solirox", "Solirax", "Solirex"))
    order = [one.text for one in similar.find("solirix")]
    assert order == ["Solirax", "Solirex", "Solirox"]


def test_each_medicine_appears_once_by_its_best_name(shipped: SimilarNames) -> None:
    keys = [one.name.key for one in shipped.find("amoxycilin", most=EVERY) if one.name]
    assert len(keys) == len(set(keys))
    brands = taught([("Solirax", "melazine", "brand"), ("Soliraxa", "melazine", "brand")])
    (only,) = SimilarNames(brands).find("soliraxe")
    assert (only.text, only.distance) == ("Solirax", 1)


def test_a_name_of_several_medicines_is_the_dominant_ones(shipped: SimilarNames) -> None:
    several = DrugKnowledge.shipped().resolve_all("ceretec")
    assert len(several) > 1
    nearest = shipped.find("ceretek")[0].name
    assert nearest is not None
    assert nearest.key == several[0].key


def test_at_most_so_many_names_are_returned_the_best_ones() -> None:
    similar = SimilarNames(knowledge("Solirax", "Solirex", "Solirox", "Solira"))
    every = similar.find("solirax")
    assert len(every) == 4
    assert similar.find("solirax", most=2) == every[:2]
    assert similar.find("solirax", most=0) == ()


def test_names_taught_by_pages_are_found() -> None:
    jayempi = Drug(name="Jayempi", ingredient="azathioprine", role="brand")
    known = DrugKnowledge.shipped().with_names([jayempi])
    best = SimilarNames(known).find("jayempy")[0]
    assert best.name is not None
    assert (best.text, best.name.key) == ("Jayempi", "azathioprine")
    assert "jayempi" in known.all_names()


def test_every_name_is_listed_once() -> None:
    every = DrugKnowledge.shipped().all_names()
    assert len(every) == len(set(every))
    assert {"imuran", "azathioprine", "depo provera", "statin"} <= set(every)


@pytest.mark.parametrize("typed", ["", " ", "-", "x" * 10_000, "§ 💊", "qqqqqq", "\x00"])
def test_what_is_like_no_name_finds_nothing(shipped: SimilarNames, typed: str) -> None:
    assert shipped.find(typed) == ()


def test_without_names_nothing_is_similar() -> None:
    assert SimilarNames(DrugKnowledge(())).find("imuran") == ()


def test_nothing_is_built_before_the_first_question() -> None:
    similar = SimilarNames(DrugKnowledge.shipped())
    idle = dict(vars(similar))
    similar.find("imuren")
    assert len(vars(similar)) > len(idle)


def test_threads_share_the_names() -> None:
    similar = SimilarNames(DrugKnowledge.shipped())
    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(similar.find, ["azathiprine"] * 50))
    assert len(answers) == 1


def test_an_ordinary_substance_may_be_meant_too() -> None:
    similar = SimilarNames(DrugKnowledge.shipped(), ordinary_substances())
    best = similar.find("pottasium")[0]
    assert (best.text, best.name, best.distance) == ("potassium", None, 2)
    assert "android" not in ordinary_substances()
    assert "beta" not in {one.text for one in similar.find("beta")}
