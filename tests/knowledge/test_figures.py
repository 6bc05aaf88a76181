"""M10: contradictions and text on something else are told, and nothing is told in doubt."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.knowledge.drugs import DrugKnowledge
from indexer.knowledge.figures import conflicting_figures, off_topic
from indexer.model import Article, Section
from indexer.parsing import parse_article

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "corpus"
LEAFLETS = ROOT / "../shared/data/epi_html_en"
SPECIMEN = "imuran-guide.html"

ROW = (
    "<table><tr><th>Effect</th><th>{column}</th></tr>"
    "<tr><td>Mild side effects</td><td>{figure}</td></tr></table>"
)
MILD = ROW.format(column="Percentage of patients", figure="15%")
TWO_COLUMNS = (
    "<table><tr><th>Effect</th><th>Imuran</th><th>Placebo</th></tr>"
    "<tr><td>Mild side effects</td><td>15%</td><td>9%</td></tr></table>"
)
DEFINED = (
    "<dl><dt>Transplant</dt><dd>See below.</dd>"
    "<dd>15 % of patients had mild side effects.</dd></dl>"
)
SAID = "<p>78 % of patients had only mild side effects.</p>"


def parsed(path: Path) -> Article:
    return parse_article(path.read_bytes(), article_id=path.stem, source=path.name)


def article(body: str, title: str = "Imuran (azathioprine)") -> Article:
    page = (
        f"<!doctype html><html lang=en><title>{title}</title><body><main><h1>{title}</h1>"
        f"<p>{title} is a medicine for the immune system.</p>{body}</main></body></html>"
    )
    return parse_article(page.encode(), article_id="a", source="a.html")


def figures(body: str) -> list[tuple[str, str, str]]:
    return [
        (found.metric, found.first.number, found.second.number)
        for found in conflicting_figures(article(body))
    ]


def foreign(body: str, title: str = "Imuran (azathioprine)") -> tuple[str, ...]:
    filler = "".join(f"<h2>Notes {letter}</h2><p>Nothing more.</p>" for letter in "abcdef")
    return off_topic(article(body + filler, title), DrugKnowledge.shipped())


def pages_but_the_specimen() -> Iterator[Path]:
    for folder, step in ((CORPUS, 1), (LEAFLETS, 4)):
        pages = sorted(path for path in folder.rglob("*") if "htm" in path.suffix)
        yield from (path for path in pages[::step] if path.name != SPECIMEN)


# --- the specimen, and what is none -----------------------------------------------------------


def test_m10_the_page_that_contradicts_itself_is_told_with_both_quotations() -> None:
    page = parsed(CORPUS / SPECIMEN)
    mild, serious = conflicting_figures(page)
    assert (mild.metric, mild.first.number, mild.second.number) == (
        "mild side effects",
        "78 %",
        "15%",
    )
    assert (serious.metric, serious.first.number, serious.second.number) == (
        "serious side effects",
        "10 %",
        "2%",
    )
    assert mild.second.text == "Mild Side Effects — Percentage of Patients: 15%"
    texts = {section.id: section.text for section in page.sections}
    for quote in (mild.first, mild.second, serious.first, serious.second):
        assert quote.text in texts[quote.section]
        assert quote.number in quote.text


def test_m10_the_part_that_has_little_to_do_with_the_medicine_is_told() -> None:
    page = parsed(CORPUS / SPECIMEN)
    assert off_topic(page, DrugKnowledge.shipped()) == ("a-word-on-everyday-pain-relief",)


@pytest.mark.slow
def test_m10_of_other_real_pages_nothing_is_told_and_soon() -> None:
    """None of them contradicts itself or strays: every hit of all 502 leaflets was looked at."""
    knowledge = DrugKnowledge.shipped()
    spent, seen = 0.0, 0
    for path in pages_but_the_specimen():
        page = parsed(path)
        started = time.process_time()
        assert conflicting_figures(page) == (), path.name
        assert off_topic(page, knowledge) == (), path.name
        spent += time.process_time() - started
        seen += 1
    assert seen in {32, 32 + 126}
    assert spent / seen < 0.02  # seconds; about 0.002 as measured


# --- figures ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        "<p>78 % of patients had only mild side effects.</p>",
        "<p>78% of the patients had mild side effects</p>",
        "<p>About 78 percent of people taking Imuran experienced mild side effects!</p>",
        "<p>According to a survey, 78 % of users reported mild side effects, such as a rash.</p>",
        "<p>78 % of patients had mild side effects, while 10 % had serious ones.</p>",
        "<p>Mild side effects were reported by 78 % of patients.</p>",
        "<p>Mild side effects occurred in 78 % of all patients. Most were short.</p>",
    ],
)
def test_m10_a_sentence_and_a_row_that_differ_are_told(said: str) -> None:
    ((metric, first, second),) = figures(f"<h2>Statistics</h2>{said}{MILD}")
    assert metric == "mild side effects"
    assert first.startswith("78")
    assert second == "15%"


def test_m10_sections_of_general_headings_are_compared() -> None:
    body = f"<h2>Side effects of Imuran</h2>{SAID}<h2>In figures</h2>{MILD}"
    assert figures(body) == [("mild side effects", "78 %", "15%")]


def test_m10_two_sentences_that_differ_are_told_by_the_first_of_them() -> None:
    body = f"<h2>Side effects</h2>{SAID}<p>Mild side effects affected 30 % of patients.</p>"
    assert figures(body) == [("mild side effects", "78 %", "30 %")]


def test_m10_a_named_effect_counts_where_side_effects_are_told() -> None:
    said = "<p>Nausea was seen in 12 % of patients.</p><p>40 % of patients had nausea.</p>"
    assert figures(f"<h2>Side effects</h2>{said}") == [("nausea", "12 %", "40 %")]
    assert figures(f"<h2>How Imuran works</h2>{said}") == []


@pytest.mark.parametrize(
    "other",
    [
        # The same, or as good as that.
        "<p>78 % of patients had mild side effects.</p>",
        "<p>About 80 % of patients had mild side effects.</p>",
        # Of another kind, or of nothing.
        "<p>15 % of patients had severe side effects.</p>",
        "<p>15 % of patients had them.</p>",
        # Not said of all, or not said of so many.
        "<p>15 % of patients on placebo had mild side effects.</p>",
        "<p>15 % of patients with arthritis had mild side effects.</p>",
        "<p>15 % of children had mild side effects.</p>",
        "<p>In the first week, 15 % of patients had mild side effects.</p>",
        "<p>According to 2 surveys, 15 % of patients had mild side effects.</p>",
        "<p>15 % of patients had mild side effects after a week.</p>",
        "<p>15 % of patients on 50 mg had mild side effects.</p>",
        "<p>More than 15 % of patients had mild side effects.</p>",
        "<p>Up to 15 % of patients had mild side effects.</p>",
        "<p>10 to 15 % of patients had mild side effects.</p>",
        "<p>15 % of patients had no mild side effects.</p>",
        "<p>A transplant is another matter. 15 % of patients had mild side effects.</p>",
        # A list and a definition may be narrowed down by what introduces them.
        "<p>After a transplant:</p><ul><li>15 % of patients had mild side effects.</li></ul>",
        DEFINED,
        # Rows of several columns, of other columns, and under a caption.
        TWO_COLUMNS,
        ROW.format(column="Transplant", figure="15%"),
        ROW.format(column="Share", figure="over 15%"),
        MILD.replace("<table>", "<table><caption>After a transplant</caption>"),
        # Sections that are narrowed down, or that tell of groups.
        f"<h2>Arthritis</h2>{MILD}",
        f"<h2>Side effects</h2>{MILD}<p>Fewer had them on placebo.</p>",
        f"<h2>Side effects</h2>{MILD}<p>This was Study 2.</p>",
    ],
)
def test_m10_figures_that_may_both_be_true_are_not_told(other: str) -> None:
    assert figures(f"<h2>Side effects</h2>{SAID}{other}") == []


def test_m10_two_tables_never_disagree() -> None:
    other = MILD.replace("15%", "60%")
    assert figures(f"<h2>Side effects</h2>{MILD}<p>Also:</p>{other}") == []


@given(st.text("7 %.8of patients had mild side effects—:,\n", max_size=120))
def test_m10_any_text_can_be_looked_at(text: str) -> None:
    for found in conflicting_figures(article(f"<h2>Side effects</h2>{SAID}<p>{text}</p>")):
        assert found.first.number in found.first.text


@pytest.mark.parametrize(
    "line",
    [
        "Mild side effects — Share: 15%\n",
        "78 % of patients had only mild side effects.\n",
        "78 % of patients had mild side effects and ",
        "According to a ",
        "a a a a — ",
        "78 % of a ",
    ],
)
def test_m10_a_page_made_to_be_slow_is_not(line: str) -> None:
    text = line * (300_000 // len(line))
    page = Article(
        id="a",
        source="a.html",
        title="Imuran",
        sections=(
            Section(id="a", heading="Side effects", level=2, kind="adverse-reactions", text=text),
        ),
    )
    started = time.process_time()
    conflicting_figures(page)
    assert time.process_time() - started < 2


# --- text on something else -------------------------------------------------------------------

PAIN = "<h2>Ways to relieve pain</h2><p>{text}</p>"


@pytest.mark.parametrize(
    "text",
    [
        "Many people reach for paracetamol or ibuprofen, or they rest.",
        "NSAIDs and opioids are sold for it.",
        "This has nothing to do with Imuran. Paracetamol and naproxen help.",
    ],
)
def test_m10_a_section_on_other_medicines_alone_is_told(text: str) -> None:
    assert foreign(PAIN.format(text=text)) == ("ways-to-relieve-pain",)


@pytest.mark.parametrize(
    "text",
    [
        "Many people reach for paracetamol.",
        "Ibuprofen and naproxen do not go with Imuran.",
        "Ibuprofen and naproxen do not go with azathioprine.",
        "It does not go with ibuprofen and naproxen.",
        "Ibuprofen and naproxen do not go with this medicine.",
        "Ibuprofen and naproxen are no reason to stop your tablets.",
        "Immunosuppressants such as ciclosporin and ibuprofen are another matter.",
        "Mercaptopurine and methotrexate: see the ingredients.",
        "Rest, and wait.",
    ],
)
def test_m10_a_section_that_may_be_about_the_medicine_is_not_told(text: str) -> None:
    assert foreign(PAIN.format(text=text)) == ()


@pytest.mark.parametrize(
    "heading", ["Interactions", "Contraindications", "Warnings", "Overdose", "Imuran and pain"]
)
def test_m10_sections_that_name_other_medicines_for_a_reason_are_not_told(heading: str) -> None:
    assert foreign(f"<h2>{heading}</h2><p>Paracetamol or ibuprofen.</p>") == ()
    body = f"<h2>{heading}</h2><p>Ask.</p><h3>Pain</h3><p>Paracetamol or ibuprofen.</p>"
    assert foreign(body) == ()


def test_m10_a_page_about_no_medicine_or_about_many_has_no_other_ones() -> None:
    text = PAIN.format(text="Many people reach for paracetamol or ibuprofen.")
    assert foreign(text, "Rest") == ()
    assert foreign(text * 4) == ()


def test_m10_medicines_of_the_same_class_are_no_other_subject() -> None:
    text = PAIN.format(text="Glipizide, ibuprofen and naproxen are older.")
    assert foreign(text, "Glyburide tablets") == ()
    assert foreign(text, "Imuran tablets") == ("ways-to-relieve-pain",)


def test_m10_a_combination_is_about_its_parts() -> None:
    body = "<h2>On names</h2><p>Valsartan and ibuprofen, naproxen and valsartan.</p>"
    assert foreign(body, "Exforge (amlodipine and valsartan)") == ()
