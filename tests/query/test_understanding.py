"""What a query means."""

import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis.tokens import terms as analysed
from indexer.knowledge.drugs import DrugKnowledge
from indexer.model import Drug, Expansion, IntentMatch
from indexer.query.drug_concepts import Breadth
from indexer.query.function_words import FUNCTION_WORDS
from indexer.query.plan import (
    All,
    AnyOf,
    Concept,
    Kind,
    Node,
    Not,
    Phrase,
    Prefix,
    Subject,
    Word,
    leaves,
)
from indexer.query.syntax import parse_query
from indexer.query.understanding import NOTHING_TO_FIND, Indexed, Understanding, understand
from indexer.query.weights import PART_WEIGHT

IMURAN = Drug(name="Imuran", ingredient="azathioprine", role="brand")


def read(query: str, *, expand: bool = True, exact: bool = False) -> Understanding:
    return understand(
        parse_query(query), DrugKnowledge.shipped(), breadth=Breadth(expand=expand, exact=exact)
    )


def shape(query: str) -> list[tuple[str, str]]:
    return [(concept.kind, concept.label) for concept in read(query).concepts]


def only(query: str) -> Concept:
    (concept,) = read(query).concepts
    return concept


def nodes(node: Node) -> Iterator[Node]:
    yield node
    match node:
        case All(inner) | AnyOf(inner):
            for child in inner:
                yield from nodes(child)
        case Not(child):
            yield from nodes(child)


def kinds(query: str) -> list[str]:
    return [
        leaf.kind
        for concept in read(query).concepts
        for leaf in leaves(concept.node)
        if isinstance(leaf, Kind)
    ]


def words(node: Node) -> list[str]:
    return [leaf.term for leaf in leaves(node) if isinstance(leaf, Word)]


# --- what is typed twice ---------------------------------------------------------------------


def test_what_is_asked_for_twice_is_asked_for_once() -> None:
    once = shape("imuran nausea warfarin")
    assert shape("imuran nausea Imuran NAUSEA warfarin imuran") == once
    assert shape(" ".join(["nausea"] * 32)) == shape("nausea")
    assert shape('"sore throat" fever "sore throat"') == shape('"sore throat" fever')
    # Other names of one medicine are other things to look for first.
    assert len(shape("imuran azathioprine")) == 2


# --- medicines --------------------------------------------------------------------------------


def test_the_example_of_the_contract_comes_out() -> None:
    understood = read("imuran side effects").interpretation
    assert understood.text == "imuran side effects"
    assert understood.concepts == 2
    assert understood.drugs == (IMURAN,)
    assert understood.intent == (IntentMatch(kind="adverse-reactions", matched="side effects"),)
    assert understood.expansions[0] == Expansion(
        source="imuran", names=("azathioprine",), why="ingredient of the brand"
    )
    assert understood.notes == ()


def test_a_medicine_matches_by_its_names_or_as_the_subject_and_is_never_given_up() -> None:
    concept = only("imuran")
    assert concept.required
    typed, ingredient, *_ = concept.node.nodes if isinstance(concept.node, AnyOf) else ()
    assert typed == Word(term="imuran", stem=False)
    assert isinstance(ingredient, Word)
    assert (ingredient.term, ingredient.via, ingredient.stem) == (
        "azathioprine",
        "expansion",
        False,
    )
    assert ingredient.weight < 1.0
    assert Subject(drug="azathioprine") in nodes(concept.node)


@pytest.mark.parametrize("name", ["imuran", "azathioprine", "paracetamol", "6-MP", "tylenol"])
def test_every_name_that_is_searched_for_without_being_typed_is_told(name: str) -> None:
    understood = read(name)
    told = " ".join(name for e in understood.interpretation.expansions for name in e.names).lower()
    searched = [
        " ".join(leaf.terms) if isinstance(leaf, Phrase) else leaf.term
        for leaf in leaves(understood.concepts[0].node)
        if isinstance(leaf, Word | Phrase) and leaf.via == "expansion"
    ]
    assert searched
    assert all(term.split()[0] in told for term in searched)


