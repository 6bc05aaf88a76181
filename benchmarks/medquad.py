"""Ask the questions of MedQuAD, and count how often each finds its own answer, beside BM25.

    python benchmarks/medquad.py DATA/medquad [--limit N] [--queries N] [--failures FILE]

MedQuAD (Ben Abacha and Demner-Fushman 2019, https://doi.org/10.1186/s12859-019-3119-4, CC BY 4.0)
has questions with answers from pages of the NIH. Each answer becomes an article, entitled with
what the question is about (its focus); the question itself is not in it. Answers about one thing
that are the same, word for word, are one article; questions that are the same are one query,
which any of their answers answers. Questions without an answer are left out.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bm25 import Bm25
from figures import figures
from ir_measures import RR, P
from relevance import (
    Failed,
    Page,
    Ranking,
    Watch,
    arguments,
    index_of,
    mean,
    paragraphs,
    ranking,
    reading,
    sample,
    table,
    write_failures,
)

MEASURES = (RR @ 10, P @ 1)
DEPTH = 10
RARE_TYPE = 20  # questions; types that have fewer are shown as one


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer and what it is about."""

    name: str
    focus: str
    text: str


@dataclass(slots=True)
class Question:
    """A question with the names of its answers."""

    text: str
    kind: str
    answers: set[str]


def read_pairs(folder: Path) -> tuple[list[Answer], list[Question]]:
    """Return answers and questions, each once, in the order of the files."""
    answers: dict[tuple[str, str], Answer] = {}
    questions: dict[str, Question] = {}
    for path in sorted(folder.glob("*/*.xml")):
        document = ET.parse(path).getroot()  # noqa: S314 (a data set that was downloaded once)
        focus = " ".join((document.findtext("Focus") or "").split())
        for pair in document.iter("QAPair"):
            text = (pair.findtext("Answer") or "").strip()
            asked = pair.find("Question")
            if not text or asked is None or not asked.text:
                continue
            name = f"{path.parent.name.partition('_')[0]}-{path.stem}-{pair.get('pid')}".lower()
            answer = answers.setdefault((focus, " ".join(text.split())), Answer(name, focus, text))
            query = " ".join(asked.text.split())
            found = questions.setdefault(query, Question(query, asked.get("qtype", ""), set()))
            found.answers.add(answer.name)
    return list(answers.values()), list(questions.values())


def page_of(answer: Answer) -> Page:
    """Return an answer as a page: a line is a paragraph, and lines that begin with a dash items."""
    lines = re.split(r"\n|\s{4,}(?=- )", answer.text)
    return Page(answer.name, answer.focus or answer.name, paragraphs(lines))


def kinds_of(questions: Sequence[Question]) -> dict[str, list[str]]:
    """Return the queries of all questions and of each type, the most frequent first."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    for question in questions:
        by_kind[question.kind].append(question.text)
    ordered = sorted(by_kind.items(), key=lambda item: (-len(item[1]), item[0]))
    shown = {kind: texts for kind, texts in ordered if len(texts) >= RARE_TYPE}
    rest = [text for kind, texts in ordered if kind not in shown for text in texts]
    everything = [question.text for question in questions]
    return {"all": everything, **shown, **({"other": rest} if rest else {})}


def comparison(questions: Sequence[Question], runs: Mapping[str, Mapping[str, Ranking]]) -> str:
    """Return the means of each run, in total and by type of question."""
    grades = {question.text: dict.fromkeys(question.answers, 1) for question in questions}
    found = {name: figures(MEASURES, grades, run) for name, run in runs.items()}
    rows = []
    for kind, texts in kinds_of(questions).items():
        cells = [
            f"{mean(values[str(measure)][text] for text in texts):.3f}"
            for values in found.values()
            for measure in MEASURES
        ]
        empty = [str(sum(not run[text] for text in texts)) for run in runs.values()]
        rows.append([kind, str(len(texts)), *cells, *empty])
    columns = [f"{name} {measure}" for name in runs for measure in MEASURES]
    return table(["type", "queries", *columns, *(f"{name} empty" for name in runs)], rows)


def failure(
    question: Question, ranked: Ranking, peers: Ranking, answers: Mapping[str, Answer], notes: str
) -> Failed | None:
    """Return a question whose first hit is not its answer."""
    if ranked and ranked[0] in question.answers:
        return None
    own = min(question.answers)
    places = [str(at) for at, name in enumerate(ranked, start=1) if name in question.answers]
    peer = "right" if peers and peers[0] in question.answers else "wrong"
    return Failed(
        query=question.text,
        expected=f"{own} {answers[own].focus}",
        first=f"{ranked[0]} {answers[ranked[0]].focus}" if ranked else "nothing",
        notes=f"{question.kind}; answer at {(*places, '-')[0]}; BM25 {peer}; {notes}",
    )


def main() -> None:
    """Index the answers, ask the questions, print the figures of both."""
    parser = arguments(__doc__)
    parser.add_argument("--limit", type=int, metavar="N", help="answers to index, a sample")
    parser.add_argument("--queries", type=int, metavar="N", help="questions to ask, a sample")
    options = parser.parse_args()
    every_answer, every_question = read_pairs(options.data)
    answers = {answer.name: answer for answer in sample(every_answer, options.limit)}
    for question in every_question:
        question.answers &= answers.keys()
    answered = [question for question in every_question if question.answers]
    questions = sample(answered, options.queries)
    peer = Bm25({answer.name: f"{answer.focus}\n{answer.text}" for answer in answers.values()})
    peers = {question.text: peer.ranking(question.text, DEPTH) for question in questions}
    runs: dict[str, Ranking] = {}
    failures = []
    watch = Watch()
    with index_of(map(page_of, answers.values()), options) as index:
        for question in questions:
            text = question.text
            runs[text], results = ranking(index, text, DEPTH, watch)
            notes = f"{results.total.articles} found; {reading(results.query)}"
            failures.append(failure(question, runs[text], peers[text], answers, notes))
    print(watch)
    print(comparison(questions, {"drugsearch": runs, "BM25": peers}))
    write_failures([failed for failed in failures if failed], options.failures)


if __name__ == "__main__":
    main()
