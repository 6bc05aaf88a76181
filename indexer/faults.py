"""What is wrong with the headings of a page: a value that an article carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

HeadingFaultCode: TypeAlias = Literal["skipped-level", "several-titles", "empty-heading"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadingFault:
    """Something wrong with a heading of the page that an article came from."""

    code: HeadingFaultCode
    heading: str
    """The heading where it is wrong, or before it; empty where there is none."""
    number: int = 1
    """Which of the page's headings of that text it is, from 1."""
    detail: str = ""
    """What is wrong, in the page's own words and elements."""
