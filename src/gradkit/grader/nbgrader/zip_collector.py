"""The part of ``nbgrader zip_collect`` that finds out whose file it is: understands Canvas, Moodle and folders.

nbgrader asks file by file, and stops for the whole class at two files that it cannot tell apart. So the first
question makes a plan of all files: which are collected, for whom, under which name.
"""

import filecmp
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from nbgrader.plugins import FileNameCollectorPlugin
from nbgrader.utils import find_all_notebooks
from traitlets import Unicode

from gradkit.wording import visible

from ..errors import CourseError, SubmissionError
from .collect_names import HandIn, left_by_programs, notebook_name, read_path, read_time, require_student
from .roster import Roster, read_roster
from .timestamps import EXAMPLE, read_timestamp


class Found(NamedTuple):
    """One downloaded file.

    Attributes:
        path: where it was unpacked.
        student: whose it is.
        file: the name under which it is collected.
        rank: the file with the greatest one counts: time, upload, download, number in the name, place.
        hand_in: what its path says.
        time: when it was handed in, if that is known.
    """

    path: Path
    student: str
    file: str
    rank: tuple[Any, ...]
    hand_in: HandIn
    time: datetime | None


class LmsCollector(FileNameCollectorPlugin):  # type: ignore[misc]   # nbgrader ships no types
    """Tells whose notebook each file is, without any regular expression; one that is configured still wins."""

    roster = Unicode("course/roster.csv", help="The class list, a CSV file below the course's folder.").tag(config=True)
    timestamp = Unicode(
        "", help="When everybody handed in, say '2026-03-01 23:59 UTC', as downloads do not tell. Empty: unknown."
    ).tag(config=True)
    late_timestamp = Unicode("", help="The same for those whom Canvas marks as late.").tag(config=True)

    _plan: dict[str, dict[str, Any]] | None = None

    def collect(self, submitted_file: str) -> dict[str, Any] | None:
        """Return student, file and perhaps time for a file that is to be collected, None for any other."""
        if self._plan is None:
            try:
                self._plan = self._make_plan()
            except CourseError as error:
                self.log.error("%s. Nothing was collected.", error)
                raise SystemExit(1) from None
        return self._plan.get(os.path.abspath(submitted_file))  # noqa: PTH100 - links stay as they are

    def _make_plan(self) -> dict[str, dict[str, Any]]:
        app, course = self.parent, self.parent.coursedir
        place = app.collect_directory_structure.format(
            downloaded=app.downloaded_directory,
            assignment_id=course.assignment_id,
            collect_step=app.extracted_directory,
        )
        folder = Path(course.root, place)
        roster = read_roster(Path(course.root, self.roster))
        times = (self._time("timestamp"), self._time("late_timestamp"))
        found = self._separated(list(self._find(folder, roster, times)), roster)
        self._name_those_without([each for each in found if each.path.suffix not in self.valid_ext], found)
        chosen = self._newest(each for each in found if each.path.suffix in self.valid_ext)
        if roster and (named := _by_name_alone(found, roster)):
            self.log.warning(
                "Known by nothing but a full name, which students may be able to choose: %s; a moodle_id in the roster"
                " makes it certain",
                ", ".join(named),
            )
        late = sorted({each.student for each in chosen if each.hand_in.late})
        if late:
            self.log.warning("Canvas marks as late: %s", ", ".join(late))
        wanted = {student for student in sorted({each.student for each in chosen}) if self._is_wanted(student, chosen)}
        return {str(each.path): _answer(each) for each in chosen if each.student in wanted}

    def _time(self, setting: str) -> datetime | None:
        text = getattr(self, setting)
        time = read_timestamp(text)
        if text and time is None:
            raise CourseError(f"LmsCollector.{setting} is {text!r}, expected a time like {EXAMPLE}")
        return time

    def _find(
        self, folder: Path, roster: Roster | None, times: tuple[datetime | None, datetime | None]
    ) -> Iterator[Found]:
        """Yield every file whose student is known, and say why another is not."""
        course = self.parent.coursedir
        released = find_all_notebooks(course.format_path(course.release_directory, ".", course.assignment_id))
        wanted = released or [f"{course.assignment_id}.ipynb"]
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            parts = path.relative_to(folder).parts
            if left_by_programs(parts):
                continue
            try:
                if self.named_regexp:
                    found = self._matched(path)
                else:
                    found = self._read(path, read_path(parts), roster, wanted, times)
            except SubmissionError as error:
                self.log.error("%s", error)
                continue
            if found:
                yield found

    def _read(
        self,
        path: Path,
        hand_in: HandIn,
        roster: Roster | None,
        wanted: Iterable[str],
        times: tuple[datetime | None, datetime | None],
    ) -> Found:
        student = (roster and roster.student(hand_in)) or _unlisted(hand_in, roster)
        file, number = notebook_name(hand_in.file, list(wanted))
        rank = (hand_in.upload, path.stat().st_mtime_ns, number, -len(path.parts), str(path))
        return Found(path, require_student(student), file, rank, hand_in, times[1] if hand_in.late else times[0])

    def _matched(self, path: Path) -> Found | None:
        """Return what the configured regular expression says about a file."""
        info = super().collect(str(path))
        if not info:
            return None
        student, file = info.get("student_id"), info.get("file_id")
        if not student or not file or ".." in Path(file).parts or Path(file).is_absolute():
            raise SubmissionError(f"{visible(str(path))}: named_regexp gives no student_id, or no file_id in a folder")
        text = info.get("timestamp") or ""
        time = read_time(text)
        if text and time is None:
            self.log.warning("%s has no time that can be read: %s", path, visible(text, 100))
        hand_in = HandIn("folder", student, "", file)
        rank = (time or datetime.min, path.stat().st_mtime_ns, str(path))
        return Found(path, require_student(student), f"{Path(file).with_suffix(path.suffix)}", rank, hand_in, time)

    def _separated(self, found: list[Found], roster: Roster | None) -> list[Found]:
        """Return the files, those of two Moodle participants with one student's name under their numbers."""
        people: dict[str, set[str]] = {}
        for each in found:
            if each.hand_in.source == "moodle":
                people.setdefault(each.student, set()).add(each.hand_in.who)
        certain = {who for source, who in roster.ids if source == "moodle"} if roster else set()
        unlisted = {who for numbers in people.values() if len(numbers) > 1 for who in numbers - certain}
        for student, numbers in sorted(people.items()):
            for who in sorted(numbers & unlisted):
                self.log.error(
                    "Moodle's participants %s have the name of %s: %s is collected as moodle-%s; add a moodle_id to"
                    " the roster",
                    ", ".join(sorted(numbers)),
                    student,
                    who,
                    who,
                )
        found = [
            each._replace(student=f"moodle-{each.hand_in.who}")
            if each.hand_in.source == "moodle" and each.hand_in.who in unlisted
            else each
            for each in found
        ]
        students = {(each.student, each.hand_in.source) for each in found}
        for student, source in sorted(students):
            if roster and student not in roster.students:
                self.log.warning("%s (%s) is not in the roster, and is collected under this name", student, source)
        return found

    def _name_those_without(self, others: list[Found], found: list[Found]) -> None:
        have = {each.student for each in found if each.path.suffix in self.valid_ext}
        for student in sorted({each.student for each in others} - have):
            files = [visible(each.hand_in.file, 80) for each in others if each.student == student]
            self.log.error("%s handed in no notebook, but %s", student, ", ".join(files[:5]))

    def _newest(self, found: Iterable[Found]) -> list[Found]:
        """Return one file for each student and notebook: the one with the greatest rank."""
        newest: dict[tuple[str, str], Found] = {}
        for each in sorted(found, key=lambda each: each.rank):
            before = newest.get((each.student, each.file))
            if before:
                self.log.info("%s: %s counts, not %s", each.student, each.path, before.path)
            newest[each.student, each.file] = each
        return list(newest.values())

    def _is_wanted(self, student: str, chosen: list[Found]) -> bool:
        """Tell whether a student's files are to be collected: not if what is there is the same or newer."""
        app, course = self.parent, self.parent.coursedir
        folder = Path(course.format_path(course.submitted_directory, student, course.assignment_id))
        theirs = [each for each in chosen if each.student == student]
        if not folder.is_dir() or not any(folder.iterdir()):
            return True
        if all(_same(each.path, folder / each.file) for each in theirs):
            return False
        if not app.force:
            self.log.error("%s has been collected before and differs: use --force to update", student)
            return False
        times = [each.time for each in theirs if each.time]
        there = collected_time(folder)
        if there and times and max(times) < there:
            self.log.warning("%s: what has been collected is newer (%s), and stays", student, there)
            return False
        return True


