"""The shapes of `contract.md`, key by key: programs outside read exactly these."""

import html
import json
import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.model import (
    Article,
    ArticleSummary,
    Drug,
    DrugEntry,
    Encoding,
    Expansion,
    Facets,
    FacetValue,
    Hit,
    IntentMatch,
    Interpretation,
    Mark,
    Reason,
    Results,
    ScorePart,
    SearchRequest,
    Section,
    SectionHit,
    Snippet,
    Status,
    Total,
)
from indexer.runs import Failure, Report, Verification
from indexer.serialization import (
    DISCLAIMER,
    article_json,
    drug_json,
    indexed_article_json,
    report_json,
    results_json,
    search_link,
    search_links,
    section_json,
    snippet_html,
    status_json,
    verification_json,
)

IMURAN = Drug(name="Imuran", ingredient="azathioprine", role="brand", evidence=("title", "url"))

STATUS = Status(
    location="var/index",
    generation=42,
    built_at="2026-11-23T03:20:00Z",
    articles=31,
    sections=402,
    schema="5f1c",
)

SNIPPET = Snippet(
    text="If you experience <b> side effects, seek help.",
    start=120,
    marks=(Mark(22, 34, "direct"), Mark(41, 45, "related")),
)

RESULTS = Results(
    request=SearchRequest(text="imuran side effects", explain=True),
    query=Interpretation(
        text="imuran side effects",
        concepts=2,
        drugs=(IMURAN,),
        intent=(IntentMatch(kind="adverse-reactions", matched="side effects"),),
        expansions=(
            Expansion(source="imuran", names=("azathioprine",), why="ingredient of the brand"),
        ),
    ),
    total=Total(articles=1, sections=7),
    hits=(
        Hit(
            article=ArticleSummary(id="imuran-guide", title="A guide", drugs=(IMURAN,)),
            score=18.4,
            sections=(
                SectionHit(
                    id="serious-side-effects",
                    heading="Serious side effects",
                    path=("Side effects",),
                    kind="adverse-reactions",
                    score=18.4,
                    snippets=(SNIPPET,),
                    why=(Reason(field="heading", term="side effects", via="intent"),),
                    explanation=(
                        ScorePart(name="text", value=15.0),
                        ScorePart(name="intent", value=3.4),
                    ),
                ),
            ),
            more_sections=4,
        ),
    ),
    facets=Facets(
        section=(FacetValue(value="adverse-reactions", label="Side effects", count=1),),
    ),
    status=STATUS,
    pages=1,
    took_ms=1.23456,
)

ARTICLE = Article(
    id="imuran-guide",
    source="imuran-guide.html",
    title="A guide",
    sections=(
        Section(
            id="uses", heading="Uses", level=2, path=("A guide",), kind="indications", text="Lupus."
        ),
    ),
    drugs=(IMURAN,),
    encoding=Encoding(name="windows-1252", source="fallback"),
)


def test_results_have_the_shape_of_the_contract() -> None:
    shape = results_json(RESULTS)
    assert set(shape) == {
        "query", "total", "results", "best", "facets", "suggestions", "notices", "emergency",
        "page", "links", "meta",
    }  # fmt: skip
    assert shape["query"] == {
        "text": "imuran side effects",
        "ran": "imuran side effects",
        "mode": "all",
        "concepts": 2,
        "dropped": [],
        "drugs": [{"name": "Imuran", "ingredient": "azathioprine", "role": "brand"}],
        "intent": [{"kind": "adverse-reactions", "matched": "side effects", "loinc": "34084-4"}],
        "expansions": [
            {
                "from": "imuran",
                "to": "azathioprine",
                "names": ["azathioprine"],
                "why": "ingredient of the brand",
                "disable": "/api/v1/search?q=imuran+side+effects&without=azathioprine&explain=1",
            }
        ],
        "corrected": None,
        "notes": [],
    }
    assert shape["total"] == {"articles": 1, "sections": 7, "relation": "eq"}
    assert shape["suggestions"] == {"did_you_mean": [], "related": []}
    assert shape["page"] == {"number": 1, "size": 10, "pages": 1}
    assert shape["facets"] == {
        "section": [
            {"value": "adverse-reactions", "label": "Side effects", "count": 1, "selected": False}
        ],
        "drug": [],
        "class": [],
        "category": [],
        "year": [],
    }
    assert shape["meta"] == {
        "took_ms": 1.235,
        "partial": False,
        "generation": 42,
        "built_at": "2026-11-23T03:20:00Z",
        "articles": 31,
        "sections": 402,
        "disclaimer": DISCLAIMER,
        "safety": "/about/safety",
    }


