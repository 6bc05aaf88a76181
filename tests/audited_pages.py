"""Pages for the tests of the audit: one without a fault, and one for each kind of finding."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

SOURCES_TOML = """
[[source]]
match = "unsigned/*"
publisher = "Nobody"
type = "clinic"

[[source]]
match = "*.html"
publisher = "Sample Clinic"
type = "clinic"
"""

LINK = '<link rel="canonical" href="https://clinic.example.org/{name}">'
DATE = '<meta property="article:modified_time" content="2026-05-01T00:00:00Z">'

SECTIONS: Mapping[str, str] = MappingProxyType(
    {
        "What {brand} is used for": "It is used after a transplant.",
        "Dosage": "Take one tablet a day.",
        "Who should not take {brand}": "Do not take it if you are allergic to it.",
        "Side effects": "Nausea is common.",
        "Interactions": "Tell your doctor which other medicines you take.",
        "Pregnancy and breast-feeding": "Ask your doctor first.",
        "Overdose": "Call a doctor at once.",
        "Storage": "Keep the tablets dry.",
    }
)


def article(
    name: str,
    brand: str = "Imuran",
    ingredient: str = "azathioprine",
    *,
    head: str = DATE,
    link: str = LINK,
    charset: str = '<meta charset="utf-8">',
    leave_out: str = "",
    more: str = "",
) -> str:
    """Return a page about a medicine, without a fault unless one is planted."""
    sections = "".join(
        f"<h2>{heading.format(brand=brand)}</h2><p>{text}</p>"
        for heading, text in SECTIONS.items()
        if not leave_out or leave_out not in heading
    )
    return (
        f"<!doctype html><html lang=en><head>{charset}<title>{brand}</title>"
        f"{link.format(name=name)}{head}</head><body><main><h1>{brand} ({ingredient})</h1>"
        f"<p>{brand} contains the active substance {ingredient}.</p>{sections}{more}"
        "</main></body></html>"
    )


CLEAN = article("clean")

FOREIGN = (
    "<h2>A word on headaches</h2><p>Ibuprofen and paracetamol are sold without a prescription. "
    "Aspirin, ibuprofen and naproxen are taken with food, paracetamol need not be.</p>"
)
FIGURES = (
    "<h2>Mild side effects</h2><p>78 % of patients had mild side effects.</p>"
    "<table><tr><th>Effect</th><th>Percentage of patients</th></tr>"
    "<tr><td>Mild side effects</td><td>15%</td></tr></table>"
)

PLANTED: Mapping[str, str] = MappingProxyType(
    {
        "conflicting-figures": article("conflicting-figures", more=FIGURES),
        "off-topic": article("off-topic", more=FOREIGN),
        "misspelt-name": article(
            "misspelt-name", more="<h2>More</h2><p>Never stop azathiaprine on your own.</p>"
        ),
        "unknown-medicine": article("unknown-medicine", "Quuxalin", "quuxabarb"),
        "missing-section": article("missing-section", "Flomax", "tamsulosin", leave_out="Overd"),
        "missing-heading": article(
            "missing-heading",
            "Prograf",
            "tacrolimus",
            leave_out="Pregnancy",
            more="<h2>More</h2><p>Do not use it in pregnancy or while breast-feeding.</p>",
        ),
        "stale-date": article("stale-date", head=DATE.replace("2026", "2019")),
        "no-date": article("no-date", head=""),
        "guessed-encoding": article("guessed-encoding", charset="", more="<p>2 \u00b5g</p>"),
        "parse-warning": article("parse-warning", more="<p><del>Once a week.</del></p>"),
        "several-titles": article("several-titles", more="<h1>Another title</h1><p>Text.</p>"),
        "skipped-level": article("skipped-level", more="<h4>Far below</h4><p>Text.</p>"),
        "empty-heading": article("empty-heading", more="<h2> </h2><p>Text.</p>"),
        "repeated-heading": article("repeated-heading", more="<h2>Storage</h2><p>Cold.</p>"),
        "no-publisher": article("no-publisher"),
        "no-address": article("no-address", link=""),
        "set-aside": "",
    }
)
"""A page for each kind of finding, which is all that is found in it."""


def write_audited(folder: Path) -> Path:
    """Write the pages into a folder, the one without a publisher where no rule meets it."""
    folder.mkdir()
    (folder / "sources.toml").write_text(SOURCES_TOML, encoding="utf-8")
    (folder / "clean.html").write_text(CLEAN, encoding="utf-8")
    for code, text in PLANTED.items():
        below = folder / "other" if code == "no-publisher" else folder
        below.mkdir(exist_ok=True)
        encoding = "cp1252" if code == "guessed-encoding" else "utf-8"
        (below / f"{code}.html").write_text(text, encoding=encoding)
    return folder
