"""Attacks by what is handed in beside or in place of a notebook's file, alone or in an archive."""

import io
import os
import socket
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ..attack import NAIVE, VECTORIZED, Attack, code, notebook_of
from ..tools import RIGHT

NAME = "softmax.ipynb"
RIGHT_ONE = notebook_of(*(code(RIGHT.replace("{name}", name), name) for name in (NAIVE, VECTORIZED)))
FULL = 20.0
Files = Callable[[Path], None]


def _course(folder: Path) -> Path:
    """Return the arena's course, seen from a folder of the attacker's."""
    return folder.parents[2]


# ---------------------------------------------------------------------- what lies in the folder


def _link_to(target: str, folder: Path) -> None:
    (folder / NAME).symlink_to(_course(folder) / target)


def _link_to_itself(folder: Path) -> None:
    (folder / NAME).symlink_to(NAME)


def _folder_that_is_a_link(folder: Path) -> None:
    folder.rmdir()
    folder.symlink_to(_course(folder) / "submitted" / "neighbour" / "softmax")


def _student_that_is_a_link(folder: Path) -> None:
    folder.rmdir()
    folder.parent.rmdir()
    folder.parent.symlink_to(_course(folder) / "submitted" / "neighbour")


def _pipe(folder: Path) -> None:
    os.mkfifo(folder / NAME)


def _named_socket(folder: Path) -> None:
    there = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"/proc/self/fd/{there}/{NAME}")
    os.close(there)


def _folder_in_its_place(folder: Path) -> None:
    (folder / NAME).mkdir()


def _sparse_giant(folder: Path) -> None:
    with (folder / NAME).open("wb") as file:
        file.truncate(1 << 40)


def _no_file(folder: Path) -> None:
    (folder / "answers.docx").write_text("my answers")


def _empty_file(folder: Path) -> None:
    (folder / NAME).touch()


def _other_case(folder: Path) -> None:
    (folder / "Softmax.ipynb").write_bytes(RIGHT_ONE)


def _other_name_with_control_characters(folder: Path) -> None:
    (folder / "soft\x1b[2J\nmax\u202e.ipynb").write_bytes(RIGHT_ONE)


def _other_name_that_is_no_text(folder: Path) -> None:
    (folder / os.fsdecode(b"soft\xff\xfemax.ipynb")).write_bytes(RIGHT_ONE)


def _control_characters_beside_it(folder: Path) -> None:
    (folder / NAME).write_bytes(RIGHT_ONE)
    for name in ("a\x1b[2J.ipynb", "b\n\r.ipynb", "c\u202e.ipynb", "=cmd|x.ipynb", os.fsdecode(b"\xff.ipynb")):
        (folder / name).write_bytes(b"{}")


def _many_files_beside_it(folder: Path) -> None:
    (folder / NAME).write_bytes(RIGHT_ONE)
    for number in range(2000):
        (folder / f"{'x' * 200}{number}.ipynb").touch()


def _modules_beside_it(folder: Path) -> None:
    (folder / NAME).write_bytes(RIGHT_ONE)
    for name in ("numpy.py", "conftest.py", "sitecustomize.py", "problems.py", "pytest.ini", "pyproject.toml"):
        (folder / name).write_text("raise SystemExit(0)")


def _settings_beside_it(folder: Path) -> None:
    (folder / NAME).write_bytes(RIGHT_ONE)
    (folder / "nbgrader_config.py").write_text("raise SystemExit(0)")
    (folder / "assignment.toml").write_text("[limits]\ncall_seconds = 1e9\n")
    (folder / "softmax.json").write_text('{"score": 20.0}')


READABLE: dict[str, Files] = {
    "hard-to-show-names-beside-it": _control_characters_beside_it,
    "many-files-beside-it": _many_files_beside_it,
    "modules-beside-it": _modules_beside_it,
    "settings-beside-it": _settings_beside_it,
}
LINK, NO_FILE, MISSING = "is a symbolic link", "is not a file", "is missing"
UNREADABLE: dict[str, tuple[Files, str]] = {
    "link-to-the-solution": (partial(_link_to, "solutions/softmax/softmax.ipynb"), LINK),
    "link-to-a-neighbours-work": (partial(_link_to, "submitted/neighbour/softmax/softmax.ipynb"), LINK),
    "link-to-a-secret": (partial(_link_to, "secrets/hidden_test.py"), LINK),
    "link-to-endless-zeros": (partial(_link_to, "/dev/zero"), LINK),
    "link-to-the-graders-memory": (partial(_link_to, "/proc/self/mem"), LINK),
    "link-to-itself": (_link_to_itself, LINK),
    "link-to-nothing": (partial(_link_to, "nowhere"), LINK),
    "folder-that-is-a-link": (_folder_that_is_a_link, "is a link or a file"),
    "student-that-is-a-link": (_student_that_is_a_link, "is a link or a file"),
    "pipe": (_pipe, NO_FILE),
    "socket": (_named_socket, "cannot be read|" + NO_FILE),
    "folder-in-its-place": (_folder_in_its_place, NO_FILE),
    "sparse-giant": (_sparse_giant, "more than the 20 MB"),
    "no-notebook": (_no_file, MISSING),
    "empty-file": (_empty_file, "is empty"),
    "name-in-another-case": (_other_case, "rename the one to be graded"),
    "name-of-control-characters": (_other_name_with_control_characters, "rename the one to be graded"),
    "name-that-is-no-text": (_other_name_that_is_no_text, "rename the one to be graded"),
}