def test_a_hit_names_its_article_and_addresses_its_sections() -> None:
    shape = json.loads(json.dumps(results_json(RESULTS)["results"]))
    assert shape == [
        {
            "rank": 1,
            "article": {
                "id": "imuran-guide",
                "title": "A guide",
                "url": "/articles/imuran-guide",
                "source_url": None,
                "published": None,
                "modified": None,
                "categories": [],
                "tags": [],
                "drugs": [{"name": "Imuran", "ingredient": "azathioprine", "role": "brand"}],
                "notices": [],
                "publisher": None,
                "publisher_type": "unknown",
                "licence": None,
                "indexed": None,
                "stale": "unknown-date",
            },
            "score": 18.4,
            "more_sections": 4,
            "lasa": [],
            "sections": [
                {
                    "id": "serious-side-effects",
                    "heading": "Serious side effects",
                    "path": ["Side effects"],
                    "kind": "adverse-reactions",
                    "loinc": "34084-4",
                    "url": "/articles/imuran-guide?h=imuran+side+effects#serious-side-effects",
                    "fragment_url": "/articles/imuran-guide#serious-side-effects:~:text="
                    "If%20you%20experience%20%3Cb%3E%20side%20effects%2C%20seek%20help.",
                    "score": 18.4,
                    "snippets": [
                        {
                            "text": SNIPPET.text,
                            "marks": [[22, 34, "direct"], [41, 45, "related"]],
                            "html": "If you experience &lt;b&gt; <mark>side effects</mark>, seek "
                            '<mark class="related">help</mark>.',
                            "char_start": SNIPPET.start,
                        }
                    ],
                    "why": [{"field": "heading", "term": "side effects", "via": "intent"}],
                    "explain": [
                        {"name": "text", "value": 15.0},
                        {"name": "intent", "value": 3.4},
                    ],
                }
            ],
        }
    ]


def test_scores_are_explained_only_when_asked() -> None:
    plain = replace(RESULTS, request=SearchRequest(text="imuran side effects"))
    assert '"explain"' not in json.dumps(results_json(plain)["results"])


@pytest.mark.parametrize(
    ("page", "pages", "has_previous", "has_next"),
    [
        (1, 0, False, False),
        (1, 1, False, False),
        (1, 3, False, True),
        (2, 3, True, True),
        (3, 3, True, False),
        (9, 3, True, False),
    ],
)
def test_links_lead_to_pages_that_exist(
    page: int, pages: int, *, has_previous: bool, has_next: bool
) -> None:
    request = SearchRequest(text="liver", page=page)
    links = results_json(replace(RESULTS, request=request, pages=pages))["links"]
    assert isinstance(links, dict)
    assert (links["prev"] is not None, links["next"] is not None) == (has_previous, has_next)


def test_links_can_be_given_by_who_knows_better() -> None:
    links = search_links(replace(RESULTS, request=SearchRequest(text="another")))
    assert results_json(RESULTS, links=links)["links"] == links


def test_a_link_repeats_every_parameter_that_is_not_the_usual_one() -> None:
    request = SearchRequest(
        text="5 µg & more",
        drugs=("Imuran", "Prograf"),
        sections=("dosage",),
        classes=("Purine Antimetabolite",),
        categories=("Pain Relief",),
        years=("2024",),
        articles=("imuran-guide",),
        without=("azathioprine",),
        sort="newest",
        group="section",
        per_page=20,
        expand=False,
        exact=True,
        explain=True,
    )
    assert parse_qs(urlsplit(search_link("/search", request, page=3)).query) == {
        "q": ["5 µg & more"],
        "drug": ["Imuran", "Prograf"],
        "section": ["dosage"],
        "class": ["Purine Antimetabolite"],
        "category": ["Pain Relief"],
        "year": ["2024"],
        "article": ["imuran-guide"],
        "without": ["azathioprine"],
        "sort": ["newest"],
        "group": ["section"],
        "page": ["3"],
        "per_page": ["20"],
        "expand": ["none"],
        "exact": ["1"],
        "explain": ["1"],
    }
    assert search_link("/search", SearchRequest(text="liver")) == "/search?q=liver"


