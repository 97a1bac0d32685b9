"""Each kind of hostile archive is refused with a sentence, or costs only the hand-in that it comes from."""

import io
import os
import stat
import struct
import zipfile

import pytest

from gradkit.grader.errors import SubmissionError
from gradkit.grader.nbgrader.archive import Limits, unpack

MARK, LOCAL, CENTRAL = 0x1, b"PK\3\4", b"PK\1\2"
SMALL = Limits(members=20, files=3, file=30_000_000, hand_in=40_000_000, total=50_000_000)


def entry(name, mode=0o100644, method=zipfile.ZIP_DEFLATED):
    """Return a member of this name and kind."""
    info = zipfile.ZipInfo("x")
    info.filename = info.orig_filename = name
    info.external_attr = mode << 16
    info.compress_type = method
    return info


@pytest.fixture
def pack(tmp_path):
    """Write an archive with members given as name=content pairs or (ZipInfo, content)."""

    def write(*members, name="class.zip"):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in members:
                archive.writestr(entry(member) if isinstance(member, str) else member, content)
        return tmp_path / name

    return write


def patched(path, mark, offset, form, value, number=0):
    """Overwrite a field of the header that starts with ``mark``, of the given member."""
    data = bytearray(path.read_bytes())
    place = -1
    for _ in range(number + 1):
        place = data.index(mark, place + 1)
    struct.pack_into(form, data, place + offset, value)
    path.write_bytes(data)
    return path


def files(folder):
    """Return path -> content of every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def owner(member):
    """Return the first folder: whose hand-in a member is."""
    return member.split("/")[0]


def test_ordinary_archive(pack, tmp_path):
    """Files and folders are unpacked, and nothing is left out."""
    path = pack(("ann/softmax.ipynb", "{}"), (entry("bob/", 0o40755), ""), ("bob/é 中.ipynb", "[]"))
    assert unpack(path, tmp_path / "out") == []
    assert files(tmp_path / "out") == {"ann/softmax.ipynb": b"{}", "bob/é 中.ipynb": b"[]"}


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("../evil.ipynb", r"'\.\.' in its path"),
        ("ann/../../evil.ipynb", r"'\.\.' in its path"),
        ("/etc/evil", "absolute"),
        ("C:evil.ipynb", "absolute"),
        ("c:/evil.ipynb", "absolute"),
        ("..\\evil.ipynb", "backslash"),
        ("ann//evil.ipynb", "empty part"),
        ("./evil.ipynb", "empty part"),
        ("", "empty part"),
    ],
)
def test_paths_out_of_the_folder(pack, tmp_path, name, what):
    """A path that leads out of the folder, or that programs read differently, refuses the archive."""
    path = pack(("ann/softmax.ipynb", "{}"), (name, "evil"))
    with pytest.raises(SubmissionError, match=what):
        unpack(path, tmp_path / "out", hand_in=owner)
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "evil.ipynb").exists()


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_special_members(pack, tmp_path, kind):
    """A link, a pipe, a device or a socket refuses the archive."""
    path = pack((entry("ann/softmax.ipynb", kind | 0o777), "/etc/passwd"))
    with pytest.raises(SubmissionError, match=r"softmax\.ipynb is a link, a pipe or a device"):
        unpack(path, tmp_path / "out", hand_in=owner)


def test_zero_byte_in_a_name(pack, tmp_path):
    """A name with a zero byte, behind which some programs stop reading, refuses the archive."""
    path = pack(("ann/softmax_ipynb.exe", "{}"))
    path.write_bytes(path.read_bytes().replace(b"softmax_", b"softmax\0"))
    with pytest.raises(SubmissionError, match="zero byte"):
        unpack(path, tmp_path / "out", hand_in=owner)


def encrypted(path):
    """Set the mark of an encrypted member in both headers."""
    return patched(patched(path, LOCAL, 6, "<H", MARK), CENTRAL, 8, "<H", MARK)


def sharing_bytes(path):
    """Let the second member of the list start where the first does."""
    return patched(path, CENTRAL, 42, "<L", 0, number=1)


def reaching_beyond(path):
    """Let the last member be longer than what is left of the archive."""
    return patched(path, CENTRAL, 20, "<L", 10**6, number=1)


def sizes_too_small(path):
    """Let a member claim to be shorter than it is."""
    return patched(path, CENTRAL, 24, "<L", 5)


def sizes_too_great(path):
    """Let a member claim to be longer than it is."""
    return patched(path, CENTRAL, 24, "<L", 1005)


def half_written(path):
    """Cut an archive as an interrupted download does."""
    path.write_bytes(path.read_bytes()[:-40])
    return path


def damaged(path):
    """Change one byte of a member's content."""
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    path.write_bytes(data)
    return path


