"""The budget of CONTRIBUTING.md, enforced: what keeps the packages small enough to be read.

Types are mypy's part and layers are import-linter's; this reads the sources alone, so that it
says within a second which line is over the budget.
"""

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from configparser import ConfigParser
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("indexer", "webapp", "benchmarks")

FILE_LINES = 400
FUNCTION_LINES = 50
BROAD_HANDLERS = 2  # the outermost boundary of the command line, and that of the web application
EVERY_EXCEPTION = {"Exception", "BaseException"}

Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = ast.Module | ast.ClassDef | Function

# Folders of one machine; nothing that is checked in may depend on them.
MACHINE_PATH = re.compile(r"(?<![\w.-])/(?:work|root|home/[a-z]\w*|Users/\w+)/")
# Material beside a checkout, absent from a fresh clone; only what skips without it may name it.
BESIDE_CHECKOUT = re.compile(r"\.\./shared\b")
MAY_LOOK_BESIDE = ("tests/", ".ci/", "benchmarks/")
ADDRESS = re.compile(r"\w+://\S+")


@cache
def sources() -> dict[str, Path]:
    """Map the dotted name of every module of the packages to its file."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def tree(path: Path) -> ast.Module:
    """Parse a source file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def place(path: Path, node: ast.AST | None = None) -> str:
    """Name a file, or a line in it, as editors can follow it."""
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


def setup_cfg() -> ConfigParser:
    """Read the project's configuration."""
    config = ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return config


def fail_with(rule: str, offences: list[str]) -> None:
    """Fail with the rule and one line per offence; pass without offences."""
    if offences:
        pytest.fail("\n  ".join([f"{rule} ({len(offences)} offences)", *offences]), pytrace=False)


def docstring(node: Documented) -> ast.Expr | None:
    """Return the statement that is the node's docstring."""
    return None if ast.get_docstring(node, clean=False) is None else _first_expression(node)


def _first_expression(node: Documented) -> ast.Expr | None:
    first = node.body[0]
    return first if isinstance(first, ast.Expr) else None


def length(function: Function) -> int:
    """Count the lines of a function from `def` to its end, without its docstring."""
    text = docstring(function)
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    return lines - ((text.end_lineno or text.lineno) - text.lineno + 1 if text else 0)


