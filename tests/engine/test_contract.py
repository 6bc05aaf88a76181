"""The promises that every engine keeps, and the reference engine with them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.engine import open_engine
from indexer.engine.base import AnalysedArticle, DeadlineError, Engine, Snapshot
from indexer.errors import (
    CorpusError,
    IndexLockedError,
    IndexUnavailableError,
    NotFoundError,
)
from indexer.faults import HeadingFault
from indexer.model import (
    Article,
    Block,
    Drug,
    Encoding,
    Group,
    Section,
    Sort,
)
from indexer.query.plan import Concept, MatchPlan, Word
from indexer.runs import Failure
from tests.engine.reference import ReferenceEngine
from tests.engine.strategies import analysed, article_of, put_all, state_of

ENGINES: dict[str, Callable[[Path], Engine]] = {
    "reference": lambda _folder: ReferenceEngine(),
    "whoosh": lambda folder: open_engine(f"whoosh:{folder / 'index'}"),
}

DOSE = MatchPlan(concepts=(Concept(label="dose", kind="word", node=Word(term="dose")),))
A = article_of("a", "dose of a", "liver of a")
B = article_of("b", "dose of b")
NEWER_A = article_of("a", "no more")

RICH = Article(
    id="imuran-guide",
    source="guides/imuran guide.html",
    title="Imuran® – “a guide” <b>",
    url="https://example.org/imuran",
    published="2024-03-01",
    modified="2025-01-31T08:00:00Z",
    language="en-GB",
    author="A. N. Author",
    categories=("Pain Relief", "Immunology"),
    tags=("Imuran", "Azathioprine"),
    drugs=(
        Drug(name="Imuran", ingredient="azathioprine", role="brand", evidence=("title", "lead")),
        Drug(name="Unheard", ingredient=None, role="brand"),
    ),
    encoding=Encoding(name="windows-1252", source="declared"),
    warnings=("one heading was skipped", "🙂 \u2028"),
    heading_faults=(
        HeadingFault(code="skipped-level", heading="…", detail="h1 “Overview”, then h3"),
        HeadingFault(code="empty-heading", heading="4. Side effects", number=2, detail="h2"),
    ),
    publisher="A. Shop",
    publisher_type="seller",
    licence="CC0",
    indexed="2026-11-23T07:36:16Z",
    sections=(
        Section(id="overview", heading="Overview", level=1),
        Section(
            id="effects",
            heading="4. Side effects",
            level=2,
            path=("Overview",),
            kind="adverse-reactions",
            rule='heading says "side effects"',
            text="Tell your doctor about\n• fever\n  • chills\nMild — Percentage: 15%",
            blocks=(
                Block(kind="paragraph", start=0, end=22),
                Block(kind="item", start=23, end=30, lead=0),
                Block(kind="item", start=33, end=41, depth=1, lead=1),
                Block(kind="row", start=42, end=64),
            ),
        ),
        Section(id="empty", heading="", level=3, path=("Overview", "4. Side effects")),
        Section(id="signs", heading="…", level=3, text="★ 🙂"),
        Section(id="end", heading="End", level=6, text="The end."),
    ),
)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """Return an engine where nothing was indexed yet."""
    return ENGINES[request.param](tmp_path)


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """Return an engine that serves two articles."""
    with engine.writer(fresh=True) as writer:
        put_all(writer, [B, A])
    return engine


def ids(snapshot: Snapshot) -> list[str]:
    return [summary.id for summary in snapshot.summaries()]


def hits(snapshot: Snapshot) -> list[str]:
    return [match.article_id for match in snapshot.match(DOSE).top]


# --- writing ----------------------------------------------------------------------------------


def test_what_was_put_is_served_in_the_order_of_ids(filled: Engine) -> None:
    assert ids(filled.snapshot()) == ["a", "b"]
    assert set(hits(filled.snapshot())) == {"a", "b"}
    status = filled.status()
    assert (status.generation, status.articles, status.sections) == (1, 2, 3)
    assert status == filled.snapshot().status()


def test_putting_an_article_again_replaces_it(filled: Engine) -> None:
    with filled.writer(fresh=False) as writer:
        put_all(writer, [NEWER_A])
    snapshot = filled.snapshot()
    assert snapshot.article("a") == NEWER_A.article
    assert hits(snapshot) == ["b"]
    assert (filled.status().articles, filled.status().sections) == (2, 2)


def test_an_id_is_stored_once_in_a_run(filled: Engine) -> None:
    with filled.writer(fresh=False) as writer:
        put_all(writer, [NEWER_A])
        with pytest.raises(CorpusError):
            put_all(writer, [NEWER_A])
    assert [summary.id for summary in filled.snapshot().summaries()] == ["a", "b"]


def test_deleting_removes_an_article_and_what_is_known_of_its_page(filled: Engine) -> None:
    with filled.writer(fresh=False) as writer:
        writer.delete("a")
        writer.delete("never there")
    assert ids(filled.snapshot()) == ["b"]
    baseline = filled.baseline()
    assert baseline is not None
    assert dict(baseline.states) == {"b.html": state_of(B)}


def test_an_article_may_come_from_another_page_than_before(filled: Engine) -> None:
    moved = state_of(A, digest="11")
    with filled.writer(fresh=False) as writer:
        writer.delete("b")
        writer.put(A, moved)
    baseline = filled.baseline()
    assert baseline is not None
    assert dict(baseline.states) == {"a.html": moved}
    assert filled.status().articles == 1


def test_a_fresh_generation_begins_empty(filled: Engine) -> None:
    with filled.writer(fresh=True) as writer:
        put_all(writer, [B])
    assert ids(filled.snapshot()) == ["b"]
    with filled.writer(fresh=True):
        pass
    assert ids(filled.snapshot()) == []
    assert filled.snapshot().match(DOSE).sections == 0
    assert tuple(filled.snapshot().terms("text", "")) == ()
    assert filled.verify().problems == ()


def test_a_run_without_changes_changes_nothing_but_the_generation(filled: Engine) -> None:
    before = filled.snapshot().match(DOSE)
    with filled.writer(fresh=False):
        pass
    assert filled.snapshot().match(DOSE) == before
    assert filled.status().generation == 2


def test_an_empty_index_can_grow(engine: Engine) -> None:
    with engine.writer(fresh=False):
        pass
    with engine.writer(fresh=False) as writer:
        put_all(writer, [A])
    assert ids(engine.snapshot()) == ["a"]


class PlannedFailureError(Exception):
    """Raised by a test inside a writer's block."""


