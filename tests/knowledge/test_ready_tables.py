"""The tables edited by hand, and the form in which the program reads them."""

from concurrent.futures import ThreadPoolExecutor

from indexer.analysis.stemming import COMMON_STEMS
from indexer.knowledge.build_ready_tables import build, common_stems, text_of
from indexer.knowledge.drugs import DrugKnowledge
from indexer.knowledge.ready_tables import READY_TABLES
from indexer.knowledge.sections import find_intent


def test_the_ready_tables_are_what_the_written_ones_give() -> None:
    """After an edit: `python -m indexer.knowledge.build_ready_tables`."""
    assert READY_TABLES.read_text(encoding="utf-8") == text_of(build())


def test_the_common_stems_are_those_of_snowball() -> None:
    assert COMMON_STEMS.read_text(encoding="utf-8").splitlines() == common_stems()


def test_threads_that_look_up_for_the_first_time_find_the_same() -> None:
    words = ("how", "does", "it", "work")
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: find_intent(words), range(50)))) == 1


def test_a_class_is_made_of_single_ingredients_of_its_labels() -> None:
    knowledge = DrugKnowledge.shipped()
    members = knowledge.members("class:statin")
    assert "atorvastatin" in members
    assert all(knowledge.classes_of(key) and " / " not in key for key in members)
    assert knowledge.members("class:no such") == knowledge.members("atorvastatin") == ()
