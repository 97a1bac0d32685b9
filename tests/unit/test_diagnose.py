"""Naming the mistake behind a failed question: the student's function is run, in its guest, on the suite's probes."""

import json
import textwrap

import numpy as np
import pytest

from gradkit.diagnosis import Diagnosis, Diagnostician, Probe, Wording, take_fingerprints
from gradkit.grader.diagnose import explain, load_diagnosticians, load_fingerprints
from gradkit.grader.errors import SuiteError
from gradkit.grader.model import Limits
from gradkit.grader.sandbox import probe
from gradkit.grader.sandbox.launch import Sandbox
from gradkit.grader.sandbox.student import Student
from gradkit.notebook import read_notebook

INPUTS = ([1.0, 2.0], [3.0, -1.0, 4.0], [2.0, 0.5, 0.25, 7.0])
PROBES = [Probe(f"of {len(x)}", (np.array(x), 0.5), sizes={"N": len(x)}) for x in INPUTS]
WORDING = Wording(("the sum", "the double"), symbols={"N": "the number of entries"})


def right(x, c):
    """Return what is asked for."""
    return float(np.sum(x)) + c, 2 * x


def no_constant(x, c):
    """Forget the constant."""
    return float(np.sum(x)), 2 * x


def in_place(x, c):
    """Change the argument."""
    x *= 2
    return float(np.sum(x)) / 2 + c, x


def crashes_on_three(x, c):
    """Raise for one probe alone."""
    if len(x) == 3:
        raise IndexError("out of bounds")
    return float(np.sum(x)), 2 * x


def nothing_returned(x, c):
    """End without return."""


MISTAKES = [(f.__name__, f"it is {f.__name__}", f) for f in (nothing_returned, in_place, no_constant, crashes_on_three)]
DIAGNOSTICIAN = Diagnostician(take_fingerprints(WORDING, PROBES, right, MISTAKES))


@pytest.fixture(scope="module")
def sandbox():
    """A sandbox on the strongest rung of this machine."""
    sandbox = Sandbox(probe.choose(), Limits())
    yield sandbox
    sandbox.close()


@pytest.fixture
def explained(sandbox):
    """Return what is said of a student's function f(x, c) with this body."""

    def explained(body, diagnostician=DIAGNOSTICIAN):
        source = f"import numpy as np\ndef f(x, c):\n{textwrap.indent(body, '    ')}"
        cell = {"cell_type": "code", "source": source, "metadata": {}}
        notebook = read_notebook(json.dumps({"nbformat": 4, "cells": [cell]}).encode(), "hw.ipynb")
        student = Student(sandbox, notebook, ["f"], Limits(call_seconds=0.5, reply_mb=1))
        try:
            return explain(diagnostician, student, "f")
        finally:
            student.close()

    return explained


@pytest.mark.parametrize(
    ("body", "mistakes"),
    [
        ("return x.sum(), x + x", ("no_constant",)),
        ("return np.float32(x.sum()), x * np.float32(2)", ("no_constant",)),
        ("return int(x.sum() * 4) / 4, x * 2", ("no_constant",)),
        ("return [sum(x), [2 * number for number in x]]", ("no_constant",)),
        ("x *= 2\nreturn x.sum() / 2 + c, x", ("in_place",)),
        ("x *= 2\nreturn x.sum() / 2, x", ("in_place", "no_constant")),
        ("if len(x) == 3: raise IndexError('other text')\nreturn x.sum(), 2 * x", ("crashes_on_three",)),
        ("if len(x) == 3: raise TypeError('other style')\nreturn x.sum(), 2 * x", ("crashes_on_three",)),
        ("print(x)", ("nothing_returned",)),
    ],
)
def test_the_mistake_in_a_students_function_is_named(explained, body, mistakes):
    """By its values, by what it changes, by what it raises: as if it had been run in this process."""
    assert explained(body).mistakes == mistakes


def test_its_sentences_come_along(explained):
    """What is right, and what is known about the mistake."""
    assert explained("return x.sum(), 2 * x").sentences == ("Right already: the double.", "it is no_constant")


def test_a_factor_is_told(explained):
    """Without any known mistake."""
    assert explained("return x.sum() + c, 2 * x * len(x)").sentences == (
        "Right already: the sum.",
        "The double is N times what it should be (N is the number of entries).",
    )


@pytest.mark.parametrize(
    "body",
    [
        "return x.sum() + c, x + x",
        "return 17.0, np.sin(x)",
        "return 'text', {}",
        "return x.sum() + c",
        "raise ValueError",
        "raise NotImplementedError",
    ],
)
def test_nothing_is_said_of_the_right_and_the_unknown(explained, body):
    """Nor of exceptions alone."""
    assert explained(body) == Diagnosis()


