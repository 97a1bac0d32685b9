"""Collecting with nbgrader's own commands: downloads of Canvas and Moodle, and an exchange students can write to."""

import os
import pwd
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from gradkit.grader.hand_ins import submissions

ROOT = Path(__file__).parents[2]
ME = pwd.getpwuid(os.getuid()).pw_name
IS_ROOT = os.geteuid() == 0
CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "gradkit"
c.CourseDirectory.release_directory = "assignments"
c.CourseDirectory.submitted_directory = "course/submitted"
c.CourseDirectory.db_url = "sqlite:///course/gradebook.db"
c.CourseDirectory.max_file_size = 1000
c.CourseDirectory.max_dir_size = 2000
c.Exchange.root = {exchange!r}
c.Exchange.cache = {cache!r}
c.ZipCollectApp.extractor_plugin = "gradkit.grader.nbgrader.zip_extractor.CarefulExtractor"
c.ZipCollectApp.collector_plugin = "gradkit.grader.nbgrader.zip_collector.LmsCollector"
c.ZipCollectApp.downloaded_directory = "course/downloaded"
c.ZipCollectApp.force = True
c.ExchangeFactory.collect = "gradkit.grader.nbgrader.collect.CarefulCollect"
"""
ROSTER = """student_id,canvas_id,moodle_id,first_name,last_name
ann,1,,Ann,Arbor
bob,2,,Bob,Burn
mia,,,Mia,Moodle
kim,,71,Kim,Lee
"""

CANVAS = {
    "arborann_1_10_softmax.ipynb": "ann's first",
    "arborann_1_20_softmax-1.ipynb": "ann's second",
    "burnbob_LATE_2_11_hw.zip": {"hw/softmax.ipynb": "bob's", "__MACOSX/hw/._softmax.ipynb": "junk"},
    "stranger_3_12_final.ipynb": "stranger's",
    "eve_4_13_hw.zip": {"../../../arbor/softmax.ipynb": "eve's"},
    "eve_4_14_hw.tar.gz": "eve's",
    "bomb_5_15_softmax.ipynb": bytes(20_000_000),
    "x_1_6_16_softmax.ipynb": "for ann, from x",
    "pia_7_17_report.pdf": "pia's",
}
MOODLE = {
    "Mia Moodle_70_assignsubmission_file/softmax.ipynb": "mia's",
    "Kim Lee_71_assignsubmission_file/softmax.ipynb": "kim's",
    "Kim Lee_72_assignsubmission_file/softmax.ipynb": "another kim's",
}
SAID = (
    "eve_4_13_hw.zip: ../../../arbor/softmax.ipynb has '..' in its path",
    "eve_4_14_hw.tar.gz is not opened: only zip archives are",
    "bomb_5_15_softmax.ipynb is left out: it unpacks to more than 200 times its size",
    "x_1_6_16_softmax.ipynb can be read as canvas user 1 or canvas user 6",
    "canvas-7 handed in no notebook, but report.pdf",
    "Moodle's participants 71, 72 have the name of kim: 72 is collected as moodle-72",
    "canvas-3 (canvas) is not in the roster",
    "zoe (folder) is not in the roster",
    "linked.ipynb is a link",
    "Canvas marks as late: bob",
    "Known by nothing but a full name, which students may be able to choose: mia (participant 70); a moodle_id",
)


class Place:
    """A folder from which nbgrader's commands are run."""

    def __init__(self, root, base):
        self.root, self.base = root, base
        (root / "course").mkdir(parents=True)
        settings = CONFIG.format(exchange=str(base / "exchange"), cache=str(root / "cache"))
        (root / "nbgrader_config.py").write_text(settings)

    def nbgrader(self, *arguments, code=0):
        """Run a command; return what it logged."""
        folders = {name: str(self.base / "jupyter") for name in ("JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "HOME")}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        process = subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=self.root,
            env={**os.environ, **folders, "PATH": path},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert process.returncode == code, process.stderr
        assert "Traceback" not in process.stderr, process.stderr
        return process.stderr

    def submitted(self):
        """Return <student>/<file> -> content of what was collected, without nbgrader's own files."""
        folder = self.root / "course" / "submitted"
        files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".txt"]
        assert not list(folder.rglob(".*"))
        return {f"{path.parent.parent.name}/{path.name}": path.read_text() for path in files}

    def timestamp(self, student):
        """Return the recorded time of a student's hand-in."""
        return (self.root / "course" / "submitted" / student / "softmax" / "timestamp.txt").read_text()


@pytest.fixture
def course(tmp_path):
    """An instructor's course with a release."""
    place = Place(tmp_path / "instructor", tmp_path)
    shutil.copytree(ROOT / "assignments", place.root / "assignments")
    (place.root / "course" / "roster.csv").write_text(ROSTER)
    return place


@pytest.fixture
def download(course, tmp_path):
    """Put an archive where nbgrader looks for downloads; content is text, or members of an archive in it."""
    folder = course.root / "course" / "downloaded" / "softmax" / "archive"
    folder.mkdir(parents=True)

    def write(name, members, target=folder):
        with zipfile.ZipFile(target / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in members.items():
                if isinstance(content, dict):
                    content = write("inner.zip", content, tmp_path).read_bytes()
                archive.writestr(member, content)
        return target / name

    return write


def older(path, hours=1):
    """Date a file back."""
    time = path.stat().st_mtime - 3600 * hours
    os.utime(path, (time, time))


def test_downloads_of_a_class(course, download):
    """Canvas, Moodle and folders together; whatever is wrong with one student's file costs nobody else anything."""
    older(download("submissions.zip", CANVAS))
    older(download("CS-softmax-99.zip", MOODLE))
    (course.root / "course/downloaded/softmax/archive/zoe").mkdir()
    (course.root / "course/downloaded/softmax/archive/zoe/softmax.ipynb").write_text("zoe's")
    (course.root / "course/downloaded/softmax/archive/zoe/linked.ipynb").symlink_to("/etc/passwd")
    log = course.nbgrader("zip_collect", "softmax", "--LmsCollector.late_timestamp=2026-03-02 12:00 UTC")
    expected = {
        "ann/softmax.ipynb": "ann's second",
        "bob/softmax.ipynb": "bob's",
        "canvas-3/final.ipynb": "stranger's",
        "mia/softmax.ipynb": "mia's",
        "kim/softmax.ipynb": "kim's",
        "moodle-72/softmax.ipynb": "another kim's",
        "zoe/softmax.ipynb": "zoe's",
    }
    assert course.submitted() == expected
    problems = {each.student: each.problem for each in submissions(course.root / "course/submitted", "softmax")}
    assert "rename the one to be graded to softmax.ipynb" in problems.pop("canvas-3")
    assert set(problems.values()) == {None}
    assert course.timestamp("bob") == "2026-03-02 12:00:00"
    assert not (course.root / "course/submitted/ann/softmax/timestamp.txt").exists()
    assert [sentence for sentence in SAID if sentence not in log] == []
    # A later download: who has handed in again is updated, everybody else's files are left alone.
    again = {"burnbob_2_30_softmax-1.ipynb": "bob's third", "arborann_1_20_softmax-1.ipynb": "ann's second"}
    download("submissions (1).zip", again)
    before = {path: path.stat().st_mtime_ns for path in (course.root / "course/submitted").rglob("*.ipynb")}
    course.nbgrader("zip_collect", "softmax")
    assert course.submitted() == {**expected, "bob/softmax.ipynb": "bob's third"}
    changed = [path for path, time in before.items() if path.stat().st_mtime_ns != time]
    assert [path.parts[-3] for path in changed] == ["bob"]


def test_hostile_archive_of_the_class(course, download):
    """An archive that no LMS has written is refused whole, with one sentence and nothing collected."""
    download("a.zip", {"ann/softmax.ipynb": "1"})
    download("submissions.zip", {"arborann_1_10_softmax.ipynb": "1", "../../evil.ipynb": "evil"})
    log = course.nbgrader("zip_collect", "softmax", code=1)
    assert "submissions.zip: ../../evil.ipynb has '..' in its path" in log
    assert "nothing was collected: download it once more, or move it away" in log
    assert course.submitted() == {}
    assert not list(course.root.rglob("evil*"))


def test_configured_expression_wins(course, download):
    """A named_regexp is asked as nbgrader does; two files of one name do not stop the class."""
    download("old.zip", {"hw_1_ann_softmax.ipynb": "ann's first", "hw_1_.._softmax.ipynb": "evil"})
    older(course.root / "course/downloaded/softmax/archive/old.zip")
    times = {"2016-01-30-15-00-00_bob": "bob's", f"Jan{'9' * 40}h_eve": "eve's", "_zoe": "zoe's"}
    timed = {f"hw_{name}_softmax.ipynb": content for name, content in times.items()}
    download("new.zip", {"hw_1_ann_softmax.ipynb": "ann's second", **timed})
    expression = r".*/hw_(\d|(?P<timestamp>[^_]*))_(?P<student_id>[^_]+)_(?P<file_id>\w+)"
    log = course.nbgrader("zip_collect", "softmax", f"--FileNameCollectorPlugin.named_regexp={expression}")
    expected = {"ann": "ann's second", "bob": "bob's", "eve": "eve's", "zoe": "zoe's"}
    assert course.submitted() == {f"{student}/softmax.ipynb": content for student, content in expected.items()}
    assert course.timestamp("bob") == "2016-01-30 15:00:00"
    assert log.count("has no time that can be read") == 1
    assert "'..' cannot be a student's name" in log


@pytest.mark.parametrize(
    ("settings", "roster", "what"),
    [
        (["--LmsCollector.timestamp=yesterday or so"], ROSTER, "expected a time like"),
        ([f"--LmsCollector.late_timestamp=Jan{'9' * 40}h"], ROSTER, "expected a time like"),
        ([], "name\nann\n", "no column student_id"),
    ],
)
def test_settings_that_cannot_be_used(course, download, settings, roster, what):
    """A time or a roster that cannot be read stops the command before anything is collected."""
    download("submissions.zip", {"arborann_1_10_softmax.ipynb": "1"})
    (course.root / "course" / "roster.csv").write_text(roster)
    assert what in course.nbgrader("zip_collect", "softmax", *settings, code=1)
    assert course.submitted() == {}


def test_without_force(course, download):
    """Without --force what has been collected stays, and the others are collected; a newer one always stays."""
    download("submissions.zip", {f"x{n}_{n}_10_softmax.ipynb": "new" for n in (1, 2, 9)})
    for student, time in (("ann", ""), ("bob", "2026-03-05 12:00:00.5 UTC")):
        folder = course.root / "course/submitted" / student / "softmax"
        folder.mkdir(parents=True)
        (folder / "softmax.ipynb").write_text("old")
        (folder / "timestamp.txt").write_text(time)
    log = course.nbgrader("zip_collect", "softmax", "--ZipCollectApp.force=False")
    old = {"ann/softmax.ipynb": "old", "bob/softmax.ipynb": "old", "canvas-9/softmax.ipynb": "new"}
    assert course.submitted() == old
    assert "ann has been collected before and differs: use --force" in log
    log = course.nbgrader("zip_collect", "softmax", "--force", "--LmsCollector.timestamp=2026-03-01 12:00 UTC")
    assert course.submitted() == {**old, "ann/softmax.ipynb": "new"}
    assert course.timestamp("ann") == "2026-03-01 12:00:00"
    assert "bob: what has been collected is newer" in log


@pytest.fixture(scope="module")
def submitted_for_real(tmp_path_factory):
    """An exchange after an instructor's release and a student's submission with nbgrader's own commands."""
    base = tmp_path_factory.mktemp("real")
    instructor, student = Place(base / "instructor", base), Place(base / "student", base)
    shutil.copytree(ROOT / "assignments", instructor.root / "assignments")
    instructor.nbgrader("release_assignment", "softmax")
    student.nbgrader("fetch_assignment", "softmax")
    student.nbgrader("submit", "softmax")
    return base / "exchange"


@pytest.fixture
def exchange(submitted_for_real, tmp_path):
    """The inbound folder of a copy of that exchange."""
    shutil.copytree(submitted_for_real, tmp_path / "exchange")
    return tmp_path / "exchange" / "gradkit" / "inbound"


def inbound(folder, name, content="{}"):
    """Make a folder in the exchange as a student would by hand."""
    path = folder / name
    path.mkdir()
    (path / "softmax.ipynb").write_text(content)
    (path / "timestamp.txt").write_text("never\n")
    (path / "submission_secret.txt").write_text("ab12" * 32)
    return path


def link(path):
    """Link the notebook to the instructor's solution."""
    (path / "softmax.ipynb").unlink()
    (path / "softmax.ipynb").symlink_to(ROOT / "solutions" / "softmax" / "softmax.ipynb")


def hard_link(path):
    """Give another file's content a second name."""
    (path.parent.parent.parent / "secret").write_text("solution")
    (path / "other.ipynb").hardlink_to(path.parent.parent.parent / "secret")


def pipe(path):
    """Leave a pipe, from which a reader would wait for ever."""
    os.mkfifo(path / "data.csv")


def linked_folder(path):
    """Link a folder."""
    (path / "data").symlink_to("/etc")


def huge_file(path):
    """Leave a file that takes no room but is long."""
    os.truncate(path / "softmax.ipynb", 10**12)


def many_files(path):
    """Leave more files than anybody needs."""
    for number in range(1001):
        (path / f"{number}.txt").touch()


def too_much(path):
    """Leave three files that are too big together."""
    for number in range(3):
        (path / f"{number}.bin").write_bytes(bytes(900_000))


def deep(path):
    """Leave folders in folders."""
    path.joinpath(*["x"] * 40).mkdir(parents=True)


def bad_secret(path):
    """Leave a secret that would stop nbgrader's feedback for the class."""
    (path / "submission_secret.txt").write_bytes(b"\xff\xfe")


def odd_name(path):
    """Leave a file whose name steers a terminal."""
    (path / "\x1b[31mred.ipynb").touch()


HOSTILE = {
    link: "softmax.ipynb is a symbolic link, expected a file",
    hard_link: "other.ipynb is a second name (a hard link)",
    pipe: "data.csv is a pipe, expected a file",
    linked_folder: "data is a symbolic link",
    huge_file: "softmax.ipynb has more than 1 MB",
    many_files: "more than 1000 files",
    too_much: "the folder has more than 2 MB",
    deep: "nested more than 20 deep",
    bad_secret: "submission_secret.txt is not what nbgrader submit writes",
    odd_name: "has a name with control characters",
}
FORGED_NAMES = {
    "..+softmax+2026-03-01 12:00:00 UTC": "cannot be a student's name",
    "noone+softmax+soon": "holds no time",
    "noone+softmax+": "holds no time",
    "noone+softmax+9999-01-01 00:00:00 UTC+x": "in the future",
    "noone+softmax+99999999999999999999 UTC+x": "holds no time",
    f"noone+softmax+Jan{'9' * 40}h+x": "holds no time",
    "noone+softmax+2026-03-01 12:00:00 ..+x": "holds no time",
    "noone+softmax+2026-03-01 12:00:00 CEST+x": "with a time like 2026-10-01 10:00:00 UTC",
}


def test_hostile_exchange(course, exchange):
    """Nothing is followed, nobody's folder stops the others, and a refused update leaves what was there."""
    for hostile in HOSTILE:
        hostile(inbound(exchange, f"{hostile.__name__}+softmax+2026-03-01 12:00:00.0 UTC+r"))
    for name in FORGED_NAMES:
        inbound(exchange, name)
    (exchange / "file+softmax+2026-03-01 12:00:00 UTC").touch()
    (exchange / "linked+softmax+2026-03-01 12:00:00 UTC").symlink_to(ROOT / "solutions" / "softmax")
    inbound(exchange, "other+assignment+2026-03-01 12:00:00 UTC+r")
    ann = inbound(exchange, "ann+softmax+2026-03-01 12:00:00.25 UTC+r_-=", "ann's first")
    (ann / "data").mkdir()
    (ann / "data" / "numbers.csv").write_text("1,2")
    (ann / "__pycache__").mkdir()
    (ann / "data" / "__pycache__").symlink_to("/etc")
    inbound(exchange, "zoe+softmax+2026-03-01 12:00:00 +0200", "zoe's")
    trusting = "--ExchangeCollect.check_owner=False"
    log = course.nbgrader("collect", "softmax", trusting)
    for hostile, sentence in HOSTILE.items():
        assert f"{hostile.__name__}: " in log
        assert sentence in log
    for name, sentence in FORGED_NAMES.items():
        assert f"{name} is refused: " in log
        assert sentence in log
    collected = course.submitted()
    mine = {path for path in collected if path.startswith(f"{ME}/")}  # the notebook, and what was handed out beside it
    assert mine >= {f"{ME}/softmax.ipynb", f"{ME}/softmax_checks.py"}
    assert set(collected) - mine == {"ann/softmax.ipynb", "softmax/numbers.csv", "zoe/softmax.ipynb"}
    assert course.timestamp("zoe") == "2026-03-01 10:00:00 UTC"
    assert course.timestamp("ann") == "2026-03-01 12:00:00.25 UTC"
    assert "ann: the folder was last changed" in log
    target = course.root / "course/submitted/ann/softmax"
    assert {path.stat().st_mode & 0o7777 for path in target.rglob("*") if path.is_file()} == {0o644}
    assert target.stat().st_mode & 0o7777 == 0o755
    # A newer folder that is refused, then a newer one that is not.
    link(inbound(exchange, "ann+softmax+2026-03-02 12:00:00 UTC+r"))
    log = course.nbgrader("collect", "softmax", trusting, "--update")
    assert "ann: softmax.ipynb is a symbolic link, expected a file: it was not followed; what was collected" in log
    assert course.submitted() == collected
    inbound(exchange, "ann+softmax+2026-03-03 12:00:00 UTC", "ann's third")
    log = course.nbgrader("collect", "softmax", trusting, "--update", "--student=ann")
    assert f": {ME} softmax" not in log
    assert course.submitted()["ann/softmax.ipynb"] == "ann's third"
    assert not (target / "data").exists()


def test_folders_of_others(course, exchange):
    """A folder in another student's name is refused, and does not hide that student's own."""
    forged = inbound(exchange, f"{ME}+softmax+2026-03-01 12:00:00 UTC+r", "forged")
    inbound(exchange, "ann+softmax+2026-03-01 12:00:00 UTC+r")
    if IS_ROOT:
        os.chown(forged, pwd.getpwnam("nobody").pw_uid, -1)
        mine = inbound(exchange, "daemon+softmax+2026-03-01 12:00:00 UTC+r", "daemon's")
        for path in (mine, *mine.iterdir()):
            os.chown(path, pwd.getpwnam("daemon").pw_uid, -1)
        strange = inbound(exchange, "nobody+softmax+2026-03-01 12:00:00 UTC+r", "half of it")
        os.chown(strange, pwd.getpwnam("nobody").pw_uid, -1)
        os.chown(inbound(exchange, "bin+softmax+2026-03-01 12:00:00 UTC+r"), 54321, -1)
    log = course.nbgrader("collect", "softmax")
    collected = course.submitted()
    assert collected[f"{ME}/softmax.ipynb"].startswith("{")
    assert f"it claims to be from ann but belongs to {ME}" in log
    others = {path: text for path, text in collected.items() if not path.startswith(f"{ME}/")}
    assert others == ({"daemon/softmax.ipynb": "daemon's"} if IS_ROOT else {})
    if IS_ROOT:
        assert f"it claims to be from {ME} but belongs to nobody" in log
        assert "nobody: softmax.ipynb is a second name (a hard link) of a file, or belongs to somebody else" in log
        assert "user number 54321, who has no name here" in log


def test_before_duedate(course, exchange):
    """With --before-duedate the last folder in time is collected, though there is a later one."""
    inbound(exchange, f"{ME}+softmax+2026-03-01 12:00:00 UTC+r", "too early")
    inbound(exchange, f"{ME}+softmax+2026-03-01 22:00:00 UTC+r", "in time")
    course.nbgrader("db", "assignment", "add", "softmax", "--duedate=2026-03-02 00:00:00 UTC")
    course.nbgrader("collect", "softmax", "--before-duedate")
    assert course.submitted() == {f"{ME}/softmax.ipynb": "in time"}


@pytest.mark.skipif(IS_ROOT, reason="the super-user may read everything")
def test_unreadable_folder(course, exchange):
    """A folder that cannot be read costs only its student."""
    inbound(exchange, "ann+softmax+2026-03-01 12:00:00 UTC+r").chmod(0)
    (inbound(exchange, "bob+softmax+2026-03-01 12:00:00 UTC+r") / "softmax.ipynb").chmod(0)
    log = course.nbgrader("collect", "softmax", "--ExchangeCollect.check_owner=False")
    assert set(course.submitted()) == {f"{ME}/softmax.ipynb"}
    assert log.count("Permission denied") == 2
