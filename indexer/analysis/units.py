"""The units of doses and times, and the ways to write each.

Writing a unit in another way never changes the amount: symbol and word stand for each other, one
unit never for another (`mg` is not `mcg`; an international unit is not any unit). What is counted
when a medicine is taken (tablets, drops, puffs) is a unit too, because "2 tablets" is a dose.
"""

from __future__ import annotations

from typing import Final

_WRITTEN: Final = """
    kg kilogram kilograms kilogramme kilogrammes
    g gram grams gramme grammes gm
    mg milligram milligrams milligramme milligrammes
    mcg microgram micrograms microgramme microgrammes
    ng nanogram nanograms nanogramme nanogrammes
    pg picogram picograms
    l liter liters litre litres
    dl deciliter deciliters decilitre decilitres
    ml milliliter milliliters millilitre millilitres
    ul microliter microliters microlitre microlitres
    mol
    mmol millimole millimoles
    umol micromole micromoles
    meq milliequivalent milliequivalents
    mosm milliosmole milliosmoles
    iu
    unit units u
    %
    ‰
    mm millimeter millimeters millimetre millimetres
    cm centimeter centimeters centimetre centimetres
    m2
    mmhg
    kcal kilocalorie kilocalories
    kj kilojoule kilojoules
    mbq megabecquerel megabecquerels
    gbq gigabecquerel gigabecquerels
    lb lbs pound pounds
    oz ounce ounces
    s sec secs second seconds
    min minute minutes mins
    h hour hours hr hrs
    day days
    week weeks wk wks
    month months
    year years yr yrs
    tablet tablets tab tabs
    capsule capsules cap caps
    drop drops
    puff puffs
    sachet sachets
    teaspoon teaspoons tsp
    tablespoon tablespoons tbsp
    vial vials
    ampoule ampoules ampule ampules
    patch patches
"""
"""A unit a line: its canonical term first, then its other folded terms."""

_VARIANTS: Final = {
    term: variants
    for variants in (tuple(line.split()) for line in _WRITTEN.strip().splitlines())
    for term in variants
}


def is_unit(term: str) -> bool:
    """Say whether a folded term can measure the number before it."""
    return term in _VARIANTS


def unit_variants(term: str) -> tuple[str, ...]:
    """Return all folded terms of a unit, the canonical one first; any other term alone."""
    return _VARIANTS.get(term, (term,))
