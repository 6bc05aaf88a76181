"""What people read of an answer."""

from dataclasses import replace

import click

from indexer.cli.hits import (
    is_less_than_asked,
    listing,
    narrowing,
    notes,
    nothing_found,
    totals,
)
from indexer.model import (
    ArticleSummary,
    Drug,
    Expansion,
    Facets,
    FacetValue,
    Hit,
    IntentMatch,
    Interpretation,
    Mark,
    Notice,
    Reason,
    Results,
    ScorePart,
    SearchRequest,
    SectionHit,
    Snippet,
    Status,
    Total,
)
from indexer.suggestions import Contact, Emergency, Suggestion, WaysOn

IMURAN = Drug(name="Imuran", ingredient="azathioprine", role="brand")
SECTION = SectionHit(
    id="serious",
    heading="Serious side effects",
    path=("Guide", "Side effects"),
    kind="adverse-reactions",
    score=3.5,
    snippets=(
        Snippet(text="Call a doctor at once:\n• fever", start=0, marks=(Mark(0, 4, "direct"),)),
    ),
)
HIT = Hit(
    article=ArticleSummary(
        id="imuran",
        title="A guide to Imuran",
        drugs=(IMURAN,),
        modified="2096-01-02T16:40:00+01:00",
    ),
    score=3.5,
    sections=(SECTION,),
    more_sections=1,
)
RESULTS = Results(
    request=SearchRequest(text="imuran fever"),
    query=Interpretation(text="imuran fever", concepts=2, drugs=(IMURAN,)),
    total=Total(articles=1, sections=2),
    hits=(HIT,),
    facets=Facets(),
    status=Status(
        location="var/index",
        generation=3,
        built_at="2026-11-23T03:20:00Z",
        articles=1_250,
        sections=20_000,
        schema="5f1c",
    ),
    pages=1,
    took_ms=4.4,
)
NOTHING = replace(RESULTS, total=Total(articles=0, sections=0), hits=(), pages=0)


def plain(results: Results, width: int | None = None) -> list[str]:
    return [click.unstyle(line) for line in listing(results, width=width)]


def test_a_hit_is_its_article_then_its_sections_with_references_and_snippets() -> None:
    assert plain(RESULTS) == [
        "A guide to Imuran",
        "  Imuran · source unknown · dated 2096-01-02",
        "  Serious side effects  (Guide › Side effects)  [Side effects]  imuran#serious",
        "    Call a doctor at once:",
        "    • fever",
        "  1 more section",
    ]


def test_an_article_without_a_date_says_so() -> None:
    undated = replace(HIT, article=replace(HIT.article, modified=None))
    shown = plain(replace(RESULTS, hits=(undated,)))[1]
    assert shown == "  Imuran · source unknown · no date found"


def test_an_article_says_who_speaks_and_that_it_is_old() -> None:
    old = replace(
        HIT.article, publisher="Corner Shop", publisher_type="seller", modified="2019-05-01"
    )
    shown = plain(replace(RESULTS, hits=(replace(HIT, article=old),)))[1]
    assert shown == (
        "  Imuran · Corner Shop (seller page) · dated 2019-05-01 · older than two years"
    )


def test_a_section_of_no_known_kind_has_no_badge() -> None:
    other = replace(HIT, sections=(replace(SECTION, kind="other", path=(), snippets=()),))
    assert plain(replace(RESULTS, hits=(other,)))[2] == "  Serious side effects  imuran#serious"


def test_snippets_are_wrapped_to_the_terminal_with_their_indent() -> None:
    assert plain(RESULTS, width=20)[3:5] == ["    Call a doctor at", "    once:"]


def test_an_explained_score_shows_the_parts_that_make_it() -> None:
    parts = (ScorePart(name="text", value=3.0), ScorePart(name="intent", value=0.5))
    explained = replace(HIT, sections=(replace(SECTION, explanation=parts, snippets=()),))
    assert plain(replace(RESULTS, hits=(explained,)))[3:6] == [
        "    score 3.5000",
        "       +3.0000  text",
        "       +0.5000  intent",
    ]


def test_what_was_added_and_given_up_is_said() -> None:
    query = Interpretation(
        text="imuran xyz",
        mode="partial",
        dropped=("xyz",),
        expansions=(Expansion(source="imuran", names=("azathioprine",), why="its ingredient"),),
        notes=("This index has no text about it.",),
    )
    assert list(notes(replace(RESULTS, query=query))) == [
        "Searched for imuran and azathioprine (its ingredient).",
        "This index has no text about it.",
        "Left out of the search: xyz.",
    ]
    everything_somewhere = replace(query, dropped=(), expansions=(), notes=())
    assert list(notes(replace(RESULTS, query=everything_somewhere))) == [
        "No section has everything that was asked for; these have the most of it."
    ]


