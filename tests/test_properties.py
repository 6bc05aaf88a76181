"""What holds for the product as a whole, whatever the pages and whatever the query."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from indexer.analysis.tokens import terms
from indexer.corpus import Corpus
from indexer.errors import QueryError
from indexer.index import Index, open_index
from indexer.knowledge.drugs import DrugKnowledge
from indexer.model import Article, Results, SearchRequest, Snippet
from indexer.runs import ReindexOptions
from indexer.serialization import results_json

SAMPLES = Path(__file__).resolve().parents[1] / "corpus"

OPTIONS = ReindexOptions(jobs=1)
QUERIES = (
    "imuran side effects",
    "azathioprine allopurinol",
    "5 mg",
    '"do not take"',
    "dose OR liver",
    "transplant -kidney",
    "infect*",
    "title:guide",
    "section:dosage",
    "how does it work",
    "drug:azathioprine pregnancy storage zebra",
    "side effects of paclitaxel",
)

# Words that are a concept of their own wherever they stand in a query.
CONCEPTS = (
    *"azathioprine imuran allopurinol tacrolimus statin blood liver kidney doctor tablet".split(),
    *"not infections transplant 5mg zebra infect* title:imuran drug:azathioprine".split(),
    '"do not take"',
    "section:dosage",
    "(blood OR kidney)",
)

# Names that the knowledge has and the samples do not, with all their other names.
ABSENT = ("paclitaxel", "Taxol", "Humira", "adalimumab", "ivermectin", "semaglutide", "Ozempic")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Index the samples once."""
    opened = open_index(str(tmp_path_factory.mktemp("properties") / "index"))
    report = opened.reindex(Corpus([SAMPLES]), OPTIONS)
    assert report.published
    assert not report.failed
    return opened


def ask(index: Index, text: str, **options: object) -> Results:
    return index.search(SearchRequest(text=text, **options))  # type: ignore[arg-type]


def answers(index: Index) -> list[object]:
    """Return what is answered to some queries, but for the time and the generation."""
    articles = tuple(replace(article, indexed=None) for article in index.articles())
    found: list[object] = [articles, index.drugs()]
    for text in QUERIES:
        for group in ("article", "section"):
            results = ask(index, text, group=group, per_page=50, explain=True)
            answer = json.loads(json.dumps(results_json(results)))
            for varying in ("took_ms", "generation", "built_at"):
                del answer["meta"][varying]
            for hit in answer["results"]:
                del hit["article"]["indexed"]
            found.append(answer)
    return found


# --- indexing ---------------------------------------------------------------------------------


def test_reindexing_twice_changes_nothing(tmp_path: Path) -> None:
    index = open_index(str(tmp_path / "index"))
    first = index.reindex(Corpus([SAMPLES]), OPTIONS)
    before = answers(index)
    again = index.reindex(Corpus([SAMPLES]), OPTIONS)
    assert (again.added, again.changed, again.removed) == ((), (), ())
    assert (again.unchanged, again.generation) == (first.articles, first.generation)
    assert again.published
    anew = index.reindex(Corpus([SAMPLES]), ReindexOptions(jobs=1, fresh=True))
    assert anew.generation != first.generation
    assert answers(index) == before


