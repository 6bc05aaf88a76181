"""Measurements of drugsearch: speed beside its peers, and relevance over judged collections.

The packages here are run as modules (`python -m benchmarks.engines`), the scripts on relevance as
files (`python benchmarks/labels.py`). README.md tells what each prints.
"""
