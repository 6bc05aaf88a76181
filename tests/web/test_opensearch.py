"""The search engine as a browser adds it to its address bar."""

from __future__ import annotations

from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from flask.testing import FlaskClient

from indexer.config import Settings
from tests.web.conftest import reading
from tests.web.pages import assert_problem, page
from webapp import create_app

NAMES = {"o": "http://a9.com/-/spec/opensearch/1.1/"}


def addresses(text: str) -> dict[str, str]:
    root = ET.fromstring(text)  # noqa: S314 - our own text
    assert root.findtext("o:ShortName", namespaces=NAMES) == "drugsearch"
    return {url.attrib["type"]: url.attrib["template"] for url in root.findall("o:Url", NAMES)}


def test_pages_lead_to_the_description_and_that_to_searches(client: FlaskClient) -> None:
    link = page(client.get("/")).select_one("link[rel=search]")
    assert link is not None
    assert link["type"] == "application/opensearchdescription+xml"
    response = client.get(str(link["href"]))
    assert response.mimetype == "application/opensearchdescription+xml"
    found = addresses(response.text)
    for address in found.values():
        assert address.startswith("http://localhost/")
    for kind in ("text/html", "application/x-suggestions+json"):
        parts = urlsplit(found[kind].replace("{searchTerms}", "imuran"))
        assert client.get(f"{parts.path}?{parts.query}").mimetype == kind


def test_the_addresses_are_those_that_the_reader_sees(location: str) -> None:
    behind = reading(create_app(Settings(index=location, proxy_hops=1)))
    headers = {
        "X-Forwarded-Host": "search.example.org",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/drugs-a&b",
    }
    found = addresses(behind.get("/opensearch.xml", headers=headers).text)
    assert found["text/html"].startswith("https://search.example.org/drugs-a&b/search?q=")


def test_suggestions_come_as_browsers_take_them(client: FlaskClient) -> None:
    asked, texts, details, urls = client.get("/opensearch/suggest?q=imu").get_json(force=True)
    assert asked == "imu"
    assert texts[0] == "Imuran"
    assert details[0].startswith("brand of azathioprine")
    assert len(texts) == len(details) == len(urls)
    assert urls[0] == "http://localhost/search?q=Imuran"


def test_what_is_typed_comes_back_as_it_was(client: FlaskClient) -> None:
    typed = 'a"</Url>\\ é'
    response = client.get("/opensearch/suggest", query_string={"q": typed})
    assert response.get_json(force=True)[0] == typed


def test_a_wrong_parameter_is_a_problem(client: FlaskClient) -> None:
    assert_problem(client.get("/opensearch/suggest?x=1"), 400)