def collected_time(folder: Path) -> datetime | None:
    """Return when a collected hand-in was handed in, by its timestamp.txt; None if that cannot be read."""
    try:
        return read_timestamp((folder / "timestamp.txt").read_text())
    except (OSError, UnicodeDecodeError):
        return None


def _by_name_alone(found: Iterable[Found], roster: Roster) -> list[str]:
    """Return those of Moodle's participants whom nothing but a full name makes a student of the roster."""
    people = {
        f"{each.student} (participant {each.hand_in.who})"
        for each in found
        if each.hand_in.source == "moodle"
        and each.student in roster.students
        and ("moodle", each.hand_in.who) not in roster.ids
    }
    return sorted(people)


def _unlisted(hand_in: HandIn, roster: Roster | None) -> str:
    """Return the name of a student whom no roster knows; with a roster, one that cannot be another student's."""
    return hand_in.who if roster is None or hand_in.source == "folder" else f"{hand_in.source}-{hand_in.who}"


def _same(new: Path, old: Path) -> bool:
    return old.is_file() and not old.is_symlink() and filecmp.cmp(new, old, shallow=False)


def _answer(found: Found) -> dict[str, Any]:
    answer: dict[str, Any] = {"student_id": found.student, "file_id": found.file}
    return answer | ({"timestamp": found.time} if found.time else {})
