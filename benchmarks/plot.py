"""Draw latency against the number of sections, from the times that runs have kept.

    python -m benchmarks.plot RAW_DIR OUT.svg

RAW_DIR is what `python -m benchmarks.engines … --raw RAW_DIR` wrote, for several sizes. There is a
panel for each kind of query and a line for each engine; both axes are logarithmic. The picture
brings its colours for light and for dark pages.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.engines.runs import KINDS
from benchmarks.timings import Series, figures_of

ENGINES = ("drugsearch", "tantivy", "fts5", "whoosh")
TITLES = {
    "or": "any of the words, exact total",
    "and": "all of the words",
    "phrase": "phrase",
    "prefix": "beginning of a word",
    "fields": "any word, all fields weighted",
    "snippets": "snippets of ten hits",
}

LABEL = "Milliseconds of a query against the number of sections, by engine"
COLUMNS = 3
WIDTH, HEIGHT = 250, 190
LEFT, TOP, GAP = 52, 74, 46
FEWEST_DECADES = 2

STYLE = """
.page { fill: #fff }
text { font: 11px system-ui, sans-serif; fill: #333 }
.title { font-weight: 600 }
.grid { stroke: #ddd; stroke-width: 1 }
.line { fill: none; stroke-width: 2 }
.drugsearch { --ink: #b3261e } .tantivy { --ink: #0067a3 }
.fts5 { --ink: #00795a } .whoosh { --ink: #8a4a9e }
.line { stroke: var(--ink) } .dot { fill: var(--ink) }
.tantivy.line { stroke-dasharray: 7 3 } .fts5.line { stroke-dasharray: 2 3 }
.whoosh.line { stroke-dasharray: 8 3 2 3 } .drugsearch.line { stroke-width: 3 }
@media (prefers-color-scheme: dark) {
  .page { fill: #17191d } text { fill: #ddd } .grid { stroke: #444 }
  .drugsearch { --ink: #ff8a80 } .tantivy { --ink: #6bc1ff }
  .fts5 { --ink: #4fd1a5 } .whoosh { --ink: #d7a1ea }
}
"""


@dataclass(frozen=True, slots=True)
class Point:
    """The median of an engine for a kind of query over so many sections."""

    engine: str
    kind: str
    sections: int
    ms: float


@dataclass(frozen=True, slots=True)
class Scale:
    """A logarithmic axis: from and to, and how long it is drawn."""

    least: float
    most: float
    length: float

    def place(self, value: float) -> float:
        """Return how far along the axis a value stands."""
        span = math.log(self.most / self.least)
        return self.length * math.log(value / self.least) / span


def read_points(folder: Path) -> list[Point]:
    """Return the points of every run of engines that was kept."""
    return [point for path in sorted(folder.glob("engines-*.json")) for point in _points(path)]


def _points(path: Path) -> Iterator[Point]:
    run = json.loads(path.read_text(encoding="utf-8"))
    for kind, kept in run["series"].items():
        rounds = tuple(map(tuple, kept["rounds"]))
        figures = figures_of(Series(tuple(kept["first"]), rounds, tuple(kept["totals"])))
        yield Point(run["engine"], kind, run["indexed"]["built"]["docs"], figures.p50)


def draw(points: Sequence[Point]) -> str:
    """Return the picture; raise ValueError without a point."""
    if not points:
        raise ValueError("there are no kept runs of engines to draw")
    kinds = [kind for kind in KINDS if any(point.kind == kind for point in points)]
    across, down = _scales(points)
    rows = -(-len(kinds) // COLUMNS)
    width = LEFT + COLUMNS * (WIDTH + GAP)
    height = TOP + rows * (HEIGHT + GAP)
    box = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {box} role="img" aria-label="{LABEL}">',
        f"<style>{STYLE}</style>",
        f'<rect class="page" width="{width}" height="{height}"/>',
        *_legend({point.engine for point in points}),
    ]
    for number, kind in enumerate(kinds):
        left = LEFT + number % COLUMNS * (WIDTH + GAP)
        top = TOP + number // COLUMNS * (HEIGHT + GAP)
        shown = [point for point in points if point.kind == kind]
        parts.append(f'<g transform="translate({left} {top})">')
        parts += _axes(TITLES[kind], sorted({point.sections for point in points}), across, down)
        parts += _lines(shown, across, down)
        parts.append("</g>")
    return "\n".join([*parts, "</svg>", ""])


def _scales(points: Sequence[Point]) -> tuple[Scale, Scale]:
    """Return the axis of sections, and that of milliseconds in whole decades."""
    sections = [point.sections for point in points]
    least = math.floor(math.log10(min(point.ms for point in points)))
    most = math.ceil(math.log10(max(point.ms for point in points)))
    most = max(most, least + FEWEST_DECADES)
    across = Scale(min(sections) / 1.3, max(sections) * 1.3, WIDTH)
    return across, Scale(10.0**least, 10.0**most, HEIGHT)


def _legend(present: set[str]) -> Iterator[str]:
    yield f'<text class="title" x="{LEFT}" y="16">Median milliseconds of a query</text>'
    for number, engine in enumerate(engine for engine in ENGINES if engine in present):
        left = LEFT + number * 110
        yield f'<path class="line {engine}" d="M{left} 34h26"/>'
        yield f'<text x="{left + 32}" y="38">{engine}</text>'


def _axes(title: str, sizes: Sequence[int], across: Scale, down: Scale) -> Iterator[str]:
    yield f'<text class="title" x="0" y="-8">{title}</text>'
    for power in range(round(math.log10(down.least)), round(math.log10(down.most)) + 1):
        y = down.length - down.place(10.0**power)
        yield f'<path class="grid" d="M0 {y:.1f}h{WIDTH}"/>'
        yield f'<text x="-6" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g}</text>'
    for size in sizes:
        x = across.place(size)
        yield f'<path class="grid" d="M{x:.1f} 0v{HEIGHT}"/>'
        label = f"{size // 1000}k" if size % 1000 == 0 else f"{size}"
        yield f'<text x="{x:.1f}" y="{HEIGHT + 15}" text-anchor="middle">{label}</text>'


def _lines(points: Sequence[Point], across: Scale, down: Scale) -> Iterator[str]:
    # What this is about is drawn last, above the others.
    for engine in reversed(ENGINES):
        places: Mapping[float, float] = {
            across.place(point.sections): down.length - down.place(point.ms)
            for point in sorted(points, key=lambda point: point.sections)
            if point.engine == engine
        }
        if places:
            corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in places.items())
            yield f'<polyline class="line {engine}" points="{corners}"/>'
        for x, y in places.items():
            yield f'<circle class="dot {engine}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'


def main() -> None:
    """Draw what the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("raw", type=Path, metavar="RAW_DIR", help="what runs of engines have kept")
    parser.add_argument("out", type=Path, metavar="OUT.svg", help="the picture to write")
    given = parser.parse_args()
    try:
        picture = draw(read_points(given.raw))
    except ValueError as error:
        parser.error(str(error))
    given.out.write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
