"""The signs of a query: which are operators, and which are text.

    piece    what it is                            read as text where
    "..."    words in order                        the mark is never closed, or nothing is inside
    -        leaves out what follows               no blank before it, or a blank after it
    ( )      a group                               one has no partner, it touches the end of a
                                                   word, or groups are deeper than 8
    drug:    where to look (section:, title:)      nothing follows at once
    OR       either side                           a side is missing, or it is in small letters
    imur*    words that begin so                   fewer than 3 letters, digits, or not at the end

Lexemes that come out obey the grammar: every "open" has its "close", a "minus" or "scope" stands
before what it governs, an "or" between two sides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Final, Literal, TypeAlias

from indexer.analysis.tokens import terms

LexemeKind: TypeAlias = Literal["word", "quoted", "prefix", "open", "close", "minus", "scope", "or"]

ScopeField: TypeAlias = Literal["drug", "section", "title"]

SHORTEST_PREFIX: Final = 3
"""Letters before a star; fewer would stand for a good part of all words."""

DEEPEST_GROUP: Final = 8
"""Parentheses inside one another."""

_QUOTES: Final = '"“”„‟＂'
_PIECE = re.compile(rf"(?P<blank>\s+)|(?P<quote>[{_QUOTES}])|[()]|(?P<word>[^\s{_QUOTES}()]+)")
_QUOTE = re.compile(f"[{_QUOTES}]")
_SCOPES: Final[dict[str, ScopeField]] = {"drug": "drug", "section": "section", "title": "title"}
_SCOPE = re.compile(f"({'|'.join(_SCOPES)}):", re.IGNORECASE)
_UNKNOWN_SCOPE = re.compile(r"([A-Za-z_]+):(?!//)(?=.)")
_GOVERNED: Final = frozenset({"word", "quoted", "prefix", "open"})
_SIDE_STARTS: Final = _GOVERNED | {"minus", "scope"}
_SIDE_ENDS: Final = frozenset({"word", "quoted", "prefix", "close"})


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A sign or word of a query: its text without the sign, and its range with it."""

    kind: LexemeKind
    text: str
    start: int
    end: int
    scope: ScopeField | None = None
    """Where a "scope" looks."""


@dataclass(frozen=True, slots=True)
class Lexed:
    """The lexemes of a query, and notes on what was read as text."""

    lexemes: tuple[Lexeme, ...]
    notes: tuple[str, ...]


def lex(text: str) -> Lexed:
    """Cut a query into lexemes that obey the grammar."""
    lexer = _Lexer(text)
    at = 0
    while at < len(text):
        piece = _PIECE.match(text, at)
        at = lexer.take(piece, at) if piece else len(text)
    lexer.give_up_open_groups()
    lexemes = _settle_alternatives(_settle_governors(lexer.lexemes, lexer.notes), lexer.notes)
    return Lexed(tuple(lexemes), tuple(lexer.notes))