def test_totals_say_how_much_there_is_and_how_exact_that_is() -> None:
    assert totals(RESULTS) == ("2 sections in 1 article · 4 ms · index of 2026-11-23T03:20:00Z")
    cut = replace(
        RESULTS,
        request=SearchRequest(text="a", page=2),
        total=Total(articles=1_200, sections=9_000, relation="gte"),
        pages=120,
    )
    assert totals(cut).startswith("at least 9,000 sections in 1,200 articles · page 2 of 120 · ")


def test_nothing_found_says_what_was_searched_and_what_to_try() -> None:
    said = "\n".join(nothing_found(NOTHING))
    assert 'Nothing found for "imuran fever" in 1,250 articles (20,000 sections).' in said
    assert "Try fewer or other words;" in said
    assert "drugsearch status" in said


def test_nothing_found_names_the_filters_and_how_to_search_wider() -> None:
    request = SearchRequest(text="x", drugs=("Imuran",), sections=("dosage",), exact=True)
    said = "\n".join(nothing_found(replace(NOTHING, request=request)))
    assert 'Nothing found for "x" within Imuran, Dosage in ' in said
    assert "no filter" in said
    assert "without --exact" in said


def test_absence_is_never_shown_as_safety() -> None:
    intent = (IntentMatch(kind="pregnancy", matched="pregnant"),)
    query = replace(NOTHING.query, intent=intent, concepts=2)
    said = "\n".join(nothing_found(replace(NOTHING, query=query)))
    assert "no text about pregnancy for Imuran. That does not mean that it is safe." in said
    assert "does not mean that it is safe" in "\n".join(nothing_found(NOTHING))


def test_absence_is_not_claimed_of_a_part_of_the_query() -> None:
    """Imuran and pregnancy may well be there; what nothing matches is all three together."""
    intent = (IntentMatch(kind="pregnancy", matched="pregnant"),)
    query = replace(NOTHING.query, intent=intent, concepts=3)
    wider = replace(NOTHING.query, intent=intent, concepts=2)
    filtered = SearchRequest(text="imuran pregnancy", categories=("Gout",))
    for results in (
        replace(NOTHING, query=query),
        replace(NOTHING, query=wider, request=filtered),
    ):
        assert "no text about" not in "\n".join(nothing_found(results))


def test_danger_comes_first_then_look_alikes_then_names_to_choose_from() -> None:
    offered = Suggestion(
        label="prednisone",
        detail="ingredient · Corticosteroid",
        query="prednisone dose",
        url=None,
        lookalikes=("prednisoLONE",),
    )
    answer = replace(
        RESULTS,
        emergency=Emergency(text="Call now.", contacts=(Contact(label="Poison", number="1"),)),
        notices=(Notice(code="lasa", text="Do not confuse."), Notice(code="absence", text="x")),
        suggestions=WaysOn(did_you_mean=(offered,)),
    )
    assert list(notes(answer)) == [
        "Call now.",
        "Poison: 1",
        "Do not confuse.",
        (
            "Did you mean prednisone (ingredient · Corticosteroid; do not confuse with "
            "prednisoLONE)? Search for: prednisone dose"
        ),
    ]
    assert is_less_than_asked(answer)


def test_a_hit_says_what_matched_where_and_by_which_road() -> None:
    reasons = (
        Reason(field="heading", term="side effects", via="intent"),
        Reason(field="text", term="side effects", via="intent"),
        Reason(field="text", term="azathioprine", via="expansion"),
        Reason(field="drug", term="azathioprine", via="subject"),
    )
    shown = replace(HIT, sections=(replace(SECTION, why=reasons, snippets=()),))
    assert plain(replace(RESULTS, hits=(shown,)))[3] == (
        "    why: side effects in heading, text (intent) · azathioprine in text (expansion) · "
        "about azathioprine"
    )


def test_facets_are_told_with_the_options_that_narrow_by_them() -> None:
    facets = Facets(
        section=(FacetValue(value="dosage", label="Dosage", count=2),),
        drug=(FacetValue(value="azathioprine", label="azathioprine", count=1),),
    )
    assert list(narrowing(replace(RESULTS, facets=facets))) == [
        "Narrow by --section: dosage 2",
        "Narrow by --drug: azathioprine 1",
    ]
