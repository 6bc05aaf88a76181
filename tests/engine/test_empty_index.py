"""An index without an article: it can be asked, by Whoosh's own queries too, and finds nothing."""

from pathlib import Path

from indexer.engine import open_engine
from indexer.engine.whoosh.contents import open_reader
from indexer.engine.whoosh.snapshot import WhooshSnapshot


def test_a_reader_of_no_segments_has_no_sections(tmp_path: Path) -> None:
    engine = open_engine(str(tmp_path / "index"))
    with engine.writer(fresh=True) as writer:
        writer.set_aside([])
    snapshot = engine.snapshot()
    assert isinstance(snapshot, WhooshSnapshot)
    reader = open_reader(snapshot._table)
    assert reader.doc_count_all() == 0