def long_list(path):
    """Let the end record speak of a list of contents that would fill the memory."""
    return patched(path, b"PK\5\6", 12, "<L", 10**9)


@pytest.mark.parametrize("hand_in", [None, owner], ids=["hand-in", "class"])
@pytest.mark.parametrize(
    ("change", "what"),
    [
        (encrypted, "encrypted"),
        (sharing_bytes, "shares its bytes|is in it more than once"),
        (reaching_beyond, "sizes of its files are wrong"),
        (sizes_too_small, "no complete zip archive|sizes are wrong"),
        (sizes_too_great, "no complete zip archive|sizes are wrong"),
        (half_written, "no complete zip archive"),
        (damaged, "no complete zip archive"),
        (long_list, "lists more than 20 files"),
    ],
)
def test_forged_and_damaged(pack, tmp_path, change, what, hand_in):
    """An archive that is damaged or contradicts itself is refused, and nothing of it stays."""
    path = change(pack(("ann/softmax.ipynb", os.urandom(1000)), ("bob/softmax.ipynb", os.urandom(1000))))
    with pytest.raises(SubmissionError, match=what):
        unpack(path, tmp_path / "out", SMALL, hand_in)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("members", "what"),
    [
        ([(f"s{n}/softmax.ipynb", "{}") for n in range(21)], "lists more than 20 files"),
        ([(entry("a.ipynb", method=zipfile.ZIP_BZIP2), "{}")], "method 12, expected deflate"),
        ([(entry("a.ipynb", method=zipfile.ZIP_LZMA), "{}")], "method 14, expected deflate"),
        ([(f"s{n}/a", os.urandom(100) + bytes(9_900_000)) for n in range(6)], "more than 50 MB"),
    ],
)
def test_whole_archive_is_refused(pack, tmp_path, members, what):
    """Too many files, another compression or too much of it all refuses the archive."""
    with pytest.raises(SubmissionError, match=what):
        unpack(pack(*members), tmp_path / "out", SMALL, owner)


def test_one_name_twice(pack, tmp_path):
    """Two members of one name refuse the archive: programs differ in which of them they show."""
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = pack(("ann/softmax.ipynb", "1"), ("ann/softmax.ipynb", "2"))
    with pytest.raises(SubmissionError, match="more than once"):
        unpack(path, tmp_path / "out", hand_in=owner)


CAUSED_BY_STUDENTS = [
    ([("eve/bomb.ipynb", bytes(20_000_000))], "more than 200 times"),
    ([("eve/big.ipynb", bytes(31_000_000))], "unpacks to 31 MB, more than 30 MB"),
    ([(f"eve/{n}.ipynb", os.urandom(200_000) + bytes(20_000_000)) for n in range(3)], "40 MB"),
    ([(f"eve/{n}.ipynb", "{}") for n in range(4)], "4 files"),
    ([("eve/A.ipynb", "1"), ("eve/a.ipynb", "2")], "capitals or accents"),
    ([("eve/\u00e9.ipynb", "1"), ("eve/e\u0301.ipynb", "2")], "capitals or accents"),
    ([("eve/a/b.ipynb", "1"), ("eve/A", "2")], "capitals or accents"),
    ([("eve/red\x1b[31m.ipynb", "1")], "control characters"),
    ([("eve/\u202eipynb.exe", "1")], "control characters"),
    ([("eve/two\nlines.ipynb", "1")], "control characters"),
    ([("eve/" + "x" * 300, "1")], "too long"),
    ([("eve/" + "x/" * 40 + "y", "1")], "too many folders"),
]


@pytest.mark.parametrize(("members", "what"), CAUSED_BY_STUDENTS)
def test_student_in_the_class(pack, tmp_path, members, what):
    """What a student can cause costs that student the file, and nobody else anything."""
    path = pack(("ann/softmax.ipynb", "1"), *members, ("zoe/softmax.ipynb", "2"))
    left_out = unpack(path, tmp_path / "out", SMALL, owner)
    assert left_out
    assert what in left_out[0]
    assert all(sentence.startswith("class.zip: eve/") for sentence in left_out)
    assert all(sentence.isprintable() for sentence in left_out)
    there = files(tmp_path / "out")
    assert {path: there[path] for path in there if not path.startswith("eve")} == {
        "ann/softmax.ipynb": b"1",
        "zoe/softmax.ipynb": b"2",
    }


