import contextlib
import io
import itertools
import os
import pickle
import random
import re
import socket
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer import archives
from indexer.archives import ARCHIVE_SUFFIXES, Archive
from indexer.corpus import PAGE_LIMIT, Corpus, Page, Scan, digest
from indexer.errors import CorpusError
from indexer.runs import Failure

NOBODY = 65_534
ID = re.compile(r"[a-z0-9][a-z0-9._-]*")

PAGE = b"<h1>Imuran</h1>"
OLD = 1_700_000_000  # seconds; long before any test runs


def write(folder: Path, *names: str) -> Path:
    """Write a page, whose text is its name, under each name."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
        os.utime(path, (OLD, OLD))
    return folder


def scan(*sources: Path | str) -> Scan:
    return Corpus(sources).scan()


def names(found: Scan) -> list[str]:
    return [page.name for page in found.pages]


def ids(found: Scan) -> list[str]:
    return [page.article_id for page in found.pages]


# --- folders ----------------------------------------------------------------------------------


def test_a_folder_gives_its_pages_by_path_however_they_were_written(tmp_path: Path) -> None:
    write(tmp_path, "b.html", "c/d/deep.HTM", "a.xhtml", "c/a.Html", "c.html")
    found = scan(tmp_path)
    assert names(found) == ["a.xhtml", "b.html", "c.html", "c/a.Html", "c/d/deep.HTM"]
    assert ids(found) == ["a", "b", "c", "c.a", "c.d.deep"]
    assert [page.read().decode() for page in found.pages] == names(found)
    assert (found.skipped, found.failures, found.empty_sources) == ((), (), ())


def test_what_is_no_page_is_counted_in_plain_words(tmp_path: Path) -> None:
    source = write(
        tmp_path / "source",
        *("page.html", "style.css", "README", "more.zip", ".page.html", ".git/page.html"),
    )
    write(tmp_path / "outside", "page.html")
    os.mkfifo(source / "pipe.html")
    with socket.socket(socket.AF_UNIX) as listener:
        with contextlib.chdir(source):
            listener.bind("socket.html")
        (source / "away").symlink_to(tmp_path / "outside")
        (source / "away.html").symlink_to("../outside/page.html")
        (source / "gone.html").symlink_to("nothing")
        (source / "loop.html").symlink_to("loop.html")
        (source / "itself").symlink_to(".")
        (source / "again.html").symlink_to("page.html")
        found = scan(source)
    assert names(found) == ["page.html"]
    assert dict(found.skipped) == {
        "not an HTML page": 3,
        "hidden": 2,
        "not a regular file": 2,
        "link that leads outside the source": 2,
        "link that leads nowhere": 2,
        "link to a folder": 1,
        "link to a page that is there anyway": 1,
    }
    assert list(found.skipped) == sorted(found.skipped)


def test_a_link_inside_the_source_is_followed_once(tmp_path: Path) -> None:
    write(tmp_path, ".store/1.html", ".store/2.html", "page.html")
    (tmp_path / "one.html").symlink_to(".store/1.html")
    (tmp_path / "uno.html").symlink_to(".store/1.html")
    (tmp_path / "two.txt").symlink_to(".store/2.html")
    found = scan(tmp_path)
    assert names(found) == ["one.html", "page.html"]
    assert found.pages[0].read() == b".store/1.html"
    assert ("link to a page that is there anyway", 1) in found.skipped
    assert ("not an HTML page", 1) in found.skipped


@contextlib.contextmanager
def without_privileges() -> Iterator[None]:
    """Be nobody for a while, if this is root: root may read everything."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


def test_what_cannot_be_read_is_a_failure_and_the_rest_is_found() -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = write(Path(folder), "a.html", "locked/b.html", "secret.html")
        source.chmod(0o755)
        (source / "locked").chmod(0)
        (source / "secret.html").chmod(0)
        with without_privileges():
            found = scan(source)
            assert names(found) == ["a.html", "secret.html"]
            locked = Failure(source=f"{source}/locked", reason="cannot be read: Permission denied")
            assert found.failures == (locked,)
            with pytest.raises(CorpusError, match="cannot be read: Permission denied"):
                found.pages[1].read()
        (source / "locked").chmod(0o755)


