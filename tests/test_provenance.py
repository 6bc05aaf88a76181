"""Who speaks in an article: what `sources.toml` says, and what becomes of it in an index."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.corpus import Corpus, Scan
from indexer.entries import LARGEST
from indexer.errors import CorpusError
from indexer.index import Index, open_index
from indexer.model import Article, SearchRequest, Section
from indexer.provenance import (
    PUBLISHER_TYPES,
    SOURCES_FILE,
    attributed,
    host_of,
    mark_of,
    read_rules,
    staleness,
)
from indexer.runs import ReindexOptions

SAMPLES = Path(__file__).resolve().parents[1] / "corpus"
OLD = 1_700_000_000  # seconds; long before any test runs, so that a time stamp tells
OPTIONS = ReindexOptions(jobs=1)

ARTICLE = Article(
    id="imuran",
    source="imuran.html",
    title="Imuran",
    sections=(Section(id="imuran", heading="Imuran", level=1, text="It calms."),),
)


def entry(**values: str) -> str:
    given = {"publisher": "P", "type": "reference", **values}
    return "[[source]]\n" + "".join(f"{name} = {json.dumps(v)}\n" for name, v in given.items())


def publisher_of(text: str, path: str, url: str | None = None) -> str | None:
    return attributed(replace(ARTICLE, url=url), read_rules(text.encode()), path).publisher


# --- which pages an entry meets ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "path", "meets"),
    [
        ("pharmacy/*", "pharmacy/imuran.html", True),
        ("pharmacy/*", "pharmacy/old/imuran.html", False),
        ("pharmacy/*", "imuran.html", False),
        ("pharmacy/*", "a/pharmacy/imuran.html", False),
        ("pharmacy/*", "Pharmacy/imuran.html", False),
        ("labels/**", "labels/a/b/c.html", True),
        ("labels/**", "labels/c.html", True),
        ("labels/**", "label/c.html", False),
        ("**/old/*.html", "old/a.html", True),
        ("**/old/*.html", "x/y/old/a.html", True),
        ("**/old/*.html", "x/old/y/a.html", False),
        ("**/a/**/b.html", "a/x/a/y/b.html", True),
        ("**", "imuran.html", True),
        ("*", "a/imuran.html", False),
        ("imuran-?.html", "imuran-2.html", True),
        ("imuran-[12].html", "imuran-3.html", False),
        ("\u00e9/*", "e\u0301/a.html", True),
        ("a+(b)/*", "a+(b)/c.html", True),
    ],
)
def test_a_pattern_meets_paths_below_the_source(pattern: str, path: str, *, meets: bool) -> None:
    assert (publisher_of(entry(match=pattern), path) == "P") is meets


@given(st.lists(st.sampled_from(("a", "b", "c")), min_size=1, max_size=6), st.data())
def test_any_depth_is_any_number_of_folders(parts: list[str], data: st.DataObject) -> None:
    """Judged by a regular expression, which is slower where a pattern is made to be slow."""
    pieces = st.sampled_from(("a", "b", "?", "**"))
    pattern = data.draw(st.lists(pieces, min_size=1, max_size=6))
    written = "".join({"**": "(?:[^/]+/)*", "?": "[^/]/"}.get(part, f"{part}/") for part in pattern)
    expected = re.fullmatch(written, "/".join(parts) + "/") is not None
    assert (publisher_of(entry(match="/".join(pattern)), "/".join(parts)) == "P") is expected


def test_a_pattern_made_to_be_slow_is_not() -> None:
    pattern = "/".join(["**", "a"] * 100) + "/b"
    assert publisher_of(entry(match=pattern), "/".join(["a"] * 1_000)) is None


@pytest.mark.parametrize(
    ("url", "meets"),
    [
        ("https://example.org/imuran", True),
        ("https://www.Example.org:8080/imuran", True),
        ("https://notexample.org/imuran", False),
        ("https://example.org.evil.test/imuran", False),
        (None, False),
    ],
)
def test_a_host_meets_itself_and_its_sub_domains(url: str | None, *, meets: bool) -> None:
    found = publisher_of(entry(host="example.org"), "a.html", url)
    assert (found == "P") is meets


def test_the_first_entry_that_meets_a_page_counts() -> None:
    text = entry(match="a/*", publisher="A") + entry(host="example.org", publisher="B")
    text += entry(match="**", publisher="C")
    assert publisher_of(text, "a/x.html", "https://example.org/") == "A"
    assert publisher_of(text, "b/x.html", "https://example.org/") == "B"
    assert publisher_of(text, "b/x.html") == "C"


def test_an_entry_gives_all_it_says_and_an_address_only_where_there_is_none() -> None:
    rules = read_rules(
        entry(
            match="**", type="seller", licence="CC BY 4.0", base_url="https://example.org/drugs/"
        ).encode()
    )
    found = attributed(ARTICLE, rules, "a b/imuran ü.html")
    assert (found.publisher, found.publisher_type, found.licence) == ("P", "seller", "CC BY 4.0")
    assert found.url == "https://example.org/drugs/a%20b/imuran%20%C3%BC.html"
    own = replace(ARTICLE, url="https://other.example/")
    assert attributed(own, rules, "imuran.html").url == own.url
    assert attributed(ARTICLE, (), "imuran.html") == ARTICLE


def test_what_is_said_of_a_page_has_a_mark_of_its_own() -> None:
    texts = [
        "",
        entry(match="**"),
        entry(match="**", publisher="Q"),
        entry(match="**", type="seller"),
        entry(match="**", licence="CC0"),
        entry(match="**", base_url="https://example.org/"),
    ]
    marks = [mark_of(read_rules(text.encode()), "a.html", None) for text in texts]
    assert len(set(marks)) == len(marks)
    # The pattern is not what is said, nor is an address for a page that names its own.
    assert mark_of(read_rules(entry(match="*.html").encode()), "a.html", None) == marks[1]
    assert mark_of(read_rules(texts[-1].encode()), "a.html", "example.net") == marks[1]


# --- what is wrong with a file ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[[source]\n", "cannot be read as TOML"),
        ("[source]\nmatch = 1\n", r"begin each with \[\[source\]\]"),
        ("source = 5\n", r"begin each with \[\[source\]\]"),
        ("[[sources]]\n", r"no 'sources' in such a file; it holds entries \[\[source\]\]"),
        (entry(match="a/*") + entry(), "number 2: needs either match or host"),
        (entry(match="a/*", host="example.org"), "number 1: needs either match or host"),
        (entry(match="a/*", type="shop"), "'shop'; use one of regulator, reference, clinic, sel"),
        (entry(match="a/*", type="unknown"), "'unknown'; use one of"),
        (entry(match="a/*", kind="clinic"), "no key 'kind'; use match, host, publisher, type"),
        ('[[source]]\nmatch = "a"\ntype = "clinic"\n', "publisher is missing"),
        ('[[source]]\nmatch = "a"\npublisher = "P"\n', "type is missing"),
        ('[[source]]\ntype = "clinic"\nmatch = ["a"]\n', "match is .*; it must be a text in"),
        (entry(match="a", publisher=" "), "publisher must be a text of one line"),
        (entry(match="a", publisher="a\nb"), "publisher must be a text of one line"),
        (entry(match="a", publisher="\x1b[2J"), "publisher must be a text of one line"),
        (entry(match="a", publisher="x" * 1_001), "with 1 to 1,000 characters"),
        (entry(match="/a/*"), "without / at either end"),
        (entry(match="a/"), "without / at either end"),
        (entry(match="../a"), "use a path below the source"),
        (entry(match="a\\*"), "use a path below the source"),
        (entry(host="https://example.org/"), "the name of a host alone"),
        (entry(host="example.org", base_url="https://example.org/"), "base_url goes with match"),
        (entry(match="a", base_url="example.org/"), "an address such as https"),
        (entry(match="a", base_url="https://example.org"), "with / at its end"),
        (entry(match="a", base_url="https://[/"), "an address such as https"),
        (f"a = {'[' * 20_000}", "too deeply|TOML"),
    ],
)
def test_a_malformed_file_says_which_entry_is_wrong_and_what_is_allowed(
    text: str, complaint: str
) -> None:
    with pytest.raises(CorpusError, match=complaint):
        read_rules(text.encode())


def test_a_file_in_another_encoding_or_too_large_is_refused() -> None:
    with pytest.raises(CorpusError, match="not in UTF-8"):
        read_rules(entry(match="a", publisher="Café").encode().replace(b"\\u00e9", b"\xe9"))
    with pytest.raises(CorpusError, match="larger than 1 MiB"):
        read_rules(b"#" * (LARGEST + 1))
    assert read_rules(b"\xef\xbb\xbf" + entry(match="a").encode())
    assert read_rules(b"# nothing yet\n") == ()


@given(st.binary(max_size=200))
def test_any_bytes_are_rules_or_an_error_of_our_own(data: bytes) -> None:
    with contextlib.suppress(CorpusError):
        assert isinstance(read_rules(data), tuple)


# --- age --------------------------------------------------------------------------------------

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("published", "modified", "stale"),
    [
        (None, None, "unknown-date"),
        ("2024-11-24", None, "older-than-24-months"),
        ("2024-11-25", None, None),
        ("2024-11-26T23:59:00+02:00", None, None),
        ("2019-01-01", "2026-01-01", None),
        ("2026-01-01", "2019-01-01T00:00:00+00:00", "older-than-24-months"),
        ("2030-01-01", None, None),
        ("some day", None, "unknown-date"),
    ],
)
def test_an_article_of_two_years_or_without_a_date_is_told(
    published: str | None, modified: str | None, stale: str | None
) -> None:
    article = replace(ARTICLE, published=published, modified=modified)
    assert staleness(article, TODAY) == stale


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)), st.integers(0, 2_000))
def test_an_article_never_gets_younger(written: date, days: int) -> None:
    article = replace(ARTICLE, published=written.isoformat())
    now, later = (staleness(article, written + timedelta(n)) for n in (days, days + 1))
    assert now is None or later is not None
    assert (now is not None) or days <= 731
    assert (now is None) or days >= 730


def test_today_is_the_day_unless_it_is_said() -> None:
    assert staleness(replace(ARTICLE, published="1999-12-31")) == "older-than-24-months"


# --- the file in a source ---------------------------------------------------------------------

PAGES = {
    "clinic/imuran.html": "Imuran",
    "pharmacy/imuran.html": "Imuran for less",
    "pharmacy/flomax.html": "Flomax",
    "tegretol.html": "Tegretol",
}
ADDRESSES = {"tegretol.html": "https://www.notes.example.org/tegretol/"}
RULES = entry(match="pharmacy/*", publisher="Shop", type="seller") + entry(
    host="example.org", publisher="Notes", type="reference"
)


def write(folder: Path, rules: str | None = RULES) -> Path:
    for name, title in PAGES.items():
        page = folder / name
        page.parent.mkdir(parents=True, exist_ok=True)
        link = f'<link rel="canonical" href="{ADDRESSES[name]}">' if name in ADDRESSES else ""
        page.write_text(
            f"<!doctype html><title>{title}</title>{link}<body><main><h1>{title}</h1>"
            f"<p>{title} is a medicine for people.</p></main>",
            encoding="utf-8",
        )
        os.utime(page, (OLD, OLD))
    say(folder, rules)
    return folder


def say(folder: Path, rules: str | None) -> None:
    """Change what a source says of who speaks in its pages."""
    if rules is None:
        (folder / SOURCES_FILE).unlink(missing_ok=True)
    else:
        (folder / SOURCES_FILE).write_text(rules, encoding="utf-8")


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    return write(tmp_path / "pages")


def indexed(tmp_path: Path, pages: Path, name: str = "index") -> Index:
    index = open_index(str(tmp_path / name))
    assert index.reindex(Corpus([pages]), OPTIONS).published
    return index


def speakers(index: Index) -> Mapping[str, tuple[str | None, str]]:
    return {found.id: (found.publisher, found.publisher_type) for found in index.articles()}


SPEAKERS = {
    "clinic.imuran": (None, "unknown"),
    "pharmacy.flomax": ("Shop", "seller"),
    "pharmacy.imuran": ("Shop", "seller"),
    "tegretol": ("Notes", "reference"),
}


def test_the_file_is_neither_a_page_nor_skipped(pages: Path) -> None:
    scan = Corpus([pages]).scan()
    assert [page.name for page in scan.pages] == sorted(PAGES)
    assert (scan.skipped, scan.failures, scan.unusable) == ((), (), ())


def test_the_file_counts_at_the_top_of_a_source_alone(pages: Path) -> None:
    shutil.move(pages / SOURCES_FILE, pages / "clinic" / SOURCES_FILE)
    (pages / "pharmacy" / SOURCES_FILE).mkdir()
    scan = Corpus([pages]).scan()
    assert scan.skipped == (("not an HTML page", 1),)
    assert not any(page.rules for page in scan.pages)
    (pages / SOURCES_FILE).mkdir()  # a folder of that name is a folder
    assert Corpus([pages]).scan().failures == ()


@pytest.mark.parametrize("suffix", ["zip", "tar.gz"])
def test_an_archive_may_hold_the_file(tmp_path: Path, pages: Path, suffix: str) -> None:
    archive = tmp_path / f"pages.{suffix}"
    names = [*PAGES, SOURCES_FILE]
    if suffix == "zip":
        with zipfile.ZipFile(archive, "w") as packed:
            for name in names:
                packed.write(pages / name, name)
    else:
        with tarfile.open(archive, "w:gz") as tar:
            for name in names:
                tar.add(pages / name, f"./{name}")
    assert Corpus([archive]).scan().skipped == ()
    assert speakers(indexed(tmp_path, archive)) == SPEAKERS


def test_each_source_has_a_file_of_its_own(tmp_path: Path, pages: Path) -> None:
    other = write(tmp_path / "other", entry(match="*", publisher="Other"))
    index = open_index(str(tmp_path / "index"))
    index.reindex(Corpus([pages, other]), OPTIONS)
    found = {index.article(id_).source: who for id_, (who, _) in speakers(index).items()}
    assert found["pages/pharmacy/imuran.html"] == "Shop"
    assert found["other/pharmacy/imuran.html"] is None
    assert found["other/tegretol.html"] == "Other"
    assert found["pages/tegretol.html"] == "Notes"


def unusable(scan: Scan) -> str:
    ((failure),) = scan.failures
    assert failure.source.endswith(f"/{SOURCES_FILE}")
    assert scan.pages == ()
    assert scan.empty_sources == ()
    assert len(scan.unusable) == 1
    return failure.reason


def test_a_file_that_cannot_be_used_takes_its_source_away(tmp_path: Path, pages: Path) -> None:
    say(pages, "[[source]]\n")
    assert "match or host" in unusable(Corpus([pages]).scan())
    say(pages, None)
    (pages / SOURCES_FILE).symlink_to(tmp_path / "elsewhere.toml")
    assert "not a regular file" in unusable(Corpus([pages]).scan())
    (pages / SOURCES_FILE).unlink()
    os.mkfifo(pages / SOURCES_FILE)
    assert "not a regular file" in unusable(Corpus([pages]).scan())
    archive = tmp_path / "pages.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(pages / "tegretol.html", "tegretol.html")
        wrong = tarfile.TarInfo(SOURCES_FILE)
        wrong.size = 1
        tar.addfile(wrong, io.BytesIO(b"="))
    assert "TOML" in unusable(Corpus([archive]).scan())


# --- in an index ------------------------------------------------------------------------------


def test_articles_and_hits_tell_who_speaks_and_since_when(tmp_path: Path, pages: Path) -> None:
    index = indexed(tmp_path, pages)
    assert speakers(index) == SPEAKERS
    (hit,) = index.search(SearchRequest(text="flomax")).hits
    assert (hit.article.publisher, hit.article.publisher_type) == ("Shop", "seller")
    article = index.article("pharmacy.flomax")
    assert (article.publisher, article.publisher_type) == ("Shop", "seller")
    assert article.indexed == hit.article.indexed
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", article.indexed or "")
    assert (article.indexed or "") <= index.status().built_at


class Unreadable(Corpus):
    """A corpus whose pages cannot be read, but for some."""

    def __init__(self, sources: Sequence[Path], *, but: Sequence[str] = ()) -> None:
        super().__init__(sources)
        self._but = but

    def scan(self) -> Scan:
        def refuse() -> bytes:
            raise CorpusError("was read")

        scan = super().scan()
        pages = tuple(
            page if page.article_id in self._but else replace(page, content=refuse)
            for page in scan.pages
        )
        return replace(scan, pages=pages)


@pytest.mark.parametrize(
    ("rules", "changed"),
    [
        (RULES, ()),
        ("# a comment alone\n" + RULES, ()),
        (RULES.replace("pharmacy/*", "**/pharmacy/**"), ()),
        (RULES.replace("Shop", "Store"), ("pharmacy.flomax", "pharmacy.imuran")),
        (RULES.replace("seller", "clinic"), ("pharmacy.flomax", "pharmacy.imuran")),
        (RULES.replace("pharmacy/*", "pharmacy/f*"), ("pharmacy.imuran",)),
        (RULES.replace("example.org", "notes.example.org"), ()),
        (RULES.replace("example.org", "example.net"), ("tegretol",)),
        (RULES + entry(match="clinic/*"), ("clinic.imuran",)),
        (RULES + entry(match="tegretol.html"), ()),
        (None, ("pharmacy.flomax", "pharmacy.imuran", "tegretol")),
    ],
)
def test_a_changed_file_concerns_the_pages_of_which_something_else_is_said_and_no_other(
    tmp_path: Path, pages: Path, rules: str | None, changed: tuple[str, ...]
) -> None:
    index = indexed(tmp_path, pages)
    say(pages, rules)
    dry = index.reindex(Unreadable([pages]), ReindexOptions(dry_run=True))
    assert (dry.added, dry.changed, dry.removed, dry.failed) == ((), changed, (), ())
    report = index.reindex(Unreadable([pages], but=changed), OPTIONS)
    assert (report.changed, report.failed, report.unchanged) == (changed, (), 4 - len(changed))
    assert report.generation == (2 if changed else 1)
    assert index.reindex(Unreadable([pages]), OPTIONS).generation == report.generation
    built = indexed(tmp_path, pages, "built")
    assert speakers(index) == speakers(built)
    assert index.verify().problems == ()


def test_an_address_below_a_base_is_an_article_s_own(tmp_path: Path, pages: Path) -> None:
    say(pages, entry(match="**", base_url="https://live.example/"))
    index = indexed(tmp_path, pages)
    assert index.article("pharmacy.imuran").url == "https://live.example/pharmacy/imuran.html"
    assert index.article("tegretol").url == ADDRESSES["tegretol.html"]
    say(pages, entry(match="**", base_url="https://moved.example/"))
    report = index.reindex(Corpus([pages]), OPTIONS)
    assert report.changed == ("clinic.imuran", "pharmacy.flomax", "pharmacy.imuran")
    # An address that a base gave is not one that the page names.
    say(pages, entry(host="moved.example"))
    assert len(index.reindex(Corpus([pages]), OPTIONS).changed) == 4
    assert set(speakers(index).values()) == {(None, "unknown")}


def test_a_page_that_moves_is_spoken_for_by_its_new_place(tmp_path: Path, pages: Path) -> None:
    index = indexed(tmp_path, pages)
    shutil.move(pages / "pharmacy/flomax.html", pages / "clinic/flomax.html")
    index.reindex(Corpus([pages]), ReindexOptions(jobs=1, allow_removals=True))
    assert speakers(index)["clinic.flomax"] == (None, "unknown")


@pytest.mark.parametrize(
    "options",
    [
        OPTIONS,
        ReindexOptions(jobs=1, allow_removals=True),
        ReindexOptions(jobs=1, allow_removals=True, fresh=True),
        ReindexOptions(dry_run=True),
    ],
)
def test_a_file_that_cannot_be_used_publishes_nothing(
    tmp_path: Path, pages: Path, options: ReindexOptions
) -> None:
    index = indexed(tmp_path, pages)
    say(pages, RULES.replace("seller", "shop"))
    report = index.reindex(Corpus([pages]), options)
    assert not report.published
    assert report.refused
    assert SOURCES_FILE in report.refused
    ((failure),) = report.failed
    assert failure.source == str(pages / SOURCES_FILE)
    assert "number 1: type is 'shop'" in failure.reason
    assert report.removed == () or options.fresh
    assert (index.status().generation, speakers(index)) == (1, SPEAKERS)


def whole(index: Index) -> list[object]:
    """Return all that an index says of its articles, but for the time."""
    found: list[object] = []
    for summary in index.articles():
        found += [replace(summary, indexed=None)]
        found += [replace(index.article(summary.id), indexed=None)]
    return found


ENTRIES = st.builds(
    lambda where, publisher, kind, licence: entry(
        **where, publisher=publisher, type=kind, **licence
    ),
    st.sampled_from(
        (
            {"match": "pharmacy/*"},
            {"match": "**/imuran.html"},
            {"match": "**"},
            {"match": "**", "base_url": "https://live.example/"},
            {"host": "example.org"},
            {"host": "other.example"},
        )
    ),
    st.sampled_from(("A", "B")),
    st.sampled_from([kind for kind in PUBLISHER_TYPES if kind != "unknown"]),
    st.sampled_from(({}, {"licence": "CC0"})),
)
FILES = st.none() | st.lists(ENTRIES, max_size=3).map("".join)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(FILES, min_size=2, max_size=3))
def test_an_index_that_followed_the_file_is_one_that_was_built_with_it(
    tmp_path: Path, edits: list[str | None]
) -> None:
    for name in ("pages", "followed", "built"):
        shutil.rmtree(tmp_path / name, ignore_errors=True)
    pages = write(tmp_path / "pages", None)
    followed = indexed(tmp_path, pages, "followed")
    for rules in edits:
        say(pages, rules)
        report = followed.reindex(Corpus([pages]), OPTIONS)
        assert not report.failed
    built = indexed(tmp_path, pages, "built")
    assert whole(followed) == whole(built)


def test_the_samples_say_who_speaks_in_each_of_them() -> None:
    scan = Corpus([SAMPLES]).scan()
    spoken = {page.name: attributed(ARTICLE, page.rules, page.path) for page in scan.pages}
    assert all(article.publisher and article.licence == "MIT" for article in spoken.values())
    kinds = {name: article.publisher_type for name, article in spoken.items()}
    assert kinds["clinic/glyburide.html"] == "clinic"
    assert kinds["pharmacy/glucotrol.htm"] == "seller"
    assert kinds["labels/bactrim.html"] == kinds["imuran-guide.html"] == "reference"


def test_the_host_of_an_address_is_spelt_one_way() -> None:
    assert host_of("https://WWW.Example.org:8443/a") == "www.example.org"
    assert host_of(None) is None
