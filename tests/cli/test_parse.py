"""`drugsearch parse`: what the parser makes of pages, without any index."""

import json
import shutil
import subprocess
from pathlib import Path

from tests.cli.conftest import Run, command_line


def test_parse_shows_an_outline_with_kinds_and_first_words(run: Run, corpus: Path) -> None:
    outcome = run("parse", str(corpus / "imuran.html"))
    assert (outcome.code, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert lines[0] == "Imuran (azathioprine)  imuran"
    assert any("Imuran (azathioprine)" in line and "drugs" in line for line in lines)
    heading = next(line for line in lines if "Serious side effects" in line)
    assert "[Side effects]" in heading
    assert "Call a doctor at once" in heading


def test_parse_json_is_a_line_per_page_without_an_index(run: Run, corpus: Path) -> None:
    files = [str(corpus / "imuran.html"), str(corpus / "clinic" / "glyburide.html")]
    outcome = run("parse", "--json", *files)
    assert (outcome.code, outcome.err) == (0, "")
    pages = [json.loads(line) for line in outcome.out.splitlines()]
    assert [page["title"] for page in pages] == ["Imuran (azathioprine)", "Glyburide"]
    assert pages[0]["id"] == "imuran"
    assert pages[0]["encoding"] == {"name": "utf-8", "from": "utf-8"}
    sections = {section["id"]: section for section in pages[0]["sections"]}
    assert sections["serious-side-effects"] == {
        "id": "serious-side-effects",
        "heading": "Serious side effects",
        "level": 3,
        "path": ["Side effects"],
        "kind": "adverse-reactions",
        "loinc": "34084-4",
        "rule": sections["serious-side-effects"]["rule"],
        "text": "Call a doctor at once if you have a fever or unusual bruising.",
    }
    assert not Path("var").exists()


def test_parse_names_what_fails_and_shows_the_others(run: Run, corpus: Path) -> None:
    (corpus / "bad.html").write_bytes(b"")
    bad = [str(corpus / "bad.html"), str(corpus / "missing.html"), str(corpus / "clinic")]
    outcome = run("parse", "--json", *bad, str(corpus / "imuran.html"))
    assert outcome.code == 4
    assert [json.loads(line)["title"] for line in outcome.out.splitlines()] == [
        "Imuran (azathioprine)"
    ]
    complaints = outcome.err.splitlines()
    assert len(complaints) == 3
    for file in ("bad.html", "missing.html", "clinic"):
        assert any(file in line and line.startswith("failed: ") for line in complaints)


def test_parse_sends_folders_to_reindex(run: Run, corpus: Path) -> None:
    outcome = run("parse", str(corpus))
    assert (outcome.code, outcome.out) == (4, "")
    assert "is a folder; `drugsearch reindex` takes folders" in outcome.err


def test_parse_without_a_file_is_wrong_usage(run: Run) -> None:
    assert run("parse").code == 2


def test_parse_ends_when_nobody_reads_on(corpus: Path) -> None:
    files = [str(page) for page in sorted(corpus.rglob("*.html"))]
    with subprocess.Popen(
        command_line("parse", "--json", *files), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        complaint = process.stderr.read()
    assert (process.returncode, complaint) == (0, b"")


def test_parse_tells_who_speaks_in_the_pages_of_an_archive(
    run: Run, corpus: Path, tmp_path: Path
) -> None:
    (corpus / "sources.toml").write_text(
        '[[source]]\nmatch = "**"\npublisher = "Corner Shop"\ntype = "seller"\nlicence = "CC0"\n'
    )
    archive = shutil.make_archive(str(tmp_path / "pages"), "zip", corpus)
    outcome = run("parse", "--json", archive)
    pages = [json.loads(line) for line in outcome.out.splitlines()]
    assert (outcome.code, len(pages)) == (0, 4)
    assert {(page["publisher"], page["publisher_type"]) for page in pages} == {
        ("Corner Shop", "seller")
    }
    shown = run("parse", archive).out
    assert "  publisher   Corner Shop (seller page)\n  licence     CC0\n" in shown
    assert "source unknown" in run("parse", str(corpus / "imuran.html")).out
