"""Drug labels of openFDA as pages: https://open.fda.gov/apis/drug/label/ tells their fields.

The text of a field begins with its heading ("6 ADVERSE REACTIONS The following …"), holds the
text of the fields that lie below it, and that of its tables, which `FIELD_table` gives as HTML.
A page has each text once, under its own heading.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from relevance import Page, paragraphs

BOOKKEEPING = {"openfda", "id", "set_id", "version", "effective_time", "spl_product_data_elements"}

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "animal_pharmacology_and_or_toxicology": (
        "Animal toxicology and/or pharmacology",
        "Animal toxicology",
    ),
    "boxed_warning": ("Boxed warning",),
    "carcinogenesis_and_mutagenesis_and_impairment_of_fertility": (
        "Carcinogenesis, mutagenesis, and impairment of fertility",
        "Carcinogenesis, mutagenesis, impairment of fertility",
    ),
    "drug_and_or_laboratory_test_interactions": ("Drug/laboratory test interactions",),
    "general_precautions": ("General",),
    "how_supplied": ("How supplied/storage and handling", "How supplied"),
    "information_for_patients": ("Patient counseling information", "Information for patients"),
    "labor_and_delivery": ("Labor and delivery", "Lactation"),
    "mechanism_of_action": ("Mechanism of action", "Mechanisms of action", "Actions"),
    "nonteratogenic_effects": ("Nonteratogenic effects", "Non-teratogenic effects"),
    "nursing_mothers": ("Nursing mothers", "Lactation"),
    "package_label_principal_display_panel": ("Package label", "Principal display panel"),
    "spl_medguide": ("Medication guide",),
    "spl_patient_package_insert": ("Patient information",),
    "spl_unclassified_section": ("Further information",),
    "storage_and_handling": ("Storage and handling", "Storage"),
    "warnings_and_cautions": ("Warnings and precautions",),
}
"""What a field's heading can be where it is not the field's name; the first is the usual one."""

ORDER = tuple(
    "boxed_warning recent_major_changes indications_and_usage dosage_and_administration"
    " dosage_forms_and_strengths contraindications warnings_and_cautions warnings precautions"
    " general_precautions laboratory_tests adverse_reactions drug_interactions"
    " drug_and_or_laboratory_test_interactions use_in_specific_populations pregnancy"
    " teratogenic_effects nonteratogenic_effects labor_and_delivery nursing_mothers pediatric_use"
    " geriatric_use drug_abuse_and_dependence controlled_substance abuse dependence overdosage"
    " description clinical_pharmacology mechanism_of_action pharmacodynamics pharmacokinetics"
    " microbiology pharmacogenomics nonclinical_toxicology"
    " carcinogenesis_and_mutagenesis_and_impairment_of_fertility"
    " animal_pharmacology_and_or_toxicology clinical_studies references how_supplied"
    " storage_and_handling information_for_patients patient_medication_information"
    " spl_unclassified_section spl_patient_package_insert spl_medguide instructions_for_use"
    " package_label_principal_display_panel".split()
)
"""The fields as a label has them; openFDA gives those of older labels in no order."""

NUMBER = re.compile(r"(?:section )?(\d{1,2}(?:\.\d{1,2})?\.?|[a-z]\.)\s+", re.IGNORECASE)
WHOLE_NUMBER = re.compile(r"\d{1,2}\.? (?=\D)")  # of a section that lies below no other
SUBSECTION = re.compile(r"(?<=[\s.)])(?=\d{1,2}\.\d{1,2} [A-Z])")
BULLET = re.compile(r"\s[•●▪]\s")
SHORTEST_CUT = 20  # characters; a shorter text may stand in another by chance
UPPER_BRAND_TAILS = {"SR", "XR", "ODT", "EJFV"}
SALTS = set(
    "hydrochloride hydrobromide sodium potassium calcium magnesium sulfate phosphate maleate"
    " fumarate mesylate succinate citrate acetate valerate tosylate gluconate chloride meglumine"
    " camsylate s-malate ditosylate".split()
)
SUFFIX = re.compile(r"-[a-z]{4}$")  # the four letters that mark a biologic's maker
PREFIX = re.compile(r"^(?:fam|ado)-")


@dataclass(frozen=True, slots=True)
class LabelSection:
    """A field of a label as a section of the page."""

    field: str
    heading: str
    html: str
    within: tuple[str, ...]
    """The fields whose text holds this one's."""


@dataclass(frozen=True, slots=True)
class Label:
    """A label: the medicine's names and the sections."""

    name: str
    brand: str
    generic: str
    ingredients: frozenset[str]
    """Lower case, without salts."""
    sections: tuple[LabelSection, ...]
    modified: str


def read_labels(folder: Path) -> list[Label]:
    """Return the labels of a folder of openFDA answers, by file name."""
    labels = []
    for path in sorted(folder.glob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))["results"][0]
        labels.append(_label(path.stem.lower(), record))
    return labels