@pytest.mark.parametrize(
    "body",
    [
        "while True: pass",
        "import os; os._exit(1)",
        "return np.zeros(10**7), x",
        "raise MemoryError",
        "return x.sum(), 2 * x if len(x) < 4 else [][np.exp(0):] * exit()",
    ],
    ids=["stalls", "dies", "returns too much", "grows", "leaves at the end"],
)
def test_nothing_is_said_of_a_function_that_spoils_its_guest(explained, body):
    """Once is enough: the other probes are not tried."""
    assert explained(body) == Diagnosis()


# ---------------------------------------------------------------------- a suite's files

CATALOGUE = '''
from gradkit.grader.catalogue import mistake

@mistake("It is forgotten.")
def forgotten(x, c):
    """Forget the constant."""
    return x.sum(), 2 * x
'''
PROBE_FILE = """
from gradkit.diagnosis import Probe, Wording

WORDING = Wording(("the sum", "the double"))
NOT_FOR_STUDENTS = ("long",)


def probes(rng):
    return [Probe(name, (rng.normal(size=n), 0.5)) for name, n in (("short", 3), ("short too", 4), ("long", 9))]
"""


@pytest.fixture
def suite(tmp_path):
    """A folder with a catalogue and probes."""
    (tmp_path / "mistakes.py").write_text(CATALOGUE)
    (tmp_path / "probes.py").write_text(PROBE_FILE)
    return tmp_path


def inputs(fingerprints):
    """Return the drawn numbers in fingerprints."""
    return [probe.arguments[0].tolist() for probe in fingerprints.probes]


def test_a_suites_catalogue_is_loaded(suite, explained):
    """Its mistakes explain a student's function on its probes."""
    fingerprints = load_fingerprints(suite, b"seed", right)

    assert [twin.name for twin in fingerprints.twins] == ["forgotten"]
    assert explained("return sum(x), 2 * x", Diagnostician(fingerprints)).sentences == (
        "Right already: the double.",
        "It is forgotten.",
    )


@pytest.mark.parametrize("missing", [["mistakes.py"], ["probes.py"], ["mistakes.py", "probes.py"]])
def test_a_suite_without_a_catalogue_or_probes_has_no_fingerprints(suite, missing):
    """Both files are needed."""
    for name in missing:
        (suite / name).unlink()

    assert load_fingerprints(suite, b"seed", right) is None
    assert load_diagnosticians(suite, b"seed", {"f": right}) == {}


def test_probes_are_drawn_from_the_seed(suite):
    """The same for the whole class, others for another course."""
    first, again, other = (load_fingerprints(suite, seed, right) for seed in (b"one", b"one", b"other"))

    assert inputs(first) == inputs(again)
    assert inputs(first) != inputs(other)


def test_students_get_fewer_probes(suite):
    """Without those that the suite keeps back, and else the same."""
    everything, handed_out = (load_fingerprints(suite, b"seed", right, for_students=s) for s in (False, True))

    assert [probe.name for probe in handed_out.probes] == ["short", "short too"]
    assert inputs(handed_out) == inputs(everything)[:2]


def test_questions_that_ask_for_the_same_share_a_diagnostician(suite):
    """What is known of the mistakes is computed once for both; another question has its own."""

    def other_style(x, c):
        return sum(x) + c, x + x

    def other_question(x, c):
        return x.max(), x

    found = load_diagnosticians(suite, b"seed", {"naive": right, "fast": other_style, "max": other_question})

    assert list(found) == ["naive", "fast", "max"]
    assert found["naive"] is found["fast"]
    assert found["naive"] is not found["max"]


@pytest.mark.parametrize("name", ["mistakes.py", "probes.py"])
@pytest.mark.parametrize(("text", "reason"), [("1 / 0", "ZeroDivisionError"), ("def (", "SyntaxError")])
def test_a_file_that_fails_is_named(suite, name, text, reason):
    """The instructor reads which file and why."""
    (suite / name).write_text(text)

    with pytest.raises(SuiteError, match=f"{name} of the hidden suite fails: {reason}"):
        load_fingerprints(suite, b"seed", right)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("mistakes.py", "x = 1", "ValueError: .*no function is decorated"),
        ("probes.py", "x = 1", "AttributeError"),
        ("probes.py", PROBE_FILE.replace("return", "1 / 0\n    return"), "ZeroDivisionError"),
        ("probes.py", PROBE_FILE.replace("WORDING =", "OTHER ="), "AttributeError: .*WORDING"),
        ("probes.py", PROBE_FILE.replace('"long"', '"short"'), "ValueError: two probes have the same name"),
    ],
)
def test_files_without_what_they_must_hold_are_the_instructors_to_mend(suite, name, text, reason):
    """An empty catalogue or a failing probe is a fault of the suite, said as such."""
    (suite / name).write_text(text)

    with pytest.raises(SuiteError, match=rf"mistakes.py or probes.py of the hidden suite: {reason}"):
        load_fingerprints(suite, b"seed", right)
