"""What an audit finds in an index: values for whoever looks after its articles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

FindingCode: TypeAlias = Literal[
    "set-aside",
    "conflicting-figures",
    "off-topic",
    "misspelt-name",
    "unknown-medicine",
    "missing-section",
    "missing-heading",
    "stale-date",
    "no-date",
    "guessed-encoding",
    "parse-warning",
    "several-titles",
    "skipped-level",
    "empty-heading",
    "repeated-heading",
    "no-publisher",
    "no-address",
]


@dataclass(frozen=True, slots=True)
class FindingKind:
    """A kind of finding: what it is, and what whoever looks after the articles can do."""

    code: FindingCode
    title: str
    advice: str


FINDING_KINDS: tuple[FindingKind, ...] = (
    FindingKind(
        "set-aside",
        "Pages that are not in the index",
        "The reason says what is wrong with the page. Mend it or take it out of the source, then "
        "run reindex.",
    ),
    FindingKind(
        "conflicting-figures",
        "Two figures for one thing",
        "Look both up in the source of the article, and correct the wrong one or say what each "
        "of them counts.",
    ),
    FindingKind(
        "off-topic",
        "Sections about other medicines",
        "Move the section to an article of its own, or say in it what it has to do with this one.",
    ),
    FindingKind(
        "misspelt-name",
        "Names that look misspelt",
        "Correct the word where the name beside it is meant. If the word is right, add it to your "
        "own names (aliases.toml).",
    ),
    FindingKind(
        "unknown-medicine",
        "Medicines that no list knows",
        "Say in the first lines which active substance the medicine contains, or add the name to "
        "your own names (aliases.toml): without it, a search for the substance misses the article.",
    ),
    FindingKind(
        "missing-section",
        "Nothing about what readers look for",
        "Add a section, or a sentence that says where to read about it. Readers may take silence "
        "for safety.",
    ),
    FindingKind(
        "missing-heading",
        "Told, but under no heading of its own",
        "Give the passage a heading, so that it is found as a section and listed at a glance.",
    ),
    FindingKind(
        "stale-date",
        "Older than two years",
        "Check the article against its source, and put the date of the check into the page.",
    ),
    FindingKind(
        "no-date",
        "No date",
        "Put a date into the page that programs can read, such as article:modified_time or "
        "dateModified.",
    ),
    FindingKind(
        "guessed-encoding",
        "Character encoding guessed",
        "Save the page as UTF-8 and declare it: <meta charset=utf-8>. Until then check µ, ≥ and "
        "names with accents.",
    ),
    FindingKind(
        "parse-warning",
        "Read with a doubt",
        "The warning says what was passed over or taken as it is. Look whether the article is "
        "complete.",
    ),
    FindingKind(
        "several-titles",
        "Several headings of the first level",
        "Keep one h1, the title of the article, and make the others h2.",
    ),
    FindingKind(
        "skipped-level",
        "Headings that skip a level",
        "Let an h3 follow an h2, never an h1: who has the page read aloud moves by these levels.",
    ),
    FindingKind(
        "empty-heading",
        "Headings without text",
        "Write the heading or remove its element.",
    ),
    FindingKind(
        "repeated-heading",
        "The same heading twice at one place",
        "Join the sections, or say in each heading what sets it apart.",
    ),
    FindingKind(
        "no-publisher",
        "Publisher unknown",
        "Name who publishes these pages in the sources.toml of their source.",
    ),
    FindingKind(
        "no-address",
        "No address of its own",
        "Put a link rel=canonical into the page, or a base_url into the sources.toml.",
    ),
)
"""Every kind of finding, what may mislead a reader first."""

FINDING_CODES: tuple[FindingCode, ...] = tuple(kind.code for kind in FINDING_KINDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedArticle:
    """The article that something was found in; the findings of one article share it."""

    article_id: str
    title: str
    source: str
    """Path of the page below its source."""
    source_url: str | None
    drugs: tuple[str, ...]
    """The medicines that it is about, as the index lists them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that an editor may want to mend."""

    code: FindingCode
    detail: str
    """What is the matter, in a sentence, with the words of the article where it has any."""
    drugs: tuple[str, ...] = ()
    """The medicines concerned."""
    place: AuditedArticle | None = None
    """None for what concerns a medicine over several articles, and for pages set aside."""
    section: str | None = None
    """Id of the section in that article."""
    source: str | None = None
    """Name of a page that is not in the index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What was found in one generation of an index."""

    generation: int
    built_at: str
    today: str
    """The day that ages were counted to, ISO 8601."""
    articles: int
    drugs: int
    findings: tuple[Finding, ...]
    """In the order of FINDING_KINDS, then by medicine, article and place."""
    knows_set_aside: bool = True
    """False for an index that does not tell which pages were set aside."""
    seconds: float = 0.0