def fail_halfway(engine: Engine) -> None:
    with engine.writer(fresh=False) as writer:
        writer.delete("b")
        put_all(writer, [NEWER_A])
        raise PlannedFailureError


def test_an_exception_in_the_block_publishes_nothing(filled: Engine) -> None:
    baseline, status = filled.baseline(), filled.status()
    with pytest.raises(PlannedFailureError):
        fail_halfway(filled)
    assert (filled.baseline(), filled.status()) == (baseline, status)
    assert filled.snapshot().article("a") == A.article
    assert hits(filled.snapshot())
    with filled.writer(fresh=False) as writer:  # and the next run is not in its way
        writer.delete("b")
    assert ids(filled.snapshot()) == ["a"]


def test_an_article_that_cannot_be_stored_leaves_the_earlier_one(filled: Engine) -> None:
    with filled.writer(fresh=False) as writer, pytest.raises(CorpusError):
        writer.put(article_of("a"), state_of(A, digest="11"))
    assert filled.snapshot().article("a") == A.article
    baseline = filled.baseline()
    assert baseline is not None
    assert baseline.states["a.html"] == state_of(A)


def test_there_is_one_writer_at_a_time(filled: Engine) -> None:
    with filled.writer(fresh=False) as writer:
        with pytest.raises(IndexLockedError), filled.writer(fresh=False):
            pytest.fail("a second writer was let in")
        with pytest.raises(IndexLockedError):
            filled.rollback()
        writer.delete("a")
    assert ids(filled.snapshot()) == ["b"]


