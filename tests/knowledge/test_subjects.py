"""What an article is about."""

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.knowledge.drugs import DrugKnowledge
from indexer.knowledge.subjects import MUCH_TOLD, OFTEN, find_subjects, subject_keys
from indexer.model import Article, Drug, Section

LEAFLETS = Path(__file__).resolve().parents[2] / "../shared/data/epi_html_en"


def article(
    title: str, *texts: str, tags: tuple[str, ...] = (), source: str = "page.html"
) -> Article:
    sections = tuple(
        Section(id=f"s{number}", heading=f"Part {number}", level=2, text=text)
        for number, text in enumerate(texts)
    )
    return Article(id="page", source=source, title=title, sections=sections, tags=tags)


def subjects(page: Article) -> tuple[Drug, ...]:
    return find_subjects(page, DrugKnowledge.shipped())


def keys(page: Article) -> tuple[str, ...]:
    return subject_keys(subjects(page))


def test_a_brand_in_the_title_and_its_ingredient_in_the_lead_are_one_subject() -> None:
    page = article(
        "Imuran \N{EN DASH} A Guide to its Uses, Dosage and Side Effects",
        "Imuran is a brand of azathioprine.",
        "Take less of it together with allopurinol. Allopurinol and febuxostat slow it down.",
        tags=("Imuran", "Azathioprine"),
    )
    assert [(drug.name, drug.ingredient, drug.role) for drug in subjects(page)] == [
        ("Imuran", "azathioprine", "brand"),
        ("azathioprine", "azathioprine", "ingredient"),
    ]
    assert subjects(page)[0].evidence == ("title", "tag", "lead")
    assert subjects(page)[1].evidence == ("tag", "lead")


def test_a_mention_in_the_body_never_makes_a_subject() -> None:
    text = "\n".join(["Kidney stones hurt."] * 5 + ["Allopurinol helps. " * 40])
    assert keys(article("Kidney stones", text)) == ()


def test_articles_that_compare_medicines_are_about_all_of_them() -> None:
    page = article("Ibuprofen vs naproxen: which one?", "Both ease pain.")
    assert keys(page) == ("ibuprofen", "naproxen")


def test_a_class_in_the_title_is_a_subject() -> None:
    assert keys(article("Statins: what to know", "They lower cholesterol.")) == ("class:statin",)


@pytest.mark.parametrize(
    ("title", "text", "brand", "key"),
    [
        (
            "jayempi",
            "Jayempi 10 mg/ml oral suspension contains the active substance azathioprine. It ...",
            "Jayempi",
            "azathioprine",
        ),
        (
            "procorella package leaflet",
            "Procorella (ivabradine) is a heart medicine used to treat angina.",
            "Procorella",
            "ivabradine",
        ),
        (
            "Enyglex 2 mg tablets",
            "Enyglex is an oral antidiabetic medicine containing repaglinide which helps.",
            "Enyglex",
            "repaglinide",
        ),
        (
            "copalex",
            (
                "Copalex HCT tablets contain three substances called amlodipine, valsartan and "
                "hydrochlorothiazide."
            ),
            "Copalex",
            "amlodipine / hydrochlorothiazide / valsartan",
        ),
        (
            "corbix",
            "Corbix contains two active substances:\n• carbidopa\n• levodopa monohydrate",
            "Corbix",
            "carbidopa / levodopa",
        ),
    ],
)
def test_a_page_teaches_the_brand_in_its_title(title: str, text: str, brand: str, key: str) -> None:
    found = subjects(article(title, text))
    assert subject_keys(found) == (key,)
    assert (found[0].name, found[0].role) == (brand, "brand")
    assert "title" in found[0].evidence


@pytest.mark.parametrize(
    "text",
    [
        "Jayempi contains the active substance xyzprofen.",
        "Jayempi contains an active substance called human insight in air and water.",
        "Jayempi must not be taken with medicines containing azathioprine.",
        "Jayempi contains two active substances, azathioprine and xyzprofen.",
        "Jayempi contains the active substances relugolix, estradiol and xyzprofen acetate.",
        "Jayempi contains the active substance dinutuximab gamma.",
        "Azathioprine is not Jayempi.",
    ],
)
def test_nothing_is_learned_from_a_pattern_without_a_known_ingredient(text: str) -> None:
    assert subjects(article("jayempi", text)) == ()


def leaflet(title: str, *headings: str, text: str) -> Article:
    sections = tuple(
        Section(id=str(number), heading=heading, level=2, text=text)
        for number, heading in enumerate(headings)
    )
    return Article(id="page", source="page.html", title=title, sections=sections)


