"""The program `drugsearch`: its commands, loaded on use, and the boundary where errors end."""

from __future__ import annotations

import atexit
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import NoReturn

import click

from indexer.cli import exits
from indexer.cli.console import complain, discard_output, prepare_streams, reader_is_gone
from indexer.cli.options import Typed, common_options
from indexer.config import ENVIRONMENT_PREFIX
from indexer.errors import IndexerError


@dataclass(frozen=True, slots=True)
class Entry:
    """A command of the program: the module that has it under its name, and what it does."""

    module: str
    summary: str


COMMANDS: Mapping[str, Entry] = {
    "reindex": Entry("indexer.cli.reindexing", "Bring the index up to date with its sources."),
    "search": Entry("indexer.cli.searching", "Find the sections that answer a query."),
    "suggest": Entry("indexer.cli.suggesting", "Complete the beginning of a query."),
    "parse": Entry("indexer.cli.parsing", "Show what the parser makes of pages."),
    "show": Entry("indexer.cli.showing", "Show an indexed article or section."),
    "status": Entry("indexer.cli.maintenance", "Tell what is served."),
    "verify": Entry("indexer.cli.maintenance", "Check every byte and posting of the index."),
    "rollback": Entry("indexer.cli.maintenance", "Serve the previous generation again."),
    "gc": Entry("indexer.cli.maintenance", "Remove what no generation needs."),
    "audit": Entry("indexer.cli.auditing", "Tell what in the index needs an editor."),
    "evaluate": Entry("indexer.cli.evaluating", "Measure relevance by judged queries."),
    "serve": Entry("indexer.cli.serving", "Serve the search page and the JSON API."),
}


class Program(click.Group):
    """The group of all commands. A command's module is imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Name the commands in the order in which they are learned."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; exit with wrong usage and the names there are for an unknown one."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            if ctx.resilient_parsing:  # a shell that completes a line: nobody asked for a message
                return None
            ctx.fail(f"No such command {cmd_name!r}. The commands: {', '.join(COMMANDS)}.")
        found: click.Command = getattr(import_module(entry.module), cmd_name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """List the commands from the table alone, so that help imports none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])


@click.command("drugsearch", cls=Program)
@common_options
@click.pass_context
def program(
    context: click.Context,
    index: str | None,
    as_json: bool | None,  # noqa: FBT001 - click passes every option by name
    quiet: bool | None,  # noqa: FBT001 - likewise
) -> None:
    """Full-text search over articles about medicines.

    The options stand before the command or after it. `drugsearch COMMAND --help` tells more.

    Exit codes: 0 done; 1 searched, nothing found; 2 wrong usage, setting or query; 3 no index
    that can be used; 4 a source failed or too much would be removed; 5 no such article;
    6 `evaluate` below its gate, or a finding that `audit` was to fail on; 130 interrupted.
    """
    context.obj = Typed(index=index, as_json=as_json, quiet=quiet)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command line, by default the process's own, and exit with its code."""
    if "_DRUGSEARCH_COMPLETE" in os.environ:
        program.main(prog_name="drugsearch")
    prepare_streams()
    # What is done is done: an interrupt while the interpreter ends must not say otherwise.
    atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code; whoever stops reading early is no error."""
    try:
        code = _bounded(arguments)
        # Here, where a broken pipe can be caught, and not when the interpreter ends.
        sys.stdout.flush()
    except BrokenPipeError:
        discard_output()
        return exits.DONE
    return code


def _bounded(arguments: Sequence[str]) -> int:
    """Run a command line; turn every error into its exit code and a message that helps."""
    try:
        return _dispatch(arguments)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        with suppress(BrokenPipeError):
            error.show()
        return exits.WRONG_USAGE
    except IndexerError as error:
        _report(str(error), arguments)
        return exits.exit_code(error)
    except KeyboardInterrupt:
        complain("Interrupted.")
        return exits.INTERRUPTED
    except Exception as error:  # the outermost boundary: nobody gets a traceback unasked
        if isinstance(error, BrokenPipeError) and reader_is_gone():
            raise
        _report(_unforeseen(error), arguments)
        return exits.UNAVAILABLE


def _dispatch(arguments: Sequence[str]) -> int:
    with program.make_context("drugsearch", list(arguments)) as context:
        code = program.invoke(context)
        return code if isinstance(code, int) else exits.DONE


def _unforeseen(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        place = f": {os.fsdecode(error.filename)}" if error.filename else ""
        return f"{error.strerror}{place}"
    return (
        f"unexpected {type(error).__name__}: {error}\n"
        "This is a defect of drugsearch. Run the command again with --debug and report what it "
        "prints to whoever maintains drugsearch for you."
    )


def _report(message: str, arguments: Sequence[str]) -> None:
    level = os.environ.get(f"{ENVIRONMENT_PREFIX}LOG_LEVEL", "")
    if "--debug" in arguments or level.strip().lower() == "debug":
        import traceback  # noqa: PLC0415 - slow to load, and hardly ever needed

        complain(traceback.format_exc().rstrip())
    complain(f"drugsearch: {message}")
