"""Unpacks a zip archive that somebody else made; knows nothing of nbgrader, of students or of an LMS.

Two kinds of faults: what no honest program writes (a path out of the folder, a link, sizes that lie) refuses
the archive, and what a student can cause in a class's archive (a huge file, an odd name) costs only that hand-in.
"""

import re
import shutil
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple

from gradkit.wording import visible

from ..errors import SubmissionError

MEGABYTE = 10**6
CHUNK = 1 << 20
DIRECTORY_ENTRY = 1000  # bytes: 46 and the name, an extra field and a comment
LOCAL_HEADER = struct.Struct("<4s22xHH")
END_RECORD = struct.Struct("<4s8xL6x")
LARGE_LOCATOR = struct.Struct("<4s4xQ4x")  # before the end record, and before it:
LARGE_RECORD = struct.Struct("<4s36xQ8x")
ENTRY_MARK = b"PK\1\2"
BIDI_CONTROLS = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError)


class Limits(NamedTuple):
    """How much is taken from one archive.

    Attributes:
        members: files and folders in the archive.
        files: files of one hand-in.
        file: bytes of one unpacked file; also of an archive that a student handed in.
        hand_in: bytes of all unpacked files of one hand-in.
        total: bytes of all unpacked files.
        ratio: unpacked bytes for each packed one, asked of files with more than 10 MB.
    """

    members: int = 100_000
    files: int = 1000
    file: int = 100 * MEGABYTE
    hand_in: int = 200 * MEGABYTE
    total: int = 20_000 * MEGABYTE
    ratio: int = 200


def unpack(
    archive: Path, folder: Path, limits: Limits | None = None, hand_in: Callable[[str], str] | None = None
) -> list[str]:
    """Unpack an archive into a new folder; return a sentence for each thing that was left out.

    Args:
        archive: the zip file.
        folder: where to; it must not exist, and does not exist afterwards if the archive is refused.
        limits: how much is taken.
        hand_in: tells from a member's path to whose hand-in it belongs. Without it the archive is one hand-in,
            and whatever is wrong with a member refuses it all.

    Raises SubmissionError, with one sentence, for an archive that is refused.
    """
    limits, name = limits or Limits(), visible(archive.name, 200)
    left_out: list[str] = []
    try:
        with _opened(archive, limits) as (file, zipped):
            _refuse_forged(file, zipped)
            faults = _faults(zipped.infolist(), limits, hand_in or (lambda _: ""))
            left_out = [f"{name}: {visible(member, 200)} is left out: {what}" for member, what in faults.items()]
            if faults and not hand_in:
                member, what = next(iter(faults.items()))
                raise SubmissionError(f"{name}: {visible(member, 200)} is refused: {what}")
            kept = [info for info in zipped.infolist() if info.filename not in faults]
            if sum(info.file_size for info in kept) > limits.total:
                raise SubmissionError(f"{name} holds more than {limits.total // MEGABYTE} MB: unpack it yourself")
            _write(zipped, kept, folder)
    except DAMAGED as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise SubmissionError(
            f"{name} is no complete zip archive ({visible(str(error), 120)}): get it once more"
        ) from None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return left_out


@contextmanager
def _opened(archive: Path, limits: Limits) -> Iterator[tuple[BinaryIO, zipfile.ZipFile]]:
    with archive.open("rb") as file:
        # The list of contents becomes many objects in memory: look at its size and count its entries first.
        end, size = _directory(file)
        file.seek(max(0, end - size))
        if size > limits.members * DIRECTORY_ENTRY or file.read(size).count(ENTRY_MARK) > limits.members:
            raise SubmissionError(f"{visible(archive.name, 200)} lists more than {limits.members} files")
        with zipfile.ZipFile(file) as zipped:
            yield file, zipped


def _directory(file: BinaryIO) -> tuple[int, int]:
    """Return where an archive's list of contents ends, and how many bytes it has, by the records behind it."""
    start = file.seek(max(0, file.seek(0, 2) - (1 << 16) - END_RECORD.size))
    tail = file.read()
    place = tail.rfind(b"PK\5\6")
    if place < 0 or len(tail) - place < END_RECORD.size:
        raise zipfile.BadZipFile("its end is missing")
    (_, size) = END_RECORD.unpack_from(tail, place)
    end = start + place
    record = end - LARGE_LOCATOR.size - LARGE_RECORD.size
    if record >= 0:
        # Of a large archive the size stands in a record of its own, which is read whatever the end record says.
        file.seek(record)
        (large, large_size) = LARGE_RECORD.unpack(file.read(LARGE_RECORD.size))
        (locator, located) = LARGE_LOCATOR.unpack(file.read(LARGE_LOCATOR.size))
        if locator == b"PK\6\7":
            if large != b"PK\6\6" or located != record:
                raise zipfile.BadZipFile("its end contradicts itself")
            return record, large_size
    return end, size


