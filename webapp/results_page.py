"""The page of results: what was found, and where nothing was, what would find something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from flask import render_template

from indexer.model import (
    LARGEST_PAGE_SIZE,
    LONGEST_QUOTED,
    BestSection,
    Block,
    Hit,
    Results,
    SearchRequest,
    Section,
    SectionHit,
)
from webapp import navigation
from webapp.blocks import Node, body_of
from webapp.rendering import mark_kinds
from webapp.result_cache import Answer
from webapp.serving import serving

SHORT_ENOUGH = 1_200
"""Characters of a section that the page quotes whole; a longer one unfolds below its passages."""

_DRUG_AND_KIND = 2
"""Concepts of a query for a medicine and a kind of section."""

BROAD = 200
"""Articles from which on the page asks to narrow the search: twenty pages, which nobody reads."""


@dataclass(frozen=True, slots=True)
class Way:
    """Another search, and how many sections it finds."""

    label: str
    url: str
    sections: int


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """Makes the page of an answer; `opened` are the articles that list all that matched.

    A value, so that what is remembered of one page is never given for another.
    """

    opened: tuple[str, ...] = ()

    def __call__(self, results: Results) -> Answer:
        """Return the page."""
        asked = results.request
        hits = tuple(self._opened(hit, results) for hit in results.hits)
        page = render_template(
            "results.html",
            asked=asked,
            results=results,
            hits=hits,
            opened=self.opened,
            best=_best(results),
            ways=() if results.total.sections else tuple(_ways(results)),
            is_broad=results.total.articles >= BROAD,
            query=results.query,
            status=results.status,
            nav=navigation,
            mark_kinds=mark_kinds(hits),
            words=results.query.corrected or asked.text.strip(),
        )
        return Answer(body=page.encode(), media_type="text/html")

    def _opened(self, hit: Hit, results: Results) -> Hit:
        """Return a hit with all of its sections, as many as a page may have, if it is opened."""
        if hit.article.id not in self.opened or not hit.more_sections:
            return hit
        asked = replace(
            results.request,
            articles=(hit.article.id,),
            group="section",
            sort="relevance",
            page=1,
            per_page=LARGEST_PAGE_SIZE,
        )
        found = serving().index.search(asked)
        sections = tuple(section for one in found.hits for section in one.sections)
        # Fewer when the deadline has cut the answer.
        sections = max(hit.sections, sections, key=len)
        total = len(hit.sections) + hit.more_sections
        return replace(hit, sections=sections, more_sections=max(total - len(sections), 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """The section that answers, ready to be shown."""

    shown: tuple[Node, ...] = ()
    """Its text, or how it begins; empty where the passages that matched say more."""
    rest: tuple[Node, ...] = ()
    """What unfolds below that."""
    is_whole: bool = True
    """Whether what is shown and what unfolds is all of it."""
    beside: tuple[SectionHit, ...] = ()
    """Listed sections of the same kind in the same article, so that nobody takes it for all."""

    @property
    def is_all_shown(self) -> bool:
        """Whether it is shown whole, so that the list below need not show it again."""
        return self.is_whole and not self.rest


def _best(results: Results) -> Quoted | None:
    """Return the section that answers, rebuilt from its blocks.

    Of a long one, its beginning: it answers who asked for a medicine and a kind of section and
    nothing else. Who asked for more gets the passages that say it.
    """
    if results.best is None:
        return None
    section, marks = results.best.section, results.best.marks
    beside = _beside(results.best, results.hits)
    if len(section.text) <= SHORT_ENOUGH:
        return Quoted(shown=body_of(section, marks).nodes, beside=beside)
    is_whole = len(section.text) <= LONGEST_QUOTED
    cut = 0 if results.query.concepts > _DRUG_AND_KIND else _end_of_beginning(section)
    rest = section.blocks[cut:] if is_whole else ()
    return Quoted(
        shown=body_of(replace(section, blocks=section.blocks[:cut]), marks).nodes,
        rest=body_of(replace(section, blocks=_renumbered(rest, cut)), marks).nodes,
        is_whole=is_whole,
        beside=beside,
    )


def _beside(best: BestSection, hits: Sequence[Hit]) -> tuple[SectionHit, ...]:
    return tuple(
        listed
        for hit in hits
        if hit.article.id == best.article.id
        for listed in hit.sections
        if listed.kind == best.section.kind and listed.id != best.section.id
    )


def _end_of_beginning(section: Section) -> int:
    """Return how many blocks a section's beginning has; none leads in what is cut off."""
    blocks = section.blocks
    cut = next((at for at, block in enumerate(blocks) if block.end > SHORT_ENOUGH), len(blocks))
    while cut and _leads_on(section, cut):
        cut -= 1
    return cut


def _leads_on(section: Section, cut: int) -> bool:
    """Say whether the last of so many blocks introduces what follows."""
    last, following = section.blocks[cut - 1], section.blocks[cut : cut + 1]
    is_lead = any(block.lead == cut - 1 for block in following)
    return is_lead or section.text[: last.end].endswith(":")


def _renumbered(blocks: Sequence[Block], cut: int) -> tuple[Block, ...]:
    """Return blocks that know their lead-ins by the places these have without those cut off."""
    return tuple(
        block._replace(lead=None if block.lead is None or block.lead < cut else block.lead - cut)
        for block in blocks
    )


def _ways(results: Results) -> Iterator[Way]:
    """Yield searches near to one that found nothing which do find something.

    Without one of the filters, without all of them, and for a medicine that was named alone.
    """
    asked = results.request
    filters = navigation.active_filters(asked)
    for filter_ in filters:
        label = f"without the filter {filter_.label}"
        yield from _way(label, replace(filter_.without, page=1))
    if len(filters) > 1:
        yield from _way("without any filter", navigation.without_filters(replace(asked, page=1)))
    if asked.exact:
        yield from _way("with other forms of the words", replace(asked, exact=False))
    if not asked.expand:
        yield from _way("with other names of the medicine", replace(asked, expand=True))
    for name in dict.fromkeys(drug.name for drug in results.query.drugs):
        yield from _way(f"everything about {name}", SearchRequest(text=name))


def _way(label: str, request: SearchRequest) -> Iterator[Way]:
    found = serving().index.search(replace(request, per_page=1))
    if found.total.sections and found.query.mode == "all":
        yield Way(label, navigation.link(request), found.total.sections)
