"""The words that a query may hold without asking for anything: the published list.

They are left out of what must match, unless the query holds nothing else or they stand in quotes.
*not*, *no*, *without*, *never*, *except* and *against* are not among them: they turn the meaning of
a warning round.
"""

from __future__ import annotations

FUNCTION_WORDS: frozenset[str] = frozenset(
    """
    a about after all also am an and any anyone are as at be because been before being but by can
    could did do does doing during each every for from get give had has have having he her here
    him his how i i'm if in into is it it's its just let like may me might mine must my of on one
    or other our ours please shall she should so some such tell than that the their them then
    there these they this those to too until up us very via was we were what what's when where
    which while who whom whose why will with would you your yours
    """.split()
)
