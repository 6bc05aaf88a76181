"""The audit as a page, as JSON and as a table."""

from __future__ import annotations

import csv
import io
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from indexer.config import Settings
from indexer.corpus import Corpus
from indexer.errors import IndexUnavailableError
from indexer.findings import FINDING_CODES, FINDING_KINDS, Audit
from indexer.index import Index, open_index
from indexer.runs import ReindexOptions
from indexer.serialization import FINDING_COLUMNS
from tests.audited_pages import article, write_audited
from tests.web.conftest import reading
from tests.web.pages import XSS, page, text_of
from webapp import create_app
from webapp.audit_desk import AuditDesk
from webapp.serving import EXTENSION


@pytest.fixture(scope="session")
def audited(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return where an index with one fault of each kind lies."""
    folder = tmp_path_factory.mktemp("audited")
    corpus = write_audited(folder / "pages")
    (corpus / "hostile.html").write_text(article("hostile", head="", more=f"<h2>{XSS}</h2>"))
    index = open_index(str(folder / "index"))
    assert index.reindex(Corpus([corpus]), ReindexOptions(jobs=1)).published
    return index.location


@pytest.fixture
def client(audited: str) -> FlaskClient:
    return reading(create_app(Settings(index=audited)))


# --- the page ---------------------------------------------------------------------------------


def test_the_page_counts_every_kind_and_says_what_to_do(client: FlaskClient) -> None:
    response = client.get("/audit")
    assert response.status_code == 200
    text = text_of(response)
    for kind in FINDING_KINDS:
        assert kind.title in text
        assert kind.advice in text
    assert "Nothing was found of:" not in text


def test_a_finding_leads_to_its_place_and_its_medicine(client: FlaskClient) -> None:
    soup = page(client.get("/audit?code=skipped-level"))
    links = [str(link["href"]) for link in soup.select(".audit tbody a")]
    assert links == ["/articles/skipped-level#far-below", "/drugs/azathioprine"]
    place = urlsplit(links[0])
    assert page(client.get(place.path)).find(id=place.fragment)


def test_the_findings_can_be_narrowed_by_a_form(client: FlaskClient) -> None:
    soup = page(client.get("/audit"))
    form = soup.select_one("form.fields")
    assert form is not None
    assert {str(field["name"]) for field in form.select("[name]")} == {"code", "drug"}
    assert all(form.select_one(f"label[for={field['id']}]") for field in form.select("[id]"))
    assert len(form.select("option")) == len(FINDING_CODES) + 1
    text = text_of(client.get("/audit?code=&drug=prograf"))
    assert "2 findings" in text
    assert "Told, but under no heading of its own" in text


def test_a_chosen_kind_stays_chosen(client: FlaskClient) -> None:
    soup = page(client.get("/audit?code=no-date&drug=Imuran"))
    (chosen,) = soup.select("option[selected]")
    assert chosen["value"] == "no-date"
    (field,) = soup.select("#audit_drug")
    assert field["value"] == "Imuran"
    assert [link["href"] for link in soup.select("form a")] == ["/audit"]


def test_a_medicine_without_an_article_is_said(client: FlaskClient) -> None:
    text = text_of(client.get("/audit?drug=warfarin"))
    assert "No article in this index is about a medicine called warfarin" in text
    assert "Nothing was found of this kind or about this medicine." in text


def test_a_kind_that_does_not_exist_is_a_fault(client: FlaskClient) -> None:
    response = client.get("/audit?code=ugly")
    assert response.status_code == 400
    assert page(response).select_one("[role=alert]")


def test_long_lists_come_page_by_page(client: FlaskClient) -> None:
    seen: list[str] = []
    address: str | None = "/audit?per_page=7"
    while address:
        soup = page(client.get(address))
        (table,) = soup.select("[aria-labelledby=audit_findings] table")
        seen += [row.get_text(" ", strip=True) for row in table.select("tbody tr")]
        link = soup.select_one("a[rel=next]")
        address = str(link["href"]) if link else None
    whole = client.get("/api/v1/audit?per_page=1000").json
    assert whole is not None
    assert len(seen) == len(set(seen)) == whole["total"]
    assert "There is no page 99" in text_of(client.get("/audit?page=99"))


def test_tables_have_heads_and_can_be_scrolled_by_keyboard(client: FlaskClient) -> None:
    soup = page(client.get("/audit"))
    tables = soup.select("table")
    assert len(tables) == 2
    for table in tables:
        region = table.parent
        assert region is not None
        assert (region["role"], region["tabindex"]) == ("region", "0")
        assert soup.find(id=str(region["aria-labelledby"]))
        assert all(head["scope"] == "col" for head in table.select("thead th"))
        assert all(head["scope"] == "row" for head in table.select("tbody th"))


def test_what_pages_say_is_shown_and_not_run(client: FlaskClient) -> None:
    response = client.get("/audit")
    assert "<img src=x" not in response.text
    assert not page(response).select("main script, main img")


def test_the_way_to_the_audit_is_on_every_page(client: FlaskClient) -> None:
    assert page(client.get("/")).select_one("footer a[href='/audit']")


# --- JSON and CSV -----------------------------------------------------------------------------


def test_json_comes_in_pages_with_links(client: FlaskClient) -> None:
    response = client.get("/api/v1/audit?per_page=5&code=no-date&code=no-address")
    shape = response.json
    assert shape is not None
    assert shape["page"] == {"number": 1, "size": 5, "pages": 1}
    assert {of["code"] for of in shape["findings"]} == {"no-date", "no-address"}
    assert response.headers["Link"] == '</openapi.json>; rel="service-desc"'
    response = client.get("/api/v1/audit?per_page=5")
    link = response.headers["Link"]
    assert '>; rel="next", ' in link
    following = client.get(link[1 : link.index(">")])
    assert following.json is not None
    assert response.json is not None
    assert following.json["page"]["number"] == 2
    assert following.json["findings"][0] not in response.json["findings"]
    assert 'rel="prev"' in following.headers["Link"]


def test_csv_has_all_findings_and_is_offered_as_a_file(client: FlaskClient) -> None:
    response = client.get("/api/v1/audit?format=csv&per_page=1")
    assert response.mimetype == "text/csv"
    assert response.headers["Content-Disposition"] == 'attachment; filename="drugsearch-audit.csv"'
    rows = list(csv.DictReader(io.StringIO(response.text, newline="")))
    whole = client.get("/api/v1/audit?per_page=1000").json
    assert whole is not None
    assert tuple(rows[0]) == FINDING_COLUMNS
    assert [row["detail"] for row in rows] == [of["detail"] for of in whole["findings"]]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("code=ugly", 400),
        ("format=xml", 400),
        ("per_page=1001", 400),
        ("q=imuran", 400),
        ("drug=warfarin", 404),
    ],
)
def test_what_cannot_be_answered_is_a_problem(client: FlaskClient, query: str, status: int) -> None:
    response = client.get(f"/api/v1/audit?{query}")
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")


def test_who_has_the_answer_already_is_told_so(client: FlaskClient) -> None:
    for address in ("/audit", "/api/v1/audit", "/api/v1/audit?format=csv"):
        tag = client.get(address).headers["ETag"]
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304


def test_without_an_index_there_is_no_audit(client_without_index: FlaskClient) -> None:
    assert client_without_index.get("/audit").status_code == 503
    assert client_without_index.get("/api/v1/audit").status_code == 503


# --- while it is being made -------------------------------------------------------------------


class SlowIndex(Index):
    """An index whose audit waits until it may go on."""

    go_on = threading.Event()
    fails: list[Exception]
    made = 0

    def audit(self, *, today: date | None = None) -> Audit:
        """Wait, fail if told to, or audit."""
        self.made += 1
        assert self.go_on.wait(30)
        if self.fails:
            raise self.fails.pop()
        return super().audit(today=today)


@pytest.fixture
def slow(audited: str) -> SlowIndex:
    index = open_index(audited)
    index.__class__ = SlowIndex
    assert isinstance(index, SlowIndex)
    index.go_on = threading.Event()
    index.fails = []
    return index


def test_who_asks_while_it_is_made_is_told_to_come_back(slow: SlowIndex) -> None:
    desk = AuditDesk(slow, patience=0.01)
    assert desk.audit() is None
    assert desk.audit() is None
    slow.go_on.set()
    answers = (desk.audit() for _ in range(1_000))
    done = next(answer for answer in answers if answer is not None)
    assert done.findings
    assert slow.made == 1


def test_an_audit_that_failed_is_tried_again(slow: SlowIndex) -> None:
    desk = AuditDesk(slow, patience=30)
    slow.fails = [IndexUnavailableError("gone")]
    slow.go_on.set()
    with pytest.raises(IndexUnavailableError, match="gone"):
        desk.audit()
    assert desk.audit() is not None


def test_the_page_and_the_api_say_that_it_is_being_made(audited: str, slow: SlowIndex) -> None:
    app = create_app(Settings(index=audited))
    client = reading(app)
    desk = AuditDesk(slow, patience=0.01)
    app.extensions[EXTENSION] = replace(app.extensions[EXTENSION], audits=desk)
    response = client.get("/audit")
    assert (response.status_code, response.headers["Retry-After"]) == (202, "5")
    assert "is being made" in text_of(response)
    response = client.get("/api/v1/audit")
    assert response.status_code == 503
    assert response.json is not None
    assert response.json["type"] == "/problems/audit-under-way"
    assert response.headers["Retry-After"] == "5"
    slow.go_on.set()


def test_another_generation_has_another_audit(tmp_path: Path) -> None:
    corpus = tmp_path / "pages"
    corpus.mkdir()
    (corpus / "page.html").write_text(article("page", head=""), encoding="utf-8")
    index = open_index(str(tmp_path / "index"))
    index.reindex(Corpus([corpus]), ReindexOptions(jobs=1))
    client = reading(create_app(Settings(index=index.location)))
    assert "No date" in text_of(client.get("/audit"))
    (corpus / "page.html").write_text(article("page"), encoding="utf-8")
    index.reindex(Corpus([corpus]), ReindexOptions(jobs=1))
    shape = client.get("/api/v1/audit").json
    assert shape is not None
    assert "no-date" not in {of["code"] for of in shape["findings"]}


def test_the_page_of_an_article_misses_what_the_audit_does(client: FlaskClient) -> None:
    assert "no section about" not in text_of(client.get("/articles/clean"))
    assert "no section about: Overdose." in text_of(client.get("/articles/missing-section"))


def test_the_page_of_a_medicine_misses_what_the_audit_does(client: FlaskClient) -> None:
    lacking = "None of these articles has a section about: "
    assert f"{lacking}Overdose." in text_of(client.get("/drugs/tamsulosin"))
    assert lacking not in text_of(client.get("/drugs/azathioprine"))
