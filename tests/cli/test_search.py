"""`drugsearch search` as people and programs use it."""

import fcntl
import json
import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from indexer.serialization import DISCLAIMER
from tests.cli.conftest import Outcome, Process, Run, command_line


def search(run: Run, index: str, *arguments: str) -> Outcome:
    return run("search", "--index", index, *arguments)


def references(outcome: Outcome) -> set[str]:
    return {word for word in outcome.out.split() if "#" in word}


def articles(outcome: Outcome) -> list[str]:
    return [result["article"]["id"] for result in json.loads(outcome.out)["results"]]


# --- the answer -------------------------------------------------------------------------------


def test_a_hit_shows_article_section_kind_reference_and_snippet(run: Run, index: str) -> None:
    outcome = search(run, index, "imuran", "bruising")
    assert outcome.code == 0
    assert "Imuran (azathioprine)" in outcome.out
    assert "Serious side effects" in outcome.out
    assert "[Side effects]" in outcome.out
    assert "imuran#serious-side-effects" in references(outcome)
    assert "Call a doctor at once if you have a fever or unusual bruising." in outcome.out
    assert "1 section in 1 article" in outcome.out


def test_json_is_one_line_in_the_shape_of_the_api(run: Run, index: str) -> None:
    outcome = search(run, index, "--json", "imuran", "bruising")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.count("\n") == 1
    shape = json.loads(outcome.out)
    assert shape["query"]["text"] == "imuran bruising"
    assert shape["total"] == {"articles": 1, "sections": 1, "relation": "eq"}
    assert shape["results"][0]["sections"][0]["id"] == "serious-side-effects"
    assert shape["links"]["html"] == "/search?q=imuran+bruising"


def test_words_are_one_query_however_the_shell_hands_them_over(run: Run, index: str) -> None:
    apart = search(run, index, "imuran", "starting", "dose")
    together = search(run, index, "imuran starting dose")
    assert references(apart) == references(together) != set()


def test_quiet_leaves_the_hits_alone(run: Run, index: str) -> None:
    outcome = search(run, index, "--quiet", "imuran bruising")
    assert "imuran#serious-side-effects" in references(outcome)
    assert "1 section in" not in outcome.out
    assert "*" not in outcome.out


# --- nothing ----------------------------------------------------------------------------------


def test_nothing_found_is_1_and_explained_on_stderr(run: Run, index: str) -> None:
    outcome = search(run, index, "zebra crossing")
    assert (outcome.code, outcome.out) == (1, "")
    assert 'Nothing found for "zebra crossing"' in outcome.err
    assert "Try " in outcome.err


def test_nothing_found_is_1_with_an_answer_for_programs(run: Run, index: str) -> None:
    outcome = search(run, index, "--json", "zebra")
    assert (outcome.code, outcome.err) == (1, "")
    assert json.loads(outcome.out)["total"]["sections"] == 0


@pytest.mark.parametrize("text", ["", " ", '"', "(((", "-", "OR OR", "*", "\udcff", "\x00"])
def test_any_query_is_answered(run: Run, index: str, text: str) -> None:
    assert search(run, index, "--", text).code in (0, 1)


# --- the query --------------------------------------------------------------------------------


def test_an_unknown_dashed_word_excludes(run: Run, index: str) -> None:
    everything = references(search(run, index, "imuran", "--group", "section"))
    assert "imuran#interactions" in everything
    for arguments in (["imuran", "-allopurinol"], ["-allopurinol", "imuran"]):
        rest = references(search(run, index, *arguments, "--group", "section"))
        assert rest
        assert "imuran#interactions" not in rest


def test_an_excluded_word_may_begin_like_an_option(run: Run, index: str) -> None:
    for word in ("-json", "-index", "-sort", "-help", "-q", "-page=2", "-5"):
        assert search(run, index, "imuran", word).code == 0


def test_after_two_dashes_everything_is_query(run: Run, index: str) -> None:
    outcome = search(run, index, "--json", "--", "imuran", "-allopurinol", "--json")
    assert json.loads(outcome.out)["query"]["text"] == "imuran -allopurinol --json"


def test_options_stand_anywhere(run: Run, index: str) -> None:
    outcome = search(run, index, "imuran", "--json", "-allopurinol", "--per-page", "3", "dose")
    shape = json.loads(outcome.out)
    assert shape["query"]["text"] == "imuran -allopurinol dose"
    assert shape["page"]["size"] == 3


def test_a_slip_in_a_long_option_is_no_query(run: Run, index: str) -> None:
    outcome = search(run, index, "imuran", "--jsno")
    assert (outcome.code, outcome.out) == (2, "")
    assert "--json" in outcome.err


# --- options ----------------------------------------------------------------------------------


def test_filters_narrow(run: Run, index: str) -> None:
    dosage = search(run, index, "dose", "--section", "dosage", "--json")
    assert {
        section["kind"]
        for result in json.loads(dosage.out)["results"]
        for section in result["sections"]
    } == {"dosage"}
    assert articles(search(run, index, "side effects", "--drug", "tacrolimus", "--json")) == [
        "prograf"
    ]
    both = search(run, index, "side effects", "--drug", "prograf", "--drug", "imuran", "--json")
    assert set(articles(both)) == {"imuran", "prograf"}
    assert search(run, index, "dose", "--category", "No such").code == 1


def test_an_unknown_kind_is_wrong_usage_that_lists_the_kinds(run: Run, index: str) -> None:
    outcome = search(run, index, "dose", "--section", "dosing")
    assert outcome.code == 2
    assert "adverse-reactions" in outcome.err
    assert "dosage" in outcome.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--per-page", "0"],
        ["--per-page", "51"],
        ["--page", "0"],
        ["--page", "201", "--per-page", "50"],
        ["--page", "x"],
        ["--sort", "oldest"],
        ["--group", "drug"],
        ["--expand", "all"],
    ],
)
def test_values_out_of_range_are_wrong_usage(run: Run, index: str, arguments: list[str]) -> None:
    assert search(run, index, "dose", *arguments).code == 2


