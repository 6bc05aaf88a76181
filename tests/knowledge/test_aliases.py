"""A user's own names of medicines: read with care, and stronger than the lists."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis.tokens import terms
from indexer.config import Settings
from indexer.corpus import Corpus
from indexer.engine.base import OwnNames
from indexer.engine.whoosh.stems import stemmer
from indexer.errors import ConfigError, IndexUnavailableError
from indexer.index import Index, open_index
from indexer.knowledge.aliases import (
    NO_ALIASES,
    Aliases,
    OwnMedicine,
    fingerprint_of,
    ordinary_words,
    own_words,
    read_aliases,
)
from indexer.knowledge.drugs import DrugKnowledge
from indexer.model import Drug, SearchRequest
from indexer.runs import ReindexOptions

OPTIONS = ReindexOptions(jobs=1)

FILE = """
[[medicine]]
ingredient = "Azathioprine"
brands = ["Imurek", "Flomax"]
names = ["AZA"]
class = "Purine Antimetabolite"

[[medicine]]
ingredients = ["zidovudine", "paracetamol"]
brands = ["Duoforte"]

[[medicine]]
ingredient = "obexelimab"
brands = ["Obexa"]
class = "HMG-CoA Reductase Inhibitor"

[[ordinary]]
words = ["Valium"]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path, FILE)


def written(folder: Path, text: str) -> Path:
    path = folder / "aliases.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def aliases(file: Path) -> Aliases:
    return read_aliases(str(file))


@pytest.fixture
def knowledge(aliases: Aliases) -> DrugKnowledge:
    return DrugKnowledge.shipped_with(aliases)


# --- the file ---------------------------------------------------------------------------------


def test_a_file_is_read_as_it_says(aliases: Aliases) -> None:
    azathioprine, duo, obexa = aliases.medicines
    assert azathioprine == OwnMedicine(
        ingredients=("azathioprine",),
        brands=("Imurek", "Flomax"),
        names=("AZA",),
        drug_class="Purine Antimetabolite",
    )
    assert (duo.ingredients, duo.brands) == (("zidovudine", "paracetamol"), ("Duoforte",))
    assert obexa.brands == ("Obexa",)
    assert aliases.ordinary == ("Valium",)
    assert read_aliases("") == NO_ALIASES