def test_a_medicine_that_no_list_knows_is_learned_without_ingredient() -> None:
    page = leaflet(
        "zzcovix",
        "3. How you are given zzcovix",
        "5. How to store zzcovix",
        text="Zzcovix is a vaccine. You get Zzcovix in the arm.",
    )
    (drug,) = subjects(page)
    assert (drug.name, drug.ingredient, drug.role) == ("Zzcovix", None, "brand")
    assert drug.evidence == ("title", "heading")
    knowledge = DrugKnowledge.shipped().with_names([drug])
    name = knowledge.resolve("zzcovix")
    assert name is not None
    assert (name.key, name.ingredient) == ("zzcovix", None)
    assert subject_keys((drug,)) == (name.key,)


@pytest.mark.parametrize(
    ("title", "headings", "text"),
    [
        (
            "Chemotherapy",
            ("Side effects of chemotherapy", "Chemotherapy dosage"),
            "The chemotherapy .",
        ),
        ("Zzcovix", ("Side effects", "How to store it"), "Zzcovix is a vaccine."),
        ("Zzcovix", ("Side effects of Zzcovix", "About Zzcovix"), "Zzcovix is a vaccine."),
        ("Zzcovix", ("Side effects of Zzcovix", "Storing Zzcovix"), "It is a vaccine."),
    ],
)
def test_what_is_not_plainly_a_medicine_is_not_learned(
    title: str, headings: tuple[str, ...], text: str
) -> None:
    assert subjects(leaflet(title, *headings, text=text)) == ()


UNNAMED = ("Dosage", "Side effects", "How to store it", "If you take too much")
"""Headings of as many kinds of sections as must be told where none of them names the medicine."""


def label(*headings: str, uses: int, spelling: str = "Zzcovix", title: str = "zzcovix") -> Article:
    """Return a page that uses a name so often, below headings that do not name it."""
    told = leaflet(title, *headings, text="")
    first, *others = told.sections
    text = f"{spelling} helps.\n" * uses
    return replace(told, sections=(replace(first, text=text), *others))


def test_a_page_that_tells_much_and_uses_the_name_often_need_not_name_it_in_headings() -> None:
    assert len(UNNAMED) == MUCH_TOLD
    (drug,) = subjects(label(*UNNAMED, uses=OFTEN))
    assert (drug.name, drug.ingredient, drug.role) == ("Zzcovix", None, "brand")


def test_a_name_in_capitals_throughout_is_spelled_as_the_title_does() -> None:
    (drug,) = subjects(label(*UNNAMED, uses=OFTEN, spelling="ZZCOVIX", title="Zzcovix tablets"))
    assert drug.name == "Zzcovix"


@pytest.mark.parametrize(
    "page",
    [
        label(*UNNAMED[1:], uses=OFTEN),
        label(*UNNAMED[1:], "Undesirable effects", "What it is", uses=OFTEN),
        label(*UNNAMED, uses=OFTEN - 1),
        label(*UNNAMED, uses=OFTEN, spelling="zzcovix"),
        label(*UNNAMED, uses=OFTEN, spelling="Zzcovix, or zzcovix,"),
        label(*UNNAMED, uses=OFTEN, spelling="Zzother"),
        label(*UNNAMED, uses=OFTEN, title="A guide to the tablets"),
        label("Causes", "Symptoms", "Diagnosis", "Treatment", "Outlook", uses=OFTEN),
    ],
    ids=[
        "too few kinds", "one kind twice", "too few uses", "no capital", "capitals at half",
        "another name", "no name in the title", "a disease",
    ],
)  # fmt: skip
def test_a_page_that_tells_less_or_uses_another_word_teaches_nothing(page: Article) -> None:
    assert subjects(page) == ()


def test_the_kinds_that_parsing_found_count_as_told() -> None:
    page = label(*("Part 1", "Part 2", "Part 3", "Part 4"), uses=OFTEN)
    kinds = ("dosage", "overdose", "storage", "interactions")
    parts = zip(page.sections, kinds, strict=True)
    told = replace(page, sections=tuple(replace(part, kind=kind) for part, kind in parts))
    assert subjects(page) == ()
    assert [drug.name for drug in subjects(told)] == ["Zzcovix"]


def told_of(**texts: str) -> Article:
    """Return a page on an unlisted brand with sections of these kinds (`_` for `-`) as well."""
    page = label(*UNNAMED, uses=OFTEN)
    more = tuple(
        Section(id=kind, heading="More", level=2, text=text, kind=kind.replace("_", "-"))
        for kind, text in texts.items()
    )
    return replace(page, sections=page.sections + more)


