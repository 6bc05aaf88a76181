"""Lay and medical words for one thing."""

import tomllib
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from itertools import chain, pairwise, permutations
from timeit import repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis.spelling import american
from indexer.analysis.stemming import Stemmer
from indexer.analysis.tokens import terms
from indexer.knowledge.drugs import DrugKnowledge
from indexer.knowledge.sections import NAME_TERM, find_intent
from indexer.knowledge.synonyms import TABLE, Synonym, SynonymSpan, find_synonyms

DATA = tomllib.loads(files("indexer.knowledge").joinpath(TABLE).read_text(encoding="utf-8"))
REGISTERS = ("lay", "medical", "asked")
GROUPS = [{key: group.get(key, []) for key in REGISTERS} for group in DATA["group"]]
NAMES = [name for group in GROUPS for name in chain(*group.values())]
WORDS = sorted({term for name in [*NAMES, *DATA["apart"]] for term in terms(name)})

queries = st.lists(st.sampled_from([*WORDS, "imuran", "of", "the", "", "5"]), max_size=12)


def stems(name: str) -> tuple[str, ...]:
    stemmer = Stemmer(DrugKnowledge.shipped().protected)
    return tuple(map(stemmer.stem, terms(name)))


def found(text: str) -> list[tuple[str, list[str]]]:
    """Return what was found in a text, and the other names of it."""
    return [
        (" ".join(span.typed), [other.text for other in span.others])
        for span in find_synonyms(terms(text))
    ]


# --- the table --------------------------------------------------------------------------------


def test_the_table_is_small_and_says_what_it_says_once() -> None:
    assert 90 <= len(GROUPS) <= 160
    assert all(set(group) <= {*REGISTERS} for group in DATA["group"])
    # Somebody can ask for it in another way than texts have it.
    assert all(len(group["lay"] + group["medical"]) >= 1 for group in GROUPS)
    assert all(sum(map(len, group.values())) >= 2 for group in GROUPS)


def test_no_name_stands_in_two_groups_or_twice_in_one() -> None:
    by_stems = sorted((stems(name), name) for name in NAMES)
    assert [
        (name, following)
        for (first, name), (second, following) in pairwise(by_stems)
        if first == second
    ] == []


def test_every_name_is_american_and_as_people_write_it() -> None:
    for name in NAMES:
        assert name == " ".join(name.split())
        assert all(american(term) == term for term in terms(name)), name


def test_no_name_is_or_holds_a_name_of_a_medicine_or_of_a_class() -> None:
    shipped = DrugKnowledge.shipped()
    for name in [*NAMES, *DATA["apart"]]:
        assert shipped.resolve(name) is None, name
        assert shipped.find(terms(name)) == (), name


def test_no_name_asks_for_a_kind_of_section() -> None:
    for name in NAMES:
        assert find_intent(terms(name)) is None, name
        assert find_intent([NAME_TERM, *terms(name)]) is None, name


def test_what_is_set_apart_holds_a_listed_name_or_looks_like_one() -> None:
    listed = {stems(name) for name in NAMES}
    for name in DATA["apart"]:
        own = stems(name)
        parts = {own[i:j] for i in range(len(own)) for j in range(i + 1, len(own) + 1)}
        assert parts & listed, name
        assert find_synonyms(terms(name)) == (), name


# --- finding ----------------------------------------------------------------------------------


def test_every_name_is_found_and_brings_the_others_of_its_group() -> None:
    for group in GROUPS:
        for name in chain(*group.values()):
            others = [other for other in group["lay"] + group["medical"] if other != name]
            spans = find_synonyms(terms(name))
            assert [span.typed for span in spans] == ([terms(name)] if others else []), name
            assert sorted(o.text for span in spans for o in span.others) == sorted(others), name


def test_names_of_a_group_bring_one_another() -> None:
    for group in GROUPS:
        for name, other in permutations(group["lay"] + group["medical"], 2):
            assert other in found(name)[0][1]


