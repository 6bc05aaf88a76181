"""Sixteen ways in which an encoding is told, and mistold: what is not read right is said."""

from __future__ import annotations

from typing import Final

import pytest

from indexer.model import Article
from indexer.parsing import parse_page

WESTERN: Final = "It’s 25 °C – café, naïve “quotes”, 0.5 µg"
LATIN: Final = "Nach dem Öffnen kühl lagern, fünf Milligramm für Säuglinge."
RUSSIAN: Final = "Не принимайте препарат при беременности."
JAPANESE: Final = "妊娠中は服用しないでください。"
CHINESE: Final = "阿司匹林可以止痛，每天一次，不要空腹服用。"
MIXED: Final = f"{WESTERN} {LATIN} {WESTERN}"
AT_LEAST_RIGHT: Final = 14


def page(text: str, label: str = "", *, before: str = "") -> str:
    """Write a page that ends with its text."""
    meta = f"<meta charset={label}>" if label else ""
    return f"<!doctype html><html><head>{before}{meta}<title>T</title></head><body><p>{text}"


def two_encodings() -> bytes:
    """Return a page in UTF-8 into which one character was pasted from windows-1252."""
    return page(MIXED).encode().replace("Ö".encode(), "Ö".encode("cp1252"))


# What the page is, its bytes, and the text that its author meant.
CASES: Final = {
    "declared right": (page(LATIN, "windows-1252").encode("cp1252"), LATIN),
    "declared wrong, really utf-8": (page(RUSSIAN, "koi8-r").encode(), RUSSIAN),
    "byte order mark against meta": (page(WESTERN, "latin1").encode("utf-8-sig"), WESTERN),
    "meta in late bytes": (
        page(RUSSIAN, "windows-1251", before=f"<style>{'p{}' * 1_100}</style>").encode("cp1251"),
        RUSSIAN,
    ),
    "utf-16 le with mark": (b"\xff\xfe" + page(WESTERN, "utf-8").encode("utf-16-le"), WESTERN),
    "utf-16 be without mark": (page(WESTERN).encode("utf-16-be"), WESTERN),
    "windows-1252 as iso-8859-1": (page(WESTERN, "iso-8859-1").encode("cp1252"), WESTERN),
    "utf-8 as windows-1252": (page(WESTERN, "windows-1252").encode(), WESTERN),
    "koi8-r": (page(RUSSIAN, "koi8-r").encode("koi8-r"), RUSSIAN),
    "shift_jis": (page(JAPANESE, "shift_jis").encode("cp932"), JAPANESE),
    "gb18030": (page(CHINESE, "gb18030").encode("gb18030"), CHINESE),
    "utf-7 as label": (page(WESTERN, "utf-7").encode(), WESTERN),
    "encoded twice": (page(WESTERN).encode().decode("cp1252", "replace").encode(), WESTERN),
    "latin without a label": (page(LATIN).encode("cp1252"), LATIN),
    "two encodings in one page": (two_encodings(), MIXED),
    # Of the character that is cut there is nothing to be read; all before it can be.
    "a character cut in half": (page(f"{RUSSIAN} Срок").encode()[:-1], f"{RUSSIAN} Сро\ufffd"),
}  # fmt: skip


def read(data: bytes) -> Article:
    return parse_page(data, article_id="a", source="a.html")


def test_of_sixteen_encodings_fourteen_are_read_right_and_the_others_are_said() -> None:
    assert len(CASES) == 16
    right, silent = [], []
    for name, (data, text) in CASES.items():
        article = read(data)
        if article.sections[0].text == text:
            right.append(name)
        elif not article.warnings:
            silent.append(name)
    assert silent == []
    assert len(right) >= AT_LEAST_RIGHT, sorted(set(CASES) - set(right))


def test_no_page_is_read_as_utf_7() -> None:
    """In it markup hides from every filter."""
    hidden = page("+ADw-script+AD4-", "utf-7").encode()
    assert read(hidden).sections[0].text == "+ADw-script+AD4-"


@pytest.mark.parametrize("text", ["25 Â°C, fÃ¼nf", "itâ€™s â€œnewâ€\x9d"])
def test_what_was_encoded_twice_is_said_and_kept(text: str) -> None:
    article = read(page(text).encode())
    assert "encoded twice" in article.warnings[0]
    assert article.sections[0].text == text.replace("\x9d", "")


@pytest.mark.parametrize("text", ["NÃO À MANHû, «AMANHû", "Ã” “SÃO”", "25 °C, fünf, ÂGE"])
def test_letters_in_earnest_are_no_sign_of_it(text: str) -> None:
    assert read(page(text).encode()).warnings == ()
