"""When a query may come from somebody in danger: what stands above every answer then.

No number is built in, because the right one differs from place to place and a wrong one costs
time. Whoever runs drugsearch can name those of their region in a file:

    text = "Call at once if somebody has collapsed or cannot breathe."

    [[contact]]
    label = "Poison centre"
    number = "..."

The words that bring the panel up are few and plain: overdose, poisoning, self-harm, anaphylaxis.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from indexer.analysis.tokens import terms as analysed
from indexer.errors import ConfigError
from indexer.knowledge.sections import find_intent
from indexer.suggestions import Contact, Emergency

DEFAULT: Final = Emergency(
    text=(
        "If somebody took too much, cannot breathe, has collapsed or may harm themselves: call "
        "your local emergency number or poison centre now. Do not wait for symptoms, and do not "
        "search first."
    )
)

_PHRASES: Final = tuple(
    tuple(phrase.split())
    for phrase in (
        "overdose, overdosed, overdoses, overdosing, over dose, overdoze, overdosis, od'd, poison, "
        "poisoned, poisoning, suicide, suicidal, self harm, self harming, selfharm, self injury, "
        "kill myself, killing myself, kill himself, kill herself, kill themselves, would kill me, "
        "end my life, ending my life, end it all, want to die, wants to die, tablets to die, "
        "pills to die, don't want to live, dont want to live, hurt myself, hurting myself, "
        "harm myself, cut myself, anaphylaxis, anaphylactic, allergic shock, "
        "severe allergic reaction, can't breathe, cant breathe, cannot breathe, can not breathe, "
        "unable to breathe, trouble breathing, difficulty breathing, stopped breathing, "
        "not breathing, isn't breathing, blue lips, won't wake up, wont wake up, unresponsive, "
        "lost consciousness, collapsed, took too many, took too much, taken too many, "
        "taken too much, double the dose, swallowed bottle, whole bottle, bottle of pills, "
        "ate my pills, ate my tablets, swallowed tablets, swallowed pills, swallowed one pill, "
        "swollen throat, throat swelling, throat is swelling, throat closing, throat is closing, "
        "tongue swelling, swollen tongue, ingested bleach, drank bleach"
    ).split(", ")
)

_BY_FIRST_WORD: Final = {
    first: tuple(phrase for phrase in _PHRASES if phrase[0] == first)
    for first in {phrase[0] for phrase in _PHRASES}
}

_MANY: Final = re.compile(
    r"\b(?:took|taken|swallowed|ate|eaten) (?:about |over |more than )?(?:[1-9]\d+"
    r"|all my|all of|a whole|the whole|a bottle|a box|a pack|a bunch|a handful)\b"
    r"(?! (?:mg|mcg|g|ml|units|years|days|weeks|months|time|with|day|together))"
)
"""A number of tablets in the past tense that nobody takes at once: ten and more, a handful."""

_CHILD: Final = re.compile(
    r"\b(?:child|toddler|baby|infant|son|daughter|kid|dog|cat) (?:just |has |have )?"
    r"(?:swallowed|ate|eaten|drank|drunk|got into)\b"
)
"""Somebody small has swallowed what was not meant for them."""

OVERDOSE: Final = "overdose"
"""The kind of section whose intent is an emergency as well."""


def is_emergency(text: str) -> bool:
    """Say whether the words of a query speak of overdose, poison, self-harm or anaphylaxis."""
    words = tuple(term for term in analysed(text) if term)
    text = " ".join(words)
    if any(_begins_phrase(words[at:]) for at in range(len(words))):
        return True
    if _MANY.search(text) or _CHILD.search(text):
        return True
    intent = find_intent(words)
    return intent is not None and intent.kind == OVERDOSE


def read_emergency(path: str) -> Emergency:
    """Read the panel of a region; the built-in one for an empty path. Raise ConfigError."""
    if not path:
        return DEFAULT
    import tomllib  # noqa: PLC0415 - most have no such file, and need nothing to read it

    try:
        table = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or error
        raise ConfigError(f"The emergency file {path} cannot be read: {reason}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"The emergency file {path} is no TOML: {error}") from error
    if unknown := table.keys() - {"text", "contact"}:
        names = ", ".join(sorted(unknown))
        message = f"The emergency file {path} has {names}; it may have text and [[contact]]."
        raise ConfigError(message)
    text, contacts = table.get("text", DEFAULT.text), table.get("contact", [])
    if not isinstance(text, str) or not text.strip() or not isinstance(contacts, list):
        message = f"In the emergency file {path}, text must be a text and contact a list."
        raise ConfigError(message)
    return Emergency(text=text, contacts=tuple(_contact(entry, path) for entry in contacts))


def _contact(entry: object, path: str) -> Contact:
    if isinstance(entry, dict) and entry.keys() == {"label", "number"}:
        label, number = entry["label"], entry["number"]
        if isinstance(label, str) and isinstance(number, str) and label and number:
            return Contact(label=label, number=number)
    message = (
        f"In the emergency file {path}, each [[contact]] needs a label and a number in quotes."
    )
    raise ConfigError(message)


def _begins_phrase(words: tuple[str, ...]) -> bool:
    return any(words[: len(phrase)] == phrase for phrase in _BY_FIRST_WORD.get(words[0], ()))
