"""Furniture that only its heading gives away: *Related posts*, *Leave a Reply*.

It stands among the article's own paragraphs, without a class that says what it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from indexer.parsing.chrome import heads_furniture, heads_links
from indexer.parsing.cleaning import one_line
from indexer.parsing.survey import Survey

_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LINK_SHARE: Final = 0.5
# A heading speaks for the box it opens if the box is a small part of the page.
_BOX_SHARE: Final = 0.25


def drop_labelled(survey: Survey, root: int, anchors: Sequence[int]) -> None:
    """Drop the parts under `root` whose heading says that they are furniture.

    Parts that hold one of the `anchors` are spared.
    """
    for index in range(root + 1, survey.ends[root]):
        if survey.tags[index].name not in _HEADINGS or survey.is_gone(index):
            continue
        text = one_line(survey.tags[index].get_text(" "))
        if heads_furniture(text):
            survey.gone.update(_part_below(survey, index, root, anchors, links_only=False))
        elif heads_links(text):
            survey.gone.update(_part_below(survey, index, root, anchors, links_only=True))
    survey.recount()


def _part_below(
    survey: Survey, heading: int, root: int, anchors: Sequence[int], *, links_only: bool
) -> list[int]:
    """Return what belongs to a heading: the box it opens, or its siblings up to the next."""
    parent = survey.parents[heading]
    siblings = survey.children(parent)
    if _opens_box(survey, heading, root, anchors):
        rest = survey.words[parent] - survey.words[heading]
        all_links = survey.linked[parent] >= _LINK_SHARE * rest
        return [parent] if all_links or not links_only else []
    part = []
    for index in siblings[siblings.index(heading) + 1 :]:
        links = survey.linked[index] >= _LINK_SHARE * survey.words[index]
        if _has_heading(survey, index) or (links_only and not links):
            break
        part.append(index)
    filled = any(survey.words[index] for index in part)
    return [heading, *part] if filled or not links_only else []


def _opens_box(survey: Survey, heading: int, root: int, anchors: Sequence[int]) -> bool:
    """Say whether a heading is the first text of a small part of the page."""
    parent = survey.parents[heading]
    before = [index for index in survey.children(parent) if index < heading]
    return (
        parent > root
        and not any(survey.words[index] for index in before)
        and survey.words[parent] <= _BOX_SHARE * survey.words[root]
        and not survey.within(parent, anchors)
    )


def _has_heading(survey: Survey, index: int) -> bool:
    return any(tag.name in _HEADINGS for tag in survey.tags[index : survey.ends[index]])
