"""The query language: what a person typed, as a tree.

    query         =  alternatives
    alternatives  =  side { "OR" side }
    side          =  { item }
    item          =  [ "-" ] [ scope ] primary
    scope         =  ( "drug" | "section" | "title" ) ":"
    primary       =  quoted | "(" alternatives ")" | prefix | word

Words side by side must all match and bind closer than OR. Any string is a query: what cannot be
read as syntax is read as text, and a note says so. The lexer settles which signs are operators
(parentheses that belong together, quotation marks that close), so that the parser never goes
back: reading takes linear time, and recursion is as deep as the deepest group, at most 8.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from indexer.analysis.tokens import tokenize
from indexer.errors import QueryError
from indexer.model import LONGEST_QUERY
from indexer.query.lexing import Lexeme, LexemeKind, ScopeField, lex

MOST_TERMS: Final = 32
"""Terms of a query that are searched for; the rest is left out and noted."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word as typed; several terms where hyphens or the like join them, as in `TNF-α`."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Quoted:
    """What stands between quotation marks; the range includes the marks."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PrefixTerm:
    """The letters before a star; the range includes the star."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class And:
    """Nodes that must all match; with none, nothing was asked for."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Nodes of which one must match."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Exclude:
    """A node that must not match."""

    node: Node


@dataclass(frozen=True, slots=True)
class Scoped:
    """A node that is looked for in one place: the medicine, the kind of section, the title."""

    field: ScopeField
    node: Node


Node: TypeAlias = Term | Quoted | PrefixTerm | And | Or | Exclude | Scoped


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query as typed, its tree, and notes on what was not read as it may have been meant."""

    text: str
    tree: Node
    notes: tuple[str, ...] = ()


def parse_query(text: str) -> ParsedQuery:
    """Read a query; every string of up to 1,000 characters is one.

    Raises QueryError (`query-too-long`) for a longer string and for nothing else.
    """
    if len(text) > LONGEST_QUERY:
        raise QueryError(
            f"The query has {len(text):,} characters; {LONGEST_QUERY:,} are possible. Shorten it.",
            parameter="q",
            code="query-too-long",
        )
    lexed = lex(text)
    parser = _Parser(text=text, lexemes=lexed.lexemes, notes=list(lexed.notes))
    tree = parser.query()
    return ParsedQuery(text, tree, tuple(dict.fromkeys(parser.notes)))


@dataclass(slots=True, kw_only=True)
class _Parser:
    """Reads lexemes once, from the first to the last."""

    text: str
    lexemes: tuple[Lexeme, ...]
    notes: list[str]
    at: int = 0
    terms: int = 0

    def query(self) -> Node:
        """`query = alternatives`."""
        return self.alternatives() or And(())

    def alternatives(self) -> Node | None:
        """`alternatives = side { "OR" side }`; None where no side holds anything."""
        sides = [self.side()]
        while self.accept("or"):
            sides.append(self.side())
        found = tuple(side for side in sides if side is not None)
        return found[0] if len(found) == 1 else Or(found) if found else None

    def side(self) -> Node | None:
        """`side = { item }`; a group of words among words is those words."""
        nodes: list[Node] = []
        while (lexeme := self.peek()) and lexeme.kind not in {"or", "close"}:
            item = self.item()
            nodes += item.nodes if isinstance(item, And) else [item] if item else []
        return nodes[0] if len(nodes) == 1 else And(tuple(nodes)) if nodes else None

    def item(self) -> Node | None:
        """`item = [ "-" ] [ scope ] primary`."""
        excluded = self.accept("minus")
        scope = self.accept("scope")
        node = self.primary()
        if node and scope and scope.scope:
            node = Scoped(scope.scope, node)
        return Exclude(node) if node and excluded else node

    def primary(self) -> Node | None:
        """`primary = quoted | "(" alternatives ")" | prefix | word`."""
        if self.accept("open"):
            node = self.alternatives()
            self.accept("close")
            return node
        lexeme = self.lexemes[self.at]
        self.at += 1
        return self.leaf(lexeme)

    def leaf(self, lexeme: Lexeme) -> Node | None:
        """Make a leaf of the terms there is room for; None without any."""
        tokens = [token for token in tokenize(lexeme.text.replace("\n", " ")) if token]
        room = MOST_TERMS - self.terms
        if len(tokens) > room:
            self.notes.append(f"Only the first {MOST_TERMS} words are searched for.")
            tokens = tokens[:room]
        if not tokens:
            return None
        self.terms += len(tokens)
        start, end = tokens[0].start, tokens[-1].end
        text = lexeme.text[start:end]
        match lexeme.kind:
            case "quoted":
                return Quoted(" ".join(text.split()), lexeme.start, lexeme.end)
            case "prefix":
                return PrefixTerm(text, lexeme.start, lexeme.end)
            case _:
                return Term(text, lexeme.start + start, lexeme.start + end)

    def peek(self) -> Lexeme | None:
        """Return the next lexeme, None at the end."""
        return self.lexemes[self.at] if self.at < len(self.lexemes) else None

    def accept(self, kind: LexemeKind) -> Lexeme | None:
        """Take the next lexeme if it is of a kind."""
        lexeme = self.peek()
        if lexeme is None or lexeme.kind != kind:
            return None
        self.at += 1
        return lexeme


def level(tree: Node) -> tuple[Node, ...]:
    """Return the nodes that stand side by side."""
    return tree.nodes if isinstance(tree, And) else (tree,)


def unless_excluded(tree: Node) -> tuple[Node, ...]:
    """Return the nodes side by side but for those that rule something out."""
    return tuple(node for node in level(tree) if not isinstance(node, Exclude))


def start_of(node: Node) -> int:
    """Return where a node begins in the query."""
    match node:
        case And(nodes) | Or(nodes):
            return min(map(start_of, nodes), default=0)
        case Exclude(child) | Scoped(_, child):
            return start_of(child)
        case _:
            return node.start


def text_of(node: Node) -> str:
    """Return the words below a node, as typed."""
    match node:
        case And(nodes) | Or(nodes):
            return " ".join(map(text_of, nodes))
        case Exclude(child) | Scoped(_, child):
            return text_of(child)
        case _:
            return node.text
