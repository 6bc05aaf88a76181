"""The same documents under Whoosh's own codec and under ours: Whoosh reads both alike."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

import pytest
from whoosh import fields, formats, index
from whoosh import query as q
from whoosh.analysis.analyzers import CompositeAnalyzer
from whoosh.analysis.tokenizers import IDTokenizer
from whoosh.index import FileIndex
from whoosh.matching import ReadTooFar
from whoosh.reading import IndexReader

from indexer.engine.base import AnalysedArticle, DeadlineError, OwnNames
from indexer.engine.whoosh import WhooshEngine, segment
from indexer.engine.whoosh.best import Answer
from indexer.engine.whoosh.forms import Forms
from indexer.engine.whoosh.queries import QueryEvaluator
from indexer.engine.whoosh.segments import read_segments
from indexer.engine.whoosh.snapshot import WhooshSnapshot
from indexer.query.plan import WORD_FIELDS
from tests.engine.strategies import article_of, put_all

WORDS = [first + last for first in ("im", "aza", "pred", "met") for last in ("a", "b", "c", "ine")]
SYLLABLES = ("ab", "di", "mab", "nib", "ol", "pra", "vir", "zo", "tide", "ra", "fe", "li")


class Terms(fields.FieldType):
    """A field of Whoosh whose value is a list of terms; an empty one is a gap."""

    def __init__(self) -> None:
        super().__init__(formats.Positions(), CompositeAnalyzer(IDTokenizer()), scorable=True)

    def index(
        self, value: Sequence[str], **_options: object
    ) -> Generator[tuple[bytes, int, float, bytes], None, None]:
        positions: dict[str, list[int]] = {}
        for position, term in enumerate(value):
            if term:
                positions.setdefault(term, []).append(position)
        for term, at in positions.items():
            yield term.encode(), len(at), float(len(at)), formats.Positions().encode(at)


SCHEMA = fields.Schema(
    article=fields.ID(stored=True),
    section=fields.STORED(),
    **{name: Terms() for name in WORD_FIELDS},
)


class Pair:
    """An index of ours, and the same documents under Whoosh's default codec."""

    def __init__(self, root: Path) -> None:
        self.engine = WhooshEngine(str(root / "ours"), OwnNames())
        (root / "stock").mkdir()
        self._root = root
        self._stock = index.create_in(str(root / "stock"), SCHEMA)

    def put(self, *articles: AnalysedArticle) -> None:
        """Store articles in both, in place of those with their ids."""
        with self.engine.writer(fresh=False) as ours:
            put_all(ours, articles)
        writer = self._stock.writer()
        for article in articles:
            writer.delete_by_term("article", article.article.id)
        for article in articles:
            for section in article.sections:
                writer.add_document(
                    article=article.article.id,
                    section=section.section.id,
                    text=section.text,
                    heading=section.heading,
                    path=section.path,
                    title=article.title,
                )
        writer.commit(merge=False)

    def delete(self, *article_ids: str) -> None:
        """Remove articles from both."""
        with self.engine.writer(fresh=False) as ours:
            for article_id in article_ids:
                ours.delete(article_id)
        writer = self._stock.writer()
        for article_id in article_ids:
            writer.delete_by_term("article", article_id)
        writer.commit(merge=False)

    def stock(self) -> FileIndex:
        return index.open_dir(str(self._root / "stock"))

    def folder(self) -> Path:
        return next(iter(sorted((self._root / "ours").glob("gen-*"), reverse=True)))

    def ours(self) -> FileIndex:
        return index.open_dir(str(self.folder()))


def article(number: int, sections: int = 3) -> AnalysedArticle:
    random_ = random.Random(number)
    vocabulary = WORDS + [
        "".join(random_.choices(SYLLABLES, k=random_.randint(1, 3))) for _ in range(10)
    ]
    texts = [
        " ".join(random_.choices(vocabulary, k=random_.randint(3, 40))) for _ in range(sections)
    ]
    title = " ".join(random_.choices(WORDS, k=2))
    return article_of(f"article-{number:03d}", *texts, title=title)


@pytest.fixture
def pair() -> Iterator[Pair]:
    with tempfile.TemporaryDirectory(prefix="drugsearch-codec-") as folder:
        yield Pair(Path(folder))


