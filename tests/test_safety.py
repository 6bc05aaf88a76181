"""The promises of docs/safety.md, end to end: a few pages, an index, and the three ways to ask.

M10 is held by tests/knowledge/test_figures.py, most of M1 by tests/test_corrections.py; what is
promised of single modules is tested beside them.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from flask.testing import FlaskClient

from indexer import Corpus, Index, ReindexOptions, SearchRequest, Settings, open_index
from indexer.cli import main
from indexer.serialization import DISCLAIMER
from tests.web.conftest import reading
from tests.web.pages import page, text_of
from webapp import create_app

Run: TypeAlias = Callable[..., str]

ROOT = Path(__file__).resolve().parents[1]
SAFETY = ROOT / "docs/safety.md"

IMURAN = """<meta property="article:published_time" content="2019-05-01">
<h1>Imuran (azathioprine)</h1><p>Imuran contains azathioprine, 50 mg in each tablet.</p>
<h2>How to take Imuran</h2>
<p>Swallow it after a meal. The dose rises by 0.5 mg/kg. Do not take more than 2.5 mg/kg a day,
unless a specialist asks you to. Never halve a tablet.</p>
<h2>Serious side effects</h2><p>Seek immediate medical attention if you notice:</p>
<ul><li>dark urine</li><li>fever</li></ul>
<h2>Other medicines</h2><p>Allopurinol makes azathioprine stronger. Imuran is reduced then.</p>"""

PAGES = {
    "imuran": IMURAN,
    "shop/vidaza": """<h1>Vidaza (azacitidine)</h1><p>Vidaza contains azacitidine.</p>
    <h2>Side effects</h2><p>Nausea is common. Tell a nurse about it.</p>""",
    "bactrim": """<h1>Bactrim</h1><p>Bactrim contains sulfamethoxazole and trimethoprim.</p>
    <h2>Side effects</h2><p>Rash and nausea occur with Bactrim.</p>""",
    "agency/warfarin": """<meta property="article:published_time" content="2090-05-01">
    <h1>Warfarin tablets</h1><p>Warfarin thins the blood.</p>
    <h2>Dose</h2><p>The first dose of warfarin is 5 mg.</p>
    <h2>Strengths</h2><p>Bottles of 50 mg of warfarin exist.</p>
    <h2>Steps</h2><p>Warfarin is raised by 0.5 mg. At most 2,500 mg were ever given.</p>""",
}

SPEAKERS = """
[[source]]
match = "shop/*"
publisher = "Corner Shop"
type = "seller"

[[source]]
match = "agency/*"
publisher = "Sample Agency"
type = "regulator"
"""

QUERIES = (
    "imuran",
    "azathioprine side effects",
    "warfarin 5 mg",
    "dark urine",
    "nausea",
    "imuran allopurinol",
    "take more imuran",
    "trimethoprim",
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("safety")
    pages = folder / "pages"
    for name, body in PAGES.items():
        path = pages / f"{name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        head, title, rest = body.partition("<h1>")
        whole = f"<!doctype html><html lang=en><head>{head}<title>{name}</title></head><body><main>"
        path.write_text(f"{whole}{title}{rest}</main></body></html>", "utf-8")
    (pages / "sources.toml").write_text(SPEAKERS, "utf-8")
    opened = open_index(str(folder / "index"))
    assert opened.reindex(Corpus([pages]), ReindexOptions(jobs=1)).failed == ()
    return opened


@pytest.fixture(scope="module")
def client(index: Index) -> FlaskClient:
    return reading(create_app(Settings(index=index.location, deadline_ms=60_000)))


@pytest.fixture
def run(index: Index, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Ask in the terminal; both streams, answer first."""
    monkeypatch.setenv("DRUGSEARCH_INDEX", index.location)

    def run_here(*arguments: str) -> str:
        capsys.readouterr()
        with pytest.raises(SystemExit):
            main(arguments)
        return "".join(capsys.readouterr())

    return run_here


def answer(client: FlaskClient, query: str, **parameters: str) -> Any:  # noqa: ANN401 - JSON
    return client.get("/api/v1/search", query_string={"q": query, **parameters}).json


def shown(client: FlaskClient, query: str, **parameters: str) -> str:
    return text_of(client.get("/search", query_string={"q": query, **parameters}))


