"""What commands answer in cases that are rare, each told to people and to programs."""

import json
import runpy
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import click
import pytest

from indexer.cli.articles import head
from indexer.cli.hits import MOST_VALUES, narrowing
from indexer.cli.parsing import parse_page
from indexer.errors import CorpusError
from indexer.knowledge.aliases import NO_ALIASES
from indexer.model import Facets, FacetValue, Notice
from indexer.parsing.limits import Job
from indexer.preparing import parse_and_analyse
from tests.cli.conftest import Run
from tests.cli.test_hits import HIT, RESULTS, plain

STRAYS = Notice(
    code="conflicting-figures", text='Two figures are given for one thing: "50 mg", "500 mg".'
)


# --- hits and articles ------------------------------------------------------------------------


def test_a_hit_tells_in_a_line_what_must_be_known_of_its_article() -> None:
    noticed = replace(HIT, article=replace(HIT.article, notices=(STRAYS,)))
    assert plain(replace(RESULTS, hits=(noticed,)))[2] == "  Two figures are given for one thing"


def test_more_values_than_a_line_has_room_for_are_counted() -> None:
    years = tuple(
        FacetValue(value=str(year), label=str(year), count=1) for year in range(2000, 2009)
    )
    [line] = narrowing(replace(RESULTS, facets=Facets(year=years)))
    assert line.startswith("Narrow by --year: 2000 1, 2001 1,")
    assert line.endswith(f"{1999 + MOST_VALUES} 1, and {9 - MOST_VALUES} more")


def test_a_page_says_what_is_to_be_known_of_it_and_what_was_wrong_with_it() -> None:
    job = Job(name="a.html", article_id="a", data=b"<h1>A</h1><p>\xe9 b</p><p>Dose: 5 mg.</p>")
    article = replace(parse_page(job, NO_ALIASES), notices=(STRAYS,))
    told = [click.unstyle(line) for line in head(article)]
    assert article.warnings
    assert f"  notice      {STRAYS.text}" in told
    assert f"  warning     {article.warnings[0]}" in told


def test_what_is_shown_of_a_page_is_what_is_indexed_of_it(corpus: Path) -> None:
    job = Job(name="imuran.html", article_id="imuran", data=(corpus / "imuran.html").read_bytes())
    shown = parse_page(job, NO_ALIASES)
    assert [drug.name for drug in shown.drugs] == ["Imuran", "azathioprine"]
    assert parse_and_analyse(job).article == shown
    empty = replace(job, data=b"")
    for work in (parse_and_analyse, lambda job: parse_page(job, NO_ALIASES)):
        with pytest.raises(CorpusError, match="the file is empty"):
            work(empty)


# --- commands ---------------------------------------------------------------------------------


def test_completions_are_told_to_programs_too(run: Run, index: str) -> None:
    outcome = run("suggest", "--json", "--index", index, "imu")
    [line] = outcome.out.splitlines()
    assert outcome.code == 0
    labels = [item["label"] for group in json.loads(line)["groups"] for item in group["items"]]
    assert "Imuran" in labels


def test_a_prefix_of_nothing_is_1_and_said(run: Run, index: str) -> None:
    outcome = run("suggest", "--index", index, "zzqx")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err == 'Nothing in this index begins with "zzqx".\n'
    assert run("suggest", "--quiet", "--index", index, "zzqx").err == ""


def test_gc_names_what_a_killed_run_left_and_then_finds_nothing(run: Run, corpus: Path) -> None:
    assert run("reindex", "--quiet", "--index", "index", str(corpus)).code == 0
    Path("index/gen-000099").mkdir()
    outcome = run("gc", "--index", "index")
    assert (outcome.code, outcome.out, outcome.err) == (0, "removed gen-000099\n", "")
    assert not Path("index/gen-000099").exists()
    again = run("gc", "--index", "index")
    assert (again.code, again.out, again.err) == (0, "", "Nothing to remove.\n")


def test_who_named_no_source_is_told_which_one_was_read(
    run: Run, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRUGSEARCH_CORPUS", "nowhere")
    outcome = run("reindex", "--index", "index")
    assert outcome.code == 4
    assert outcome.err.endswith("No source was named, so 'nowhere' was read.\n")
    (corpus / "bad.html").write_bytes(b"")
    named = run("reindex", "--index", "index", str(corpus))
    assert named.code == 4
    assert "No source was named" not in named.err


def spoil(archive: Path, text: bytes) -> None:
    """Change a byte of what an archive stores."""
    content = archive.read_bytes()
    assert content.count(text) == 1
    archive.write_bytes(content.replace(text, b"X" + text[1:]))


def test_a_page_that_its_archive_cannot_give_is_named_and_the_others_are_shown(
    run: Run, tmp_path: Path
) -> None:
    archive = tmp_path / "pages.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:
        packed.writestr("broken.html", "<h1>Broken</h1><p>a broken page</p>")
        packed.writestr("whole.html", "<h1>Whole</h1><p>a page that is whole</p>")
    spoil(archive, b"a broken page")
    outcome = run("parse", "--json", str(archive))
    assert outcome.code == 4
    assert [json.loads(line)["title"] for line in outcome.out.splitlines()] == ["Whole"]
    [complaint] = outcome.err.splitlines()
    assert complaint.startswith("failed: ")
    assert "broken.html" in complaint


def test_a_run_that_cannot_be_kept_for_comparison_is_told_whole(
    run: Run, index: str, tmp_path: Path
) -> None:
    queries, history = tmp_path / "judged.tsv", tmp_path / "a file"
    queries.write_text("1\timuran\timuran\t1\n", encoding="utf-8")
    history.write_bytes(b"")
    outcome = run("evaluate", str(queries), "--index", index, "--history", str(history / "below"))
    assert outcome.code == 0
    assert "P@1" in outcome.out
    assert "This run cannot be kept for comparison: " in outcome.err


def test_quiet_leaves_the_figures_alone(run: Run, index: str, tmp_path: Path) -> None:
    queries = tmp_path / "judged.tsv"
    queries.write_text("1\timuran\tprograf\t1\n", encoding="utf-8")
    arguments = ("evaluate", str(queries), "--index", index, "--history", str(tmp_path / "h"))
    assert "Not answered first:" in run(*arguments).out
    quiet = run(*arguments, "--quiet")
    assert quiet.code == 0
    assert quiet.out.splitlines()[-1].startswith("article ")


# --- the module -------------------------------------------------------------------------------


def test_the_module_is_the_program_and_nothing_to_a_worker_that_loads_it_anew(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["drugsearch", "--version"])
    # A worker that is spawned imports the main module by another name; it must not run there.
    runpy.run_module("indexer.__main__", run_name="__mp_main__")
    assert capsys.readouterr().out == ""
    with pytest.raises(SystemExit) as end:
        runpy.run_module("indexer.__main__", run_name="__main__")
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("drugsearch ")
