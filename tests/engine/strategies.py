"""Generated articles and plans: few words in many places, so that much matches and much ties."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from indexer.analysis.tokens import terms
from indexer.engine.base import AnalysedArticle, AnalysedSection, SourceState, Writer
from indexer.model import Article, Block, Drug, Encoding, Section
from indexer.query.plan import (
    WORD_FIELDS,
    All,
    AnyOf,
    AnySubject,
    Bonus,
    Concept,
    ConceptKind,
    Contents,
    Field,
    HeadingIs,
    Kind,
    MatchPlan,
    Near,
    Node,
    Not,
    Phrase,
    Prefix,
    Publisher,
    Subject,
    Word,
)

PIECES = "azathioprine Imuran prednisone dose doses liver not infection infected take".split()
PIECES += ["5 mg", "0.5 mg", "2,500 mg", "do not take", "side effects", "Side effect", "TNF-α"]
HEADINGS = (
    "Side effects",
    "4. Side effects",
    "4.8 Side effect",
    "Dose",
    "Doses of 5 mg",
    "Imuran",
    "Do not take with azathioprine",
    "…",
)
TITLES = ("Imuran", "imuran", "Azathioprine: a guide", "Doses and side effects", "Prednisone", "…")
KINDS = ("adverse-reactions", "dosage", "other")
SUBJECTS = ("azathioprine", "prednisone", "class:thiopurine")
CLASSES = {"azathioprine": "Purine Antimetabolite", "prednisone": "Corticosteroid"}
PUBLISHER_TYPES = ("unknown", "seller", "regulator")
CATEGORIES = ("Pain Relief", "Immunology")
DATES = (None, "2024-03-01", "2025-01-31", "2025-01-31T08:00:00Z")
IDS = ("a", "b", "b-2", "c", "imuran", "z")

# Terms of plans: those of the texts, other forms of them, and one that stands nowhere.
TERMS = tuple(dict.fromkeys(t for piece in PIECES for t in terms(piece)))
TERMS += ("dosing", "livers", "infections", "taking", "takes", "prednisolone", "zebra")
PREFIXES = ("", "d", "do", "dos", "pred", "5", "0", "infect", "t", "τ")
FIELDS: tuple[tuple[Field, ...], ...] = (
    WORD_FIELDS,
    WORD_FIELDS,
    WORD_FIELDS,
    ("text",),
    ("heading",),
    ("title",),
    ("text", "title"),
    ("text", "heading"),
    ("path",),
)
WEIGHTS = (1.0, 1.0, 0.5, 0.0)


# --- articles ---------------------------------------------------------------------------------


def analysed(article: Article, subjects: Iterable[str] = ()) -> AnalysedArticle:
    """Return an article with its terms, as it is stored."""
    return AnalysedArticle(
        article=article,
        title=terms(article.title),
        sections=tuple(
            AnalysedSection(
                section=section,
                text=terms(section.text),
                heading=terms(section.heading),
                path=terms("\n".join(section.path)),
                contents=len(section.text) % 3 == 0,
            )
            for section in article.sections
            if section.text
        ),
        subjects=tuple(subjects),
        classes=tuple(CLASSES[key] for key in subjects if key in CLASSES),
    )


def article_of(article_id: str, *texts: str, title: str = "Imuran") -> AnalysedArticle:
    """Return an article with a section for each of some texts."""
    sections = (
        Section(id=f"s{at}", heading=f"Part {at}", level=2, text=text)
        for at, text in enumerate(texts)
    )
    return analysed(
        Article(id=article_id, source=f"{article_id}.html", title=title, sections=tuple(sections))
    )


def state_of(article: AnalysedArticle, *, digest: str = "00", stamp: str = "1") -> SourceState:
    """Return what is known of the page of an article."""
    found = article.article
    return SourceState(source=found.source, digest=digest, stamp=stamp, article_id=found.id)


def put_all(writer: Writer, articles: Iterable[AnalysedArticle]) -> None:
    """Store articles, each under the state of its page."""
    for article in articles:
        writer.put(article, state_of(article))


_LINES = st.lists(st.sampled_from(PIECES), min_size=3, max_size=12).map(" ".join)


@st.composite
def sections(draw: st.DrawFn, at: int, *, text: bool) -> Section:
    """Draw a section; with text, or for the outline alone."""
    lines = draw(st.lists(_LINES, min_size=1, max_size=2)) if text else []
    starts = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines))]
    return Section(
        id=f"s{at}",
        heading=draw(st.sampled_from(HEADINGS)),
        level=2 + at % 2,
        path=tuple(draw(st.lists(st.sampled_from(HEADINGS), max_size=2))),
        kind=draw(st.sampled_from(KINDS)),
        text="\n".join(lines),
        blocks=tuple(
            Block(kind="paragraph", start=start, end=start + len(line))
            for start, line in zip(starts, lines, strict=True)
        ),
    )


@st.composite
def articles(draw: st.DrawFn, article_id: str | None = None) -> AnalysedArticle:
    """Draw an article of which at least one section has text."""
    article_id = article_id or draw(st.sampled_from(IDS))
    texts = draw(st.lists(st.sampled_from((True, True, False)), min_size=1, max_size=5))
    texts[draw(st.integers(0, len(texts) - 1))] = True
    subjects = draw(st.lists(st.sampled_from(SUBJECTS), unique=True, max_size=2))
    return analysed(
        Article(
            id=article_id,
            source=f"{article_id}.html",
            title=draw(st.sampled_from(TITLES)),
            sections=tuple(draw(sections(at, text=text)) for at, text in enumerate(texts)),
            published=draw(st.sampled_from(DATES)),
            publisher_type=draw(st.sampled_from(PUBLISHER_TYPES)),
            modified=draw(st.sampled_from(DATES)),
            categories=tuple(draw(st.lists(st.sampled_from(CATEGORIES), unique=True))),
            drugs=tuple(Drug(name=key, ingredient=key, role="ingredient") for key in subjects),
            encoding=Encoding(name="cp1252", source="declared"),
        ),
        subjects,
    )


@st.composite
def corpora(draw: st.DrawFn, *, least: int = 0, most: int = 5) -> tuple[AnalysedArticle, ...]:
    """Draw articles with ids of their own, as often many as few."""
    ids = draw(st.permutations(IDS))[: draw(st.integers(least, most))]
    return tuple(draw(articles(article_id)) for article_id in ids)


# --- plans ------------------------------------------------------------------------------------

_TERM = st.sampled_from(TERMS)
_WEIGHT = st.sampled_from(WEIGHTS)
_FIELDS = st.sampled_from(FIELDS)

_WORDS = st.builds(
    Word,
    term=_TERM,
    fields=_FIELDS,
    stem=st.sampled_from((True, True, False)),
    via=st.sampled_from(("direct", "direct", "expansion")),
    weight=_WEIGHT,
)
_PHRASES = st.builds(
    Phrase,
    terms=st.one_of(
        st.sampled_from(PIECES + list(HEADINGS)).map(terms),
        st.lists(st.one_of(_TERM, st.just("")), max_size=3).map(tuple),
    ),
    fields=_FIELDS,
    stem=st.booleans(),
    weight=_WEIGHT,
)
_HEADINGS = st.tuples(st.sampled_from(HEADINGS).map(terms), st.integers(0, 2), st.integers(1, 6))
_GROUPS = st.lists(
    st.lists(st.one_of(_WORDS, _WORDS, _PHRASES), max_size=2).map(tuple), min_size=1, max_size=3
)
_LEAVES: st.SearchStrategy[Node] = st.one_of(
    _WORDS,
    _WORDS,
    _WORDS,
    _PHRASES,
    st.builds(Prefix, prefix=st.sampled_from(PREFIXES), fields=_FIELDS, weight=_WEIGHT),
    st.builds(Subject, drug=st.sampled_from((*SUBJECTS, "aspirin")), weight=_WEIGHT),
    st.builds(Kind, kind=st.sampled_from((*KINDS, "storage")), weight=_WEIGHT),
    st.builds(HeadingIs, terms=_HEADINGS.map(lambda t: t[0][t[1] : t[2]]), weight=_WEIGHT),
    st.builds(Contents),
    st.builds(AnySubject),
    st.builds(Publisher, type=st.sampled_from(PUBLISHER_TYPES)),
    st.builds(Near, groups=_GROUPS.map(tuple), span=st.integers(1, 6), weight=_WEIGHT),
)


@st.composite
def nodes(draw: st.DrawFn, *, depth: int = 2) -> Node:
    """Draw a leaf or a small tree."""
    shape = draw(st.sampled_from("leaf leaf leaf all any adds not".split())) if depth else "leaf"
    if shape == "leaf":
        return draw(_LEAVES)
    if shape == "not":
        return Not(draw(nodes(depth=depth - 1)))
    inner = tuple(draw(st.lists(nodes(depth=depth - 1), max_size=3)))
    return All(inner) if shape == "all" else AnyOf(inner, adds=shape == "adds")


_CONCEPT_KINDS: tuple[ConceptKind, ...] = ("word", "drug", "intent", "phrase")

_CONCEPTS = st.builds(
    Concept,
    label=st.sampled_from(PIECES),
    kind=st.sampled_from(_CONCEPT_KINDS),
    node=nodes(),
    required=st.sampled_from((False, False, True)),
)
_BONUSES = st.builds(
    Bonus, name=st.just("bonus"), node=nodes(), value=st.sampled_from((0.25, 1.0, 3.0))
)


def _seldom(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    """Draw no value in most cases, else one or two."""
    some = st.lists(st.sampled_from(values), min_size=1, max_size=2).map(tuple)
    return st.integers(0, 3).flatmap(lambda dice: some if dice == 3 else st.just(()))


@st.composite
def plans(draw: st.DrawFn) -> MatchPlan:
    """Draw a plan with every feature an engine must know, few of them at a time."""
    return MatchPlan(
        concepts=tuple(draw(_CONCEPTS) for _ in range(draw(st.sampled_from((1, 1, 2, 2, 3, 0))))),
        excluded=tuple(draw(nodes()) for _ in range(draw(st.sampled_from((0, 0, 0, 1))))),
        bonuses=tuple(draw(_BONUSES) for _ in range(draw(st.sampled_from((0, 1))))),
        coverage=draw(st.sampled_from(("all", "most"))),
        drugs=draw(_seldom(*SUBJECTS, "aspirin")),
        kinds=draw(_seldom(*KINDS, "storage")),
        classes=draw(_seldom(*CLASSES.values(), "None")),
        categories=draw(_seldom(*CATEGORIES, "None")),
        years=draw(_seldom("2024", "2025", "1999")),
        articles=draw(_seldom(*IDS, "none")),
        sort=draw(st.sampled_from(("relevance", "relevance", "newest", "title"))),
        group=draw(st.sampled_from(("article", "article", "section"))),
        offset=draw(st.sampled_from((0, 0, 0, 1, 3))),
        limit=draw(st.sampled_from((10, 10, 1, 2))),
        explain=draw(st.booleans()),
    )