def test_names_that_stand_nowhere_in_the_index_are_not_told() -> None:
    understood = understand(
        parse_query("imuran"),
        DrugKnowledge.shipped(),
        indexed=Indexed(has_terms=lambda terms: terms == ("azathioprine",)),
    )
    assert [name for e in understood.interpretation.expansions for name in e.names] == [
        "azathioprine"
    ]


def test_without_expansion_only_the_typed_name_and_the_subject_count() -> None:
    for understood in (read("imuran", expand=False), read("imuran", exact=True)):
        assert understood.concepts[0].node == AnyOf(
            (Word(term="imuran", stem=False), Subject(drug="azathioprine"))
        )
        assert understood.interpretation.expansions == ()


def test_a_combination_may_also_be_two_medicines() -> None:
    concept = only("lopinavir and ritonavir")
    assert concept.label == "lopinavir and ritonavir"
    keys = {node.drug for node in nodes(concept.node) if isinstance(node, Subject)}
    assert keys == {"lopinavir / ritonavir", "lopinavir", "ritonavir"}
    assert any(isinstance(node, All) for node in nodes(concept.node))


def test_a_single_ingredient_does_not_stand_for_its_combinations() -> None:
    keys = {node.drug for node in nodes(only("ritonavir").node) if isinstance(node, Subject)}
    assert keys == {"ritonavir"}


def test_two_medicines_are_two_concepts() -> None:
    assert shape("imuran allopurinol") == [("drug", "imuran"), ("drug", "allopurinol")]


def test_a_class_matches_articles_on_its_members_and_tells_them() -> None:
    understood = read("statins")
    keys = {node.drug for node in nodes(understood.concepts[0].node) if isinstance(node, Subject)}
    assert {"class:statin", "atorvastatin"} <= keys
    told = [", ".join(expansion.names) for expansion in understood.interpretation.expansions]
    assert any("atorvastatin" in target for target in told)


def test_a_class_is_also_looked_for_under_its_other_names() -> None:
    found = [node for node in nodes(read("MAOI").concepts[0].node) if isinstance(node, Phrase)]
    assert any(node.terms[:2] == ("mao", "inhibitor") for node in found)


def test_an_ingredient_also_matches_articles_on_combinations_with_it_and_tells_them() -> None:
    key = "sulfamethoxazole / trimethoprim"
    understood = understand(
        parse_query("trimethoprim overdose"),
        DrugKnowledge.shipped(),
        indexed=Indexed(combinations={"trimethoprim": (key,)}),
    )
    subjects = [node for node in nodes(understood.concepts[0].node) if isinstance(node, Subject)]
    assert [(node.drug, node.via) for node in subjects] == [
        ("trimethoprim", "subject"),
        (key, "expansion"),
    ]
    told = understood.interpretation.expansions
    assert any(of.names == (key,) and "combinations" in of.why for of in told)


@pytest.mark.parametrize(
    "query",
    ["rimegepant sulfate uses", "protonix delayed-release uses", "cetuximab-abcd uses"],
)
def test_what_makes_no_other_medicine_of_a_name_belongs_to_it(query: str) -> None:
    assert [kind for kind, _ in shape(query)] == ["drug", "intent"]


def test_an_electrolyte_after_a_name_is_asked_about() -> None:
    assert shape("oxcarbazepine sodium") == [("drug", "oxcarbazepine"), ("word", "sodium")]


def test_a_long_question_without_a_medicine_has_no_intent() -> None:
    kinds = [kind for kind, _ in shape("the use of digital computers in the design of filters")]
    assert "intent" not in kinds
    assert [kind for kind, _ in shape("side effects grapefruit")] == ["intent", "word"]