def test_a_query_that_is_too_long_is_wrong_usage(run: Run, index: str) -> None:
    assert search(run, index, "a" * 1_001).code == 2


def test_no_query_is_wrong_usage(run: Run, index: str) -> None:
    assert search(run, index).code == 2


def test_sorting_by_title_is_by_title(run: Run, index: str) -> None:
    found = articles(search(run, index, "side effects", "--sort", "title", "--json"))
    assert found == ["imuran", "prograf"]


def test_pages_follow_one_another(run: Run, index: str) -> None:
    pages = [
        articles(search(run, index, "side effects", "--per-page", "1", "--page", page, "--json"))
        for page in ("1", "2")
    ]
    assert sorted(pages) == [["imuran"], ["prograf"]]


def test_a_page_past_the_end_is_said(run: Run, index: str) -> None:
    outcome = search(run, index, "imuran", "--page", "9")
    assert outcome.code == 0
    assert "Page 9 is past the end" in outcome.err


def test_grouped_by_section_each_result_is_one(run: Run, index: str) -> None:
    shape = json.loads(search(run, index, "imuran", "--group", "section", "--json").out)
    assert all(len(result["sections"]) == 1 for result in shape["results"])
    assert len(shape["results"]) == shape["total"]["sections"] > 1


def test_explained_parts_add_up(run: Run, index: str) -> None:
    shape = json.loads(search(run, index, "imuran side effects", "--explain", "--json").out)
    for result in shape["results"]:
        for section in result["sections"]:
            total = sum(part["value"] for part in section["explain"])
            assert total == pytest.approx(section["score"], abs=1e-4)
    assert "score" in search(run, index, "imuran side effects", "--explain").out


def test_expansion_is_said_and_can_be_left_out(run: Run, index: str) -> None:
    assert "azathioprine" in search(run, index, "imuran allopurinol").out.splitlines()[0]
    for plain in (["--expand", "none"], ["--exact"]):
        shape = json.loads(search(run, index, "imuran", "--json", *plain).out)
        assert shape["query"]["expansions"] == []


# --- the terminal -----------------------------------------------------------------------------


def in_terminal(*arguments: str, environment: dict[str, str] | None = None) -> str:
    """Return what a command writes to a terminal of 60 columns."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command_line(*arguments),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "COLUMNS": "60", "TERM": "xterm", **(environment or {})},
    )
    os.close(theirs)
    written = b""
    while True:
        try:
            piece = os.read(ours, 4_096)
        except OSError:  # Linux: the other end is closed
            break
        if not piece:
            break
        written += piece
    os.close(ours)
    process.wait(timeout=60)
    return written.decode()


def test_a_terminal_gets_matches_in_bold_and_lines_that_fit(index: str) -> None:
    shown = in_terminal("search", "--index", index, "imuran", "bruising")
    assert "\x1b[1mbruising\x1b[0m" in shown
    snippet = [line for line in shown.splitlines() if line.startswith("    ")]
    assert snippet
    assert all(len(re.sub(r"\x1b\[\d+m", "", line)) <= 60 for line in snippet)


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_who_wants_plain_text_gets_it(index: str, environment: dict[str, str]) -> None:
    shown = in_terminal("search", "--index", index, "imuran", "bruising", environment=environment)
    assert "bruising" in shown
    assert "\x1b" not in shown


def test_an_empty_no_color_is_none(index: str) -> None:
    shown = in_terminal("search", "--index", index, "imuran", environment={"NO_COLOR": ""})
    assert "\x1b[1m" in shown


def test_a_pipe_gets_plain_text(process: Process, index: str) -> None:
    outcome = process("search", "--index", index, "imuran", "bruising")
    assert outcome.returncode == 0
    assert b"\x1b" not in outcome.stdout


@pytest.mark.parametrize(
    "environment", [{"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)
def test_output_is_utf8_in_any_locale(
    process: Process, index: str, environment: dict[str, str]
) -> None:
    outcome = process("search", "--index", index, "flomax prostate", environment=environment)
    assert (outcome.returncode, outcome.stderr.decode()) == (0, f"{DISCLAIMER}\n")
    assert "µ — “quoted”".encode() in outcome.stdout


def test_who_stops_reading_is_no_error(index: str) -> None:
    # More than the smallest pipe holds, so that the program is not done before it is closed.
    anything = "imuran OR flomax OR tablets OR the OR of OR a OR not OR is OR to"
    arguments = ["search", "--index", index, anything, "--group", "section", "--explain"]
    arguments += ["--per-page", "50"]
    with subprocess.Popen(
        command_line(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    ) as process:
        assert process.stdout
        assert process.stderr
        if hasattr(fcntl, "F_SETPIPE_SZ"):  # Linux
            fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 4096)
        process.stdout.readline()
        process.stdout.close()
        complaint = process.stderr.read()
    assert (process.returncode, complaint) == (0, b"")


# --- no index ---------------------------------------------------------------------------------


def test_without_an_index_it_is_3_and_says_what_to_run(run: Run, tmp_path: Path) -> None:
    outcome = search(run, str(tmp_path / "none"), "imuran")
    assert (outcome.code, outcome.out) == (3, "")
    assert "drugsearch reindex" in outcome.err


def test_an_unknown_engine_is_2_and_names_the_known(run: Run) -> None:
    outcome = search(run, "nosuch:place", "imuran")
    assert outcome.code == 2
    assert "whoosh" in outcome.err
