"""What a heading says its section is, and what a query asks for."""

import pytest

from indexer.analysis.tokens import terms
from indexer.knowledge.section_cues import HEADING_CUES, QUERY_CUES, WEAK_HEADING_CUES
from indexer.knowledge.sections import KINDS, NAME_TERM, classify, find_intent, kind_named

HEADINGS = {
    "boxed-warning": [
        "Boxed warning: infections",
        "BLACK BOX WARNING",
        "WARNING: BLEEDING RISK",
        "WARNING: LOW SODIUM",
    ],
    "indications": [
        "1. What Jayempi is and what it is used for",
        "1 INDICATIONS AND USAGE",
        "Conditions treated with Imuran",
        "Uses",
        "Why it is prescribed",
    ],
    "dosage": [
        "3. How to take Jayempi",
        "2 DOSAGE AND ADMINISTRATION",
        "How you are given Vidaza",
        "If you forget a dose",
        "Pediatric dosage",
    ],
    "forms": ["3 DOSAGE FORMS AND STRENGTHS", "16 HOW SUPPLIED", "What Jayempi looks like"],
    "contraindications": [
        "4 CONTRAINDICATIONS",
        "Who should not take Imuran?",
        "Do not take Jayempi",
    ],
    "warnings-precautions": [
        "2. What you need to know before you take Jayempi",
        "5 WARNINGS AND PRECAUTIONS",
        "Before taking Imuran",
        "What is the most important information I should know about Imuran?",
    ],
    "adverse-reactions": [
        "4. Possible side effects",
        "6 ADVERSE REACTIONS",
        "Side effects in children",
        "Unwanted effects",
    ],
    "interactions": [
        "7 DRUG INTERACTIONS",
        "Other medicines and Jayempi",
        "Can I drink alcohol?",
        "What other drugs will affect Imuran?",
    ],
    "specific-populations": ["8 USE IN SPECIFIC POPULATIONS", "8.6 Renal impairment"],
    "pregnancy": ["8.1 Pregnancy", "Pregnancy, breast-feeding and fertility", "Having a baby"],
    "lactation": ["Nursing mothers", "8.2 Lactation", "Breast-feeding", "Nursing a baby"],
    "pediatric": ["8.4 Pediatric use", "Children and adolescents"],
    "geriatric": ["8.5 Geriatric use", "Older people"],
    "overdose": [
        "10 OVERDOSAGE",
        "What if I take too much?",
        "If you take more Jayempi than you should",
    ],
    "abuse-dependence": ["9 DRUG ABUSE AND DEPENDENCE", "Withdrawal symptoms"],
    "description": [
        "What is Imuran?",
        "11 DESCRIPTION",
        "6. Contents of the pack and other information",
        "What Jayempi contains",
    ],
    "clinical-pharmacology": ["12 CLINICAL PHARMACOLOGY", "12.2 Pharmacodynamics"],
    "mechanism": ["12.1 Mechanism of action", "How does Imuran work?", "How it works"],
    "pharmacokinetics": ["12.3 Pharmacokinetics", "Absorption and half-life"],
    "clinical-studies": ["14 CLINICAL STUDIES", "Imuran in figures"],
    "storage": ["5. How to store Jayempi", "16.2 Storage and handling"],
    "patient-counseling": ["17 PATIENT COUNSELING INFORMATION", "When to call your doctor"],
    "monitoring": ["Blood tests during treatment", "Check-ups"],
    "other": ["What is in this leaflet", "References", "A word on gardening", "5.1 Hepatotoxicity"],
}

QUERIES = {
    "boxed-warning": ["{} black box warning", "boxed warning {}"],
    "indications": ["what is {} used for", "{} uses", "conditions treated by {}"],
    "dosage": ["{} dose", "how to take {}", "how much {} should I take", "missed dose {}"],
    "forms": ["{} strengths", "{} dosage forms"],
    "contraindications": ["who should not take {}", "{} contraindications"],
    "warnings-precautions": ["{} warnings", "before taking {}", "{} precautions"],
    "adverse-reactions": ["{} side effects", "side effects of {}", "is {} safe"],
    "interactions": [
        "can I drink alcohol with {}",
        "is it safe to drink alcohol with {}",
        "{} interactions",
        "does {} interact with antacids",
    ],
    "specific-populations": ["{} use in specific populations"],
    "pregnancy": ["{} pregnancy", "is {} safe in pregnancy", "{} while pregnant"],
    "lactation": ["{} breastfeeding", "is {} safe while breast-feeding"],
    "pediatric": ["{} children", "{} for kids", "{} pediatric use"],
    "geriatric": ["{} elderly", "{} in older people"],
    "overdose": ["{} overdose", "what if I take too much {}", "took too many {}"],
    "abuse-dependence": ["is {} addictive", "{} withdrawal"],
    "description": ["what is {}", "{} ingredients"],
    "clinical-pharmacology": ["{} pharmacology"],
    "mechanism": ["how does {} work", "{} mechanism of action", "how {} works"],
    "pharmacokinetics": ["{} half-life", "{} pharmacokinetics"],
    "clinical-studies": ["{} clinical trials", "{} statistics"],
    "storage": ["how to store {}", "{} storage"],
    "patient-counseling": ["{} patient counseling", "what to tell your doctor {}"],
    "monitoring": ["{} blood tests", "{} monitoring"],
}


