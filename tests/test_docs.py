"""What the documents say is what the program does: examples run, tables agree, links lead on.

A comment before a block says what it is: `<!-- runs -->` before commands with their output,
`<!-- answer to ADDRESS -->` before JSON (`excerpt of` where keys are left out), and a name before
a table that is compared with the code. Times, dates and scores may differ; `...` stands for lines
that are left out.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from doctest import ELLIPSIS, OutputChecker
from pathlib import Path
from typing import TypeAlias

import click
import pytest
from flask.testing import FlaskClient

from indexer import Corpus, Index, IndexerError, ReindexOptions, SearchRequest, Settings, open_index
from indexer.cli import exits
from indexer.cli.program import COMMANDS, program
from indexer.config import ENVIRONMENT_PREFIX, settings_from
from indexer.engine.whoosh.evaluate import PREFIX_TERMS
from indexer.findings import FINDING_CODES
from indexer.knowledge.sections import KINDS
from indexer.model import DEEPEST_RESULT, LONGEST_QUERY
from indexer.query import drug_concepts, lexing, syntax, weights
from indexer.query.function_words import FUNCTION_WORDS, LIGHT_VERBS
from indexer.query.grammar import OPERATORS, Operator
from indexer.serialization import EXPORT_COLUMNS
from webapp import create_app
from webapp.parameters import AUDIT, EXPORT, SEARCH, names_of
from webapp.problems import PROBLEM_TYPES, STATUS

Json: TypeAlias = "Mapping[str, Json] | list[Json] | str | float | bool | None"

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
DOCS = ROOT / "docs"
ARCHITECTURE, CONFIGURATION = DOCS / "architecture.md", DOCS / "configuration.md"
QUERIES, API = DOCS / "query-syntax.md", DOCS / "api.md"
EDITORS = DOCS / "editors.md"
DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted(DOCS.glob("*.md")),
    *sorted(ROOT.glob("*/README.md")),
    ROOT / "indexer/knowledge/README.md",
]

_MARKED = re.compile(
    r"^<!-- (.+?) -->\n\n(```.*?^```\n|\|.*?\n(?!\|)|.*?\n)", re.MULTILINE | re.DOTALL
)
_CODE = re.compile(r"`([^`]+)`")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"")
_NOT_FOR_READERS = re.compile(
    r"/(?:work|root|tmp|home|Users)/|\.\./shared|py[p]i\.org|python[h]osted|np[m]js|proxy\.go[l]ang"
)
_CHANGING = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "TIME"),
    (re.compile(r"\b\d+(?:\.\d+)? (ms|s)\b"), r"DURATION \1"),
    (re.compile(r"[+-]?\b\d+\.\d{4}\b"), "SCORE"),
)
CHANGING_KEYS = frozenset(
    {
        "took_ms",
        "built_at",
        "indexed",
        "generation",
        "schema",
        "score",
        "request_id",
        "today",
        "seconds",
    }
)


def marked(document: Path, name: str) -> list[tuple[str, str]]:
    """Return the blocks that a comment announces: what follows the name in it, and the block."""
    found = _MARKED.findall(document.read_text("utf-8"))
    return [(said[len(name) :].strip(), part) for said, part in found if said.startswith(name)]


def table(document: Path, name: str) -> list[list[str]]:
    """Return the cells of all tables under a name, without their heads."""
    return [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for _, part in marked(document, name)
        for line in part.splitlines()[2:]
    ]


def code(cell: str) -> str:
    """Return what a cell shows as code, or the cell."""
    found = _CODE.search(cell)
    return found[1] if found else cell


def fences(text: str) -> list[tuple[str, str]]:
    """Return the language and text of each fenced block."""
    return _FENCE.findall(text)


def block(document: Path, name: str) -> str:
    """Return the text of the one fenced block under a name."""
    ((_, found),) = marked(document, name)
    ((_, text),) = fences(found)
    return text


def settled(output: str) -> str:
    """Return an output without what changes from run to run."""
    for pattern, name in _CHANGING:
        output = pattern.sub(name, output)
    return "".join(f"{line.rstrip()}\n" for line in output.rstrip().splitlines())


def assert_shown(shown: str, printed: str) -> None:
    """Fail with what was really printed when a document shows something else."""
    if not OutputChecker().check_output(settled(shown), settled(printed), ELLIPSIS):
        pytest.fail(f"the document shows\n{shown}\nbut printed was\n{printed}", pytrace=False)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    opened = open_index(str(tmp_path_factory.mktemp("docs") / "index"))
    report = opened.reindex(Corpus([ROOT / "corpus"]), ReindexOptions())
    assert not report.failed
    return opened


@pytest.fixture(scope="module")
def client(index: Index) -> FlaskClient:
    return create_app(Settings(index=index.location, deadline_ms=60_000)).test_client()


@pytest.fixture
def environment(index: Index) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if "DRUGSEARCH_" not in name}
    return {**kept, "DRUGSEARCH_INDEX": index.location, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}


def printed_by(arguments: list[str], folder: Path, environment: dict[str, str]) -> str:
    """Run Python in a folder and return all that it prints."""
    ran = subprocess.run(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env=environment,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    return ran.stdout


@pytest.mark.parametrize("document", [README, ARCHITECTURE, EDITORS])
def test_commands_print_what_the_documents_show(
    document: Path, environment: dict[str, str]
) -> None:
    text = "".join(text for _, part in marked(document, "runs") for _, text in fences(part))
    examples = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
    assert examples
    for example in examples:
        command, _, shown = example.partition("\n")
        name, *arguments = shlex.split(command)
        assert name == "drugsearch"
        assert_shown(shown, printed_by(["-m", "indexer", *arguments], ROOT, environment))


def test_the_python_example_prints_what_it_shows(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    (tmp_path / "corpus").symlink_to(ROOT / "corpus")
    example = API.read_text("utf-8").partition("<!-- runs -->")[2]
    (language, source), (_, shown) = fences(example)
    assert language == "python"
    assert_shown(shown, printed_by(["-c", source], tmp_path, environment))


@pytest.mark.parametrize(
    ("document", "name", "has_all_keys"), [(API, "answer to", True), (README, "excerpt of", False)]
)
def test_the_api_answers_what_the_documents_show(
    client: FlaskClient, document: Path, name: str, *, has_all_keys: bool
) -> None:
    examples = marked(document, name)
    assert examples
    for address, example in examples:
        answered = client.get(address).json
        ((_, shown),) = fences(example)
        wrong = list(differences(json.loads(shown), answered, has_all_keys=has_all_keys))
        assert not wrong, f"{address}: {wrong}; answered was {json.dumps(answered, indent=2)}"


def differences(shown: Json, answered: Json, *, has_all_keys: bool, at: str = "") -> Iterator[str]:
    """Yield where a shown JSON value differs; lists may be cut, but not to nothing."""
    pairs: list[tuple[str, Json, Json]] = []
    match shown, answered:
        case dict(), dict():
            if shown.keys() - answered.keys() or (has_all_keys and shown.keys() != answered.keys()):
                yield f"{at} has the keys {sorted(answered)}"
            pairs = [(f"{at}.{key}", shown[key], answered[key]) for key in shown if key in answered]
        case list(), list():
            if len(shown) > len(answered) or (answered and not shown):
                yield f"{at} has {len(answered)} entries"
            pairs = [(f"{at}[]", *pair) for pair in zip(shown, answered, strict=False)]
        case _ if at.rpartition(".")[2] in CHANGING_KEYS:
            if type(shown) is not type(answered):
                yield f"{at} is {answered!r}"
        case _:
            if shown != answered:
                yield f"{at} is {answered!r}"
    for inner, one, other in pairs:
        yield from differences(one, other, has_all_keys=has_all_keys, at=inner)


@pytest.mark.parametrize("row", table(QUERIES, "searched"), ids=lambda row: code(row[0]))
def test_a_query_of_the_documents_finds_what_they_say(index: Index, row: list[str]) -> None:
    results = index.search(SearchRequest(text=code(row[0])))
    found = [f"{hit.article.id}#{hit.sections[0].id}" for hit in results.hits]
    assert (found or ["nothing"])[0] == code(row[-1])
    if found:
        assert results.query.mode == ("partial" if "(partial)" in row[-1] else "all")


def test_the_operators_are_told_as_the_program_tells_them() -> None:
    told = [(code(written), finds) for written, finds in table(QUERIES, "operators")]
    assert [written for written, _ in told] == [operator.written for operator in OPERATORS]
    for (_, finds), operator in zip(told, OPERATORS, strict=True):
        assert finds.startswith(operator.finds)


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.written)
def test_the_example_of_an_operator_finds_something(index: Index, operator: Operator) -> None:
    results = index.search(SearchRequest(text=operator.about("Imuran")))
    assert results.hits
    assert results.query.mode == "all"
    assert not results.query.notes


def test_an_example_takes_a_name_of_several_words_in_quotes_after_a_field() -> None:
    shown = [operator.about("insulin glargine") for operator in OPERATORS]
    assert 'drug:"insulin glargine"' in shown
    assert "insulin glargine -pregnancy" in shown


def test_every_operator_is_tried_in_the_documents() -> None:
    tried = " ".join(code(row[0]) for row in table(QUERIES, "searched"))
    assert all(sign in tried for sign in ('"', " -", " OR ", "(", "*", *lexing._SCOPES))


def test_the_parts_of_a_shown_score_add_up() -> None:
    shown = block(ARCHITECTURE, "runs")
    score = re.search(r"score (\d+\.\d+)", shown)
    parts = re.findall(r"^ +([+-]\d+\.\d+)  ", shown, flags=re.MULTILINE)
    assert score is not None
    assert float(score[1]) == pytest.approx(sum(map(float, parts)), abs=0.001)


# --- tables against the code ------------------------------------------------------------------


def test_the_layers_are_those_that_are_enforced() -> None:
    config = ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    enforced = config["importlinter:contract:layers"]["layers"]
    assert block(ARCHITECTURE, "layers").split() == re.sub(r"[()]|indexer\.", "", enforced).split()


def test_every_module_has_its_question_in_the_architecture() -> None:
    parts = (path for path in (ROOT / "indexer").iterdir() if not path.name.startswith("_"))
    modules = {
        path.stem for path in parts if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    asked = re.findall(r"^### `(\w+)`: .+\?$", ARCHITECTURE.read_text("utf-8"), flags=re.MULTILINE)
    assert sorted(asked) == sorted({*modules, "webapp"})


def test_the_constants_of_the_ranking_are_documented() -> None:
    constants: dict[str, float] = {}
    for name, value in vars(weights).items():
        if isinstance(value, dict) and name.isupper():
            constants |= {f'{name}["{field}"]': number for field, number in value.items()}
        elif isinstance(value, int | float):
            constants[name] = value
    constants |= {name: value for name, value in vars(drug_concepts).items() if "_WEIGHT" in name}
    documented = {code(row[0]): float(row[1]) for row in table(ARCHITECTURE, "weights")}
    assert documented == constants


def test_the_published_function_words_are_those_that_are_left_out() -> None:
    assert set(block(QUERIES, "function-words").split()) == FUNCTION_WORDS
    assert set(block(QUERIES, "light-verbs").split()) == LIGHT_VERBS


def test_the_kinds_of_sections_are_documented() -> None:
    documented = [(code(row[0]), row[1], row[2]) for row in table(QUERIES, "kinds")]
    assert documented == [(kind.name, kind.label, kind.loinc or "–") for kind in KINDS]


def test_the_limits_are_documented() -> None:
    documented = [int(row[1].replace(",", "")) for row in table(QUERIES, "limits")]
    assert documented == [
        LONGEST_QUERY,
        syntax.MOST_TERMS,
        lexing.DEEPEST_GROUP,
        lexing.SHORTEST_PREFIX,
        PREFIX_TERMS,
        DEEPEST_RESULT,
    ]


class Asked(dict[str, str]):
    """An empty environment that remembers which variables were read."""

    def get(self, key: str, default: str = "") -> str:  # type: ignore[override]
        self[key] = default
        return default


def variables_read() -> set[str]:
    asked = Asked()
    settings_from(asked)
    return set(asked)


def test_every_setting_is_documented_with_its_variable_and_default() -> None:
    rows = {code(row[0]): row for row in table(CONFIGURATION, "settings")}
    assert rows.keys() == variables_read()
    defaults = {field.name: field.default for field in dataclasses.fields(Settings)}
    documented = []
    for variable, (_, _, default, example, _) in rows.items():
        given = dataclasses.asdict(settings_from({variable: code(example)}))
        (changed,) = (name for name in defaults if defaults[name] != given[name])
        assert code(default) == (str(defaults[changed]) if defaults[changed] != () else "any")
        documented.append(changed)
    assert sorted(documented) == sorted(defaults)


def test_no_document_or_message_names_a_variable_that_is_not_read() -> None:
    read = {name.removeprefix(ENVIRONMENT_PREFIX) for name in variables_read()}
    sources = [*ROOT.glob("indexer/**/*.py"), *ROOT.glob("webapp/**/*.py"), *DOCUMENTS]
    named = {
        (path.name, name)
        for path in sources
        for name in re.findall(r"(?<!_)\bDRUGSEARCH_(\w+)", path.read_text("utf-8"))
    }
    assert not [found for found in named if found[1] not in read]


def options_of(command: click.Command) -> dict[str, click.Parameter]:
    return {name: part for part in command.params for name in part.opts if name.startswith("--")}


COMMON = {*options_of(program), "--help"}


def test_the_common_options_are_documented() -> None:
    rows = table(CONFIGURATION, "options: common")
    assert {code(row[0]).split()[0] for row in rows} == COMMON


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_documented_with_its_default(name: str) -> None:
    command = program.get_command(click.Context(program), name)
    assert command is not None
    options = {name: part for name, part in options_of(command).items() if name not in COMMON}
    rows = {code(row[0]).split()[0]: row for row in table(CONFIGURATION, f"options: {name}")}
    assert rows.keys() == options.keys()
    for option, row in rows.items():
        if name == "search" and isinstance(default := options[option].default, str | int):
            assert code(row[1]) == ("" if default is False else str(default)), option


def test_the_kinds_of_findings_are_documented_in_their_order() -> None:
    assert [code(row[0]) for row in table(EDITORS, "findings")] == list(FINDING_CODES)


def test_the_columns_of_an_export_are_documented_in_their_order() -> None:
    cells = [row[0] for row in table(EDITORS, "export-columns")]
    assert tuple(_CODE.findall(" ".join(cells))) == EXPORT_COLUMNS


def test_the_commands_have_their_headings() -> None:
    text = CONFIGURATION.read_text("utf-8")
    assert re.findall(r"^### (\w+)$", text, flags=re.MULTILINE) == list(COMMANDS)


def test_the_exit_codes_are_documented() -> None:
    codes = {value for name, value in vars(exits).items() if name.isupper() and type(value) is int}
    assert {int(row[0]) for row in table(CONFIGURATION, "exit-codes")} == codes


def test_every_error_is_documented_with_its_exit_code_and_status() -> None:
    def family(error: type[IndexerError]) -> Iterator[type[IndexerError]]:
        for heir in error.__subclasses__():
            yield heir
            yield from family(heir)

    rows = table(CONFIGURATION, "errors")
    assert {code(row[0]): (int(row[2]), int(row[3])) for row in rows} == {
        error.__name__: (exits.EXIT_CODES[error], STATUS[error]) for error in family(IndexerError)
    }


def test_every_address_for_programs_is_documented(client: FlaskClient) -> None:
    served = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for rule in client.application.url_map.iter_rules()
        if rule.rule.startswith("/api/v")
        or rule.endpoint.startswith("health.")
        or rule.rule == "/openapi.json"
    }
    assert {code(row[0]) for row in table(API, "endpoints")} == served


def test_the_parameters_of_a_search_are_documented() -> None:
    assert [code(row[0]) for row in table(API, "parameters")] == list(names_of(SEARCH))


def test_the_parameters_of_exports_and_audits_are_documented() -> None:
    own = [name for name in names_of(EXPORT) if name not in names_of(SEARCH)]
    assert [code(row[0]) for row in table(API, "export parameters")] == own
    assert [code(row[0]) for row in table(API, "audit parameters")] == list(names_of(AUDIT))


def test_the_types_of_problems_are_documented() -> None:
    documented = {code(row[0]): int(row[1]) for row in table(API, "problems")}
    assert documented == {kind.url: kind.status for kind in PROBLEM_TYPES.values()}


def anchors(document: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    text = _FENCE.sub("", document.read_text("utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", found.lower()).replace(" ", "-") for found in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_and_pictures_are_there(document: Path) -> None:
    broken = []
    for pair in _LINK.findall(_FENCE.sub("", document.read_text("utf-8"))):
        target = "".join(pair)
        if re.match(r"\w+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (document.parent / path).resolve() if path else document
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(target)
    assert not broken


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_in_a_document_holds_on_one_machine_alone(document: Path) -> None:
    assert not _NOT_FOR_READERS.findall(document.read_text("utf-8"))
