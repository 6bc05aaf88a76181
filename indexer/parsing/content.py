"""Where in a page its article is, and what around and inside it is not article.

The article's *core* is what the page itself calls its content (`main`, `article`, `articleBody`,
WordPress's `entry-content`) if that holds a fair share of the text; otherwise the element that
text gathers in. Rules for furniture (`chrome`) apply everywhere, stricter ones around the core.
In doubt text is kept: a stray menu is a nuisance, a lost warning is a danger.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from bs4 import Tag

from indexer.errors import CorpusError
from indexer.parsing.chrome import holds_opinions, suspect, words_of
from indexer.parsing.cleaning import one_line
from indexer.parsing.labelled import drop_labelled
from indexer.parsing.landmarks import (
    has_content_id,
    is_anchor,
    is_article,
    is_article_body,
    is_main,
    is_named_content,
    may_tell,
)
from indexer.parsing.markup import Page
from indexer.parsing.survey import Survey

_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CONTAINERS: Final = frozenset(
    "article aside body center details div dl fieldset font footer form header main ol section "
    "span table tbody td tr ul".split()
)
# Parts of a page that text gathers in.
_DESCENDED: Final = _CONTAINERS - {"ul", "ol", "dl", "span", "details"}
_ABOUT: Final = frozenset(
    "meta byline posted cat tags categories author date footer utility".split()
)
_QUOTING: Final = frozenset({"blockquote", "figure", "q"})

# What a page calls its content must hold this share of the text that is not furniture...
_CORE_SHARE: Final = 0.4
# ...and one of several parts this share of the largest, or it is the teaser of another article.
_PART_SHARE: Final = 0.25
# Text gathers in an element as long as one child holds this share of it.
_GATHER_SHARE: Final = 0.7
# An element of which half or more stands in links leads elsewhere.
_LINK_SHARE: Final = 0.5
# What is called furniture and holds more than this share of a page's prose holds its article.
_MOST: Final = 0.5
# The same for names that say only where something stands: `left`, `top`.
_FAIR_PART: Final = 0.25
_MENU_LINKS: Final = 3
_MENU_LINK_WORDS: Final = 5
_FEW_WORDS: Final = 12
_NOTICE_WORDS: Final = 40
# A cell beside the article's in a layout table, with so few words, is a column of small things.
_COLUMN_WORDS: Final = 60
_COLUMN_SHARE: Final = 0.1
_FRONT_PAGE: Final = re.compile(r"(?:https?://[^/]+/?|\.?/)(?:index\.\w+)?|index\.\w+")
_COPYRIGHT: Final = re.compile(r"©|\(c\)\s*\d{4}|copyright\b|all rights reserved", re.IGNORECASE)
_IMPRINT: Final = re.compile(
    r"best viewed|webmaster|\bimprint\b|last (?:update|change)|\bupdated \d|visitors?\b",
    re.IGNORECASE,
)
_PRICE: Final = re.compile(r"(?:[$€£]|\bUSD|\bEUR)\s?\d")


@dataclass(frozen=True, slots=True)
class Content:
    """The elements that hold the article, and those inside them that are no part of it."""

    roots: tuple[Tag, ...]
    dropped: frozenset[int]
    """`id()` of each element to leave out."""
    foreign: frozenset[int]
    """`id()` of each element that speaks of something else than the article."""
    warnings: tuple[str, ...] = ()

    def is_foreign(self, tag: Tag) -> bool:
        """Say whether an element stands in furniture that speaks of other articles."""
        return any(id(each) in self.foreign for each in (tag, *tag.parents))


def find_content(page: Page) -> Content:
    """Find the article of a page. Raises CorpusError for a page without a body."""
    body = page.first("body")
    if body is None:
        raise CorpusError("no text of an article was found in the page")
    survey = Survey(body)
    _drop_hidden(survey)
    hidden = set(survey.gone)
    finder = _Finder(survey)
    finder.drop_furniture()
    core = finder.declared_core()
    root = finder.root_of(core) if core is not None else 0
    if core is None:
        core = finder.gathered_core()
        finder.drop_menus(core)
    finder.drop_beside(core, root)
    finder.drop_inside(core)
    drop_labelled(survey, root, finder.anchors)
    warnings = ["text that is struck out on the page was left out"] if survey.struck_out else []
    if not survey.words[root]:
        warnings.append("no article stands out from its surroundings: the whole page was read")
        root, survey.gone = 0, hidden
    roots = [survey.tags[root]]
    title = finder.title_outside(root, page)
    if title is not None:
        roots.insert(0, survey.tags[title])
    dropped = frozenset(id(survey.tags[index]) for index in survey.gone) | survey.never
    gone = [survey.tags[index] for index in survey.gone]
    foreign = frozenset(id(tag) for tag in gone if suspect(tag) and not _speaks_of_article(tag))
    return Content(tuple(roots), dropped, foreign, tuple(warnings))


def _drop_hidden(survey: Survey) -> None:
    """Drop what is not shown, unless it is most of the page, which a script then shows."""
    for index in survey.hidden:
        if 2 * survey.words[index] <= survey.words[0]:
            survey.gone.add(index)
    survey.recount()


class _Finder:
    """The search for the article in one page.

    `anchors` are the elements that the page calls its content.
    """

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._telling = [index for index, tag in enumerate(survey.tags) if may_tell(tag)]
        found = [index for index in self._telling if is_anchor(survey.tags[index])]
        there = (index for index in found if not survey.is_gone(index))
        self.anchors = survey.larger(there, _PART_SHARE)
        self._titles = []
        for index, tag in enumerate(survey.tags):
            if tag.name == "h1" and survey.words[index] and not survey.is_gone(index):
                if _is_site_name(survey, index):
                    survey.gone.add(index)
                else:
                    self._titles.append(index)

    # --- furniture ----------------------------------------------------------------------------

    def drop_furniture(self) -> None:
        """Drop what is furniture wherever it stands."""
        survey = self._survey
        index = 1
        found: list[int] = []
        while index < len(survey.tags):
            if suspect(survey.tags[index]) == "anywhere" and not self._is_protected(index):
                found.append(index)
                index = survey.ends[index]
            else:
                index += 1
        survey.gone.update(found)
        survey.recount()

    def _is_protected(self, index: int, share: float = _MOST) -> bool:
        """Say whether a suspect holds the article itself, or `share` of the page's prose."""
        survey = self._survey
        if survey.within(index, self.anchors):
            return True
        if survey.tags[index].name == "form" and not survey.controls[index]:
            return True  # a stray tag: nothing can be entered into it
        titles = len(survey.within(index, self._titles))
        if titles:
            # A menu that was never closed swallows the article.
            apart = survey.tags[index].name != "nav" or 2 * survey.words[index] > survey.words[0]
            return apart and titles == len(self._titles)
        if self.anchors or holds_opinions(survey.tags[index]):
            return False
        words, linked = survey.words[index], survey.linked[index]
        return words > share * survey.words[0] and linked < _LINK_SHARE * words

    # --- the core -----------------------------------------------------------------------------

    def declared_core(self) -> int | None:
        """Find the element that the page itself calls its content."""
        survey = self._survey
        for is_kind in (
            is_article_body,
            is_named_content,
            is_article,
            is_main,
            has_content_id,
        ):
            found = [
                index
                for index in self._telling
                if survey.words[index] and is_kind(survey.tags[index]) and not survey.is_gone(index)
            ]
            parts = survey.larger(survey.outermost(found), _PART_SHARE)
            if sum(survey.words[index] for index in parts) >= _CORE_SHARE * survey.words[0]:
                return self._common(parts) if parts else None
        return None

    def root_of(self, core: int) -> int:
        """Return the element around the core beyond which nothing is article."""
        survey = self._survey
        path = survey.path(core)
        for is_kind in (is_main, is_article):
            around = [index for index in path if is_kind(survey.tags[index])]
            if around:
                return around[-1]
        return 0

    def gathered_core(self) -> int:
        """Find the element that text gathers in, for a page that does not say."""
        survey = self._survey
        for index in range(1, len(survey.tags)):
            weakly = suspect(survey.tags[index]) == "outside"
            if weakly and not self._is_protected(index, _FAIR_PART):
                survey.gone.add(index)
        survey.recount()
        core = 0
        while True:
            prose = survey.words[core] - survey.linked[core]
            heavy = [
                child
                for child in survey.children(core)
                if survey.tags[child].name in _DESCENDED
                and survey.words[child] - survey.linked[child] > _GATHER_SHARE * prose
            ]
            if not heavy:
                return core
            core = heavy[0]

    def _common(self, parts: list[int]) -> int:
        """Return the innermost element around all parts."""
        survey = self._survey
        common = parts[0]
        while survey.ends[common] <= parts[-1]:
            common = survey.parents[common]
        return common

    # --- around and inside the core -----------------------------------------------------------

    def drop_beside(self, core: int, root: int) -> None:
        """Drop what stands between the core and the root and does not read like text."""
        survey = self._survey
        declared = root != 0 or core == 0
        spine = survey.path(core)
        above = spine[1 : spine.index(root) + 1]
        on_spine = set(spine)
        waiting = [
            child for index in above for child in survey.children(index) if child not in on_spine
        ]
        while waiting:
            index = waiting.pop()
            if index in survey.gone or survey.tags[index].name in _HEADINGS:
                continue
            scrap = not declared and (
                self._is_side_column(index, core)
                or (self._is_scrap(index) and not self._is_of_data(index, core))
            )
            if scrap or self._leads_elsewhere(index):
                survey.gone.add(index)
            elif survey.tags[index].name in _CONTAINERS:
                waiting.extend(survey.children(index))
        survey.recount()

    def _leads_elsewhere(self, index: int) -> bool:
        """Say whether an element beside the core is furniture by its name, links or words."""
        survey = self._survey
        tag, words = survey.tags[index], survey.words[index]
        if suspect(tag) and not self._is_protected(index):
            return True
        if not words or self._holds_title(index):
            return False
        if survey.linked[index] >= _LINK_SHARE * words:
            return True
        if words > _NOTICE_WORDS:
            return False
        text = tag.get_text(" ")
        return bool(survey.controls[index] or _COPYRIGHT.search(text) or _PRICE.search(text))

    def _holds_title(self, index: int) -> bool:
        return bool(self._survey.within(index, self._titles))

    def _is_scrap(self, index: int) -> bool:
        """Say whether a container holds some words that make no sentence and no heading."""
        survey = self._survey
        tag = survey.tags[index]
        if tag.name not in _CONTAINERS or survey.words[index] >= _FEW_WORDS:
            return False
        inside = survey.tags[index : survey.ends[index]]
        text = tag.get_text(" ").strip()
        unheaded = not any(each.name in _HEADINGS for each in inside)
        return unheaded and (not text.endswith((".", "!", "?", ":")) or bool(_IMPRINT.search(text)))

    def _is_of_data(self, index: int, core: int) -> bool:
        """Say whether it is of a row of cells, and the core swallowed by an unclosed table."""
        survey = self._survey
        row = survey.parents[index] if survey.tags[index].name == "td" else index
        if survey.tags[row].name != "tr" or row < core < survey.ends[row] or survey.links[row]:
            return False
        return sum(survey.words[cell] > 0 for cell in survey.children(row)) > 1

    def _is_side_column(self, index: int, core: int) -> bool:
        """Say whether an element is a small cell beside the one the core is in."""
        survey = self._survey
        row = survey.parents[index]
        beside = survey.tags[index].name == "td" and row < core < survey.ends[row]
        return beside and survey.words[index] <= min(
            _COLUMN_WORDS, _COLUMN_SHARE * survey.words[core]
        )

    def drop_menus(self, core: int) -> None:
        """Drop lists of short links from a core that was only inferred."""
        survey = self._survey
        for index in range(core + 1, survey.ends[core]):
            words, links = survey.words[index], survey.links[index]
            if (
                links >= _MENU_LINKS
                and survey.linked[index] >= 0.8 * words
                and words <= _MENU_LINK_WORDS * links
                and survey.tags[index].name in _CONTAINERS | {"p"}
            ):
                survey.gone.add(index)
        survey.recount()

    def drop_inside(self, core: int) -> None:
        """Drop asides and footers of the core that only lead elsewhere or ask for something."""
        survey = self._survey
        for index in range(core + 1, survey.ends[core]):
            tag = survey.tags[index]
            if tag.name not in {"aside", "footer"} or index in survey.gone:
                continue
            quoted = any(survey.tags[each].name in _QUOTING for each in survey.path(index))
            linked = survey.linked[index] >= _LINK_SHARE * survey.words[index]
            if not quoted and (linked or survey.controls[index] or self._is_notice(index)):
                survey.gone.add(index)
        survey.recount()

    def _is_notice(self, index: int) -> bool:
        words = self._survey.words[index]
        return words <= _NOTICE_WORDS and bool(
            _COPYRIGHT.search(self._survey.tags[index].get_text(" "))
        )

    def title_outside(self, root: int, page: Page) -> int | None:
        """Find the article's `h1` where a theme puts it above the article, not into it."""
        survey = self._survey
        titles = [index for index in self._titles if not survey.is_gone(index)]
        if not root or any(root <= index < survey.ends[root] for index in titles):
            return None
        said = _said_titles(page)
        for index in titles:
            text = one_line(survey.tags[index].get_text(" ")).casefold()
            if said and not any(title.startswith(text) for title in said):
                continue
            parent = survey.parents[index]
            apart = survey.ends[parent] <= root and survey.words[parent] <= 2 * _NOTICE_WORDS
            return parent if apart and not self._leads_elsewhere(parent) else index
        return None


def _is_site_name(survey: Survey, index: int) -> bool:
    """Say whether an `h1` only leads to the front page of the site."""
    if survey.linked[index] < survey.words[index]:
        return False
    links = [tag for tag in survey.tags[index : survey.ends[index]] if tag.name == "a"]
    return all(
        tag.attrs.get("rel") == "home" or _FRONT_PAGE.fullmatch(str(tag.attrs.get("href", "")))
        for tag in links
    )


def _said_titles(page: Page) -> list[str]:
    """Return what the head of a page gives as its title, for comparison."""
    said = [
        str(tag.attrs.get("content", ""))
        for tag in page.elements
        if tag.attrs.get("property") == "og:title"
    ]
    window = page.first("title")
    said += [window.get_text()] if window else []
    return [one_line(title).casefold() for title in said if title.strip()]


def _speaks_of_article(tag: Tag) -> bool:
    """Say whether furniture is about this article: its line of dates, authors, categories."""
    if tag.name in {"nav", "form", "aside"}:
        return False
    return tag.name in {"header", "footer", "address"} or any(
        word in _ABOUT
        for key in ("class", "id")
        for name in str(tag.attrs.get(key, "")).split()
        for word in words_of(name)
    )