# ---------------------------------------------------------------------- archives


def _zipped(*members: tuple[str, bytes], kind: int = 0, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = (kind | 0o644) << 16
            archive.writestr(info, data, method)
    return content.getvalue()


def _bomb(size: int) -> bytes:
    """Return an archive of zeros, a thousandth of their size."""
    return _zipped(("zeros.bin", bytes(size)))


def _nested() -> bytes:
    inner = _zipped((NAME, RIGHT_ONE))
    for _ in range(20):
        inner = _zipped(("inner.zip", inner))
    return inner


def _encrypted() -> bytes:
    """Return an archive whose flags say that it is encrypted."""
    data = bytearray(_zipped((NAME, RIGHT_ONE)))
    data[6] |= 1
    data[data.rindex(b"PK\1\2") + 8] |= 1
    return bytes(data)


def _lying_size() -> bytes:
    data = bytearray(_zipped((NAME, RIGHT_ONE)))
    struct.pack_into("<L", data, data.rindex(b"PK\1\2") + 24, 10)
    return bytes(data)


def _lying_sum() -> bytes:
    data = bytearray(_zipped((NAME, RIGHT_ONE)))
    struct.pack_into("<L", data, data.rindex(b"PK\1\2") + 16, zlib.crc32(b"other"))
    return bytes(data)


def _overlapping() -> bytes:
    """Return an archive whose list names one file's bytes a hundred times."""
    data = _zipped((NAME, bytes(10**6)))
    start = data.rindex(b"PK\1\2")
    end = data.rindex(b"PK\5\6")
    entry = data[start:end]
    entries = b"".join(entry.replace(NAME.encode(), f"softm{number:02d}.ipynb".encode()) for number in range(100))
    record = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 100, 100, len(entries), start, 0)
    return data[:start] + entries + record


ARCHIVES: dict[str, tuple[bytes, str]] = {
    "path-above": (_zipped(("../../open/softmax.ipynb", RIGHT_ONE)), r"has '\.\.' in its path"),
    "path-above-in-the-middle": (_zipped(("a/../../../open/there", b"x")), r"has '\.\.' in its path"),
    "path-from-the-root": (_zipped(("/attack-left-behind", b"x")), "absolute path"),
    "path-of-another-system": (_zipped(("..\\..\\open\\there", b"x")), "programs read differently"),
    "path-on-a-drive": (_zipped(("C:/softmax.ipynb", b"x")), "absolute path"),
    "link": (_zipped((NAME, b"/etc/passwd"), kind=stat.S_IFLNK), "is a link, a pipe or a device"),
    "link-as-a-folder": (_zipped(("a", b".."), ("a/there", b"x"), kind=stat.S_IFLNK), "is a link, a pipe or a device"),
    "device": (_zipped((NAME, b""), kind=stat.S_IFCHR), "is a link, a pipe or a device"),
    "pipe-in-an-archive": (_zipped((NAME, b""), kind=stat.S_IFIFO), "is a link, a pipe or a device"),
    "bomb": (_bomb(12 << 20), "times its size"),
    "bomb-of-many-files": (_zipped(*((f"{n}.bin", b"") for n in range(3000))), "lists more than|more than 1000 files"),
    "bomb-of-overlapping-files": (_overlapping(), "shares its bytes|times its size|sizes are wrong"),
    "encrypted": (_encrypted(), "is encrypted"),
    "another-method": (_zipped((NAME, RIGHT_ONE), method=zipfile.ZIP_LZMA), "packed with method"),
    "lying-about-its-size": (_lying_size(), "sizes are wrong|no complete zip"),
    "lying-about-its-sum": (_lying_sum(), "no complete zip"),
    "cut-off": (_zipped((NAME, RIGHT_ONE))[:-30], "no complete zip"),
    "no-archive": (b"PK\3\4 and nothing else", "no complete zip"),
    "twice-but-for-capitals": (_zipped((NAME, RIGHT_ONE), ("SOFTMAX.ipynb", b"{}")), "same name but for capitals"),
    "twice-but-for-accents": (
        _zipped(("\u00e9/" + NAME, RIGHT_ONE), ("e\u0301/" + NAME, b"{}")),
        "same name but for capitals",
    ),
    "name-of-escapes": (_zipped(("soft\x1b[2Jmax.ipynb", RIGHT_ONE)), "control characters"),
    "name-of-line-ends": (_zipped(("soft\nmax.ipynb", RIGHT_ONE)), "control characters"),
    "name-from-right-to-left": (_zipped(("soft\u202exam.ipynb", RIGHT_ONE)), "control characters"),
    "name-too-long": (_zipped(("x" * 250 + ".ipynb", RIGHT_ONE)), "too long"),
    "deep-folders": (_zipped(("a/" * 60 + NAME, RIGHT_ONE)), "too many folders"),
}


def _packed(content: bytes, folder: Path) -> None:
    (folder / "hw.zip").write_bytes(content)


ATTACKS = (
    *(Attack(name, "^only softmax.ipynb is graded|^$", files=files, most=FULL) for name, files in READABLE.items()),
    *(Attack(name, told, files=files, judged=False) for name, (files, told) in UNREADABLE.items()),
    *(
        Attack(f"archive/{name}", told, files=partial(_packed, content), archive=True, judged=False)
        for name, (content, told) in ARCHIVES.items()
    ),
    Attack(
        "archive/in-an-archive-twenty-deep", "is missing", files=partial(_packed, _nested()), archive=True, judged=False
    ),
)
