"""How a query was read, as it is told: labels, notes, and what must never be given up."""

import pytest

from indexer.knowledge.drugs import DrugKnowledge
from indexer.model import IntentMatch
from indexer.query.drug_concepts import Breadth
from indexer.query.plan import (
    All,
    AnyOf,
    Concept,
    Contents,
    Kind,
    Near,
    Not,
    Phrase,
    Prefix,
    Publisher,
    Subject,
    Word,
    leaves,
)
from indexer.query.syntax import parse_query
from indexer.query.understanding import Understanding, understand
from indexer.query.variants import intent_node


def read(query: str, *, exact: bool = False) -> Understanding:
    breadth = Breadth(expand=False, exact=exact)
    return understand(parse_query(query), DrugKnowledge.shipped(), breadth=breadth)


def only(query: str, *, exact: bool = False) -> Concept:
    (concept,) = read(query, exact=exact).concepts
    return concept


@pytest.mark.parametrize(
    ("query", "concepts"),
    [
        ("rash imuran 50 mg", [("word", "rash"), ("drug", "imuran"), ("number", "50 mg")]),
        ("5 10 mg", [("number", "5"), ("number", "10 mg")]),
        ("rash mg", [("word", "rash"), ("word", "mg")]),
        ("2 tablets daily", [("number", "2 tablets"), ("word", "daily")]),
        ("12 hours 5 mg", [("number", "12 hours"), ("number", "5 mg")]),
        ("imuran 50mg tablets", [("drug", "imuran"), ("number", "50mg"), ("word", "tablets")]),
        ('"skin rash" imur*', [("phrase", '"skin rash"'), ("prefix", "imur*")]),
        ("drug:imuran rash", [("drug", "drug:imuran"), ("word", "rash")]),
        ("title:guide section:dose", [("field", "title:guide"), ("field", "section:dose")]),
        ("rash OR fever", [("group", "rash OR fever")]),
        ("(rash itch) OR fever", [("group", "rash itch OR fever")]),
        ("rash OR drug:imuran", [("group", "rash OR drug:imuran")]),
        (
            "what is in a bactrim tablet",
            [
                ("intent", "what is in"),
                ("drug", "bactrim"),
                ("word", "tablet"),
            ],
        ),
        (
            "fever (rash itch) cough",
            [
                ("word", "fever"),
                ("word", "rash"),
                ("word", "itch"),
                ("word", "cough"),
            ],
        ),
        ("6-mp/imuran", [("drug", "6 mp"), ("drug", "imuran")]),
        ("W-2 rash", [("word", "W-2"), ("word", "rash")]),
    ],
)
def test_concepts_are_told_in_the_order_of_the_query_as_they_were_typed(
    query: str, concepts: list[tuple[str, str]]
) -> None:
    assert [(of.kind, of.label) for of in read(query).concepts] == concepts


@pytest.mark.parametrize(
    ("query", "required"),
    [
        ("imuran rash", [True, False]),
        ('"rash" imur*', [True, False]),
        ("drug:imuran section:dose title:guide", [True, True, True]),
        ("imuran OR humira", [True]),
        ("imuran OR rash", [False]),
        ("(imuran rash) OR humira", [True]),
        ("imuran side effects", [True, False]),
        ("5 mg", [False]),
    ],
)
def test_medicines_quotes_and_scopes_are_never_given_up(query: str, required: list[bool]) -> None:
    assert [concept.required for concept in read(query).concepts] == required


def test_the_words_beside_or_are_told_as_they_were_read() -> None:
    assert read("rash OR fever cough").interpretation.notes == ("Read as (rash) OR (fever cough).",)
    assert read("rash OR fever").interpretation.notes == ()


def test_a_scope_that_names_nothing_known_is_told_word_by_word() -> None:
    assert read("drug:xyzprofen").interpretation.notes == (
        'No list knows "xyzprofen" as a medicine; it is looked for in titles.',
    )
    assert read("section:xyz").interpretation.notes == (
        '"xyz" is no kind of section; it is looked for in headings.',
    )


def test_notes_of_the_signs_come_before_those_of_the_words_and_each_once() -> None:
    notes = read('section:xyz section:xyz "rash').interpretation.notes
    assert notes == (
        "A quotation mark that is not closed was read as text.",
        '"xyz" is no kind of section; it is looked for in headings.',
    )


def test_a_medicine_that_is_asked_for_twice_is_told_once() -> None:
    drugs = read("imuran drug:imuran").interpretation.drugs
    assert [drug.name for drug in drugs] == ["Imuran"]


def test_an_intent_is_told_with_its_words() -> None:
    assert read("how does imuran work").interpretation.intent == (
        IntentMatch(kind="mechanism", matched="how does work"),
    )
    assert read("how does imuran work", exact=True).interpretation.intent == ()
    assert read("dose OR rash").interpretation.intent == ()
    assert read('dose "rash" imuran').interpretation.intent == ()


