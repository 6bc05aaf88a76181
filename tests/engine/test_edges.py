"""What the engine does at its edges: many small steps, no time left, signs nobody can read."""

from __future__ import annotations

import fcntl
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from whoosh import query as q
from whoosh.index import open_dir

from indexer.engine.base import AnalysedArticle, OwnNames
from indexer.engine.whoosh import WhooshEngine, postings
from indexer.engine.whoosh.durable import LOCK_NAME, builder_lock
from indexer.engine.whoosh.segment import Kept, Segment, merge_segments
from indexer.engine.whoosh.snapshot import WhooshSnapshot
from indexer.errors import IndexLockedError
from indexer.query.plan import Concept, MatchPlan, Phrase, Word
from tests.engine.strategies import analysed, article_of, put_all
from tests.engine.test_segments import articles, assert_same, build

WORDS = MatchPlan(
    concepts=tuple(
        Concept(label=term, kind="word", node=Word(term=term)) for term in ("water", "rash")
    )
)


def engine_with(root: Path, *texts: str) -> WhooshEngine:
    engine = WhooshEngine(str(root / "index"), OwnNames())
    with engine.writer(fresh=False) as writer:
        put_all(writer, [article_of("a", *texts)])
    return engine


@pytest.mark.parametrize("at_once", [1, 7, 50])
def test_merging_in_small_steps_gives_what_one_step_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    parts = []
    for number, seed in enumerate((1, 2, 3)):
        made = build(tmp_path, f"part{number}", articles(8, seed))
        flags = np.ones(made.rows, dtype=np.bool_)
        flags[:number] = False
        parts.append(Kept(made, None if number == 0 else flags))
    merge_segments(tmp_path, "whole", parts)
    monkeypatch.setattr(postings, "MERGED_AT_ONCE", at_once)
    merge_segments(tmp_path, "steps", parts)
    assert_same(Segment(tmp_path, "steps"), Segment(tmp_path, "whole"))


def test_a_search_without_time_left_finds_nothing_and_says_so(tmp_path: Path) -> None:
    snapshot = engine_with(tmp_path, "water and a rash").snapshot()
    late = MatchPlan(concepts=WORDS.concepts, deadline=time.monotonic() - 1)
    found = snapshot.match(late)
    assert (found.articles, found.sections, found.top, found.unfiltered) == (0, 0, (), 0)
    assert (found.concept_sections, found.coverage) == ((0, 0), (False, False))
    assert found.partial
    assert not snapshot.match(WORDS).partial
    assert snapshot.match(WORDS).concept_sections == (1, 1)
    snapshot.close()


def test_a_lock_that_nobody_can_read_is_a_lock(tmp_path: Path) -> None:
    with (tmp_path / LOCK_NAME).open("wb") as signature:
        signature.write(b"\xff\xfe 2026")
        signature.flush()
        fcntl.flock(signature, fcntl.LOCK_EX)
        with (
            pytest.raises(IndexLockedError, match=r"process .* since 2026; wait"),
            builder_lock(tmp_path),
        ):
            pass


def test_whoosh_reads_terms_with_their_statistics_from_a_prefix_on(tmp_path: Path) -> None:
    engine_with(tmp_path, "water with water", "a rash and water")
    (folder,) = (tmp_path / "index").glob("gen-*")
    with open_dir(str(folder)).reader() as reader:
        found = [
            (term, info.doc_frequency(), info.weight())
            for (field, term), info in reader.iter_from("text", b"r")
            if field == "text"
        ]
        assert found == [(b"rash", 1, 1.0), (b"water", 2, 3.0), (b"with", 1, 1.0)]
        twin = reader.postings("text", b"water").copy()
        assert twin.term() == ("text", b"water")
        assert [twin.value_as(name) for name in ("frequency", "weight")] == [2.0, 2.0]
        assert twin.value_as("positions") == [0, 2]
        assert reader.doc_field_length(0, "text") == 3
        assert reader.doc_field_length(0, "nowhere", 9) == 9


def test_a_phrase_is_found_in_other_forms_where_it_is_asked_for_so(tmp_path: Path) -> None:
    snapshot = engine_with(tmp_path, "severe rashes appear", "a severe rash").snapshot()
    for stem, sections in ((True, 2), (False, 1)):
        phrase = Phrase(terms=("severe", "rash"), stem=stem)
        plan = MatchPlan(concepts=(Concept(label="severe rash", kind="word", node=phrase),))
        assert snapshot.match(plan).sections == sections
    snapshot.close()


def test_what_words_count_more_by_is_multiplied_from_group_to_group(tmp_path: Path) -> None:
    engine = engine_with(tmp_path, "water and rash", "rash", "water", "water fever", "fever")
    snapshot = engine.snapshot()
    assert isinstance(snapshot, WhooshSnapshot)
    inner = q.Or([q.Term("text", "water", boost=2.0), q.Term("text", "fever")], boost=1.5)
    nested = q.Or([inner, q.Term("text", "rash")], boost=3.0)
    flat = q.Or(
        [
            q.Term("text", "water", boost=9.0),
            q.Term("text", "fever", boost=4.5),
            q.Term("text", "rash", boost=3.0),
        ]
    )
    found, expected = snapshot.queries.search(nested), snapshot.queries.search(flat)
    assert found.rows == expected.rows
    assert found.scores == pytest.approx(expected.scores)
    plain = snapshot.queries.search(q.Or([q.Term("text", "water"), q.Term("text", "rash")]))
    assert found.scores[0] > 3 * plain.scores[0]
    snapshot.close()


def told(article_id: str, *, category: str, year: int, subject: str, kind: str) -> AnalysedArticle:
    article = article_of(article_id, "water and rash").article
    sections = tuple(replace(section, kind=kind) for section in article.sections)
    changed = replace(article, sections=sections, categories=(category,), modified=f"{year}-05-04")
    analysed_so = analysed(changed, (subject,))
    return replace(analysed_so, classes=(f"class of {subject}",))


@pytest.mark.parametrize(
    ("plan", "listed"),
    [
        (WORDS, ["a", "b", "c"]),
        (replace(WORDS, drugs=("azathioprine",)), ["a"]),
        (replace(WORDS, drugs=("azathioprine", "warfarin")), ["a", "b"]),
        (replace(WORDS, classes=("class of warfarin",)), ["b"]),
        (replace(WORDS, categories=("Pain Relief",)), ["a", "c"]),
        (replace(WORDS, years=("2024",)), ["c"]),
        (replace(WORDS, years=("2024", "2025"), categories=("Pain Relief",)), ["a", "c"]),
        (replace(WORDS, kinds=("dosage",)), ["a", "b"]),
        (replace(WORDS, articles=("b", "c", "none such")), ["b", "c"]),
        (replace(WORDS, drugs=("nowhere",)), []),
        (replace(WORDS, articles=("nowhere",)), []),
    ],
)
def test_each_filter_lists_what_it_names_alone(
    tmp_path: Path, plan: MatchPlan, listed: list[str]
) -> None:
    engine = WhooshEngine(str(tmp_path / "index"), OwnNames())
    with engine.writer(fresh=False) as writer:
        put_all(
            writer,
            [
                told("a", category="Pain Relief", year=2025, subject="azathioprine", kind="dosage"),
                told("b", category="Immunology", year=2025, subject="warfarin", kind="dosage"),
                told("c", category="Pain Relief", year=2024, subject="imatinib", kind="storage"),
            ],
        )
    snapshot = engine.snapshot()
    found = snapshot.match(plan)
    assert sorted(match.article_id for match in found.top) == listed
    assert (found.articles, found.unfiltered) == (len(listed), 3)
    snapshot.close()
