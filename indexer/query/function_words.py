"""The words that a query may hold without asking for anything: the published lists.

They are left out of what must match, unless the query holds nothing else or they stand in quotes.
*not*, *no*, *without*, *never*, *except* and *against* are not among them: they turn the meaning of
a warning round. *safe* is among them: whoever asks whether something is safe must not miss the
text that says "can harm an unborn child".
"""

from __future__ import annotations

FUNCTION_WORDS: frozenset[str] = frozenset(
    """
    a about after all also am an and any anybody anyone are as at be because been before being
    between but by can could did do does doing during each else every everyone everything for
    from get give had has have having he her here him his how i i'm if in into is it it's its
    just let like may me might mine must my of ok okay on one or other our ours out please safe
    safely shall she should so some such tell than that the their them then there these they
    this those to too until up us very via was we were what what's when where which while who
    whom whose why will with would you your yours
    """.split()
)

LIGHT_VERBS: frozenset[str] = frozenset(
    """
    become becomes becoming cause caused causes causing getting happen happened happening
    happens make makes making take taken takes taking took use used uses using
    """.split()
)
"""Verbs that say of a medicine only that it is a medicine: taken, used, the cause of something.
In the words that ask for a kind of section they count where nothing weightier does ("how to
take")."""
