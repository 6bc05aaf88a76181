"""Each sign of a query at the edge of being one: its place, what it is, and the note on it."""

import pytest

from indexer.errors import QueryError
from indexer.model import LONGEST_QUERY
from indexer.query.grammar import OPERATORS
from indexer.query.lexing import lex
from indexer.query.syntax import (
    And,
    Exclude,
    Or,
    PrefixTerm,
    Quoted,
    Scoped,
    Term,
    parse_query,
    start_of,
    text_of,
)

OPEN_QUOTE = "A quotation mark that is not closed was read as text."
EMPTY_QUOTES = "Quotation marks without a word between them were left out."
NO_PARTNER = "A parenthesis without its partner was read as text."
AFTER_WORD = "A parenthesis right after a word was read as text."
TOO_DEEP = "Parentheses deeper than 8 were read as text."
NO_MINUS = "A minus sign that leaves out nothing was read as text."
NO_SIDE = "An OR without something to choose from on both sides was read as text."
NO_STAR = "A star was read as text: it stands at the end of a word, after 3 letters or more."


@pytest.mark.parametrize(
    ("query", "notes"),
    [
        ('"side effects', [OPEN_QUOTE]),
        ('"" imuran', [EMPTY_QUOTES]),
        ("(imuran liver", [NO_PARTNER]),
        ("imuran) liver", [NO_PARTNER]),
        ("vitamin(s)", [AFTER_WORD]),
        ("(" * 9 + "a" + ")" * 9, [TOO_DEEP]),
        ("(((((((((a", [TOO_DEEP, NO_PARTNER]),
        ("-(imuran liver", [NO_PARTNER, NO_MINUS]),
        ("drug:(imuran", [NO_PARTNER, "“drug:” was read as text, as nothing follows it at once."]),
        ("section: x", ["“section:” was read as text, as nothing follows it at once."]),
        (
            "source:nhs",
            ["“source:” was read as text; one can search in drug:, section: and title:."],
        ),
        ("imuran OR", [NO_SIDE]),
        ("im* liver", [NO_STAR]),
        ("w " * 33, ["Only the first 32 words are searched for."]),
        ("w " * 32, []),
    ],
)
def test_a_note_says_which_sign_was_read_as_text_and_why(query: str, notes: list[str]) -> None:
    assert list(parse_query(query).notes) == notes


def test_too_long_a_query_is_told_what_is_possible() -> None:
    with pytest.raises(QueryError) as caught:
        parse_query("a" * (LONGEST_QUERY + 234))
    assert "The query has 1,234 characters; 1,000 are possible. Shorten it." in str(caught.value)