def test_an_unlisted_brand_has_the_ingredient_that_the_page_speaks_of() -> None:
    page = told_of(description="Risdiplam. " * 6, mechanism="Risdiplam acts. " * 4)
    assert [(drug.name, drug.ingredient, drug.role) for drug in subjects(page)] == [
        ("Zzcovix", "risdiplam", "brand"),
        ("risdiplam", "risdiplam", "ingredient"),
    ]


@pytest.mark.parametrize(
    "page",
    [
        told_of(description="Risdiplam. " * 5, mechanism="Risdiplam acts. " * 4),
        told_of(description="Risdiplam. " * 20),
        told_of(description="Risdiplam. " * 10, mechanism="Risdiplam, digoxin, digoxin, digoxin."),
        told_of(
            description="Risdiplam. " * 10, mechanism="Risdiplam.", forms="Risdiplam or digoxin."
        ),
        told_of(
            description="Risdiplam. " * 10,
            mechanism="Risdiplam.",
            interactions="Not with carbidopa and levodopa.",
        ),
    ],
    ids=["too seldom", "in one section", "another one", "another form", "a combination"],
)
def test_an_ingredient_is_not_guessed_where_a_page_leaves_doubt(page: Article) -> None:
    assert [(drug.name, drug.ingredient) for drug in subjects(page)] == [("Zzcovix", None)]


def test_a_long_title_names_nothing_new() -> None:
    page = article(
        "Seven surprising reasons why gardens bloom",
        "Each packet contains the active substance azathioprine.",
    )
    assert all(drug.role != "brand" for drug in subjects(page))


def test_a_title_with_one_of_several_ingredients_stands_for_the_combination() -> None:
    page = article(
        "amlodipine",
        "Amlodipine/Valsartan Example tablets contain two active substances called amlodipine "
        "and valsartan.",
        source="amlodipine.html",
    )
    assert keys(page) == ("amlodipine / valsartan",)


def test_the_parts_of_a_combination_are_no_further_subjects() -> None:
    page = article(
        "Stalevo (carbidopa, levodopa and entacapone)",
        "Stalevo contains levodopa/carbidopa and entacapone. Levodopa turns into dopamine.",
        tags=("levodopa", "carbidopa and levodopa"),
    )
    assert keys(page) == ("carbidopa / entacapone / levodopa",)


def test_a_page_does_not_make_a_known_brand_another_medicines() -> None:
    page = article(
        "Imuran", "Unlike Imuran, Lanoxin contains the active substance digoxin. Imuran differs."
    )
    assert keys(page) == ("azathioprine",)


def read_leaflet(path: Path) -> Article:
    """Read a leaflet's headings and lines; its pages are simple, so that this needs no parser."""
    page = path.read_text(encoding="utf-8")
    title, *parts = re.split(r"<h[12]>(.*?)</h[12]>", page.partition("<body>")[2], flags=re.DOTALL)[
        1:
    ]
    sections = [Section(id="top", heading=title, level=1)]
    for heading, body in zip(parts[1::2], parts[2::2], strict=False):
        lines = [
            " ".join(html.unescape(re.sub("<[^>]*>", "", line)).split())
            for line in re.split(r"</?(?:p|li|td|h\d|ul|ol)\b[^>]*>", body)
        ]
        text = "\n".join(filter(None, lines))
        sections.append(Section(id=heading, heading=heading, level=2, text=text))
    return Article(id=path.stem, source=path.name, title=title, sections=tuple(sections))


@pytest.mark.skipif(not LEAFLETS.is_dir(), reason="the leaflets lie beside the checkout")
def test_leaflets_have_their_ingredient_as_subject() -> None:
    found = {path.stem: keys(read_leaflet(path)) for path in sorted(LEAFLETS.glob("*.html"))}
    assert sum(map(bool, found.values())) >= 0.9 * len(found)
    expected = {
        "jayempi": "azathioprine",
        "accofil": "filgrastim",
        "exforge": "amlodipine / hydrochlorothiazide / valsartan",
        "dafiro": "amlodipine / hydrochlorothiazide / valsartan",
        "neorecormon": "epoetin beta",
        "erelzi": "etanercept",
        "baraclude": "entecavir",
        "zoledronic": "zoledronic acid",
        "emtricitabine": "emtricitabine / tenofovir disoproxil",
        "procoralan": "ivabradine",
        "zynlonta": "loncastuximab tesirine",
        "qarziba": "dinutuximab beta",
    }
    assert {stem: found[stem] for stem in expected} == {
        stem: (key,) for stem, key in expected.items()
    }