@given(st.text(), st.lists(st.integers(0, 50), max_size=6))
def test_snippet_html_is_the_text_and_marks_and_nothing_else(text: str, places: list[int]) -> None:
    bounds = sorted({place for place in places if place <= len(text)})
    pairs = zip(bounds[::2], bounds[1::2], strict=False)
    marks = tuple(Mark(start, end, "direct") for start, end in pairs)
    shown = snippet_html(Snippet(text=text, start=0, marks=marks))
    assert shown.count("<") == shown.count(">") == 2 * len(marks)
    assert html.unescape(re.sub(r"</?mark>", "", shown)) == text


def test_a_parsed_article_has_the_shape_of_the_contract() -> None:
    assert dict(article_json(ARTICLE)) == {
        "id": "imuran-guide",
        "source": "imuran-guide.html",
        "title": "A guide",
        "url": None,
        "published": None,
        "modified": None,
        "language": None,
        "author": None,
        "categories": [],
        "tags": [],
        "drugs": [
            {
                "name": "Imuran",
                "ingredient": "azathioprine",
                "role": "brand",
                "evidence": ["title", "url"],
            }
        ],
        "publisher": None,
        "publisher_type": "unknown",
        "licence": None,
        "indexed": None,
        "stale": "unknown-date",
        "notices": [],
        "encoding": {"name": "windows-1252", "from": "fallback"},
        "warnings": [],
        "sections": [
            {
                "id": "uses",
                "heading": "Uses",
                "level": 2,
                "path": ["A guide"],
                "kind": "indications",
                "loinc": "34067-9",
                "rule": "",
                "text": "Lupus.",
            }
        ],
    }


def test_an_indexed_article_adds_its_addresses_and_the_disclaimer() -> None:
    indexed = indexed_article_json(ARTICLE)
    for name, value in article_json(ARTICLE).items():
        assert dict(indexed)[name] == value
    assert indexed["disclaimer"] == DISCLAIMER
    assert indexed["links"] == {
        "self": "/api/v1/articles/imuran-guide",
        "html": "/articles/imuran-guide",
    }


def test_a_section_alone_says_whose_it_is() -> None:
    alone = section_json(ARTICLE.sections[0], ARTICLE)
    assert alone["links"] == {
        "self": "/api/v1/articles/imuran-guide/sections/uses",
        "html": "/articles/imuran-guide#uses",
    }
    assert isinstance(alone["article"], dict)
    assert alone["article"]["id"] == "imuran-guide"


def test_a_report_counts_and_gives_reasons() -> None:
    report = Report(
        generation=7,
        articles=3,
        sections=12,
        added=("a", "b"),
        removed=("c",),
        failed=(Failure(source="bad.html", reason="no text"),),
        skipped=(("hidden file", 2),),
        seconds=0.123456,
        published=True,
    )
    expected = {
        "generation": 7,
        "articles": 3,
        "sections": 12,
        "added": 2,
        "changed": 0,
        "removed": 1,
        "unchanged": 0,
        "failed": [{"source": "bad.html", "reason": "no text"}],
        "skipped": {"hidden file": 2},
        "warnings": [],
        "seconds": 0.123,
        "published": True,
        "refused": None,
    }
    assert report_json(report) == expected
    assert report_json(report, named=True) == {
        **expected,
        "changes": {"added": ["a", "b"], "changed": [], "removed": ["c"]},
    }


def test_status_tells_what_is_served_but_not_where_it_lies() -> None:
    assert status_json(STATUS) == {
        "generation": 42,
        "built_at": "2026-11-23T03:20:00Z",
        "articles": 31,
        "sections": 402,
        "schema": "5f1c",
        "notes": [],
    }


def test_verification_is_ok_only_without_problems() -> None:
    sound = Verification(
        generation=1, checked_files=2, checked_articles=3, checked_sections=4, checked_postings=5
    )
    damaged = replace(sound, problems=("segment.bin: other bytes",))
    assert verification_json(sound) == {
        "generation": 1,
        "ok": True,
        "checked": {"files": 2, "articles": 3, "sections": 4, "postings": 5},
        "problems": [],
    }
    assert verification_json(damaged)["ok"] is False


def test_a_drug_lists_each_of_its_names_once() -> None:
    entry = DrugEntry(
        name="azathioprine",
        ingredient="azathioprine",
        brands=("Imuran", "Jayempi"),
        drug_class=None,
        articles=("imuran-guide",),
    )
    assert drug_json(entry) == {
        "name": "azathioprine",
        "names": ["azathioprine", "Imuran", "Jayempi"],
        "ingredient": "azathioprine",
        "brands": ["Imuran", "Jayempi"],
        "class": None,
        "count": 1,
        "articles": ["imuran-guide"],
        "url": "/drugs/azathioprine",
    }
