"""Any name and any archive from an LMS: read, or refused in one clear sentence; nothing outside of its folder."""

import io
import tempfile
import zipfile
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st
from tests.fuzz.properties import assert_clear, in_tests
from tests.fuzz.test_fuzzed_notebooks import CHANGES, mutated

from gradkit.grader.errors import SubmissionError
from gradkit.grader.nbgrader.archive import MEGABYTE, Limits, unpack
from gradkit.grader.nbgrader.collect_names import notebook_name, read_path, read_time, require_student
from gradkit.grader.nbgrader.timestamps import read_timestamp

LIMITS = Limits(members=50, files=20, file=MEGABYTE, hand_in=MEGABYTE, total=2 * MEGABYTE)
WORDS = """_ - . .. / \\ 42 4711 815 LATE anon_ _assignsubmission_file _assignsubmission_file_ softmax .ipynb .zip ( )
    ab 99999999999999999999 submissions.zip __MACOSX 2016-01-30-15-00-00 2026-10-01T10:00:00+9999 ٤٢ ² é""".split()
PIECES = st.sampled_from([*WORDS, " ", "\0", "\n", "\u202e"])
NAMES = st.lists(st.one_of(PIECES, st.text(max_size=4)), min_size=1, max_size=8).map("".join)
PATHS = st.lists(NAMES.map(lambda name: name.replace("/", "")[:300] or "x"), min_size=1, max_size=4)


def read_names(path):
    """Read a path as a download's."""
    try:
        hand_in = read_path(path)
        notebook_name(hand_in.file, ["softmax.ipynb"])
        assert require_student(hand_in.who)
    except SubmissionError as error:
        assert_clear(str(error))
    for part in path:
        read_time(part)
        read_timestamp(part)


@in_tests
@given(PATHS)
@example(["x" * 255])
@example(["1_" * 127])
@example(["٤٢_٤٢_x_٤٢_٤٢_x.ipynb"])
def test_any_path(path):
    """Names of Canvas and Moodle, and what students make of them."""
    read_names(path)


def open_archive(content):
    """Unpack an archive as the class's and as one student's."""
    for hand_in in (None, lambda member: member.partition("_")[0]):
        with tempfile.TemporaryDirectory(prefix="gradkit-fuzz-") as folder:
            archive, place = Path(folder, "class.zip"), Path(folder, "unpacked")
            archive.write_bytes(content)
            try:
                left_out = unpack(archive, place, LIMITS, hand_in)
            except SubmissionError as error:
                assert_clear(str(error))
                assert not place.exists()
            else:
                for sentence in left_out:
                    assert_clear(sentence)
            assert {path.name for path in Path(folder).iterdir()} <= {"class.zip", "unpacked"}
            assert not any(path.is_symlink() for path in place.rglob("*"))


def packed(members):
    """Return a zip archive with these (name, content, deflated) members."""
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w") as zipped:
            for name, content, deflated in members:
                info = zipfile.ZipInfo(name)
                if info.filename not in zipped.NameToInfo:
                    zipped.writestr(info, content, zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED)
        return file.getvalue()


MEMBERS = st.lists(st.tuples(NAMES, st.binary(max_size=30), st.booleans()), max_size=4)


@in_tests
@given(MEMBERS, CHANGES)
@example([], [])
@example([("42_4711_softmax.ipynb", b"{}", True)], [(0, 1, b"")])
def test_any_archive(members, changes):
    """Archives with odd names, and such with bytes replaced, cut out and added."""
    open_archive(mutated(packed(members), changes))