def test_a_page_that_vanishes_between_scan_and_reading_says_so(tmp_path: Path) -> None:
    write(tmp_path, "a.html")
    [page] = scan(tmp_path).pages
    (tmp_path / "a.html").unlink()
    with pytest.raises(CorpusError, match="is not there"):
        page.read()


def test_a_page_that_vanishes_during_the_scan_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.html", "b.html")
    real = Path.lstat

    def lstat(path: Path) -> os.stat_result:
        if path.name == "a.html":
            path.unlink()
        return real(path)

    monkeypatch.setattr(Path, "lstat", lstat)
    found = scan(tmp_path)
    assert names(found) == ["b.html"]
    assert [failure.source for failure in found.failures] == [f"{tmp_path}/a.html"]


def test_ten_thousand_pages_are_scanned_in_about_the_time_of_looking_at_them(
    tmp_path: Path,
) -> None:
    write(tmp_path, "page.html")
    for folder in range(100):
        (tmp_path / f"{folder}").mkdir()
        for number in range(100):
            os.link(tmp_path / "page.html", f"{tmp_path}/{folder}/page-{number}.html")
    started = time.process_time()
    for place, _, names in os.walk(tmp_path):
        for name in names:
            Path(place, name).lstat()
    looked = time.process_time() - started
    started = time.process_time()
    assert len(scan(tmp_path).pages) == 10_001
    assert time.process_time() - started < 40 * looked


# --- sources ----------------------------------------------------------------------------------


def test_no_source_at_all_is_refused() -> None:
    with pytest.raises(CorpusError, match="nothing to index"):
        Corpus(())


def test_a_source_without_a_page_is_told_apart_from_one_that_has_some(tmp_path: Path) -> None:
    write(tmp_path / "full", "a.html")
    write(tmp_path / "empty", "notes.txt")
    write(tmp_path, "notes.txt")
    (tmp_path / "broken.zip").write_bytes(b"no archive")
    given = [tmp_path / name for name in ("full", "empty", "missing", "notes.txt", "broken.zip")]
    found = scan(*given)
    assert names(found) == ["full/a.html"]
    assert found.empty_sources == tuple(str(source) for source in given[1:])
    assert [failure.source for failure in found.failures] == list(found.empty_sources)
    assert [failure.reason for failure in found.failures] == [
        "holds no HTML page; check that it is the right one",
        "is not there; check the path",
        "is neither a folder nor an HTML page nor an archive of pages",
        "cannot be unpacked: File is not a zip file",
    ]


def test_a_single_page_is_a_source(tmp_path: Path) -> None:
    write(tmp_path, "x/a.html", "y/a.html")
    found = scan(tmp_path / "x" / "a.html")
    assert (names(found), ids(found)) == (["a.html"], ["a"])
    found = scan(tmp_path / "x" / "a.html", tmp_path / "y" / "a.html")
    assert names(found) == ["x/a.html", "y/a.html"]
    assert ids(found)[0] == "a"
    assert re.fullmatch("a-[0-9a-f]{8}", ids(found)[1])


def test_a_page_that_several_sources_reach_is_there_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "all", "a.html", "part/b.html")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to("all")
    found = scan("all", "all/", "./all/part/..", "link", tmp_path / "all" / "part", "all/a.html")
    assert names(found) == ["all/a.html", "all/part/b.html"]
    assert found.failures == ()
    assert found.empty_sources == ()
    found = scan("all/part", "all")
    assert names(found) == ["part/b.html", "all/a.html"]


def test_names_are_led_by_what_tells_the_sources_apart(tmp_path: Path) -> None:
    write(tmp_path, "en/html/a.html", "de/html/a.html", "other/a.html")
    found = scan(tmp_path / "en" / "html", tmp_path / "de" / "html", tmp_path / "other")
    assert names(found) == ["en/html/a.html", "de/html/a.html", "other/a.html"]
    assert len(set(ids(found))) == 3


