"""The ranking constants: what a match in each field and each bonus is worth.

They are no settings. They belong to the fingerprint of the schema and change only with a
measurement over judged queries. One unit is one unit of BM25: a rare word (in one of 4,000
sections) that fills a short field scores about 8, a common one about 1.
"""

from __future__ import annotations

from indexer.query.plan import Field

K1 = 1.2
"""How soon repeating a term stops to help (Robertson & Zaragoza 2009, section 3.5: 1.2 to 2)."""

B: dict[Field, float] = {"text": 0.7, "heading": 0.3, "path": 0.3, "title": 0.3}
"""How much long fields are discounted. Headings and titles are short by nature, so their length
says little; text has a little less than the customary 0.75: over Cranfield, NPL and the labels of
the FDA 0.7 ranks no worse anywhere, and better where sections are long."""

FIELD_WEIGHT: dict[Field, float] = {"text": 1.0, "heading": 3.0, "path": 1.0, "title": 2.0}
"""A word in a heading says what the section is about; searching for "storage" gives the section
"Storage" before a section that mentions storage."""

SYNONYM_WEIGHT = 0.6
"""A lay or medical word for what was typed, where the typed word counts 1."""

PART_WEIGHT = 0.8
"""A part of a compound that stands apart in the text, where the compound counts 1."""

SUBJECT = 20.0
"""The article is about the drug asked for. A name competes with it (see AnyOf), so this must be
more than a name can give in all fields together: less than its idf, about 8 for a word of one
section among thousands, and with the bonuses for titles and closeness still below 20."""

TITLE_NAME = 4.0
"""The article's title bears the name that was typed: "viagra" prefers the article on Viagra to
those on other brands of sildenafil, which are about the same drug."""

INTENT = 5.0
"""The section is of the kind asked for: beats a section that merely uses the words."""

NAMED_KIND = 1.0
"""The heading names the kind asked for outright, and not only in words that tell of it."""

HEADING_IS = 3.0
"""The heading is, word for word, what the query asks for beside the drug."""

NEAR = 2.0
"""The words of the query, the name of a drug among them, stand together in the text: "X should
not be taken with grapefruit juice" answers "X grapefruit juice" better than a section that says
the one here and the other there."""

MOST_SHARE = 0.3
"""Share of the concepts that the best section has of those asked for, from which on others are
listed with it when none has all. Judged queries of other fields (Cranfield, NPL) rank best with
anything from a third to a half; all of them, and a long question finds next to nothing."""

NEAR_SPAN = 16
"""Positions that count as together: about one sentence."""

CONTENTS = -6.0
"""The section is a table of contents. It holds the words of every heading close together and
answers nothing, so it gives up what it gains by that and some more."""

SELLER = -1.5
"""The article is the page of somebody who sells medicines (safety rule M6): never hidden, but of
two sections that answer alike the other one comes first."""

STORAGE_WARNS = -3.0
"""The section is about storage, where every page says to keep medicines from children and not to
use them after a date, and the query asks who may not have one."""

PHRASE = 1.0
"""Two neighbouring words of the query stand side by side in the section, in the same order."""
