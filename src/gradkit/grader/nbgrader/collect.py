"""``nbgrader collect`` for an exchange that students can write to: nothing there is believed or followed.

The stock command copies through symbolic links, stops for the whole class at one odd folder, and takes a folder
with another student's name. Here whatever is wrong with one folder costs only the student who made it.
"""

import fnmatch
import os
import pwd
import stat
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.exchange.default import ExchangeCollect
from nbgrader.utils import check_mode

from gradkit.wording import visible

from ..errors import SubmissionError
from .collect_names import require_student
from .folder_copy import CopyLimits, copy_folder
from .timestamps import EXAMPLE, read_timestamp
from .zip_collector import collected_time

IN_THE_FUTURE = timedelta(days=1)
LATER_THAN_NAMED = timedelta(minutes=10)


class Inbound(NamedTuple):
    """One folder of the exchange.

    Attributes:
        name: the folder's.
        student: who has handed it in, by the name.
        written: the time, as the name says it.
        time: the same, in UTC.
        owner: the number of the user to whom it belongs.
    """

    name: str
    student: str
    written: str
    time: datetime
    owner: int


class CarefulCollect(ExchangeCollect):  # type: ignore[misc]   # nbgrader ships no types
    """Collects from the exchange: plain files of the right owner, and one sentence for whatever is refused.

    With ``check_owner``, as it is unless set otherwise, a folder that belongs to somebody else than its name
    says is refused, and the student's own is collected. A refused update leaves what was collected before.
    """

    def init_src(self) -> None:
        """Choose for each student the folder to collect; what cannot be trusted is not in the choice."""
        if self.coursedir.course_id == "":
            self.fail("No course id specified. Re-run with --course flag.")
        self.course_path = str(Path(self.root, self.coursedir.course_id))
        self.inbound_path = str(Path(self.course_path, "inbound"))
        if not Path(self.inbound_path).is_dir():
            self.fail(f"Course not found: {self.inbound_path}")
        if not check_mode(self.inbound_path, read=True, execute=True):
            self.fail(f"You don't have read permissions for the directory: {self.inbound_path}")
        due = self._due() if self.before_duedate else None
        students: dict[str, list[Inbound]] = {}
        for name in sorted(os.listdir(self.inbound_path)):  # noqa: PTH208 - names, not paths
            if record := self._record(name):
                students.setdefault(record.student, []).append(record)
        self.src_records = [_newest(records, due) for _, records in sorted(students.items())]

    def copy_files(self) -> None:
        """Copy what was chosen, student by student."""
        assignment = self.coursedir.assignment_id
        self.log.info("Processing %d submissions of '%s'", len(self.src_records), assignment)
        for record in self.src_records:
            target = Path(self.coursedir.format_path(self.coursedir.submitted_directory, record.student, assignment))
            try:
                if self._is_due(record, target):
                    self._collect(record, target)
            except (SubmissionError, OSError) as error:
                kept = "what was collected before stays" if target.is_dir() else "nothing was collected"
                self.log.error("%s: %s; %s", record.student, visible(str(error), 600), kept)

    def _due(self) -> datetime | None:
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            try:
                due: datetime | None = gradebook.find_assignment(self.coursedir.assignment_id).duedate
            except MissingEntry:
                return None
        return due

    def _record(self, name: str) -> Inbound | None:
        """Return what a folder's name says, None unless it is for this assignment and can be believed."""
        student, mark, rest = name.rpartition(f"+{self.coursedir.assignment_id}+")
        if not mark or not fnmatch.fnmatchcase(student, self.coursedir.student_id or "*"):
            return None
        try:
            require_student(student)
            written, time = _time(rest)
            owner = self._require_own_folder(student, name)
        except (SubmissionError, OSError) as error:
            self.log.error("%s is refused: %s", visible(name, 200), visible(str(error), 600))
            return None
        return Inbound(name, student, written, time, owner)

    def _require_own_folder(self, student: str, name: str) -> int:
        """Return the number of a folder's owner; raises SubmissionError unless it is the student."""
        status = Path(self.inbound_path, name).lstat()
        if not stat.S_ISDIR(status.st_mode):
            raise SubmissionError("it is a link or a file, expected a folder made by nbgrader submit")
        if self.check_owner and (owner := _owner(status.st_uid)) != student:
            raise SubmissionError(
                f"it claims to be from {student} but belongs to {owner}. If all students share one system user,"
                " set c.ExchangeCollect.check_owner = False"
            )
        return status.st_uid

    def _is_due(self, record: Inbound, target: Path) -> bool:
        """Tell whether a hand-in is to be collected, by the rules of nbgrader's --update and --before-duedate."""
        who = f"{record.student} {self.coursedir.assignment_id}"
        if not target.is_dir():
            self.log.info("Collecting submission: %s", who)
            return True
        before = collected_time(target)
        newer = self.update and (before is None or record.time > before)
        if newer or (self.before_duedate and before != record.time):
            self.log.info("Updating submission: %s", who)
            return True
        if self.update:
            self.log.info("No newer submission to collect: %s", who)
        else:
            self.log.info("Submission already exists, use --update to update: %s", who)
        return False

    def _collect(self, record: Inbound, target: Path) -> None:
        """Copy one folder beside its place, then swap; raises SubmissionError or OSError, and nothing changes."""
        course, source = self.coursedir, Path(self.inbound_path, record.name)
        limits = CopyLimits(
            file=course.max_file_size * 1000,
            total=course.max_dir_size * 1000,
            ignore=tuple(course.ignore),
            include=tuple(course.include),
        )
        shared = course.groupshared
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as folder:
            fresh = Path(folder) / "new"
            changed = copy_folder(source, fresh, record.owner, limits)
            # What the student wrote into it would be read as a time by every later command.
            (fresh / "timestamp.txt").write_text(record.written)
            for path in (fresh, *fresh.rglob("*")):
                path.chmod((0o2775 if shared else 0o755) if path.is_dir() else (0o664 if shared else 0o644))
            _swap(fresh, target, Path(folder) / "old")
        if changed - record.time > LATER_THAN_NAMED:
            self.log.warning(
                "%s: the folder was last changed %s UTC, later than its name says (%s)",
                record.student,
                changed.strftime("%Y-%m-%d %H:%M"),
                record.written,
            )


