"""Where a page is filed under something that its medicine is certainly not for.

A shop that files an immunosuppressant under *Pain Relief* may be wrong in other things too. Who is
warned for nothing stops reading warnings, so only what a class of medicines can never be is listed
here, by hand, for the headings under which sites file medicines most. Classes are named as in the
FDA's National Drug Code directory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from indexer.analysis.tokens import terms as analysed
from indexer.knowledge.drugs import DrugKnowledge, key_of
from indexer.model import Article, Notice

_SUPPRESSANTS: Final = (
    "Purine Antimetabolite",
    "Antimetabolite Immunosuppressant",
    "Calcineurin Inhibitor Immunosuppressant",
    "mTOR Inhibitor Immunosuppressant",
)
_HEART: Final = (
    "HMG-CoA Reductase Inhibitor",
    "Angiotensin Converting Enzyme Inhibitor",
    "Angiotensin 2 Receptor Blocker",
    "Vitamin K Antagonist",
    "Factor Xa Inhibitor",
    "P2Y12 Platelet Inhibitor",
)
_HORMONES: Final = ("Sulfonylurea", "Biguanide", "l-Thyroxine", "Insulin Analog")
_OTHERS: Final = ("Proton Pump Inhibitor", "Xanthine Oxidase Inhibitor", "Kinase Inhibitor")

_NEVER: Final[tuple[tuple[str, Sequence[str]], ...]] = (
    ("pain relief, pain killers, painkillers, pain reliever, pain relievers, analgesics",
     (*_SUPPRESSANTS, *_HEART, *_HORMONES, *_OTHERS)),
    ("antibiotics, antibiotic",
     (*_SUPPRESSANTS, *_HEART, *_HORMONES, *_OTHERS, "Serotonin Reuptake Inhibitor",
      "Nonsteroidal Anti-inflammatory Drug", "Opioid Agonist", "Benzodiazepine", "Corticosteroid")),
    ("birth control, contraceptives, contraception",
     (*_SUPPRESSANTS, *_HEART, *_HORMONES, *_OTHERS, "Serotonin Reuptake Inhibitor",
      "Nonsteroidal Anti-inflammatory Drug", "Opioid Agonist", "Benzodiazepine")),
    ("weight loss, slimming",
     (*_SUPPRESSANTS, *_HEART, *_OTHERS, "Sulfonylurea", "l-Thyroxine", "Insulin Analog",
      "Nonsteroidal Anti-inflammatory Drug", "Opioid Agonist", "Benzodiazepine")),
    ("erectile dysfunction, men's health, mens health",
     (*_SUPPRESSANTS, *_HEART, *_HORMONES, *_OTHERS, "Serotonin Reuptake Inhibitor",
      "Nonsteroidal Anti-inflammatory Drug", "Opioid Agonist", "Benzodiazepine")),
)  # fmt: skip
"""Names of categories, and the classes of medicines that are never filed there rightly."""


def category_notices(article: Article, knowledge: DrugKnowledge) -> Iterator[Notice]:
    """Yield which categories of an article contradict the class of its medicine, for people."""
    for drug in article.drugs[:1]:
        for drug_class in knowledge.classes_of(key_of(drug)):
            for category in article.categories:
                if drug_class in _never_under(category):
                    yield Notice(
                        code="category-mismatch",
                        text=f"The page files this under “{category}”, but {drug.name} is of the "
                        f"class {drug_class}: no medicine of that class belongs there.",
                    )
                    return


def _never_under(category: str) -> Iterable[str]:
    asked = analysed(category)
    for names, classes in _NEVER:
        if asked in [analysed(name) for name in names.split(", ")]:
            return classes
    return ()