# --- what is known of pages -------------------------------------------------------------------


def test_the_baseline_knows_every_page(engine: Engine) -> None:
    assert engine.baseline() is None
    with engine.writer(fresh=False) as writer:
        put_all(writer, [A, B])
    baseline = engine.baseline()
    assert baseline is not None
    assert baseline.current
    assert dict(baseline.states) == {"a.html": state_of(A), "b.html": state_of(B)}


def test_renewing_a_page_keeps_its_article(filled: Engine) -> None:
    renewed = state_of(A, stamp="2")
    with filled.writer(fresh=False) as writer:
        writer.renew(renewed)
    baseline = filled.baseline()
    assert baseline is not None
    assert baseline.states["a.html"] == renewed
    assert filled.snapshot().article("a") == A.article
    assert filled.status().articles == 2


# --- reading ----------------------------------------------------------------------------------


ASIDE = (
    Failure(source="b.html", reason="is empty"),
    Failure(source="a.html", reason="is no page: “é”"),
    Failure(source="b.html", reason="is empty"),
)


def test_what_was_set_aside_belongs_to_the_generation(filled: Engine) -> None:
    with filled.writer(fresh=False) as writer:
        writer.set_aside(ASIDE[:1])
        writer.set_aside(ASIDE)
    before = filled.snapshot()
    with filled.writer(fresh=False) as writer:
        writer.set_aside(())
    told = (ASIDE[1], ASIDE[0])
    assert (before.set_aside(), filled.snapshot().set_aside()) == (told, ())
    filled.rollback()
    baseline = filled.baseline()
    assert baseline is not None
    assert filled.snapshot().set_aside() == baseline.set_aside == told


def test_nothing_is_known_of_what_a_run_set_aside_without_telling(filled: Engine) -> None:
    assert filled.snapshot().set_aside() is None
    for told in (True, False):
        with filled.writer(fresh=False) as writer:
            if told:
                writer.set_aside(ASIDE)
    baseline = filled.baseline()
    assert baseline is not None
    assert filled.snapshot().set_aside() is baseline.set_aside is None


def test_an_open_snapshot_keeps_serving_its_generation(filled: Engine) -> None:
    """Also when its generation is so old that it is no longer kept."""
    snapshot = filled.snapshot()
    for _ in range(3):
        with filled.writer(fresh=True) as writer:
            put_all(writer, [NEWER_A])
    assert ids(snapshot) == ["a", "b"]
    assert snapshot.article("a") == A.article
    assert set(hits(snapshot)) == {"a", "b"}
    assert snapshot.status().generation == 1
    assert dict(snapshot.terms("text", "li")) == {"liver": 1}
    snapshot.close()
    newest = filled.snapshot()
    assert ids(newest) == ["a"]
    assert newest.status().generation == 4
    newest.close()


def test_a_snapshot_that_was_closed_is_not_handed_out_again(filled: Engine) -> None:
    filled.snapshot().close()
    again = filled.snapshot()
    assert hits(again)
    again.close()
    again.close()


def test_what_is_being_written_is_not_served(filled: Engine) -> None:
    with filled.writer(fresh=False) as writer:
        writer.delete("a")
        put_all(writer, [article_of("c", "dose")])
        assert ids(filled.snapshot()) == ["a", "b"]
    assert ids(filled.snapshot()) == ["b", "c"]


def test_every_thread_gets_a_snapshot_of_its_own(filled: Engine) -> None:
    def answer(_: int) -> list[str]:
        snapshot = filled.snapshot()
        found = hits(snapshot)
        snapshot.close()
        return found

    with ThreadPoolExecutor(1) as other:
        mine = filled.snapshot()
        assert [*other.map(answer, range(1))] == [hits(mine)]
        assert hits(mine)


