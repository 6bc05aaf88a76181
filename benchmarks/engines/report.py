"""A run as people and programs read it: a line of JSON for each engine, or a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.engines.runs import Measured
from benchmarks.timings import figures_of, ratio

REFERENCE = "tantivy"
"""The engine that the others are multiples of: the fastest there is for Python."""


def as_line(measured: Measured, every: Sequence[Measured]) -> dict[str, object]:
    """Return what a run tells of an engine, ready for JSON; times in milliseconds."""
    built = measured.indexed.built
    line: dict[str, object] = {
        "engine": measured.engine,
        "version": measured.opened.version,
        "index": {
            "docs": built.docs,
            "docs_per_cpu_s": _pace(measured),
            "bytes": measured.indexed.bytes,
            "peak_rss_mb": built.memory.peak_mb,
            "cpu_s": built.cpu_s,
            "wall_s": built.wall_s,
            "read_cpu_s": built.read_cpu_s,
        },
        "open_ms": measured.opened.open_ms,
        "rss_mb": measured.serving.resident_mb,
        "own_mb": measured.serving.own_mb,
    }
    for kind, series in measured.series.items():
        of = figures_of(series)
        line[kind] = {
            "p50": of.p50,
            "p99": of.p99,
            "qps": of.qps,
            "n": of.n,
            "hits": of.hits,
            "first": {"p50": of.first_p50, "p99": of.first_p99},
        }
    reference = _reference(every)
    if reference is not None:
        line[f"to_{REFERENCE}"] = ratios(measured, reference)
    return {**line, "load": measured.load}


def ratios(measured: Measured, reference: Measured) -> dict[str, float]:
    """Return what an engine measures as multiples of what another does."""
    of, to = measured.indexed, reference.indexed
    found = {
        "docs_per_cpu_s": round(_pace(measured) / _pace(reference), 3),
        "bytes": round(of.bytes / to.bytes, 3),
        "peak_rss_mb": round(of.built.memory.peak_mb / to.built.memory.peak_mb, 3),
        "rss_mb": round(measured.serving.resident_mb / reference.serving.resident_mb, 3),
    }
    for kind, series in measured.series.items():
        found[kind] = ratio(series, reference.series[kind])
    return found


def as_table(every: Sequence[Measured]) -> str:
    """Return the engines as rows; in brackets, the multiple of the reference's median."""
    reference = _reference(every)
    kinds = list(every[0].series)
    header = ["engine", "docs/CPU-s", "index MB", "build MB", "open ms", "RSS MB"]
    rows = [[*header, *(f"{kind} p50" for kind in kinds), *(f"{kind} p99" for kind in kinds)]]
    for one in every:
        to = ratios(one, reference) if reference else {}
        found = {kind: figures_of(series) for kind, series in one.series.items()}
        rows.append(
            [
                one.engine,
                _with_ratio(f"{_pace(one):,.0f}", to, "docs_per_cpu_s"),
                _with_ratio(f"{one.indexed.bytes / 1e6:.1f}", to, "bytes"),
                _with_ratio(f"{one.indexed.built.memory.peak_mb:.0f}", to, "peak_rss_mb"),
                f"{one.opened.open_ms:.0f}",
                _with_ratio(f"{one.serving.resident_mb:.0f}", to, "rss_mb"),
                *(_with_ratio(f"{found[kind].p50:.3f}", to, kind) for kind in kinds),
                *(f"{found[kind].p99:.3f}" for kind in kinds),
            ]
        )
    # One engine a column: there are more figures than engines.
    return aligned([list(column) for column in zip(*rows, strict=True)])


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as lines of columns: the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _pace(measured: Measured) -> float:
    built = measured.indexed.built
    return round(built.docs / max(built.cpu_s, 0.001), 1)


def _reference(every: Sequence[Measured]) -> Measured | None:
    return next((one for one in every if one.engine == REFERENCE), None)


def _with_ratio(cell: str, ratios_of: Mapping[str, float], name: str) -> str:
    return f"{cell} ({ratios_of[name]:.2f})" if ratios_of else cell
