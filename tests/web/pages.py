"""The pages that the web tests index, and what may be expected of any answer."""

from __future__ import annotations

import json
import re

from bs4 import BeautifulSoup
from werkzeug.test import TestResponse

XSS = '<img src=x onerror=alert(1)><script>alert("x")</script>'
ESCAPED_XSS = "&lt;img src=x onerror=alert(1)&gt;&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;"

IMURAN = """<!doctype html><html lang="en"><head><title>Imuran – a guide - Notes</title>
<link rel="canonical" href="https://www.notes.example.org/imuran/">
<meta property="article:published_time" content="2023-11-20T08:15:00+00:00">
<meta property="article:modified_time" content="2024-02-06T16:40:00+00:00">
<meta property="article:tag" content="Imuran"></head><body><article>
<h1>Imuran – a guide</h1>
<p>Imuran is the brand name of azathioprine, sold as a 50 mg tablet.</p>
<h2>How Imuran works</h2>
<p>It calms an immune system that attacks the wrong target. The effect takes some weeks.</p>
<h2>Side effects</h2>
<p>Most side effects of Imuran pass after the first weeks of treatment.</p>
<h3>Serious side effects</h3>
<p>If you experience any of these serious side effects, seek immediate medical attention:</p>
<ul><li>signs of liver trouble<ul><li>dark urine</li></ul></li><li>fever above 38.5 °C</li></ul>
<ol start="4"><li>Stop the tablets</li><li>Ring the clinic</li></ol>
<table><caption>How often</caption>
<tr><th>Effect</th><th>Percentage of patients</th></tr>
<tr><td>Nausea</td><td>15%</td></tr><tr><td>Fever</td><td>2%</td></tr></table>
<blockquote><p>Never stop azathioprine on your own.</p></blockquote>
<h2>Interactions</h2>
<p>Allopurinol slows the breakdown of azathioprine, so the dose of Imuran must be cut.</p>
</article></body></html>"""

JAYEMPI = """<!doctype html><html lang="en"><head><title>Jayempi oral suspension</title></head>
<body><article><h1>Jayempi oral suspension</h1>
<p>Jayempi contains the active substance azathioprine, 10 mg in each millilitre.</p>
<h2>4. Possible side effects</h2>
<p>Like all medicines, azathioprine can cause side effects, although not everybody gets them.</p>
</article></body></html>"""

TEGRETOL = """<!doctype html><html lang="en"><head><title>Tegretol tablets</title></head>
<body><article><h1>Tegretol tablets</h1>
<p>Tegretol is a brand of carbamazepine, a medicine against seizures.</p>
<h2>Side effects</h2><p>Dizziness and drowsiness are the most common side effects.</p>
</article></body></html>"""

HOSTILE = f"""<!doctype html><html lang='en"><script>'><head>
<title>{"&lt;script&gt;alert(1)&lt;/script&gt; tacrolimus"}</title>
<link rel="canonical" href="javascript:alert(1)">
<meta name="author" content='"><script>alert(1)</script>'></head>
<body><article><h1>&lt;script&gt;alert(1)&lt;/script&gt; tacrolimus</h1>
<p>Tacrolimus and {XSS.replace("<", "&lt;")} in a sentence about tremor.</p>
<h2>Page main</h2><p>Its heading is called like a part of the page around it.</p>
<h2>&lt;b onclick=alert(1)&gt;Side effects</h2>
<p>Tremor &lt;svg onload=alert(1)&gt; is common with tacrolimus.</p>
</article></body></html>"""

PAGES = {
    "imuran-guide.html": IMURAN,
    "jayempi.html": JAYEMPI,
    "tegretol.html": TEGRETOL,
    "hostile.html": HOSTILE,
}


OWN_SCRIPT = re.compile(r'<script type="module" src="/static/[a-z-]+\.js\?v=[0-9a-f]+"></script>')


def without_own_scripts(text: str) -> str:
    """Return a page without the scripts that are its own: they come from files of its own."""
    return OWN_SCRIPT.sub("", text)


def page(response: TestResponse) -> BeautifulSoup:
    """Parse an HTML answer."""
    assert response.mimetype == "text/html"
    return BeautifulSoup(response.text, "lxml")


def text_of(response: TestResponse) -> str:
    """Return what a reader sees of the main part of a page, white space collapsed."""
    main = page(response).main
    assert main is not None
    return " ".join(main.get_text(" ").split())


def assert_problem(
    response: TestResponse, status: int, slug: str | None = None
) -> dict[str, object]:
    """Check that an answer is a problem as RFC 9457 has it, and return its members."""
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    members: dict[str, object] = json.loads(response.text)
    assert {"type", "title", "status", "detail", "instance", "request_id"} <= set(members)
    assert members["status"] == status
    assert members["request_id"] == response.headers["X-Request-Id"]
    if slug is not None:
        assert members["type"] == f"/problems/{slug}"
    return members
