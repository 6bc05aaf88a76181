"""Under which names a medicine is searched for, what each counts, and how it is told."""

import pytest

from indexer.knowledge.drugs import DrugKnowledge
from indexer.model import Drug, Expansion
from indexer.query.drug_concepts import (
    COMBINATION_WEIGHT,
    EXPANSION_WEIGHT,
    MEMBER_WEIGHT,
    MOST_NAMES,
    Breadth,
    other_names,
)
from indexer.query.plan import All, AnyOf, Concept, Near, Node, Phrase, Subject, Word, leaves
from indexer.query.syntax import parse_query
from indexer.query.understanding import Indexed, Understanding, understand
from indexer.query.weights import SYNONYM_WEIGHT


def read(
    query: str,
    *,
    expand: bool = True,
    exact: bool = False,
    indexed: Indexed | None = None,
) -> Understanding:
    breadth = Breadth(expand=expand, exact=exact)
    return understand(parse_query(query), DrugKnowledge.shipped(), breadth=breadth, indexed=indexed)


def alternatives(concept: Concept) -> tuple[Node, ...]:
    assert isinstance(concept.node, AnyOf)
    assert not concept.node.adds
    return concept.node.nodes


def told(query: str, *standing: str) -> tuple[Expansion, ...]:
    """Return what is told of a query over an index in which these names stand."""
    terms = {tuple(name.split()) for name in standing}
    indexed = Indexed(has_terms=lambda asked: tuple(asked) in terms)
    return read(query, indexed=indexed).interpretation.expansions


def another(term: str) -> Word:
    return Word(term=term, stem=False, via="expansion", weight=EXPANSION_WEIGHT)


def test_a_brand_is_searched_for_under_its_ingredient_and_other_brands_at_less() -> None:
    (imuran,) = read("imuran").concepts
    assert alternatives(imuran) == (
        Word(term="imuran", stem=False),
        *(another(name) for name in ("azathioprine", "imurel", "azasan", "azamun")),
        Subject(drug="azathioprine"),
    )


def test_it_is_told_which_name_is_the_ingredient_and_which_are_others() -> None:
    assert told("imuran", "azathioprine", "azasan", "imurel") == (
        Expansion(source="imuran", names=("azathioprine",), why="ingredient of the brand"),
        Expansion(source="imuran", names=("Imurel", "Azasan"), why="other names of azathioprine"),
    )
    assert told("imuran", "azasan") == (
        Expansion(source="imuran", names=("Azasan",), why="other names of azathioprine"),
    )
    assert told("6-MP", "mercaptopurine", "purixan") == (
        Expansion(source="6-MP", names=("mercaptopurine",), why="the same ingredient"),
        Expansion(source="6-MP", names=("Purixan",), why="other names of mercaptopurine"),
    )
    assert told("imuran") == ()


def test_of_a_class_other_names_and_members_are_told_apart() -> None:
    assert told("statins", "hmg coa reductase inhibitor", "pravastatin", "lovastatin") == (
        Expansion(
            source="statins",
            names=("HMG-CoA reductase inhibitor",),
            why="other names of the class statins",
        ),
        Expansion(
            source="statins",
            names=("lovastatin", "pravastatin"),
            why="medicines of the class statins",
        ),
    )
    assert told("statins") == ()


def test_a_class_is_searched_for_in_all_its_forms_and_by_its_members_at_less() -> None:
    (statins,) = read("statins").concepts
    typed, name, own, *members = alternatives(statins)
    assert typed == Word(term="statins", stem=True)
    assert name == Phrase(
        terms=("hmg", "coa", "reductase", "inhibitor"),
        stem=True,
        via="expansion",
        weight=EXPANSION_WEIGHT,
    )
    assert own == Subject(drug="class:statin")
    assert Subject(drug="pravastatin", via="expansion", weight=MEMBER_WEIGHT) in members
    assert all(isinstance(of, Subject) and of.weight == MEMBER_WEIGHT for of in members)


def test_without_expansion_a_class_is_its_typed_name_alone() -> None:
    own = Subject(drug="class:statin")
    (statins,) = read("statins", expand=False).concepts
    assert alternatives(statins) == (Word(term="statins", stem=True), own)
    (statins,) = read("statins", exact=True).concepts
    assert alternatives(statins) == (Word(term="statins", stem=False), own)


def test_combinations_of_the_index_count_least_and_are_told_first() -> None:
    key = "sulfamethoxazole / trimethoprim"
    indexed = Indexed(combinations={"trimethoprim": (key,)})
    understood = read("trimethoprim", indexed=indexed)
    nodes = alternatives(understood.concepts[0])
    assert nodes[-2:] == (
        Subject(drug="trimethoprim"),
        Subject(drug=key, via="expansion", weight=COMBINATION_WEIGHT),
    )
    assert understood.interpretation.expansions[0] == Expansion(
        source="trimethoprim", names=(key,), why="combinations with trimethoprim"
    )
    narrow = read("trimethoprim", expand=False, indexed=indexed)
    assert alternatives(narrow.concepts[0])[1:] == (Subject(drug="trimethoprim"),)
    assert narrow.interpretation.expansions == ()


