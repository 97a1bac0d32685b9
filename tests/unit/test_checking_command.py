"""`python -m gradkit check`: what is printed, and the exit code that scripts rely on."""

import json
import subprocess
import sys

import pytest

from gradkit.checking.command import main

CHECKS = '''
from gradkit.checking import close, public_check

LESSONS = {"f": "1. First", "g": "2. Second"}

@public_check("f", "g")
def one(function):
    """At 1 it is 1."""
    close(function(1.0), 1.0, "The value at 1")
'''
RIGHT, WRONG, STUB = "return x", "return x + 1", "raise NotImplementedError"


@pytest.fixture
def saved(tmp_path):
    """Write a notebook with the bodies of f and g, and the public checks beside it; return its path."""
    (tmp_path / "hw_checks.py").write_text(CHECKS)

    def save(f, g, name="hw.ipynb"):
        cells = [
            {
                "cell_type": "code",
                "source": f"def {function}(x):\n    {body}",
                "metadata": {"nbgrader": {"grade_id": function, "grade": True, "solution": True}},
            }
            for function, body in (("f", f), ("g", g))
        ]
        path = tmp_path / name
        path.write_text(json.dumps({"nbformat": 4, "cells": cells}))
        return str(path)

    return save


@pytest.mark.parametrize(
    ("f", "g", "code", "printed"),
    [
        (RIGHT, RIGHT, 0, ["f: public checks 1 of 1 passed", "g: public checks 1 of 1 passed", "hw.ipynb: the grader"]),
        (RIGHT, WRONG, 1, ["f: public checks 1 of 1", "g: public checks 0 of 1", "The value at 1 is 2, expected 1."]),
        (RIGHT, STUB, 0, ["g: not started", "note  g: found in cell 2, not started"]),
        (STUB, STUB, 0, ["f: not started", "g: not started"]),
        (RIGHT, "return x +", 1, ["g: not found", "Syntax error", "MEND  g: not found: syntax error"]),
    ],
)
def test_all_functions_and_the_submission(saved, capsys, f, g, code, printed):
    """0 if nothing is wrong, a function that is not started included; 1 otherwise."""
    assert main(["check", saved(f, g)]) == code
    out = capsys.readouterr().out
    assert [words for words in printed if words not in out] == []


def test_some_functions_only(saved, capsys):
    """The others, and the submission, are left out, and do not decide."""
    assert main(["check", saved(RIGHT, WRONG), "f"]) == 0
    out = capsys.readouterr().out
    assert "f: public checks 1 of 1 passed" in out
    assert "g:" not in out
    assert "hw.ipynb:" not in out


def test_the_submission_only(saved, capsys):
    """No check is made: a wrong function is found all the same."""
    assert main(["check", saved(RIGHT, WRONG), "--submission"]) == 0
    out = capsys.readouterr().out
    assert "public checks" not in out
    assert out.splitlines() == [
        "hw.ipynb: the grader finds what it needs",
        "  ok    f: found in cell 1",
        "  ok    g: found in cell 2",
    ]
    assert main(["check", saved(RIGHT, RIGHT, "other.ipynb"), "--submission"]) == 1
    assert "MEND  other.ipynb: hand it in as hw.ipynb" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.ipynb"], "nowhere.ipynb cannot be read"),
        (["HW", "h"], "there are no public checks of h; there are of f, g"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(saved, capsys, arguments, said):
    """On standard error, without a traceback, with exit code 1."""
    path = saved(RIGHT, RIGHT)
    assert main(["check", *(path if word == "HW" else word for word in arguments)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(said)
    assert captured.err.count("\n") == 1


def test_usage(capsys):
    """Wrong usage ends with 2, as argparse has it."""
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 2
    assert "usage: python -m gradkit" in capsys.readouterr().err


def test_the_module_can_be_run(saved):
    """As students type it; what a terminal cannot show does not stop it."""
    path = saved("'''\N{GREEK SMALL LETTER ALPHA}'''\n    return \N{GREEK SMALL LETTER ALPHA}", RIGHT)
    done = subprocess.run(
        [sys.executable, "-m", "gradkit", "check", path, "f"],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 1
    assert "NameError in cell 1, line 3 (`return \\u03b1`)" in done.stdout
    assert done.stderr == ""
