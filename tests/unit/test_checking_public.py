"""An assignment's public checks are an ordinary file beside the notebook: found by its name, read with clear errors."""

import pytest

from gradkit.checking.public import checks_of, find_checks, load_checks
from gradkit.errors import CheckError

FILE = '''
from gradkit.checking import public_check

LESSONS = {"f": "1. First", "g": "2. Second"}

@public_check("f", "g")
def first(function):
    """It can be called.

    More is said here.
    """

@public_check("f", needs="first")
def second(function):
    """It returns 1."""

@public_check("g", needs=["first", "second"])
def third(function): pass
'''


@pytest.fixture
def path(tmp_path):
    """A file with public checks of the assignment hw."""
    path = tmp_path / "hw_checks.py"
    path.write_text(FILE)
    return path


def complaint(function, *arguments):
    """Return the sentence of a CheckError."""
    with pytest.raises(CheckError) as caught:
        function(*arguments)
    return str(caught.value)


def test_checks_are_read_in_the_order_of_the_file(path):
    """Name, first line of the docstring, functions, and what must have passed before."""
    checks = load_checks(path)
    assert [check[:4] for check in checks.checks] == [
        ("first", "It can be called.", ("f", "g"), ()),
        ("second", "It returns 1.", ("f",), ("first",)),
        ("third", "third", ("g",), ("first", "second")),
    ]
    assert [check.name for check in checks.of("g")] == ["first", "third"]
    assert checks.lessons == {"f": "1. First", "g": "2. Second"}


def test_names_follow_from_the_files(path):
    """The assignment is called as its notebook, and its fingerprints lie beside it."""
    checks = load_checks(path)
    assert checks.assignment == "hw"
    assert checks.fingerprints == path.with_name("hw_fingerprints.json")


def test_reading_leaves_no_trace(path):
    """A student's folder gets no __pycache__."""
    load_checks(path)
    assert [entry.name for entry in path.parent.iterdir()] == ["hw_checks.py"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def f(:", "hw_checks.py cannot be used (SyntaxError: "),
        ("import nowhere_to_be_found", "hw_checks.py cannot be used (ModuleNotFoundError: "),
        ("1 / 0", "hw_checks.py cannot be used (ZeroDivisionError: division by zero): fetch it anew"),
        ("x = 1", "hw_checks.py has no LESSONS, a dict from function to heading: fetch it anew"),
        ("LESSONS = ['f']", "hw_checks.py has no LESSONS"),
    ],
)
def test_a_broken_file_is_told(path, text, said):
    """Students may have changed it: they are told where to get another."""
    path.write_text(text)
    assert complaint(load_checks, path).startswith(said)


def test_several_assignments_may_share_a_folder(path):
    """The one that knows the function is taken."""
    path.with_name("essay_checks.py").write_text('LESSONS = {"h": "1. Third"}')
    assert [checks.assignment for checks in find_checks(path.parent)] == ["essay", "hw"]
    assert checks_of(["g"], path.parent).assignment == "hw"
    assert checks_of(["h"], path.parent).assignment == "essay"
    assert complaint(checks_of, [], path.parent) == ("this folder has the checks of 2 assignments: name one of h, f, g")


def test_what_there_is_not_is_told(path, tmp_path):
    """An unknown function, and a folder without checks."""
    assert checks_of([], path.parent).assignment == "hw"
    assert complaint(checks_of, ["f", "x"], path.parent) == "there are no public checks of f, x; there are of f, g"
    (tmp_path / "empty").mkdir()
    assert "expected a file such as softmax_checks.py" in complaint(checks_of, ["f"], tmp_path / "empty")
