"""What a measurement tells: lines of JSON for programs, or something readable for people."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

Line = Mapping[str, object]


def add_output(parser: argparse.ArgumentParser) -> None:
    """Let whoever asks choose how to be told."""
    parser.add_argument("--json", action="store_true", help="print lines of JSON")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write lines of JSON here as well")


def tell(lines: Sequence[Line], given: argparse.Namespace, readable: str) -> None:
    """Print and write the lines as the options say."""
    text = "".join(json.dumps(line) + "\n" for line in lines)
    if given.out:
        given.out.write_text(text, encoding="utf-8")
    print(text if given.json else f"{readable}\n", end="")


def as_list(lines: Sequence[Line]) -> str:
    """Return lines in a readable form: a block for each, a figure in a row."""
    return "\n\n".join(
        "\n".join(f"{name:18} {value}" for name, value in line.items()) for line in lines
    )
