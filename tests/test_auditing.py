"""What an audit finds, and what it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from indexer.auditing import counts_of, selected
from indexer.config import Settings
from indexer.corpus import Corpus
from indexer.engine import open_engine
from indexer.engine.base import OwnNames
from indexer.findings import FINDING_CODES, FINDING_KINDS, Audit, Finding
from indexer.index import Index, open_index
from indexer.knowledge.sections import LOOKED_FOR, kinds_named
from indexer.runs import ReindexOptions
from tests.audited_pages import CLEAN, LINK, PLANTED, article, write_audited

TODAY = date(2026, 11, 26)


def index_of(folder: Path, pages: dict[str, str]) -> Index:
    """Return an index of some pages, by file name."""
    corpus = folder / "pages"
    corpus.mkdir()
    for name, text in pages.items():
        (corpus / name).write_text(text, encoding="utf-8")
    index = open_index(str(folder / "index"), settings=Settings())
    assert index.reindex(Corpus([corpus]), ReindexOptions(jobs=1)).published
    return index


def audit_of(folder: Path, **pages: str) -> Audit:
    """Return the audit of some pages, but for their publisher, whom nobody named."""
    index = index_of(folder, {f"{name}.html": text for name, text in pages.items()})
    done = index.audit(today=TODAY)
    found = tuple(of for of in done.findings if of.code != "no-publisher")
    assert len(found) == len(done.findings) - len(pages)
    return replace(done, findings=found)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    folder = tmp_path_factory.mktemp("audit")
    index = open_index(str(folder / "index"))
    corpus = Corpus([write_audited(folder / "pages")])
    report = index.reindex(corpus, ReindexOptions(jobs=1))
    assert [of.source for of in report.failed] == ["set-aside.html"]
    return index.audit(today=TODAY)


@pytest.mark.parametrize("code", FINDING_CODES)
def test_a_planted_fault_is_found_and_nothing_else(planted: Audit, code: str) -> None:
    names = {f"{code}.html", f"other/{code}.html"}
    found = [of for of in planted.findings if (of.place.source if of.place else of.source) in names]
    assert {of.code for of in found} == {code}, found
    assert all(of.detail.endswith((".", "”")) for of in found)


def test_an_article_without_a_fault_has_no_finding(planted: Audit) -> None:
    assert [of for of in planted.findings if of.place and of.place.article_id == "clean"] == []


def test_every_kind_of_finding_has_a_page_with_it_planted() -> None:
    assert set(PLANTED) == set(FINDING_CODES) == {kind.code for kind in FINDING_KINDS}


def test_findings_come_by_kind_then_medicine_and_article(planted: Audit) -> None:
    order = [FINDING_CODES.index(of.code) for of in planted.findings]
    assert order == sorted(order)
    assert planted.knows_set_aside
    assert (planted.articles, planted.generation) == (len(PLANTED), 1)


def place_of(planted: Audit, code: str) -> tuple[str | None, str]:
    """Return where a finding is, and what it says."""
    (found,) = selected(planted, codes=[code])
    return found.section, found.detail


@pytest.mark.parametrize(
    ("code", "section", "detail"),
    [
        (
            "conflicting-figures",
            "mild-side-effects",
            "Figures for mild side effects: “78 % of patients had mild side effects.” and “Effect",
        ),
        ("off-topic", "a-word-on-headaches", "“A word on headaches” speaks of other medicines"),
        ("misspelt-name", "more", "“azathiaprine” may be azathioprine: “Never stop azathiaprine"),
        ("missing-section", None, "Overdose: no heading of its article and no text tells of it."),
        ("stale-date", None, "Last dated 2019-05-01."),
        ("guessed-encoding", None, "No encoding was declared and the bytes are no valid utf-8"),
        ("parse-warning", None, "Text that is struck out on the page was left out."),
        ("several-titles", "another-title", "“Another title” is another heading of the first"),
        ("skipped-level", "far-below", "“Far below”: h2 “Storage”, then h4."),
        ("empty-heading", "storage", "An h2 after “Storage” has no text."),
        ("repeated-heading", "storage-2", "“Storage” stands 2 times at the same place."),
        ("set-aside", None, "The file is empty."),
    ],
)
def test_a_finding_tells_its_place_and_what_is_wrong(
    planted: Audit, code: str, section: str | None, detail: str
) -> None:
    found_in, said = place_of(planted, code)
    assert (found_in, said[: len(detail)]) == (section, detail)


def test_findings_are_chosen_by_kind_and_by_medicine(planted: Audit) -> None:
    about = selected(planted, drugs=["tacrolimus"])
    assert {of.code for of in about} == {"missing-heading"}
    assert selected(planted, codes=["no-date"], drugs=["tacrolimus"]) == ()
    counts = counts_of(planted.findings)
    assert tuple(counts) == FINDING_CODES
    assert sum(counts.values()) == len(planted.findings)


# --- sections ---------------------------------------------------------------------------------


def missing(done: Audit) -> list[tuple[str, str]]:
    """Return code and label of what is missing."""
    return [
        (of.code, of.detail.partition(":")[0])
        for of in done.findings
        if of.code in {"missing-section", "missing-heading"}
    ]


def test_what_one_article_tells_another_need_not(tmp_path: Path) -> None:
    one = article("one", leave_out="Overdose")
    other = article("other", leave_out="Storage")
    assert missing(audit_of(tmp_path, one=one, other=other)) == []


def test_what_no_article_tells_is_told_once_for_the_medicine(tmp_path: Path) -> None:
    pages = {name: article(name, leave_out="Overdose") for name in ("one", "other")}
    (found,) = audit_of(tmp_path, **pages).findings
    assert (found.code, found.drugs, found.place) == ("missing-section", ("azathioprine",), None)
    assert found.detail == "Overdose: no heading of its 2 articles and no text tells of it."


def test_a_heading_that_names_two_kinds_tells_of_both() -> None:
    assert kinds_named("Pregnancy and breast-feeding") >= {"pregnancy", "lactation"}
    assert kinds_named("A word on headaches").isdisjoint(LOOKED_FOR)


@pytest.mark.parametrize(
    "text",
    [
        "<p>Overdosage</p><p>Call a doctor.</p>",
        "<p>If you take more Imuran than you should Call a doctor.</p>",
        "<p>Some patients need it more often. See a doctor if you took too much of it.</p>",
    ],
)
def test_what_the_text_tells_without_a_heading_is_not_missing(tmp_path: Path, text: str) -> None:
    page = article("page", leave_out="Overdose", more=f"<h2>More</h2>{text}")
    (found,) = audit_of(tmp_path, page=page).findings
    assert (found.code, found.section) == ("missing-heading", "more")
    assert found.detail.startswith("Overdose: told")


def test_where_it_is_not_clear_whether_the_text_tells_nothing_is_said(tmp_path: Path) -> None:
    text = (
        f"<p>It is taken every day, {'at home or away from home, ' * 4}as other medicines are.</p>"
    )
    page = article("page", leave_out="Interactions", more=f"<h2>More</h2>{text}")
    assert audit_of(tmp_path, page=page).findings == ()


def test_a_medicine_whose_ingredient_nobody_knows_is_named(tmp_path: Path) -> None:
    headings = ("Quuxa is used for", "Dosage of Quuxa", "Side effects of Quuxa", "Storage of Quuxa")
    body = "".join(f"<h2>{heading}</h2><p>Quuxa is a vaccine.</p>" for heading in headings)
    page = f"<title>Quuxa</title><main><h1>Quuxa</h1><p>Quuxa protects.</p>{body}</main>"
    found = [of for of in audit_of(tmp_path, page=page).findings if of.code == "unknown-medicine"]
    assert [(of.detail, of.drugs) for of in found] == [
        ("No list has Quuxa, nor its ingredient.", ("Quuxa",))
    ]


def test_of_a_class_of_medicines_nothing_is_missing(tmp_path: Path) -> None:
    page = "<title>Statins</title><main><h1>Statins</h1><p>Statins lower cholesterol.</p></main>"
    assert missing(audit_of(tmp_path, page=page)) == []


# --- names ------------------------------------------------------------------------------------


def misspelt(done: Audit) -> list[str]:
    return [of.detail.partition("”")[0].strip("“") for of in done.findings if "may be" in of.detail]


@pytest.mark.parametrize(
    ("word", "is_slip"),
    [
        ("azathioprin", True),
        ("Azathioprene", True),
        ("azathioprines", False),
        ("azathioprinea", False),
        ("xzathioprine", False),
        ("azzathioprinee", False),
        ("azathyoprine", False),
        ("azacitidine", False),
    ],
)
def test_only_a_clear_slip_of_a_name_is_told(tmp_path: Path, word: str, *, is_slip: bool) -> None:
    page = article("page", more=f"<h2>More</h2><p>Take {word} with water.</p>")
    assert misspelt(audit_of(tmp_path, page=page)) == ([word.lower()] if is_slip else [])


def test_a_word_that_stands_more_often_than_the_name_is_no_slip(tmp_path: Path) -> None:
    again = "".join(f"<h2>More {at}</h2><p>Take bupropian.</p>" for at in "abc")
    page = article("page", more=f"{again}<h2>Last</h2><p>Bupropion is another medicine.</p>")
    assert misspelt(audit_of(tmp_path, page=page)) == []


@pytest.mark.parametrize(("word", "is_slip"), [("stating", False), ("corticosteriods", True)])
def test_a_slip_of_a_class_is_told_where_its_name_is_long(
    tmp_path: Path, word: str, *, is_slip: bool
) -> None:
    names = "<p>A statin is no steroid.</p><p>Statin or not, corticosteroids are.</p>"
    again = "<h2>Again</h2><p>A statin; corticosteroids.</p>"
    page = article("page", more=f"<h2>More</h2>{names}{again}<h2>Last</h2><p>{word} so.</p>")
    assert misspelt(audit_of(tmp_path, page=page)) == ([word] if is_slip else [])


def test_a_slip_of_a_brand_is_told_where_the_article_is_about_it(tmp_path: Path) -> None:
    slip = "<h2>More</h2><p>Never stop Prografe.</p>"
    about, other = article("about", "Prograf", "tacrolimus", more=slip), article("other", more=slip)
    done = audit_of(tmp_path, about=about, other=other)
    places = [of.place.article_id for of in done.findings if of.place and "may be" in of.detail]
    assert places == ["about"]


# --- what is known of the run -----------------------------------------------------------------


def test_an_index_that_does_not_tell_what_was_set_aside_is_said_to(tmp_path: Path) -> None:
    index = index_of(tmp_path, {"page.html": CLEAN})
    with open_engine(index.location, OwnNames()).writer(fresh=False):
        pass
    assert not index.audit().knows_set_aside


def test_an_audit_is_made_once_for_a_generation_and_a_day(tmp_path: Path) -> None:
    index = index_of(tmp_path, {"page.html": article("page", link="")})
    first = index.audit(today=TODAY)
    assert index.audit(today=TODAY) is first
    later = index.audit(today=date(2030, 1, 1))
    assert {of.code for of in later.findings} - {of.code for of in first.findings} == {"stale-date"}
    (tmp_path / "pages" / "page.html").write_text(article("page", link=LINK), encoding="utf-8")
    index.reindex(Corpus([tmp_path / "pages"]), ReindexOptions(jobs=1))
    assert [of.code for of in index.audit(today=TODAY).findings] == ["no-publisher"]


def test_a_finding_knows_the_medicines_of_its_article(planted: Audit) -> None:
    found: Finding = selected(planted, codes=["stale-date"])[0]
    assert found.drugs == ("azathioprine",)
    assert found.place is not None
    assert found.place.source_url == "https://clinic.example.org/stale-date"