def quoted(client: FlaskClient, query: str) -> list[str]:
    """Return all snippets that a query is answered with."""
    return [
        snippet["text"]
        for hit in answer(client, query)["results"]
        for section in hit["sections"]
        for snippet in section["snippets"]
    ]


def on_page(client: FlaskClient, query: str) -> list[str]:
    """Return the lines of all snippets as a browser shows them."""
    found = page(client.get("/search", query_string={"q": query}))
    return [line.get_text() for line in found.select(".snippet p")]


def marked(client: FlaskClient, query: str, **parameters: str) -> set[tuple[str, str]]:
    """Return the words that are marked, each with how."""
    return {
        (snippet["text"][start:end].lower(), kind)
        for hit in answer(client, query, **parameters)["results"]
        for section in hit["sections"]
        for snippet in section["snippets"]
        for start, end, kind in snippet["marks"]
    }


# --- M1: a name is never changed in silence -----------------------------------------------------


def test_m1_the_one_correction_is_said_everywhere(client: FlaskClient, run: Run) -> None:
    results = answer(client, "azathoprine")
    assert (results["query"]["text"], results["query"]["corrected"]) == (
        "azathoprine",
        "azathioprine",
    )
    assert "No results for azathoprine . Showing azathioprine" in shown(client, "azathoprine")
    assert "Search exactly what I typed" in shown(client, "azathoprine")
    assert "No results for “azathoprine”." in run("search", "azathoprine")


def test_m1_the_one_correction_is_said_to_who_wants_no_notes(run: Run) -> None:
    assert "No results for “azathoprine”." in run("search", "--quiet", "azathoprine")


# --- M2: names that look alike ------------------------------------------------------------------


def test_m2_what_a_name_is_easily_taken_for_is_said_everywhere(
    client: FlaskClient, run: Run
) -> None:
    warning = "Do not confuse azaTHIOprine with azaCITIDine"
    assert {"lasa"} == {notice["code"] for notice in answer(client, "imuran")["notices"]}
    assert warning in answer(client, "imuran")["notices"][0]["text"]
    assert warning in shown(client, "imuran")
    assert warning in run("search", "imuran")
    assert "Do not confuse" not in shown(client, "warfarin")


def test_m2_a_hit_and_a_completion_say_so_where_the_query_does_not(
    client: FlaskClient, run: Run
) -> None:
    hits = {hit["article"]["id"]: hit["lasa"] for hit in answer(client, "nausea")["results"]}
    assert hits == {"bactrim": [], "shop.vidaza": ["azaTHIOprine"]}
    assert "do not confuse with azaTHIOprine" in shown(client, "nausea")
    assert "do not confuse with azaTHIOprine" in run("search", "nausea")
    (group, *_) = client.get("/api/v1/suggest?q=azat").json["groups"]  # type: ignore[index]
    assert "azaCITIDine" in group["items"][0]["lasa"]
    assert "azaCITIDine" in run("suggest", "azat")


def test_m2_a_look_alike_is_never_found_in_the_place_of_a_name(client: FlaskClient) -> None:
    for query, article_id in (("azathioprine", "imuran"), ("azacitidine", "shop.vidaza")):
        found = {hit["article"]["id"] for hit in answer(client, query)["results"]}
        assert found == {article_id}


def test_m2_tall_man_letters_are_emphasis_and_nothing_else(
    client: FlaskClient, index: Index
) -> None:
    typed, plain = (
        index.search(SearchRequest(text=text)) for text in ("azaTHIOprine", "azathioprine")
    )
    assert typed.hits == plain.hits
    for notice in answer(client, "imuran")["notices"]:
        assert "azathioprine" in notice["text"]
    told = answer(client, "imuran")
    assert "azaTHIOprine" not in str(told["results"])
    assert "azaTHIOprine" not in str(told["query"])
    sections = client.get("/api/v1/articles/imuran").get_json()["sections"]
    assert "azaTHIOprine" not in str(sections)


def test_m2_articles_and_medicines_carry_the_warning(client: FlaskClient, run: Run) -> None:
    warning = "Do not confuse azaTHIOprine with azaCITIDine"
    assert warning in text_of(client.get("/articles/imuran"))
    assert warning in text_of(client.get("/drugs/azathioprine"))
    assert warning in run("show", "imuran")


# --- M3: what else was searched for -------------------------------------------------------------