def _refuse_forged(file: BinaryIO, zipped: zipfile.ZipFile) -> None:
    """Raise SubmissionError for what no program writes that means well."""
    archive, members = visible(Path(file.name).name, 200), zipped.infolist()
    for info in members:
        if what := _forged(info):
            raise SubmissionError(f"{archive}: {visible(info.orig_filename, 200)} {what}")
    twice = [name for name, times in Counter(info.filename for info in members).items() if times > 1]
    if twice:
        raise SubmissionError(f"{archive}: {visible(twice[0], 200)} is in it more than once")
    end = 0
    for info in sorted(members, key=lambda info: info.header_offset):
        if info.header_offset < 0:
            raise zipfile.BadZipFile("its beginning is missing")
        file.seek(info.header_offset)
        mark, name, extra = LOCAL_HEADER.unpack(file.read(LOCAL_HEADER.size))
        if mark != b"PK\3\4" or info.header_offset < end:
            raise SubmissionError(f"{archive}: {visible(info.filename, 200)} shares its bytes with another file")
        end = info.header_offset + LOCAL_HEADER.size + name + extra + info.compress_size
    if end > zipped.start_dir:
        raise SubmissionError(f"{archive}: the sizes of its files are wrong: they reach beyond the archive's end")


def _forged(info: zipfile.ZipInfo) -> str:
    path, kind = info.orig_filename, stat.S_IFMT(info.external_attr >> 16)
    parts = path.removesuffix("/").split("/")
    if path.startswith("/") or re.match("[A-Za-z]:", path):
        return "has an absolute path: it would be written outside its folder"
    if ".." in parts:
        return "has '..' in its path: it would be written outside its folder"
    if "\\" in path or "\0" in path or "" in parts or "." in parts:
        return "has a path that programs read differently (a backslash, a zero byte or an empty part)"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link, a pipe or a device, expected a file"
    if info.flag_bits & 0x1:
        return "is encrypted, and nobody can enter a password here"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return f"is packed with method {info.compress_type}, expected deflate: pack it with an ordinary zip program"
    return ""


def _faults(members: list[zipfile.ZipInfo], limits: Limits, hand_in: Callable[[str], str]) -> dict[str, str]:
    """Return what a student can have caused: the path of each member to be left out, and why."""
    faults = {info.filename: what for info in members if (what := _unfit(info, limits))}
    same: dict[str, list[str]] = {}
    named = [info for info in members if info.filename not in faults]  # only these names are short enough to be read
    for info in named:
        same.setdefault(_folded(info.filename), []).append(info.filename)
    for info in named:
        twins = same[_folded(info.filename)]
        above = [str(place) for place in PurePosixPath(_folded(info.filename)).parents]
        files_above = [path for place in above for path in same.get(place, []) if not path.endswith("/")]
        if len(twins) > 1 or files_above:
            faults[info.filename] = "another member has the same name but for capitals or accents, or is its folder"
    sizes: Counter[str] = Counter()
    files: Counter[str] = Counter()
    whose = {info.filename: hand_in(info.filename) for info in named}
    for info in named:
        if info.filename not in faults:
            sizes[whose[info.filename]] += info.file_size
            files[whose[info.filename]] += 1
    for path, who in whose.items():
        if sizes[who] > limits.hand_in or files[who] > limits.files:
            faults[path] = (
                f"its hand-in unpacks to {files[who]} files with {sizes[who] // MEGABYTE} MB, more than"
                f" {limits.files} files or {limits.hand_in // MEGABYTE} MB"
            )
    return faults


def _unfit(info: zipfile.ZipInfo, limits: Limits) -> str:
    if has_control_characters(info.filename):
        return "it has control characters in its name"
    if any(len(part.encode()) > 240 for part in info.filename.split("/")) or len(info.filename) > 1000:
        return "its name is too long"
    if info.filename.count("/") > 30:
        return "it lies in too many folders"
    if info.file_size > limits.file:
        return f"it unpacks to {info.file_size // MEGABYTE} MB, more than {limits.file // MEGABYTE} MB"
    if info.file_size > max(10 * MEGABYTE, limits.ratio * info.compress_size):
        return f"it unpacks to more than {limits.ratio} times its size"
    return ""


def has_control_characters(name: str) -> bool:
    """Tell whether a name could steer a terminal or is not what it looks like: controls, line ends, bidi marks."""
    return any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or c in BIDI_CONTROLS for c in name)


def _folded(path: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", path).casefold()).removesuffix("/")


def _write(zipped: zipfile.ZipFile, members: list[zipfile.ZipInfo], folder: Path) -> None:
    """Write members below a new folder; raises SubmissionError if one is not as long as it says."""
    folder.mkdir(parents=True)
    for info in members:
        target = folder / info.filename
        if info.is_dir():
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with zipped.open(info) as source, target.open("xb") as copy:
            written = 0
            while chunk := source.read(CHUNK):
                written += len(chunk)
                if written > info.file_size:
                    break
                copy.write(chunk)
        if written != info.file_size:
            raise SubmissionError(
                f"{visible(Path(zipped.filename or '').name, 200)}: {visible(info.filename, 200)} unpacks to {written}"
                f" bytes, expected {info.file_size}: its sizes are wrong"
            )
