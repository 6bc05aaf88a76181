"""The options that every command takes, before its name or after it, and what they amount to."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Concatenate, ParamSpec, TypeVar

import click

from indexer.cli.console import Console
from indexer.config import Settings, settings_from

Parameters = ParamSpec("Parameters")
Decorated = TypeVar("Decorated", bound=Callable[..., object])


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The common options as they were typed; None where they were not."""

    index: str | None = None
    as_json: bool | None = None
    quiet: bool | None = None

    def over(self, earlier: Typed) -> Typed:
        """Return these options, and those of `earlier` for what was not typed here."""
        return Typed(
            index=earlier.index if self.index is None else self.index,
            as_json=earlier.as_json if self.as_json is None else self.as_json,
            quiet=earlier.quiet if self.quiet is None else self.quiet,
        )


@dataclass(frozen=True, slots=True)
class Invocation:
    """What a command works with: the settings, and where to write."""

    settings: Settings
    console: Console


def common_options(function: Decorated) -> Decorated:
    """Add the options that every command takes."""
    for option in reversed(_COMMON):
        function = option(function)
    return function


def command(
    name: str, *, cls: type[click.Command] = click.Command
) -> Callable[[Callable[Concatenate[Invocation, Parameters], int]], click.Command]:
    """Make a command of a function that takes an Invocation and returns an exit code.

    An option beats the environment, which beats the default; raise ConfigError for a malformed
    environment when the command runs, so that `--help` works in any.
    """

    def make(function: Callable[Concatenate[Invocation, Parameters], int]) -> click.Command:
        @functools.wraps(function)
        def run(
            index: str | None,
            as_json: bool | None,  # noqa: FBT001 - click passes every option by name
            quiet: bool | None,  # noqa: FBT001 - likewise
            *args: Parameters.args,
            **kwargs: Parameters.kwargs,
        ) -> int:
            earlier = click.get_current_context().find_object(Typed) or Typed()
            typed = Typed(index=index, as_json=as_json, quiet=quiet).over(earlier)
            return function(invocation(typed), *args, **kwargs)

        made = click.command(name, cls=cls)(common_options(run))
        # In its help a command's own options come first.
        made.params = made.params[len(_COMMON) :] + made.params[: len(_COMMON)]
        return made

    return make


def invocation(typed: Typed) -> Invocation:
    """Return the settings and the console that the typed options and the environment ask for."""
    settings = settings_from()
    if typed.index is not None:
        settings = replace(settings, index=typed.index)
    return Invocation(settings, Console(as_json=bool(typed.as_json), quiet=bool(typed.quiet)))


def _show_version(context: click.Context, _: click.Parameter, asked: bool) -> None:  # noqa: FBT001 - click's signature of a callback
    if not asked or context.resilient_parsing:
        return
    # Slower to load than all else that a command line needs before its command runs.
    from importlib import metadata  # noqa: PLC0415

    try:
        version = metadata.version("drugsearch")
    except metadata.PackageNotFoundError:
        version = "(not installed: run from its sources)"
    click.echo(f"drugsearch {version}")
    context.exit()


_COMMON = (
    click.option(
        "--index",
        metavar="LOCATION",
        help="The index: whoosh:DIR or a folder.  [$DRUGSEARCH_INDEX; default: var/index]",
    ),
    click.option(
        "--json", "as_json", is_flag=True, default=None, help="Answer in JSON, one value a line."
    ),
    click.option(
        "--quiet",
        is_flag=True,
        default=None,
        help="Only the answer and what went wrong: no progress, no notes.",
    ),
    click.option(
        "--debug",
        is_flag=True,
        expose_value=False,
        help="With an error, show where in the program it arose.",
    ),
    click.option(
        "--version",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_show_version,
        help="Show the version and exit.",
    ),
)
