"""The content of a page as a list of lines: what a browser shows, block by block.

The reader walks the tree once, without recursion, and keeps what HTML says by structure: which
list an item belongs to, what a row's headers are, which term a definition defines. Inline
elements join without a space, as in a browser (`0<b>.5</b> mg` is `0.5 mg`); block elements
separate. Headings come out as lines of their own; `outline` makes sections of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

from bs4 import Tag
from bs4.element import PageElement

from indexer.model import BlockKind
from indexer.parsing.breaks import Fragment, lines_of, preformatted_lines
from indexer.parsing.cleaning import one_line
from indexer.parsing.headings import heading_level, is_bold, looks_like_heading
from indexer.parsing.markers import BULLET, first_number, item_marker, own_number, strip_bullet
from indexer.parsing.markup import is_text
from indexer.parsing.raised import subscript, superscript
from indexer.parsing.tables import data_rows

# Shown on a line of their own.
_BLOCKS: Final = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt "
    "fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html "
    "legend li listing main menu nav ol optgroup option p plaintext pre search section summary "
    "table tbody td tfoot th thead tr ul xmp".split()
)
_LISTS: Final = frozenset({"ul", "ol", "menu", "dir"})
_KINDS: Final[dict[str, BlockKind]] = {
    "blockquote": "quote",
    "caption": "caption",
    "figcaption": "caption",
    "legend": "caption",
    "pre": "pre",
    "listing": "pre",
    "plaintext": "pre",
    "xmp": "pre",
}
_NO_TAG: Final = Tag(name="root")
_TOGGLES: Final = frozenset({"summary", "button"})
_QUOTES: Final = {"q": ("“", "”"), "rt": ("(", ")")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A heading or a block of the content, in reading order."""

    text: str
    kind: BlockKind = "paragraph"
    depth: int = 0
    lead: int | None = None
    """Index, in the same list of lines, of the line that this one needs to be understood."""
    level: int = 0
    """1 to 6 for a heading, 0 for a block."""
    heading_like: bool = False
    """A block that looks like a heading, if text follows it."""


@dataclass(slots=True)
class _Context:
    """An element that decides what the text inside it becomes."""

    owner: Tag
    kind: BlockKind = "paragraph"
    depth: int = 0
    lead: int | None = None
    level: int = 0
    """Of the heading that this is."""
    compact: bool = False
    """All text inside is one line: a heading, or the label of something that opens."""
    marker: str = ""
    """Of a list item that has not given a line yet."""
    first: int | None = None
    """Of a list item or definition: the line that those after it need."""
    number: int = 1
    """Of a list: the number of its next item."""
    terms: list[str] = field(default_factory=list)
    """Of a definition list: the terms that wait for their definition."""


def read_lines(roots: tuple[Tag, ...], dropped: AbstractSet[int]) -> tuple[Line, ...]:
    """Read the lines of some elements, without the elements whose `id()` is in `dropped`."""
    reader = _Reader(dropped)
    for root in roots:
        _walk(reader, root)
    return tuple(reader.lines)


def _walk(reader: _Reader, root: Tag) -> None:
    """Walk an element in document order with a stack of our own: pages nest deeper than Python."""
    if not reader.enter(root):
        return
    stack: list[tuple[Tag, Iterator[PageElement]]] = [(root, iter(root.contents))]
    while stack:
        tag, children = stack[-1]
        for child in children:
            if is_text(child):
                reader.add(child)
            elif isinstance(child, Tag) and reader.enter(child):
                stack.append((child, iter(child.contents)))
                break
        else:
            stack.pop()
            reader.leave(tag)