def test_lay_and_medical_words_are_one_concept_told_and_removable() -> None:
    understood = read("high blood pressure imuran")
    assert [(of.kind, of.label) for of in understood.concepts] == [
        ("word", "high blood pressure"),
        ("drug", "imuran"),
    ]
    told = {of.why: ", ".join(of.names) for of in understood.interpretation.expansions}
    assert "hypertension" in told["medical term"]
    assert "hypertension" in {
        node.term for node in nodes(understood.concepts[0].node) if isinstance(node, Word)
    }
    for removed in (read("high blood pressure", expand=False), read("hypertension", exact=True)):
        assert removed.interpretation.expansions == ()
    quoted = read('"high blood pressure"').concepts[0].node
    assert quoted == Phrase(terms=("high", "blood", "pressure"))


def test_a_name_that_differs_in_one_letter_is_no_medicine() -> None:
    assert shape("azathiprine") == [("word", "azathiprine")]
    assert read("azathiprine").interpretation.corrected is None


def test_names_are_bounded() -> None:
    for name in ("levonorgestrel", "ethinyl estradiol", "acetaminophen", "opioids"):
        assert len(list(leaves(only(name).node))) <= 130


# --- intents ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "kind", "label"),
    [
        ("how does imuran work", "mechanism", "how does work"),
        ("side effects of imuran", "adverse-reactions", "side effects of"),
        ("can I drink on imuran", "interactions", "can I drink on"),
        (
            "how long does imuran stay in my body",
            "pharmacokinetics",
            "how long does stay in my body",
        ),
        ("is imuran safe in pregnancy", "pregnancy", "is safe in pregnancy"),
        ("what if I take too much imuran", "overdose", "what if I take too much"),
        ("what is imuran", "description", "what is"),
        ("who should not take imuran", "contraindications", "who should not take"),
    ],
)
def test_the_words_of_an_intent_are_one_concept(query: str, kind: str, label: str) -> None:
    assert sorted(shape(query)) == [("drug", "imuran"), ("intent", label)]
    assert kinds(query) == [kind]


def test_an_intent_is_also_met_by_its_content_words_together() -> None:
    concept = only("side effects")
    assert concept.node == AnyOf(
        (
            Kind(kind="adverse-reactions"),
            All((Word(term="side", via="intent"), Word(term="effects", via="intent"))),
        )
    )
    assert not concept.required


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("can I drink alcohol with imuran", "alcohol"),
        ("is it safe to drink coffee while taking imuran", "coffee"),
        ("imuran food interactions", "food"),
        ("imuran with alcohol", "alcohol"),
    ],
)
def test_m7_what_a_medicine_is_taken_with_must_stand_in_the_text(query: str, word: str) -> None:
    assert ("word", word) in shape(query)


def test_the_text_of_an_intent_needs_its_weightiest_words_alone() -> None:
    assert words(only("is it safe during pregnancy").node) == ["pregnancy"]
    assert words(only("can children take it").node) == ["child", "kid", "pediatric"]
    assert words(only("who should not take it").node) == ["not", "take"]


def test_patients_words_for_an_intent_find_what_leaflets_say() -> None:
    assert {"miss", "forget"} <= set(words(only("missed dose").node))
    assert "refrigerator" in words(only("fridge").node)
    assert {"child", "dose"} <= set(words(only("paediatric dose").node))
    older = Phrase(terms=("older", "people"), stem=True, via="intent")
    assert older in nodes(only("elderly").node)
    assert Word(term="elderly", via="intent") in nodes(only("older people").node)
    assert words(read("imuran missed period").concepts[1].node) == ["missed"]


@pytest.mark.parametrize("query", ["overdose", "what if I took too much", "took too many"])
def test_an_overdose_is_what_is_more_than_you_should(query: str) -> None:
    found = set(nodes(only(query).node))
    assert Phrase(terms=("than", "you", "should"), via="intent") in found
    assert not {"much", "many"} & set(words(only(query).node))


