"""Which terms share a stem, and which must not."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import stemming
from indexer.analysis.spelling import american
from indexer.analysis.stemming import Stemmer

DRUGS = frozenset({"prednisone", "prednisolone", "insulin", "imuran", "estradiol", "aspir"})
STEMMER = Stemmer(DRUGS)


@pytest.mark.parametrize(
    "group",
    [
        "contraindication contraindications contraindicated contraindicate",
        "clot clots clotting clotted",
        "estimate estimated estimates",
        "indicated indication indications",
        "stop stops stopping stopped",
        "infection infections infected",
        "oestrogen oestrogens estrogen",
        "oedema edema",
        "angioedema angiooedema",
        "lymphoedema lymphedema",
        "haemorrhage haemorrhages hemorrhage",
        "anaemia anemia",
        "leukaemia leukemia",
        "diarrhoea diarrhea",
        "oesophagus esophagus",
        "paediatric pediatric",
        "gynaecomastia gynecomastia",
        "anaesthetic anesthetics",
        "paraesthesia paresthesia",
        "foetus fetus",
        "tumour tumours tumor tumors",
        "colour colours color",
        "labour labor",
        "organise organised organization organisation",
        "hospitalised hospitalisation hospitalized",
        "analysed analyzed",
        "sulphate sulfate",
        "fibre fibres fiber",
        "litre litres liter",
        "millilitre millilitres milliliter",
        "centre centers centred centered",
        "labelled labeled",
        "caesarean cesarean",
        "milligramme milligrammes milligram",
        "practise practised practice",
        "thrombosis thromboses",
        "diagnosis diagnoses diagnosed",
        "woman women woman's",
        "child children children's",
        "take takes taking took taken",
        "pregnant pregnancy pregnancies",
        "extremity extremities",
    ],
)
def test_forms_and_spellings_of_a_word_share_a_stem(group: str) -> None:
    assert len({STEMMER.stem(term) for term in group.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("us", "use"),
        ("not", "note"),
        ("aids", "aid"),
        ("ibs", "ib"),
        ("does", "dose"),
        ("several", "severe"),
        ("liver", "live"),
        ("hepatitis", "hepatic"),
        ("sinusitis", "sinus"),
        ("topical", "topic"),
        ("extremities", "extremely"),
        ("carbonate", "carbon"),
        ("basis", "base"),
        ("angioedema", "angiedema"),
        ("prednisone", "prednisolone"),
        ("1.5", "15"),
        ("b12", "b1"),
    ],
)
def test_different_words_have_different_stems(one: str, other: str) -> None:
    assert STEMMER.stem(one) != STEMMER.stem(other)


@pytest.mark.parametrize("word", ["exercise", "advise", "raise", "precise", "here", "hour", "four"])
def test_words_spelled_alike_on_both_sides_are_left_alone(word: str) -> None:
    assert american(word) == word


@pytest.mark.parametrize("name", sorted(DRUGS))
def test_m1_a_medicine_is_its_own_stem(name: str) -> None:
    assert STEMMER.stem(name) == name


@pytest.mark.parametrize("form", ["insulins", "insulin's"])
def test_plural_and_genitive_of_a_medicine_are_the_medicine(form: str) -> None:
    assert STEMMER.stem(form) == "insulin"


def test_another_spelling_of_a_medicine_is_the_medicine() -> None:
    assert STEMMER.stem("oestradiol") == "estradiol"


def test_m1_no_other_word_is_stemmed_into_a_medicine() -> None:
    assert Stemmer().stem("aspired") == Stemmer().stem("aspire") == "aspir"
    assert STEMMER.stem("aspired") != "aspir"


@pytest.mark.parametrize("term", ["2500", "0.5", "b12", "10^6", "%", "mg", "1/2", "καρδια"])
def test_numbers_signs_and_other_alphabets_are_their_own_stem(term: str) -> None:
    assert STEMMER.stem(term) == term


@given(st.text())
def test_any_term_has_a_stem(term: str) -> None:
    assert STEMMER.stem(term) == STEMMER.stem(term)


def test_a_full_memory_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stemming, "_REMEMBERED", 2)
    stemmer = Stemmer()
    assert [stemmer.stem(word) for word in ("clots", "livers", "notes", "clots")] == [
        "clot",
        "liver",
        "note",
        "clot",
    ]


def test_threads_that_share_a_stemmer_get_the_same_stems() -> None:
    words = [
        f"{start}{middle}{end}"
        for start in ("clot", "estim", "indic", "organis", "labell")
        for middle in ("at", "if", "iz", "or", "al")
        for end in ("ing", "ed", "ions", "es")
    ]
    expected = [Stemmer().stem(word) for word in words]
    shared = Stemmer()
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(lambda _: [shared.stem(word) for word in words], range(16)):
            assert found == expected
