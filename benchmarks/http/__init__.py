"""Requests a second: the search of the JSON API beside a route that does nothing.

The scripts on relevance, run as files, would take this package for Python's own `http`; none of
them, and nothing that they import, needs that one. `tests/benchmarks/test_scripts.py` holds it.
"""
