"""What raises and lowers a section, beside the words that it must have."""

import pytest

from indexer.knowledge.drugs import DrugKnowledge
from indexer.query import weights
from indexer.query.bonuses import bonuses_of
from indexer.query.drug_concepts import Breadth
from indexer.query.plan import (
    All,
    AnyOf,
    Bonus,
    Contents,
    HeadingIs,
    Kind,
    Near,
    Node,
    Phrase,
    Publisher,
    Word,
)
from indexer.query.syntax import parse_query
from indexer.query.understanding import understand


def bonuses(query: str, *, exact: bool = False) -> dict[str, Bonus]:
    breadth = Breadth(expand=False, exact=exact)
    understood = understand(parse_query(query), DrugKnowledge.shipped(), breadth=breadth)
    found = list(bonuses_of(understood.concepts, exact=exact))
    assert len({bonus.name for bonus in found}) == len(found)
    return {bonus.name: bonus for bonus in found}


def phrases(*texts: str) -> Node:
    return AnyOf(
        tuple(Phrase(terms=tuple(text.split()), fields=("heading",), stem=True) for text in texts)
    )


def headings(*texts: str) -> Node:
    return AnyOf(tuple(HeadingIs(terms=tuple(text.split())) for text in texts))


def test_the_title_with_the_very_name_that_was_typed_counts() -> None:
    assert bonuses("imuran")["title: imuran"] == Bonus(
        name="title: imuran",
        node=Word(term="imuran", fields=("title",), stem=False),
        value=weights.TITLE_NAME,
    )
    assert bonuses("6-MP")["title: 6-MP"].node == Phrase(terms=("6", "mp"), fields=("title",))


def test_an_exact_search_prefers_titles_alone() -> None:
    assert list(bonuses("imuran skin rash", exact=True)) == ["title: imuran"]


def test_a_heading_that_is_what_was_asked_for_counts() -> None:
    found = bonuses("imuran side effects")["exact heading"]
    assert found.node == headings("side effects", "imuran side effects")
    assert found.value == weights.HEADING_IS
    assert bonuses("imuran")["exact heading"].node == headings("imuran")
    assert bonuses("skin rash")["exact heading"].node == headings("skin rash")
    quoted = bonuses('imuran "skin rash"')["exact heading"]
    assert quoted.node == headings("imuran skin rash")


def test_words_count_that_stand_together_in_the_text_or_in_one_heading() -> None:
    found = bonuses("imuran skin rash")["together"]
    imuran = Word(term="imuran", stem=False)
    headed = [AnyOf((Word(term=term, fields=("heading",)),)) for term in ("skin", "rash")]
    near = Near(
        groups=((imuran,), (Word(term="skin"),), (Word(term="rash"),)), span=weights.NEAR_SPAN
    )
    assert found == Bonus(name="together", node=AnyOf((near, All(tuple(headed)))), value=2.0)
    assert weights.NEAR == 2.0


def test_medicines_are_looked_for_together_in_the_text_alone() -> None:
    found = bonuses("imuran warfarin")["together"].node
    names = [Word(term=name, stem=False) for name in ("imuran", "warfarin")]
    assert found == Near(groups=tuple((name,) for name in names), span=weights.NEAR_SPAN)


@pytest.mark.parametrize("query", ["imuran", "rash", "imuran side effects", 'imuran "rash"'])
def test_one_word_alone_is_never_together(query: str) -> None:
    assert "together" not in bonuses(query)


def test_a_number_stands_together_with_a_word_however_its_unit_is_written() -> None:
    found = bonuses("rash 50 mg")["together"].node
    assert isinstance(found, AnyOf)
    near, headed = found.nodes
    assert isinstance(near, Near)
    assert isinstance(headed, All)
    rash, dose = near.groups
    assert rash == (Word(term="rash"),)
    assert Phrase(terms=("50", "mg")) in dose
    assert Phrase(terms=("50", "milligrams")) in dose
    assert headed.nodes[1] == AnyOf(
        tuple(Phrase(terms=of.terms, fields=("heading",)) for of in dose if isinstance(of, Phrase))
    )


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("imuran dosage", ("dosage",)),
        ("imuran side effects", ("side effects", "adverse reactions")),
        ("can children take imuran", ("children", "pediatric")),
    ],
)
def test_a_heading_that_names_the_kind_outright_counts(query: str, names: tuple[str, ...]) -> None:
    found = bonuses(query)["heading names the kind"]
    assert found.node == phrases(*names)
    assert found.value == weights.NAMED_KIND


def test_no_kind_is_named_where_none_was_asked_for() -> None:
    assert "heading names the kind" not in bonuses("imuran skin rash")


def test_tables_of_contents_and_sellers_always_count_less() -> None:
    for query in ("imuran", "skin rash", "zzyzx*"):
        found = bonuses(query)
        assert found["seller page"].node == Publisher(type="seller")
        assert found["seller page"].value == weights.SELLER < 0
        assert found["table of contents"].node == Contents()
        assert found["table of contents"].value == weights.CONTENTS < 0


@pytest.mark.parametrize(
    ("query", "is_lowered"),
    [
        ("can children take imuran", True),
        ("who should not take imuran", True),
        ("imuran side effects", False),
        ("how is imuran stored", False),
        ("imuran", False),
    ],
)
def test_storage_counts_less_for_who_asks_who_may_not_take_a_medicine(
    query: str, *, is_lowered: bool
) -> None:
    found = bonuses(query).get("only kept so")
    expected = Bonus(name="only kept so", node=Kind(kind="storage"), value=weights.STORAGE_WARNS)
    assert found == (expected if is_lowered else None)
    assert weights.STORAGE_WARNS < 0


def test_neighbours_in_the_query_count_as_neighbours_in_the_text() -> None:
    found = bonuses("skin rash 50 mg")
    assert found["side by side: skin rash"] == Bonus(
        name="side by side: skin rash",
        node=Phrase(terms=("skin", "rash"), fields=("text", "heading"), stem=True),
        value=weights.PHRASE,
    )
    assert found["side by side: rash 50 mg"].node == Phrase(
        terms=("rash", "50", "mg"), fields=("text", "heading"), stem=True
    )
    assert not [name for name in bonuses("imuran rash") if name.startswith("side by side")]