def test_a_linked_source_goes_by_the_name_it_was_given(tmp_path: Path) -> None:
    write(tmp_path / "release-42", "a.html")
    write(tmp_path / "other", "b.html")
    (tmp_path / "current").symlink_to("release-42")
    assert names(scan(tmp_path / "current", tmp_path / "other"))[0] == "current/a.html"


# --- article ids ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "article_id"),
    [
        ("Imuran Guide.html", "imuran-guide"),
        ("index.html", "index"),
        ("a/index.html", "a.index"),
        ("a/b.html", "a.b"),
        ("a-b.html", "a-b"),
        ("v1.2/co_trimoxazole.htm", "v1.2.co_trimoxazole"),
        ("crème brûlée.html", "creme-brulee"),
        ("--draft--.html", "draft"),
        ("50% off & more!.html", "50-off-more"),
        ("x.html.html", "x.html"),
        ("ﬁrst №1.html", "first-no1"),
    ],
)
def test_an_id_is_the_path_in_plain_letters(tmp_path: Path, path: str, article_id: str) -> None:
    assert ids(scan(write(tmp_path, path))) == [article_id]


def test_names_in_other_scripts_get_ids_that_do_not_depend_on_their_neighbours(
    tmp_path: Path,
) -> None:
    write(tmp_path, "аспирин.html", "TNF-α.html", "???.html", "薬/b.html")
    together = dict(zip(names(scan(tmp_path)), ids(scan(tmp_path)), strict=True))
    assert re.fullmatch("[0-9a-f]{8}", together["аспирин.html"])
    assert re.fullmatch("tnf-[0-9a-f]{8}", together["TNF-α.html"])
    assert re.fullmatch("[0-9a-f]{8}", together["???.html"])
    assert re.fullmatch(r"[0-9a-f]{8}\.b", together["薬/b.html"])
    for name, article_id in together.items():
        assert ids(scan(tmp_path / name))[0] == article_id.removeprefix(f"{article_id[:8]}.")


def test_ids_that_would_be_the_same_are_told_apart_by_a_digest(tmp_path: Path) -> None:
    write(tmp_path, "a b.html", "a-b.html", "a-b.htm", "A+B.html")
    found = scan(tmp_path)
    assert names(found) == ["A+B.html", "a b.html", "a-b.htm", "a-b.html"]
    assert ids(found)[0] == "a-b"
    assert all(re.fullmatch("a-b-[0-9a-f]{8}", later) for later in ids(found)[1:])
    assert len(set(ids(found))) == 4
    assert ids(scan(tmp_path)) == ids(found)


def test_not_even_a_page_named_like_a_digest_takes_anothers_id(tmp_path: Path) -> None:
    write(tmp_path, "b c.html", "b-c.html")
    taken = ids(scan(tmp_path))[1]
    write(tmp_path, f"{taken.upper()}.html")
    found = scan(tmp_path)
    assert ids(found)[0] == taken
    assert len(set(ids(found))) == 3


def test_ids_are_at_most_120_characters(tmp_path: Path) -> None:
    long = "x" * 120
    write(tmp_path, f"{long}/{long}1.html", f"{long}/{long}2.html", f"{long}/{long}2.htm")
    found = scan(tmp_path)
    assert len(set(ids(found))) == 3
    assert all(len(article_id) <= 120 for article_id in ids(found))


def test_undecodable_names_can_be_stored_and_read(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/x\xe9.html")).write_bytes(PAGE)
    except OSError:
        pytest.skip("this file system keeps Unicode names only")
    write(tmp_path, "x\\xe9.html")
    found = scan(tmp_path)
    assert all(page.name.encode() for page in found.pages)
    assert len(set(names(found))) == 2
    assert len(set(ids(found))) == 2
    assert PAGE in {page.read() for page in found.pages}


NAMES = st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1, max_size=40)


