"""`drugsearch show`: articles and sections by their references."""

import json
from pathlib import Path

from tests.cli.conftest import Run


def test_show_prints_an_article_whole(run: Run, index: str) -> None:
    outcome = run("show", "--index", index, "imuran")
    assert outcome.code == 0
    assert outcome.out.startswith("Imuran (azathioprine)  imuran\n")
    for text in ("Serious side effects", "#serious-side-effects", "50 mg once a day."):
        assert text in outcome.out
    assert "not medical advice" in outcome.err


def test_show_prints_a_section_by_its_reference(run: Run, index: str) -> None:
    outcome = run("show", "--index", index, "imuran#dosage")
    assert outcome.code == 0
    assert "50 mg once a day." in outcome.out
    assert "allopurinol" not in outcome.out


def test_show_json_is_the_shape_of_parse(run: Run, index: str, corpus: Path) -> None:
    shown = json.loads(run("show", "--json", "--index", index, "imuran").out)
    parsed = json.loads(run("parse", "--json", str(corpus / "imuran.html")).out)
    assert (parsed.pop("indexed"), shown["indexed"][-1]) == (None, "Z")
    assert {name: shown[name] for name in parsed} == parsed
    section = json.loads(run("show", "--json", "--index", index, "imuran#dosage").out)
    assert section["id"] == "dosage"
    assert section["article"]["id"] == "imuran"


def test_no_such_article_is_5_with_the_nearest(run: Run, index: str) -> None:
    outcome = run("show", "--index", index, "imurann")
    assert (outcome.code, outcome.out) == (5, "")
    assert "The nearest is imuran (Imuran (azathioprine))." in outcome.err


def test_no_article_like_it_is_5_with_advice(run: Run, index: str) -> None:
    outcome = run("show", "--index", index, "zzz-999")
    assert outcome.code == 5
    assert "drugsearch search" in outcome.err


def test_no_such_section_is_5_with_the_nearest(run: Run, index: str) -> None:
    outcome = run("show", "--index", index, "imuran#doses")
    assert (outcome.code, outcome.out) == (5, "")
    assert "imuran#dosage" in outcome.err