def test_an_article_comes_out_as_it_went_in(engine: Engine) -> None:
    with engine.writer(fresh=True) as writer:
        put_all(writer, [analysed(RICH, ["azathioprine"]), A])
    snapshot = engine.snapshot()
    assert snapshot.article("imuran-guide") == RICH
    assert snapshot.article("a") == A.article
    summary = snapshot.summary("imuran-guide")
    assert (summary.title, summary.source_url) == (RICH.title, RICH.url)
    assert (summary.published, summary.modified) == (RICH.published, RICH.modified)
    assert (summary.categories, summary.tags) == (RICH.categories, RICH.tags)
    assert summary.drugs == RICH.drugs
    assert (summary.publisher, summary.publisher_type) == (RICH.publisher, RICH.publisher_type)
    assert (summary.licence, summary.indexed) == (RICH.licence, RICH.indexed)
    assert summary in tuple(snapshot.summaries())


def test_the_medicines_come_once_each_with_their_articles(engine: Engine) -> None:
    imuran = Drug(name="Imuran", ingredient="azathioprine", role="brand")
    unheard = Drug(name="Unheard", ingredient=None, role="brand")
    azathioprine = Drug(name="azathioprine", ingredient="azathioprine", role="ingredient")
    told = replace(imuran, evidence=("heading",))

    def about(article_id: str, *drugs: Drug) -> AnalysedArticle:
        return analysed(replace(article_of(article_id, "dose").article, drugs=drugs))

    with engine.writer(fresh=True) as writer:
        put_all(writer, (about("c", azathioprine, imuran), analysed(RICH), B))
        put_all(writer, [about("a", unheard, told, imuran)])
    assert tuple(engine.snapshot().drugs()) == (
        (unheard, ("a", "imuran-guide")),
        (imuran, ("a", "c", "imuran-guide")),
        (azathioprine, ("c",)),
    )
    with engine.writer(fresh=False) as writer:
        writer.delete("a")
        writer.delete("c")
    assert tuple(engine.snapshot().drugs()) == (
        (imuran, ("imuran-guide",)),
        (unheard, ("imuran-guide",)),
    )


def test_sections_come_in_the_order_asked_for(engine: Engine) -> None:
    with engine.writer(fresh=True) as writer:
        put_all(writer, [analysed(RICH), A])
    snapshot = engine.snapshot()
    _, effects, _, signs, end = RICH.sections
    assert snapshot.sections("imuran-guide", ["end", "effects"]) == (end, effects)
    assert snapshot.sections("imuran-guide", ["signs"]) == (signs,)
    assert snapshot.sections("imuran-guide", []) == ()


def test_what_is_not_there_is_not_found(filled: Engine) -> None:
    snapshot = filled.snapshot()
    with pytest.raises(NotFoundError):
        snapshot.article("c")
    with pytest.raises(NotFoundError):
        snapshot.summary("c")
    with pytest.raises(NotFoundError):
        snapshot.sections("c", ["s0"])
    with pytest.raises(NotFoundError):
        snapshot.sections("b", ["s0", "s1"])


def test_a_heading_without_text_is_in_the_article_and_not_a_section_to_ask_for(
    engine: Engine,
) -> None:
    with engine.writer(fresh=True) as writer:
        put_all(writer, [analysed(RICH)])
    with pytest.raises(NotFoundError):
        engine.snapshot().sections("imuran-guide", ["empty"])
    assert engine.status().sections == 3


def test_terms_are_counted_by_section_and_sorted(filled: Engine) -> None:
    with filled.writer(fresh=False) as writer:
        put_all(writer, [article_of("c", "doses dose dose α", "dose 0.5 mg")])
        writer.delete("b")
    snapshot = filled.snapshot()
    assert list(snapshot.terms("text", "do")) == [("dose", 3), ("doses", 1)]
    assert list(snapshot.terms("text", "0")) == [("0.5", 1)]
    assert list(snapshot.terms("heading", "")) == [("0", 2), ("1", 2), ("part", 4)]
    assert list(snapshot.terms("title", "imu")) == [("imuran", 4)]
    assert list(snapshot.terms("path", "")) == []
    assert list(snapshot.terms("text", "zebra")) == []