@pytest.mark.parametrize(("members", "what"), CAUSED_BY_STUDENTS)
def test_student_alone(pack, tmp_path, members, what):
    """In an archive that is one hand-in the same refuses all of it."""
    with pytest.raises(SubmissionError, match=what):
        unpack(pack(*members), tmp_path / "out", SMALL)
    assert not (tmp_path / "out").exists()


def test_no_archive_at_all(tmp_path):
    """Text, nothing, and the start of another format are no zip archive."""
    for content in (b"", b"hello", b"\x1f\x8b" + bytes(100), b"PK\5\6"):
        (tmp_path / "class.zip").write_bytes(content)
        with pytest.raises(SubmissionError, match="no complete zip archive"):
            unpack(tmp_path / "class.zip", tmp_path / "out")


def test_nested_archive_is_not_opened(pack, tmp_path):
    """An archive in an archive is a file like any other: the caller decides."""
    inner = pack(("softmax.ipynb", "{}"), name="inner.zip")
    unpack(pack(("ann/inner.zip", inner.read_bytes())), tmp_path / "out")
    assert list(files(tmp_path / "out")) == ["ann/inner.zip"]


def test_streamed_archive(tmp_path):
    """An archive whose sizes stand behind the files, as Moodle streams them, is read."""

    class Stream(io.BytesIO):
        def seekable(self):
            return False

        def tell(self):
            raise OSError

    stream = Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("ann/softmax.ipynb", "bob/softmax.ipynb"):
            archive.writestr(name, name * 100)
    (tmp_path / "class.zip").write_bytes(stream.getvalue())
    assert unpack(tmp_path / "class.zip", tmp_path / "out", hand_in=owner) == []
    assert len(files(tmp_path / "out")) == 2


@pytest.fixture
def large(tmp_path):
    """Write an archive of 21 files as those beyond 4 GB are written, fields of its end as the caller wishes."""

    def write(mark=b"PK\6\6", beside=0, listed=0xFFFFFFFF, comment=b""):
        path = tmp_path / "large.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for number in range(21):
                archive.writestr(f"s{number}/softmax.ipynb", "{}")
        data = path.read_bytes()
        size, start = struct.unpack("<LL", data[-10:-2])
        place = len(data) - 22
        record = struct.pack("<4sQ2H2L4Q", mark, 44, 45, 45, 0, 0, 21, 21, size, start)
        locator = struct.pack("<4sLQL", b"PK\6\7", 0, place + beside, 1)
        end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, listed, 0xFFFFFFFF, len(comment))
        path.write_bytes(data[:place] + record + locator + end + comment)
        return path

    return write


@pytest.mark.parametrize("comment", [b"", bytes(0xFFFF)], ids=["", "comment"])
def test_large_archive_format(large, tmp_path, comment):
    """The end of archives beyond 4 GB is understood, however far it is from the file's end."""
    assert unpack(large(comment=comment), tmp_path / "out", hand_in=owner) == []
    assert len(files(tmp_path / "out")) == 21


@pytest.mark.parametrize("comment", [b"", bytes(0xFFFF)], ids=["", "comment"])
@pytest.mark.parametrize("listed", [0, 47, 0xFFFFFFFF])
def test_large_archive_is_counted(large, tmp_path, listed, comment):
    """Whatever size stands where small archives have it, the list that is read is the one that is counted."""
    with pytest.raises(SubmissionError, match="lists more than 20 files"):
        unpack(large(listed=listed, comment=comment), tmp_path / "out", SMALL, owner)


@pytest.mark.parametrize("change", [{"mark": b"PK\6\5"}, {"beside": -1}], ids=["mark", "place"])
def test_large_archive_that_contradicts_itself(large, tmp_path, change):
    """What programs would read differently is refused."""
    with pytest.raises(SubmissionError, match="its end contradicts itself"):
        unpack(large(**change), tmp_path / "out", hand_in=owner)


def test_names_are_read_only_if_they_are_short(pack, tmp_path):
    """Whose hand-in a member is takes time that grows with the name's length: it is not asked of a long one."""
    asked = []

    def ask(member):
        asked.append(member)
        return owner(member)

    path = pack(("ann/softmax.ipynb", "1"), (f"x{'_1' * 4000}_x.ipynb", "2"), ("eve/" + "x" * 241, "3"))
    assert len(unpack(path, tmp_path / "out", hand_in=ask)) == 2
    assert asked == ["ann/softmax.ipynb"]
