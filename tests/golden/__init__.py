"""Judged queries: what the search must answer first."""
