"""A page teaches the brand that it puts before its ingredient, and nothing that is no name.

Brands that begin with `zz` stand in no list; what is in the brackets does, where a test says so.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis.tokens import terms
from indexer.knowledge.bracketed import (
    CAPITAL_SHARE,
    LEAST_TOLD,
    LEAST_USED,
    MOST_INGREDIENT_WORDS,
    MOST_WORDS,
    Bracketed,
    find_bracketed,
    is_used_as_name,
    spelled,
    uses_of,
)
from indexer.knowledge.drugs import DrugKnowledge
from indexer.knowledge.subjects import find_subjects, subject_keys
from indexer.model import Article, Section

KNOWLEDGE = DrugKnowledge.shipped()
USED = "Zzevra helps some people. Take Zzevra every day."
UNLISTED = "zzdrugtecan"
"""An ingredient that no list knows."""
TOLD = ("Dosage", "Possible side effects", "Interactions")
"""Headings of as many kinds of sections as an unlisted ingredient needs."""


def page(title: str, text: str, *headings: str) -> Article:
    sections = tuple(
        Section(id=f"s{number}", heading=heading, level=2, text=text if number == 0 else "")
        for number, heading in enumerate(headings or ("Part",))
    )
    return Article(id="page", source="page.html", title=title, sections=sections)


def found(title: str, text: str = USED, *, name: str = "", told: int = 0) -> Bracketed | None:
    """Find what a page teaches; `name` is what its title may name, `told` its kinds of sections."""
    return find_bracketed(page(title, text), terms(name), told, KNOWLEDGE)


def taught(title: str, text: str = USED, *, name: str = "", told: int = 0) -> tuple[str, str]:
    """Return the brand and the key of its ingredient; empty where nothing is taught."""
    bracketed = found(title, text, name=name, told=told)
    return (bracketed.brand, bracketed.key) if bracketed else ("", "")


NOTHING = ("", "")


# --- where it stands --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    [
        "Zzevra (risdiplam)",
        "Zzevra® (risdiplam)",
        "ZZEVRA™ (Risdiplam) for oral solution",
        "Zzevra(risdiplam)",
        "Zzevra: (risdiplam)",
        "Zzevra tablets (risdiplam)",
    ],
)
def test_a_title_teaches_the_brand_before_a_listed_ingredient(title: str) -> None:
    bracketed = found(title)
    assert bracketed == Bracketed(
        brand="Zzevra", key="risdiplam", ingredient="risdiplam", place="title", is_listed=True
    )


@pytest.mark.parametrize(
    "text",
    [
        "What is Zzevra?\nZzevra (risdiplam) helps.",
        "Zzevra® (Risdiplam) helps, and Zzevra is new.",
        "Zzevra helps, when Zzevra is taken.\nZZEVRA (risdiplam) is new.",
    ],
)
def test_the_text_teaches_the_name_that_the_title_gives(text: str) -> None:
    bracketed = found("zzevra package leaflet", text, name="zzevra")
    assert bracketed == Bracketed(
        brand="Zzevra", key="risdiplam", ingredient="risdiplam", place="body", is_listed=True
    )


def test_the_first_word_of_the_title_names_it_where_the_others_do_not_follow() -> None:
    text = "Zzevra (risdiplam) helps, and Zzevra is new."
    assert taught("zzevra sachets", text, name="zzevra sachets") == ("Zzevra", "risdiplam")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("", "Zzevra (risdiplam) helps. Zzevra is new."),
        ("zzother", "Zzevra (risdiplam) helps. Zzevra is new."),
        ("zzevra", "Zzevra helps. Zzevra is new."),
        ("zzevra", "Zzevra helps, and so does another (risdiplam). Zzevra is new."),
        ("zzevra", "Unzzevra (risdiplam) helps. Zzevra is new. Zzevra is good."),
        ("zzevra", "Zzevra (a medicine for adults) helps. Zzevra is new."),
    ],
)
def test_a_text_teaches_nothing_but_the_name_in_the_title(name: str, text: str) -> None:
    assert taught("a page", text, name=name) == NOTHING


def test_the_brand_is_spelled_as_the_title_spells_it() -> None:
    assert taught("Zzevra (risdiplam)", "ZZEVRA helps, and ZZEVRA is new.") == (
        "Zzevra",
        "risdiplam",
    )
    assert spelled("ZZEVRA", "About Zzevra") == "Zzevra"
    assert spelled("ZZEVRA", "About it") == "ZZEVRA"
    assert spelled("ZzEvra", "About zzevra") == "ZzEvra"


# --- what is in the brackets ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inside", "key"),
    [
        ("drospirenone and ethinyl estradiol", "drospirenone / ethinyl estradiol"),
        ("ethinyl estradiol/drospirenone", "drospirenone / ethinyl estradiol"),
        ("drospirenone, and ethinyl estradiol", "drospirenone / ethinyl estradiol"),
        ("carbidopa, levodopa and entacapone", "carbidopa / entacapone / levodopa"),
        ("morphine sulfate and naltrexone hydrochloride", "morphine / naltrexone"),
        ("rituximab and hyaluronidase", "hyaluronidase / rituximab"),
        ("risdiplam, ibuprofen and azathioprine", "azathioprine / ibuprofen / risdiplam"),
    ],
)
def test_a_combination_is_known_by_all_its_parts(inside: str, key: str) -> None:
    assert taught(f"Zzevra ({inside})") == ("Zzevra", key)


def test_yaz_is_its_combination() -> None:
    text = "Yaz (drospirenone and ethinyl estradiol) prevents pregnancy. Take Yaz daily."
    taught_by_title = found("Yaz (drospirenone and ethinyl estradiol)", text)
    assert taught_by_title == Bracketed(
        brand="Yaz",
        key="drospirenone / ethinyl estradiol",
        ingredient="drospirenone and ethinyl estradiol",
        place="title",
        is_listed=True,
    )
    assert taught("yaz", text, name="yaz") == ("Yaz", "drospirenone / ethinyl estradiol")


@pytest.mark.parametrize(
    ("inside", "key"),
    [
        ("adalimumab-zzzz", "adalimumab"),
        ("fam-trastuzumab deruxtecan-nxki", "trastuzumab deruxtecan"),
        ("ziv-aflibercept", "aflibercept"),
        ("rituximab-abcd and hyaluronidase-efgh", "hyaluronidase / rituximab"),
        ("morphine sulfate", "morphine"),
        ("risdiplam sodium", "risdiplam"),
        ("risdiplam sodium and ibuprofen", "ibuprofen / risdiplam"),
    ],
)
def test_what_the_fda_adds_to_a_name_and_salts_change_no_ingredient(inside: str, key: str) -> None:
    assert taught(f"Zzevra ({inside})") == ("Zzevra", key)


@pytest.mark.parametrize("inside", ["statin", "Lipitor", "ibuprofen, Lipitor", "ibuprofen/statin"])
def test_a_class_or_a_brand_is_no_listed_ingredient(inside: str) -> None:
    assert taught(f"Zzevra ({inside})") == NOTHING


@pytest.mark.parametrize(
    "inside",
    ["5 mg", "zzword!", "zzword. zzword", " ".join(["zzword"] * (MOST_INGREDIENT_WORDS + 1))],
)
def test_strengths_and_sentences_are_no_ingredient(inside: str) -> None:
    text = f"{USED}\n{inside}\n{inside}"
    assert taught(f"Zzevra ({inside})", text, told=LEAST_TOLD) == NOTHING


@pytest.mark.parametrize("inside", ["a guide", "oral solution", "zzpatch for adults", "summary"])
@pytest.mark.parametrize("brand", ["Imuran", "Zzevra"])
def test_ordinary_words_in_brackets_are_no_ingredient(brand: str, inside: str) -> None:
    text = f"{brand} helps. {brand} is new. {inside}, {inside}."
    assert taught(f"{brand} ({inside})", text, told=LEAST_TOLD) == NOTHING


# --- ingredients that no list knows -----------------------------------------------------------


def test_an_unlisted_ingredient_needs_sections_on_medicines_and_use_in_the_text() -> None:
    title, twice = f"Zzevra ({UNLISTED}-abcd)", f"{USED} {UNLISTED}-abcd is {UNLISTED}-abcd."
    once = f"{USED} It holds {UNLISTED}-abcd."
    assert found(title, twice, told=LEAST_TOLD) == Bracketed(
        brand="Zzevra",
        key=UNLISTED,
        ingredient=f"{UNLISTED}-abcd",
        place="title",
        is_listed=False,
    )
    assert found(title, twice, told=LEAST_TOLD - 1) is None
    assert found(title, once, told=LEAST_TOLD) is None


def test_a_combination_with_an_unlisted_part_is_unlisted() -> None:
    inside = f"{UNLISTED}/ibuprofen"
    text = f"{USED} Both {UNLISTED} and ibuprofen. Not {UNLISTED} and ibuprofen."
    bracketed = found(f"Zzevra ({inside})", text, told=LEAST_TOLD)
    assert bracketed is not None
    assert (bracketed.key, bracketed.ingredient, bracketed.is_listed) == (
        f"ibuprofen / {UNLISTED}",
        f"{UNLISTED} and ibuprofen",
        False,
    )


def test_what_is_listed_inside_an_unlisted_name_is_no_subject() -> None:
    inside = f"fam-trastuzumab {UNLISTED}-abcd"
    text = f"{USED} Zzevra is {inside}. {inside} is new."
    drugs = find_subjects(page(f"Zzevra ({inside})", text, *TOLD), KNOWLEDGE)
    assert subject_keys(drugs) == (f"trastuzumab {UNLISTED}",)
    assert [(drug.name, drug.role) for drug in drugs] == [
        ("Zzevra", "brand"),
        (inside, "ingredient"),
    ]


def test_a_page_that_tells_little_of_a_medicine_teaches_no_unlisted_ingredient() -> None:
    text = f"{USED} Zzevra is {UNLISTED}. {UNLISTED} is new."
    title = f"Zzevra ({UNLISTED})"
    assert subject_keys(find_subjects(page(title, text, *TOLD), KNOWLEDGE)) == (UNLISTED,)
    for without in TOLD:
        headings = [heading for heading in TOLD if heading != without]
        assert find_subjects(page(title, text, *headings), KNOWLEDGE) == ()


def test_another_medicine_beside_an_unlisted_one_stays_a_subject() -> None:
    text = f"{USED} Zzevra is {UNLISTED}. {UNLISTED} is new."
    drugs = find_subjects(page(f"Zzevra ({UNLISTED}) or azathioprine", text, *TOLD), KNOWLEDGE)
    assert set(subject_keys(drugs)) == {UNLISTED, "azathioprine"}


def test_a_page_on_a_listed_ingredient_is_about_it_under_both_names() -> None:
    drugs = find_subjects(page("Zzevra (risdiplam)", USED), KNOWLEDGE)
    assert [(drug.name, drug.ingredient, drug.role, drug.evidence) for drug in drugs] == [
        ("Zzevra", "risdiplam", "brand", ("title", "body")),
        ("risdiplam", "risdiplam", "ingredient", ("title",)),
    ]


# --- what is a name ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Zzevra (risdiplam)", "Zzevra helps."),
        ("Zzevra (risdiplam)", "It helps."),
        ("zzevra (risdiplam)", "some zzevra helps. take zzevra daily."),
        ("Zzevra (risdiplam)", "Zzevra helps. Take zzevra daily. Zzevra is new."),
        ("Imuran (risdiplam)", "Imuran helps. Take Imuran daily."),
        ("Azathioprine (risdiplam)", "Azathioprine helps. Take Azathioprine daily."),
        ("®™ (risdiplam)", USED),
        (" ".join(["Zzevra"] * (MOST_WORDS + 1)) + " (risdiplam)", " ".join(["Zzevra"] * 9)),
    ],
)
def test_a_word_that_the_page_does_not_use_as_a_new_name_is_none(title: str, text: str) -> None:
    assert taught(title, text) == NOTHING


def test_an_address_does_not_spoil_the_capitals() -> None:
    pages = "What Zzevra does. " * 9
    assert taught("Zzevra (risdiplam)", f"{pages}\nSee www.zzevra.com.") == ("Zzevra", "risdiplam")
    assert taught("Zzevra (risdiplam)", f"{pages}\nSee zzevra.com and zzevra.org.") == NOTHING


@given(capitals=st.integers(0, 40), lower=st.integers(0, 40))
def test_a_name_has_a_capital_nearly_everywhere(capitals: int, lower: int) -> None:
    total = capitals + lower
    uses = ["Wakix"] * capitals + ["wakix"] * lower
    assert is_used_as_name(uses) == (total >= LEAST_USED and capitals >= CAPITAL_SHARE * total)


def test_uses_are_whole_words_as_written_and_none_for_no_name() -> None:
    lines = ["Zz-Evra and ZZ EVRA, not zzevra", "nor zz", "a zz Evra"]
    assert uses_of(lines, ("zz", "evra")) == ("Zz-Evra", "ZZ EVRA", "zz Evra")
    assert uses_of(lines, ()) == ()
    assert uses_of([], ("zz",)) == ()


# --- whatever the page ------------------------------------------------------------------------

brands = st.sampled_from(["Zzevra", "Zzevra®", "ZZEVRA", "Zzevra tablets", "zzevra", "Imuran"])
insides = st.sampled_from(
    ["risdiplam", "ibuprofen/risdiplam", UNLISTED, f"{UNLISTED} and risdiplam", "a guide", "Imuran"]
)
bracketed_names = st.builds("{} ({})".format, brands, insides)
lines = st.sampled_from(["Zzevra", "ZZEVRA", "Zzevra helps", UNLISTED, f"{UNLISTED} and risdiplam"])
texts = st.lists(lines | bracketed_names, min_size=2, max_size=20).map("\n".join)


@given(title=bracketed_names | brands, text=texts, told=st.integers(1, 4))
def test_what_is_taught_is_a_new_name_that_the_page_uses(title: str, text: str, told: int) -> None:
    bracketed = found(title, text, name="zzevra", told=told)
    if bracketed is not None:
        assert KNOWLEDGE.resolve(bracketed.brand) is None
        assert len(uses_of(text.split("\n"), terms(bracketed.brand))) >= LEAST_USED
        assert bracketed.is_listed or told >= LEAST_TOLD
        assert bracketed.key
        assert bracketed.place == "title" or "zzevra" in text.casefold()


def operations(work: Callable[[], object]) -> int:
    """Count the calls that some work makes: the same on every machine."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize(
    "part",
    [
        "Zzevra(",
        "Zzevra (a and ",
        "Zzevra ((((risdiplam",
        "zzevra" * 8,
        "Zzevra® ®™®™ (" + "a " * 30,
        "(risdiplam) ",
    ],
)
def test_a_line_of_hostile_length_costs_no_more_than_its_length(part: str) -> None:
    def cost(times: int) -> int:
        line = part * times
        assert found("zzevra", line, name="zzevra") is None
        return operations(lambda: found("zzevra", line, name="zzevra"))

    assert cost(400) <= 2.5 * cost(200)


