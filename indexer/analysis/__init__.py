"""Text to terms: one analysis for the index, the query and the snippet.

`tokens` says what a word is, `folding` which spellings of it are one term, `stemming` which terms
are forms of one word, `units` which terms measure, `sentences` where a sentence ends.
"""