@pytest.mark.parametrize(
    ("query", "lexemes"),
    [
        ("-drug:imuran", [("minus", 0, 1), ("scope", 1, 6), ("word", 6, 12)]),
        ("drug:-imuran", [("scope", 0, 5), ("word", 5, 12)]),
        ("Drug:x", [("scope", 0, 5), ("word", 5, 6)]),
        ("drug::x", [("scope", 0, 5), ("word", 5, 7)]),
        ('drug:"a b"', [("scope", 0, 5), ("quoted", 5, 10)]),
        ('-"a b"', [("minus", 0, 1), ("quoted", 1, 6)]),
        ('x-"b"', [("word", 0, 2), ("quoted", 2, 5)]),
        ('"a"-b', [("quoted", 0, 3), ("word", 3, 5)]),
        ("“a b„ c", [("quoted", 0, 5), ("word", 6, 7)]),
        (
            "(a)(b)",
            [
                *(("open", 0, 1), ("word", 1, 2), ("close", 2, 3)),
                *(("open", 3, 4), ("word", 4, 5), ("close", 5, 6)),
            ],
        ),
        (
            "-(a) b",
            [*(("minus", 0, 1), ("open", 1, 2), ("word", 2, 3), ("close", 3, 4)), ("word", 5, 6)],
        ),
        ("a(-b)", [("word", 0, 1), ("minus", 2, 3), ("word", 3, 4)]),
        ("a(b)", [("word", 0, 1), ("word", 2, 3)]),
        ("imur*.", [("prefix", 0, 6)]),
        ("(imur*)", [("open", 0, 1), ("prefix", 1, 6), ("close", 6, 7)]),
        ("imur** x", [("word", 0, 6), ("word", 7, 8)]),
        ("ab-cd* x", [("word", 0, 6), ("word", 7, 8)]),
        ("x OR -y", [("word", 0, 1), ("or", 2, 4), ("minus", 5, 6), ("word", 6, 7)]),
        ("x OR drug:y", [("word", 0, 1), ("or", 2, 4), ("scope", 5, 10), ("word", 10, 11)]),
        ('x OR "y"', [("word", 0, 1), ("or", 2, 4), ("quoted", 5, 8)]),
        (
            "(x) OR y",
            [*(("open", 0, 1), ("word", 1, 2), ("close", 2, 3)), *(("or", 4, 6), ("word", 7, 8))],
        ),
        ("OR x", [("word", 0, 2), ("word", 3, 4)]),
        ("section: x", [("word", 0, 8), ("word", 9, 10)]),
        ("- (a)", [("open", 2, 3), ("word", 3, 4), ("close", 4, 5)]),
    ],
)
def test_each_sign_has_its_place_in_what_was_typed(
    query: str, lexemes: list[tuple[str, int, int]]
) -> None:
    assert [(of.kind, of.start, of.end) for of in lex(query).lexemes] == lexemes


def test_a_scope_is_known_in_any_case() -> None:
    (scope, _) = lex("TITLE:guide").lexemes
    assert (scope.text, scope.scope) == ("TITLE", "title")


def test_signs_become_the_tree_that_they_ask_for() -> None:
    imuran = Term("imuran", 6, 12)
    assert parse_query("-drug:imuran").tree == Exclude(Scoped("drug", imuran))
    assert parse_query("x OR -y").tree == Or((Term("x", 0, 1), Exclude(Term("y", 6, 7))))
    assert parse_query("x (y z)").tree == And((Term("x", 0, 1), Term("y", 3, 4), Term("z", 5, 6)))
    assert parse_query("“a b„ im").tree == And((Quoted("a b", 0, 5), Term("im", 6, 8)))
    assert parse_query("imur*, x").tree == And((PrefixTerm("imur", 0, 6), Term("x", 7, 8)))
    assert parse_query("(x OR y) z").tree == And(
        (Or((Term("x", 1, 2), Term("y", 6, 7))), Term("z", 9, 10))
    )
    assert parse_query("").tree == And(())
    assert parse_query("()").tree == And(())


def test_what_is_quoted_begins_and_ends_with_a_word_and_has_single_blanks() -> None:
    assert parse_query('", side \n effects !"').tree == Quoted("side effects", 0, 20)


def test_a_part_of_a_query_knows_its_words_and_where_it_begins() -> None:
    tree = parse_query("-(x OR title:y) z").tree
    assert isinstance(tree, And)
    excluded, last = tree.nodes
    assert (text_of(excluded), start_of(excluded)) == ("x y", 2)
    assert (text_of(last), start_of(last)) == ("z", 16)
    assert (text_of(tree), start_of(tree)) == ("x y z", 2)
    assert start_of(And(())) == 0


def test_an_example_names_a_medicine_as_the_query_language_needs_it() -> None:
    examples = {of.written: of for of in OPERATORS}
    assert examples["drug:name"].about("imuran") == "drug:imuran"
    assert examples["drug:name"].about("insulin glargine") == 'drug:"insulin glargine"'
    assert examples["-word"].about("insulin glargine") == "insulin glargine -pregnancy"
    assert examples["a OR b"].about("imuran") == "nausea OR vomiting"
