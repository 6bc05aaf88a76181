"""The values of a run of `reindex` and of `verify`: what they are told and what they tell."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A page or source that was set aside, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReindexOptions:
    """How `reindex` goes to work."""

    fresh: bool = False
    if_needed: bool = False
    dry_run: bool = False
    checksum: bool = False
    allow_removals: bool = False
    jobs: int = 0
    """Worker processes; 0 means one per processor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a run of `reindex` did. Counts are numbers of articles."""

    generation: int | None
    articles: int
    sections: int
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    failed: tuple[Failure, ...] = ()
    skipped: tuple[tuple[str, int], ...] = ()
    """Files that were not pages, by reason."""
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    published: bool = False
    """True when what is served now is what the sources say (also when nothing had to change)."""
    refused: str | None = None
    """Why nothing was published, when a guard stopped it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What `verify` found."""

    generation: int | None
    checked_files: int
    checked_articles: int
    checked_sections: int
    checked_postings: int
    problems: tuple[str, ...] = ()
    """Empty when every byte and posting is as it was published."""
    remedy: str = ""
    """What to do about the problems."""