def test_m3_every_name_that_was_added_is_told_with_its_reason(
    client: FlaskClient, run: Run
) -> None:
    assert answer(client, "imuran")["query"]["expansions"] == [
        {
            "from": "imuran",
            "to": "azathioprine",
            "names": ["azathioprine"],
            "why": "ingredient of the brand",
            "disable": "/api/v1/search?q=imuran&without=azathioprine",
        }
    ]
    told = "Also matched azathioprine – leave out this name × ingredient of the brand"
    assert told in shown(client, "imuran")
    assert "Searched for imuran and azathioprine (ingredient of the brand)." in run(
        "search", "imuran"
    )


def test_m3_added_names_are_marked_apart(client: FlaskClient) -> None:
    assert {("imuran", "direct"), ("azathioprine", "related")} <= marked(client, "imuran")
    assert {("imuran", "related"), ("azathioprine", "direct")} <= marked(client, "azathioprine")
    marks = page(client.get("/search?q=imuran")).select(".snippet mark.related")
    assert {mark.get_text().lower() for mark in marks} == {"azathioprine"}


def test_m3_added_names_can_be_left_out(client: FlaskClient, run: Run) -> None:
    links = page(client.get("/search?q=imuran")).select(".reading-ways a")
    (without,) = (str(a["href"]) for a in links if a.get_text() == "Leave out other names")
    assert "Also matched" not in text_of(client.get(without))
    assert answer(client, "imuran", expand="none")["query"]["expansions"] == []
    assert "related" not in {kind for _, kind in marked(client, "imuran", expand="none")}
    assert "Searched for" not in run("search", "imuran", "--expand", "none")


def test_m3_one_added_name_can_be_left_out(client: FlaskClient, run: Run) -> None:
    assert answer(client, "imuran", without="azathioprine")["query"]["expansions"] == []
    assert "related" not in {kind for _, kind in marked(client, "imuran", without="Azathioprine")}
    assert "Searched for" not in run("search", "imuran", "--without", "azathioprine")
    (told,) = answer(client, "trimethoprim")["query"]["expansions"]
    assert not answer(client, "trimethoprim", without=told["names"][0])["query"]["expansions"]


def test_m3_a_combination_is_told_to_be_one(client: FlaskClient) -> None:
    (told,) = answer(client, "trimethoprim")["query"]["expansions"]
    assert told["to"] == "sulfamethoxazole / trimethoprim"
    assert told["why"] == "combinations with trimethoprim"
    assert answer(client, "trimethoprim", expand="none")["query"]["expansions"] == []


# --- M4: numbers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dose", "heading"),
    [("0.5 mg", "Steps"), (".5mg", "Steps"), ("5 mg", "Dose"), ("50 mg", "Strengths")],
)
def test_m4_a_dose_finds_itself_and_no_other(client: FlaskClient, dose: str, heading: str) -> None:
    results = answer(client, f"warfarin {dose}")
    (hit,) = results["results"]
    assert [section["heading"] for section in hit["sections"]] == [heading]
    assert results["query"]["mode"] == "all"


def test_m4_a_dose_that_is_nowhere_finds_none_that_is_like_it(client: FlaskClient) -> None:
    results = answer(client, "warfarin 25 mg")
    assert results["results"] == []
    assert results["notices"][-1]["text"] == "Nothing in this index says “25 mg”."


def test_m4_a_dose_of_another_medicine_is_told_to_be_left_out(client: FlaskClient) -> None:
    results = answer(client, "imuran 5 mg")
    assert results["query"]["dropped"] == ["5 mg"]
    assert "This index has no text about “5 mg” for imuran." in results["notices"][-1]["text"]
    assert not any("mg" in text for text, _ in marked(client, "imuran 5 mg"))


@pytest.mark.parametrize("query", QUERIES)
def test_m4_what_is_shown_stands_so_in_the_article(
    client: FlaskClient, index: Index, query: str
) -> None:
    results = index.search(SearchRequest(text=query))
    assert results.hits
    for hit in results.hits:
        texts = {section.id: section.text for section in index.article(hit.article.id).sections}
        for section in hit.sections:
            for snippet in section.snippets:
                assert texts[section.id].startswith(snippet.text, snippet.start)
    found = page(client.get("/search", query_string={"q": query}))
    lines = [line for text in quoted(client, query) for line in text.split("\n")]
    if found.find("a", string="Quoted above"):
        # The card quotes the first section whole, so the list does not quote it again.
        first = results.hits[0].sections[0].snippets
        lines = lines[sum(len(snippet.text.split("\n")) for snippet in first) :]
    assert on_page(client, query) == lines


