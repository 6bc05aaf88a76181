"""Pages that cost some HTML parser minutes, gigabytes or its life."""

import random
from typing import Final

import pytest

from indexer.model import Article
from indexer.parsing import parse_article
from indexer.parsing.limits import MAX_SECONDS, Job, ParserPool
from indexer.runs import Failure

MEGABYTE: Final = 1_000_000
SENTENCE: Final = "Take it with water in the morning."
TEXT: Final = f"<p>{SENTENCE}</p>".encode()

ATTACKS: Final = {
    "nested": b"<div>" * 100_000 + b"x",
    "nested below the cap": b"<div>" * 990 + TEXT * 5_000,
    "lists": b"<ul><li>x" * 50_000,
    "selects": b"<select><option>x" * 50_000,
    "paragraphs": b"<p>x" * 30_000,
    "attributes": b"<p " + b" ".join(b"a%d=1" % n for n in range(300_000)) + b">x",
    "a long attribute": b'<p class="' + b"x " * MEGABYTE + b'">' + TEXT,
    "attributes of all": b"<p " + b" ".join(b"a%d=1" % n for n in range(250)) + b">x" + TEXT,
    "classes": b"".join(b'<p class="sidebar-%d">x' % n for n in range(12_000)) + TEXT,
    "styles": b'<p style="' + b"font-weight:bold;" * 100_000 + b'">x' + TEXT,
    "ids": b"<p id=x>x</p>" * 15_000 + b"<a href=#x>x</a>" * 15_000 + TEXT,
    "tables": b"<table><tr><td>x" * 300,
    "spans": b"<table>" + b"<tr><td rowspan=9999 colspan=999>x" * 3_000,
    "wide tables": b"<table><tr>" + b"<td>x" * 25_000 + b"</table>" + TEXT,
    "headers": b"<table>" + (b"<tr>" + b"<th>x" * 100) * 200 + b"</table>" + TEXT,
    "misplaced": b"<table>" + b"x<b>" * 900 + TEXT,
    "comments": b"<!--" * 250_000,
    "short comments": b"<!--x-->" * 100_000 + TEXT,
    "dashes": b"<!--" + b"--!" * MEGABYTE + TEXT,
    "ends": b"</" * 500_000,
    "unopened": b"</p></b></td>" * 150_000 + TEXT,
    "declarations": b"<!" * 500_000,
    "doctypes": b"<!doctype html>" * 100_000 + TEXT,
    "instructions": b"<?" * 500_000,
    "sections of data": b"<![CDATA[" * 200_000 + TEXT,
    "conditions": b"<!--[if IE]><![endif]-->" * 80_000 + TEXT,
    "tags": b"<a" * 500_000,
    "names": b"<" + b"x" * MEGABYTE + b">" + TEXT,
    "own elements": b"".join(b"<x-%d>x</x-%d>" % (n, n) for n in range(15_000)) + TEXT,
    "less": b"x<" * 300_000,
    "ampersands": b"&" * MEGABYTE,
    "entities": b"&amp;&lt;&#x1F48A;&notin;&nosuch;" * 30_000 + TEXT,
    "numbers": b"&#" + b"9" * MEGABYTE + b";" + TEXT,
    "quotes": b'<a href="' * 100_000,
    "formatting": b"<b><i><u><s>" * 240 + b"</p><p>x" * 5_000 + TEXT,
    "misnested": b"<b><p></b><i></p>x" * 10_000 + TEXT,
    "headings": b"<h1>" * 900 + b"x",
    "many headings": b"<h2>x</h2>" * 20_000 + TEXT,
    "sups": b"<sup>1" * 900,
    "breaks": b"<p>" + b"x<br>" * 20_000,
    "spaces": b"<p>x" + b" \n\t" * MEGABYTE + b"x</p>" + TEXT,
    "one word": b"<p>" + b"x" * 3 * MEGABYTE,
    "one sentence": b"<p>" + b"it is taken " * 120_000,
    "dots": b"<p>" + b"a.b. 1.2. " * 80_000,
    "sequences": b"<p>" + "e\u0301\u0327\u0328".encode() * 200_000 + TEXT,
    "marks": b"<p>a" + "\u0301".encode() * MEGABYTE + TEXT,
    "directions": b"<p>" + "\u202e\u2066".encode() * 300_000 + TEXT,
    "scripts": b"<script>x</script><style>x</style>" * 15_000 + TEXT,
    "an open script": TEXT + b"<script>" + b"<!--<script>" * 150_000,
    "plain text": TEXT + b"<plaintext>" + b"<p>x" * 40_000,
    "templates": b"<template>" * 900 + TEXT,
    "drawings": b"<svg><math>" * 490 + TEXT,
    "ends of the page": b"</body></html>" * 150_000 + TEXT,
    "frames": b"<iframe>" * 100_000 + TEXT,
    "bomb": b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><p>&b;',
    "entity": b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><p>text &f;',
    "json": b'<script type="application/ld+json">' + b"[" * 100_000 + b"</script><p>x",
    "figures": b'<script type="application/ld+json">[' + b"9" * MEGABYTE + b"]</script>" + TEXT,
    "labels": b"<meta charset=" * 100_000 + TEXT,
    "dates": b'<meta name="date" content="' + b"2020-" * 200_000 + b'">' + TEXT,
    "titles": b"<title>" + b"x | - " * 300_000 + b"</title>" + TEXT,
    "nul": b"<p>wo\0rd" + b"x" * 1_000,
    "noise": b"<p>" + random.Random(1).randbytes(2 * MEGABYTE).translate(None, bytes(range(32))),
}  # fmt: skip
# Behind what begins these, the text is no text to a browser either, or the page breaks a cap.
UNSEEN: Final = ("templates", "dashes", "frames")


def page_of(job: Job) -> Article:
    return parse_article(job.data, article_id=job.article_id, source=job.name)


@pytest.mark.slow
def test_attack_pages_end_in_time() -> None:
    """Each within the time of a processor and the memory that any page may have."""
    jobs = [Job(name=name, article_id="a", data=data) for name, data in ATTACKS.items()]
    # A processor that others share counts up to four times as much for the same page; a page
    # that costs more than its length does takes minutes on any.
    with ParserPool(page_of, seconds=4 * MAX_SECONDS) as pool:
        outcomes = {outcome.name: outcome.value for outcome in pool.run(jobs)}
    reasons = {name: value.reason for name, value in outcomes.items() if isinstance(value, Failure)}
    assert len(outcomes) == len(ATTACKS) >= 40
    costly = ("took", "needed", "ended its parser", "the parser failed")
    assert {name: why for name, why in reasons.items() if why.startswith(costly)} == {}
    assert isinstance(outcomes["entity"], Article)
    assert "root" not in outcomes["entity"].sections[0].text
    assert isinstance(outcomes["paragraphs"], Article)
    lost = [
        name
        for name, value in outcomes.items()
        if name not in UNSEEN and ATTACKS[name].endswith(TEXT) and not has_sentence(value)
    ]
    assert lost == []


def has_sentence(value: Article | Failure) -> bool:
    """Say whether the sentence at the end of a page is in its article."""
    if isinstance(value, Failure):
        return False
    return any(SENTENCE in section.text for section in value.sections)
