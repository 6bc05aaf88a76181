"""Measure engines over the same sections and queries, in turn, each in a process of its own.

python -m benchmarks.engines DOCS.jsonl QUERIES.json --engines drugsearch,tantivy --json
"""

from __future__ import annotations

from benchmarks.engines import ENGINES
from benchmarks.engines.options import add_kinds, arguments, chosen_kinds, options_of
from benchmarks.engines.report import as_line, as_table
from benchmarks.engines.runs import keep_raw, measure
from benchmarks.lines import tell


def main() -> None:
    """Run what the command line says."""
    installed = tuple(name for name, entry in ENGINES.items() if entry.is_installed)
    parser = arguments(__doc__, installed)
    add_kinds(parser)
    given = parser.parse_args()
    with options_of(parser, given, chosen_kinds(parser, given.kinds)) as options:
        measured = measure(options)
    if given.raw:
        keep_raw(measured, given.raw, "engines")
    tell([as_line(one, measured) for one in measured], given, as_table(measured))


if __name__ == "__main__":
    main()
