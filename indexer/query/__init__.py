"""The query language: what a person typed, as a plan that every engine can answer."""