@pytest.mark.parametrize("query", QUERIES)
def test_m4_the_section_that_answers_is_quoted_word_for_word(
    client: FlaskClient, index: Index, query: str
) -> None:
    found = page(client.get("/search", query_string={"q": query}))
    best = index.search(SearchRequest(text=query)).best
    shown_texts = [part.get_text().strip() for part in found.select(".best-text :is(p, li, td)")]
    assert bool(shown_texts) == (best is not None)
    if best is not None:
        stored = index.article(best.article.id).sections
        (text,) = (section.text for section in stored if section.id == best.section.id)
        assert all(shown_text in text for shown_text in shown_texts)


def test_m4_numbers_keep_their_signs_to_the_page(client: FlaskClient) -> None:
    assert on_page(client, "warfarin 0.5 mg") == ["Warfarin is raised by 0.5 mg."]
    assert on_page(client, "warfarin 2500 mg") == ["At most 2,500 mg were ever given."]
    (line,) = on_page(client, "imuran 2.5 mg/kg")
    assert "2.5 mg/kg a day" in line


# --- M5: whole sentences ------------------------------------------------------------------------


def test_m5_a_warning_keeps_its_not_and_its_unless(client: FlaskClient, run: Run) -> None:
    warning = "Do not take more than 2.5 mg/kg a day, unless a specialist asks you to."
    assert quoted(client, "imuran more than a day") == [warning]
    assert on_page(client, "imuran more than a day") == [warning]
    assert warning in run("search", "imuran more than a day")
    assert quoted(client, "imuran halve") == ["Never halve a tablet."]


def test_m5_an_item_comes_with_what_introduces_it(client: FlaskClient, run: Run) -> None:
    lead = "Seek immediate medical attention if you notice:"
    assert quoted(client, "dark urine") == [f"{lead}\n• dark urine"]
    assert on_page(client, "dark urine") == [lead, "• dark urine"]
    assert lead in run("search", "dark urine")


# --- M6: who speaks, and since when -------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "kind", "stale", "told"),
    [
        ("vidaza", "seller", "unknown-date", "Corner Shop Seller page no date found"),
        (
            "imuran",
            "unknown",
            "older-than-24-months",
            "source unknown published 1 May 2019 older than two years",
        ),
        ("warfarin", "regulator", None, "Sample Agency Regulator published 1 May 2090"),
    ],
)
def test_m6_each_hit_and_article_says_who_speaks_and_how_old_it_is(
    client: FlaskClient, query: str, kind: str, stale: str | None, told: str
) -> None:
    article = answer(client, query)["results"][0]["article"]
    assert (article["publisher_type"], article["stale"]) == (kind, stale)
    assert article["indexed"]
    assert told in shown(client, query)
    assert told in text_of(client.get(f"/articles/{article['id']}"))


def test_m6_the_terminal_says_so_too(run: Run) -> None:
    assert "Corner Shop (seller page) · no date found" in run("search", "vidaza")
    assert "source unknown · dated 2019-05-01 · older than two years" in run("search", "imuran")
    assert "Sample Agency (regulator) · dated 2090-05-01" in run("search", "warfarin")


def test_m6_a_seller_is_listed_and_never_first_among_equals(client: FlaskClient) -> None:
    found = [hit["article"]["publisher_type"] for hit in answer(client, "nausea")["results"]]
    assert found == ["unknown", "seller"]
    explained = answer(client, "nausea", explain="1")["results"][1]["sections"][0]["explain"]
    assert {"name": "seller page", "value": -1.5} in explained


# --- M7: absence is not safety ------------------------------------------------------------------


@pytest.mark.parametrize("query", ["imuran pregnancy", "imuran grapefruit zzyzx", "humira", "zzy"])
def test_m7_what_is_not_there_is_never_shown_as_safe(
    client: FlaskClient, run: Run, query: str
) -> None:
    assert answer(client, query)["notices"]
    assert re.search(
        r"not mean (?:that )?it is safe|says nothing about whether", shown(client, query)
    )
    assert "does not mean that it is safe" in run("search", query)


