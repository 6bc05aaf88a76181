"""Which encoding a page is read in, and what is said about it."""

# ruff: noqa: E501 - the table of cases is read line by line

import pytest

from indexer.errors import CorpusError
from indexer.model import Encoding
from indexer.parsing import parse_page
from indexer.parsing.charsets import CODECS, encoding_named
from indexer.parsing.decoding import declared_encoding, decode

WESTERN = "It’s 25 °C – café, naïve “quotes”, 0.5 µg"
CHINESE = "阿司匹林可以止痛，每天一次，不要空腹服用。"
RUSSIAN = "Не принимайте препарат при беременности."
JAPANESE = "妊娠中は服用しないでください。"


def page(text: str, charset: str | None = None, *, padding: int = 0, old: bool = False) -> str:
    meta = f"<meta charset={charset}>" if charset else ""
    if old and charset:
        meta = f'<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset={charset}">'
    space = f"<!--{'x' * padding}-->" if padding else ""
    return f"<!doctype html><html><head>{space}{meta}</head><body><p>{text}</p></body></html>"


# name, bytes, text, encoding, source, and whether the report has to say something about it
CASES = [
    ("utf-8 without label", page(WESTERN).encode(), WESTERN, "utf-8", "utf-8", False),
    ("utf-8 with mark", page(WESTERN, "latin1").encode("utf-8-sig"), WESTERN, "utf-8", "bom", False),
    ("cp1252 without label", page(WESTERN).encode("cp1252"), WESTERN, "windows-1252", "fallback", True),
    ("cp1252 labelled late", page(WESTERN, "windows-1252", padding=3100).encode("cp1252"), WESTERN, "windows-1252", "declared", False),
    ("cp1252 labelled utf-8", page(WESTERN, "utf-8").encode("cp1252"), WESTERN, "windows-1252", "fallback", True),
    ("cp1252 labelled latin-1", page(WESTERN, "iso-8859-1", old=True).encode("cp1252"), WESTERN, "windows-1252", "declared", False),
    ("utf-8 labelled latin-1", page(WESTERN, "iso-8859-1").encode(), WESTERN, "utf-8", "utf-8", False),
    ("utf-8 labelled utf-16", page(WESTERN, "utf-16").encode(), WESTERN, "utf-8", "utf-8", False),
    ("utf-8 labelled utf-7", page(WESTERN, "utf-7").encode(), WESTERN, "utf-8", "utf-8", False),
    ("utf-16 with mark", page(WESTERN).encode("utf-16"), WESTERN, "utf-16le", "bom", False),
    ("utf-16 big end first with mark", b"\xfe\xff" + page(WESTERN).encode("utf-16-be"), WESTERN, "utf-16be", "bom", False),
    ("utf-16 without mark", page(WESTERN).encode("utf-16-le"), WESTERN, "utf-16-le", "fallback", True),
    ("gb18030 labelled gb2312", page(CHINESE, "gb2312").encode("gb18030"), CHINESE, "gbk", "declared", False),
    ("gb18030 without label", page(CHINESE).encode("gb18030"), None, "windows-1252", "fallback", True),
    ("koi8-r in an old meta", page(RUSSIAN, "koi8-r", old=True).encode("koi8-r"), RUSSIAN, "koi8-r", "declared", False),
    ("shift_jis", page(JAPANESE, "x-sjis").encode("cp932"), JAPANESE, "shift_jis", "declared", False),
    ("iso-2022-jp", page(JAPANESE, "iso-2022-jp").encode("iso2022_jp"), JAPANESE, "iso-2022-jp", "declared", False),
    ("utf-8 with a broken byte", page(WESTERN).encode().replace("µ".encode(), b"\xff"), WESTERN.replace("µ", "\ufffd"), "utf-8", "utf-8", True),
    ("label in an XML declaration", b'<?xml version="1.0" encoding="windows-1251"?>' + page(RUSSIAN).encode("cp1251"), RUSSIAN, "windows-1251", "declared", False),
    ("label inside a comment", b"<!-- <meta charset=koi8-r> -->" + page(WESTERN, "windows-1252").encode("cp1252"), WESTERN, "windows-1252", "declared", False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "text", "name", "source", "said"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_a_page_is_read_in_its_encoding_or_the_report_says_so(
    data: bytes, text: str | None, name: str, source: str, *, said: bool
) -> None:
    article = parse_page(data, article_id="a", source="a.html")
    assert (article.encoding.name, article.encoding.source) == (name, source)
    assert bool(article.warnings) == said
    if text is not None:
        assert article.sections[0].text == text


def test_replaced_characters_are_counted() -> None:
    decoded = decode("<p>déjà vu é</p>".encode().replace("à".encode(), b"\xe0"))
    assert decoded.text == "<p>d\u00e9j\ufffd vu é</p>" or decoded.encoding.name == "windows-1252"
    broken = decode(b"\xef\xbb\xbf<p>a\xffb\xffc</p>")
    assert broken.text == "<p>a\ufffdb\ufffdc</p>"
    assert broken.warnings == ("2 characters could not be read as utf-8",)


def test_bytes_that_windows_1252_does_not_know_are_said() -> None:
    decoded = decode(b"<p>\xe9t\xe9 \x81</p>")
    assert decoded.encoding == Encoding(name="windows-1252", source="fallback")
    assert decoded.warnings[-1] == "1 character could not be read as windows-1252"


def test_plain_ascii_is_utf_8() -> None:
    assert decode(b"<p>plain</p>").encoding == Encoding(name="utf-8", source="utf-8")


@pytest.mark.parametrize("label", ["utf-16", "utf-16le", "utf-7", "ebcdic", ""])
def test_labels_that_cannot_be_true_are_no_declaration(label: str) -> None:
    assert declared_encoding(f"<meta charset='{label}'>".encode()) is None


def test_every_encoding_has_a_codec_and_is_its_own_label() -> None:
    for name, codec in CODECS.items():
        assert "a".encode(codec).decode(codec) == "a"
        assert encoding_named(f" {name.upper()} ") == name


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"x" * 50, "PNG"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"GIF89a", "GIF"),
        (b"%PDF-1.7 text", "PDF"),
        (b"\x1f\x8b\x08 zipped", "gzip"),
        (b"PK\x03\x04", "ZIP"),
        (b"{\\rtf1 text}", "RTF"),
        (b"MIME-Version: 1.0\n\n<html>", "MIME"),
        (b"\x7fELF" + b"\0" * 90, "program"),
        (b"a\0b" * 100, "binary"),
        (b"", "empty"),
        (b" \n\t ", "empty"),
    ],
)
def test_what_is_no_page_is_set_aside_with_the_reason(data: bytes, what: str) -> None:
    with pytest.raises(CorpusError, match=what):
        parse_page(data, article_id="a", source="a.html")
