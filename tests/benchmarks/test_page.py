"""What a page takes beyond its search."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from indexer.corpus import Corpus
from indexer.index import open_index
from indexer.runs import ReindexOptions
from tests.benchmarks.conftest import ROOT, command, lines_of


def test_the_command_tells_search_and_page_apart(tmp_path: Path) -> None:
    index, queries = tmp_path / "index", tmp_path / "queries.json"
    open_index(str(index)).reindex(
        Corpus([ROOT / "corpus/imuran-guide.html"]), ReindexOptions(jobs=1)
    )
    named = {"q": ["imuran side effects", "zebra"], "phrase": [], "prefix": []}
    queries.write_text(json.dumps(named), encoding="utf-8")
    (line,) = lines_of(command("benchmarks.page", index, queries, "--json"))
    told: Any = line
    assert told["queries"] == 2
    assert 0 < told["beyond_p50_ms"] <= told["beyond_p95_ms"]
    assert told["search_p50_ms"] > 0
    assert told["page_p50_bytes"] > 1_000
