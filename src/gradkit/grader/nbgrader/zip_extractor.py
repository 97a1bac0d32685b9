"""The part of ``nbgrader zip_collect`` that unpacks downloads: an ExtractorPlugin that trusts no archive.

An archive becomes a folder of its own name, ``submissions.zip/``; so does one that a student handed in.
"""

import os
import shutil
import stat
import tempfile
from pathlib import Path

from nbgrader.plugins import ExtractorPlugin
from traitlets import Integer

from gradkit.wording import visible

from ..errors import SubmissionError
from .archive import MEGABYTE, Limits, has_control_characters, unpack
from .collect_names import ARCHIVE, is_lms_name, left_by_programs, read_path

OTHER_ARCHIVES = (".7z", ".bz2", ".gz", ".rar", ".tar", ".tgz", ".xz", ".zst")


class CarefulExtractor(ExtractorPlugin):  # type: ignore[misc]   # nbgrader ships no types
    """Unpacks the class's zip archives, and one level of those that students handed in.

    A class's archive with anything in it that no LMS writes stops the command before anything is collected.
    What a student can have caused is left out and named, and the rest of the class is collected.
    """

    max_file = Integer(100, help="Megabytes of one unpacked file, and of an archive that a student handed in.").tag(
        config=True
    )
    max_hand_in = Integer(200, help="Megabytes of all unpacked files of one student.").tag(config=True)
    max_total = Integer(20_000, help="Megabytes of all unpacked files of one archive.").tag(config=True)
    max_files = Integer(1000, help="Files of one student.").tag(config=True)

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Copy and unpack everything below one folder into another, which is empty."""
        source, target = Path(archive_path), Path(extracted_path)
        for path in sorted(source.rglob("*")):
            parts = path.relative_to(source).parts
            if not left_by_programs(parts) and not stat.S_ISDIR(path.lstat().st_mode):
                self._take(path, target.joinpath(*parts), is_class=len(parts) == 1 and not is_lms_name(parts[0]))
        for path in sorted(target.rglob("*")):
            if path.suffix.lower() == ARCHIVE and path.is_file():
                self._unpack_hand_in(path)
            elif path.suffix.lower() in OTHER_ARCHIVES and path.is_file():
                self.log.error("%s is not opened: only zip archives are; ask for one", self._shown(path, target))

    def _limits(self) -> Limits:
        return Limits(
            files=self.max_files,
            file=self.max_file * MEGABYTE,
            hand_in=self.max_hand_in * MEGABYTE,
            total=self.max_total * MEGABYTE,
        )

    def _take(self, path: Path, target: Path, *, is_class: bool) -> None:
        """Unpack a class's archive, copy any other file; links and other special files are left out."""
        if has_control_characters(path.name) or not stat.S_ISREG(path.lstat().st_mode):
            self.log.error(
                "%s is a link or no file, or has control characters in its name, and was left out: put the file itself"
                " there",
                visible(str(path)),
            )
        elif is_class and path.suffix.lower() == ARCHIVE:
            self._unpack_class(path, target)
        elif path.stat().st_size > self.max_file * MEGABYTE:
            self.log.error("%s has more than %d MB, and was left out", path, self.max_file)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)

    def _unpack_class(self, path: Path, target: Path) -> None:
        try:
            left_out = unpack(path, target, self._limits(), lambda member: _hand_in(path.name, member))
        except SubmissionError as error:
            self.log.error(
                "%s. No LMS writes that, so nothing was collected: download it once more, or move it away", error
            )
            raise SystemExit(1) from None
        for sentence in left_out:
            self.log.error("%s", sentence)
        _date_like(target, path)

    def _unpack_hand_in(self, path: Path) -> None:
        """Put a folder in the place of an archive; one that is refused costs only the student."""
        limits = self._limits()._replace(members=self.max_files, total=self.max_hand_in * MEGABYTE)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".unpacking-") as folder:
            fresh = Path(folder) / "content"
            try:
                unpack(path, fresh, limits)
            except SubmissionError as error:
                self.log.error("%s. Only this hand-in is left out: ask for the notebook itself", error)
            else:
                _date_like(fresh, path)
                path.unlink()
                fresh.rename(path)
                return
        path.unlink()

    def _shown(self, path: Path, target: Path) -> str:
        return visible(str(path.relative_to(target)), 300)


def _hand_in(archive: str, member: str) -> str:
    """Return to whose hand-in a member of the class's archive belongs; one that tells nothing is its own."""
    try:
        reading = read_path((archive, *member.removesuffix("/").split("/")))
    except SubmissionError:
        return member
    return f"{reading.source} {reading.who}"


def _date_like(folder: Path, archive: Path) -> None:
    """Date every unpacked file like its archive, which tells when it was downloaded.

    The times inside an archive are of no use: Canvas and Moodle write the moment of the download, students
    whatever they like.
    """
    time = archive.stat().st_mtime_ns
    for path in folder.rglob("*"):
        os.utime(path, ns=(time, time))