@pytest.mark.parametrize("query", ["breastfeeding", "breast-feeding", "breast feeding"])
def test_one_word_or_two_is_one_word(query: str) -> None:
    found = set(nodes(only(query).node))
    assert Phrase(terms=("breast", "feeding"), stem=True, via="intent") in found
    assert Word(term="breastfeeding", via="intent") in found


def test_there_is_at_most_one_intent() -> None:
    assert [kind for kind, _ in shape("imuran side effects pregnancy")] == [
        "drug",
        "intent",
        "word",
    ]


@pytest.mark.parametrize(
    "query", ['"side effects" imuran', "title:dose imuran", "(dose OR storage) imuran"]
)
def test_quotes_scopes_and_groups_are_no_intent(query: str) -> None:
    assert read(query).interpretation.intent == ()


def test_what_is_asks_for_nothing_beside_other_words() -> None:
    assert shape("what is the risk of cancer with imuran") == [
        ("word", "risk"),
        ("word", "cancer"),
        ("drug", "imuran"),
    ]


def test_a_kind_includes_the_kinds_that_are_part_of_it() -> None:
    assert set(kinds("section:specific-populations")) == {
        "specific-populations",
        "pregnancy",
        "lactation",
        "pediatric",
        "geriatric",
    }


# --- words and numbers ------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["5 mg", "5mg", "5 milligrams", "5 MG"])
def test_a_number_and_its_unit_are_one_concept_however_written(query: str) -> None:
    concept = only(query)
    assert concept.kind == "number"
    assert Phrase(terms=("5", "mg")) in nodes(concept.node)
    assert all(
        isinstance(leaf, Phrase) and leaf.terms[0] == "5" and not leaf.stem
        for leaf in leaves(concept.node)
    )


def test_numbers_are_never_rounded_or_stemmed() -> None:
    assert Phrase(terms=("0.5", "mg")) in nodes(only(".5 mg").node)
    assert Phrase(terms=("2500", "units")) in nodes(only("2,500 units").node)
    assert only("2,500").node == Word(term="2500", stem=False)


def test_a_dose_by_weight_is_one_concept() -> None:
    concept = only("1.5-2.5 mg/kg/day")
    assert concept.kind == "number"
    assert Phrase(terms=("1.5", "2.5", "mg", "kg", "day")) in nodes(concept.node)
    assert len(list(leaves(concept.node))) <= 64


def test_a_unit_is_found_however_written() -> None:
    assert {"mcg", "microgram", "micrograms"} <= set(words(only("µg").node))
    found = set(nodes(only("µg/kg").node))
    assert Phrase(terms=("micrograms", "kg")) in found
    assert only("hours").node == Word(term="hours")


def test_an_intent_takes_no_part_of_a_word() -> None:
    assert [kind for kind, _ in shape("30 micrograms/dose")] == ["number", "word"]
    assert [kind for kind, _ in shape("side-effects")] == ["intent"]


def test_a_range_is_also_found_in_words() -> None:
    found = set(nodes(only("1-3 mg/kg").node))
    assert Phrase(terms=("1", "to", "3", "mg", "kg")) in found
    assert Phrase(terms=("1", "3", "mg", "kg")) in found
    assert Phrase(terms=("1", "to", "2", "mg")) not in set(nodes(only("1/2 mg").node))


def test_what_is_typed_together_is_looked_for_together() -> None:
    whole = Phrase(terms=("well", "being"), stem=True)
    apart = tuple(Word(term=term, weight=PART_WEIGHT) for term in whole.terms)
    assert only("well-being").node == AnyOf((whole, All(apart)))
    assert only("W-2").node == Phrase(terms=("w", "2"), stem=False)


@pytest.mark.parametrize("word", ["not", "no", "without", "never", "except"])
def test_words_that_turn_the_meaning_are_looked_for(word: str) -> None:
    assert word not in FUNCTION_WORDS
    assert ("word", word) in shape(f"imuran {word} food")