class _Reader:
    """The state of one walk: the lines so far, the contexts, and the line under way."""

    def __init__(self, dropped: AbstractSet[int]) -> None:
        self.lines: list[Line] = []
        self._dropped = dropped
        self._contexts = [_Context(_NO_TAG)]
        # The contexts that others look for, innermost last.
        self._lists: list[_Context] = []
        self._items: list[_Context] = []
        self._definitions: list[_Context] = []
        self._parts: list[str] = []
        self._fragments: list[Fragment] = []
        self._bold = 0
        # Whether the fragment under way has text that is bold, and text that is not.
        self._has_bold = self._has_plain = False
        self._raised: list[int] = []
        self._list_lead: int | None = None
        self._caption: int | None = None

    # --- the walk -----------------------------------------------------------------------------

    def enter(self, tag: Tag) -> bool:
        """Begin an element; answer whether its children are to be walked."""
        name = tag.name
        if id(tag) in self._dropped or name == "rp":
            return False
        if name == "br":
            self._fragments.append(Fragment(*self._take_fragment()))
        elif name in {"sup", "sub"}:
            self._raised.append(len(self._parts))
        elif name in _QUOTES:
            self._parts.append(_QUOTES[name][0])
        elif self._contexts[-1].compact:
            self._parts.append(" " if name in _BLOCKS else "")
        elif level := heading_level(tag):
            self._open(_Context(tag, level=level, compact=True))
        elif name in _TOGGLES:
            self._open(_Context(tag, compact=True))
        elif name in _BLOCKS and not self._enter_block(tag):
            return False
        # Last, so that what was collected before does not count as bold.
        self._bold += is_bold(tag)
        return True

    def leave(self, tag: Tag) -> None:
        """End an element whose children have been walked."""
        name = tag.name
        if name in {"sup", "sub"}:
            self._end_raised(name)
        elif name in _QUOTES:
            self._parts.append(_QUOTES[name][1])
        elif self._contexts[-1].owner is tag:
            self._close()
        elif name in _BLOCKS:
            if self._contexts[-1].compact:
                self._parts.append(" ")
            else:
                self._flush()
        self._bold -= is_bold(tag)

    def add(self, text: str) -> None:
        """Take in a piece of text."""
        if not text.isspace():
            if self._bold:
                self._has_bold = True
            else:
                self._has_plain = True
        elif not self._parts and self._contexts[-1].kind != "pre":
            # What a line begins with; half of a page's strings stand between two blocks.
            return
        self._parts.append(text)

    # --- elements -----------------------------------------------------------------------------

    def _enter_block(self, tag: Tag) -> bool:
        self._flush()
        name = tag.name
        if name == "table" and self._read_table(tag):
            return False
        if name in _LISTS:
            self._open_list(tag)
        elif name == "li":
            self._open_item(tag)
        elif name == "dl":
            self._definitions.append(_Context(tag, kind=self._contexts[-1].kind))
            self._open(self._definitions[-1])
        elif name in {"dt", "dd"}:
            self._open_definition(tag)
        elif name in _KINDS:
            self._open(_Context(tag, kind=_KINDS[name]))
        elif name == "figure":
            self._read_caption_first(tag)
        return True

    def _open(self, context: _Context) -> None:
        self._flush()
        self._contexts.append(context)

    def _close(self) -> None:
        self._flush()
        context = self._contexts.pop()
        if context.terms:
            self._settle_terms()
        for group in (self._lists, self._items, self._definitions):
            if group and group[-1] is context:
                group.pop()
        if context.owner.name in _LISTS and not self._items:
            self._list_lead = context.lead

    def _open_list(self, tag: Tag) -> None:
        self._settle_terms()
        context = _Context(tag, depth=len(self._lists), lead=self._lead_of_list())
        context.number = first_number(tag)
        self._lists.append(context)
        self._open(context)

    def _lead_of_list(self) -> int | None:
        """Find what introduces a list that begins here."""
        item = self._items[-1] if self._items else None
        if item and item.first is None:
            return item.lead
        if not self.lines:
            return None
        here, last = len(self.lines) - 1, self.lines[-1]
        if item:
            return here if last.kind == "paragraph" and last.depth == item.depth else item.first
        if last.level or last.kind in {"row", "caption"}:
            return None
        goes_on = last.kind == "item" and not last.text.endswith(":")
        return self._list_lead if goes_on else here

    def _open_item(self, tag: Tag) -> None:
        outer = self._lists[-1] if self._lists else self._contexts[-1]
        marker = BULLET
        if outer.owner.name == "ol":
            number = own_number(tag, outer.number)
            outer.number = number + 1
            marker = item_marker(number, str(outer.owner.attrs.get("type")))
        item = _Context(tag, kind="item", depth=outer.depth, lead=outer.lead, marker=marker)
        self._items.append(item)
        self._open(item)

    def _open_definition(self, tag: Tag) -> None:
        kind: BlockKind = "term" if tag.name == "dt" else "definition"
        if not self._definitions:
            kind = "paragraph"
        elif kind == "term":
            self._definitions[-1].first = None
        self._open(_Context(tag, kind=kind))

    def _settle_terms(self) -> None:
        """Write the terms that wait for a definition on lines of their own, the outermost first."""
        for group in self._definitions:
            if group.terms:
                terms, group.terms = ", ".join(group.terms), []
                group.first = len(self.lines)
                self.lines.append(Line(text=terms, kind="term"))

    def _end_raised(self, name: str) -> None:
        start = min(self._raised.pop(), len(self._parts))
        inner = "".join(self._parts[start:])
        before = "".join(self._parts[max(start - 3, 0) : start])[-16:]
        write = superscript if name == "sup" else subscript
        self._parts[start:] = [write(before, inner)]

    def _read_caption_first(self, figure: Tag) -> None:
        """Put the caption of a figure in front of its table, whose rows need it."""
        caption = figure.find("figcaption", recursive=False)
        inside = [child for child in figure.contents if isinstance(child, Tag)]
        tables = any(
            child.name == "table" or child.find("table", recursive=False) for child in inside
        )
        if isinstance(caption, Tag) and tables:
            self._caption = self._write_caption(caption)

    def _write_caption(self, caption: Tag) -> int | None:
        text = self._read_flat(caption)
        # A set of its own: whoever reads a cell with the same set may read it again.
        self._dropped = self._dropped | {id(caption)}
        return self._append(Line(text=text, kind="caption")) if text else None

    def _read_table(self, table: Tag) -> bool:
        """Write the lines of a table of data; answer False for one that only places text."""
        rows = data_rows(table, self._dropped, self._read_flat)
        if rows is None:
            return False
        lead, self._caption = self._caption, None
        if lead is None and self.lines and self.lines[-1].text.endswith(":"):
            lead = None if self.lines[-1].level else len(self.lines) - 1
        for caption in table.find_all("caption", recursive=False):
            if id(caption) not in self._dropped:
                lead = self._write_caption(caption)
        group = lead
        for row in rows:
            index = self._append(Line(text=row.text, kind="row", lead=lead if row.group else group))
            group = index if row.group else group
        return True

    def _read_flat(self, tag: Tag) -> str:
        """Read an element as one line."""
        reader = _Reader(self._dropped)
        _walk(reader, tag)
        return " ".join(line.text for line in reader.lines)

    # --- lines --------------------------------------------------------------------------------

    def _take_fragment(self) -> tuple[str, bool]:
        """Return the text under way and whether all of it is bold, and begin anew."""
        text, bold = "".join(self._parts), self._has_bold and not self._has_plain
        self._parts.clear()
        self._has_bold = self._has_plain = False
        if self._raised:
            self._raised = [0] * len(self._raised)
        return text, bold

    def _flush(self) -> None:
        """End the line under way, and write it if it has text."""
        if not self._parts and not self._fragments:
            return
        context, (text, bold) = self._contexts[-1], self._take_fragment()
        if not self._fragments and context.kind != "pre":
            # Most lines have no break inside.
            if line := one_line(text):
                self._write(context, line, bold=bold)
            return
        fragments, self._fragments = [*self._fragments, Fragment(text, bold)], []
        if context.compact:
            text = one_line(" ".join(fragment.text for fragment in fragments))
            fragments = [Fragment(text)] if text else []
        elif context.kind == "pre":
            fragments = [
                Fragment(line)
                for fragment in fragments
                for line in preformatted_lines(fragment.text)
            ]
        else:
            fragments = lines_of(fragments)
        for fragment in fragments:
            self._write(context, fragment.text, bold=fragment.bold)

    def _write(self, context: _Context, text: str, *, bold: bool) -> None:
        """Write a line of text as what its context makes of it."""
        item = self._items[-1] if self._items else None
        if context.level:
            self._append(Line(text=text, level=context.level))
        elif context.compact:
            self._append(Line(text=text, heading_like=looks_like_heading(text, toggle=True)))
        elif context.kind == "term":
            self._definitions[-1].terms.append(text)
        elif context.kind == "definition":
            self._define(self._definitions[-1], text)
        elif item and item.marker:
            marked = f"{item.marker} {text}"
            item.marker = ""
            item.first = self._append(
                Line(text=marked, kind="item", depth=item.depth, lead=item.lead)
            )
        elif context.kind == "item" and item:
            self._append(Line(text=text, depth=item.depth, lead=item.first))
        else:
            self._write_plain(context.kind, text, bold=bold)

    def _define(self, group: _Context, text: str) -> None:
        """Write a line of a definition, its first one behind the terms."""
        if group.terms:
            terms, group.terms = ", ".join(group.terms), []
            joint = " " if terms.endswith((":", "?")) else ": "
            group.first = self._append(Line(text=f"{terms}{joint}{text}", kind="definition"))
        else:
            self._append(Line(text=text, kind="definition", lead=group.first))

    def _write_plain(self, kind: BlockKind, text: str, *, bold: bool) -> None:
        """Write a paragraph; one that begins with a typed bullet is a list item."""
        bare = strip_bullet(text) if kind == "paragraph" else None
        if bare is None:
            heading_like = bold and kind == "paragraph" and looks_like_heading(text)
            self._append(Line(text=text, kind=kind, heading_like=heading_like))
            return
        lead = self._lead_of_list()
        self._append(Line(text=f"{BULLET} {bare}", kind="item", lead=lead))
        self._list_lead = lead

    def _append(self, line: Line) -> int:
        self._settle_terms()
        self.lines.append(line)
        return len(self.lines) - 1
