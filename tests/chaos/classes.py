"""Courses with the sample class, or with a part of it, and a picture of all that grading one leaves behind."""

import csv
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.gradebooks import rows

ROOT = Path(__file__).parents[2]
MAKE_COURSE = ROOT / "examples" / "sample_class" / "make_course.py"
OF_THE_MOMENT = {"seconds", "graded_at"}
"""What no two gradings of the same hand-in have in common."""
KEPT = ("submitted", "seed")
"""What a course's run state holds before anything is graded."""


def make_course(folder, chosen=lambda student: True):
    """Make a course in which the chosen students of the sample class have handed in; all draw the same inputs."""
    subprocess.run([sys.executable, MAKE_COURSE, folder], check=True, stdout=subprocess.DEVNULL)
    state = folder / "course"
    for student in (state / "submitted").iterdir():
        if student.name != ".sample-class" and not chosen(student.name):
            student.unlink() if student.is_symlink() or student.is_file() else shutil.rmtree(student)
    (state / "seed").write_text("5eed" * 16 + "\n")
    (state / "seed").chmod(0o600)
    return folder


def picture(course):
    """Return what grading has left in a course, {file: content}, without what is of the moment."""
    state = course / "course"
    files = (path for path in state.rglob("*") if path.is_file() and path.relative_to(state).parts[0] not in KEPT)
    return {str(path.relative_to(state)): _content(path) for path in files}


def _content(path):
    if path.name == "gradebook.db":
        return rows(f"sqlite:///{path}")
    if path.suffix == ".csv":
        return list(csv.reader(io.StringIO(path.read_text())))
    if path.suffix == ".json":
        return _timeless(json.loads(path.read_bytes()))
    return path.read_bytes()


def _timeless(value):
    if isinstance(value, dict):
        return {key: _timeless(inner) for key, inner in value.items() if key not in OF_THE_MOMENT}
    return [_timeless(inner) for inner in value] if isinstance(value, list) else value


def differences(expected, actual):
    """Return in words how two pictures differ: files that are missing, left over, or hold something else."""
    found = [f"{name} is missing" for name in sorted(expected.keys() - actual.keys())]
    found += [f"{name} is left over" for name in sorted(actual.keys() - expected.keys())]
    for name in sorted(expected.keys() & actual.keys()):
        if expected[name] != actual[name]:
            found.append(f"{name} is another: {_first_difference(expected[name], actual[name])}")
    return found


def _first_difference(expected, actual):
    """Return the first part that differs, as far as it can be told."""
    if isinstance(expected, set):
        return f"without {sorted(map(str, expected - actual))[:3]}, with {sorted(map(str, actual - expected))[:3]}"
    if isinstance(expected, dict) and isinstance(actual, dict):
        keys = [key for key in expected.keys() | actual.keys() if expected.get(key) != actual.get(key)]
        return f"{keys[0]}: {_first_difference(expected.get(keys[0]), actual.get(keys[0]))}"
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        pairs = zip(expected, actual, strict=True)
        return next(_first_difference(one, other) for one, other in pairs if one != other)
    return f"expected {str(expected)[:300]!r}, got {str(actual)[:300]!r}"