@pytest.mark.parametrize(
    "title",
    [
        "Zzevra (" + "a and " * 13 + "!)",
        "Zzevra (" + "a, and a/" * 8 + "!)",
        "Zzevra (" + "a-a " * 19 + "!)",
        "Zzevra " + "(" * 5_000,
        "®" * 5_000 + "(",
        "Zzevra (" * 5_000,
        "Zzevra (risdiplam" * 5_000,
    ],
)
def test_hostile_titles_teach_nothing(title: str) -> None:
    """A pattern that tries every way to read them would not come back."""
    assert taught(title, told=LEAST_TOLD) == NOTHING


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Gout (allopurinol)", "Gout hurts. Gout comes at night. Gout returns."),
        ("Overdose (paracetamol)", "Overdose is an emergency, and Overdose kills."),
        ("Side effects (ibuprofen)", "Side effects occur, and Side effects pass."),
        ("Heart failure (digoxin)", "Heart failure is treated, as Heart failure must be."),
    ],
)
def test_a_word_is_no_brand(title: str, text: str) -> None:
    assert taught(title, text) == NOTHING


@pytest.mark.parametrize("inside", ["Lipitor", "antibiotic", "statin", "statin and Lipitor"])
def test_another_brand_or_a_class_in_brackets_is_no_ingredient(inside: str) -> None:
    text = f"Zzortis helps, and Zzortis is new. Take {inside} or {inside} with Zzortis."
    assert taught(f"Zzortis ({inside})", text) == NOTHING
