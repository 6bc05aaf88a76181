"""The query language: every operator, and that any string is a query."""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis.tokens import terms
from indexer.errors import QueryError
from indexer.model import LONGEST_QUERY
from indexer.query.lexing import DEEPEST_GROUP
from indexer.query.syntax import (
    MOST_TERMS,
    And,
    Exclude,
    Node,
    Or,
    PrefixTerm,
    Quoted,
    Scoped,
    Term,
    parse_query,
)

QUERIES = st.text(max_size=200) | st.lists(
    st.sampled_from(
        (
            "imuran",
            "side",
            "5",
            "mg",
            "OR",
            "-",
            "(",
            ")",
            '"',
            "“",
            "”",
            "*",
            "drug:",
            "title:",
            "foo:",
            " ",
            "  ",
            "\n",
            "imur*",
            "co-trim",
            "\0",
            "😀",
            "\ud800",
            "+",
            "~",
            "^",
            "AND",
        )
    ),
    max_size=60,
).map("".join)


def shape(node: Node) -> str:
    """Write a tree so that a test can say what it expects on one line."""
    match node:
        case Term(text=text):
            return text
        case Quoted(text=text):
            return f"'{text}'"
        case PrefixTerm(text=text):
            return f"{text}*"
        case And(nodes=nodes):
            return f"({' & '.join(map(shape, nodes))})"
        case Or(nodes=nodes):
            return f"({' | '.join(map(shape, nodes))})"
        case Exclude(node=inner):
            return f"!{shape(inner)}"
        case Scoped(field=field, node=inner):
            return f"{field}={shape(inner)}"


def parsed(text: str) -> str:
    return shape(parse_query(text).tree)


def leaves(node: Node) -> Iterator[Term | Quoted | PrefixTerm]:
    match node:
        case And(nodes=nodes) | Or(nodes=nodes):
            for inner in nodes:
                yield from leaves(inner)
        case Exclude(node=inner) | Scoped(node=inner):
            yield from leaves(inner)
        case _:
            yield node


def depth(node: Node) -> int:
    match node:
        case And(nodes=nodes) | Or(nodes=nodes):
            return 1 + max(map(depth, nodes), default=0)
        case Exclude(node=inner) | Scoped(node=inner):
            return 1 + depth(inner)
        case _:
            return 1


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("imuran", "imuran"),
        ("imuran side effects", "(imuran & side & effects)"),
        ('"side effects" imuran', "('side effects' & imuran)"),
        ("“side effects”", "'side effects'"),
        ('"side\n  effects"', "'side effects'"),
        ("imuran -liver", "(imuran & !liver)"),
        ('imuran -"bone marrow"', "(imuran & !'bone marrow')"),
        ("imuran -(liver OR kidney)", "(imuran & !(liver | kidney))"),
        ("-liver", "!liver"),
        ("(-liver) imuran", "(!liver & imuran)"),
        ("nausea OR vomiting", "(nausea | vomiting)"),
        ("folic acid OR vitamin b12", "((folic & acid) | (vitamin & b12))"),
        ("a OR b OR c", "(a | b | c)"),
        ("(nausea OR vomiting) imuran", "((nausea | vomiting) & imuran)"),
        ("(imuran side) effects", "(imuran & side & effects)"),
        ("(a)(b)", "(a & b)"),
        ("a OR -b", "(a | !b)"),
        ("imur*", "imur*"),
        ("imur*, next", "(imur* & next)"),
        ("-imur*", "!imur*"),
        ("drug:imuran", "drug=imuran"),
        ("Drug:Imuran", "drug=Imuran"),
        ('section:"side effects" x', "(section='side effects' & x)"),
        ("title:(imuran OR guide)", "title=(imuran | guide)"),
        ("-drug:imuran", "!drug=imuran"),
        ("co-trimoxazole 6-MP TNF-α", "(co-trimoxazole & 6-MP & TNF-α)"),
        ("well-known -well-known", "(well-known & !well-known)"),
        ("0.5 mg (daily), 15%!", "(0.5 & mg & daily & 15%)"),
        ("", "()"),
        (" \n ", "()"),
    ],
)
def test_what_is_read_as_syntax(query: str, tree: str) -> None:
    read = parse_query(query)
    assert (shape(read.tree), read.notes) == (tree, ())


