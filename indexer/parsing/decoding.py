"""Bytes to text: which encoding, what said so, and what could not be read.

The order is: byte order mark; UTF-8, if every byte obeys it; the encoding that the page
declares; windows-1252. Strict UTF-8 comes before the declaration because text in another
encoding practically never happens to be valid UTF-8, while wrong declarations are common. What
is guessed or replaced is said in a warning, never repaired in silence.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from indexer.errors import CorpusError
from indexer.model import Encoding
from indexer.parsing.charsets import CODECS, encoding_named

_Source: TypeAlias = Literal["bom", "utf-8", "declared", "fallback"]

# Browsers look at 1,024 bytes; saved pages carry longer comments and styles before their meta.
_DECLARATION_BYTES: Final = 4_096
_DECLARATION: Final = re.compile(
    rb"""<(?:meta\b[^>]*?\bcharset|\?xml\b[^>]*?\bencoding)\s*=\s*["']?\s*([\w:.-]{1,40})""",
    re.IGNORECASE,
)
_COMMENT: Final = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8", "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32le", "utf_32_le"),
    (codecs.BOM_UTF32_BE, "utf-32be", "utf_32_be"),
    (codecs.BOM_UTF16_LE, "utf-16le", "utf_16_le"),
    (codecs.BOM_UTF16_BE, "utf-16be", "utf_16_be"),
)
_FOREIGN: Final = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "an image, sound or film"),
    (b"%PDF-", "a PDF document"),
    (b"\x1f\x8b", "compressed with gzip"),
    (b"BZh", "compressed with bzip2"),
    (b"\xfd7zXZ\x00", "compressed with xz"),
    (b"\x28\xb5\x2f\xfd", "compressed with Zstandard"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "a database"),
    (b"bplist", "a web archive"),
)
# A text has no NUL; one stray NUL in a hundred bytes is damage, more is another kind of file.
_NUL_SHARE: Final = 0.01
# Of bytes by chance a tenth are control characters; of damaged pages, hardly any. Shift-JIS and
# its like use escapes, a few in a line.
_CONTROL_SHARE: Final = 0.05
_CONTROLS: Final = bytes(set(range(32)) - set(b"\t\n\f\r\x1b"))
# UTF-8 with some broken bytes, rather than another encoding: at least this many good sequences
# for each bad one. Windows-1252 text all but never forms a valid UTF-8 sequence.
_GOOD_PER_BAD: Final = 4
# A declared encoding that cannot read more than this share of the characters is not believed.
_BAD_SHARE: Final = 0.01
# UTF-8 that was taken for windows-1252 and encoded again: `fÃ¼nf`, `25 Â°C`, `itâ€™s`. What may
# stand behind a capital letter in earnest, such as a closing quotation mark, is no sign of it.
_TWICE: Final = re.compile("Ã[ƒ†‡ˆŠŒŽ‘“•–—˜œžŸ¡-¨ª¬¯-º¼-¾¿]|Â[°±µ§©®²³¼-¾]|â€[™˜œ¦¢“”\x9d]")
_SIGNS_OF_TWICE: Final = 2


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page as text, how it was read, and what the reader should know about that."""

    text: str
    encoding: Encoding
    warnings: tuple[str, ...] = ()


def decode(data: bytes) -> Decoded:
    """Read a page's bytes as text.

    Raises CorpusError for bytes that are no text: images, archives, documents, binary data.
    """
    for mark, name, codec in _MARKS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], name, codec, "bom")
    _reject_foreign(data)
    wide = _unmarked_utf16(data)
    if wide:
        warning = f"no byte order mark and no usable declaration: read as {wide}"
        return _decoded(data, wide, wide.replace("-", "_"), "fallback", warning)
    _reject_binary(data)
    declared = declared_encoding(data)
    if declared == "iso-2022-jp" and b"\x1b" in data:
        return _decoded(data, declared, CODECS[declared], "declared")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_other(data, declared)
    return Decoded(text, Encoding(name="utf-8", source="utf-8"), _encoded_twice(text))


def declared_encoding(data: bytes) -> str | None:
    """Return the encoding that a page declares in its first bytes, by its standard name.

    Labels that are unknown or cannot be true (UTF-16, UTF-7) count as no declaration.
    """
    head = _COMMENT.sub(b"", data[:_DECLARATION_BYTES])
    for found in _DECLARATION.finditer(head):
        name = encoding_named(found.group(1).decode("ascii", errors="replace"))
        if name:
            return name
    return None


def _reject_foreign(data: bytes) -> None:
    head = data[:64].lstrip()
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise CorpusError(f"not an HTML page but {what}")
    if head[:13].lower() == b"mime-version:" or head.startswith(b"From: <Saved by"):
        raise CorpusError("not an HTML page but a MIME web archive (.mht): save it as HTML")


def _reject_binary(data: bytes) -> None:
    controls = len(data) - len(data.translate(None, _CONTROLS))
    if data.count(0) > len(data) * _NUL_SHARE or controls > len(data) * _CONTROL_SHARE:
        raise CorpusError("not an HTML page but binary data")


def _unmarked_utf16(data: bytes) -> str | None:
    """Recognise UTF-16 without a mark: of Latin text every second byte is NUL."""
    head = data[:_DECLARATION_BYTES]
    half = len(head) // 2
    odd, even = head[1::2].count(0), head[0::2].count(0)
    if half and odd > half * 0.7 and even < half * 0.1:
        return "utf-16-le"
    if half and even > half * 0.7 and odd < half * 0.1:
        return "utf-16-be"
    return None


def _decode_other(data: bytes, declared: str | None) -> Decoded:
    """Decode what is not valid UTF-8."""
    if declared is None or declared == "utf-8":
        lenient = data.decode("utf-8", errors="replace")
        bad = lenient.count("\ufffd")
        good = sum(1 for character in lenient if character > "\x7f") - bad
        if good >= bad * _GOOD_PER_BAD:
            return _decoded(data, "utf-8", "utf-8", "utf-8")
    else:
        text = data.decode(CODECS[declared], errors="replace")
        if text.count("\ufffd") <= len(text) * _BAD_SHARE:
            return _decoded(data, declared, CODECS[declared], "declared")
    said = f"{declared} was declared" if declared else "no encoding was declared"
    warning = f"{said} and the bytes are no valid {declared or 'utf-8'}: read as windows-1252"
    return _decoded(data, "windows-1252", "cp1252", "fallback", warning)


def _encoded_twice(text: str) -> tuple[str, ...]:
    """Warn of what looks as if it had been encoded twice; it is left as it is."""
    signs = 0 if text.isascii() else len(_TWICE.findall(text))
    if signs < _SIGNS_OF_TWICE:
        return ()
    return (f"{signs} characters look as if they had been encoded twice: left as they are",)


def _decoded(data: bytes, name: str, codec: str, source: _Source, warning: str = "") -> Decoded:
    text = data.decode(codec, errors="replace")
    warnings = (warning,) if warning else ()
    replaced = text.count("\ufffd")
    if replaced:
        what = "character" if replaced == 1 else "characters"
        warnings = (*warnings, f"{replaced} {what} could not be read as {name}")
    return Decoded(text, Encoding(name=name, source=source), warnings)