def test_a_verb_that_says_nothing_is_left_out() -> None:
    assert shape("does imuran cause cancer") == [("drug", "imuran"), ("word", "cancer")]
    assert shape("is it safe to take valium with alcohol") == [
        ("drug", "valium"),
        ("word", "alcohol"),
    ]
    assert shape("is imuran safe") == [("intent", "is safe"), ("drug", "imuran")]


def test_function_words_count_when_there_is_nothing_else() -> None:
    assert shape("the food") == [("word", "food")]
    assert shape("to be or not to be") == [("word", "not")]
    assert shape("is it") == [("word", "is"), ("word", "it")]


def test_exact_words_are_neither_stemmed_nor_read_as_an_intent() -> None:
    understood = read("imuran side effects", exact=True)
    assert [concept.kind for concept in understood.concepts] == ["drug", "word", "word"]
    assert understood.interpretation.intent == ()
    assert not any(
        leaf.stem
        for concept in understood.concepts
        for leaf in leaves(concept.node)
        if isinstance(leaf, Word | Phrase)
    )


# --- operators --------------------------------------------------------------------------------


def test_quotes_mean_exactly_these_words() -> None:
    phrase = only('"side effects"')
    assert phrase.node == Phrase(terms=("side", "effects"))
    assert phrase.required
    assert only('"doses"').node == Word(term="doses", stem=False)
    assert only('"imuran"').kind == "phrase"


def test_a_prefix_is_a_prefix() -> None:
    assert only("azathi*").node == Prefix(prefix="azathi")


def test_or_is_one_concept_with_each_side_understood() -> None:
    understood = read("imuran OR nausea")
    (concept,) = understood.concepts
    assert (concept.kind, concept.required) == ("group", False)
    assert isinstance(concept.node, AnyOf)
    assert concept.node.adds
    assert Subject(drug="azathioprine") in nodes(concept.node)
    assert only("imuran OR humira").required


def test_words_beside_or_are_told_how_they_were_read() -> None:
    told = read("nausea OR vomiting imuran").interpretation.notes
    assert told == ("Read as (nausea) OR (vomiting imuran).",)
    assert read("(nausea OR vomiting) imuran").interpretation.notes == ()


def test_an_excluded_medicine_is_excluded_under_all_names_and_not_reported() -> None:
    understood = read("colitis -imuran")
    (ruled_out,) = understood.excluded
    assert {"imuran", "azathioprine"} <= set(words(ruled_out))
    assert Subject(drug="azathioprine") in nodes(ruled_out)
    assert understood.interpretation.drugs == ()
    assert understood.interpretation.concepts == 1


def test_an_excluded_group_is_excluded_as_a_whole() -> None:
    (ruled_out,) = read("colitis -(nausea vomiting)").excluded
    assert isinstance(ruled_out, All)


def test_only_exclusions_ask_for_nothing_and_say_so() -> None:
    understood = read("-imuran")
    assert understood.concepts == ()
    assert NOTHING_TO_FIND in understood.interpretation.notes
    assert NOTHING_TO_FIND in read("").interpretation.notes


def test_scopes_are_conditions() -> None:
    drug, section, title = read("drug:Imuran section:dosage title:guide").concepts
    assert (drug.kind, section.kind, title.kind) == ("drug", "field", "field")
    assert drug.required
    assert section.required
    assert title.required
    assert list(leaves(drug.node)) == [Subject(drug="azathioprine")]
    assert list(leaves(section.node)) == [Kind(kind="dosage", via="direct")]
    assert list(leaves(title.node)) == [Word(term="guide", fields=("title",))]
    assert read("drug:imuran").interpretation.drugs == (IMURAN,)


@pytest.mark.parametrize("text", ["adverse-reactions", '"side effects"', '"Side effects"'])
def test_a_section_may_be_named_by_kind_label_or_words(text: str) -> None:
    assert kinds(f"section:{text}") == ["adverse-reactions"]