@pytest.mark.parametrize(
    ("text", "others"),
    [
        (
            "high blood pressure",
            ["hypertension", "raised blood pressure", "elevated blood pressure"],
        ),
        (
            "hypertension",
            ["high blood pressure", "raised blood pressure", "elevated blood pressure"],
        ),
        ("heart attack", ["myocardial infarction"]),
        ("kidney", ["renal"]),
        ("hives", ["urticaria", "nettle rash"]),
        ("itching", ["pruritus", "itchy"]),
        ("low blood sugar", ["hypoglycemia", "low blood glucose"]),
        ("throwing up", ["emesis", "vomiting"]),
        ("threw up", ["emesis", "vomiting", "throwing up"]),
        ("hair loss", ["alopecia"]),
        ("shortness of breath", ["dyspnea", "breathlessness", "difficulty breathing"]),
        ("edema", ["swelling"]),
        ("seizures", ["convulsions"]),
        ("shingles", ["herpes zoster", "zoster"]),
        ("heartburn", ["gastroesophageal reflux", "gastro-esophageal reflux", "GERD", "GORD"]),
        ("osteoporosis", ["thinning of the bones", "bone thinning", "brittle bones"]),
        ("can't sleep", ["insomnia", "trouble sleeping", "difficulty sleeping", "sleeplessness"]),
        ("shot", ["injection"]),
    ],
)
def test_other_names_come_with_those_of_the_other_register_first(
    text: str, others: list[str]
) -> None:
    ((typed, names),) = found(text)
    assert typed == text
    assert names[: len(others)] == others


@pytest.mark.parametrize(
    ("typed", "listed"),
    [
        ("kidneys", "kidney"),
        ("Seizure", "seizures"),
        ("hypoglycaemia", "hypoglycemia"),
        ("oedema", "edema"),
        ("diarrhoea", "diarrhea"),
        ("gastro-oesophageal reflux", "gastro-esophageal reflux"),
        ("itch", "itching"),
        ("swollen", "swelling"),
        ("BLOOD CLOTS", "blood clot"),
        ("short of breath", "shortness of breath"),
        ("athlete\N{RIGHT SINGLE QUOTATION MARK}s foot", "athlete's foot"),
    ],
)
def test_forms_and_spellings_of_a_word_are_that_word(typed: str, listed: str) -> None:
    (span,) = find_synonyms(terms(typed))
    (known,) = find_synonyms(terms(listed))
    assert span.others == known.others
    assert span.typed == terms(typed)


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("does imuran cause hair loss or itching", ["hair loss", "itching"]),
        ("kidney stones and kidney pain", ["kidney stones", "kidney"]),
        ("imuran yellowing of the skin and eyes", ["yellowing of the skin and eyes"]),
        ("blood clot in the lung", ["blood clot in the lung"]),
        ("blood clot in the leg", ["blood clot"]),
        ("low blood sugar", ["low blood sugar"]),
        ("blood sugar", ["blood sugar"]),
        ("hay fever fever", ["hay fever", "fever"]),
        ("yellow fever", []),
        ("hepatitis b", []),
        ("hepatitis", ["hepatitis"]),
        ("portal hypertension", []),
        ("blood clotting", []),
        ("sties", []),
        ("low sodium diet", []),
        ("imuran", []),
        ("", []),
        # A line ends between the words.
        ("hair\nloss", []),
    ],
)
def test_the_longest_names_are_found_where_they_mean_what_is_listed(
    text: str, typed: list[str]
) -> None:
    assert [name for name, _ in found(text)] == typed


def test_a_span_tells_where_it_stands_and_why() -> None:
    (span,) = find_synonyms(terms("imuran vomiting daily"))
    assert span == SynonymSpan(
        start=1,
        end=2,
        typed=("vomiting",),
        others=(
            Synonym(terms=("emesis",), text="emesis", why="medical term"),
            Synonym(terms=("throwing", "up"), text="throwing up", why="another word"),
        ),
    )
    (span,) = find_synonyms(["emesis"])
    assert {other.why for other in span.others} == {"lay term"}


def test_what_people_ask_is_not_looked_for() -> None:
    asked = set(chain.from_iterable(group["asked"] for group in GROUPS))
    brought = {other for name in NAMES for _, others in found(name) for other in others}
    assert asked
    assert asked.isdisjoint(brought)


@given(queries)
def test_spans_are_in_order_apart_and_hold_what_was_typed(row: list[str]) -> None:
    spans = find_synonyms(row)
    for span in spans:
        assert 0 <= span.start < span.end <= len(row)
        assert span.typed == tuple(row[span.start : span.end])
        assert span.others
        assert "" not in span.typed
    assert all(span.end <= following.start for span, following in pairwise(spans))


@given(queries)
def test_a_list_and_a_tuple_of_terms_give_the_same(row: list[str]) -> None:
    assert find_synonyms(row) == find_synonyms(tuple(row))


def test_threads_share_the_table() -> None:
    query = terms("imuran high blood pressure hives")
    with ThreadPoolExecutor(8) as pool:
        results = set(pool.map(find_synonyms, [query] * 64))
    assert len(results) == 1


def test_a_query_costs_microseconds() -> None:
    query = terms("does imuran cause yellow skin itching")
    find_synonyms(query)
    # Measured 11 µs; the promise is 20 µs, and a busy machine is slower.
    assert min(repeat(lambda: find_synonyms(query), number=200, repeat=5)) / 200 < 200e-6