@pytest.mark.parametrize(
    ("heading", "kind"),
    [(heading, kind) for kind, headings in HEADINGS.items() for heading in headings],
)
def test_a_heading_tells_the_kind_of_its_section(heading: str, kind: str) -> None:
    assert classify(heading)[0] == kind


@pytest.mark.parametrize(
    ("query", "kind"), [(query, kind) for kind, queries in QUERIES.items() for query in queries]
)
def test_a_query_asks_for_a_kind_of_section(query: str, kind: str) -> None:
    words = terms(query.format("medicine"))
    intent = find_intent([NAME_TERM if word == "medicine" else word for word in words])
    assert intent is not None
    assert intent.kind == kind


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("1 What the injection is for", "indications"),
        ("What Glucotrol is good for", "indications"),
        ("When Prilosec is not an option", "contraindications"),
        ("When Glucotrol is not allowed", "contraindications"),
        ("Please note before use", "warnings-precautions"),
        ("Easily mixed up", "warnings-precautions"),
        ("Warning about the heart", "warnings-precautions"),
        ("Do other drugs get in the way?", "interactions"),
        ("Switching from insulin", "dosage"),
        ("Expecting a child", "pregnancy"),
        ("Mothers who nurse", "lactation"),
        ("Older men, kidneys and liver", "geriatric"),
        ("Too many tablets", "overdose"),
        ("How diazepam calms", "mechanism"),
        ("How it reduces acid", "mechanism"),
        ("Keeping", "storage"),
        ("Keep it cool", "storage"),
        ("Keeping in touch", "other"),
    ],
)
def test_plain_words_for_a_kind_are_understood(heading: str, kind: str) -> None:
    assert classify(heading)[0] == kind


def test_every_kind_is_tested() -> None:
    names = {kind.name for kind in KINDS}
    assert len(names) == 24
    assert set(HEADINGS) == names
    assert set(QUERIES) == names - {"other"}


def test_kinds_have_labels_codes_and_known_parents() -> None:
    for kind in KINDS:
        assert kind.label
        assert kind.loinc or kind.name == "monitoring"
        assert kind.parent is None or kind_named(kind.parent) is not None
    assert kind_named("side effects") is None


def test_the_rule_is_told_in_words() -> None:
    assert classify("4. Possible side effects") == (
        "adverse-reactions",
        'heading says "side effects"',
    )
    assert classify("Headache", parent_kind="adverse-reactions") == (
        "adverse-reactions",
        "inherited from adverse-reactions",
    )


def test_a_sentence_marked_up_as_a_heading_is_judged_by_its_beginning() -> None:
    sentence = (
        "Vitamin K antagonists such as warfarin, which thin the blood: ask about side effects"
    )
    assert classify(sentence)[0] == "other"


def test_children_below_dosage_tells_whose_dosage() -> None:
    assert classify("Children", parent_kind="dosage")[0] == "dosage"
    assert classify("Pregnancy", parent_kind="warnings-precautions")[0] == "pregnancy"


def test_what_stands_below_a_description_is_not_described_by_it() -> None:
    assert classify("Marketing authorisation holder", parent_kind="description")[0] == "other"


def test_a_title_that_lists_its_contents_is_none_of_them() -> None:
    title = "Imuran \N{EN DASH} A Guide to its Uses, Dosage and Side Effects"
    assert classify(title, is_title=True)[0] == "description"
    assert classify("Imuran side effects", is_title=True)[0] == "other"


@pytest.mark.parametrize(
    "query", ["treatment", "colitis treatment", "blood", "not", "pain in the neck", "", "uses of"]
)
def test_an_ambiguous_word_alone_is_no_intent_but_uses_is(query: str) -> None:
    found = find_intent(terms(query))
    assert (found is None) == (query != "uses of")


def test_an_intent_tells_the_words_that_it_took() -> None:
    found = find_intent(["how", "does", NAME_TERM, "work", "exactly"])
    assert found is not None
    assert (found.start, found.end) == (0, 4)
    assert found.matched_terms == ("how", "does", "work")
    assert found.positions == (0, 1, 3)


def test_the_longest_cue_wins_then_the_first() -> None:
    longest = find_intent(terms("dose and is it safe in pregnancy"))
    assert longest is not None
    assert longest.kind == "pregnancy"
    first = find_intent(terms("side effects blood tests"))
    assert first is not None
    assert first.kind == "adverse-reactions"


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("valium children dose", "dosage"),
        ("side effects in the elderly", "adverse-reactions"),
        ("overdose children", "overdose"),
        ("children storage", "pediatric"),
        ("is it safe for children", "pediatric"),
    ],
)
def test_a_population_tells_whose_dose_is_asked_for(query: str, kind: str) -> None:
    intent = find_intent(terms(query))
    assert intent is not None
    assert intent.kind == kind


def test_every_word_of_every_cue_can_match() -> None:
    """A cue's word that the analysis would split could never stand in a heading or query."""
    marks = {"...", "^", "$"}
    for table in (HEADING_CUES, WEAK_HEADING_CUES, QUERY_CUES):
        for kind, cues in table:
            assert kind_named(kind) is not None
            for cue in cues:
                words = [
                    word for mark in cue.split() if mark not in marks for word in mark.split("|")
                ]
                assert all(len(terms(word)) == 1 for word in words), cue