def test_a_combination_is_also_its_ingredients_side_by_side() -> None:
    (both,) = read("lopinavir and ritonavir", expand=False).concepts
    parts = alternatives(both)[-1]
    assert isinstance(parts, All)
    assert parts.nodes == tuple(
        AnyOf((Word(term=name, stem=False), Subject(drug=name)))
        for name in ("lopinavir", "ritonavir")
    )
    (brand,) = read("kaletra", expand=False).concepts
    assert not any(isinstance(node, All) for node in alternatives(brand))


def test_a_name_that_holds_the_typed_one_adds_nothing_to_search_for() -> None:
    knowledge = DrugKnowledge.shipped()
    typed = knowledge.resolve("azathioprine")
    assert typed is not None
    names = [name.name for name in other_names(typed, knowledge)]
    assert names == ["Imurel", "Azasan", "Imuran", "azamun"]
    assert "azathioprine sodium" in [name.name for name in knowledge.names("azathioprine")]


def test_a_medicine_is_searched_for_by_64_names_at_most() -> None:
    knowledge = DrugKnowledge.shipped()
    for name in ("levonorgestrel", "acetaminophen"):
        typed = knowledge.resolve(name)
        assert typed is not None
        assert len(other_names(typed, knowledge)) <= MOST_NAMES == 64


def test_a_name_of_several_medicines_is_told_to_be_one_and_finds_all_of_them() -> None:
    other = Drug(name="Imuran", ingredient="allopurinol", role="brand")
    knowledge = DrugKnowledge.shipped().with_names([other])
    understood = understand(parse_query("imuran"), knowledge, breadth=Breadth(expand=False))
    assert understood.interpretation.notes == (
        "Imuran is sold with different ingredients: azathioprine, allopurinol.",
    )
    subjects = alternatives(understood.concepts[0])[1:]
    assert subjects == (Subject(drug="azathioprine"), Subject(drug="allopurinol"))
    assert read("imuran").interpretation.notes == ()


# --- lay and medical words ----------------------------------------------------------------------


def test_another_word_is_found_whole_or_with_its_words_close_together() -> None:
    (attack,) = read("heart attack").concepts
    typed, other = alternatives(attack)
    assert typed == All((Word(term="heart"), Word(term="attack")))
    words = tuple(
        Word(term=term, via="expansion", weight=SYNONYM_WEIGHT)
        for term in ("myocardial", "infarction")
    )
    near = Near(groups=tuple((word,) for word in words), span=5, weight=0.0)
    whole = Phrase(
        terms=("myocardial", "infarction"), stem=True, via="expansion", weight=SYNONYM_WEIGHT
    )
    assert other == AnyOf((whole, All((near, *words))))


def test_what_has_one_word_is_searched_for_as_a_word() -> None:
    (typed_so,) = read("hypertension").concepts
    assert alternatives(typed_so)[0] == Word(term="hypertension")
    (typed_otherwise,) = read("high blood pressure").concepts
    assert alternatives(typed_otherwise)[1] == Word(
        term="hypertension", via="expansion", weight=SYNONYM_WEIGHT
    )


def test_small_words_inside_what_has_other_names_need_not_stand_in_the_text() -> None:
    (breath,) = read("shortness of breath").concepts
    assert alternatives(breath)[0] == All((Word(term="shortness"), Word(term="breath")))
    (hepatitis,) = read("hepatic inflammation OR hepatitis").concepts
    apart = [node for node in leaves(hepatitis.node) if isinstance(node, Word)]
    assert {"inflammation", "liver"} <= {word.term for word in apart}
    assert not {"of", "the"} & {word.term for word in apart}


def test_another_word_is_told_where_it_stands_in_the_index_alone() -> None:
    assert told("heart attack", "myocardial infarction") == (
        Expansion(source="heart attack", names=("myocardial infarction",), why="medical term"),
    )
    assert told("heart attack") == ()


# --- what belongs to a name ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("Imuran's dose", ["Imuran's", "dose"]),
        ("Imurans dose", ["Imurans", "dose"]),
        ("rimegepant sulfate uses", ["rimegepant sulfate", "uses"]),
        ("protonix delayed release uses", ["protonix delayed release", "uses"]),
        ("protonix delayed", ["protonix", "delayed"]),
        ("cetuximab-abcd uses", ["cetuximab-abcd", "uses"]),
        ("cetuximab abcd", ["cetuximab", "abcd"]),
        ("cetuximab-abc", ["cetuximab", "abc"]),
        ("imuran sodium", ["imuran", "sodium"]),
        ("imuran/rash", ["imuran", "rash"]),
        ("cetuximab-abcd-rash", ["cetuximab abcd", "rash"]),
    ],
)
def test_what_makes_no_other_medicine_of_a_name_stands_in_its_label(
    query: str, labels: list[str]
) -> None:
    assert [concept.label for concept in read(query).concepts] == labels
