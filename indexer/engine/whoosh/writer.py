"""Articles into Whoosh segments: the files of the next generation.

Everything that could make Whoosh raise is tried before Whoosh is touched, because an exception
inside `add_document` leaves a segment that commits and cannot be read (measured: a value of a
wrong type gives "zlib.error" when stored fields are read later). If it raises all the same, the
whole generation is given up.
"""

from __future__ import annotations

from whoosh import index as whoosh_index
from whoosh.writing import SegmentWriter

from indexer.engine.base import AnalysedArticle, OwnNames, SourceState
from indexer.engine.whoosh.generations import Build
from indexer.engine.whoosh.lexicon import write_lexicon
from indexer.engine.whoosh.records import section_record
from indexer.engine.whoosh.schema import fingerprint, schema
from indexer.engine.whoosh.states import read_states, write_states
from indexer.engine.whoosh.table import facts_of
from indexer.errors import CorpusError

WRITER_MEGABYTES = 128
"""Postings Whoosh sorts in memory before it spills; more than 128 buys 10 % and costs memory."""

LONGEST_TERM_BYTES = 512
"""Terms come bounded from the analysis; one above this is a fault, not a word."""


class WhooshWriter:
    """Writes one generation. Not to be used after an exception."""

    def __init__(self, build: Build, names: OwnNames, *, fresh: bool) -> None:
        """Write into the folder of a build, on top of the files that are linked into it."""
        self._names = names
        self._build = build
        self._folder = str(build.folder)
        fresh = fresh or build.base is None
        self._put: set[str] = set()
        """Ids stored by this run, which Whoosh cannot delete before it commits."""
        self._base = None if build.base is None or fresh else build.base.manifest.generation
        known = {} if fresh else read_states(build.folder)
        self._states = {state.article_id: state for state in known.values()}
        opened = (
            whoosh_index.create_in(self._folder, schema())
            if fresh
            else whoosh_index.open_dir(self._folder)
        )
        self._writer = SegmentWriter(opened, limitmb=WRITER_MEGABYTES)

    @property
    def base(self) -> int | None:
        """Number of the generation it continues; None when it begins empty."""
        return self._base

    @property
    def warnings(self) -> tuple[str, ...]:
        """What went wrong without harm; complete once the generation is published."""
        return self._build.warnings

    def put(self, article: AnalysedArticle, state: SourceState) -> None:
        """Store an article, in place of an earlier one with its id; raise CorpusError."""
        documents = _documents(article)
        if article.article.id in self._put:
            message = f"the article id {article.article.id!r} was stored before in this run"
            raise CorpusError(message)
        self.delete(article.article.id)
        self._put.add(article.article.id)
        for document in documents:
            self._writer.add_document(**document)
        self._states[article.article.id] = state

    def delete(self, article_id: str) -> None:
        """Remove an article; one that is not there is no error."""
        self._writer.delete_by_term("article", article_id)
        self._states.pop(article_id, None)

    def renew(self, state: SourceState) -> None:
        """Remember a page's new stamp; its article stays as it is."""
        self._states[state.article_id] = state

    def finish(self) -> None:
        """Write everything and describe the generation to its build."""
        self._writer.commit()
        opened = whoosh_index.open_dir(self._folder)
        with opened.reader() as reader:
            write_lexicon(reader, self._build.folder, self._names)
            sections = reader.doc_count()
        opened.close()
        write_states(self._build.folder, self._states.values())
        self._build.describe(
            schema=fingerprint(self._names.fingerprint),
            articles=len(self._states),
            sections=sections,
        )

    def cancel(self) -> None:
        """Give up, and release Whoosh's lock."""
        if not self._writer.is_closed:
            self._writer.cancel()


def _documents(article: AnalysedArticle) -> list[dict[str, object]]:
    """Return the Whoosh documents of an article; raise CorpusError when it cannot be stored."""
    try:
        documents = [_document(article, at) for at in range(len(article.sections))]
    except UnicodeEncodeError as error:
        message = f"holds characters that cannot be stored: {error.reason}"
        raise CorpusError(message) from error
    if not documents:
        message = "has no section with text"
        raise CorpusError(message)
    return documents


def _document(article: AnalysedArticle, at: int) -> dict[str, object]:
    analysed = article.sections[at]
    document: dict[str, object] = {
        "article": article.article.id,
        "facts": facts_of(article, at),
        "record": section_record(analysed.section, article.article if at == 0 else None),
        "text": analysed.text,
        "heading": analysed.heading,
        "path": analysed.path,
        "title": article.title,
    }
    for name in ("text", "heading", "path", "title"):
        for term in set(document[name]):  # type: ignore[call-overload]
            if len(term.encode("utf-8")) > LONGEST_TERM_BYTES:
                message = f"holds a word of more than {LONGEST_TERM_BYTES} bytes"
                raise CorpusError(message)
    str(document["record"]).encode("utf-8")
    return document
