"""What groups mean inside of scopes and exclusions; and that no query is read as nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.knowledge.drugs import DrugKnowledge
from indexer.query.plan import AnyOf, Phrase, Subject, Word, leaves
from indexer.query.syntax import And, parse_query
from indexer.query.understanding import Understanding, understand

PIECES = "the of is not take imuran 50 mg 5- - ( ) OR \" * drug: section: title: can … ' %".split()


def read(query: str) -> Understanding:
    return understand(parse_query(query), DrugKnowledge.shipped())


def test_a_scope_of_alternatives_is_about_any_of_them() -> None:
    [concept] = read("drug:(imuran OR prograf)").concepts
    assert concept.required
    assert isinstance(concept.node, AnyOf)
    subjects = {leaf.drug for leaf in leaves(concept.node) if isinstance(leaf, Subject)}
    assert subjects >= {"azathioprine", "tacrolimus"}


def test_a_scope_of_several_words_wants_all_of_them_there() -> None:
    [concept] = read("title:(side effects)").concepts
    found = [leaf for leaf in leaves(concept.node) if isinstance(leaf, Word)]
    assert [leaf.term for leaf in found] == ["side", "effects"]
    assert {leaf.fields for leaf in found} == {("title",)}
    assert concept.label == "title:side effects"


def test_a_word_with_two_spellings_is_found_in_both() -> None:
    [concept] = read("checkup").concepts
    found = [leaf for leaf in leaves(concept.node) if isinstance(leaf, Word | Phrase)]
    spelled = {leaf.term if isinstance(leaf, Word) else " ".join(leaf.terms) for leaf in found}
    assert spelled >= {"checkup", "check up"}


@pytest.mark.parametrize(("query", "told"), [("heart attack", True), ("heart-attack-like", False)])
def test_a_part_of_what_was_typed_in_one_piece_is_no_other_name(query: str, *, told: bool) -> None:
    assert bool(read(query).interpretation.expansions) is told


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=7))
def test_whatever_holds_a_word_is_read_as_something(pieces: list[str]) -> None:
    parsed = parse_query(" ".join(pieces))
    understanding = read(parsed.text)
    assert bool(understanding.concepts or understanding.excluded) is (parsed.tree != And(()))