def test_m7_a_kind_of_text_that_is_missing_is_named(client: FlaskClient) -> None:
    codes = {
        notice["code"]: notice["text"] for notice in answer(client, "imuran pregnancy")["notices"]
    }
    assert codes["absence"] == (
        "This index has no text about pregnancy for imuran. That does not mean that it is safe."
    )
    absent = text_of(client.get("/articles/imuran"))
    assert re.search(r"no section about: .*Pregnancy.* does not mean that there is nothing", absent)


# --- M8: no verdicts ----------------------------------------------------------------------------


def test_m8_two_medicines_are_text_that_names_both_and_no_verdict(
    client: FlaskClient, run: Run
) -> None:
    told = (
        "These texts name imuran and allopurinol together. "
        "That alone says nothing about whether they may be combined."
    )
    results = answer(client, "imuran allopurinol")
    assert {"code": "together", "text": told} in results["notices"]
    assert told in shown(client, "imuran allopurinol")
    assert told in run("search", "imuran allopurinol")
    assert quoted(client, "imuran allopurinol") == ["Allopurinol makes azathioprine stronger."]


def test_m8_two_medicines_that_no_text_names_together_list_nothing(client: FlaskClient) -> None:
    results = answer(client, "imuran warfarin")
    assert results["results"] == []
    (absence,) = [of["text"] for of in results["notices"] if of["code"] == "absence"]
    assert absence.endswith("together. That does not mean that it is safe.")


def test_m8_all_that_is_listed_is_quoted(client: FlaskClient) -> None:
    """There is no key for a summary, an answer or a dose of the program's own."""
    results = answer(client, "imuran allopurinol")
    (hit,) = results["results"]
    assert hit.keys() == {"rank", "article", "score", "more_sections", "lasa", "sections"}
    assert hit["sections"][0].keys() == {
        "id",
        "heading",
        "path",
        "kind",
        "loinc",
        "url",
        "fragment_url",
        "score",
        "snippets",
        "why",
    }


# --- M9: emergencies ----------------------------------------------------------------------------


def test_m9_the_panel_stands_above_everything_else(client: FlaskClient, run: Run) -> None:
    text = answer(client, "imuran overdose")["emergency"]["text"]
    assert "call your local emergency number" in text
    soup = page(client.get("/search?q=imuran+overdose"))
    first = soup.select_one(".results-head > section, .results-head > .notice")
    assert first is not None
    assert text in first.get_text()
    assert run("search", "imuran", "overdose").startswith(f"* {text}\n")
    assert text in run("search", "--quiet", "imuran", "overdose")
    assert answer(client, "imuran")["emergency"] is None
    assert "emergency" not in shown(client, "imuran").lower()


def test_m9_it_is_shown_when_nothing_is_found(client: FlaskClient, run: Run) -> None:
    assert "call your local emergency number" in shown(client, "humira overdose")
    assert "call your local emergency number" in run("search", "humira", "overdose")


def test_m9_it_is_shown_to_who_wants_no_notes_when_nothing_is_found(run: Run) -> None:
    assert "call your local emergency number" in run("search", "--quiet", "humira", "overdose")


def test_m9_a_region_s_numbers_are_shown(index: Index, tmp_path: Path) -> None:
    file = tmp_path / "region.toml"
    file.write_text('text = "Call."\n[[contact]]\nlabel = "Poison centre"\nnumber = "12 34"\n')
    settings = Settings(index=index.location, emergency_file=str(file), deadline_ms=60_000)
    client = reading(create_app(settings))
    assert "Call. Poison centre: 12 34" in shown(client, "overdose")
    assert answer(client, "overdose")["emergency"]["contacts"] == [
        {"label": "Poison centre", "number": "12 34"}
    ]


# --- M11: privacy -------------------------------------------------------------------------------

