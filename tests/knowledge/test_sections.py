"""What a heading says its section is, and what a query asks for."""

import pytest

from indexer.analysis.tokens import terms
from indexer.knowledge.build_ready_tables import read_toml
from indexer.knowledge.sections import (
    KINDS,
    NAME_TERM,
    TABLE,
    classify,
    find_intent,
    kind_named,
)

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


# Wordings of people and of page designers, cut at the commas.
ASKED = {
    "contraindications": (
        "when must {} not be used, when should {} not be taken, when should you not take {}, "
        "who must avoid {}, who can't take {}, {} must not be used, reasons not to take {}, "
        "who is not allowed to take {}, not allowed to take {}, should not take {}, "
        "who should avoid {}, who shouldn't take {}, when is {} contraindicated, "
        "people who can't use {}, what are the contraindications of {}, "
        "who cant take {}"  # codespell:ignore cant
    ),
    "interactions": (
        "can I take {} together with other drugs, can I take {} with other medicines, "
        "can I take {} with other drugs, which medicines interact with {}, "
        "what drugs should not be taken with {}, medicines to avoid with {}, "
        "what drugs to avoid with {}, drugs to avoid while taking {}, "
        "{} and other medicines, {} with other medication, does {} react with alcohol, "
        "can {} be mixed with alcohol, can {} be taken together with antacids, "
        "what medicines should I not take with {}, other drugs while on {}, "
        "can I take {} and ibuprofen together, is {} safe with alcohol, "
        "what medicines must I not take with {}, what are the interactions of {}, "
        "what are the drug interactions of {}"
    ),
    "lactation": (
        "nursing {}, {} nursing, {} while nursing a baby, {} when nursing, "
        "can I nurse my baby on {}, does {} pass into breast milk, "
        "does {} get into breast milk, {} for a breast fed baby"
    ),
    "abuse-dependence": (
        "stopping {} abruptly, stopping {}, stopping {} suddenly, coming off {}, "
        "how to come off {}, can I just stop taking {}, can I stop taking {}, "
        "what happens if I stop taking {}, what happens when you stop {}, weaning off {}, "
        "tapering off {}, how to taper off {}, quit taking {}, can you get addicted to {}, "
        "get hooked on {}, is {} addictive, {} withdrawal symptoms, "
        "withdrawal symptoms of {}, what is {} withdrawal"
    ),
    "description": (
        "what's in {}, whats in {}, what is in {}, what is inside {}, "  # codespell:ignore whats
        "what does {} consist of, what does {} contain, does {} contain lactose, "
        "does {} contain gluten, what ingredients are in {}, what kind of medicine is {}, "
        "what type of drug is {}, what class of drug is {}, {} drug class, "
        "inactive ingredients of {}, contents of {}, what is {}, whats {}"  # codespell:ignore whats
    ),
    "pharmacokinetics": (
        "how long is {} in the body, how long does {} stay in your system, "
        "how long does {} stay in the blood, how is {} metabolized, how is {} eliminated, "
        "how is {} broken down, {} metabolism, metabolism of {}, "
        "how long until {} leaves the body, how long until {} is out of my system, "
        "how does the body handle {}, how does the body break down {}, {} clearance, "
        "{} half life, what is the half life of {}, what is the metabolism of {}, "
        "what does the body do with {}"
    ),
    "dosage": (
        "forgot to take {}, forgot my {} dose, missed one dose of {}, missed a pill of {}, "
        "missed two doses of {}, {} missed tablet, what if I miss a dose of {}, "
        "what if I forget to take {}, if I forgot to take {}, "
        "can I take a double dose of {}, maximum daily dose of {}, {} max daily dose, "
        "how do I take {}, how do I inject {}, how should I take {}, how is {} dosed, "
        "how much {} per day, how much {} should I take, how many {} per day, "
        "how many times a day {}, what time of day should I take {}, when should I take {}, "
        "how often should I take {}, what is a safe dose of {}, what is {} dosage"
    ),
    "forms": (
        "strength of {}, {} strength, {} strengths, {} dosage forms and strengths, "
        "what forms does {} come in, what strengths are there of {}, "
        "{} tablets available as, {} tablet sizes, what do {} tablets look like, "
        "what color is {}, what are the strengths of {}, what are the dosage forms of {}"
    ),
    "indications": (
        "what is {} approved for, {} approved for, what illnesses does {} treat, "
        "which diseases does {} treat, what is {} for, what is {} used for, "
        "what are {} tablets for, why is {} prescribed, what is the use of {}, "
        "what are the uses of {}, what are the benefits of {}"
    ),
    "warnings-precautions": (
        "warnings for {}, warnings about {}, important warnings {}, "
        "what should I look out for with {}, what should I watch out for on {}, "
        "before starting {}, what to know before taking {}, what are the warnings for {}, "
        "what are the precautions of {}"
    ),
    "adverse-reactions": (
        "{} side effects list, what can go wrong with {}, unpleasant effects of {}, "
        "bad reaction to {}, risks of {}"
    ),
    "pregnancy": (
        "is {} and pregnancy safe, {} pregnancy category, is {} safe for pregnant women, "
        "{} in the first trimester, {} in first trimester, {} during third trimester, "
        "can {} harm my unborn baby, does {} harm the baby, planning a baby on {}, "
        "trying for a baby {}, what does {} do to the baby, "
        "what does {} do to unborn babies"
    ),
    "pediatric": (
        "{} for babies, can I give {} to my child, can I give {} to children, "
        "can children take {}, can {} be given to children, {} for my son, "
        "from what age can {} be used, what age can take {}, how old must you be to take {}, "
        "{} teenagers, {} under age 12, is {} safe for babies, is {} safe for my child, "
        "what age is {} for"
    ),
    "geriatric": (
        "{} over 65, {} seniors, {} in old people, {} for seniors, {} older person, "
        "{} in old age, is {} safe for seniors, is {} safe for people over 65"
    ),
    "overdose": (
        "took too many {}, took too many {} tablets, swallowed too many {}, took {} twice, "
        "I took double dose of {}, accidentally took {}, accidentally took two {}, "
        "took twice as much {}, too many {} tablets, od on {}, can you od on {}, "
        "{} antidote, antidote for {}, {} overdose symptoms, signs of {} overdose, "
        "what is the antidote for {}, what are the symptoms of {} overdose, "
        "how much {} is too much, lethal dose of {}, what is the lethal dose of {}, "
        "what dose of {} is fatal, how many {} are lethal"
    ),
    "mechanism": (
        "how it works {}, how does it work {}, the way {} works, "
        "what does {} do to the body, what does {} do in the brain, what does {} do, "
        "what is the mechanism of {}, what's the mechanism of {}"
    ),
    "clinical-studies": (
        "{} trial results, {} study data, {} clinical data, efficacy of {}, {} efficacy, "
        "how effective is {}, does {} really work, what is the efficacy of {}, "
        "what is the evidence for {}"
    ),
    "storage": (
        "does {} need to be refrigerated, does {} go in the fridge, "
        "should {} be kept in the fridge, keep {} in fridge, "
        "can {} be kept at room temperature, {} room temperature, how long does {} keep, "
        "does {} expire, {} expiration date, {} after opening, how should I store {}, "
        "where should {} be stored, how must {} be stored, what is the shelf life of {}, "
        "what is the storage temperature of {}"
    ),
    "monitoring": (
        "monitor {}, what tests do I need on {}, which blood tests do I need with {}, "
        "blood tests when taking {}, {} blood tests required, {} check ups, "
        "regular checks {}, how often are blood tests needed with {}, "
        "tests before starting {}"
    ),
    "clinical-pharmacology": "what is the pharmacology of {}",
    "boxed-warning": "what is the black box warning for {}, what is the boxed warning of {}",
}