@given(st.lists(NAMES, min_size=1, max_size=8))
def test_every_name_gives_a_unique_well_formed_id(paths: list[str]) -> None:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for path in paths:
            archive.addfile(tarfile.TarInfo(f"{path}.html"))
    with tempfile.NamedTemporaryFile(suffix=".tar") as file:
        Path(file.name).write_bytes(data.getvalue())
        found = scan(file.name)
    assert all(ID.fullmatch(article_id) and len(article_id) <= 120 for article_id in ids(found))
    assert len(set(ids(found))) == len(set(names(found))) == len(found.pages)


# --- stamps -----------------------------------------------------------------------------------


def stamp(source: Path) -> str:
    [page] = scan(source).pages
    return page.stamp


def test_a_stamp_stays_while_nothing_changes_and_changes_with_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "a.html") / "a.html"
    first = stamp(tmp_path)
    assert first
    assert stamp(tmp_path) == first
    os.utime(path, (OLD, OLD + 1))
    assert stamp(tmp_path) != first
    write(tmp_path, "a.html")
    assert stamp(tmp_path) == first
    path.write_bytes(b"longer than before")
    os.utime(path, (OLD, OLD))
    assert stamp(tmp_path) != first
    write(tmp_path, "b.html")
    (tmp_path / "b.html").write_bytes(b"a.html")
    os.utime(tmp_path / "b.html", (OLD, OLD))
    (tmp_path / "b.html").rename(path)
    assert stamp(tmp_path) != first