QUERIES: list[q.Query] = [
    q.Term("text", "ima"),
    q.Term("title", "azab"),
    q.Term("text", "nowhere"),
    q.Or([q.Term("text", "ima"), q.Term("text", "metc"), q.Term("title", "predine", boost=2.0)]),
    q.And([q.Term("text", "ima"), q.Term("text", "azab")]),
    q.And([q.Or([q.Term("text", "ima"), q.Term("title", "ima")]), q.Term("text", "azac")]),
    q.Not(q.Term("text", "ima")),
    q.AndMaybe(q.Term("text", "ima"), q.Term("text", "azab")),
    q.Require(q.Term("text", "ima"), q.Term("text", "azab")),
    q.ConstantScoreQuery(q.Prefix("text", "im")),
    q.ConstantScoreQuery(q.Prefix("text", "azaine")),
    q.ConstantScoreQuery(q.Prefix("text", "q")),
    q.ConstantScoreQuery(q.Wildcard("text", "*ine")),
    q.ConstantScoreQuery(q.FuzzyTerm("text", "metd", maxdist=1, prefixlength=1)),
    q.ConstantScoreQuery(q.TermRange("text", "azaa", "imb")),
    q.Phrase("text", ["ima", "azab"]),
    q.Phrase("text", ["ima", "ima"]),
    q.Phrase("text", ["predb", "metine"], slop=3),
    q.Phrase("text", ["predb", "metine", "ima"], slop=4),
    q.Every(),
]


def rows_of(reader: IndexReader) -> dict[tuple[str, str], int]:
    """Return the row of every live section, by article and section."""
    found = {}
    for row, stored in reader.iter_docs():
        found[stored["article"], stored["section"]] = row
    return found


def matched(ix: FileIndex, query: q.Query) -> set[tuple[str, str]]:
    with ix.searcher() as searcher:
        return {(hit["article"], hit["section"]) for hit in searcher.search(query, limit=None)}


def assert_alike(pair: Pair) -> None:
    """Whoosh lists the same terms and finds the same sections in both."""
    ours, stock = pair.ours(), pair.stock()
    with ours.reader() as one, stock.reader() as other:
        assert set(rows_of(one)) == set(rows_of(other))
        assert one.doc_count() == other.doc_count()
        for name in WORD_FIELDS:
            live = [
                term for term in other.lexicon(name) if any(True for _ in ids(other, name, term))
            ]
            mine = [term for term in one.lexicon(name) if any(True for _ in ids(one, name, term))]
            assert mine == live
            for term in live:
                assert postings(one, name, term) == postings(other, name, term)
    for query in QUERIES:
        assert matched(ours, query) == matched(stock, query), query


def ids(reader: IndexReader, name: str, term: bytes) -> Iterator[int]:
    return reader.postings(name, term).all_ids()


def postings(reader: IndexReader, name: str, term: bytes) -> dict[tuple[str, str], list[int]]:
    """Return the positions of a term in each section."""
    found = {}
    matcher = reader.postings(name, term)
    while matcher.is_active():
        stored = reader.stored_fields(matcher.id())
        found[stored["article"], stored["section"]] = matcher.value_as("positions")
        assert matcher.weight() == len(matcher.value_as("positions"))
        matcher.next()
    return found


def test_whoosh_reads_one_segment(pair: Pair) -> None:
    pair.put(*map(article, range(12)))
    assert_alike(pair)


def test_whoosh_reads_several_segments_and_what_is_left_of_them(pair: Pair) -> None:
    pair.put(*map(article, range(40)))
    pair.put(article(50), article(51), article(7))
    pair.delete("article-003", "article-050")
    assert len(read_segments(pair.folder())) > 1
    assert_alike(pair)


def test_whoosh_reads_what_was_merged(pair: Pair) -> None:
    for number in range(12):
        pair.put(article(number), article(number + 100, sections=1))
    pair.delete("article-001", "article-104")
    assert len(read_segments(pair.folder())) < 6
    assert_alike(pair)


def test_whoosh_reads_what_was_built_in_many_runs(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment, "TOKENS_IN_MEMORY", 200)
    pair.put(*map(article, range(40)))
    assert len(read_segments(pair.folder())) == 1
    assert_alike(pair)
    assert not pair.engine.verify().problems


def test_whoosh_cannot_write_to_it(pair: Pair) -> None:
    pair.put(article(1))
    codec = pair.ours()._segments()[0].codec()
    for write in (codec.per_document_writer, codec.field_writer, codec.new_segment):
        with pytest.raises(NotImplementedError, match="segments are built by"):
            write(None, None)