def page_of(label: Label, *, with_generic: bool) -> Page:
    """Return a label as a page, entitled "Brand (generic)" or "Brand"."""
    title = label.brand
    if with_generic and label.generic.casefold() != label.brand.casefold():
        title = f"{label.brand} ({label.generic})"
    body = "\n".join(
        f"<h2>{html.escape(section.heading)}</h2>\n{section.html}" for section in label.sections
    )
    return Page(label.name, title, body, label.modified)


def folded(generic: str) -> str:
    """Return the name of an ingredient without its salt and a biologic's affixes."""
    words = [word for word in generic.casefold().split() if word.strip(",") not in SALTS]
    return PREFIX.sub("", SUFFIX.sub("", " ".join(words)))


def _label(name: str, record: Mapping[str, list[str]]) -> Label:
    names: Mapping[str, list[str]] = record["openfda"]  # type: ignore[assignment]
    brand = _brand(names["brand_name"][0])
    generic = names["generic_name"][0].casefold()
    if generic == brand.casefold() and "substance_name" in names:
        generic = " and ".join(names["substance_name"]).casefold()
    day = str(record["effective_time"])
    return Label(
        name=name,
        brand=brand,
        generic=generic,
        ingredients=frozenset(folded(part) for part in re.split(r",? and |, | in ", generic)),
        sections=tuple(_sections(record)),
        modified=f"{day[:4]}-{day[4:6]}-{day[6:8]}",
    )


def _brand(name: str) -> str:
    """Return a brand as people write it: "NATPARA (parathyroid hormone)" is Natpara."""
    words = name.partition(" (")[0].split()
    return " ".join(
        word if word in UPPER_BRAND_TAILS else word.capitalize() if word.isupper() else word
        for word in words
    )


def _sections(record: Mapping[str, list[str]]) -> Iterator[LabelSection]:
    texts = {
        field: list(dict.fromkeys(text.strip() for text in record[field] if text.strip()))
        for field in sorted(record, key=_place_on_page)
        if field not in BOOKKEEPING and not field.endswith("_table")
    }
    for field, parts in texts.items():
        inner = [
            text
            for other, shorter in texts.items()
            if other != field and all(_holds(parts, text) for text in shorter)
            for text in shorter
        ]
        within = tuple(
            other
            for other, longer in texts.items()
            if other != field and all(_holds(longer, text) for text in parts)
            if not WHOLE_NUMBER.match(parts[0] if parts else "")
        )
        found = [_heading(field, text) for text in parts]
        tables = record.get(f"{field}_table", [])
        blocks = filter(None, [_html(rest, inner, tables) for _, rest in found])
        if found:
            yield LabelSection(field, found[0][0], "\n".join(blocks), within)


def _place_on_page(field: str) -> int:
    return ORDER.index(field) if field in ORDER else len(ORDER)


def _holds(longer: Sequence[str], text: str) -> bool:
    return len(text) >= SHORTEST_CUT and any(len(text) < len(one) and text in one for one in longer)


def _heading(field: str, text: str) -> tuple[str, str]:
    """Return a section's heading, in sentence case, and the text without it."""
    numbered = NUMBER.match(text)
    number = f"{numbered[1]} " if numbered else ""
    rest = text[numbered.end() :] if numbered else text
    usual = field.removeprefix("spl_").replace("_", " ").capitalize()
    names = HEADINGS.get(field, (usual,))
    for name in names:
        if rest.casefold().startswith(name.casefold()):
            return f"{number}{name}", rest[len(name) :].lstrip(" :.-–—")
    return names[0], text


def _html(text: str, inner: Sequence[str], tables: Sequence[str]) -> str:
    """Return a text as HTML, without the texts of other fields and with its tables in place."""
    for part in sorted(inner, key=len, reverse=True):
        text = text.replace(part, "\n")
    blocks = []
    for table in tables:
        place = _place(text, re.sub(r"<[^>]*>", "", table))
        if place is not None:
            blocks += [_prose(text[: place[0]]), table]
            text = text[place[1] :]
    return "\n".join(filter(None, [*blocks, _prose(text)]))


def _place(text: str, part: str) -> tuple[int, int] | None:
    """Return where a text stands in another when space does not count."""
    places = [place for place, sign in enumerate(text) if not sign.isspace()]
    wanted = "".join(html.unescape(part).split())
    start = "".join(text[place] for place in places).find(wanted) if wanted else -1
    return None if start < 0 else (places[start], places[start + len(wanted) - 1] + 1)


def _prose(text: str) -> str:
    """Return a text as paragraphs and lists: subsections and bullets begin anew."""
    blocks = []
    for line in text.split("\n"):
        for subsection in SUBSECTION.split(line):
            lead, *items = BULLET.split(f" {subsection}")
            blocks.append(paragraphs([lead]))
            if items:
                listed = "".join(f"<li>{html.escape(item.strip())}</li>" for item in items)
                blocks.append(f"<ul>{listed}</ul>")
    return "\n".join(filter(None, blocks))