def test_an_unknown_medicine_or_section_in_a_scope_is_said() -> None:
    unknown = read("drug:xyzprofen")
    assert list(leaves(unknown.concepts[0].node)) == [
        Word(term="xyzprofen", fields=("title",), stem=False)
    ]
    assert unknown.concepts[0].required
    assert "xyzprofen" in unknown.interpretation.notes[0]
    assert "xyz" in read("section:xyz").interpretation.notes[0]


# --- for every query --------------------------------------------------------------------------

WORDS = st.sampled_from(
    "imuran azathioprine side effects of how does work dose 5 mg 5mg the not statins and "
    "lopinavir ritonavir pregnancy what is 6-MP \u00b5g % colitis".split()
)
QUERIES = st.lists(
    st.one_of(
        WORDS,
        WORDS.map(lambda word: f"-{word}"),
        WORDS.map(lambda word: f'"{word}"'),
        WORDS.map(lambda word: f"drug:{word}"),
        WORDS.map(lambda word: f"section:{word}"),
        st.sampled_from(["OR", "(", ")", '"', "imu*"]),
        st.text(max_size=8),
    ),
    max_size=12,
).map(" ".join)


@given(QUERIES, st.sampled_from([{}, {"expand": False}, {"exact": True}]))
def test_any_query_is_understood(query: str, options: dict[str, bool]) -> None:
    understood = read(query, **options)
    interpretation = understood.interpretation
    assert interpretation.concepts == len(understood.concepts)
    assert understood.concepts or interpretation.notes
    for concept in understood.concepts:
        assert concept.label
        for leaf in nodes(concept.node):
            if isinstance(leaf, Word):
                assert leaf.term
            if isinstance(leaf, Phrase):
                assert len(leaf.terms) > 1
                assert all(leaf.terms)
    assert len(interpretation.intent) <= 1


@given(QUERIES)
def test_understanding_is_repeatable(query: str) -> None:
    assert read(query) == read(query)


def test_a_query_is_understood_within_a_few_milliseconds() -> None:
    """The budget is 0.5 ms; the test leaves room for a busy machine."""
    queries = ["imuran side effects", "can I drink alcohol with azathioprine", "5 mg prednisone"]
    parsed = [parse_query(query) for query in queries * 20]
    knowledge = DrugKnowledge.shipped()
    understand(parsed[0], knowledge)
    started = time.perf_counter()
    for query in parsed:
        understand(query, knowledge)
    assert (time.perf_counter() - started) / len(parsed) < 0.01


def test_a_name_that_is_left_out_is_neither_searched_for_nor_told() -> None:
    def read_without(query: str, *names: str) -> Understanding:
        breadth = Breadth(without=frozenset(map(analysed, names)))
        return understand(parse_query(query), DrugKnowledge.shipped(), breadth=breadth)

    def names(understood: Understanding) -> set[str]:
        return {name for of in understood.interpretation.expansions for name in of.names}

    for query, name in (
        ("imuran", "azathioprine"),
        ("statins", "pravastatin"),
        ("high blood pressure", "hypertension"),
    ):
        assert name in names(read_without(query))
        understood = read_without(query, name)
        assert names(understood) == names(read_without(query)) - {name}
        added = [leaf for leaf in leaves(understood.concepts[0].node) if leaf.via == "expansion"]
        assert Word(term=name, stem=False) not in [
            Word(term=leaf.term, stem=False) for leaf in added if isinstance(leaf, Word)
        ]
        assert not any(isinstance(leaf, Subject) and leaf.drug == name for leaf in added)


def test_what_is_excluded_is_excluded_under_all_its_names() -> None:
    breadth = Breadth(without=frozenset({("azathioprine",)}))
    parsed = parse_query("nausea -imuran")
    narrow = understand(parsed, DrugKnowledge.shipped(), breadth=breadth)
    assert narrow.excluded == understand(parsed, DrugKnowledge.shipped()).excluded