def _newest(records: list[Inbound], due: datetime | None) -> Inbound:
    """Return a student's last folder, of those in time if there are any."""
    in_time = [record for record in records if due and record.time <= due]
    return max(in_time or records, key=lambda record: (record.time, record.name))


def _time(rest: str) -> tuple[str, datetime]:
    """Return the time in the end of a folder's name, as text and in UTC: ``<time>`` or ``<time>+<random text>``."""
    for text in (rest.strip(), rest.rpartition("+")[0].strip()):  # the whole first: an offset has a plus sign too
        time = read_timestamp(text)
        if time is None:
            continue
        if time > datetime.now(UTC).replace(tzinfo=None) + IN_THE_FUTURE:
            raise SubmissionError(f"its time, {text}, is in the future")
        # Written in UTC it cannot be misread: nbgrader takes +0200 for 200 seconds.
        return (text if text.endswith("UTC") else f"{time} UTC"), time
    raise SubmissionError(
        f"its name holds no time, expected <student>+<assignment>+<time>+<random text> with a time like {EXAMPLE}"
    )


def _swap(fresh: Path, target: Path, old: Path) -> None:
    """Put a folder in the place of another, which moves away; if that fails, everything is as it was."""
    if target.exists():
        target.rename(old)
    try:
        fresh.rename(target)
    except BaseException:
        if old.exists():
            old.rename(target)
        raise


def _owner(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user number {uid}, who has no name here"