def public_parts(node: Documented, name: str) -> Iterator[tuple[str, Documented]]:
    """Yield a module or class and the public classes, functions and methods in it."""
    yield name, node
    for part in node.body:
        if not isinstance(part, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if part.name.startswith("_") or _is_overload_or_setter(part):
            continue
        inner = f"{name}.{part.name}"
        if isinstance(part, ast.ClassDef):
            yield from public_parts(part, inner)
        else:
            yield inner, part


def _is_overload_or_setter(part: ast.ClassDef | Function) -> bool:
    """Say whether the documentation stands elsewhere: at the implementation or the getter."""
    decorators = [ast.unparse(decorator) for decorator in part.decorator_list]
    return any(text.endswith(("overload", ".setter", ".deleter")) for text in decorators)


def imported_modules(name: str) -> set[str]:
    """Name the modules of the packages that a module imports while it is being imported."""
    path = sources()[name]
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found = set()
    for statement in _at_module_scope(tree(path).body):
        if isinstance(statement, ast.Import):
            found |= {alias.name for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom):
            base = _absolute(statement, package)
            for alias in statement.names:
                inner = f"{base}.{alias.name}"
                found.add(inner if inner in sources() else base)
    return {module for module in found if module in sources() and module != name}


def _at_module_scope(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run on import: neither functions nor `if TYPE_CHECKING`."""
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test):
            yield from _at_module_scope(statement.orelse)
            continue
        yield statement
        yield from _at_module_scope(
            [part for part in ast.iter_child_nodes(statement) if isinstance(part, ast.stmt)]
        )


def _absolute(statement: ast.ImportFrom, package: str) -> str:
    """Resolve the module of a possibly relative import seen from a package."""
    if not statement.level:
        return statement.module or ""
    parts = package.split(".")
    base = parts[: len(parts) - statement.level + 1]
    return ".".join([*base, statement.module] if statement.module else base)


def tracked_texts() -> Iterator[tuple[str, str]]:
    """Yield the name and text of every file under version control, binary files left out."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("no git checkout, or no git: what is under version control is not known")
    # The checkout may belong to somebody else, as it does in containers; reading it is safe.
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            if b"\0" not in content:
                yield name, content.decode("utf-8", errors="replace")


def lines_with(pattern: re.Pattern[str], name: str, text: str) -> list[str]:
    """Point at the lines of a text in which a pattern occurs."""
    return [
        f"{name}:{number}: {found.group()}"
        for number, line in enumerate(text.splitlines(), start=1)
        if (found := pattern.search(line))
    ]


def test_the_packages_are_found() -> None:
    """Otherwise every other test here passes by looking at nothing."""
    assert set(PACKAGES) <= set(sources())


def test_no_file_is_longer_than_the_budget() -> None:
    offences = []
    for path in sources().values():
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > FILE_LINES:
            offences.append(f"{place(path)}: {lines} lines")
    fail_with(f"A file has at most {FILE_LINES} lines", offences)


def test_no_function_is_longer_than_the_budget() -> None:
    offences = [
        f"{place(path, node)}: {node.name} has {length(node)} lines"
        for path in sources().values()
        for node in ast.walk(tree(path))
        if isinstance(node, Function) and length(node) > FUNCTION_LINES
    ]
    fail_with(f"A function has at most {FUNCTION_LINES} lines besides its docstring", offences)


def test_everything_public_has_a_docstring() -> None:
    offences = [
        f"{place(path, node)}: {name}"
        for module, path in sources().items()
        for name, node in public_parts(tree(path), module)
        if not docstring(node)
    ]
    fail_with("Every public module, class, function and method has a docstring", offences)


def test_no_modules_import_one_another_in_a_circle() -> None:
    graph = TopologicalSorter({name: imported_modules(name) for name in sources()})
    circle: list[str] = []
    try:
        graph.prepare()
    except CycleError as error:
        circle = [" <- ".join(error.args[1])]
    fail_with("No import cycles at module scope", circle)


def test_every_module_has_its_layer() -> None:
    """A module that is in no layer could import anything unseen."""
    layers = set(re.findall(r"[\w.]+", setup_cfg()["importlinter:contract:layers"]["layers"]))
    offences = [
        place(path)
        for name, path in sources().items()
        if name.startswith("indexer.") and name != "indexer.__main__"
        if ".".join(name.split(".")[:2]) not in layers
    ]
    fail_with("Every module of indexer stands in a layer of setup.cfg", offences)


def test_broad_handlers_stand_at_the_outermost_boundaries_only() -> None:
    found = [
        place(path, node)
        for path in sources().values()
        for node in ast.walk(tree(path))
        if _is_broad(node)
    ]
    if len(found) > BROAD_HANDLERS:
        fail_with(f"At most {BROAD_HANDLERS} `except Exception` or wider in all", found)


def _is_broad(node: ast.AST) -> bool:
    """Say whether a node is a handler, or a call of `suppress`, for every exception there is."""
    caught: list[ast.expr | None] = []
    if isinstance(node, ast.ExceptHandler):
        caught = [*node.type.elts] if isinstance(node.type, ast.Tuple) else [node.type]
    elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
        caught = [*node.args]
    return any(name is None or ast.unparse(name) in EVERY_EXCEPTION for name in caught)


def test_nothing_tracked_depends_on_one_machine() -> None:
    offences = [
        line for name, text in tracked_texts() for line in lines_with(MACHINE_PATH, name, text)
    ]
    fail_with("No tracked file names a folder of one machine", offences)


def test_only_what_can_do_without_it_looks_beside_the_checkout() -> None:
    offences = [
        line
        for name, text in tracked_texts()
        if not name.startswith(MAY_LOOK_BESIDE)
        for line in lines_with(BESIDE_CHECKOUT, name, text)
    ]
    fail_with(f"Only {', '.join(MAY_LOOK_BESIDE)} name what lies beside the checkout", offences)


def test_lock_files_carry_digests_and_no_addresses() -> None:
    locks = {name: text for name, text in tracked_texts() if name.endswith(".lock")}
    offences = [line for name, text in locks.items() for line in lines_with(ADDRESS, name, text)]
    offences += [f"{name}: no digests" for name, text in locks.items() if "--hash=" not in text]
    fail_with("Lock files carry digests and no addresses", offences)


def test_every_dependency_is_argued_for_and_locked() -> None:
    config = setup_cfg()
    argued = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    listed = {
        "requirements.lock": config["options"]["install_requires"],
        "requirements-dev.lock": config["options.extras_require"]["dev"],
    }
    offences = []
    for lock, requirements in listed.items():
        locked = (ROOT / lock).read_text(encoding="utf-8")
        for name in re.findall(r"^[\w-]+", requirements, flags=re.MULTILINE):
            if f"| `{name}` |" not in argued:
                offences.append(f"CONTRIBUTING.md: no line for {name}")
            if f"\n{name}==" not in locked:
                offences.append(f"{lock}: no {name}; run `make lock`")
    fail_with("Every dependency is argued for and locked", offences)


def test_one_distribution_alone_provides_whoosh() -> None:
    """Three distributions install a package `whoosh` and overwrite each other's files."""
    assert metadata.packages_distributions()["whoosh"] == ["whoosh3"]
