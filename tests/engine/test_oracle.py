"""The embedded engine against the reference: on any corpus and any plan they say the same."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from indexer.corpus import Corpus
from indexer.engine import open_engine
from indexer.engine.base import AnalysedArticle, Engine, Matches, Snapshot
from indexer.knowledge.drugs import DrugKnowledge
from indexer.model import SearchRequest
from indexer.parsing import parse_article
from indexer.preparing import analyse_article
from indexer.query.drug_concepts import Breadth
from indexer.query.plan import (
    WORD_FIELDS,
    AnyOf,
    Concept,
    MatchPlan,
    Near,
    Node,
    Phrase,
    Prefix,
    Word,
)
from indexer.query.syntax import parse_query
from indexer.query.understanding import understand
from indexer.searching import plan_of
from tests.engine.reference import ReferenceEngine
from tests.engine.strategies import IDS, PIECES, article_of, corpora, plans, put_all

SAMPLES = Path(__file__).resolve().parents[2] / "corpus"

SCORE_TOLERANCE = 1e-5

# An example builds an index on the disk, or several, at 10 to 20 ms each: the ordinary suite
# takes fewer of them than of others. DRUGSEARCH_ORACLE_EXAMPLES asks for more.
EXAMPLES = int(os.environ.get("DRUGSEARCH_ORACLE_EXAMPLES", "40"))
HISTORIES = EXAMPLES // 2


@contextmanager
def embedded() -> Iterator[Engine]:
    """Open an empty embedded engine that leaves nothing behind."""
    with tempfile.TemporaryDirectory(prefix="drugsearch-oracle-") as folder:
        yield open_engine(f"whoosh:{folder}/index")


def reference_with(corpus: Sequence[AnalysedArticle]) -> Snapshot:
    engine = ReferenceEngine()
    with engine.writer(fresh=True) as writer:
        put_all(writer, corpus)
    return engine.snapshot()


def assert_same(found: Matches, expected: Matches) -> None:
    """Compare everything; scores to a tolerance, since sums may be taken in another order.

    The parts of a score must be named alike and add up to it.
    """
    assert outline(found) == outline(expected)
    for match, other in zip(found.top, expected.top, strict=True):
        assert match.score == pytest.approx(other.score, abs=SCORE_TOLERANCE)
        for section, judged in zip(match.sections, other.sections, strict=True):
            assert section.score == pytest.approx(judged.score, abs=SCORE_TOLERANCE)
            parts, expected_parts = dict_of(section.parts), dict_of(judged.parts)
            assert parts == pytest.approx(expected_parts, abs=SCORE_TOLERANCE)
            if parts:
                assert section.score == pytest.approx(sum(parts.values()), abs=SCORE_TOLERANCE)


def outline(matches: Matches) -> Matches:
    """Leave the figures out that are compared to a tolerance."""
    return replace(
        matches,
        facets=dict(matches.facets),
        top=tuple(
            replace(
                match,
                score=0.0,
                sections=tuple(replace(s, score=0.0, parts=()) for s in match.sections),
            )
            for match in matches.top
        ),
    )


def dict_of(parts: Sequence[tuple[str, float]]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for name, value in parts:
        sums[name] = sums.get(name, 0.0) + value
    return sums


def everything(snapshot: Snapshot) -> tuple[object, ...]:
    """Return all that a snapshot says beside its answers to plans."""
    summaries = tuple(snapshot.summaries())
    return (
        summaries,
        tuple(snapshot.article(summary.id) for summary in summaries),
        tuple(tuple(snapshot.terms(field, "")) for field in WORD_FIELDS),
        snapshot.status().articles,
        snapshot.status().sections,
    )


@settings(max_examples=EXAMPLES)
@given(st.one_of(corpora(least=3), corpora(most=1)), st.lists(plans(), min_size=10, max_size=10))
def test_any_plan_is_answered_as_by_the_reference(
    corpus: tuple[AnalysedArticle, ...], asked: list[MatchPlan]
) -> None:
    expected = reference_with(corpus)
    with embedded() as engine:
        with engine.writer(fresh=True) as writer:
            put_all(writer, corpus)
        snapshot = engine.snapshot()
        assert everything(snapshot) == everything(expected)
        for plan in asked:
            note(repr(plan))
            assert_same(snapshot.match(plan), expected.match(plan))
        snapshot.close()


# A run deletes some articles and then puts some, each of them once.
_RUN = st.tuples(st.lists(st.sampled_from(IDS), max_size=2), corpora(most=3))


@settings(max_examples=HISTORIES)
@given(st.lists(_RUN, min_size=2, max_size=7), st.lists(plans(), min_size=5, max_size=5))
def test_an_index_that_grew_by_small_runs_is_one_that_was_built_at_once(
    runs: list[tuple[list[str], tuple[AnalysedArticle, ...]]], asked: list[MatchPlan]
) -> None:
    kept: dict[str, AnalysedArticle] = {}
    with embedded() as grown, embedded() as built:
        for deleted, put in runs:
            with grown.writer(fresh=False) as writer:
                for article_id in deleted:
                    writer.delete(article_id)
                    kept.pop(article_id, None)
                put_all(writer, put)
                kept.update({article.article.id: article for article in put})
        with built.writer(fresh=True) as writer:
            put_all(writer, kept.values())
        snapshots = grown.snapshot(), built.snapshot()
        assert everything(snapshots[0]) == everything(snapshots[1])
        expected = reference_with(tuple(kept.values()))
        for plan in asked:
            note(repr(plan))
            answers = [snapshot.match(plan) for snapshot in snapshots]
            assert answers[0] == answers[1]  # to the last bit
            assert_same(answers[0], expected.match(plan))
        assert grown.verify().problems == ()
        for snapshot in snapshots:
            snapshot.close()


# --- plans of real queries --------------------------------------------------------------------

_QUERY = st.lists(
    st.sampled_from(
        (
            *PIECES,
            *("OR", "(", ")", "-liver", "dos*", '"do not take"', "statin", "10 mg", "dosing"),
            *("side effects of", "how to take", "section:dosage", "drug:imuran", "title:guide"),
        )
    ),
    min_size=1,
    max_size=5,
).map(" ".join)


def plan_of_query(text: str, knowledge: DrugKnowledge, *, exact: bool = False) -> MatchPlan:
    request = SearchRequest(text=text, exact=exact, explain=True)
    return plan_of(
        request, understand(parse_query(text), knowledge, breadth=Breadth(exact=exact)), knowledge
    )


@settings(max_examples=HISTORIES)
@given(
    corpora(least=3),
    st.lists(st.tuples(_QUERY, st.booleans(), st.booleans()), min_size=10, max_size=10),
)
def test_any_query_is_answered_as_by_the_reference(
    corpus: tuple[AnalysedArticle, ...], asked: list[tuple[str, bool, bool]]
) -> None:
    expected = reference_with(corpus)
    with embedded() as engine:
        with engine.writer(fresh=True) as writer:
            put_all(writer, corpus)
        snapshot = engine.snapshot()
        for text, exact, most in asked:
            plan = plan_of_query(text, DrugKnowledge.shipped(), exact=exact)
            plan = replace(plan, coverage="most" if most else "all")
            note(f"{text!r}: {plan!r}")
            assert_same(snapshot.match(plan), expected.match(plan))
        snapshot.close()


@pytest.fixture(scope="module")
def samples() -> Iterator[tuple[Snapshot, Snapshot]]:
    """Open the sample articles in both engines."""
    pages = Corpus([SAMPLES]).scan().pages
    parsed = [
        parse_article(page.read(), article_id=page.article_id, source=page.name) for page in pages
    ]
    corpus = [analyse_article(article) for article in parsed]
    with embedded() as engine:
        with engine.writer(fresh=True) as writer:
            put_all(writer, corpus)
        yield engine.snapshot(), reference_with(corpus)
        engine.snapshot().close()


@pytest.mark.parametrize("coverage", ["all", "most"])
@pytest.mark.parametrize(
    "text",
    [
        "imuran side effects",
        "azathioprine allopurinol together",
        "what should I know before taking tacrolimus?",
        '"do not take" liver',
        "0.5 mg OR 50 mg",
        "infect* -kidney",
        "drug:azathioprine pregnancy",
        "section:storage (fridge OR bottle)",
        "statin muscle pain",
        "how does it work",
        "a*",
    ],
)
def test_real_queries_over_real_articles_are_answered_as_by_the_reference(
    samples: tuple[Snapshot, Snapshot], text: str, coverage: Literal["all", "most"]
) -> None:
    snapshot, expected = samples
    plan = replace(plan_of_query(text, DrugKnowledge.shipped()), coverage=coverage, limit=50)
    assert_same(snapshot.match(plan), expected.match(plan))


# --- what generated examples seldom meet ------------------------------------------------------


def plan_for(node: Node) -> MatchPlan:
    return MatchPlan(concepts=(Concept(label="it", kind="word", node=node),), limit=50)


def assert_both_say_the_same(engine: Engine, judge: Engine, *plans: MatchPlan) -> None:
    snapshot, expected = engine.snapshot(), judge.snapshot()
    for plan in plans:
        assert_same(snapshot.match(plan), expected.match(plan))
    assert everything(snapshot) == everything(expected)
    snapshot.close()


def test_a_prefix_means_its_commonest_terms_whatever_was_deleted() -> None:
    """More than the 64 that a prefix stands for at most, in few and in many sections."""
    codes = [f"x{number:02}" for number in range(80)]
    common = [article_of(f"a{at}", *(" ".join(codes[at:]),) * 2) for at in range(0, 80, 8)]
    deleted = [article_of(f"b{at}", *(" ".join(codes[:9]),) * 3) for at in range(4)]
    with embedded() as engine:
        judge = ReferenceEngine()
        for each in (engine, judge):
            with each.writer(fresh=True) as writer:
                put_all(writer, [*common, *deleted])
            with each.writer(fresh=False) as writer:
                for article in deleted:
                    writer.delete(article.article.id)
        plan = plan_for(Prefix(prefix="x", fields=("text",)))
        assert_both_say_the_same(engine, judge, plan)
        forms = judge.snapshot().forms(Prefix(prefix="x"))[0]
        assert len(forms) == 64
        assert "x00" not in forms


def test_a_form_that_no_text_has_finds_the_forms_that_texts_have() -> None:
    """Whether the text has the stem itself or another form of the word."""
    with embedded() as engine:
        with engine.writer(fresh=True) as writer:
            put_all(writer, [article_of("a", "a dose", "infected", "tumour")])
        snapshot = engine.snapshot()
        for term in ("doses", "dose", "infections", "infect", "tumors"):
            assert snapshot.match(plan_for(Word(term=term))).sections == 1, term
            assert snapshot.match(plan_for(Word(term=term, stem=False))).sections == (
                term == "dose"
            )
        snapshot.close()


def test_forms_that_were_deleted_are_forms_no_longer() -> None:
    with embedded() as engine:
        with engine.writer(fresh=True) as writer:
            put_all(writer, [article_of("a", "dose"), article_of("b", "doses", "dosing")])
        with engine.writer(fresh=False) as writer:
            writer.delete("b")
        snapshot = engine.snapshot()
        assert snapshot.forms(Word(term="dosing")) == (("dosing", "dose"),)
        assert tuple(snapshot.terms("text", "d")) == (("dose", 1),)
        snapshot.close()


def test_an_article_never_shows_the_deleted_rows_of_its_older_self() -> None:
    """When Whoosh merges small segments, it orders the others by size.

    Here that puts the deleted rows of an article, the first of a large segment, right behind its
    living ones, the last of a smaller segment.
    """
    old, new = article_of("m", "old", "dose"), article_of("m", "new", "dose")
    runs = [
        [old, *(article_of(f"large-{at}", *["dose"] * 20) for at in range(6))],
        [*(article_of(f"middle-{at}", *["dose"] * 20) for at in range(3)), new],
        *([article_of(f"small-{at}", "dose")] for at in range(6)),
    ]
    with embedded() as engine:
        judge = ReferenceEngine()
        for run in runs:
            for each in (engine, judge):
                with each.writer(fresh=False) as writer:
                    put_all(writer, run)
        assert_both_say_the_same(engine, judge, plan_for(Word(term="new")))


@pytest.mark.parametrize(
    ("span", "found"), [(0, set()), (2, set()), (3, {"s0"}), (4, {"s0"}), (5, {"s0", "s1"})]
)
def test_words_are_near_when_a_span_of_the_text_holds_them_all(span: int, found: set[str]) -> None:
    dose, liver = Word(term="dose"), Phrase(terms=("liver", "pain"))
    near = Near(groups=((dose,), (Word(term="zebra"), liver)), span=span)
    texts = "doses x liver pain dose", "liver pain\nx dose", "liver x pain dose", "dose"
    with embedded() as engine:
        judge = ReferenceEngine()
        for each in (engine, judge):
            with each.writer(fresh=True) as writer:
                put_all(writer, [article_of("a", *texts)])
        assert_both_say_the_same(engine, judge, plan_for(near))
        top = judge.snapshot().match(plan_for(near)).top
        assert {section.section_id for match in top for section in match.sections} == found


def test_a_plan_of_nothing_lists_everything_and_an_empty_choice_nothing() -> None:
    with embedded() as engine:
        judge = ReferenceEngine()
        for each in (engine, judge):
            with each.writer(fresh=True) as writer:
                put_all(writer, [article_of("a", "dose", "liver"), article_of("b", "dose")])
        everywhere, nowhere = MatchPlan(concepts=()), plan_for(AnyOf(()))
        assert_both_say_the_same(engine, judge, everywhere, nowhere)
        assert judge.snapshot().match(everywhere).sections == 3
        assert judge.snapshot().match(nowhere).sections == 0


def test_words_that_stand_side_by_side_never_meet_across_a_line() -> None:
    with embedded() as engine:
        with engine.writer(fresh=True) as writer:
            put_all(writer, [article_of("a", "never\ntake", "never take", "take never")])
        snapshot = engine.snapshot()
        found = snapshot.match(plan_for(Phrase(terms=("never", "take"))))
        assert [s.section_id for match in found.top for s in match.sections] == ["s1"]
        snapshot.close()