@pytest.mark.parametrize(
    ("query", "tree", "note"),
    [
        ('"side effects', "(side & effects)", "quotation mark"),
        ('imuran "', "imuran", "quotation mark"),
        ('"" imuran', "imuran", "Quotation marks"),
        ("(imuran liver", "(imuran & liver)", "parenthesis"),
        ("imuran) liver", "(imuran & liver)", "parenthesis"),
        ("vitamin(s)", "(vitamin & s)", "parenthesis"),
        ("-(imuran liver", "(imuran & liver)", "minus"),
        ('-"liver', "liver", "minus"),
        ("drug:(imuran", "(drug & imuran)", "drug:"),
        ("section: effects", "(section & effects)", "section:"),
        ("source:nhs", "source:nhs", "source:"),
        ("OR", "OR", "OR"),
        ("imuran OR", "(imuran & OR)", "OR"),
        ("OR imuran", "(OR & imuran)", "OR"),
        ("a OR OR b OR", "((a & OR) | (b & OR))", "OR"),
        ("im* liver", "(im & liver)", "star"),
        ("*ine", "ine", "star"),
        ("im*ran", "im*ran", "star"),
        ("500*", "500", "star"),
        ("*", "()", "star"),
    ],
)
def test_what_cannot_be_syntax_is_text_and_noted(query: str, tree: str, note: str) -> None:
    read = parse_query(query)
    assert shape(read.tree) == tree
    assert note in " ".join(read.notes)


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("imuran - liver", "(imuran & liver)"),
        ("5-10 mg", "(5-10 & mg)"),
        ("imuran or liver", "(imuran & or & liver)"),
        ("--liver", "liver"),
        ("http://example.org", "http://example.org"),
        ("\0 😀 —", "()"),
    ],
)
def test_signs_of_ordinary_text_need_no_note(query: str, tree: str) -> None:
    read = parse_query(query)
    assert (shape(read.tree), read.notes) == (tree, ())


def test_m4_a_star_never_makes_another_number_of_a_number() -> None:
    assert parsed("5* mg") == "(5 & mg)"
    assert parsed("500* mg") == "(500 & mg)"


def test_too_long_a_query_is_refused_with_its_code() -> None:
    parse_query("a" * LONGEST_QUERY)
    with pytest.raises(QueryError) as caught:
        parse_query("a" * (LONGEST_QUERY + 1))
    assert (caught.value.code, caught.value.parameter) == ("query-too-long", "q")


@pytest.mark.parametrize("quote", ["", '"'])
def test_more_terms_than_searched_for_are_left_out_and_noted(quote: str) -> None:
    words = [f"w{number}" for number in range(MOST_TERMS + 5)]
    read = parse_query(quote + " ".join(words) + quote)
    kept = [term for leaf in leaves(read.tree) for term in terms(leaf.text)]
    assert kept == words[:MOST_TERMS]
    assert str(MOST_TERMS) in " ".join(read.notes)
    assert not parse_query(" ".join(words[:MOST_TERMS])).notes


def test_groups_nest_to_the_limit_and_no_deeper() -> None:
    nested = "(" * DEEPEST_GROUP + "a OR b" + ")" * DEEPEST_GROUP
    assert not parse_query(nested).notes
    deeper = parse_query(f"({nested})")
    assert shape(deeper.tree) == "(a | b)"
    assert str(DEEPEST_GROUP) in " ".join(deeper.notes)


@pytest.mark.parametrize("query", ["(" * 1_000, ")" * 1_000, '"' * 999, "-" * 1_000, "*" * 1_000])
def test_nothing_but_signs_is_a_query_for_nothing(query: str) -> None:
    assert parsed(query) == "()"


def test_ranges_point_at_what_was_typed() -> None:
    text = 'imuran, "side  effects" imur*'
    found = [text[leaf.start : leaf.end] for leaf in leaves(parse_query(text).tree)]
    assert found == ["imuran", '"side  effects"', "imur*"]


@given(QUERIES)
def test_any_string_is_a_query_of_bounded_size(text: str) -> None:
    read = parse_query(text)
    assert read.text == text
    assert depth(read.tree) <= 4 * (DEEPEST_GROUP + 1)
    found = list(leaves(read.tree))
    assert sum(1 for leaf in found for term in terms(leaf.text) if term) <= MOST_TERMS
    ranges = [(leaf.start, leaf.end) for leaf in found]
    assert ranges == sorted(ranges)
    for leaf in found:
        assert any(terms(leaf.text))
        assert 0 <= leaf.start < leaf.end <= len(text)
        assert " ".join(leaf.text.split()) in " ".join(text[leaf.start : leaf.end].split())


@given(QUERIES)
def test_no_word_is_lost_unless_a_note_says_so(text: str) -> None:
    read = parse_query(text)
    kept = [term for leaf in leaves(read.tree) for term in terms(leaf.text) if term]
    if not read.notes and not any(sign in text for sign in ("OR", "drug:", "title:")):
        assert kept == [term for term in terms(text.replace("\n", " ")) if term]


@given(QUERIES)
def test_the_same_string_is_always_read_alike(text: str) -> None:
    assert parse_query(text) == parse_query(text)


@pytest.mark.parametrize(
    "unit",
    ["(", ")", '"', '"a ', "(a ", "a OR ", "-", "- ", "-a ", "a* ", "drug:", "a:", "*", "\0"],
)
def test_reading_takes_steps_in_proportion_to_length(unit: str) -> None:
    short, long = (_steps(partial(parse_query, unit * count)) for count in (60, 180))
    assert long <= 3 * short + 50


def _steps(action: Callable[[], object]) -> int:
    """Count the calls that an action makes, of Python and of built-in functions."""
    action()  # fills the memories that later runs find
    count = 0

    def profile(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(profile)
    try:
        action()
    finally:
        sys.setprofile(None)
    return count