# --- our evaluator against Whoosh's matchers, which look at every posting ---------------------


def evaluator_of(pair: Pair) -> QueryEvaluator:
    snapshot = pair.engine.snapshot()
    assert isinstance(snapshot, WhooshSnapshot)
    return snapshot.queries


def by_matchers(pair: Pair, query: q.Query, limit: int) -> Answer:
    """Return the answer that looking at every row gives."""
    evaluator = evaluator_of(pair)
    rows, scores = evaluator._matchers.evaluate(query, None)
    table = evaluator._table
    ordered = sorted(
        zip(rows.tolist(), scores.tolist(), strict=True),
        key=lambda pair: (-round(pair[1], 6), table.article[pair[0]], table.order[pair[0]]),
    )
    return Answer(
        len(rows), tuple(row for row, _ in ordered[:limit]), tuple(s for _, s in ordered[:limit])
    )


def assert_answers(pair: Pair, query: q.Query) -> None:
    for limit in (1, 3, 10, 1_000):
        found = evaluator_of(pair).search(query, limit=limit)
        expected = by_matchers(pair, query, limit)
        assert found.total == expected.total, query
        assert found.scores == pytest.approx(expected.scores, rel=1e-4), query
        assert {*found.rows} == {*expected.rows} or len(found.rows) == limit, query


@pytest.mark.parametrize("query", [query for query in QUERIES if not isinstance(query, q.Prefix)])
def test_every_query_is_answered_as_whoosh_answers_it(query: q.Query, pair: Pair) -> None:
    pair.put(*map(article, range(60)))
    pair.put(article(70), article(7))
    pair.delete("article-003")
    assert_answers(pair, query)


def test_what_is_excluded_is_not_found_and_scores_nothing(pair: Pair) -> None:
    # Whoosh's AndNot lists documents of what is excluded, and its Not inside an And adds 1.
    pair.put(*map(article, range(60)))
    evaluator = evaluator_of(pair)
    wanted, refused = q.Term("text", "ima"), q.Term("text", "azab")
    everything = dict(zip(*_rows_and_scores(evaluator.search(wanted, limit=1_000)), strict=True))
    gone = {*evaluator.search(refused, limit=1_000).rows}
    for query in (q.AndNot(wanted, refused), q.And([wanted, q.Not(refused)])):
        answer = evaluator.search(query, limit=1_000)
        assert {*answer.rows} == everything.keys() - gone
        for row, score in zip(*_rows_and_scores(answer), strict=True):
            assert score == everything[row]


def test_forms_of_a_word_score_as_one_term(pair: Pair) -> None:
    pair.put(article_of("a", "ima imb", "ima ima", "imb imb other"), article_of("b", "other"))
    evaluator = evaluator_of(pair)
    answer = evaluator.search(Forms("text", ("ima", "imb")))
    assert answer.total == 3
    assert answer.scores[0] == answer.scores[1]
    assert {*answer.rows} == {
        *by_matchers(pair, q.Or([q.Term("text", "ima"), q.Term("text", "imb")]), 10).rows
    }


def test_a_prefix_scores_one(pair: Pair) -> None:
    pair.put(*map(article, range(20)))
    answer = evaluator_of(pair).search(q.Prefix("text", "az"), limit=5)
    assert answer.scores == (1.0,) * 5
    assert answer.total == len(matched(pair.ours(), q.Prefix("text", "az")))


def test_a_filter_limits_and_scores_nothing(pair: Pair) -> None:
    pair.put(*map(article, range(30)))
    evaluator = evaluator_of(pair)
    query, within = q.Term("text", "ima"), q.Term("text", "azab")
    answer = evaluator.search(query, within=within, limit=100)
    assert {*answer.rows} == {*evaluator.search(q.And([query, within]), limit=100).rows}
    everything = dict(zip(*_rows_and_scores(evaluator.search(query, limit=100)), strict=True))
    assert all(
        everything[row] == score for row, score in zip(*_rows_and_scores(answer), strict=True)
    )


def _rows_and_scores(answer: Answer) -> tuple[tuple[int, ...], tuple[float, ...]]:
    return answer.rows, answer.scores