ADDRESSES = (
    "/",
    "/search?q=imuran+pregnancy",
    "/search?q=imuran&sort=zzyzx",
    "/articles/imuran?h=imuran+pregnancy",
    "/drugs/imuran",
    "/about/safety",
    "/api/v1/search?q=imuran+pregnancy",
    "/api/v1/suggest?q=imuran",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_m11_no_cookie_is_set_and_no_other_site_learns_of_a_visit(
    client: FlaskClient, address: str
) -> None:
    response = client.get(address)
    assert "Set-Cookie" not in response.headers
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "://" not in response.headers["Content-Security-Policy"]
    if response.mimetype == "text/html":
        loaded = page(response).select("[src], link[rel~=stylesheet], link[rel~=icon]")
        addresses = [str(tag.get("src") or tag.get("href")) for tag in loaded]
        assert addresses
        assert all(re.match(r"/(?!/)", found) for found in addresses)


@pytest.mark.parametrize("address", ADDRESSES)
def test_m11_what_is_asked_is_not_logged(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    with caplog.at_level(logging.DEBUG):
        client.get(address)
    assert not re.search("imuran|pregnancy|zzyzx", caplog.text, re.IGNORECASE)


def test_m11_the_terminal_keeps_nothing(run: Run, index: Index) -> None:
    folder = Path(index.location)
    before = sorted(path for path in folder.rglob("*"))
    run("search", "imuran pregnancy")
    assert sorted(path for path in folder.rglob("*")) == before


# --- M12: what this is not ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["/", "/search", "/search?q=imuran", "/search?q=zzyzx", "/drugs", "/help", "/articles/none"],
)
def test_m12_every_page_says_that_it_is_no_advice(client: FlaskClient, address: str) -> None:
    footer = page(client.get(address)).select_one("footer .disclaimer")
    assert footer is not None
    assert footer.get_text() == DISCLAIMER


def test_m12_every_article_says_so_below_its_text(client: FlaskClient) -> None:
    foot = page(client.get("/articles/imuran")).select_one("article .article-foot")
    assert foot is not None
    assert DISCLAIMER in foot.get_text()


def test_m12_programs_and_the_terminal_are_told_too(client: FlaskClient, run: Run) -> None:
    assert answer(client, "imuran")["meta"]["disclaimer"] == DISCLAIMER
    for address in ("/api/v1/articles/imuran", "/api/v1/articles/imuran/sections/other-medicines"):
        assert client.get(address).json["disclaimer"] == DISCLAIMER  # type: ignore[index]
    assert DISCLAIMER in run("search", "imuran", "--json")
    assert run("show", "imuran").endswith(f"{DISCLAIMER}\n")


def test_m12_a_search_in_the_terminal_says_so(run: Run) -> None:
    assert DISCLAIMER in run("search", "imuran")


def test_m12_nothing_has_to_be_clicked_away(client: FlaskClient) -> None:
    soup = page(client.get("/search?q=imuran"))
    # What a template holds is not in the page; the sheet of keys is opened by who asks for it.
    for template in soup.select("template"):
        template.decompose()
    assert not soup.select("dialog, [aria-modal], [popover]")
    assert soup.select(".hit")


# --- docs/safety.md -----------------------------------------------------------------------------


def promises() -> dict[str, list[str]]:
    """Return the tests that the table at the top names for each rule."""
    rows = re.findall(r"^\| (M\d+) \|.*\|(.*)\|$", SAFETY.read_text("utf-8"), flags=re.MULTILINE)
    return {rule: re.findall(r"`(test_\w+)`", tests) for rule, tests in rows}


def test_every_rule_has_tests_and_every_test_that_is_named_exists() -> None:
    existing = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", path.read_text("utf-8"), flags=re.MULTILINE)
    }
    assert list(promises()) == [f"M{number}" for number in range(1, 13)]
    assert all(promises().values())
    named = set(re.findall(r"`(test_\w+)`", SAFETY.read_text("utf-8")))
    assert named - existing == set()


def test_the_page_on_safety_leads_to_the_promises(client: FlaskClient) -> None:
    text = text_of(client.get("/about/safety"))
    assert DISCLAIMER in text
    for said in ("never silently replaced", "0.5 mg is not 5 mg", "no evidence of safety"):
        assert said in text


# --- M10 ----------------------------------------------------------------------------------------


def test_m10_what_disagrees_is_told_on_page_terminal_and_json(tmp_path: Path) -> None:
    source = Path(__file__).resolve().parents[1] / "corpus" / "imuran-guide.html"
    index: Index = open_index(str(tmp_path / "index"))
    index.reindex(Corpus([source]), ReindexOptions(jobs=1))
    client = create_app(Settings(index=index.location, deadline_ms=60_000)).test_client()
    told = client.get("/api/v1/search?q=imuran").get_json()["results"][0]["article"]["notices"]
    assert {notice["code"] for notice in told} == {"conflicting-figures", "off-topic"}
    for address in ("/search?q=imuran", "/articles/imuran-guide"):
        shown = client.get(address).get_data(as_text=True)
        assert "This article gives different figures for mild side effects" in shown
        assert "This article also has text about other medicines" in shown
