"""The command line: what people and scripts type, and what they get back.

Answers go to stdout; progress, reasons and complaints go to stderr. What an exit code means is
in `indexer.cli.exits`. A command's module, and whatever that needs, is imported when the command
runs: `drugsearch --version` loads no index, no parser and no web server.
"""

from __future__ import annotations

from indexer.cli.program import main

__all__ = ["main"]