HEADED = {
    "indications": (
        "Approved for what, When Imuran is prescribed, Which illnesses is it for?, "
        "What it treats, What it helps, Taking it for pain, Taking Imuran for colitis"
    ),
    "dosage": (
        "Missed a capsule?, Forgot a dose?, Missed tablets, Missed pills, Forgotten doses, "
        "Can I stop taking it?, Stopping treatment, Amounts and times"
    ),
    "forms": "Forms, What you get, Strengths and packs",
    "contraindications": "Must not be taken by, It should not be used if, Not for everyone",
    "warnings-precautions": (
        "Mind the name, Keep apart from Imdur, Similar names, Not to be confused with Imdur, "
        "Do not confuse with Imdur, Do not mistake it for Imdur"
    ),
    "adverse-reactions": "How often they occur, How often side effects happen",
    "interactions": (
        "Can I take other medicines with it?, Can you use other medicines?, "
        "May I take another painkiller?, Other medicines that matter, Medicines to avoid, "
        "Drugs to avoid"
    ),
    "pregnancy": (
        "Is it safe in pregnancy?, Is it safe during pregnancy?, "
        "Is Imuran safe while pregnant?, Planning a family, The unborn baby"
    ),
    "lactation": (
        "Is it safe while breastfeeding?, Is it safe during nursing?, Nursing, Nursing and Imuran"
    ),
    "geriatric": "The older person, Older customers, Older patient",
    "abuse-dependence": (
        "Stopping suddenly, Do not stop suddenly, Do not stop taking it, Coming off Imuran, "
        "Habit and dependence"
    ),
    "pharmacokinetics": (
        "What the body does with it, What the body does to Imuran, How the body handles it, "
        "How your body breaks it down, Levels in the blood"
    ),
    "patient-counseling": "What to tell patients, What to tell your doctor",
    "monitoring": (
        "Tests before and during treatment, Tests during treatment, Blood levels, "
        "Checks before and during treatment, What to monitor"
    ),
}