def test_a_file_written_just_now_could_change_unseen_and_has_no_stamp(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(PAGE)
    assert stamp(tmp_path) == ""
    path = write(tmp_path, "a.html") / "a.html"
    os.utime(path, (time.time() + 3600,) * 2)
    assert stamp(tmp_path) == ""


def test_a_member_of_an_archive_has_a_stamp_of_its_own(tmp_path: Path) -> None:
    path = pack_zip(tmp_path / "pages.zip", {"a.html": b"1", "b.html": b"2"})
    assert [page.stamp for page in scan(path).pages] == ["", ""]
    os.utime(path, (OLD, OLD))
    first, second = (page.stamp for page in scan(path).pages)
    assert first
    assert second
    assert first != second


# --- reading ----------------------------------------------------------------------------------


def test_reading_stops_one_byte_after_the_limit(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(b"x" * (PAGE_LIMIT + 1000))
    (tmp_path / "b.html").write_bytes(b"x" * PAGE_LIMIT)
    (tmp_path / "c.html").write_bytes(b"")
    assert [len(page.read()) for page in scan(tmp_path).pages] == [PAGE_LIMIT + 1, PAGE_LIMIT, 0]


def test_a_page_that_changes_while_it_is_read_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.html")
    [page] = scan(tmp_path).pages
    touch_while_reading(tmp_path / "a.html", monkeypatch, times=1)
    assert page.read() == b"a.html"
    touch_while_reading(tmp_path / "a.html", monkeypatch, times=2)
    with pytest.raises(CorpusError, match="changes while it is read"):
        page.read()


def touch_while_reading(path: Path, patch: pytest.MonkeyPatch, *, times: int) -> None:
    """Change a file's time after the reader has looked at it for the first time."""
    real = os.fstat
    calls = itertools.count()

    def fstat(descriptor: int) -> os.stat_result:
        status = real(descriptor)
        attempt, is_second_look = divmod(next(calls), 2)
        if attempt < times and not is_second_look:
            os.utime(path, ns=(0, status.st_mtime_ns + 1))
        return status

    patch.setattr(os, "fstat", fstat)


def test_a_page_that_became_a_link_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, "source/a.html", "secret.html")
    [page] = scan(tmp_path / "source").pages
    (tmp_path / "source" / "a.html").unlink()
    (tmp_path / "source" / "a.html").symlink_to("../secret.html")
    with pytest.raises(CorpusError, match="cannot be read"):
        page.read()


def test_pages_can_be_sent_to_another_process(tmp_path: Path) -> None:
    write(tmp_path / "folder", "a.html")
    archived = [
        pack_zip(tmp_path / "pages.zip", {"b.html": b"2"}),
        pack_tar(tmp_path / "pages.tar.gz", {"c.html": b"3"}),
    ]
    for page in scan(tmp_path / "folder", *archived).pages:
        page.read()
        sent: Page = pickle.loads(pickle.dumps(page))  # noqa: S301 - made here
        assert sent == page
        assert sent.read() == page.read()


def test_a_digest_is_blake2b_of_32_bytes() -> None:
    assert digest(b"") == "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"
    assert digest(b"a") != digest(b"b")


# --- archives ---------------------------------------------------------------------------------


def pack_zip(path: Path, members: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def pack_tar(path: Path, members: Mapping[str, bytes]) -> Path:
    kind = path.name.lower().rpartition(".")[2].replace("tgz", "gz").replace("tbz2", "bz2")
    kind = kind.replace("txz", "xz").replace("tar", "")
    with tarfile.open(str(path), f"w:{kind}") as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), OLD
            archive.addfile(info, io.BytesIO(data))
    return path


def pack(path: Path, members: Mapping[str, bytes]) -> Path:
    return (pack_zip if path.name.lower().endswith(".zip") else pack_tar)(path, members)


@pytest.mark.parametrize("suffix", [*ARCHIVE_SUFFIXES, ".ZIP", ".Tar.Gz"])
def test_an_archive_gives_its_pages(tmp_path: Path, suffix: str) -> None:
    members = {
        "site/b.html": b"B",
        "./site/a.htm": b"A",
        "site//c.html": b"C",
        "site/style.css": b"",
        "site/.hidden/d.html": b"",
        "__MACOSX/._b.html": b"",
        "/etc/e.html": b"",
        "../f.html": b"",
        "site/../../g.html": b"",
        "C:/h.html": b"",
    }
    found = scan(pack(tmp_path / f"pages{suffix}", members))
    assert names(found) == ["site/a.htm", "site/b.html", "site/c.html"]
    assert ids(found) == ["site.a", "site.b", "site.c"]
    assert [page.read() for page in found.pages] == [b"A", b"B", b"C"]
    assert dict(found.skipped) == {
        "not an HTML page": 1,
        "hidden": 2,
        "path leads outside the archive": 4,
    }
    assert found.failures == ()


@pytest.mark.parametrize("name", ["pages.zip", "pages.tar.xz"])
def test_reading_a_member_stops_one_byte_after_the_limit(tmp_path: Path, name: str) -> None:
    bomb = pack(tmp_path / name, {"a.html": bytes(12 << 20), "b.html": b"B"})
    assert bomb.stat().st_size < 100_000
    first, second = scan(bomb).pages
    assert len(first.read()) == PAGE_LIMIT + 1
    assert second.read() == b"B"


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(("name", "opened"), [("a.zip", "zip"), ("a.tar", "tar")])
def test_of_members_with_one_name_the_last_counts(tmp_path: Path, name: str, opened: str) -> None:
    path = tmp_path / name
    if opened == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.html", b"old")
            archive.writestr("a.html", b"new")
    else:
        pack_tar(path, {"a.html": b"old", "./a.html": b"new"})
    found = scan(path)
    [page] = found.pages
    assert page.read() == b"new"
    assert found.skipped == (("replaced by a later member of the archive", 1),)


def test_links_folders_and_devices_in_archives_are_not_pages(tmp_path: Path) -> None:
    path = tmp_path / "pages.tar"
    with tarfile.open(path, "w") as archive:
        for name, kind in (
            ("link.html", tarfile.SYMTYPE),
            ("hard.html", tarfile.LNKTYPE),
            ("pipe.html", tarfile.FIFOTYPE),
            ("folder.html", tarfile.DIRTYPE),
            ("page.html", tarfile.REGTYPE),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "page.html"
            archive.addfile(info)
    found = scan(path)
    assert names(found) == ["page.html"]
    assert found.skipped == (("not a regular file", 3),)

    path = tmp_path / "pages.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.mkdir("folder.html")
        link = zipfile.ZipInfo("link.html")
        link.external_attr = 0o120777 << 16
        zipped.writestr(link, "/etc/passwd")
        zipped.writestr("page.html", PAGE)
    found = scan(path)
    assert names(found) == ["page.html"]
    assert found.skipped == (("not a regular file", 1),)


def test_members_that_cannot_be_unpacked_are_failures(tmp_path: Path) -> None:
    path = tmp_path / "pages.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("locked.html", PAGE)
        archive.writestr("odd.html", PAGE, compress_type=zipfile.ZIP_LZMA)
        archive.writestr("page.html", PAGE)
    data = bytearray(path.read_bytes())
    directory = data.index(b"PK\x01\x02")
    data[directory + 8] |= 1  # the flag of an encrypted member
    path.write_bytes(data)
    found = scan(path)
    assert names(found) == ["page.html"]
    assert found.failures == (
        Failure(source=f"{path}/locked.html", reason="is encrypted; store it without a password"),
        Failure(
            source=f"{path}/odd.html",
            reason="is compressed in an unusual way; use the ordinary one (deflate)",
        ),
    )


def test_a_damaged_member_says_so_when_it_is_read(tmp_path: Path) -> None:
    path = pack_zip(tmp_path / "pages.zip", {"a.html": b"x" * 1000 + PAGE, "b.html": PAGE})
    data = bytearray(path.read_bytes())
    data[data.index(b"a.html") + 10] ^= 0xFF
    path.write_bytes(data)
    first, second = scan(path).pages
    with pytest.raises(CorpusError, match="cannot be unpacked"):
        first.read()
    assert second.read() == PAGE


@pytest.mark.parametrize("name", ["pages.zip", "pages.tar", "pages.tar.gz"])
def test_archives_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    path = pack(tmp_path / name, {f"{number}.html": b"x" * 1000 for number in range(100)})
    monkeypatch.setattr(archives, "MEMBER_LIMIT", 99)
    found = scan(path)
    assert found.empty_sources == (str(path),)
    assert found.failures[0].reason == "has more than 99 members; split it"


def test_unpacking_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = pack(tmp_path / "pages.tar.gz", {"a.html": bytes(1 << 20)})
    monkeypatch.setattr(archives, "UNPACKED_LIMIT", 1 << 20)
    found = scan(path)
    assert found.failures[0].reason == "unpacks to more than 1,048,576 bytes; split it"


def test_a_member_that_is_no_file_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "pages.tar"
    with tarfile.open(path, "w") as archive:
        info = tarfile.TarInfo("pipe.html")
        info.type = tarfile.FIFOTYPE
        archive.addfile(info)
    with pytest.raises(CorpusError, match="not a regular file"):
        Archive(str(path), limit=10).read("pipe.html")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9), suffix=st.sampled_from(ARCHIVE_SUFFIXES))
def test_damaged_archives_give_pages_or_reasons_and_nothing_else(
    tmp_path: Path, seed: int, suffix: str
) -> None:
    chosen = random.Random(seed)
    path = pack(tmp_path / f"pages{suffix}", {"a.html": PAGE * 50, "ü/b.html": b"B", "c": b""})
    data = bytearray(path.read_bytes())
    for _ in range(chosen.randint(1, 8)):
        data[chosen.randrange(len(data))] = chosen.randrange(256)
    path.write_bytes(data[: chosen.choice([len(data), chosen.randrange(len(data))])])
    for page in scan(path).pages:
        with contextlib.suppress(CorpusError):
            assert len(page.read()) <= PAGE_LIMIT + 1


def test_a_forked_process_opens_the_archive_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = pack_zip(tmp_path / "pages.zip", {"a.html": b"A"})
    [page] = scan(path).pages
    assert page.read() == b"A"
    opened: list[Callable[..., object]] = []
    real = zipfile.ZipFile

    def watched(name: str) -> zipfile.ZipFile:
        opened.append(real)
        return real(name)

    monkeypatch.setattr(zipfile, "ZipFile", watched)
    assert page.read() == b"A"
    assert opened == []
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert page.read() == b"A"
    assert len(opened) == 1