def test_the_best_of_common_and_rare_words_are_the_true_best(pair: Pair) -> None:
    texts = [("common " * (1 + number % 3)) + "filler" for number in range(400)]
    texts += ["rare common filler"] * 15 + ["rare filler filler filler filler"]
    pair.put(*(article_of(f"a{number:03d}", text) for number, text in enumerate(texts)))
    for query in (
        q.Or([q.Term("text", "common"), q.Term("text", "rare")]),
        q.Or([q.Term("text", "common", boost=50.0), q.Term("text", "rare")]),
        q.Or([q.Term("text", "common"), q.Term("text", "filler"), q.Term("text", "rare")]),
    ):
        assert_answers(pair, query)


def test_a_common_word_that_gives_more_than_a_rare_one_is_among_the_best(pair: Pair) -> None:
    long = "filler " * 60
    texts = ["filler"] * 250 + ["common common common"] * 150
    texts += [f"rare {long}"] * 15 + ["rare rare rare"]
    pair.put(*(article_of(f"a{number:03d}", text) for number, text in enumerate(texts)))
    query = q.Or([q.Term("text", "common"), q.Term("text", "rare")])
    assert_answers(pair, query)
    lone, *others = evaluator_of(pair).search(query).rows
    assert lone == 415
    assert all(250 <= row < 400 for row in others)


def test_cursors_matchers_and_statistics_are_those_of_whoosh(pair: Pair) -> None:
    pair.put(*map(article, range(15)))
    with pair.ours().reader() as ours, pair.stock().reader() as stock:
        assert list(ours.terms_from("text", b"me")) == [
            term for term in stock.terms_from("text", b"me") if term[0] in WORD_FIELDS
        ]
        cursor = ours.cursor("text")
        walked = [cursor.first()]
        while cursor.is_valid():
            assert cursor.term_info().doc_frequency() > 0
            walked.append(cursor.next())
        assert [term.encode() for term in walked[:-1] if term] == list(stock.lexicon("text"))
        assert cursor.text() is None
        assert cursor.find("metc") == "metc"
        for term in (b"ima", b"azab"):
            assert ours.doc_frequency("text", term) == stock.doc_frequency("text", term)
            assert ours.frequency("text", term) == stock.frequency("text", term)
            mine, its = ours.term_info("text", term), stock.term_info("text", term)
            assert (mine.max_weight(), mine.min_id()) == (its.max_weight(), its.min_id())
        assert ours.doc_frequency("text", b"nowhere") == 0
        assert ours.field_length("text") == stock.field_length("text")
        assert ours.max_field_length("text") >= ours.min_field_length("text") > 0
        assert list(ours.terms_within("text", "imb", 1)) == list(
            stock.terms_within("text", "imb", 1)
        )
        matcher = ours.postings("text", b"ima")
        rows = list(matcher.all_ids())
        matcher.skip_to(rows[2])
        twin = matcher.copy()
        assert (matcher.id(), twin.id()) == (rows[2], rows[2])
        assert matcher.format.decode_positions(matcher.value()) == matcher.value_as("positions")
        with pytest.raises(NotImplementedError, match="no characters"):
            matcher.value_as("characters")
        matcher.skip_to(rows[-1] + 1)
        with pytest.raises(ReadTooFar):
            matcher.id()
        matcher.reset()
        assert matcher.id() == rows[0]


def test_whooshs_own_best_are_the_best_of_all(pair: Pair) -> None:
    pair.put(*map(article, range(40)))
    for query in (q.Term("text", "ima"), q.And([q.Term("text", "ima"), q.Term("text", "azab")])):
        with pair.ours().searcher() as searcher:
            best = [hit.score for hit in searcher.search(query, limit=3)]
            everything = [hit.score for hit in searcher.search(query, limit=None)]
        assert best == everything[:3]


def test_what_is_unknown_to_us_is_answered_by_whoosh(pair: Pair) -> None:
    pair.put(*map(article, range(20)))
    evaluator = evaluator_of(pair)
    wildcard = q.Wildcard("text", "*ine")
    found = evaluator.search(wildcard, limit=1_000)
    assert found.total == len(matched(pair.ours(), wildcard))
    assert evaluator.search(q.Term("nofield", "ima")).total == 0
    assert evaluator.search(q.Or([])).total == 0
    assert evaluator.search(q.Or([q.Term("text", "ima", boost=0.0), wildcard])).total > 0
    with pytest.raises(DeadlineError):
        evaluator.search(wildcard, deadline=0.0)