def asked(query: str) -> str | None:
    """Return the kind that a query asks for, with a medicine's name where it has `{}`."""
    words = terms(query.format("zzname"))
    intent = find_intent([NAME_TERM if word == "zzname" else word for word in words])
    return intent.kind if intent is not None else None


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
    assert asked(query) == kind


@pytest.mark.parametrize(
    ("wording", "kind"),
    [(wording, kind) for kind, wordings in ASKED.items() for wording in wordings.split(", ")],
)
def test_what_people_type_asks_for_the_kind_they_mean(wording: str, kind: str) -> None:
    assert asked(wording) == kind


@pytest.mark.parametrize(
    ("heading", "kind"),
    [(heading, kind) for kind, headings in HEADED.items() for heading in headings.split(", ")],
)
def test_headings_in_everyday_words_tell_their_kind(heading: str, kind: str) -> None:
    assert classify(heading)[0] == kind


@pytest.mark.parametrize(
    "query",
    ["{} taken twice daily", "take {} twice a day", "is {} taken twice", "take twice daily"],
)
def test_a_dose_that_is_taken_twice_a_day_is_no_overdose(query: str) -> None:
    assert asked(query) != "overdose"


def test_how_often_they_occur_goes_on_with_side_effects() -> None:
    kind, rule = classify("How often they occur", parent_kind="adverse-reactions")
    assert (kind, rule) == ("adverse-reactions", 'heading says "how often occur"')


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
    tables = read_toml(TABLE)
    assert set(tables) == {"heading", "weak-heading", "query"}
    for table in tables.values():
        for kind, cues in table.items():
            assert kind_named(kind) is not None
            for cue in cues:
                words = [
                    word for mark in cue.split() if mark not in marks for word in mark.split("|")
                ]
                assert all(len(terms(word)) == 1 for word in words), cue