@pytest.mark.parametrize("group", ["article", "section"])
@pytest.mark.parametrize("sort", ["relevance", "newest", "title"])
@pytest.mark.parametrize(("offset", "size"), [(0, 1), (1, 2), (0, 100), (9, 1)])
def test_walking_lists_what_matching_does(
    engine: Engine, group: Group, sort: Sort, offset: int, size: int
) -> None:
    with engine.writer(fresh=True) as writer:
        put_all(writer, [article_of(name, f"dose of {name}", "dose") for name in "dacb"])
    plan = replace(DOSE, group=group, sort=sort, offset=offset, limit=7)
    windows = list(engine.snapshot().walk(plan, size=size))
    assert all(len(window) == size for window in windows[:-1])
    assert [match for window in windows for match in window] == list(
        engine.snapshot().match(plan).top
    )


def test_walking_stops_when_the_deadline_has_passed(filled: Engine) -> None:
    with pytest.raises(DeadlineError):
        list(filled.snapshot().walk(replace(DOSE, deadline=0.0), size=10))


def test_walking_through_nothing_yields_nothing(filled: Engine) -> None:
    nowhere = Concept(label="x", kind="word", node=Word(term="nowhere"))
    assert list(filled.snapshot().walk(MatchPlan(concepts=(nowhere,)), size=10)) == []


def test_a_deadline_that_has_passed_lists_nothing_and_says_so(filled: Engine) -> None:
    plan = MatchPlan(concepts=DOSE.concepts, coverage="most", deadline=0.0)
    cut = filled.snapshot().match(plan)
    assert cut.partial
    assert (cut.articles, cut.sections, cut.top) == (0, 0, ())
    assert cut.coverage == (False,)
    assert not filled.snapshot().match(DOSE).partial


# --- generations ------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["snapshot", "status", "verify", "rollback"])
def test_without_an_index_there_is_nothing_to_serve(engine: Engine, act: str) -> None:
    with pytest.raises(IndexUnavailableError):
        getattr(engine, act)()
    assert engine.baseline() is None
    assert engine.collect_garbage() == ()


def test_going_back_serves_the_generation_before(filled: Engine) -> None:
    with pytest.raises(IndexUnavailableError):
        filled.rollback()
    with filled.writer(fresh=False) as writer:
        writer.delete("a")
        put_all(writer, [article_of("c", "dose")])
    filled.rollback()
    assert ids(filled.snapshot()) == ["a", "b"]
    assert filled.status().generation == 1
    baseline = filled.baseline()
    assert baseline is not None
    assert set(baseline.states) == {"a.html", "b.html"}
    with pytest.raises(IndexUnavailableError):
        filled.rollback()


def test_after_going_back_the_next_run_goes_on_from_what_is_served(filled: Engine) -> None:
    with filled.writer(fresh=False) as writer:
        writer.delete("a")
    filled.rollback()
    with filled.writer(fresh=False) as writer:
        put_all(writer, [article_of("c", "dose")])
    assert ids(filled.snapshot()) == ["a", "b", "c"]
    assert filled.status().generation == 3
    filled.rollback()
    assert ids(filled.snapshot()) == ["a", "b"]


def test_verifying_counts_what_is_served_and_finds_nothing_wrong(filled: Engine) -> None:
    with filled.writer(fresh=False) as writer:
        put_all(writer, [NEWER_A, analysed(RICH)])
    found = filled.verify()
    assert found.problems == ()
    assert (found.generation, found.checked_articles, found.checked_sections) == (2, 3, 5)
    # Distinct terms, section by section and field by field.
    assert found.checked_postings == sum(
        len(set(terms) - {""})
        for article in (NEWER_A, B, analysed(RICH))
        for section in article.sections
        for terms in (section.text, section.heading, section.path, article.title)
    )


def test_there_is_no_garbage_after_a_run(filled: Engine) -> None:
    for _ in range(3):
        with filled.writer(fresh=False) as writer:
            put_all(writer, [NEWER_A])
    assert filled.collect_garbage() == ()
    assert ids(filled.snapshot()) == ["a", "b"]