@dataclass(slots=True)
class _Lexer:
    """Reads the pieces of a query from left to right, each once."""

    text: str
    lexemes: list[Lexeme] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    groups: list[int | None] = field(default_factory=list)
    """Open parentheses: the index of the lexeme, None for one that is text."""
    depth: int = 0
    """How many of them are groups."""
    after_word: bool = False

    def take(self, piece: re.Match[str], at: int) -> int:
        """Read the piece that begins at a place; return where the next one begins."""
        if piece["quote"]:
            return self._quote(at)
        if piece["word"]:
            self._word(piece["word"], at)
        elif piece.group() == "(":
            self._open(at)
        elif piece.group() == ")":
            self._close(at)
        self.after_word = bool(piece["word"]) and not self._expects_operand(piece.end())
        return piece.end()

    def _expects_operand(self, at: int) -> bool:
        """Say whether a minus or scope ends here: what follows is governed, not attached."""
        last = self.lexemes[-1] if self.lexemes else None
        return last is not None and last.kind in {"minus", "scope"} and last.end == at

    def _quote(self, at: int) -> int:
        closing = _QUOTE.search(self.text, at + 1)
        self.after_word = False
        if not closing:
            self.notes.append("A quotation mark that is not closed was read as text.")
            return at + 1
        inside = self.text[at + 1 : closing.start()]
        if any(terms(inside)):
            self.lexemes.append(Lexeme("quoted", inside, at, closing.end()))
        else:
            self.notes.append("Quotation marks without a word between them were left out.")
        return closing.end()

    def _open(self, at: int) -> None:
        if self.after_word:
            self.groups.append(None)
            self.notes.append("A parenthesis right after a word was read as text.")
        elif self.depth == DEEPEST_GROUP:
            self.groups.append(None)
            self.notes.append(f"Parentheses deeper than {DEEPEST_GROUP} were read as text.")
        else:
            self.depth += 1
            self.groups.append(len(self.lexemes))
            self.lexemes.append(Lexeme("open", "(", at, at + 1))

    def _close(self, at: int) -> None:
        if not self.groups:
            self.notes.append("A parenthesis without its partner was read as text.")
        elif self.groups.pop() is not None:
            self.depth -= 1
            self.lexemes.append(Lexeme("close", ")", at, at + 1))

    def give_up_open_groups(self) -> None:
        """Read as text what was opened and never closed."""
        unclosed = {group for group in self.groups if group is not None}
        if unclosed:
            self.notes.append("A parenthesis without its partner was read as text.")
            self.lexemes = [
                lexeme for index, lexeme in enumerate(self.lexemes) if index not in unclosed
            ]

    def _word(self, word: str, at: int) -> None:
        """Read what stands between blanks, quotation marks and parentheses."""
        end = at + len(word)
        if not self._is_attached(at):
            if word == "OR":
                self.lexemes.append(Lexeme("or", word, at, end))
                return
            word = self._without_minus(word, end)
            word = self._without_scope(word, end)
        if prefix := self._prefix(word):
            self.lexemes.append(Lexeme("prefix", prefix, end - len(word), end))
        elif any(terms(word)):
            self.lexemes.append(Lexeme("word", word, end - len(word), end))

    def _is_attached(self, at: int) -> bool:
        return self.after_word or (at > 0 and self.text[at - 1] in _QUOTES)

    def _touches(self, end: int) -> bool:
        """Say whether a quotation mark or parenthesis begins where a word ends."""
        return self.text[end : end + 1] in {"(", *_QUOTES}

    def _without_minus(self, word: str, end: int) -> str:
        is_minus = word[0] == "-" and word[1:2] != "-" and (len(word) > 1 or self._touches(end))
        if not is_minus:
            return word
        at = end - len(word)
        self.lexemes.append(Lexeme("minus", "-", at, at + 1))
        return word[1:]

    def _without_scope(self, word: str, end: int) -> str:
        at = end - len(word)
        scope = _SCOPE.match(word)
        if scope and (scope.end() < len(word) or self._touches(end)):
            where = _SCOPES[scope[1].lower()]
            self.lexemes.append(Lexeme("scope", scope[1], at, at + scope.end(), scope=where))
            return word[scope.end() :]
        if scope:
            self.notes.append(f"“{scope.group()}” was read as text, as nothing follows it at once.")
        elif unknown := _UNKNOWN_SCOPE.match(word):
            self.notes.append(
                f"“{unknown[1]}:” was read as text; one can search in drug:, section: and title:."
            )
        return word

    def _prefix(self, word: str) -> str | None:
        """Return the letters before a star that is an operator."""
        if "*" not in word:
            return None
        stem = word.rstrip(".,;:!?").removesuffix("*")
        is_word = stem.isalpha() and len(terms(stem)) == 1
        if is_word and len(stem) >= SHORTEST_PREFIX:
            return stem
        self.notes.append(
            f"A star was read as text: it stands at the end of a word, after {SHORTEST_PREFIX} "
            "letters or more."
        )
        return None


def _settle_governors(lexemes: list[Lexeme], notes: list[str]) -> list[Lexeme]:
    """Read as text each minus and scope that does not stand right before what it governs."""
    settled: list[Lexeme] = []
    for lexeme in reversed(lexemes):
        following = settled[-1] if settled and settled[-1].start == lexeme.end else None
        governed = following.kind if following else None
        if lexeme.kind == "minus" and governed not in _GOVERNED | {"scope"}:
            notes.append("A minus sign that leaves out nothing was read as text.")
        elif lexeme.kind == "scope" and governed not in _GOVERNED:
            notes.append(f"“{lexeme.text}:” was read as text, as nothing follows it at once.")
            settled.append(replace(lexeme, kind="word"))
        else:
            settled.append(lexeme)
    return settled[::-1]


def _settle_alternatives(lexemes: list[Lexeme], notes: list[str]) -> list[Lexeme]:
    """Read as text each OR that does not stand between two sides."""
    settled: list[Lexeme] = []
    for lexeme, following in zip_longest(lexemes, lexemes[1:]):
        if lexeme.kind == "or" and not (
            settled
            and settled[-1].kind in _SIDE_ENDS
            and following
            and following.kind in _SIDE_STARTS
        ):
            notes.append("An OR without something to choose from on both sides was read as text.")
            settled.append(replace(lexeme, kind="word"))
        else:
            settled.append(lexeme)
    return settled