def test_an_index_that_followed_its_pages_is_one_that_was_built_from_them(tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    shutil.copytree(SAMPLES, pages)
    followed = open_index(str(tmp_path / "followed"))
    followed.reindex(Corpus([pages]), OPTIONS)
    imuran = pages / "imuran-guide.html"
    written = imuran.read_text(encoding="utf-8")
    (pages / "tegretol-carbamazepine.html").unlink()
    shutil.copy(imuran, pages / "clinic" / "another-imuran-guide.html")
    followed.reindex(Corpus([pages]), OPTIONS)
    imuran.write_text(written.replace("liver", "zebra"), encoding="utf-8")
    shutil.copy(imuran, pages / "a-third-guide.html")
    report = followed.reindex(Corpus([pages]), OPTIONS)
    assert (report.added, report.changed) == (("a-third-guide",), ("imuran-guide",))
    built = open_index(str(tmp_path / "built"))
    built.reindex(Corpus([pages]), OPTIONS)
    assert answers(followed) == answers(built)
    assert ask(followed, "zebra").total.articles == 2
    assert followed.verify().problems == ()


# --- queries ----------------------------------------------------------------------------------

_SIGNS = [
    '"',
    "'",
    "-",
    "(",
    ")",
    "*",
    ":",
    "OR",
    "AND",
    "NOT",
    "|",
    "+",
    "~",
    "^",
    "\\",
    "/",
    "[[",
]
_WORDS = [
    "imuran",
    "side effects",
    "drug:",
    "section:",
    "title:",
    "5 mg",
    "0.5mg",
    "µ",
    "dose",
    "a*",
]
_TYPED = st.lists(st.sampled_from(_SIGNS + _WORDS), max_size=14).flatmap(
    lambda parts: st.sampled_from((" ".join(parts), "".join(parts)))
)


@given(text=st.one_of(st.text(max_size=60), _TYPED), group=st.sampled_from(("article", "section")))
@example(text="(" * 1_000, group="article")
@example(text='"' * 999, group="article")
@example(text="a* " * 333, group="section")
@example(text="\x00\ud800\u202e", group="article")
@example(text="", group="article")
def test_any_string_is_a_query(index: Index, text: str, group: str) -> None:
    results = ask(index, text, group=group, explain=True)
    assert results.query.text == text
    assert len(results.hits) <= results.request.per_page
    scores = [hit.score for hit in results.hits]
    assert scores == sorted(scores, reverse=True)
    for hit in results.hits:
        article = index.article(hit.article.id)
        for section in hit.sections:
            stored = next(found.text for found in article.sections if found.id == section.id)
            for snippet in section.snippets:
                assert_verbatim(snippet, stored)
            parts = sum(part.value for part in section.explanation)
            assert section.score == pytest.approx(parts, abs=1e-5)


def assert_verbatim(snippet: Snippet, text: str) -> None:
    """Check that a snippet is cut from a text, its marks sorted, disjoint and inside."""
    assert snippet.text
    assert text[snippet.start : snippet.start + len(snippet.text)] == snippet.text
    end = 0
    for mark in snippet.marks:
        assert end <= mark.start < mark.end <= len(snippet.text)
        end = mark.end


@pytest.mark.parametrize("text", ["a" * 1_001, "imuran " * 144])
def test_only_a_query_that_is_too_long_is_refused(index: Index, text: str) -> None:
    with pytest.raises(QueryError) as refused:
        ask(index, text)
    assert refused.value.code == "query-too-long"


def full_total(results: Results) -> int:
    """Return how many sections match every concept: none, where only parts are answered."""
    return results.total.sections if results.query.mode == "all" else 0


@given(
    asked=st.lists(st.sampled_from(CONCEPTS), min_size=1, max_size=3),
    more=st.sampled_from(CONCEPTS),
)
def test_adding_a_concept_never_raises_the_total(index: Index, asked: list[str], more: str) -> None:
    fewer, narrower = (ask(index, " ".join(words)) for words in (asked, [*asked, more]))
    assume(narrower.query.concepts > fewer.query.concepts)
    assert full_total(narrower) <= full_total(fewer)


@cache
def written_terms(index: Index) -> frozenset[str]:
    """Return every term of every article of the index."""
    articles = (index.article(summary.id) for summary in index.articles())
    return frozenset(term for article in articles for term in terms(whole_text(article)))


def whole_text(article: Article) -> str:
    parts = [f"{section.heading}\n{section.text}" for section in article.sections]
    return "\n".join([article.title, *parts, *(drug.name for drug in article.drugs)])


def is_absent(index: Index, name: str) -> bool:
    """Say whether no article of the index has all words of any name of the medicine."""
    knowledge = DrugKnowledge.shipped()
    names = [other for drug in knowledge.resolve_all(name) for other in knowledge.names(drug.key)]
    return not any(written_terms(index).issuperset(found.terms) for found in names)


@given(name=st.sampled_from(sorted(DrugKnowledge.shipped().protected)), data=st.data())
def test_a_medicine_that_is_not_there_never_shows_another(
    index: Index, name: str, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from((name, *ABSENT)))
    assume(is_absent(index, name))
    text = data.draw(st.sampled_from(("{}", "{} side effects", "dose of {}", "imuran and {}")))
    results = ask(index, text.format(name))
    assert (results.total.articles, results.total.sections, results.hits) == (0, 0, ())
    assert results.query.notes


@pytest.mark.parametrize("name", ABSENT)
def test_absent_medicines_are_known_and_absent(index: Index, name: str) -> None:
    """Otherwise the test above looks at nothing."""
    assert DrugKnowledge.shipped().resolve(name) is not None
    assert is_absent(index, name)
    assert name in " ".join(ask(index, name).query.notes)


DOSES = (
    "0.5 mg",
    "5 mg",
    "50 mg",
    "5mg",
    "5 ml",
    "15 mg",
    "5,000 mg",
    "5.0 mg",
    "5 mg/kg",
    "5, 10 mg",
)


@pytest.fixture(scope="module")
def doses(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Index a page for each dose."""
    folder = tmp_path_factory.mktemp("doses")
    pages = folder / "pages"
    pages.mkdir()
    for number, dose in enumerate(DOSES):
        text = f"<p>People usually take {dose} each morning, with a glass of water.</p>"
        page = f"<!doctype html><title>Page</title><h1>Page</h1><h2>Amount</h2>{text}"
        (pages / f"page-{number}.html").write_text(page, encoding="utf-8")
    opened = open_index(str(folder / "index"))
    assert opened.reindex(Corpus([pages]), OPTIONS).articles == len(DOSES)
    return opened


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("5 mg", {"5 mg", "5mg", "5.0 mg", "5 mg/kg"}),
        ("5mg", {"5 mg", "5mg", "5.0 mg", "5 mg/kg"}),
        ("0.5 mg", {"0.5 mg"}),
        (".5 mg", {"0.5 mg"}),
        ("50 mg", {"50 mg"}),
        ("5000 mg", {"5,000 mg"}),
        ("5 ml", {"5 ml"}),
        ("500 mg", set()),
    ],
)
def test_a_dose_never_finds_another_dose(doses: Index, query: str, found: set[str]) -> None:
    results = ask(doses, query, per_page=50)
    assert results.query.mode == "all"
    listed = {DOSES[int(hit.article.id.removeprefix("page-"))] for hit in results.hits}
    assert listed == found