def test_a_part_of_what_was_typed_in_one_piece_is_no_other_name() -> None:
    understood = understand(parse_query("heart attack-prone"), DrugKnowledge.shipped())
    assert [concept.label for concept in understood.concepts] == ["heart", "attack-prone"]
    assert understood.interpretation.expansions == ()


def test_scopes_look_where_they_say() -> None:
    guide = Word(term="guide", fields=("title",))
    assert only("title:guide").node == guide
    assert only('title:"imuran guide guide"').node == All(
        (Word(term="imuran", fields=("title",)), guide)
    )
    assert only("title:guide", exact=True).node == Word(term="guide", fields=("title",), stem=False)
    assert only("drug:(imuran OR humira)").node == AnyOf(
        (
            AnyOf((Subject(drug="azathioprine"),)),
            AnyOf((Subject(drug="adalimumab"),)),
        ),
        adds=True,
    )
    assert only("section:xyz").node == Word(term="xyz", fields=("heading", "path"))
    assert only("section:xyz", exact=True).node == Word(
        term="xyz", fields=("heading", "path"), stem=False
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("storage", "storage"),
        ('"how to store"', "storage"),
        ('"possible side effects"', "adverse-reactions"),
        ('"who should not take it"', "contraindications"),
        ('"contents of the pack"', "forms"),
        ('"other medicines and it"', "interactions"),
    ],
)
def test_a_section_is_known_by_its_name_its_label_its_words_and_its_headings(
    text: str, kind: str
) -> None:
    node = only(f"section:{text}").node
    assert isinstance(node, AnyOf)
    assert Kind(kind=kind, via="direct") in node.nodes


def test_what_is_left_out_is_left_out_as_a_whole() -> None:
    understood = read('cough -(rash itch) -"skin peel"')
    assert understood.excluded == (
        All((Word(term="rash"), Word(term="itch"))),
        Phrase(terms=("skin", "peel")),
    )
    assert [concept.label for concept in understood.concepts] == ["cough"]
    inside = only("cough OR -rash").node
    assert inside == AnyOf((Word(term="cough"), Not(Word(term="rash"))), adds=True)
    assert only("cough OR -rash").label == "cough OR -rash"


@pytest.mark.parametrize(
    ("query", "prefix"), [("imur*", "imur"), ("IMUR*,", "imur"), ("théo*", "theo"), ("αβγ*", "αβγ")]
)
def test_a_prefix_is_folded_as_words_are(query: str, prefix: str) -> None:
    assert only(query).node == Prefix(prefix=prefix)
    assert only(query).label == query.rstrip(",")


def test_an_intent_without_a_medicine_has_two_words_beside_it_at_most() -> None:
    kinds = [of.kind for of in read("side effects grapefruit juice").concepts]
    assert kinds == ["intent", "word", "word"]
    kinds = [of.kind for of in read("side effects grapefruit juice breakfast").concepts]
    assert kinds == ["word"] * 5
    kinds = [of.kind for of in read("side effects imuran grapefruit juice breakfast").concepts]
    assert kinds == ["intent", "drug", "word", "word", "word"]


def test_a_word_in_two_spellings_is_found_in_both() -> None:
    both = AnyOf((Word(term="checkup"), Phrase(terms=("check", "up"), stem=True)))
    for query in ("checkup", "check-up"):
        assert only(f"{query} OR zzyzx").node == AnyOf((both, Word(term="zzyzx")), adds=True)
    assert only("check-up", exact=True).node == Phrase(terms=("check", "up"))


def test_parts_of_a_compound_may_stand_apart_where_each_is_a_word() -> None:
    apart = only("shock-wave").node
    assert isinstance(apart, AnyOf)
    assert isinstance(apart.nodes[1], All)
    assert only("x-ray").node == Phrase(terms=("x", "ray"), stem=True)
    assert only("b12-shot").node == Phrase(terms=("b12", "shot"))
    assert only("shock-wave", exact=True).node == Phrase(terms=("shock", "wave"))


def test_a_match_comes_from_leaves_and_none_from_what_is_ruled_out() -> None:
    word, phrase = Word(term="rash"), Phrase(terms=("skin", "rash"))
    near = Near(groups=((word,), (word,)), span=5)
    tree = All((AnyOf((word, phrase)), Not(word), near, Contents(), Publisher("seller")))
    assert list(leaves(tree)) == [word, phrase]


def test_words_of_an_intent_are_found_in_other_forms_wherever_they_stand_in_it() -> None:
    for terms in (("dose", "missed"), ("missed", "dose"), ("dose", "older", "people")):
        node = intent_node("dosage", terms)
        assert node is not None
        words = [leaf.term for leaf in leaves(node) if isinstance(leaf, Word)]
        assert len(words) == len(set(words))
        assert {"dose", *({"miss", "forget"} if "missed" in terms else {"elderly"})} <= {*words}