def entry(**values: object) -> str:
    return "[[medicine]]\n" + "".join(f"{name} = {json.dumps(v)}\n" for name, v in values.items())


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[[medicine]\n", "TOML"),
        ("[[drug]]\n", r"no 'drug' in such a file; it holds entries \[\[medicine\]\] and \[\[ord"),
        (entry(brands=["A"]), "number 1: needs either ingredient, or ingredients"),
        (entry(ingredient="a", ingredients=["b", "c"]), "needs either ingredient, or ingredients"),
        (entry(ingredients=["a"]), "two or more; use ingredient for one"),
        (entry(ingredients=["a", "A"]), "two or more"),
        (entry(ingredient="a", brand="B"), "no key 'brand'; use ingredient, ingredients, brands"),
        (entry(ingredient="a", brands="B"), "brands must be a list of texts"),
        (entry(ingredient="a", brands=[1]), "brands is 1; it must be a text in quotes"),
        (entry(ingredient="a", names=["-"]), "'-' is no name"),
        (entry(ingredient="…"), "is no name"),
        (entry(ingredient="a", names=["b=c"]), "'b=c' is no name"),
        (
            entry(ingredient="a", brands=["X"]) + entry(ingredient="b", names=["x"]),
            "number 2: 'x' stands in an earlier entry too, as a",
        ),
        (
            entry(ingredient="a", brands=["X"]) + '[[ordinary]]\nwords = ["X"]\n',
            r"\[\[ordinary\]\] number 1: 'X' stands in an earlier entry too, as a",
        ),
        ("[[ordinary]]\n", "words is missing"),
        ('[[ordinary]]\nword = ["x"]\n', "no key 'word'; use words"),
    ],
)
def test_a_wrong_file_is_named_with_its_entry_and_what_is_allowed(
    tmp_path: Path, text: str, complaint: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError, match=complaint) as raised:
        read_aliases(str(path))
    assert str(path) in str(raised.value)
    assert "DRUGSEARCH_ALIASES" in str(raised.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.toml.*cannot be read: No such file"):
        read_aliases(str(tmp_path / "gone.toml"))
    with pytest.raises(ConfigError, match="cannot be read"):
        open_index("x", settings=Settings(aliases=str(tmp_path)))


def test_a_fingerprint_tells_what_is_said_not_how_it_is_written(tmp_path: Path) -> None:
    one, same, other = (
        fingerprint_of(read_aliases(str(written(tmp_path, text))))
        for text in (FILE, f"# a comment\n{FILE}\n", FILE.replace("AZA", "AZT"))
    )
    assert one == same != other
    assert fingerprint_of(NO_ALIASES) == fingerprint_of(Aliases()) == ""


# --- names ------------------------------------------------------------------------------------


def test_an_own_name_belongs_to_its_medicine_alone(knowledge: DrugKnowledge) -> None:
    for name in ("Imurek", "flomax", "aza"):
        (owner,) = knowledge.resolve_all(name)
        assert (owner.key, owner.source) == ("azathioprine", "your aliases")
    assert "Flomax" not in {name.name for name in knowledge.names("tamsulosin")}
    names = [name.name for name in knowledge.names("azathioprine")]
    assert names[0] == "azathioprine"
    assert {"Imurek", "Flomax", "AZA", "Imuran"} <= set(names)
    (span,) = knowledge.find(terms("Flomax for the kidney"))
    assert span.drug.key == "azathioprine"


def test_roles_and_classes_are_as_they_are_given(knowledge: DrugKnowledge) -> None:
    found = {name: knowledge.resolve(name) for name in ("AZA", "Imurek", "Obexa", "obexelimab")}
    roles = {name: drug.role for name, drug in found.items() if drug}
    assert roles == {
        "AZA": "ingredient", "Imurek": "brand", "Obexa": "brand", "obexelimab": "ingredient",
    }  # fmt: skip
    assert knowledge.class_of("azathioprine") == "Purine Antimetabolite"
    assert knowledge.class_of("obexelimab") == "HMG-CoA Reductase Inhibitor"
    statins = knowledge.members("class:statin")
    assert set(DrugKnowledge.shipped().members("class:statin")) | {"obexelimab"} == set(statins)


def test_a_medicine_changes_its_class_with_its_members() -> None:
    moved = OwnMedicine(ingredients=("atorvastatin",), drug_class="Something Else")
    knowledge = DrugKnowledge.shipped_with(Aliases(medicines=(moved,)))
    assert "atorvastatin" not in knowledge.members("class:statin")
    assert "simvastatin" in knowledge.members("class:statin")


def test_an_ingredient_goes_by_any_of_its_names(knowledge: DrugKnowledge) -> None:
    drug = knowledge.resolve("Duoforte")
    assert drug is not None
    assert drug.key == drug.ingredient == "acetaminophen / zidovudine"
    assert knowledge.names(drug.key)[0].name == "zidovudine and paracetamol"


def test_entries_of_one_medicine_add_up() -> None:
    both = Aliases(
        medicines=(
            OwnMedicine(ingredients=("azathioprine",), brands=("Imurek",)),
            OwnMedicine(ingredients=("azathioprine",), brands=("Zytrim",)),
        )
    )
    names = {name.name for name in DrugKnowledge.shipped_with(both).names("azathioprine")}
    assert {"Imurek", "Zytrim"} <= names


def test_an_ordinary_word_is_no_medicine(knowledge: DrugKnowledge) -> None:
    assert DrugKnowledge.shipped().resolve("Valium") is not None
    assert knowledge.resolve("valium") is None
    assert "Valium" not in {name.name for name in knowledge.names("diazepam")}
    assert knowledge.resolve("diazepam") is not None


def test_no_page_changes_what_the_aliases_settle(knowledge: DrugKnowledge) -> None:
    taught = knowledge.with_names(
        [
            Drug(name="Flomax", ingredient="tamsulosin", role="brand"),
            Drug(name="Valium", ingredient="diazepam", role="brand"),
            Drug(name="Jayempi", ingredient="azathioprine", role="brand"),
        ]
    )
    assert [owner.key for owner in taught.resolve_all("Flomax")] == ["azathioprine"]
    assert taught.resolve("Valium") is None
    assert taught.resolve("Jayempi") is not None


def test_without_aliases_nothing_changes() -> None:
    assert DrugKnowledge.shipped_with(NO_ALIASES) is DrugKnowledge.shipped()


def test_what_aliases_and_lists_disagree_about_is_told(aliases: Aliases) -> None:
    assert DrugKnowledge.shipped().conflicts(aliases) == (
        "Flomax: your aliases say azathioprine, the lists say tamsulosin",
    )
    wrong = Aliases(medicines=(OwnMedicine(ingredients=("imuran",), brands=("Imurek",)),))
    assert DrugKnowledge.shipped().conflicts(wrong) == (
        "imuran: your aliases say an ingredient, the lists say a brand of azathioprine",
    )
    agreed = Aliases(medicines=(OwnMedicine(ingredients=("azathioprine",), brands=("Imuran",)),))
    assert DrugKnowledge.shipped().conflicts(agreed) == ()


WORDS = st.sampled_from(("Imuran", "Flomax", "Zytrim", "ambrosia", "valium", "ice cream", "AZA"))


@given(
    brands=st.lists(WORDS, unique=True), ordinary=st.lists(WORDS, unique=True), text=st.text("a ")
)
def test_the_engine_protects_exactly_the_names_that_are_known(
    brands: list[str], ordinary: list[str], text: str
) -> None:
    rest = tuple(word for word in ordinary if word not in brands)
    medicine = OwnMedicine(ingredients=(f"new{text}name",), brands=tuple(brands))
    aliases = Aliases(medicines=(medicine,), ordinary=rest)
    names = OwnNames(protected=own_words(aliases), ordinary=ordinary_words(aliases))
    knowledge = DrugKnowledge.shipped().with_aliases(aliases)
    shipped = DrugKnowledge.shipped().protected
    assert shipped - names.ordinary | names.protected == knowledge.protected


def test_own_names_are_their_own_stem_and_ordinary_words_are_not() -> None:
    names = OwnNames(protected=frozenset({"tablets"}), ordinary=frozenset({"imuran"}))
    assert stemmer(names).stem("tablets") == "tablets"
    assert stemmer(OwnNames()).stem("tablets") == "tablet"
    assert stemmer(OwnNames()).stem("imurans") == "imuran"


# --- in an index ------------------------------------------------------------------------------

PAGES = {
    "imurek.html": "<h1>Imurek</h1><p>Imurek calms the immune system.</p><h2>Side effects</h2>"
    "<p>Nausea is common.</p>",
    "flomax.html": "<h1>Flomax</h1><p>Flomax is taken after breakfast.</p>",
    "zytrims.html": "<h1>Notes</h1><p>Of two zytrims one was lost.</p>",
}


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    for name, body in PAGES.items():
        text = f"<!doctype html><html><head><title>x</title></head><body>{body}</body></html>"
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def opened(tmp_path: Path, aliases: str = "") -> Index:
    return open_index(str(tmp_path / "index"), settings=Settings(aliases=aliases))


def found(index: Index, text: str) -> list[str]:
    return [hit.article.id for hit in index.search(SearchRequest(text=text)).hits]


def test_own_names_reach_subjects_queries_and_the_list_of_medicines(
    tmp_path: Path, pages: Path, file: Path
) -> None:
    index = opened(tmp_path, str(file))
    assert index.reindex(Corpus([pages]), OPTIONS).published
    (drug,) = index.article("imurek").drugs
    assert (drug.name, drug.ingredient) == ("Imurek", "azathioprine")
    assert set(found(index, "azathioprine")) == {"imurek", "flomax"}
    assert found(index, "aza side effects") == ["imurek"]
    assert found(index, "tamsulosin") == []
    (listed,) = index.drugs()
    assert (listed.name, listed.brands) == ("azathioprine", ("Flomax", "Imurek"))
    assert index.drug("aza").articles == ("flomax", "imurek")


def test_without_them_the_same_pages_say_something_else(tmp_path: Path, pages: Path) -> None:
    index = opened(tmp_path)
    index.reindex(Corpus([pages]), OPTIONS)
    assert index.article("imurek").drugs == ()
    assert found(index, "tamsulosin") == ["flomax"]


def test_other_aliases_build_the_index_anew_and_the_same_ones_do_not(
    tmp_path: Path, pages: Path, file: Path
) -> None:
    plain = opened(tmp_path)
    plain.reindex(Corpus([pages]), OPTIONS)
    index = opened(tmp_path, str(file))
    first = index.reindex(Corpus([pages]), ReindexOptions(jobs=1, if_needed=True))
    assert (first.generation, first.unchanged) == (2, 3)
    assert "with other aliases; everything is indexed anew" in first.warnings[0]
    assert index.article("imurek").drugs
    again = opened(tmp_path, str(file)).reindex(Corpus([pages]), OPTIONS)
    assert (again.generation, again.warnings) == (2, ())
    schema = index.status().schema
    plain.reindex(Corpus([pages]), OPTIONS)
    assert plain.status().schema != schema
    assert plain.article("imurek").drugs == ()


def test_an_index_of_other_aliases_is_refused_with_what_to_do(
    tmp_path: Path, pages: Path, file: Path
) -> None:
    opened(tmp_path, str(file)).reindex(Corpus([pages]), OPTIONS)
    other = opened(tmp_path)
    for ask in (other.status, lambda: found(other, "flomax"), other.drugs):
        with pytest.raises(IndexUnavailableError, match=r"other aliases .*drugsearch reindex"):
            ask()
    assert other.verify().problems == ()


def test_an_open_index_follows_its_file_once_a_generation_was_built_with_it(
    tmp_path: Path, pages: Path, file: Path
) -> None:
    served = opened(tmp_path, str(file))
    served.reindex(Corpus([pages]), OPTIONS)
    assert found(served, "zytrim") == ["zytrims"]  # a form of it, as of any word
    written(tmp_path, FILE.replace('"AZA"', '"AZA", "Zytrims"'))
    assert found(served, "aza")  # nothing was published yet, so nothing has changed
    opened(tmp_path, str(file)).reindex(Corpus([pages]), OPTIONS)
    assert set(found(served, "zytrims")) == {"zytrims", "imurek", "flomax"}
    # A name is its own stem, in writing and in reading: what is like it is offered, not a form.
    assert served.search(SearchRequest(text="zytrim")).query.corrected == "Zytrims"
    assert served.status().generation == 2
    file.write_text("[[medicine]]\n", encoding="utf-8")
    opened(tmp_path).reindex(Corpus([pages]), OPTIONS)
    with pytest.raises(IndexUnavailableError, match="other aliases"):
        served.status()


def test_only_a_dry_run_tells_of_conflicts(tmp_path: Path, pages: Path, file: Path) -> None:
    index = opened(tmp_path, str(file))
    conflict = "Flomax: your aliases say azathioprine, the lists say tamsulosin"
    dry = index.reindex(Corpus([pages]), ReindexOptions(dry_run=True))
    assert dry.warnings == (conflict,)
    assert conflict not in index.reindex(Corpus([pages]), OPTIONS).warnings


def test_a_page_does_not_overrule_an_alias(tmp_path: Path, file: Path) -> None:
    folder = tmp_path / "stubborn"
    folder.mkdir()
    (folder / "imurek.html").write_text(
        "<!doctype html><html><body><h1>Imurek</h1><p>Imurek contains the active substances "
        "azathioprine and allopurinol.</p></body></html>"
    )
    (folder / "valium.html").write_text(
        "<!doctype html><html><body><h1>Valium</h1><p>Valium contains the active substance "
        "diazepam.</p><h2>How to take Valium</h2><p>Take Valium.</p><h2>Side effects of "
        "Valium</h2><p>Valium makes sleepy.</p><h2>Storing Valium</h2><p>Dry.</p></body></html>"
    )
    index = opened(tmp_path, str(file))
    index.reindex(Corpus([folder]), OPTIONS)
    keys = {drug.ingredient for drug in index.article("imurek").drugs}
    assert "azathioprine" in keys
    assert not any(key and "/" in key for key in keys)
    assert "Valium" not in {drug.name for drug in index.article("valium").drugs}
